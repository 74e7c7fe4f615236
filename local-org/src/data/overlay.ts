import type { ObjectDefinition } from '../schema/definition.ts';
import { RowSet } from './row.ts';
import type { DeletedRow, Row } from './row.ts';
import type { Store } from './store.ts';

interface Change {
  object: ObjectDefinition;
  id: string;
  /** what the overlay held before: a row, a deleted row, or nothing */
  before: Row | { deleted: DeletedRow } | undefined;
}

/**
 * The standard price book: an isolated test may refer to it by the Id that Test.getStandardPricebookId() gives, though no
 * query finds it (Apex Reference Guide, Test.getStandardPricebookId).
 */
function isStandardPricebook(row: Row): boolean {
  return row.object.name === 'Pricebook2' && row.values.get('isstandard') === true;
}

/**
 * One transaction's changes on top of the committed rows, with an undo log for savepoints. Reads see the own changes
 * first and the committed rows below; rows of the org that an isolated test may not see are left out.
 */
export class Overlay {
  readonly #store: Store;
  readonly #isolated: boolean;
  readonly #changed = new Map<string, RowSet>();
  readonly #removed = new Map<string, Map<string, DeletedRow>>();
  readonly #log: Change[] = [];

  constructor(store: Store, isolated: boolean) {
    this.#store = store;
    this.#isolated = isolated;
  }

  #committedVisible(object: ObjectDefinition): boolean {
    return !this.#isolated || object.setup || object.kind === 'customMetadata';
  }

  #changedOf(object: ObjectDefinition): RowSet {
    let set = this.#changed.get(object.name);
    if (set === undefined) {
      set = new RowSet(object);
      this.#changed.set(object.name, set);
    }
    return set;
  }

  #removedOf(object: ObjectDefinition): Map<string, DeletedRow> {
    let removed = this.#removed.get(object.name);
    if (removed === undefined) {
      removed = new Map();
      this.#removed.set(object.name, removed);
    }
    return removed;
  }

  get(object: ObjectDefinition, id: string): Row | null {
    const own = this.#changed.get(object.name)?.get(id);
    if (own !== undefined) return own;
    if (this.#removed.get(object.name)?.has(id) === true) return null;
    const row = this.#store.table(object).get(id) ?? null;
    return row !== null && (this.#committedVisible(object) || isStandardPricebook(row)) ? row : null;
  }

  /** Rows by an indexed field. @param field lower-case name @param key of `indexKey` */
  find(object: ObjectDefinition, field: string, key: string): Row[] {
    const changed = this.#changed.get(object.name);
    const removed = this.#removed.get(object.name);
    const found: Row[] = [];
    if (this.#committedVisible(object)) {
      const table = this.#store.table(object);
      for (const id of table.find(field, key)) {
        const row = table.get(id);
        if (row !== undefined && changed?.get(id) === undefined && removed?.has(id) !== true) found.push(row);
      }
    }
    if (changed !== undefined) {
      for (const id of changed.find(field, key)) {
        const row = changed.get(id);
        if (row !== undefined) found.push(row);
      }
    }
    return found;
  }

  all(object: ObjectDefinition): Row[] {
    const changed = this.#changed.get(object.name);
    const removed = this.#removed.get(object.name);
    const rows: Row[] = [];
    if (this.#committedVisible(object)) {
      for (const row of this.#store.table(object).rows.values()) {
        if (changed?.get(row.id) === undefined && removed?.has(row.id) !== true) rows.push(row);
      }
    }
    if (changed !== undefined) rows.push(...changed.rows.values());
    return rows;
  }

  /** Whether the row was deleted, by this transaction or by a committed one. */
  isDeleted(object: ObjectDefinition, id: string): boolean {
    return this.#removed.get(object.name)?.has(id) === true || this.#store.isDeleted(id);
  }

  /** Rows of the org with that key which this transaction cannot see. */
  hiddenRows(object: ObjectDefinition, field: string, key: string): Row[] {
    if (this.#committedVisible(object)) return [];
    const table = this.#store.table(object);
    return [...table.find(field, key)].map((id) => table.get(id)).filter((row) => row !== undefined);
  }

  put(row: Row): void {
    this.#remember(row.object, row.id);
    this.#removed.get(row.object.name)?.delete(row.id);
    this.#changedOf(row.object).put(row);
  }

  remove(deleted: DeletedRow): void {
    const { row } = deleted;
    this.#remember(row.object, row.id);
    this.#changed.get(row.object.name)?.remove(row.id);
    this.#removedOf(row.object).set(row.id, deleted);
  }

  /** The row of that id in the recycle bin, as this transaction sees it. */
  deletedRow(object: ObjectDefinition, id: string): DeletedRow | null {
    const own = this.#removed.get(object.name)?.get(id);
    if (own !== undefined) return own;
    if (this.#changed.get(object.name)?.get(id) !== undefined || !this.#committedVisible(object)) return null;
    return this.#store.bin(object).get(id) ?? null;
  }

  /** All rows of the object in the recycle bin, as this transaction sees it. */
  deletedRows(object: ObjectDefinition): DeletedRow[] {
    const changed = this.#changed.get(object.name);
    const own = this.#removed.get(object.name);
    const found = this.#committedVisible(object)
      ? [...this.#store.bin(object).values()].filter(
          ({ row }) => changed?.get(row.id) === undefined && !own?.has(row.id),
        )
      : [];
    return [...found, ...(own?.values() ?? [])];
  }

  #remember(object: ObjectDefinition, id: string): void {
    const deleted = this.#removed.get(object.name)?.get(id);
    const before = this.#changed.get(object.name)?.get(id) ?? (deleted === undefined ? undefined : { deleted });
    this.#log.push({ object, id, before });
  }

  /** A mark to go back to. */
  mark(): number {
    return this.#log.length;
  }

  undoTo(mark: number): void {
    while (this.#log.length > mark) {
      const change = this.#log.pop();
      if (change === undefined) return;
      const { object, id, before } = change;
      this.#changedOf(object).remove(id);
      this.#removedOf(object).delete(id);
      if (before === undefined) continue;
      if ('deleted' in before) this.#removedOf(object).set(id, before.deleted);
      else this.#changedOf(object).put(before);
    }
  }

  /** All rows as they will be committed. */
  *puts(): Generator<Row> {
    for (const set of this.#changed.values()) yield* set.rows.values();
  }

  /** Deleted rows of the org; rows that this transaction itself made and deleted are not among them. */
  *removals(): Generator<DeletedRow> {
    for (const removed of this.#removed.values()) {
      for (const deleted of removed.values()) {
        if (this.#store.table(deleted.row.object).get(deleted.row.id) !== undefined) yield deleted;
      }
    }
  }
}
