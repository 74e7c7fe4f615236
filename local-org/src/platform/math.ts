import { toInteger, toLong } from '../values/convert.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { ApexDouble } from '../values/value.ts';
import { doubleToInteger, doubleToLong, decimalOfDouble } from '../values/convert.ts';
import { apexException } from './exceptions.ts';
import { nonNull } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/** Math (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_math.htm). */

/** A function of one real number, for Decimal and Double arguments. */
function real(name: string, compute: (value: number) => number): Record<string, Native> {
  return {
    [`static Decimal ${name}(Decimal)`]: (_x, _self, value: ApexDecimal) =>
      decimalOfDouble(new ApexDouble(compute(value.toNumber()))),
    [`static Double ${name}(Double)`]: (_x, _self, value: ApexDouble) => new ApexDouble(compute(value.value)),
  };
}

/** Java's Math.rint: to the even neighbour at a half. */
function rint(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function modulo<N extends number | bigint>(dividend: N, divisor: N, zero: N, compute: (a: N, b: N) => N): N {
  if (divisor === zero) throw apexException('MathException', 'Divide by 0');
  return compute(dividend, divisor);
}

const REAL_FUNCTIONS: [string, (value: number) => number][] = [
  ['acos', Math.acos],
  ['asin', Math.asin],
  ['atan', Math.atan],
  ['cbrt', Math.cbrt],
  ['cos', Math.cos],
  ['cosh', Math.cosh],
  ['exp', Math.exp],
  ['log', Math.log],
  ['log10', Math.log10],
  ['sin', Math.sin],
  ['sinh', Math.sinh],
  ['sqrt', Math.sqrt],
  ['tan', Math.tan],
  ['tanh', Math.tanh],
];

const members: Record<string, Native> = {
  'static Decimal abs(Decimal)': (_x, _self, value: ApexDecimal) => value.abs(),
  'static Double abs(Double)': (_x, _self, value: ApexDouble) => new ApexDouble(Math.abs(value.value)),
  'static Integer abs(Integer)': (_x, _self, value: number) => toInteger(Math.abs(value)),
  'static Long abs(Long)': (_x, _self, value: bigint) => toLong(value < 0n ? -value : value),
  'static Decimal ceil(Decimal)': (_x, _self, value: ApexDecimal) => value.setScale(0, 'CEILING'),
  'static Double ceil(Double)': (_x, _self, value: ApexDouble) => new ApexDouble(Math.ceil(value.value)),
  'static Decimal floor(Decimal)': (_x, _self, value: ApexDecimal) => value.setScale(0, 'FLOOR'),
  'static Double floor(Double)': (_x, _self, value: ApexDouble) => new ApexDouble(Math.floor(value.value)),
  'static Decimal max(Decimal,Decimal)': (_x, _self, a: ApexDecimal, b: ApexDecimal) => (a.compare(b) >= 0 ? a : b),
  'static Double max(Double,Double)': (_x, _self, a: ApexDouble, b: ApexDouble) =>
    new ApexDouble(Math.max(a.value, b.value)),
  'static Integer max(Integer,Integer)': (_x, _self, a: number, b: number) => Math.max(a, b),
  'static Long max(Long,Long)': (_x, _self, a: bigint, b: bigint) => (a >= b ? a : b),
  'static Decimal min(Decimal,Decimal)': (_x, _self, a: ApexDecimal, b: ApexDecimal) => (a.compare(b) <= 0 ? a : b),
  'static Double min(Double,Double)': (_x, _self, a: ApexDouble, b: ApexDouble) =>
    new ApexDouble(Math.min(a.value, b.value)),
  'static Integer min(Integer,Integer)': (_x, _self, a: number, b: number) => Math.min(a, b),
  'static Long min(Long,Long)': (_x, _self, a: bigint, b: bigint) => (a <= b ? a : b),
  'static Integer mod(Integer,Integer)': (_x, _self, a: number, b: number) =>
    modulo(a, b, 0, (p, q) => toInteger(p % q)),
  'static Long mod(Long,Long)': (_x, _self, a: bigint, b: bigint) => modulo(a, b, 0n, (p, q) => p % q),
  'static Double pow(Double,Double)': (_x, _self, a: ApexDouble, b: ApexDouble) => new ApexDouble(a.value ** b.value),
  'static Double random()': () => new ApexDouble(Math.random()),
  'static Decimal rint(Decimal)': (_x, _self, value: ApexDecimal) => value.setScale(0, 'HALF_EVEN'),
  'static Double rint(Double)': (_x, _self, value: ApexDouble) => new ApexDouble(rint(value.value)),
  'static Integer round(Decimal)': (_x, _self, value: ApexDecimal) => toInteger(value.round('HALF_EVEN')),
  'static Integer round(Double)': (_x, _self, value: ApexDouble) => doubleToInteger(Math.floor(value.value + 0.5)),
  'static Long roundToLong(Decimal)': (_x, _self, value: ApexDecimal) => toLong(value.round('HALF_EVEN')),
  'static Long roundToLong(Double)': (_x, _self, value: ApexDouble) => doubleToLong(Math.floor(value.value + 0.5)),
  'static Decimal signum(Decimal)': (_x, _self, value: ApexDecimal) => ApexDecimal.of(value.compare(ApexDecimal.ZERO)),
  'static Double signum(Double)': (_x, _self, value: ApexDouble) => new ApexDouble(Math.sign(value.value)),
  'static Decimal atan2(Decimal,Decimal)': (_x, _self, y: ApexDecimal, x: ApexDecimal) =>
    decimalOfDouble(new ApexDouble(Math.atan2(y.toNumber(), x.toNumber()))),
  'static Double atan2(Double,Double)': (_x, _self, y: ApexDouble, x: ApexDouble) =>
    new ApexDouble(Math.atan2(y.value, x.value)),
};

for (const [name, compute] of REAL_FUNCTIONS) Object.assign(members, real(name, compute));

export const mathClass: PlatformClass = platformClass('Math', nonNull(members));
