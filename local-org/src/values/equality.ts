import { parseId } from './id.ts';
import { ApexDecimal } from './decimal.ts';
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

const identities = new WeakMap<object, string>();
let nextIdentity = 0;

function identity(object: object): string {
  let key = identities.get(object);
  if (key === undefined) {
    key = `\0o${nextIdentity++}`;
    identities.set(object, key);
  }
  return key;
}

/**
 * The key under which a value stands in a Set or as the key of a Map: equal for values that Apex holds to be the same
 * element. Strings differ by case here. Collections and records are compared by content, objects by identity (own
 * classes with equals/hashCode are the caller's to refuse or to call).
 */
export function hashKey(value: Value): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof ApexId) return `\0i${value.value}`;
  if (value instanceof ApexDecimal) return `\0n${value.stripTrailingZeros().toString()}`;
  if (value instanceof ApexDouble) return `\0f${value.value}`;
  if (value instanceof ApexDate) return `\0d${value.day}`;
  if (value instanceof ApexDatetime) return `\0t${value.ms}`;
  if (value instanceof ApexTime) return `\0m${value.ms}`;
  if (value instanceof EnumValue) return value;
  if (value instanceof ApexObject) return value;
  return contentKey(value);
}

function contentKey(value: Value): string {
  if (value === null) return '\0null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `\0l${value}`;
  if (typeof value === 'number' || typeof value === 'boolean') return `\0${typeof value}${value}`;
  if (value instanceof ApexBlob) return `\0b${Buffer.from(value.bytes).toString('base64')}`;
  if (value instanceof ApexList) return `\0L[${value.items.map(contentKey).join()}]`;
  if (value instanceof ApexSet) return `\0S[${[...value.entries.values()].map(contentKey).sort().join()}]`;
  if (value instanceof ApexMap) {
    const entries = [...value.entries.values()].map(([k, v]) => `${contentKey(k)}=${contentKey(v)}`);
    return `\0M[${entries.sort().join()}]`;
  }
  if (value instanceof SObjectValue) {
    const fields = [...value.values].map(([name, v]) => `${name}=${contentKey(v)}`);
    return `\0R${value.definition.name}[${fields.sort().join()}]`;
  }
  const key = hashKey(value);
  return typeof key === 'string' ? key : identity(value);
}

type Numeric = number | bigint | ApexDouble | ApexDecimal;

function isNumeric(value: Value): value is Numeric {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof ApexDouble ||
    value instanceof ApexDecimal
  );
}

function compareNumbers(left: Numeric, right: Numeric): number {
  if (left instanceof ApexDouble || right instanceof ApexDouble) {
    const [a, b] = [asDouble(left), asDouble(right)];
    return a < b ? -1 : a > b ? 1 : a === b ? 0 : NaN;
  }
  if (left instanceof ApexDecimal || right instanceof ApexDecimal) return asDecimal(left).compare(asDecimal(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

function asDouble(value: Numeric): number {
  if (value instanceof ApexDouble) return value.value;
  return value instanceof ApexDecimal ? value.toNumber() : Number(value);
}

function asDecimal(value: number | bigint | ApexDecimal): ApexDecimal {
  return value instanceof ApexDecimal ? value : ApexDecimal.of(value);
}

/**
 * Apex `==`: strings regardless of case, ids in 15 and 18 characters alike, numbers across types, collections and
 * records by content, objects by identity (the emitted code calls an own `equals` instead).
 */
export function equals(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left === null || right === null) return false;
  if (typeof left === 'string' && typeof right === 'string') {
    return left.length === right.length && left.toLowerCase() === right.toLowerCase();
  }
  if (left instanceof ApexId && right instanceof ApexId) return left.value === right.value;
  if (left instanceof ApexId && typeof right === 'string') return sameId(left, right);
  if (right instanceof ApexId && typeof left === 'string') return sameId(right, left);
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right) === 0;
  if (left instanceof ApexDate && right instanceof ApexDatetime) return left.day * 86_400_000 === right.ms;
  if (left instanceof ApexDatetime && right instanceof ApexDate) return equals(right, left);
  if (left instanceof ApexList && right instanceof ApexList) {
    return left.items.length === right.items.length && contentKey(left) === contentKey(right);
  }
  return hashKey(left) === hashKey(right);
}

function sameId(id: ApexId, text: string): boolean {
  return id.value === (parseId(text) ?? '');
}

/** `===` of Apex: the same object for records, collections and objects; `==` for primitives. */
export function identical(left: Value, right: Value): boolean {
  if (
    left instanceof ApexList ||
    left instanceof ApexSet ||
    left instanceof ApexMap ||
    left instanceof SObjectValue ||
    left instanceof ApexObject
  ) {
    return left === right;
  }
  return equals(left, right);
}

/**
 * The order behind `<` and `>`: negative, 0, positive, or NaN when the two have none (the operators are false then, as
 * with null). Strings compare without case, as the operators do.
 */
export function compareValues(left: Value, right: Value): number {
  if (left === null || right === null) return NaN;
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right);
  const [a, b] = [comparable(left), comparable(right)];
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a.toLowerCase(), b.toLowerCase());
  return NaN;
}

function comparable(value: Value): number | string | null {
  if (typeof value === 'string') return value;
  if (value instanceof ApexId) return value.value;
  if (value instanceof ApexDate) return value.day * 86_400_000;
  if (value instanceof ApexDatetime || value instanceof ApexTime) return value.ms;
  if (value instanceof EnumValue) return value.ordinal;
  return null;
}

/** The order of String.compareTo and of List.sort(): by UTF-16 unit, with case. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * The natural order of List.sort(): null first, strings with case, Booleans false first.
 * NaN for values without a natural order (records and objects have rules of their own).
 */
export function compareForSort(left: Value, right: Value): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (left instanceof ApexId && right instanceof ApexId) return compareText(left.value, right.value);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return compareValues(left, right);
}
