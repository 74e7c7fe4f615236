import {
  Arth1ExpressionContext,
  Arth2ExpressionContext,
  ArrayExpressionContext,
  AssignExpressionContext,
  BitAndExpressionContext,
  BitExpressionContext,
  BitNotExpressionContext,
  BitOrExpressionContext,
  CastExpressionContext,
  CmpExpressionContext,
  CoalExpressionContext,
  CondExpressionContext,
  DotExpressionContext,
  EqualityExpressionContext,
  IdPrimaryContext,
  InstanceOfExpressionContext,
  LiteralPrimaryContext,
  LogAndExpressionContext,
  LogOrExpressionContext,
  MethodCallExpressionContext,
  NegExpressionContext,
  NewExpressionContext,
  PostOpExpressionContext,
  PreOpExpressionContext,
  PrimaryExpressionContext,
  SoqlPrimaryContext,
  SoslPrimaryContext,
  SubExpressionContext,
  SuperPrimaryContext,
  ThisPrimaryContext,
  TypeRefPrimaryContext,
  VoidPrimaryContext,
} from '@apexdevtools/apex-parser';
import type {
  CreatorContext,
  ExpressionContext,
  ExpressionListContext,
  PrimaryContext,
  QueryContext,
  TypeListContext,
  TypeRefContext,
} from '@apexdevtools/apex-parser';
import { CompileError, NotModelledError } from '../../errors.ts';
import type { ParsedSoql } from '../../soql/ast.ts';
import { soqlFromTree, SoqlSyntaxError } from '../../soql/parse.ts';
import type { BinaryOperator, Creation, Expression, TypeNode } from './ast.ts';
import { literal } from './literals.ts';

/** The generated typings give no null, though an optional child that is absent is null. */
export function optional<C>(child: C): C | null {
  return child ?? null;
}

export function typeNode(ctx: TypeRefContext): TypeNode {
  const parts = ctx.typeName_list().map((part) => {
    const args = optional(part.typeArguments());
    return { name: part.getChild(0).getText(), args: args === null ? [] : typeNodes(args.typeList()) };
  });
  return { parts, dimensions: ctx.arraySubscripts().LBRACK_list().length, line: ctx.start.line };
}

export function typeNodes(ctx: TypeListContext): TypeNode[] {
  return ctx.typeRef_list().map(typeNode);
}

function list(ctx: ExpressionListContext, file: string): Expression[] {
  return optional(ctx) === null ? [] : ctx.expression_list().map((e) => expression(e, file));
}

type Infix = {
  expression_list(): ExpressionContext[];
  getChild(i: number): { getText(): string };
  getChildCount(): number;
};

/** Everything between the two operands, e.g. `>` and `=`. */
function operatorText(ctx: Infix): string {
  let text = '';
  for (let i = 1; i < ctx.getChildCount() - 1; i++) text += ctx.getChild(i).getText();
  return text;
}

const INFIX = [
  Arth1ExpressionContext,
  Arth2ExpressionContext,
  BitExpressionContext,
  CmpExpressionContext,
  EqualityExpressionContext,
  BitAndExpressionContext,
  BitNotExpressionContext,
  BitOrExpressionContext,
  LogAndExpressionContext,
  LogOrExpressionContext,
  CoalExpressionContext,
];

/** @param file used in error messages, e.g. "Foo.cls" */
export function expression(ctx: ExpressionContext, file: string): Expression {
  const line = ctx.start.line;
  if (ctx instanceof PrimaryExpressionContext) return primary(ctx.primary(), file);
  if (ctx instanceof SubExpressionContext) return expression(ctx.expression(), file);
  if (ctx instanceof DotExpressionContext) {
    const target = expression(ctx.expression(), file);
    const safe = optional(ctx.QUESTIONDOT()) !== null;
    const call = optional(ctx.dotMethodCall());
    // the line of the name, so that a chain over several lines reports the right one
    if (call === null) return { kind: 'field', target, name: ctx.anyId().getText(), safe, line };
    const args = list(call.expressionList(), file);
    return { kind: 'call', target, name: call.anyId().getText(), safe, arguments: args, line };
  }
  if (ctx instanceof MethodCallExpressionContext) {
    const call = ctx.methodCall();
    const args = list(call.expressionList(), file);
    if (optional(call.THIS()) !== null) return { kind: 'constructorCall', which: 'this', arguments: args, line };
    if (optional(call.SUPER()) !== null) return { kind: 'constructorCall', which: 'super', arguments: args, line };
    return { kind: 'call', target: null, name: call.id().getText(), safe: false, arguments: args, line };
  }
  if (ctx instanceof ArrayExpressionContext) {
    const [target, index] = pair(ctx, file);
    return { kind: 'index', target, index, line };
  }
  if (ctx instanceof NewExpressionContext) return creation(ctx.creator(), file);
  if (ctx instanceof CastExpressionContext) {
    return { kind: 'cast', type: typeNode(ctx.typeRef()), value: expression(ctx.expression(), file), line };
  }
  if (ctx instanceof InstanceOfExpressionContext) {
    return { kind: 'instanceof', type: typeNode(ctx.typeRef()), value: expression(ctx.expression(), file), line };
  }
  if (ctx instanceof PostOpExpressionContext) {
    const operator = optional(ctx.INC()) !== null ? '++' : '--';
    return { kind: 'step', operator, prefix: false, operand: expression(ctx.expression(), file), line };
  }
  if (ctx instanceof PreOpExpressionContext) {
    const operand = expression(ctx.expression(), file);
    const sign = ctx.getChild(0).getText();
    if (sign === '++' || sign === '--') return { kind: 'step', operator: sign, prefix: true, operand, line };
    return { kind: 'unary', operator: sign === '-' ? '-' : '+', operand, line };
  }
  if (ctx instanceof NegExpressionContext) {
    const operator = ctx.getChild(0).getText() === '!' ? '!' : '~';
    return { kind: 'unary', operator, operand: expression(ctx.expression(), file), line };
  }
  if (ctx instanceof CondExpressionContext) {
    const [condition, then, otherwise] = ctx.expression_list().map((e) => expression(e, file));
    return { kind: 'ternary', condition: condition!, then: then!, else: otherwise!, line };
  }
  if (ctx instanceof AssignExpressionContext) {
    const [target, value] = pair(ctx, file);
    const operator = ctx.getChild(1).getText().slice(0, -1);
    return { kind: 'assign', operator: operator === '' ? null : (operator as BinaryOperator), target, value, line };
  }
  if (INFIX.some((type) => ctx instanceof type)) {
    const infix = ctx as ExpressionContext & Infix;
    const [left, right] = pair(infix, file);
    const text = operatorText(infix);
    return { kind: 'binary', operator: (text === '<>' ? '!=' : text) as BinaryOperator, left, right, line };
  }
  throw new NotModelledError(`expression ${ctx.getText()}`, `${file}:${line}`);
}

function pair(ctx: { expression_list(): ExpressionContext[] }, file: string): [Expression, Expression] {
  const [left, right] = ctx.expression_list();
  return [expression(left!, file), expression(right!, file)];
}

function primary(ctx: PrimaryContext, file: string): Expression {
  const line = ctx.start.line;
  if (ctx instanceof ThisPrimaryContext) return { kind: 'this', line };
  if (ctx instanceof SuperPrimaryContext) return { kind: 'super', line };
  if (ctx instanceof LiteralPrimaryContext) return literal(ctx.literal(), file);
  if (ctx instanceof TypeRefPrimaryContext) return { kind: 'classLiteral', type: typeNode(ctx.typeRef()), line };
  if (ctx instanceof VoidPrimaryContext) return { kind: 'classLiteral', type: null, line };
  if (ctx instanceof IdPrimaryContext) return { kind: 'name', name: ctx.id().getText(), line };
  if (ctx instanceof SoqlPrimaryContext) {
    const { query, binds } = soqlOf(ctx.soqlLiteral().query(), file, line);
    return { kind: 'soql', query, binds: binds.map((bind) => expression(bind, file)), line };
  }
  if (ctx instanceof SoslPrimaryContext) return { kind: 'sosl', text: sourceOf(ctx).slice(1, -1), line };
  throw new NotModelledError(`expression ${ctx.getText()}`, `${file}:${line}`);
}

/** The source text of a tree, blanks included. */
function sourceOf(ctx: SoslPrimaryContext): string {
  const { start, stop } = ctx;
  return start.getInputStream().getText(start.start, stop?.stop ?? start.stop);
}

function soqlOf(tree: QueryContext, file: string, line: number): ParsedSoql<ExpressionContext> {
  try {
    return soqlFromTree(tree, file);
  } catch (error) {
    if (error instanceof SoqlSyntaxError) throw new CompileError(error.message, file, line);
    throw error;
  }
}

function creation(ctx: CreatorContext, file: string): Creation {
  const line = ctx.start.line;
  const type: TypeNode = {
    parts: ctx
      .createdName()
      .idCreatedNamePair_list()
      .map((p) => ({
        name: p.anyId().getText(),
        args: optional(p.typeList()) === null ? [] : typeNodes(p.typeList()),
      })),
    dimensions: 0,
    line,
  };
  const base = { kind: 'new' as const, type, line };
  const withArguments = optional(ctx.classCreatorRest());
  if (withArguments !== null) {
    return { ...base, form: 'arguments', arguments: list(withArguments.arguments().expressionList(), file) };
  }
  const array = optional(ctx.arrayCreatorRest());
  if (array !== null) {
    const arrayType = { ...type, dimensions: 1 };
    const size = optional(array.expression());
    if (size !== null) return { ...base, type: arrayType, form: 'size', size: expression(size, file) };
    const elements = optional(array.arrayInitializer())?.expression_list() ?? [];
    return { ...base, type: arrayType, form: 'elements', elements: elements.map((e) => expression(e, file)) };
  }
  const map = optional(ctx.mapCreatorRest());
  if (map !== null) {
    return { ...base, form: 'pairs', pairs: map.mapCreatorRestPair_list().map((p) => pair(p, file)) };
  }
  const set = optional(ctx.setCreatorRest());
  return { ...base, form: 'elements', elements: (set?.expression_list() ?? []).map((e) => expression(e, file)) };
}
