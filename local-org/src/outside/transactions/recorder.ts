import type { ApexExecution } from '../../apex/run/execution.ts';
import type { StoreTransaction } from '../../data/transaction.ts';
import type { Pause } from '../../execution/execution.ts';
import type { LimitName } from '../../execution/limits.ts';
import type { Org } from '../../org/org.ts';
import type { TransactionHost } from '../../scheduler/beside.ts';
import type { StatementRecord, TransactionLog } from './log.ts';
import { soqlText } from './soql-text.ts';

const STATEMENTS = 200;
const LINES = 1000;

/** Transactions of an org that write down what they do: statements, limits and debug log, once they have ended. */
export function recordingHost(org: Org, entry: string, log: TransactionLog): TransactionHost {
  const recordings = new WeakMap<StoreTransaction, Recording>();
  return {
    jobs: org.jobs,
    store: {
      begin: (options) => {
        const transaction = org.store.begin(options);
        recordings.set(transaction, new Recording(transaction, entry, log));
        return transaction;
      },
    },
    execution: ({ userId, transaction }) => {
      const recording = recordings.get(transaction);
      const x = org.execution({ userId, transaction, log: (level, message) => recording?.line(`${level} ${message}`) });
      recording?.belongsTo(x);
      return x;
    },
  };
}

class Recording {
  readonly #entry: string;
  readonly #log: TransactionLog;
  readonly #at = Date.now();
  readonly #begin = performance.now();
  readonly #statements: StatementRecord[] = [];
  readonly #lines: string[] = [];
  #moreStatements = 0;
  #moreLines = 0;
  #depth = 0;
  #execution: ApexExecution | null = null;

  constructor(transaction: StoreTransaction, entry: string, log: TransactionLog) {
    this.#entry = entry;
    this.#log = log;
    this.#watch(transaction);
  }

  belongsTo(x: ApexExecution): void {
    this.#execution = x;
  }

  line(text: string): void {
    if (this.#lines.length < LINES) this.#lines.push(text);
    else this.#moreLines++;
  }

  /** Puts a record of each statement, and of the end, around what the transaction does. */
  #watch(transaction: StoreTransaction): void {
    const { query, count, dml, merge, commit, abort } = transaction;
    const timed = this.#timed.bind(this);
    transaction.query = (x, soql, ...rest) =>
      timed('SOQL', soqlText(soql), query.call(transaction, x, soql, ...rest), (rows) => rows.length);
    transaction.count = (x, soql, ...rest) =>
      timed('SOQL', soqlText(soql), count.call(transaction, x, soql, ...rest), (rows) => rows);
    transaction.dml = (x, request) => {
      const objects = [...new Set(request.records.map((record) => record.definition.name))];
      const mode = request.allOrNone ? '' : ', partial success';
      const text = `${request.operation.toUpperCase()} ${objects.join(', ')} (${request.access} mode${mode})`;
      return timed('DML', text, dml.call(transaction, x, request), (results) => results.length);
    };
    transaction.merge = (x, request) => {
      const text = `MERGE ${request.master.definition.name} (${request.access} mode)`;
      return timed('DML', text, merge.call(transaction, x, request), (results) => results.length);
    };
    transaction.commit = () => {
      commit.call(transaction);
      this.#end('committed');
    };
    transaction.abort = () => {
      abort.call(transaction);
      this.#end('rolled back');
    };
  }

  *#timed<R>(
    kind: StatementRecord['kind'],
    text: string,
    work: Generator<Pause, R, void>,
    rows: (result: R) => number,
  ): Generator<Pause, R, void> {
    const started = performance.now();
    const depth = this.#depth++;
    const statement: StatementRecord = {
      kind,
      text,
      rows: null,
      startedMs: started - this.#begin,
      milliseconds: 0,
      depth,
      failure: null,
    };
    if (this.#statements.length < STATEMENTS) this.#statements.push(statement);
    else this.#moreStatements++;
    try {
      const result = yield* work;
      statement.rows = rows(result);
      return result;
    } catch (error) {
      statement.failure = (error as Error).message;
      throw error;
    } finally {
      this.#depth = depth;
      statement.milliseconds = performance.now() - started;
    }
  }

  #end(outcome: 'committed' | 'rolled back'): void {
    const x = this.#execution;
    // a look at permissions or at the schema is no transaction to show
    if (x === null || (this.#statements.length === 0 && this.#lines.length === 0)) return;
    const { used, maxima } = x.limits;
    this.#log.add({
      at: this.#at,
      entry: this.#entry,
      username: x.user.username,
      outcome,
      milliseconds: performance.now() - this.#begin,
      statements: this.#statements,
      moreStatements: this.#moreStatements,
      limits: (Object.keys(maxima) as LimitName[]).map((name) => ({ name, used: used[name], maximum: maxima[name] })),
      log: this.#lines,
      moreLines: this.#moreLines,
    });
  }
}
