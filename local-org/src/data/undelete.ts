import type { Pause } from '../execution/execution.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import { ApexDatetime, ApexId } from '../values/value.ts';
import type { SObjectValue } from '../values/value.ts';
import type { DmlContext } from './dml.ts';
import { failure } from './failure.ts';
import { duplicateErrors } from './keys.ts';
import { failed } from './pending.ts';
import type { Pending } from './pending.ts';
import { recalculateRollups } from './rollups.ts';
import type { DeletedRow, Row } from './row.ts';
import type { StoreTransaction } from './transaction.ts';
import { fireTriggers, recordOfRow } from './triggers.ts';

/** A row of the recycle bin. "UNDELETE_FAILED, Entity is not in the recycle bin" (salesforce.stackexchange.com 8386). */
export function pendingUndelete(tx: StoreTransaction, index: number, record: SObjectValue): Pending {
  const id = record.values.get('id');
  const pending: Pending = { index, record, operation: 'undelete', before: null, id: null, row: null, errors: [] };
  if (!(id instanceof ApexId)) {
    pending.errors.push(failure('MISSING_ARGUMENT', 'Id not specified in an undelete call'));
    return pending;
  }
  pending.id = id.value;
  if (tx.overlay.deletedRow(record.definition, id.value) === null) {
    pending.errors.push(failure('UNDELETE_FAILED', 'Entity is not in the recycle bin'));
  }
  return pending;
}

/**
 * Brings rows back from the recycle bin with what their deletion took along, and fills the lookups again that it
 * emptied and nobody has filled since (Apex Developer Guide, "Restoring Deleted Records").
 */
export function* undeleteRows(
  context: DmlContext,
  object: ObjectDefinition,
  rows: Pending[],
): Generator<Pause, void, void> {
  const { tx, x, reader } = context;
  for (const row of rows) {
    const deleted = row.id === null ? null : tx.overlay.deletedRow(object, row.id);
    if (failed(row) || deleted === null) continue;
    row.row = restored(context, deleted.row);
    row.errors.push(...(yield* duplicateErrors(context, object, row)));
    if (failed(row)) continue;
    restore(context, deleted, row.row);
    for (const other of tx.schema.all()) {
      for (const detail of tx.overlay.deletedRows(other)) {
        if (detail.root === row.id && detail.row.id !== row.id) restore(context, detail, restored(context, detail.row));
      }
    }
  }
  const back = rows.filter((row) => !failed(row));
  if (x.program.hasTriggers(object.name) && back.length > 0) {
    const records = back.map((row) => recordOfRow(reader, row.row ?? fault()));
    yield* fireTriggers(x, object, 'AFTER_UNDELETE', back, records, null);
  }
  yield* recalculateRollups(context, object, rows);
}

function restored({ x }: DmlContext, row: Row): Row {
  const values = new Map(row.values);
  const now = new ApexDatetime(Math.floor(x.now() / 1000) * 1000);
  if (row.object.fields.has('isdeleted')) values.set('isdeleted', false);
  if (row.object.fields.has('masterrecordid')) values.set('masterrecordid', null);
  if (row.object.fields.has('systemmodstamp')) values.set('systemmodstamp', now);
  return { ...row, values };
}

function restore({ tx }: DmlContext, deleted: DeletedRow, row: Row): void {
  tx.put(row);
  for (const { object: name, id, field } of deleted.cleared) {
    const object = tx.schema.object(name);
    const child = object === null ? null : tx.get(object, id);
    if (child === null || (child.values.get(field) ?? null) !== null) continue;
    tx.put({ ...child, values: new Map(child.values).set(field, new ApexId(row.id)) });
  }
}

function fault(): never {
  throw new Error('A row to undelete is missing');
}
