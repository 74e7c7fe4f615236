import type { FieldDefinition } from '../schema/definition.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { toFieldValue } from '../values/convert.ts';
import { ApexDatetime, SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { indexKey } from './row.ts';

const TRIMMED = new Set(['string', 'textarea', 'email', 'phone', 'url', 'picklist', 'combobox']);

/**
 * A value as the database keeps it: text without white space at its ends and null for empty text, numbers rounded to
 * the field's scale, date-times without milliseconds.
 */
export function storedValue(field: FieldDefinition, value: Value): Value {
  const converted = toFieldValue(value, field);
  if (typeof converted === 'string' && TRIMMED.has(field.type)) {
    const text = converted.trim();
    return text === '' ? null : text;
  }
  if (converted === '') return null;
  if (converted instanceof ApexDatetime) return new ApexDatetime(Math.floor(converted.ms / 1000) * 1000);
  if (converted instanceof ApexDecimal && (field.custom || field.precision > 0)) {
    return converted.scale > field.scale ? converted.setScale(field.scale, 'HALF_UP') : converted;
  }
  if (converted === null && field.type === 'boolean') return false;
  return converted;
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
