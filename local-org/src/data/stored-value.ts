import { storedForm } from '../rules/index.ts';
import type { FieldDefinition } from '../schema/definition.ts';
import { toFieldValue } from '../values/convert.ts';
import type { SObjectValue, Value } from '../values/value.ts';
import { indexKey } from './row.ts';

/** A value as the database keeps it: in the type of the field, and in the form that rules/stored-form.ts describes. */
export function storedValue(field: FieldDefinition, value: Value): Value {
  return storedForm(toFieldValue(value, field), field);
}

/** Whether a save may write the field at all: the platform sets or computes the others and passes over what is given. */
export function isWritable(field: FieldDefinition, operation: 'insert' | 'update'): boolean {
  if (
    field.system ||
    field.formula !== null ||
    field.compoundOf !== undefined ||
    field.autoNumber ||
    field.type === 'id'
  )
    return false;
  return operation === 'insert' ? field.createable : field.updateable;
}

/** The values of a record that a save writes, as they are stored, by lower-case field name. */
export function writtenValues(record: SObjectValue, operation: 'insert' | 'update'): Map<string, Value> {
  const written = new Map<string, Value>();
  for (const [name, value] of record.values) {
    const field = record.definition.fields.get(name);
    if (field !== undefined && isWritable(field, operation)) written.set(name, storedValue(field, value));
  }
  return written;
}

/** Whether two stored values are the same, letter by letter. */
export function sameStored(a: Value, b: Value): boolean {
  return (
    a === b ||
    (a !== null && b !== null && typeof a === 'object' && indexKey(a) !== null && indexKey(a) === indexKey(b))
  );
}
