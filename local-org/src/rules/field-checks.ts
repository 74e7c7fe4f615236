import { failure } from '../data/failure.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import type { Schema } from '../schema/schema.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { ApexDouble, ApexId } from '../values/value.ts';
import type { DmlError, Value } from '../values/value.ts';

/** The values that a save writes, by lower-case field name. */
export type WrittenValues = ReadonlyMap<string, Value>;

type Check = (field: FieldDefinition, value: NonNullable<Value>, schema: Schema) => DmlError | null;

/**
 * Errors of the written values themselves, one kind at a time: a record with a text that is too long and a bad e-mail
 * address shows the second only once the first is cured (threads quoted in the platform facts, "Save errors").
 */
export function fieldErrors(object: ObjectDefinition, written: WrittenValues, schema: Schema): DmlError[] {
  for (const check of [tooLong, outOfRange, badEmail, notInPicklist, wrongIdType]) {
    const errors: DmlError[] = [];
    for (const [name, value] of written) {
      const field = object.fields.get(name);
      if (field === undefined || value === null) continue;
      const error = check(field, value, schema);
      if (error !== null) errors.push(error);
    }
    if (errors.length > 0) return errors;
  }
  return [];
}

const TEXT_TYPES = new Set([
  'string',
  'textarea',
  'email',
  'phone',
  'url',
  'picklist',
  'multipicklist',
  'combobox',
  'encryptedstring',
]);

/** "Last Name: data value too large: … (max length=80)" */
const tooLong: Check = (field, value) => {
  if (!TEXT_TYPES.has(field.type) || typeof value !== 'string' || field.length === 0 || value.length <= field.length)
    return null;
  const message = `${field.label}: data value too large: ${value} (max length=${field.length})`;
  return failure('STRING_TOO_LONG', message, [field.name]);
};

/** "Normalized Score: value outside of valid range on numeric field: 100.0" (Salesforce developer forum) */
const outOfRange: Check = (field, value) => {
  const number = numberOf(value);
  if (number === null) return null;
  const digits = field.type === 'int' ? field.length || 9 : field.precision - field.scale;
  if (field.type !== 'int' && field.precision === 0) return null;
  const rounded = number.abs().setScale(field.scale, 'HALF_UP');
  if (rounded.compare(new ApexDecimal(10n ** BigInt(digits), 0)) < 0) return null;
  const shown = number.scale > 0 ? number.toPlainString() : `${number.toPlainString()}.0`;
  const message = `${field.label}: value outside of valid range on numeric field: ${field.type === 'int' ? number.toPlainString() : shown}`;
  return failure('NUMBER_OUTSIDE_VALID_RANGE', message, [field.name]);
};

function numberOf(value: NonNullable<Value>): ApexDecimal | null {
  if (value instanceof ApexDecimal) return value;
  if (value instanceof ApexDouble) return ApexDecimal.fromDouble(value.value);
  return typeof value === 'number' || typeof value === 'bigint' ? ApexDecimal.of(value) : null;
}

/** RFC 2822 dot-atoms as Salesforce Help lists them for e-mail fields, and a domain with at least one dot. */
const EMAIL =
  /^[A-Za-z0-9!#$%&'*/=?^_+\-`{|}~]+(\.[A-Za-z0-9!#$%&'*/=?^_+\-`{|}~]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$/;

/** "Email: invalid email address: x" */
const badEmail: Check = (field, value) => {
  if (field.type !== 'email' || typeof value !== 'string' || EMAIL.test(value)) return null;
  return failure('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${value}`, [field.name]);
};

/** "Action: bad value for restricted picklist field: Delete"; values are compared without regard to case */
const notInPicklist: Check = (field, value) => {
  if (!field.restrictedPicklist || typeof value !== 'string' || field.picklistValues.length === 0) return null;
  const allowed = new Set(field.picklistValues.filter((v) => v.active).map((v) => v.value.toLowerCase()));
  const items = field.type === 'multipicklist' ? value.split(';') : [value];
  const bad = items.find((item) => !allowed.has(item.toLowerCase()));
  if (bad === undefined) return null;
  const message = `${field.label}: bad value for restricted picklist field: ${bad}`;
  return failure('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, [field.name]);
};

/** "Account ID: id value of incorrect type: 003…" */
const wrongIdType: Check = (field, value, schema) => {
  if (field.type !== 'reference' || !(value instanceof ApexId)) return null;
  const object = schema.objectByKeyPrefix(value.value.slice(0, 3));
  if (object !== null && field.referenceTo.includes(object.name)) return null;
  return failure('FIELD_INTEGRITY_EXCEPTION', `${field.label}: id value of incorrect type: ${value.value}`, [
    field.name,
  ]);
};

/** "Required fields are missing: [LastName, Topic__c]": one error for all of them. */
export function missingFields(object: ObjectDefinition, values: ReadonlyMap<string, Value>): DmlError[] {
  const missing: string[] = [];
  for (const [name, field] of object.fields) {
    if (field.nillable || field.type === 'boolean' || field.system || field.autoNumber || field.formula !== null)
      continue;
    if (field.compoundOf !== undefined || field.type === 'id' || (!field.custom && !field.createable && !field.updateable)) continue;
    if ((values.get(name) ?? null) === null) missing.push(field.name);
  }
  if (missing.length === 0) return [];
  return [failure('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing)];
}

/** The longest prefix that fits, for Database.DMLOptions.allowFieldTruncation. */
export function truncated(object: ObjectDefinition, name: string, value: Value): Value {
  const field = object.fields.get(name);
  if (field === undefined || typeof value !== 'string' || !TEXT_TYPES.has(field.type) || field.length === 0)
    return value;
  return value.slice(0, field.length);
}
