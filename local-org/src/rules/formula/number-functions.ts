import { ApexDecimal } from '../../values/decimal.ts';
import type { RoundingMode } from '../../values/decimal.ts';
import { functionTable } from './signature.ts';
import { integerOf } from './text-functions.ts';
import { FormulaError } from './value.ts';
import type { FormulaValue } from './value.ts';

type Run = (args: readonly FormulaValue[]) => FormulaValue;

/** A function of one number; a blank stays blank. */
function onNumber(compute: (n: ApexDecimal) => FormulaValue): Run {
  return ([n]) => (n instanceof ApexDecimal ? compute(n) : null);
}

function rounded(mode: RoundingMode): Run {
  return onNumber((n) => n.setScale(0, mode));
}

function onDouble(name: string, compute: (n: number) => number): Run {
  return onNumber((n) => {
    const result = compute(n.toNumber());
    if (!Number.isFinite(result)) throw new FormulaError(`${name}() of ${n.toPlainString()}`);
    return ApexDecimal.fromDouble(result);
  });
}

/** MAX and MIN: one blank makes the result blank (formula-engine, FunctionMax). */
function extreme(sign: 1 | -1): Run {
  return (args) => {
    let best: ApexDecimal | null = null;
    for (const arg of args) {
      if (!(arg instanceof ApexDecimal)) return null;
      if (best === null || sign * arg.compare(best) > 0) best = arg;
    }
    return best;
  };
}

/** Number functions; a blank argument makes the result blank (BinaryMathCommand). */
export const NUMBER_FUNCTIONS = functionTable({
  'ABS(number): number': onNumber((n) => n.abs()),
  // Away from zero and towards zero (FunctionCeiling, FunctionFloor); MCEILING and MFLOOR are the mathematical ones.
  'CEILING(number): number': rounded('UP'),
  'FLOOR(number): number': rounded('DOWN'),
  'MCEILING(number): number': rounded('CEILING'),
  'MFLOOR(number): number': rounded('FLOOR'),
  'ROUND(number, number): number': ([n, digits]) => {
    const places = integerOf(digits);
    return n instanceof ApexDecimal && places !== null ? n.setScale(places, 'HALF_UP') : null;
  },
  // The remainder has the sign of the number, as BigDecimal.remainder (FunctionMod).
  'MOD(number, number): number': ([n, by]) => {
    if (!(n instanceof ApexDecimal) || !(by instanceof ApexDecimal)) return null;
    if (by.unscaled === 0n) throw new FormulaError('MOD() by zero');
    return n.subtract(by.multiply(n.divideTo(by, 0, 'DOWN')));
  },
  'MAX(number...): number': extreme(1),
  'MIN(number...): number': extreme(-1),
  'SQRT(number): number': onDouble('SQRT', Math.sqrt),
  'EXP(number): number': onDouble('EXP', Math.exp),
  'LN(number): number': onDouble('LN', Math.log),
  'LOG(number): number': onDouble('LOG', Math.log10),
});
