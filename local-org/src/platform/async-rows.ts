import type { StoreTransaction } from '../data/transaction.ts';
import type { Execution } from '../execution/execution.ts';
import { ApexDatetime, ApexId } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/** Rows that the platform itself keeps (AsyncApexJob, CronTrigger …): written past rules and permissions. */

/** What the platform may do with rows beside DML. */
function transactionOf(x: Execution): StoreTransaction {
  return x.transaction as StoreTransaction;
}

/** @returns the new row's Id */
export function insertSystemRow(x: Execution, objectName: string, fields: Readonly<Record<string, Value>>): ApexId {
  const tx = transactionOf(x);
  const object = tx.schema.object(objectName);
  if (object === null) throw new Error(`The schema lacks the standard object ${objectName}`);
  const id = new ApexId(tx.store.nextId(object));
  const values = new Map<string, Value>([['id', id]]);
  if (object.fields.has('createddate')) values.set('createddate', stored(x.now()));
  if (object.fields.has('createdbyid')) values.set('createdbyid', new ApexId(x.user.id));
  for (const [name, value] of Object.entries(fields)) values.set(name.toLowerCase(), value);
  tx.put({ id: id.value, object, values });
  return id;
}

/** @returns false when there is no such row, e.g. because its making was rolled back */
export function updateSystemRow(
  x: Execution,
  objectName: string,
  id: ApexId,
  fields: Readonly<Record<string, Value>>,
): boolean {
  const row = systemRow(x, objectName, id);
  if (row === null) return false;
  const values = new Map(row.values);
  for (const [name, value] of Object.entries(fields)) values.set(name.toLowerCase(), value);
  transactionOf(x).put({ ...row, values });
  return true;
}

export function systemRow(x: Execution, objectName: string, id: ApexId): ReturnType<StoreTransaction['get']> {
  const tx = transactionOf(x);
  const object = tx.schema.object(objectName);
  return object === null ? null : tx.get(object, id.value);
}

/** The rows of an object whose field has that text. */
export function systemRowsWith(x: Execution, objectName: string, field: string, text: string): string[] {
  const tx = transactionOf(x);
  const object = tx.schema.object(objectName);
  if (object === null) return [];
  const rows = tx.all(object).filter((row) => row.values.get(field.toLowerCase()) === text);
  return rows.map((row) => row.id);
}

export function removeSystemRow(x: Execution, objectName: string, id: ApexId): void {
  const row = systemRow(x, objectName, id);
  if (row !== null) transactionOf(x).remove({ row, root: row.id, cleared: [] });
}

/** A stored Datetime has no milliseconds. @param ms since the epoch */
export function stored(ms: number): ApexDatetime {
  return new ApexDatetime(Math.floor(ms / 1000) * 1000);
}

/** Runs the rest of a transaction's changes back when the work fails; locks stay. */
export function undoMark(x: Execution): () => void {
  const tx = transactionOf(x);
  const mark = tx.mark();
  return () => tx.undoTo(mark);
}
