import { T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import { ApexDecimal } from '../../values/decimal.ts';
import { ApexDouble } from '../../values/value.ts';
import { isAssignable, isCastable, isNumeric } from '../resolve/relations.ts';
import type { Code, MethodContext } from './context.ts';

/** How an implicit conversion is called in the runtime, from -> to. */
const CONVERSIONS = new Map<ApexType, Map<ApexType, string>>([
  [
    T.Integer,
    new Map([
      [T.Long, 'R.integerToLong'],
      [T.Double, 'R.integerToDouble'],
      [T.Decimal, 'R.integerToDecimal'],
    ]),
  ],
  [
    T.Long,
    new Map([
      [T.Double, 'R.longToDouble'],
      [T.Decimal, 'R.integerToDecimal'],
    ]),
  ],
  [T.Double, new Map([[T.Decimal, 'R.doubleToDecimal']])],
  [T.Decimal, new Map([[T.Double, 'R.decimalToDouble']])],
  [T.Id, new Map([[T.String, 'R.idToString']])],
  [T.String, new Map([[T.Id, 'R.stringToId']])],
  [T.Date, new Map([[T.Datetime, 'R.dateToDatetime']])],
]);

/** JavaScript of the value as the wanted type. @throws CompileError "Illegal assignment from String to Integer" */
export function convert(ctx: MethodContext, code: Code, to: ApexType): string {
  if (code.type === to) return code.js;
  const folded = foldLiteral(ctx, code, to);
  if (folded !== null) return folded;
  const conversion = CONVERSIONS.get(code.type)?.get(to);
  if (conversion !== undefined) return `${conversion}(${code.js})`;
  if (code.singleRow !== undefined && ctx.world.isSObject(to)) {
    const row = code.type.args[0];
    if (row === T.SObject && to !== T.SObject) return `R.cast(x, ${code.singleRow}, ${ctx.type(to)})`;
    if (row !== undefined && isAssignable(ctx.world, row, to)) return code.singleRow;
  }
  if (isAssignable(ctx.world, code.type, to)) return code.js;
  throw ctx.error(`Illegal assignment from ${code.type.text} to ${to.text}`);
}

/** A query where one record is wanted: `[SELECT …].Name`. */
export function singleRow(code: Code): Code {
  if (code.singleRow === undefined) return code;
  return { js: code.singleRow, type: code.type.args[0]!, nonNull: true };
}

/** A query before `?.` or `??`: its record, null when there is none. */
export function optionalRow(code: Code): Code {
  if (code.optionalRow === undefined) return code;
  return { js: code.optionalRow, type: code.type.args[0]! };
}

function foldLiteral(ctx: MethodContext, code: Code, to: ApexType): string | null {
  const literal = code.literal;
  if (literal === undefined) return null;
  if (literal.kind === 'integer') {
    if (to === T.Long) return `${literal.value}n`;
    if (to === T.Decimal) return ctx.constant(ApexDecimal.of(literal.value));
    if (to === T.Double) return ctx.constant(new ApexDouble(literal.value));
  }
  if (literal.kind === 'decimal' && to === T.Double) return ctx.constant(new ApexDouble(Number(literal.text)));
  return null;
}

/** An explicit cast. @throws CompileError when the types can never fit */
export function cast(ctx: MethodContext, value: Code, to: ApexType): Code {
  const from = value.type;
  if (from === to) return value;
  if (isNumeric(from) && isNumeric(to)) {
    if (isAssignable(ctx.world, from, to)) return { js: convert(ctx, value, to), type: to };
    return { js: `R.castNumber(${value.js}, ${ctx.type(to)})`, type: to };
  }
  if (value.singleRow !== undefined && ctx.world.isSObject(to)) return cast(ctx, singleRow(value), to);
  if (!isCastable(ctx.world, from, to)) {
    throw ctx.error(`Incompatible types since an instance of ${from.text} is never an instance of ${to.text}`);
  }
  const upwards = isAssignable(ctx.world, from, to) && !(from.args.length > 0 && from !== to);
  if (upwards) return { js: convert(ctx, value, to), type: to };
  return { js: `R.cast(x, ${value.js}, ${ctx.type(to)})`, type: to };
}

/** The type that both sides of `? :` or `??` have in common; null when there is none. */
export function commonType(ctx: MethodContext, left: ApexType, right: ApexType): ApexType | null {
  if (left === right) return left;
  if (left === T.Null) return right;
  if (right === T.Null) return left;
  if (isAssignable(ctx.world, right, left)) {
    // Id and String convert both ways, and so do Double and Decimal: the plainer type wins
    if (isAssignable(ctx.world, left, right))
      return left === T.Id ? right : right === T.Id ? left : left === T.Double ? right : left;
    return left;
  }
  if (isAssignable(ctx.world, left, right)) return right;
  if (ctx.world.isSObject(left) && ctx.world.isSObject(right)) return T.SObject;
  return null;
}
