import type { LimitName } from '../../execution/limits.ts';

/** One SOQL or DML statement of a transaction. */
export interface StatementRecord {
  kind: 'SOQL' | 'DML';
  text: string;
  /** rows read or given; null when it failed */
  rows: number | null;
  /** since the transaction began */
  startedMs: number;
  milliseconds: number;
  /** 0 for what the request itself does, 1 for statements of triggers it fires, and so on */
  depth: number;
  failure: string | null;
}

/** A transaction that ended, as the page of transactions shows it. */
export interface TransactionRecord {
  id: number;
  /** milliseconds since the epoch */
  at: number;
  /** e.g. `POST /services/apexrest/orders` */
  entry: string;
  username: string;
  outcome: 'committed' | 'rolled back';
  milliseconds: number;
  statements: StatementRecord[];
  /** statements beyond those that are kept */
  moreStatements: number;
  limits: { name: LimitName; used: number; maximum: number }[];
  /** lines of the debug log, level first */
  log: string[];
  /** lines beyond those that are kept */
  moreLines: number;
}

const KEPT = 50;

/** The last transactions of requests, newest first; in memory. */
export class TransactionLog {
  readonly #records: TransactionRecord[] = [];
  #next = 1;

  add(record: Omit<TransactionRecord, 'id'>): void {
    this.#records.unshift({ ...record, id: this.#next++ });
    if (this.#records.length > KEPT) this.#records.pop();
  }

  records(): readonly TransactionRecord[] {
    return this.#records;
  }

  find(id: number): TransactionRecord | null {
    return this.#records.find((record) => record.id === id) ?? null;
  }
}
