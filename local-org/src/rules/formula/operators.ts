import { DAY_MS } from '../../values/date.ts';
import { ApexDecimal } from '../../values/decimal.ts';
import { ApexDate, ApexDatetime, ApexTime } from '../../values/value.ts';
import { FormulaError, orderOf, sameValue } from './value.ts';
import type { FormulaValue, Kind } from './value.ts';

/**
 * `=`: two texts (or a text and null) compare with blank as an empty text; other kinds follow three-valued logic, a
 * comparison with blank being neither true nor false (formula-engine, OperatorEquality.comparePointwise).
 */
export function equality(left: FormulaValue, right: FormulaValue, asText: boolean): boolean | null {
  if (asText) return (left ?? '') === (right ?? '');
  return left === null || right === null ? null : sameValue(left, right);
}

const ACCEPTED: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** `<` and its kin: null when a side is blank (formula-engine, OperatorComparison). */
export function comparison(operator: string, left: FormulaValue, right: FormulaValue): boolean | null {
  const order = orderOf(left, right);
  const accept = ACCEPTED[operator];
  if (accept === undefined) throw new Error(`No comparison ${operator}`);
  return order === null ? null : accept(order);
}

/** The kind of the result of `+ - * / ^`; null when the kinds do not go together (OperatorAddOrSubtract.validate). */
export function arithmeticKind(operator: string, left: Kind, right: Kind): Kind | null {
  if (left === 'null' || right === 'null') return 'null';
  if (left === 'any' || right === 'any') return 'any';
  if (left === 'number' && right === 'number') return 'number';
  if (operator === '+') {
    if (left === 'text' && right === 'text') return 'text';
    if (left === 'number' && (right === 'date' || right === 'datetime')) return right;
  }
  if (operator === '+' || operator === '-') {
    const isMoment = left === 'date' || left === 'datetime' || left === 'time';
    if (isMoment && right === 'number') return left;
    if (isMoment && operator === '-' && left === right) return 'number';
  }
  return null;
}

/** Computes `+ - * / ^`; blank when a side is blank, except for texts. @throws FormulaError for a division by zero */
export function arithmetic(operator: string, left: FormulaValue, right: FormulaValue, kind: Kind): FormulaValue {
  if (kind === 'text' || typeof left === 'string' || typeof right === 'string') return joined(left, right);
  if (left === null || right === null) return null;
  if (left instanceof ApexDecimal && right instanceof ApexDecimal) return onNumbers(operator, left, right);
  if (operator === '-' && !(right instanceof ApexDecimal)) return difference(left, right);
  return right instanceof ApexDecimal
    ? moved(left, operator === '-' ? right.negate() : right)
    : moved(right, left as ApexDecimal);
}

/** `&`, and `+` of texts: a blank joins as nothing. */
export function joined(left: FormulaValue, right: FormulaValue): FormulaValue {
  const text = `${typeof left === 'string' ? left : ''}${typeof right === 'string' ? right : ''}`;
  return text === '' ? null : text;
}

function onNumbers(operator: string, left: ApexDecimal, right: ApexDecimal): ApexDecimal {
  switch (operator) {
    case '+':
      return left.add(right);
    case '-':
      return left.subtract(right);
    case '*':
      return left.multiply(right);
    case '/':
      if (right.unscaled === 0n) throw new FormulaError('Division by zero');
      return left.divide(right);
    case '^':
      return power(left, right);
    default:
      throw new Error(`No operator ${operator}`);
  }
}

/** Results above 10^64 are refused (formula-engine, BigDecimalHelper.formulaPower). */
function power(base: ApexDecimal, exponent: ApexDecimal): ApexDecimal {
  const result = base.toNumber() ** exponent.toNumber();
  if (!Number.isFinite(result) || Math.abs(result) > 1e64) {
    throw new FormulaError('Out of range argument to POWER() function');
  }
  const whole = Number(exponent.truncate());
  const exact = exponent.compare(ApexDecimal.of(whole)) === 0 && whole >= 0;
  return exact ? base.pow(whole) : ApexDecimal.fromDouble(result);
}

function difference(left: FormulaValue, right: FormulaValue): ApexDecimal {
  if (left instanceof ApexDate && right instanceof ApexDate) return ApexDecimal.of(left.day - right.day);
  if (left instanceof ApexDatetime && right instanceof ApexDatetime) {
    return ApexDecimal.of(left.ms - right.ms).divide(ApexDecimal.of(DAY_MS));
  }
  if (left instanceof ApexTime && right instanceof ApexTime) return ApexDecimal.of(inDay(left.ms - right.ms));
  throw new FormulaError("Incorrect parameter type for operator '-'");
}

/** A date moved by whole days, a date/time by days to the second, a time by milliseconds round the clock. */
function moved(moment: FormulaValue, by: ApexDecimal): FormulaValue {
  if (moment instanceof ApexDate) return new ApexDate(moment.day + Number(by.truncate()));
  if (moment instanceof ApexDatetime) {
    const seconds = by.multiply(ApexDecimal.of(86_400)).round('HALF_UP');
    return new ApexDatetime(moment.ms + Number(seconds) * 1000);
  }
  if (moment instanceof ApexTime) return new ApexTime(inDay(moment.ms + Number(by.truncate())));
  throw new FormulaError("Incorrect parameter type for operator '+'");
}

function inDay(ms: number): number {
  return ((ms % DAY_MS) + DAY_MS) % DAY_MS;
}
