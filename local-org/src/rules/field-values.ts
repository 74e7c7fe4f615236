import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { dayOf, DAY_MS, pad, timeOf, civilOf, weekdayOf } from '../values/date.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { parseId } from '../values/id.ts';
import { doubleText } from '../values/text.ts';
import { ApexDate, ApexDatetime, ApexId } from '../values/value.ts';
import type { DmlError, SObjectValue, Value } from '../values/value.ts';
import { numberOfValue } from './number.ts';
import { isText, storedForm } from './stored-form.ts';

export interface ValueCheckOptions {
  operation: 'insert' | 'update';
  /** Database.DMLOptions.allowFieldTruncation: text that is too long is cut */
  truncate: boolean;
  /** knows what object an Id belongs to; absent: the types of Ids are not looked at */
  schema?: { objectByKeyPrefix(prefix: string): ObjectDefinition | null };
}

type Check = (field: FieldDefinition, value: NonNullable<Value>, options: ValueCheckOptions) => DmlError | null;

/**
 * Brings the values that were set into the form in which they are stored, in place (see `storedForm`), and checks them.
 * Errors come one kind at a time, as Salesforce's do: with a text that is too long and a bad e-mail address the
 * second shows only once the first is cured. The order of the kinds after the first is an assumption.
 */
export function checkValues(
  definition: ObjectDefinition,
  record: SObjectValue,
  options: ValueCheckOptions,
): DmlError[] {
  const values: [FieldDefinition, NonNullable<Value>][] = [];
  for (const [name, given] of record.values) {
    const field = definition.fields.get(name);
    if (field === undefined || isComputed(field)) continue;
    const stored = storedForm(given, field);
    const value = options.truncate ? cutToLength(stored, field) : stored;
    if (value !== given) record.values.set(name, value);
    if (value !== null) values.push([field, value]);
  }
  for (const check of CHECKS) {
    const errors = values.map(([field, value]) => check(field, value, options)).filter((error) => error !== null);
    if (errors.length > 0) return errors;
  }
  return [];
}

function isComputed(field: FieldDefinition): boolean {
  return field.formula !== null || field.compoundOf !== undefined;
}

function cutToLength(value: Value, field: FieldDefinition): Value {
  return typeof value === 'string' && isText(field) && field.length > 0 ? value.slice(0, field.length) : value;
}

/** A field error in Salesforce's words: the label, what is wrong, and the field's API name beside it. */
function fieldError(statusCode: string, field: FieldDefinition, message: string): DmlError {
  return { statusCode, message: `${field.label}: ${message}`, fields: [field.name] };
}

/**
 * "Billing City: data value too large: Giugliano … (max length=40)"
 * (github.com/CoderDojo/community-platform issue 762)
 */
const tooLong: Check = (field, value) => {
  if (typeof value !== 'string' || !isText(field) || field.length === 0 || value.length <= field.length) return null;
  return fieldError('STRING_TOO_LONG', field, `data value too large: ${value} (max length=${field.length})`);
};

/**
 * "Normalized Score: value outside of valid range on numeric field: 100.0" for precision 10, scale 8
 * (developer forum 9060G000000BfsuQAC; with the field named: declarative-lookup-rollup-summaries issue 713).
 * The digits before the point are counted after rounding (formula-engine, BigDecimalHelper.exceedsNumericLimits).
 */
const outOfRange: Check = (field, value) => {
  const number = numberOfValue(value);
  if (number === null || field.precision === 0 || field.type === 'int') return null;
  const limit = new ApexDecimal(10n ** BigInt(field.precision - field.scale), 0);
  if (number.abs().setScale(field.scale, 'HALF_UP').compare(limit) < 0) return null;
  const shown = doubleText(number.toNumber());
  return fieldError('NUMBER_OUTSIDE_VALID_RANGE', field, `value outside of valid range on numeric field: ${shown}`);
};

const FIRST_DAY = dayOf(1700, 1, 1);
const LAST_DAY = dayOf(4000, 12, 31);

/**
 * Days from 1700-01-01 to 4000-12-31 are valid (SOQL and SOSL Reference, "Date Formats and Date Literals"); the code is
 * from salesforce.stackexchange.com 339236. The words are an assumption: those of java.util.Date.
 */
const dateOutOfRange: Check = (field, value) => {
  const ms = value instanceof ApexDate ? value.day * DAY_MS : value instanceof ApexDatetime ? value.ms : null;
  if (ms === null) return null;
  const day = Math.floor(ms / DAY_MS);
  if (day >= FIRST_DAY && day <= LAST_DAY) return null;
  return fieldError('FIELD_INTEGRITY_EXCEPTION', field, `invalid date: ${javaDate(ms)}`);
};

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** As java.util.Date.toString(): `Sat Jan 01 00:00:00 GMT 96598` */
function javaDate(ms: number): string {
  const day = Math.floor(ms / DAY_MS);
  const { year, month, day: ofMonth } = civilOf(day);
  const { hour, minute, second } = timeOf(ms - day * DAY_MS);
  const clock = [hour, minute, second].map((part) => pad(part, 2)).join(':');
  return `${WEEKDAYS[weekdayOf(day)] ?? ''} ${MONTHS[month - 1] ?? ''} ${pad(ofMonth, 2)} ${clock} GMT ${year}`;
}

/**
 * Letters, digits and !#$%&'*\/=?^_+-`{|}~ before the @, dots there but not at the beginning, letters of any language
 * (Salesforce Help 000384328 and 000001145); after it labels of letters, digits and dashes, at least two of them.
 */
const EMAIL =
  /^(?!\.)[\p{L}\p{N}!#$%&'*/=?^_+\-`{|}~.]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}][\p{L}\p{N}-]*[\p{L}\p{N}]$/u;

/** "Email: invalid email address: x" */
const badEmail: Check = (field, value) => {
  if (field.type !== 'email' || typeof value !== 'string' || EMAIL.test(value)) return null;
  return fieldError('INVALID_EMAIL_ADDRESS', field, `invalid email address: ${value}`);
};

/**
 * "Field name: bad value for restricted picklist field: value" (123FormBuilder, "Error: bad value for restricted
 * picklist field"). Unrestricted picklists take any value. An inactive value is refused too.
 */
const badPicklistValue: Check = (field, value) => {
  if (!field.restrictedPicklist || typeof value !== 'string') return null;
  if (field.type !== 'picklist' && field.type !== 'multipicklist') return null;
  const active = new Set(field.picklistValues.filter((v) => v.active).map((v) => v.value));
  const given = field.type === 'multipicklist' ? value.split(';') : [value];
  const bad = given.find((item) => !active.has(item));
  if (bad === undefined) return null;
  return fieldError(
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    field,
    `bad value for restricted picklist field: ${bad}`,
  );
};

/** "Account ID: id value of incorrect type: 003…" */
const badId: Check = (field, value, { schema }) => {
  if (field.type !== 'reference') return null;
  const id = value instanceof ApexId ? value.value : typeof value === 'string' ? value : '';
  if (parseId(id) === null) return fieldError('MALFORMED_ID', field, `id value of incorrect type: ${id}`);
  if (schema === undefined || field.referenceTo.length === 0) return null;
  const object = schema.objectByKeyPrefix(id.slice(0, 3));
  if (object !== null && field.referenceTo.includes(object.name)) return null;
  return fieldError('FIELD_INTEGRITY_EXCEPTION', field, `id value of incorrect type: ${id}`);
};

const CHECKS: readonly Check[] = [tooLong, outOfRange, dateOutOfRange, badEmail, badPicklistValue, badId];

/**
 * "Required fields are missing: [LastName, Company]": one error for all of them, which names them all. The text Name of a
 * custom object is not asked for: left out, Salesforce puts the record's Id there.
 * @param record all fields of the row as it will be stored
 */
export function checkRequired(definition: ObjectDefinition, record: SObjectValue): DmlError[] {
  const missing: string[] = [];
  for (const [name, field] of definition.fields) {
    if (isRequired(field, definition) && (record.values.get(name) ?? null) === null) missing.push(field.name);
  }
  if (missing.length === 0) return [];
  const message = `Required fields are missing: [${missing.join(', ')}]`;
  return [{ statusCode: 'REQUIRED_FIELD_MISSING', message, fields: missing }];
}

function isRequired(field: FieldDefinition, definition: ObjectDefinition): boolean {
  if (field.nillable || field.system || field.autoNumber || isComputed(field)) return false;
  if (field.type === 'boolean' || field.type === 'id') return false;
  if (field.nameField && definition.kind === 'custom') return false;
  return field.custom || field.createable || field.updateable;
}
