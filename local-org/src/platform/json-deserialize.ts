import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { apexTypeOfField } from '../schema/definition.ts';
import { apexType, T } from '../types/type.ts';
import type { ApexType } from '../types/type.ts';
import { idOrThrow } from '../values/convert.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { enumConstant, enumConstants } from '../values/enums.ts';
import { hashKey } from '../values/equality.ts';
import {
  ApexBlob,
  ApexDatetime,
  ApexDouble,
  ApexList,
  ApexMap,
  ApexSet,
  ApexTime,
  SObjectValue,
} from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { readDate } from './date.ts';
import { apexException } from './exceptions.ts';
import type { Json } from './json-text.ts';

type Run<R> = Generator<Pause, R, void>;

function failure(message: string): Error {
  return apexException('JSONException', message);
}

/** JSON.deserializeUntyped: Map<String,Object>, List<Object>, Integer, Long, Decimal, String, Boolean, null. */
export function untyped(json: Json): Value {
  switch (json.kind) {
    case 'null':
      return null;
    case 'boolean':
    case 'string':
      return json.value;
    case 'number':
      return untypedNumber(json.text);
    case 'array':
      return new ApexList(apexType('List', T.Object), json.items.map(untyped));
    case 'object': {
      const map = new ApexMap(apexType('Map', T.String, T.Object));
      for (const [name, value] of json.entries) map.entries.set(hashKey(name), [name, untyped(value)]);
      return map;
    }
  }
}

function untypedNumber(text: string): Value {
  if (!/^-?\d+$/.test(text)) return decimal(text);
  const whole = BigInt(text);
  if (BigInt.asIntN(32, whole) === whole) return Number(whole);
  return BigInt.asIntN(64, whole) === whole ? whole : decimal(text);
}

function decimal(text: string): ApexDecimal {
  const value = ApexDecimal.parse(text);
  if (value === null) throw failure('Illegal value for primitive');
  return value;
}

/** `2026-01-31T13:05:09.000Z`, with an offset or without. */
function instant(text: string): ApexDatetime {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
    text,
  );
  const zone = match?.[3] ?? 'Z';
  const iso = `${match?.[1] ?? ''}T${match?.[2] ?? '00:00'}${zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone}`;
  const ms = match === null ? NaN : Date.parse(iso);
  if (Number.isNaN(ms)) throw failure(`Failed to parse a date-time: ${text}`);
  return new ApexDatetime(ms);
}

function timeOfDay(text: string): ApexTime {
  const match = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?Z?$/.exec(text);
  if (match === null) throw failure(`Failed to parse a time: ${text}`);
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  return new ApexTime(hour * 3_600_000 + minute * 60_000 + second * 1000 + Number((match[4] ?? '0').padEnd(3, '0')));
}

function whole(text: string, bits: number): bigint {
  const value = /^-?\d+$/.test(text) ? BigInt(text) : null;
  if (value === null || BigInt.asIntN(bits, value) !== value) throw failure(`For input string: "${text}"`);
  return value;
}

/** Converters from the text of a scalar, by type. */
const SCALARS = new Map<ApexType, (text: string) => Value>([
  [T.String, (text) => text],
  [T.Integer, (text) => Number(whole(text, 32))],
  [T.Long, (text) => whole(text, 64)],
  [T.Decimal, decimal],
  [
    T.Double,
    (text) => {
      if (text.trim() === '' || Number.isNaN(Number(text))) throw failure(`For input string: "${text}"`);
      return new ApexDouble(Number(text));
    },
  ],
  [T.Boolean, (text) => text.toLowerCase() === 'true'],
  [T.Id, idOrThrow],
  [T.Date, readDate],
  [T.Datetime, instant],
  [T.Time, timeOfDay],
  [T.Blob, (text) => new ApexBlob(Buffer.from(text, 'base64'))],
]);

function scalarText(json: Json): string {
  switch (json.kind) {
    case 'string':
      return json.value;
    case 'number':
      return json.text;
    case 'boolean':
      return String(json.value);
    default:
      throw failure('Illegal value for primitive');
  }
}

function members(json: Json, what: string): [string, Json][] {
  if (json.kind !== 'object') throw failure(`Malformed JSON: Expected '{' at the beginning of ${what}`);
  return json.entries;
}

function items(json: Json): Json[] {
  if (json.kind !== 'array') throw failure("Malformed JSON: Expected '[' at the beginning of List/Set");
  return json.items;
}

/**
 * JSON.deserialize and deserializeStrict: a value of the type from a JSON tree. Own classes are made without running
 * their constructors.
 * @param strict unknown members of own classes are errors
 */
export function* typed(x: Execution, json: Json, type: ApexType, strict: boolean): Run<Value> {
  if (json.kind === 'null') return null;
  const scalar = SCALARS.get(type);
  if (scalar !== undefined) return scalar(scalarText(json));
  if (enumConstants(type) !== null) return enumValue(json, type);
  switch (type.name) {
    case 'List':
      return new ApexList(type, yield* each(x, items(json), type, strict));
    case 'Set': {
      const set = new ApexSet(type);
      for (const item of yield* each(x, items(json), type, strict)) set.entries.set(hashKey(item), item);
      return set;
    }
    case 'Map':
      return yield* mapOf(x, json, type, strict);
    case 'Object':
      throw failure('Apex Type unsupported in JSON: Object');
  }
  const definition = recordDefinition(x, json, type);
  if (definition !== null) return yield* record(x, json, definition, strict);
  return yield* object(x, json, type, strict);
}

function* each(x: Execution, list: Json[], type: ApexType, strict: boolean): Run<Value[]> {
  const element = type.args[0] ?? T.Object;
  const out: Value[] = [];
  for (const item of list) out.push(yield* typed(x, item, element, strict));
  return out;
}

function* mapOf(x: Execution, json: Json, type: ApexType, strict: boolean): Run<Value> {
  const [keyType = T.String, valueType = T.Object] = type.args;
  const map = new ApexMap(type);
  for (const [name, item] of members(json, 'object')) {
    const key = yield* typed(x, { kind: 'string', value: name }, keyType, strict);
    map.entries.set(hashKey(key), [key, yield* typed(x, item, valueType, strict)]);
  }
  return map;
}

function enumValue(json: Json, type: ApexType): Value {
  const text = scalarText(json);
  const value = enumConstant(type, text);
  if (value === null) throw failure(`Illegal value for enum ${type.text}: ${text}`);
  return value;
}

/** The object of a record: the declared type, or for SObject the one that `attributes` names. */
function recordDefinition(x: Execution, json: Json, type: ApexType): ObjectDefinition | null {
  if (type !== T.SObject) return x.org.schema.object(type.name);
  const attributes = members(json, 'object').find(([name]) => name === 'attributes')?.[1];
  const named = attributes?.kind === 'object' ? attributes.entries.find(([name]) => name === 'type')?.[1] : undefined;
  const definition = named?.kind === 'string' ? x.org.schema.object(named.value) : null;
  if (definition === null) throw failure('Cannot deserialize SObject without its type in "attributes"');
  return definition;
}

function* record(x: Execution, json: Json, definition: ObjectDefinition, strict: boolean): Run<SObjectValue> {
  const value = new SObjectValue(definition);
  for (const [name, item] of members(json, 'object')) {
    if (name === 'attributes') continue;
    const key = name.toLowerCase();
    const field = definition.fields.get(key);
    value.values.set(
      key,
      field !== undefined
        ? yield* fieldValue(x, item, field, strict)
        : yield* related(x, item, definition, name, strict),
    );
  }
  return value;
}

function* fieldValue(x: Execution, json: Json, field: FieldDefinition, strict: boolean): Run<Value> {
  return yield* typed(x, json, apexTypeOfField(field), strict);
}

function* related(x: Execution, json: Json, definition: ObjectDefinition, name: string, strict: boolean): Run<Value> {
  const parent = x.org.schema.parentRelationship(definition, name);
  const target = parent?.referenceTo[0];
  if (parent !== null && target !== undefined) {
    return yield* typed(x, json, parent.referenceTo.length > 1 ? T.SObject : apexType(target), strict);
  }
  const child = x.org.schema.childRelationship(definition, name);
  if (child !== null) {
    const rows = json.kind === 'object' ? json.entries.find(([key]) => key === 'records')?.[1] : json;
    return yield* typed(x, rows ?? { kind: 'null' }, apexType('List', apexType(child.childObject)), strict);
  }
  throw failure(`No such column '${name}' on sobject of type ${definition.name}`);
}

function* object(x: Execution, json: Json, type: ApexType, strict: boolean): Run<Value> {
  const fields = new Map(
    x.program
      .fieldsOf(type)
      .filter((field) => !field.isStatic && !field.isTransient)
      .map((field) => [field.name.toLowerCase(), field]),
  );
  if (fields.size === 0 && x.program.typeNamed(type.text) !== type)
    throw new NotModelledError(`JSON.deserialize to ${type.text}`);
  const entries = members(json, 'object');
  const value = x.program.allocate(x, type);
  for (const [name, item] of entries) {
    const field = fields.get(name.toLowerCase());
    if (field === undefined) {
      if (strict) throw failure(`Unrecognized field "${name}"${place(item)}`);
      continue;
    }
    yield* x.program.setField(x, value, field.name, yield* typed(x, item, field.type, strict));
  }
  return value;
}

function place(json: Json): string {
  return json.at === undefined ? '' : ` at [line:${json.at.line}, column:${json.at.column}]`;
}
