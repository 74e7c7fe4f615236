import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import { isoDate, isoTime } from '../../values/date.ts';
import type { ApexAddress } from '../../values/address.ts';
import { ApexDecimal } from '../../values/decimal.ts';
import { toId } from '../../values/id.ts';
import {
  ApexBlob,
  ApexDate,
  ApexDatetime,
  ApexDouble,
  ApexId,
  ApexTime,
  PlatformObject,
  SObjectValue,
  type Value,
} from '../../values/value.ts';
import { ApiError } from './api-error.ts';

/** A field value as the REST API sends it. */
export function valueToJson(value: Value): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof ApexDouble) return value.value;
  if (value instanceof ApexDecimal) return value.toNumber();
  if (value instanceof ApexId) return value.value;
  if (value instanceof ApexDate) return isoDate(value.day);
  if (value instanceof ApexDatetime) return datetimeText(value.ms);
  if (value instanceof ApexTime) return `${isoTime(value.ms).replace(/Z$/, '')}Z`;
  if (value instanceof ApexBlob) return Buffer.from(value.bytes).toString('base64');
  throw new Error(`A record field holds a value that has no JSON form: ${value.constructor.name}`);
}

/** `2026-11-23T12:34:56.000+0000` */
export function datetimeText(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

/**
 * The value of a field from JSON.
 * @throws ApiError JSON_PARSER_ERROR when the JSON type does not fit the field, as Salesforce answers before any save
 */
export function jsonToValue(json: unknown, field: FieldDefinition): Value {
  if (json === null) return null;
  const text = typeof json === 'string' ? json : null;
  switch (field.type) {
    case 'boolean':
      if (typeof json === 'boolean') return json;
      if (text === 'true' || text === 'false') return text === 'true';
      break;
    case 'int':
    case 'double':
    case 'currency':
    case 'percent': {
      const number = typeof json === 'number' ? String(json) : text;
      const decimal = number === null ? null : ApexDecimal.parse(number.trim());
      if (decimal !== null && field.type !== 'int') return decimal;
      if (decimal !== null && Number.isInteger(decimal.toNumber())) return decimal.toNumber();
      break;
    }
    case 'date': {
      const match = /^(\d{4})-(\d\d)-(\d\d)(?:T.*)?$/.exec(text ?? '');
      const ms = match === null ? NaN : Date.parse(`${match[1]}-${match[2]}-${match[3]}T00:00:00Z`);
      if (!Number.isNaN(ms)) return new ApexDate(ms / 86_400_000);
      break;
    }
    case 'datetime': {
      const shaped = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text ?? '');
      const ms = shaped ? Date.parse((text ?? '').replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : NaN;
      if (!Number.isNaN(ms)) return new ApexDatetime(ms);
      break;
    }
    case 'time': {
      const match = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?Z?$/.exec(text ?? '');
      if (match === null) break;
      const [hours, minutes, seconds] = [match[1], match[2], match[3] ?? '0'].map(Number);
      const ms = ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000;
      return new ApexTime(ms + Number((match[4] ?? '0').padEnd(3, '0')));
    }
    case 'id':
    case 'reference': {
      if (text === null) break;
      if (text === '') return null;
      const id = toId(text);
      if (id === null) {
        throw new ApiError(400, 'MALFORMED_ID', `${field.label}: id value of incorrect type: ${text}`, [field.name]);
      }
      return id;
    }
    case 'base64':
      if (text !== null) return new ApexBlob(Buffer.from(text, 'base64'));
      break;
    default:
      if (text !== null) return text === '' ? null : text;
      if (typeof json === 'number' || typeof json === 'boolean') return String(json);
  }
  throw new ApiError(
    400,
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${field.type} from ${jsonKind(json)} value ${shown(json)} or request may be missing a required field at [line:1, column:1]`,
  );
}

function jsonKind(json: unknown): string {
  if (typeof json === 'string') return 'VALUE_STRING';
  if (typeof json === 'number') return Number.isInteger(json) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT';
  if (typeof json === 'boolean') return json ? 'VALUE_TRUE' : 'VALUE_FALSE';
  return Array.isArray(json) ? 'START_ARRAY' : 'START_OBJECT';
}

const shown = (json: unknown): string => (typeof json === 'string' ? json : JSON.stringify(json));

export const recordUrl = (version: string, object: string, id: string): string =>
  `/services/data/${version}/sobjects/${object}/${id}`;

/** The field as a record has it: addresses as an object of their parts, binary content as the URL that gives it. */
export function fieldToJson(
  row: SObjectValue,
  object: ObjectDefinition,
  field: FieldDefinition,
  version: string,
): unknown {
  const value = row.values.get(field.name.toLowerCase()) ?? null;
  if (field.type === 'address') return addressJson(row, field);
  if (field.type === 'base64') {
    const id = row.values.get('id');
    return value === null || !(id instanceof ApexId)
      ? null
      : `${recordUrl(version, object.name, id.value)}/${field.name}`;
  }
  return valueToJson(value);
}

const ADDRESS_PARTS = ['city', 'country', 'geocodeAccuracy', 'latitude', 'longitude', 'postalCode', 'state', 'street'];

function addressJson(row: SObjectValue, field: FieldDefinition): unknown {
  const prefix = field.name.slice(0, -'Address'.length).toLowerCase();
  const compound = row.values.get(field.name.toLowerCase());
  const queried = compound instanceof PlatformObject ? (compound as ApexAddress).data.parts : null;
  const entries = ADDRESS_PARTS.map((part) => {
    const name = part.toLowerCase();
    const value = queried === null ? row.values.get(prefix + name) : queried.get(name);
    return [part, value === undefined ? null : valueToJson(value)] as const;
  });
  return entries.every(([, value]) => value === null) ? null : Object.fromEntries(entries);
}
