import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { isoDate, isoTime } from '../values/date.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { stringValueOf, doubleText } from '../values/text.ts';
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
} from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { isoInstant } from './datetime.ts';
import { apexException } from './exceptions.ts';
import type { Json } from './json-text.ts';
import { memberName } from './sobject.ts';

/** API version in the `url` attribute of serialized records. */
const API_VERSION = 'v68.0';

type Run<R> = Generator<Pause, R, void>;

/**
 * The JSON tree of a value, as JSON.serialize makes it.
 * @param suppressNulls leaves out null fields of own classes
 * @throws ApexThrow JSONException for what Apex does not serialize
 */
export function* toJson(x: Execution, value: Value, suppressNulls = false): Run<Json> {
  const scalar = scalarJson(value);
  if (scalar !== null) return scalar;
  if (value instanceof ApexList) return { kind: 'array', items: yield* all(x, value.items, suppressNulls) };
  if (value instanceof ApexSet)
    return { kind: 'array', items: yield* all(x, [...value.entries.values()], suppressNulls) };
  if (value instanceof ApexMap) {
    const entries: [string, Json][] = [];
    for (const [key, item] of value.entries.values())
      entries.push([mapKey(key), yield* toJson(x, item, suppressNulls)]);
    return { kind: 'object', entries };
  }
  if (value instanceof SObjectValue) return yield* recordJson(x, value, suppressNulls);
  if (value instanceof ExceptionValue)
    throw apexException('JSONException', `Type unsupported in JSON: ${value.typeName}`);
  if (value instanceof PlatformObject) throw new NotModelledError(`JSON.serialize of ${value.type.text}`);
  return yield* objectJson(x, value as ApexObject, suppressNulls);
}

function scalarJson(value: Value): Json | null {
  if (value === null) return { kind: 'null' };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'number', text: String(value) };
  if (value instanceof ApexDouble) return { kind: 'number', text: doubleText(value.value) };
  if (value instanceof ApexDecimal) return { kind: 'number', text: value.toString() };
  const text = scalarText(value);
  return text === null ? null : { kind: 'string', value: text };
}

function scalarText(value: Value): string | null {
  if (value instanceof ApexId) return value.value;
  if (value instanceof ApexDate) return isoDate(value.day);
  if (value instanceof ApexDatetime) return isoInstant(value.ms);
  if (value instanceof ApexTime) return `${isoTime(value.ms)}Z`;
  if (value instanceof ApexBlob) return Buffer.from(value.bytes).toString('base64');
  if (value instanceof EnumValue) return value.name;
  if (value instanceof PlatformObject && value.type.name === 'UUID') return stringValueOf(value);
  return null;
}

function* all(x: Execution, items: Value[], suppressNulls: boolean): Run<Json[]> {
  const out: Json[] = [];
  for (const item of items) out.push(yield* toJson(x, item, suppressNulls));
  return out;
}

function mapKey(key: Value): string {
  if (key === null) return 'null';
  const scalar = scalarJson(key);
  if (scalar === null) throw apexException('JSONException', 'Map keys must be a primitive type or an enum');
  if (scalar.kind === 'string') return scalar.value;
  if (scalar.kind === 'number') return scalar.text;
  return key === true ? 'true' : 'false';
}

function* recordJson(x: Execution, record: SObjectValue, suppressNulls: boolean): Run<Json> {
  const { name } = record.definition;
  const attributes: [string, Json][] = [['type', { kind: 'string', value: name }]];
  const id = record.values.get('id');
  if (id instanceof ApexId) {
    attributes.push(['url', { kind: 'string', value: `/services/data/${API_VERSION}/sobjects/${name}/${id.value}` }]);
  }
  const entries: [string, Json][] = [['attributes', { kind: 'object', entries: attributes }]];
  for (const [key, value] of record.values) {
    entries.push([memberName(record, key), yield* memberJson(x, record, key, value, suppressNulls)]);
  }
  return { kind: 'object', entries };
}

/** Child rows come as the result of a query: {"totalSize":…,"done":true,"records":[…]}. */
function* memberJson(x: Execution, record: SObjectValue, key: string, value: Value, suppressNulls: boolean): Run<Json> {
  if (!(value instanceof ApexList) || record.definition.fields.has(key)) return yield* toJson(x, value, suppressNulls);
  return {
    kind: 'object',
    entries: [
      ['totalSize', { kind: 'number', text: String(value.items.length) }],
      ['done', { kind: 'boolean', value: true }],
      ['records', yield* toJson(x, value, suppressNulls)],
    ],
  };
}

function* objectJson(x: Execution, value: ApexObject, suppressNulls: boolean): Run<Json> {
  const entries: [string, Json][] = [];
  for (const field of x.program.fieldsOf(value.type)) {
    if (field.isStatic || field.isTransient) continue;
    const item = yield* x.program.getField(x, value, field.name);
    if (item === null && suppressNulls) continue;
    entries.push([field.name, yield* toJson(x, item, suppressNulls)]);
  }
  return { kind: 'object', entries };
}
