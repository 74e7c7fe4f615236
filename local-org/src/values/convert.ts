import { apexException } from '../platform/exceptions.ts';
import type { FieldDefinition } from '../schema/definition.ts';
import { apexTypeOfField } from '../schema/definition.ts';
import { apexType, T } from '../types/type.ts';
import type { ApexType } from '../types/type.ts';
import { ApexDecimal } from './decimal.ts';
import { DAY_MS } from './date.ts';
import { toId } from './id.ts';
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
  SObjectValue,
} from './value.ts';
import type { Value } from './value.ts';

/** Wraps to 32 bits, as Integer arithmetic does. */
export function toInteger(value: number | bigint): number {
  return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value | 0;
}

/** Wraps to 64 bits, as Long arithmetic does. */
export function toLong(value: number | bigint): bigint {
  return BigInt.asIntN(64, BigInt(value));
}

/** The run-time type of a value, as `Object` variables know it. A record's is its own sObject type. */
export function runtimeType(value: Value): ApexType {
  if (value === null) return T.Null;
  if (typeof value === 'string') return T.String;
  if (typeof value === 'boolean') return T.Boolean;
  if (typeof value === 'number') return T.Integer;
  if (typeof value === 'bigint') return T.Long;
  if (value instanceof ApexDouble) return T.Double;
  if (value instanceof ApexDecimal) return T.Decimal;
  if (value instanceof ApexId) return T.Id;
  if (value instanceof ApexDate) return T.Date;
  if (value instanceof ApexDatetime) return T.Datetime;
  if (value instanceof ApexTime) return T.Time;
  if (value instanceof ApexBlob) return T.Blob;
  if (value instanceof SObjectValue) return apexType(value.definition.name);
  if (
    value instanceof ApexList ||
    value instanceof ApexSet ||
    value instanceof ApexMap ||
    value instanceof EnumValue ||
    value instanceof ApexObject
  ) {
    return value.type;
  }
  throw new Error('A value of no Apex type');
}

/** "Invalid id: abc" */
export function idOrThrow(text: string): ApexId {
  const id = toId(text);
  if (id === null) throw apexException('StringException', `Invalid id: ${text}`);
  return id;
}

/**
 * The implicit conversion of a value to a type, by the value's run-time type: Integer to Long, Double, Decimal; Long to
 * Double, Decimal; Double and Decimal to one another; Id to String and back; Date to Datetime. Any other value
 * comes back as it is: whether the assignment is allowed is the compiler's question.
 * @throws ApexThrow StringException for a String that is no Id
 */
export function convertTo(value: Value, to: ApexType): Value {
  if (value === null) return null;
  switch (to) {
    case T.Long:
      return typeof value === 'number' ? BigInt(value) : value;
    case T.Double:
      if (typeof value === 'number') return new ApexDouble(value);
      if (typeof value === 'bigint') return new ApexDouble(Number(value));
      return value instanceof ApexDecimal ? new ApexDouble(value.toNumber()) : value;
    case T.Decimal:
      if (typeof value === 'number' || typeof value === 'bigint') return ApexDecimal.of(value);
      return value instanceof ApexDouble ? decimalOfDouble(value) : value;
    case T.String:
      return value instanceof ApexId ? value.value : value;
    case T.Id:
      return typeof value === 'string' ? idOrThrow(value) : value;
    case T.Datetime:
      return value instanceof ApexDate ? new ApexDatetime(value.day * DAY_MS) : value;
    default:
      return value;
  }
}

/** A Double as a Decimal; a whole number keeps its `.0` as its text has it. */
export function decimalOfDouble(value: ApexDouble): ApexDecimal {
  if (!Number.isFinite(value.value)) throw apexException('TypeException', `Invalid decimal: ${value.value}`);
  const decimal = ApexDecimal.fromDouble(value.value);
  return decimal.scale === 0 ? decimal.setScale(1) : decimal;
}

/** The number of an explicit cast `(Integer) d`, `(Long) d`: cut towards zero, then wrapped. */
export function castNumber(value: Value, to: ApexType): Value {
  if (to === T.Integer) {
    if (typeof value === 'bigint') return toInteger(value);
    if (value instanceof ApexDecimal) return toInteger(value.truncate());
    if (value instanceof ApexDouble) return doubleToInteger(value.value);
  }
  if (to === T.Long) {
    if (value instanceof ApexDecimal) return toLong(value.truncate());
    if (value instanceof ApexDouble) return doubleToLong(value.value);
  }
  return convertTo(value, to);
}

/** As Java's (int) of a double: NaN is 0, too large values stop at the ends. */
export function doubleToInteger(value: number): number {
  return Number.isNaN(value) ? 0 : Math.max(-2_147_483_648, Math.min(2_147_483_647, Math.trunc(value)));
}

const LONG_MAX = 2n ** 63n - 1n;
const LONG_MIN = -(2n ** 63n);

/** As Java's (long) of a double. */
export function doubleToLong(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= Number(LONG_MAX)) return LONG_MAX;
  if (value <= Number(LONG_MIN)) return LONG_MIN;
  return BigInt(Math.trunc(value));
}

/**
 * A value put into a field by `record.put(name, value)`, where the compiler could not check it.
 * @throws ApexThrow SObjectException "Illegal assignment from String to Decimal"
 */
export function toFieldValue(value: Value, field: FieldDefinition): Value {
  if (value === null) return null;
  const type = apexTypeOfField(field);
  if (type === T.Object) return value;
  if (type === T.Integer && value instanceof ApexDecimal && value.scale <= 0) return toInteger(value.truncate());
  if (type === T.Date && value instanceof ApexDatetime) return new ApexDate(Math.floor(value.ms / DAY_MS));
  const converted = convertTo(value, type);
  if (runtimeType(converted) === type) return converted;
  throw apexException('SObjectException', `Illegal assignment from ${runtimeType(value).text} to ${type.text}`);
}
