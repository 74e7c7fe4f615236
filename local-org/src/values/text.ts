import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { ApexDecimal } from './decimal.ts';
import { isoDate, isoTime, localDatetime } from './date.ts';
import {
  ApexBlob,
  ApexDate,
  ApexDatetime,
  ApexDouble,
  ApexId,
  ApexList,
  ApexMap,
  ApexObject,
  ApexSet,
  ApexTime,
  EnumValue,
  ExceptionValue,
  PlatformObject,
  SObjectValue,
} from './value.ts';
import type { Value } from './value.ts';

/** A Double as Java's Double.toString: `1.0`, `1.0E10`, `1.5E-4`. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`;
}

/**
 * The text of a value as String.valueOf gives it, without running Apex.
 * @param zone the user's time zone, for Datetime
 * @throws NotModelledError for an instance of an own class: its text needs `stringOf`, which can run toString()
 */
export function stringValueOf(value: Value, zone = 'GMT'): string {
  return plainText(value, zone, 'value');
}

/** The text of a value joined to a string with `+`, where a Date shows its midnight and a Datetime is in GMT. */
export function concatenationText(value: Value): string {
  return plainText(value, 'GMT', 'concatenation');
}

type Style = 'value' | 'concatenation';

function plainText(value: Value, zone: string, style: Style): string {
  const simple = simpleText(value, zone, style);
  if (simple !== null) return simple;
  if (value instanceof ApexList)
    return `(${value.items.map((item) => plainText(item, zone, 'concatenation')).join(', ')})`;
  if (value instanceof ApexSet) {
    return `{${[...value.entries.values()].map((item) => plainText(item, zone, 'concatenation')).join(', ')}}`;
  }
  if (value instanceof ApexMap) {
    const entries = [...value.entries.values()];
    const text = (item: Value): string => plainText(item, zone, 'concatenation');
    return `{${entries.map(([key, item]) => `${text(key)}=${text(item)}`).join(', ')}}`;
  }
  if (value instanceof SObjectValue) {
    const fields = [...value.values].map(([name, item]) => [
      fieldName(value, name),
      plainText(item, zone, 'concatenation'),
    ]);
    return `${value.definition.name}:{${fields.map(([name, text]) => `${name}=${text}`).join(', ')}}`;
  }
  throw new NotModelledError(`text of ${(value as ApexObject).type.text}`);
}

function simpleText(value: Value, zone: string, style: Style): string | null {
  if (value === null) return 'null';
  if (typeof value !== 'object') return String(value);
  if (value instanceof ApexDouble) return doubleText(value.value);
  if (value instanceof ApexDecimal) return value.toString();
  if (value instanceof ApexId) return value.value;
  if (value instanceof ApexDate) return style === 'value' ? isoDate(value.day) : `${isoDate(value.day)} 00:00:00`;
  if (value instanceof ApexDatetime) return localDatetime(value.ms, style === 'value' ? zone : 'GMT');
  if (value instanceof ApexTime) return `${isoTime(value.ms)}Z`;
  if (value instanceof ApexBlob) return `Blob[${value.bytes.length}]`;
  if (value instanceof EnumValue) return value.name;
  if (value instanceof ExceptionValue) return exceptionText(value);
  if (value instanceof PlatformObject) return platformText(value);
  return null;
}

/** `System.DmlException: Insert failed. …`, or the bare type name when there is no message. */
function exceptionText(value: ExceptionValue): string {
  return value.message === null ? `${value.typeName}: Script-thrown exception` : `${value.typeName}: ${value.message}`;
}

/** Platform objects whose text means something carry it as `data.text` (SObjectType, SObjectField, Type, Url, UUID …). */
function platformText(value: PlatformObject): string {
  const { data } = value;
  if (typeof data === 'object' && data !== null && 'text' in data && typeof data.text === 'string') return data.text;
  throw new NotModelledError(`text of ${value.type.text}`);
}

/** The API name of a field or relationship of a record in its own capitals. */
function fieldName(record: SObjectValue, name: string): string {
  const field = record.definition.fields.get(name);
  if (field !== undefined) return field.name;
  for (const candidate of record.definition.fields.values()) {
    if (candidate.relationshipName?.toLowerCase() === name) return candidate.relationshipName;
  }
  const child = record.definition.childRelationships.find((c) => c.relationshipName?.toLowerCase() === name);
  return child?.relationshipName ?? name;
}

/**
 * String.valueOf and `+` for every value: an own class's toString() is called, and one without shows its fields as
 * `Name:[a=1, b=null]`.
 */
export function* stringOf(x: Execution, value: Value, style: Style = 'value'): Generator<Pause, string, void> {
  const zone = x.user.timeZone;
  const simple = simpleText(value, zone, style);
  if (simple !== null) return simple;
  if (value instanceof ApexList) return `(${(yield* textsOf(x, value.items)).join(', ')})`;
  if (value instanceof ApexSet) return `{${(yield* textsOf(x, [...value.entries.values()])).join(', ')}}`;
  if (value instanceof ApexMap) {
    const parts: string[] = [];
    for (const [key, item] of value.entries.values()) {
      parts.push(`${yield* stringOf(x, key, 'concatenation')}=${yield* stringOf(x, item, 'concatenation')}`);
    }
    return `{${parts.join(', ')}}`;
  }
  if (value instanceof ApexObject) return yield* objectText(x, value);
  return plainText(value, zone, style);
}

function* textsOf(x: Execution, values: Value[]): Generator<Pause, string[], void> {
  const texts: string[] = [];
  for (const value of values) texts.push(yield* stringOf(x, value, 'concatenation'));
  return texts;
}

function* objectText(x: Execution, value: ApexObject): Generator<Pause, string, void> {
  if (x.program.hasMethod(value.type, 'toString', 0)) {
    const text = yield* x.program.call(x, value, 'toString', []);
    return typeof text === 'string' ? text : 'null';
  }
  const parts: string[] = [];
  for (const field of x.program.fieldsOf(value.type)) {
    if (field.isStatic) continue;
    const item = yield* x.program.getField(x, value, field.name);
    parts.push(`${field.name}=${item === value ? '(already output)' : yield* stringOf(x, item, 'concatenation')}`);
  }
  return `${value.type.name.replace(/^.*\./, '')}:[${parts.join(', ')}]`;
}
