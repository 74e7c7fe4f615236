import type { Pause } from '../execution/execution.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { ApexId } from '../values/value.ts';
import type { DmlError, Value } from '../values/value.ts';
import type { DmlContext } from './dml.ts';
import { failure, LOCK_MESSAGE } from './failure.ts';
import type { Pending } from './pending.ts';
import { indexKey } from './row.ts';
import type { Row } from './row.ts';
import { sameStored } from './stored-value.ts';

/** References to records that do not exist. */
export function foreignKeyErrors(
  context: DmlContext,
  object: ObjectDefinition,
  written: ReadonlyMap<string, Value>,
): DmlError[] {
  const errors: DmlError[] = [];
  for (const [name, value] of written) {
    const field = object.fields.get(name);
    if (field?.type !== 'reference' || !(value instanceof ApexId)) continue;
    if (context.reader.byId(value.value) === null) {
      errors.push(failure('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [field.name]));
    }
  }
  return errors;
}

/**
 * Unique fields that another record has the value of. The key is locked first, so that of two transactions with the
 * same new key the later one waits and then finds the other's record. The error names no field: getFields() of
 * DUPLICATE_VALUE is empty (platform facts, "Save errors").
 */
export function* duplicateErrors(
  context: DmlContext,
  object: ObjectDefinition,
  pending: Pending,
): Generator<Pause, DmlError[], void> {
  const { tx } = context;
  for (const [name, field] of object.fields) {
    if (!field.unique) continue;
    const value = pending.row?.values.get(name) ?? null;
    const before = pending.before?.values.get(name) ?? null;
    if (sameStored(value, before)) continue;
    for (const key of [indexKey(before), indexKey(value)]) {
      if (key === null) continue;
      const taken = yield* tx.takeLock(`${object.name}.${field.name} ${key}`);
      if (taken === 'timeout') return [failure('UNABLE_TO_LOCK_ROW', LOCK_MESSAGE)];
    }
    const key = indexKey(value);
    if (key === null) continue;
    const other = tx.find(object, name, key).find((row) => row.id !== pending.id && sameKey(field, row, value));
    if (other !== undefined) return [duplicate(field, other.id)];
    const hidden = tx.overlay.hiddenRows(object, name, key).some((row) => sameKey(field, row, value));
    if (hidden) return [duplicate(field, '<unknown>')];
  }
  return [];
}

function sameKey(field: FieldDefinition, row: Row, value: Value): boolean {
  return !field.caseSensitive || sameStored(row.values.get(field.name.toLowerCase()) ?? null, value);
}

function duplicate(field: FieldDefinition, id: string): DmlError {
  return failure('DUPLICATE_VALUE', `duplicate value found: ${field.name} duplicates value on record with id: ${id}`);
}
