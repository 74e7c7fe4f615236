/**
 * The typed tree of one SOQL query, the same for inline queries of Apex, dynamic queries and the REST API's `query?q=`.
 * Names are kept as written; they are resolved against the schema when the query runs, because a dynamic query fails
 * then and not before.
 */
export interface SoqlQuery {
  /** empty for `SELECT COUNT()` */
  select: SelectItem[];
  /** `SELECT COUNT() FROM …`: the result is a number */
  countOnly: boolean;
  /** object name; in a child subquery the child relationship name */
  from: string;
  alias: string | null;
  where: SoqlCondition | null;
  /** WITH USER_MODE, SYSTEM_MODE, SECURITY_ENFORCED; null = as the QueryOptions say */
  access: 'USER_MODE' | 'SYSTEM_MODE' | 'SECURITY_ENFORCED' | null;
  groupBy: SoqlExpression[];
  having: SoqlCondition | null;
  orderBy: OrderItem[];
  limit: SoqlOperand | null;
  offset: SoqlOperand | null;
  forUpdate: boolean;
  /** deleted records of the recycle bin too */
  allRows?: boolean;
}

export type SelectItem =
  | { kind: 'expression'; expression: SoqlExpression; alias: string | null }
  | { kind: 'subquery'; query: SoqlQuery }
  /** TYPEOF What WHEN Account THEN Phone ELSE Name END; names as written */
  | { kind: 'typeof'; relationship: string; branches: { object: string; fields: string[][] }[]; otherwise: string[][] }
  /** FIELDS(ALL | STANDARD | CUSTOM) */
  | { kind: 'fields'; which: 'ALL' | 'STANDARD' | 'CUSTOM' };

export type SoqlExpression =
  /** `Account.Owner.Name` as ['Account', 'Owner', 'Name'] */
  | { kind: 'field'; path: string[] }
  /** aggregate functions (`COUNT`, `SUM`, …), date functions and `toLabel`; name in upper case; COUNT() has no argument */
  | { kind: 'function'; name: string; argument: SoqlExpression | null };

export type SoqlOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'NOT IN' | 'INCLUDES' | 'EXCLUDES';

export type SoqlCondition =
  | { kind: 'and' | 'or'; conditions: SoqlCondition[] }
  | { kind: 'not'; condition: SoqlCondition }
  | { kind: 'comparison'; left: SoqlExpression; operator: SoqlOperator; right: SoqlOperand };

export type SoqlOperand =
  | { kind: 'null' }
  | { kind: 'boolean'; value: boolean }
  /** digits as written, sign included */
  | { kind: 'number'; text: string }
  | { kind: 'string'; value: string }
  /** `2026-11-23` */
  | { kind: 'date'; text: string }
  /** `2026-11-23T10:00:00Z` */
  | { kind: 'datetime'; text: string }
  /** TODAY, LAST_N_DAYS:7 …: name in upper case without the number */
  | { kind: 'dateFormula'; name: string; n: number | null }
  | { kind: 'list'; items: SoqlOperand[] }
  /** semi-join or anti-join */
  | { kind: 'query'; query: SoqlQuery }
  /** index into the binds of the query as a whole, subqueries included, in order of appearance */
  | { kind: 'bind'; index: number };

export interface OrderItem {
  expression: SoqlExpression;
  descending: boolean;
  /** Salesforce's default is NULLS FIRST, for DESC too */
  nullsLast: boolean;
}

/** Names of the functions that aggregate rows. */
export const AGGREGATE_FUNCTIONS: ReadonlySet<string> = new Set([
  'COUNT',
  'COUNT_DISTINCT',
  'SUM',
  'AVG',
  'MIN',
  'MAX',
]);

/** Whether the query's rows are AggregateResult. */
export function isAggregate(query: SoqlQuery): boolean {
  return (
    query.groupBy.length > 0 ||
    query.select.some(
      (s) => s.kind === 'expression' && s.expression.kind === 'function' && AGGREGATE_FUNCTIONS.has(s.expression.name),
    )
  );
}

/** All bind indexes used below a condition, an operand or a query are numbered together; this counts them. */
export interface ParsedSoql<Bind> {
  query: SoqlQuery;
  /** in the order of their index: the expression contexts of an inline query, the bind names of a dynamic one */
  binds: Bind[];
}
