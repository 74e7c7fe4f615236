import { T } from '../types/type.ts';
import { castNumber, decimalOfDouble, doubleToInteger, doubleToLong, toInteger, toLong } from '../values/convert.ts';
import { ApexDecimal } from '../values/decimal.ts';
import type { RoundingMode } from '../values/decimal.ts';
import { doubleText } from '../values/text.ts';
import { ApexDouble } from '../values/value.ts';
import type { EnumValue, Value } from '../values/value.ts';
import { runtimeType } from '../values/convert.ts';
import { apexException, nullPointer } from './exceptions.ts';
import { nonNull } from './native.ts';
import { platformClass, platformEnum } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/** Integer, Long, Double, Decimal, Boolean, RoundingMode (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_decimal.htm and its siblings). */

const roundingMode = platformEnum('RoundingMode', [
  'CEILING',
  'DOWN',
  'FLOOR',
  'HALF_DOWN',
  'HALF_EVEN',
  'HALF_UP',
  'UNNECESSARY',
  'UP',
]);

/** Turns the RangeErrors of ApexDecimal into what Apex code sees. */
function arithmetic<R>(work: () => R): R {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw apexException('MathException', error.message);
    throw error;
  }
}

/** In the user's locale en_US: thousands in groups, at most three decimals. */
export function grouped(value: ApexDecimal): string {
  const rounded = value.scale > 3 ? value.setScale(3, 'HALF_EVEN') : value;
  const [whole = '0', fraction = ''] = rounded.toPlainString().split('.');
  const decimals = fraction.replace(/0+$/, '');
  const digits = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return decimals === '' ? digits : `${digits}.${decimals}`;
}

function given<V>(value: V | null): V {
  if (value === null) throw nullPointer('Argument cannot be null.');
  return value;
}

/** A whole number of decimal digits with an optional sign, inside the bounds; else "Invalid integer: x". */
function parseWhole(text: string, what: string, bits: number): bigint {
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : null;
  if (value === null || BigInt.asIntN(bits, value) !== value)
    throw apexException('TypeException', `Invalid ${what}: ${text}`);
  return value;
}

function parseDouble(text: string): ApexDouble {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(trimmed)) {
    throw apexException('TypeException', `Invalid double: ${text}`);
  }
  return new ApexDouble(Number(trimmed.replace(/[dDfF]$/, '')));
}

function parseDecimal(text: string): ApexDecimal {
  const value = ApexDecimal.parse(text.trim());
  if (value === null) throw apexException('TypeException', `Invalid decimal: ${text}`);
  return value;
}

function invalidObject(value: Value, type: string): Error {
  return apexException('TypeException', `Invalid conversion from runtime type ${runtimeType(value).text} to ${type}`);
}

const integerClass = platformClass('Integer', {
  'static Integer valueOf(String)': (_x, _self, text: string | null) => Number(parseWhole(given(text), 'integer', 32)),
  'static Integer valueOf(Object)': (_x, _self, value: Value) => {
    const object = given(value);
    if (typeof object === 'string') return Number(parseWhole(object, 'integer', 32));
    const number = castNumber(object, T.Integer);
    if (typeof number !== 'number') throw invalidObject(object, 'Integer');
    return number;
  },
  'String format()': (_x, self: number) => grouped(ApexDecimal.of(self)),
});

const longClass = platformClass('Long', {
  'static Long valueOf(String)': (_x, _self, text: string | null) => parseWhole(given(text), 'long', 64),
  'Integer intValue()': (_x, self: bigint) => toInteger(self),
  'String format()': (_x, self: bigint) => grouped(ApexDecimal.of(self)),
});

const doubleClass = platformClass('Double', {
  'static Double valueOf(String)': (_x, _self, text: string | null) => parseDouble(given(text)),
  'static Double valueOf(Object)': (_x, _self, value: Value) => {
    const object = given(value);
    if (typeof object === 'string') return parseDouble(object);
    const number = castNumber(object, T.Double);
    if (!(number instanceof ApexDouble)) throw invalidObject(object, 'Double');
    return number;
  },
  'String format()': (_x, self: ApexDouble) => grouped(decimalOfDouble(self)),
  'Integer intValue()': (_x, self: ApexDouble) => doubleToInteger(self.value),
  'Long longValue()': (_x, self: ApexDouble) => doubleToLong(self.value),
  'Long round()': (_x, self: ApexDouble) => doubleToLong(Math.floor(self.value + 0.5)),
  'String toString()': (_x, self: ApexDouble) => doubleText(self.value),
});

function mode(value: EnumValue): RoundingMode {
  return value.name as RoundingMode;
}

const decimalMethods: Record<string, Native> = nonNull({
  'Decimal abs()': (_x, self: ApexDecimal) => self.abs(),
  'Decimal divide(Decimal,Integer)': (_x, self: ApexDecimal, by: ApexDecimal, scale: number) =>
    arithmetic(() => self.divideTo(by, scale, 'HALF_EVEN')),
  'Decimal divide(Decimal,Integer,RoundingMode)': (
    _x,
    self: ApexDecimal,
    by: ApexDecimal,
    scale: number,
    rounding: EnumValue,
  ) => arithmetic(() => self.divideTo(by, scale, mode(rounding))),
  'Double doubleValue()': (_x, self: ApexDecimal) => new ApexDouble(self.toNumber()),
  'String format()': (_x, self: ApexDecimal) => grouped(self),
  'Integer intValue()': (_x, self: ApexDecimal) => toInteger(self.truncate()),
  'Long longValue()': (_x, self: ApexDecimal) => toLong(self.truncate()),
  'Decimal pow(Integer)': (_x, self: ApexDecimal, exponent: number) => {
    if (exponent < 0 || exponent > 32_767) throw apexException('MathException', 'Invalid operation');
    return self.pow(exponent);
  },
  'Integer precision()': (_x, self: ApexDecimal) => self.precision(),
  'Long round()': (_x, self: ApexDecimal) => toLong(self.round('HALF_EVEN')),
  'Long round(RoundingMode)': (_x, self: ApexDecimal, rounding: EnumValue) =>
    arithmetic(() => toLong(self.round(mode(rounding)))),
  'Integer scale()': (_x, self: ApexDecimal) => self.scale,
  // The reference: setScale(scale) "using half-even rounding, if necessary".
  'Decimal setScale(Integer)': (_x, self: ApexDecimal, scale: number) => self.setScale(scale, 'HALF_EVEN'),
  'Decimal setScale(Integer,RoundingMode)': (_x, self: ApexDecimal, scale: number, rounding: EnumValue) =>
    arithmetic(() => self.setScale(scale, mode(rounding))),
  'Decimal stripTrailingZeros()': (_x, self: ApexDecimal) => self.stripTrailingZeros(),
  'String toPlainString()': (_x, self: ApexDecimal) => self.toPlainString(),
});

const decimalClass = platformClass('Decimal', {
  ...decimalMethods,
  'static Decimal valueOf(Double)': (_x, _self, value: ApexDouble | null) => decimalOfDouble(given(value)),
  'static Decimal valueOf(Long)': (_x, _self, value: bigint | null) => ApexDecimal.of(given(value)),
  'static Decimal valueOf(String)': (_x, _self, value: string | null) => parseDecimal(given(value)),
  'static Decimal valueOf(Decimal)': (_x, _self, value: ApexDecimal | null) => given(value),
});

const booleanClass = platformClass('Boolean', {
  'static Boolean valueOf(String)': (_x, _self, text: string | null) => given(text).toLowerCase() === 'true',
  'static Boolean valueOf(Object)': (_x, _self, value: Value) => {
    const object = given(value);
    if (typeof object === 'boolean') return object;
    if (typeof object === 'string') return object.toLowerCase() === 'true';
    throw invalidObject(object, 'Boolean');
  },
});

export const numberClasses: PlatformClass[] = [
  integerClass,
  longClass,
  doubleClass,
  decimalClass,
  booleanClass,
  roundingMode,
];
