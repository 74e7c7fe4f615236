import { T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import type { BinaryOperator } from '../parse/ast.ts';
import { methodsNamed } from '../resolve/members.ts';
import { isAssignable, isCastable, isNumeric, wider } from '../resolve/relations.ts';
import type { Code, MethodContext } from './context.ts';
import { nonNull } from './context.ts';
import { commonType, convert, optionalRow, singleRow } from './convert.ts';

const SUFFIX = new Map<ApexType, string>([
  [T.Integer, 'Integer'],
  [T.Long, 'Long'],
  [T.Double, 'Double'],
  [T.Decimal, 'Decimal'],
]);

const ARITHMETIC: Partial<Record<BinaryOperator, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
};

/** Types whose text needs no Apex to run. */
const PLAIN_TEXT: ReadonlySet<ApexType> = new Set([
  T.Boolean,
  T.Integer,
  T.Long,
  T.Double,
  T.Decimal,
  T.Id,
  T.Date,
  T.Datetime,
  T.Time,
  T.Blob,
  T.Null,
]);

export function binary(ctx: MethodContext, operator: BinaryOperator, left: Code, right: Code): Code {
  switch (operator) {
    case '+':
      if (left.type === T.String || right.type === T.String) return concatenate(ctx, left, right);
      return arithmetic(ctx, operator, left, right);
    case '-':
    case '*':
    case '/':
      return arithmetic(ctx, operator, left, right);
    case '<':
    case '>':
    case '<=':
    case '>=':
      return ordering(ctx, operator, left, right);
    case '==':
    case '!=':
      return equality(ctx, operator === '!=', left, right);
    case '===':
    case '!==':
      return {
        js: `${operator === '!==' ? '!' : ''}R.identical(${left.js}, ${right.js})`,
        type: T.Boolean,
        nonNull: true,
      };
    case '&&':
    case '||':
      return { js: `(${truth(ctx, left)} ${operator} ${truth(ctx, right)})`, type: T.Boolean, nonNull: true };
    case '??': {
      if (left.optionalRow !== undefined && right.type.name !== 'List')
        return binary(ctx, operator, optionalRow(left), right);
      const type = commonType(ctx, left.type, right.type);
      if (type === null)
        throw ctx.error(`Incompatible types in null coalescing operator: ${left.type.text}, ${right.type.text}`);
      return {
        js: `(${convert(ctx, left, type)} ?? ${convert(ctx, right, type)})`,
        type,
        nonNull: right.nonNull ?? false,
      };
    }
    case '&':
    case '|':
    case '^':
      if (left.type === T.Boolean && right.type === T.Boolean) {
        const js =
          operator === '^'
            ? `${truth(ctx, left)} !== ${truth(ctx, right)}`
            : `!!(${truth(ctx, left)} ${operator} ${truth(ctx, right)})`;
        return { js: `(${js})`, type: T.Boolean, nonNull: true };
      }
      return bits(ctx, operator, left, right);
    case '<<':
    case '>>':
    case '>>>':
      return bits(ctx, operator, left, right);
  }
}

/** A condition: a null Boolean is a null dereference. */
export function truth(ctx: MethodContext, code: Code): string {
  if (code.type !== T.Boolean) throw ctx.error(`Condition expression must be of type Boolean: ${code.type.text}`);
  return code.nonNull === true ? code.js : `(${code.js} ?? R.npe())`;
}

/** The value's text as `+` joins it. */
export function text(ctx: MethodContext, code: Code): string {
  if (code.type === T.Void) throw ctx.error('A void method has no value');
  if (code.type === T.String) return code.nonNull === true ? code.js : `R.stringText(${code.js})`;
  if (PLAIN_TEXT.has(code.type)) return `R.plainText(${code.js})`;
  return `(yield* R.textOf(x, ${code.js}))`;
}

function concatenate(ctx: MethodContext, left: Code, right: Code): Code {
  return { js: `(${text(ctx, left)} + ${text(ctx, right)})`, type: T.String, nonNull: true };
}

function arithmetic(ctx: MethodContext, operator: '+' | '-' | '*' | '/', left: Code, right: Code): Code {
  const name = ARITHMETIC[operator]!;
  if (isNumeric(left.type) && isNumeric(right.type)) {
    const type = wider(left.type, right.type);
    const [a, b] = [convert(ctx, left, type), convert(ctx, right, type)];
    if (type === T.Integer && operator !== '/' && operator !== '*') {
      return { js: `(${nonNull(left)} ${operator} ${nonNull(right)} | 0)`, type, nonNull: true };
    }
    return { js: `R.${name}${SUFFIX.get(type)}(${a}, ${b})`, type, nonNull: true };
  }
  const isStep = operator === '+' || operator === '-';
  if (isStep && left.type === T.Date && (right.type === T.Integer || right.type === T.Long)) {
    return { js: `R.${name}Days(${left.js}, ${right.js})`, type: T.Date, nonNull: true };
  }
  if (isStep && left.type === T.Datetime && isNumeric(right.type)) {
    return { js: `R.${name}DatetimeDays(${left.js}, ${right.js})`, type: T.Datetime, nonNull: true };
  }
  if (isStep && left.type === T.Time && (right.type === T.Integer || right.type === T.Long)) {
    return { js: `R.${name}Time(${left.js}, ${right.js})`, type: T.Time, nonNull: true };
  }
  if (operator === '+')
    throw ctx.error(
      `Arithmetic expressions must use numeric arguments or String: ${left.type.text} + ${right.type.text}`,
    );
  throw ctx.error(
    `Arithmetic expressions must use numeric arguments: ${left.type.text} ${operator} ${right.type.text}`,
  );
}

function bits(ctx: MethodContext, operator: BinaryOperator, left: Code, right: Code): Code {
  const integral = (t: ApexType): boolean => t === T.Integer || t === T.Long;
  if (!integral(left.type) || !integral(right.type)) {
    throw ctx.error(
      `Bitwise operator only allowed on types: Integer, Long: ${left.type.text} ${operator} ${right.type.text}`,
    );
  }
  const shift = operator === '<<' || operator === '>>' || operator === '>>>';
  const type = shift ? left.type : wider(left.type, right.type);
  if (type === T.Integer) {
    const amount = right.type === T.Long ? `Number(${nonNull(right)})` : nonNull(right);
    return { js: `(${nonNull(left)} ${operator} ${amount} | 0)`, type, nonNull: true };
  }
  if (shift) {
    return { js: `R.shiftLong(${nonNull(left)}, Number(${nonNull(right)}), '${operator}')`, type, nonNull: true };
  }
  const [a, b] = [left, right].map((c) => `(${convert(ctx, c, T.Long)} ?? R.npe())`);
  return { js: `(${a} ${operator} ${b})`, type, nonNull: true };
}

const ORDERED: ReadonlySet<ApexType> = new Set([T.String, T.Id, T.Date, T.Datetime, T.Time]);

function ordering(ctx: MethodContext, operator: '<' | '>' | '<=' | '>=', left: Code, right: Code): Code {
  const numeric = isNumeric(left.type) && isNumeric(right.type);
  const oneNull = left.type === T.Null || right.type === T.Null;
  const comparable =
    numeric ||
    oneNull ||
    (ORDERED.has(left.type) && ORDERED.has(right.type)) ||
    (isEnum(ctx, left.type) && left.type === right.type);
  if (!comparable)
    throw ctx.error(`Comparison arguments must be compatible types: ${left.type.text}, ${right.type.text}`);
  const name = { '<': 'less', '>': 'greater', '<=': 'lessOrEqual', '>=': 'greaterOrEqual' }[operator];
  const whole = (t: ApexType): boolean => t === T.Integer || t === T.Long;
  if (whole(left.type) && whole(right.type)) {
    if (left.nonNull === true && right.nonNull === true)
      return { js: `(${left.js} ${operator} ${right.js})`, type: T.Boolean, nonNull: true };
    return { js: `R.${name}Whole(${left.js}, ${right.js})`, type: T.Boolean, nonNull: true };
  }
  const string = left.type === T.String || right.type === T.String;
  return { js: `R.${name}${string ? 'Text' : ''}(${left.js}, ${right.js})`, type: T.Boolean, nonNull: true };
}

function isEnum(ctx: MethodContext, type: ApexType): boolean {
  return (ctx.world.own(type)?.kind ?? ctx.world.platform(type.name)?.kind) === 'enum';
}

/** Apex `==`; an own class's equals() decides when there is one. */
export function equality(ctx: MethodContext, negated: boolean, leftQuery: Code, rightQuery: Code): Code {
  const left = ctx.world.isSObject(rightQuery.type) ? singleRow(leftQuery) : leftQuery;
  const right = ctx.world.isSObject(leftQuery.type) ? singleRow(rightQuery) : rightQuery;
  const not = negated ? '!' : '';
  const result = (js: string): Code => ({ js: `${not}${js}`, type: T.Boolean, nonNull: true });
  if (left.type === T.Null || right.type === T.Null)
    return { js: `(${left.js} ${negated ? '!==' : '==='} ${right.js})`, type: T.Boolean, nonNull: true };
  const same = left.type === right.type;
  if (same && (left.type === T.Integer || left.type === T.Boolean || left.type === T.Long || isEnum(ctx, left.type))) {
    return { js: `(${left.js} ${negated ? '!==' : '==='} ${right.js})`, type: T.Boolean, nonNull: true };
  }
  const compatible =
    isAssignable(ctx.world, left.type, right.type) ||
    isAssignable(ctx.world, right.type, left.type) ||
    (isNumeric(left.type) && isNumeric(right.type)) ||
    isCastable(ctx.world, left.type, right.type);
  if (!compatible)
    throw ctx.error(`Comparison arguments must be compatible types: ${left.type.text}, ${right.type.text}`);
  if (same && left.type === T.String) return result(`R.equalStrings(${left.js}, ${right.js})`);
  const own = mayHoldOwn(ctx, left.type) || mayHoldOwn(ctx, right.type);
  if (own) return result(`(yield* R.equalObjects(x, ${left.js}, ${right.js}))`);
  return result(`R.equal(${left.js}, ${right.js})`);
}

/** Whether values of the type, or elements of theirs, may be objects with an own equals(). */
function mayHoldOwn(ctx: MethodContext, type: ApexType): boolean {
  if (type === T.Object || type.args.some((arg) => mayHoldOwn(ctx, arg))) return true;
  return ctx.world.own(type) !== null && methodsNamed(ctx.world, type, 'equals').some((m) => m.own !== null);
}

export function unary(ctx: MethodContext, operator: '-' | '+' | '!' | '~', operand: Code): Code {
  if (operator === '!') return { js: `!${truth(ctx, operand)}`, type: T.Boolean, nonNull: true };
  if (!isNumeric(operand.type)) throw ctx.error(`Unary operator ${operator} needs a number: ${operand.type.text}`);
  if (operator === '+') return { ...operand, js: nonNull(operand), nonNull: true };
  if (operator === '~') {
    if (operand.type === T.Integer || operand.type === T.Long)
      return { js: `(~${nonNull(operand)})`, type: operand.type, nonNull: true };
    throw ctx.error(`Bitwise operator only allowed on types: Integer, Long: ${operand.type.text}`);
  }
  if (operand.literal?.kind === 'integer') {
    const value = -operand.literal.value;
    return {
      js: value < 0 ? `(${value})` : '0',
      type: T.Integer,
      nonNull: true,
      literal: { ...operand.literal, value },
    };
  }
  if (operand.type === T.Integer) return { js: `(-${nonNull(operand)} | 0)`, type: T.Integer, nonNull: true };
  return { js: `R.negate${SUFFIX.get(operand.type)}(${operand.js})`, type: operand.type, nonNull: true };
}
