import { ApexDecimal } from '../values/decimal.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { ApexDate, ApexDatetime, ApexDouble, ApexId, ApexTime } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/** A stored record. Rows are never changed in place: a change puts a new row. */
export interface Row {
  /** 18 characters */
  readonly id: string;
  readonly object: ObjectDefinition;
  /** by lower-case field name; absent = null */
  readonly values: ReadonlyMap<string, Value>;
}

/** A row in the recycle bin. */
export interface DeletedRow {
  /** as it was, with IsDeleted true */
  readonly row: Row;
  /** the record whose deletion took this one along; its own id when it was deleted itself */
  readonly root: string;
  /** lookups that the deletion emptied, which an undelete fills again */
  readonly cleared: readonly { readonly object: string; readonly id: string; readonly field: string }[];
}

/** The key under which equal field values meet in an index: text without regard to case, ids in 18 characters. */
export function indexKey(value: Value): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return `s${value.toLowerCase()}`;
  if (typeof value === 'boolean') return `b${value}`;
  if (typeof value === 'number' || typeof value === 'bigint') return `n${value}`;
  if (value instanceof ApexId) return `s${value.value.toLowerCase()}`;
  if (value instanceof ApexDecimal) return `n${value.stripTrailingZeros().toPlainString()}`;
  if (value instanceof ApexDouble) return `n${value.value}`;
  if (value instanceof ApexDate) return `d${value.day}`;
  if (value instanceof ApexDatetime) return `t${value.ms}`;
  if (value instanceof ApexTime) return `m${value.ms}`;
  return null;
}

/** Fields that the store finds rows by: unique and external ids, lookups, and what Salesforce marks as id lookup. */
export function isIndexed(field: FieldDefinition): boolean {
  return (
    field.type !== 'id' &&
    field.formula === null &&
    field.compoundOf === undefined &&
    (field.unique || field.externalId || field.idLookup || field.nameField || field.type === 'reference')
  );
}

/** The lower-case names of an object's indexed fields. */
export function indexedFields(object: ObjectDefinition): string[] {
  return [...object.fields].filter(([, field]) => isIndexed(field)).map(([name]) => name);
}

const NO_IDS: ReadonlySet<string> = new Set();

/** Rows of one object by id, with an index on each indexed field. */
export class RowSet {
  readonly rows = new Map<string, Row>();
  readonly #indexes = new Map<string, Map<string, Set<string>>>();

  constructor(object: ObjectDefinition) {
    for (const name of indexedFields(object)) this.#indexes.set(name, new Map());
  }

  get(id: string): Row | undefined {
    return this.rows.get(id);
  }

  put(row: Row): void {
    this.remove(row.id);
    this.rows.set(row.id, row);
    for (const [field, index] of this.#indexes) {
      const key = indexKey(row.values.get(field) ?? null);
      if (key === null) continue;
      const ids = index.get(key);
      if (ids === undefined) index.set(key, new Set([row.id]));
      else ids.add(row.id);
    }
  }

  remove(id: string): void {
    const row = this.rows.get(id);
    if (row === undefined) return;
    this.rows.delete(id);
    for (const [field, index] of this.#indexes) {
      const key = indexKey(row.values.get(field) ?? null);
      if (key === null) continue;
      const ids = index.get(key);
      ids?.delete(id);
      if (ids?.size === 0) index.delete(key);
    }
  }

  /** Ids of the rows whose field has that index key. @param field lower-case name of an indexed field */
  find(field: string, key: string): ReadonlySet<string> {
    return this.#indexes.get(field)?.get(key) ?? NO_IDS;
  }
}
