import { apexException, nullPointer } from '../../platform/exceptions.ts';
import { decimalOfDouble, idOrThrow, toLong } from '../../values/convert.ts';
import { DAY_MS } from '../../values/date.ts';
import { ApexDecimal } from '../../values/decimal.ts';
import { compareText, compareValues, equals } from '../../values/equality.ts';
import { ApexDate, ApexDatetime, ApexDouble, ApexId, ApexTime } from '../../values/value.ts';
import type { Value } from '../../values/value.ts';

/** Throws "Attempt to de-reference a null object"; emitted as `value ?? R.npe()`. */
export function npe(): never {
  throw nullPointer();
}

type Maybe<V> = V | null;

// Integer

export function multiplyInteger(a: Maybe<number>, b: Maybe<number>): number {
  return Math.imul(a ?? npe(), b ?? npe());
}

export function divideInteger(a: Maybe<number>, b: Maybe<number>): number {
  const by = b ?? npe();
  if (by === 0) throw divideByZero();
  return ((a ?? npe()) / by) | 0;
}

function divideByZero(): Error {
  return apexException('MathException', 'Divide by 0');
}

// Long

export function addLong(a: Maybe<bigint>, b: Maybe<bigint>): bigint {
  return BigInt.asIntN(64, (a ?? npe()) + (b ?? npe()));
}

export function subtractLong(a: Maybe<bigint>, b: Maybe<bigint>): bigint {
  return BigInt.asIntN(64, (a ?? npe()) - (b ?? npe()));
}

export function multiplyLong(a: Maybe<bigint>, b: Maybe<bigint>): bigint {
  return BigInt.asIntN(64, (a ?? npe()) * (b ?? npe()));
}

export function divideLong(a: Maybe<bigint>, b: Maybe<bigint>): bigint {
  const by = b ?? npe();
  if (by === 0n) throw divideByZero();
  return BigInt.asIntN(64, (a ?? npe()) / by);
}

export function negateLong(a: Maybe<bigint>): bigint {
  return BigInt.asIntN(64, -(a ?? npe()));
}

/** As Java: only the low six bits of the distance count. */
export function shiftLong(a: bigint, distance: number, operator: string): bigint {
  const by = BigInt(distance & 63);
  if (operator === '<<') return toLong(a << by);
  return operator === '>>' ? a >> by : toLong(BigInt.asUintN(64, a) >> by);
}

// Double

export function addDouble(a: Maybe<ApexDouble>, b: Maybe<ApexDouble>): ApexDouble {
  return new ApexDouble((a ?? npe()).value + (b ?? npe()).value);
}

export function subtractDouble(a: Maybe<ApexDouble>, b: Maybe<ApexDouble>): ApexDouble {
  return new ApexDouble((a ?? npe()).value - (b ?? npe()).value);
}

export function multiplyDouble(a: Maybe<ApexDouble>, b: Maybe<ApexDouble>): ApexDouble {
  return new ApexDouble((a ?? npe()).value * (b ?? npe()).value);
}

export function divideDouble(a: Maybe<ApexDouble>, b: Maybe<ApexDouble>): ApexDouble {
  const by = (b ?? npe()).value;
  if (by === 0) throw divideByZero();
  return new ApexDouble((a ?? npe()).value / by);
}

export function negateDouble(a: Maybe<ApexDouble>): ApexDouble {
  return new ApexDouble(-(a ?? npe()).value);
}

// Decimal

export function addDecimal(a: Maybe<ApexDecimal>, b: Maybe<ApexDecimal>): ApexDecimal {
  return (a ?? npe()).add(b ?? npe());
}

export function subtractDecimal(a: Maybe<ApexDecimal>, b: Maybe<ApexDecimal>): ApexDecimal {
  return (a ?? npe()).subtract(b ?? npe());
}

export function multiplyDecimal(a: Maybe<ApexDecimal>, b: Maybe<ApexDecimal>): ApexDecimal {
  return (a ?? npe()).multiply(b ?? npe());
}

export function divideDecimal(a: Maybe<ApexDecimal>, b: Maybe<ApexDecimal>): ApexDecimal {
  const by = b ?? npe();
  if (by.unscaled === 0n) throw divideByZero();
  return (a ?? npe()).divide(by);
}

export function negateDecimal(a: Maybe<ApexDecimal>): ApexDecimal {
  return (a ?? npe()).negate();
}

// Dates: `date + 1`, `datetime - 0.5`

export function addDays(date: Maybe<ApexDate>, days: Maybe<number | bigint>): ApexDate {
  return new ApexDate((date ?? npe()).day + Number(days ?? npe()));
}

export function subtractDays(date: Maybe<ApexDate>, days: Maybe<number | bigint>): ApexDate {
  return new ApexDate((date ?? npe()).day - Number(days ?? npe()));
}

type Amount = Maybe<number | bigint | ApexDouble | ApexDecimal>;

function amount(value: Amount): number {
  if (value === null) return npe();
  if (value instanceof ApexDouble) return value.value;
  return value instanceof ApexDecimal ? value.toNumber() : Number(value);
}

export function addDatetimeDays(at: Maybe<ApexDatetime>, days: Amount): ApexDatetime {
  return new ApexDatetime((at ?? npe()).ms + Math.round(amount(days) * DAY_MS));
}

export function subtractDatetimeDays(at: Maybe<ApexDatetime>, days: Amount): ApexDatetime {
  return new ApexDatetime((at ?? npe()).ms - Math.round(amount(days) * DAY_MS));
}

export function addTime(at: Maybe<ApexTime>, ms: Maybe<number | bigint>): ApexTime {
  return new ApexTime(((at ?? npe()).ms + Number(ms ?? npe()) + DAY_MS) % DAY_MS);
}

export function subtractTime(at: Maybe<ApexTime>, ms: Maybe<number | bigint>): ApexTime {
  return new ApexTime(((at ?? npe()).ms - (Number(ms ?? npe()) % DAY_MS) + DAY_MS) % DAY_MS);
}

// Implicit conversions

export function integerToLong(a: Maybe<number>): Maybe<bigint> {
  return a === null ? null : BigInt(a);
}

export function integerToDouble(a: Maybe<number>): Maybe<ApexDouble> {
  return a === null ? null : new ApexDouble(a);
}

export function integerToDecimal(a: Maybe<number | bigint>): Maybe<ApexDecimal> {
  return a === null ? null : ApexDecimal.of(a);
}

export function longToDouble(a: Maybe<bigint>): Maybe<ApexDouble> {
  return a === null ? null : new ApexDouble(Number(a));
}

export function doubleToDecimal(a: Maybe<ApexDouble>): Maybe<ApexDecimal> {
  return a === null ? null : decimalOfDouble(a);
}

export function decimalToDouble(a: Maybe<ApexDecimal>): Maybe<ApexDouble> {
  return a === null ? null : new ApexDouble(a.toNumber());
}

export function idToString(a: Maybe<ApexId>): Maybe<string> {
  return a === null ? null : a.value;
}

export function stringToId(a: Maybe<string>): Maybe<ApexId> {
  return a === null ? null : idOrThrow(a);
}

export function dateToDatetime(a: Maybe<ApexDate>): Maybe<ApexDatetime> {
  return a === null ? null : new ApexDatetime(a.day * DAY_MS);
}

// Comparison: false with null, but for strings, where null is the least

type Whole = Maybe<number | bigint>;

export function lessWhole(a: Whole, b: Whole): boolean {
  return a !== null && b !== null && a < b;
}

export function greaterWhole(a: Whole, b: Whole): boolean {
  return a !== null && b !== null && a > b;
}

export function lessOrEqualWhole(a: Whole, b: Whole): boolean {
  return a !== null && b !== null && a <= b;
}

export function greaterOrEqualWhole(a: Whole, b: Whole): boolean {
  return a !== null && b !== null && a >= b;
}

export function less(a: Value, b: Value): boolean {
  return compareValues(a, b) < 0;
}

export function greater(a: Value, b: Value): boolean {
  return compareValues(a, b) > 0;
}

export function lessOrEqual(a: Value, b: Value): boolean {
  return compareValues(a, b) <= 0;
}

export function greaterOrEqual(a: Value, b: Value): boolean {
  return compareValues(a, b) >= 0;
}

type Text = string | ApexId;

function textOrder(a: Maybe<Text>, b: Maybe<Text>): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  const text = (v: Text): string => (typeof v === 'string' ? v : v.value).toLowerCase();
  return compareText(text(a), text(b));
}

export function lessText(a: Maybe<Text>, b: Maybe<Text>): boolean {
  return textOrder(a, b) < 0;
}

export function greaterText(a: Maybe<Text>, b: Maybe<Text>): boolean {
  return textOrder(a, b) > 0;
}

export function lessOrEqualText(a: Maybe<Text>, b: Maybe<Text>): boolean {
  return textOrder(a, b) <= 0;
}

export function greaterOrEqualText(a: Maybe<Text>, b: Maybe<Text>): boolean {
  return textOrder(a, b) >= 0;
}

/** `==` between two Strings: capitals do not count. */
export function equalStrings(a: Maybe<string>, b: Maybe<string>): boolean {
  return a === b || equals(a, b);
}
