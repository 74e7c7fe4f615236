/** What a query returns: its rows, and how many rows a statement touched. */
export interface QueryResult<Row> {
  rows: Row[];
  count: number;
}

/**
 * Runs one SQL statement with `$1…` parameters. Parameters are plain values both storages write alike: string, number,
 * boolean, null, Date, or an array of these; JSON goes in as text.
 */
export interface Queryable {
  query<Row = Record<string, unknown>>(text: string, parameters?: readonly unknown[]): Promise<QueryResult<Row>>;
}

/** A connection inside a transaction. `script` runs several statements without parameters (migrations). */
export interface Transaction extends Queryable {
  script(text: string): Promise<void>;
}

/** The storage of the middleware: PostgreSQL's dialect, embedded or by a server. */
export interface Database extends Queryable {
  readonly kind: 'pglite' | 'postgresql';
  /** Commits when `work` resolves, rolls back when it rejects; the commit is on disk when the promise resolves. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** True for errors that say the request was wrong (class 22 data, 23 constraint), not that the storage is away. */
export function isDataError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^2[23]/.test(code);
}

/** The first row, or undefined. */
export function first<Row>(result: QueryResult<Row>): Row | undefined {
  return result.rows[0];
}

/** The only row of a query that always has one. */
export function one<Row>(result: QueryResult<Row>): Row {
  const row = result.rows[0];
  if (row === undefined) throw new Error('The query returned no row where one is certain');
  return row;
}
