import type { ObjectDefinition } from '../schema/definition.ts';
import type { Schema } from '../schema/schema.ts';
import { to18 } from '../values/id.ts';
import { deletedFromJson, deletedToJson, rowFromJson, rowToJson } from './journal.ts';
import type { JournalEntry } from './journal.ts';
import { LockTable } from './locks.ts';
import { RowSet } from './row.ts';
import type { DeletedRow, Row } from './row.ts';
import { StoreTransaction } from './transaction.ts';

export interface StoreOptions {
  /** epoch milliseconds; default the system clock */
  now?: () => number;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * The org's data: committed rows in memory. Work goes through transactions (read committed); every commit is offered
 * to the journal listeners, from whose entries `replay` rebuilds the store.
 */
export class Store {
  readonly schema: Schema;
  readonly locks = new LockTable<StoreTransaction>();
  readonly now: () => number;
  readonly #tables = new Map<string, RowSet>();
  /** ids of deleted rows, which answer ENTITY_IS_DELETED */
  readonly #deleted = new Set<string>();
  readonly #bins = new Map<string, Map<string, DeletedRow>>();
  readonly #counters = new Map<string, number>();
  readonly #listeners: ((entry: JournalEntry) => void)[] = [];

  constructor(schema: Schema, options: StoreOptions = {}) {
    this.schema = schema;
    this.now = options.now ?? Date.now;
  }

  /** @param options.isolated a test without seeAllData: of the org's rows only setup objects and custom metadata are seen */
  begin(options: { userId: string; isolated: boolean }): StoreTransaction {
    return new StoreTransaction(this, options.userId, options.isolated);
  }

  /** Called with what each commit changed, before the commit returns; an error makes the commit fail. */
  onCommit(listener: (entry: JournalEntry) => void): void {
    this.#listeners.push(listener);
  }

  /** Applies an entry of the journal. @throws Error when it does not fit the schema */
  replay(entry: JournalEntry): void {
    for (const json of entry.put) this.#place(rowFromJson(this.#objectNamed(json.object), json));
    for (const removed of entry.removed)
      this.#bury(removed.id, deletedFromJson(this.#objectNamed(removed.object), removed));
    for (const [name, value] of Object.entries(entry.counters)) this.#counters.set(name, value);
  }

  #objectNamed(name: string): ObjectDefinition {
    const object = this.schema.object(name);
    if (object === null) throw new Error(`The journal holds ${name}, which the metadata no longer has`);
    return object;
  }

  /** The committed rows of an object. */
  table(object: ObjectDefinition): RowSet {
    const key = object.name.toLowerCase();
    let table = this.#tables.get(key);
    if (table === undefined) {
      table = new RowSet(object);
      this.#tables.set(key, table);
    }
    return table;
  }

  /** The committed rows of an object in the recycle bin, by id. */
  bin(object: ObjectDefinition): Map<string, DeletedRow> {
    let bin = this.#bins.get(object.name);
    if (bin === undefined) {
      bin = new Map();
      this.#bins.set(object.name, bin);
    }
    return bin;
  }

  #place(row: Row): void {
    this.table(row.object).put(row);
    if (this.#deleted.delete(row.id)) this.bin(row.object).delete(row.id);
  }

  #bury(id: string, deleted: DeletedRow): void {
    this.table(deleted.row.object).remove(id);
    this.#deleted.add(id);
    this.bin(deleted.row.object).set(id, deleted);
  }

  isDeleted(id: string): boolean {
    return this.#deleted.has(id);
  }

  /** A new id: key prefix, 000, counter in base 62, checksum. Numbers used by a transaction that aborts are not given again. */
  nextId(object: ObjectDefinition): string {
    let n = this.nextNumber(`id ${object.name}`, 1);
    let digits = '';
    while (n > 0) {
      digits = BASE62.charAt(n % 62) + digits;
      n = Math.floor(n / 62);
    }
    return to18(object.keyPrefix + digits.padStart(12, '0'));
  }

  /** The next value of a counter that no rollback takes back. */
  nextNumber(name: string, first: number): number {
    const next = this.#counters.get(name) ?? first;
    this.#counters.set(name, next + 1);
    return next;
  }

  /** Writes a row past all transactions and rules: for what the platform itself sets up. */
  putDirectly(row: Row): void {
    this.table(row.object).put(row);
  }

  /** Makes changes durable and visible at once. Only for StoreTransaction. */
  applyCommit(put: Iterable<Row>, removed: Iterable<DeletedRow>): void {
    const rows = [...put];
    const gone = [...removed];
    if (rows.length === 0 && gone.length === 0) return;
    if (this.#listeners.length > 0) {
      const entry: JournalEntry = {
        at: this.now(),
        put: rows.map(rowToJson),
        removed: gone.map(deletedToJson),
        counters: Object.fromEntries(this.#counters),
      };
      for (const listener of this.#listeners) listener(entry);
    }
    for (const row of rows) this.#place(row);
    for (const deleted of gone) this.#bury(deleted.row.id, deleted);
  }
}
