import type { Pause } from '../execution/execution.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import { ApexDatetime, ApexId } from '../values/value.ts';
import type { DmlContext } from './dml.ts';
import { failure, LOCK_MESSAGE } from './failure.ts';
import { failed } from './pending.ts';
import type { Pending } from './pending.ts';
import { indexKey } from './row.ts';
import type { DeletedRow, Row } from './row.ts';
import { recalculateRollups } from './rollups.ts';
import { fireTriggers, recordOfRow } from './triggers.ts';

/** Deletes rows of one object, with what their children's references ask for. Triggers of children do not fire. */
export function* deleteRows(
  context: DmlContext,
  object: ObjectDefinition,
  rows: Pending[],
): Generator<Pause, void, void> {
  const { x, tx, reader } = context;
  for (const row of rows) {
    if (row.before === null) continue;
    if ((yield* tx.takeLock(row.before.id)) === 'timeout') {
      row.errors.push(failure('UNABLE_TO_LOCK_ROW', `${LOCK_MESSAGE} or 1 records: ${row.before.id}`));
    }
  }
  const triggers = x.program.hasTriggers(object.name);
  const old = rows.map((row) => recordOfRow(reader, row.before ?? fault()));
  if (triggers) yield* fireTriggers(x, object, 'BEFORE_DELETE', rows, old, null);
  if (context.request.allOrNone && rows.some(failed)) return;
  for (const row of rows) {
    if (failed(row) || row.before === null || tx.get(object, row.before.id) === null) continue;
    if (row.mergeInto !== undefined) {
      yield* mergeInto(context, row, row.before, row.mergeInto);
      continue;
    }
    const blocking = restricted(context, row.before, new Set());
    if (blocking !== null) row.errors.push(blocking);
    else yield* cascade(context, row, row.before);
  }
  const deleted = rows.filter((row) => !failed(row));
  for (const row of deleted) row.row = null;
  if (triggers && deleted.length > 0) {
    const records = deleted.map((row) => {
      const record = old[rows.indexOf(row)] ?? fault();
      // "query the MasterRecordId field in Trigger.old in the after delete trigger" (Apex Developer Guide, "Triggers and Merge Statements")
      if (row.mergeInto !== undefined && object.fields.has('masterrecordid')) {
        record.values.set('masterrecordid', new ApexId(row.mergeInto));
      }
      return record;
    });
    yield* fireTriggers(x, object, 'AFTER_DELETE', deleted, records, null);
  }
  yield* recalculateRollups(context, object, rows);
}

interface Child {
  row: Row;
  field: string;
  constraint: 'SetNull' | 'Restrict' | 'Cascade' | null;
}

function* children(context: DmlContext, row: Row): Generator<Child> {
  const { tx } = context;
  const seen = new Set<string>();
  for (const relationship of row.object.childRelationships) {
    const object = tx.schema.object(relationship.childObject);
    const name = relationship.field.toLowerCase();
    const field = object?.fields.get(name);
    const key = `${relationship.childObject}.${name}`;
    // Owners and authors are users, which cannot be deleted.
    if (object === null || field === undefined || field.system || name === 'ownerid' || seen.has(key)) continue;
    seen.add(key);
    for (const child of tx.find(object, name, indexKey(new ApexId(row.id)) ?? '')) {
      const value = child.values.get(name);
      if (value instanceof ApexId && value.value === row.id)
        yield { row: child, field: name, constraint: field.deleteConstraint };
    }
  }
}

/** The error of a row that a child's lookup keeps from being deleted, looked for down the cascade. */
function restricted(context: DmlContext, row: Row, visited: Set<string>): ReturnType<typeof failure> | null {
  visited.add(row.id);
  for (const child of children(context, row)) {
    if (child.constraint === 'Restrict') {
      const names = `${child.row.object.labelPlural}: ${nameOf(child.row)}`;
      return failure(
        'DELETE_FAILED',
        `Your attempt to delete ${nameOf(row)} could not be completed because it is associated with the following ${names}.: `,
      );
    }
    if (child.constraint === 'Cascade' && !visited.has(child.row.id)) {
      const deeper = restricted(context, child.row, visited);
      if (deeper !== null) return deeper;
    }
  }
  return null;
}

function nameOf(row: Row): string {
  const field = [...row.object.fields.values()].find((f) => f.nameField);
  const value = field === undefined ? null : row.values.get(field.name.toLowerCase());
  return typeof value === 'string' ? value : row.id;
}

/** Takes a row and its details away and empties the lookups to them; the rows that change are locked. */
function* cascade(context: DmlContext, pending: Pending, row: Row): Generator<Pause, void, void> {
  const { tx } = context;
  const cleared: DeletedRow['cleared'][number][] = [];
  for (const child of children(context, row)) {
    const { object, id } = child.row;
    if ((yield* tx.takeLock(id)) === 'timeout') {
      pending.errors.push(failure('UNABLE_TO_LOCK_ROW', `${LOCK_MESSAGE} or 1 records: ${id}`));
      return;
    }
    const current = tx.get(object, id);
    if (current === null) continue;
    if (child.constraint === 'Cascade') yield* cascade(context, pending, current);
    else {
      cleared.push({ object: object.name, id, field: child.field });
      tx.put({ ...current, values: new Map(current.values).set(child.field, null) });
    }
  }
  tx.remove(buried(context, row, pending.id ?? row.id, cleared));
}

/** Gives what hangs on a row to the master of a merge and takes the row away, with its MasterRecordId set. */
function* mergeInto(context: DmlContext, pending: Pending, row: Row, master: string): Generator<Pause, void, void> {
  const { tx } = context;
  for (const child of children(context, row)) {
    const { object, id } = child.row;
    if ((yield* tx.takeLock(id)) === 'timeout') {
      pending.errors.push(failure('UNABLE_TO_LOCK_ROW', `${LOCK_MESSAGE} or 1 records: ${id}`));
      return;
    }
    const current = tx.get(object, id);
    if (current === null) continue;
    tx.put({ ...current, values: new Map(current.values).set(child.field, id === master ? null : new ApexId(master)) });
    pending.relatedIds?.push(id);
  }
  const values = new Map(row.values);
  if (row.object.fields.has('masterrecordid')) values.set('masterrecordid', new ApexId(master));
  tx.remove(buried(context, { ...row, values }, row.id, []));
}

/** A row as the recycle bin holds it. */
function buried(context: DmlContext, row: Row, root: string, cleared: DeletedRow['cleared']): DeletedRow {
  const values = new Map(row.values);
  const now = new ApexDatetime(Math.floor(context.x.now() / 1000) * 1000);
  for (const [name, value] of [
    ['isdeleted', true],
    ['lastmodifieddate', now],
    ['lastmodifiedbyid', new ApexId(context.x.user.id)],
    ['systemmodstamp', now],
  ] as const) {
    if (row.object.fields.has(name)) values.set(name, value);
  }
  return { row: { ...row, values }, root, cleared };
}

function fault(): never {
  throw new Error('A row to delete is missing');
}
