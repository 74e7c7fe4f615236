import { ApexThrow } from '../errors.ts';
import type { Execution, Pause, TriggerEvent } from '../execution/execution.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import type { ExceptionValue } from '../values/value.ts';
import { ApexId, SObjectValue } from '../values/value.ts';
import { failure } from './failure.ts';
import type { Pending } from './pending.ts';
import { failed } from './pending.ts';
import type { RecordReader } from './reader.ts';
import type { Row } from './row.ts';

/** A record with every field of a row, as Trigger.new and Trigger.old hold them. */
export function recordOfRow(reader: RecordReader, row: Row): SObjectValue {
  const record = new SObjectValue(row.object);
  for (const [name, field] of row.object.fields) {
    if (field.type === 'address' || field.type === 'location') continue;
    record.values.set(name, field.type === 'id' ? new ApexId(row.id) : reader.value(row, field));
  }
  return record;
}

const WORDS: Record<TriggerEvent['operation'], string> = {
  BEFORE_INSERT: 'BeforeInsert',
  BEFORE_UPDATE: 'BeforeUpdate',
  BEFORE_DELETE: 'BeforeDelete',
  AFTER_INSERT: 'AfterInsert',
  AFTER_UPDATE: 'AfterUpdate',
  AFTER_DELETE: 'AfterDelete',
  AFTER_UNDELETE: 'AfterUndelete',
};

/**
 * Fires the triggers of one event and gives their errors to the rows: addError to its own row, an exception that no
 * trigger caught to all of them (CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY).
 * @param records the rows' Trigger.new (deletes: Trigger.old), in the order of `rows`
 */
export function* fireTriggers(
  x: Execution,
  object: ObjectDefinition,
  operation: TriggerEvent['operation'],
  rows: Pending[],
  records: SObjectValue[],
  old: SObjectValue[] | null,
): Generator<Pause, void, void> {
  const deleting = operation.endsWith('DELETE') && operation !== 'AFTER_UNDELETE';
  try {
    yield* x.program.fireTriggers(x, {
      object: object.name,
      operation,
      newRecords: deleting ? null : records,
      oldRecords: deleting ? records : old,
    });
  } catch (thrown) {
    if (!(thrown instanceof ApexThrow)) throw thrown;
    const message = uncaught(operation, thrown.value);
    for (const row of rows) if (!failed(row)) row.errors.push(failure('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message));
    return;
  }
  records.forEach((record, i) => {
    for (const { message, field } of record.addedErrors) {
      const name = field === null ? undefined : (object.fields.get(field.toLowerCase())?.name ?? field);
      rows[i]?.errors.push(failure('FIELD_CUSTOM_VALIDATION_EXCEPTION', message, name === undefined ? [] : [name]));
    }
  });
}

/** "MyTrigger: execution of BeforeInsert\n\ncaused by: System.NullPointerException: …\n\nTrigger.MyTrigger: line 3, column 1" */
function uncaught(operation: TriggerEvent['operation'], value: ExceptionValue): string {
  const trigger = /Trigger\.(\w+)/.exec(value.stackTrace)?.[1];
  const start = trigger === undefined ? 'execution' : `${trigger}: execution`;
  return `${start} of ${WORDS[operation]}\n\ncaused by: ${value.typeName}: ${value.message ?? 'Script-thrown exception'}\n\n${value.stackTrace}`;
}
