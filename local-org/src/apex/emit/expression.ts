import { apexType, T } from '../../types/type.ts';
import { ApexDecimal } from '../../values/decimal.ts';
import { ApexDouble } from '../../values/value.ts';
import { searchQuery } from '../../platform/search.ts';
import { typeToken } from '../../platform/tokens.ts';
import type { Expression, Literal } from '../parse/ast.ts';
import { isCastable, isAssignable } from '../resolve/relations.ts';
import { assign, step } from './assign.ts';
import { call, constructorCall, scopeFunction } from './call.ts';
import type { Code, MethodContext } from './context.ts';
import { nonNull } from './context.ts';
import { cast, commonType, convert } from './convert.ts';
import { creation } from './creation.ts';
import { resolvePath } from './names.ts';
import { binary, truth, unary } from './operators.ts';
import { soql } from './soql.ts';

/** The JavaScript and static type of an expression. @throws CompileError, NotModelledError */
export function expression(ctx: MethodContext, node: Expression): Code {
  ctx.line = node.line;
  switch (node.kind) {
    case 'integer':
    case 'long':
    case 'decimal':
    case 'double':
    case 'string':
    case 'boolean':
    case 'null':
      return literalCode(ctx, node);
    case 'this':
      if (ctx.isStatic) throw ctx.error('this cannot be referenced in a static context');
      return { js: 'this', type: ctx.cls.type, nonNull: true };
    case 'super':
      throw ctx.error('super can only be used to call a method');
    case 'name':
    case 'field': {
      const resolved = resolvePath(ctx, node, false);
      if (resolved.kind === 'value') return resolved.code;
      throw ctx.error(`Variable does not exist: ${pathText(node)}`);
    }
    case 'call':
      return call(ctx, node);
    case 'constructorCall':
      return constructorCall(ctx, node);
    case 'index': {
      const list = expression(ctx, node.target);
      if (list.type.name !== 'List') throw ctx.error(`Expression must be a list type: ${list.type.text}`);
      const index = convert(ctx, expression(ctx, node.index), T.Integer);
      return { js: `R.listGet(${nonNull(list)}, ${index})`, type: list.type.args[0] ?? T.Object };
    }
    case 'classLiteral': {
      const type = node.type === null ? T.Void : ctx.resolve(node.type);
      const token = ctx.world.named(['System', 'Type'], [], null);
      if (token === null) throw ctx.notModelled('class System.Type');
      return { js: ctx.constant(typeToken(type)), type: token, nonNull: true };
    }
    case 'new':
      return creation(ctx, node);
    case 'cast':
      return cast(ctx, expression(ctx, node.value), ctx.resolve(node.type));
    case 'instanceof': {
      const value = expression(ctx, node.value);
      const type = ctx.resolve(node.type);
      if (!isCastable(ctx.world, value.type, type)) {
        throw ctx.error(
          `Operation instanceof is always false since an instance of ${value.type.text} is never an instance of ${type.text}`,
        );
      }
      if (value.type !== T.Null && isAssignable(ctx.world, value.type, type) && value.type === type) {
        throw ctx.error(
          `Operation instanceof is always true since an instance of ${value.type.text} is always an instance of ${type.text}`,
        );
      }
      return { js: `R.isInstance(x, ${value.js}, ${ctx.type(type)})`, type: T.Boolean, nonNull: true };
    }
    case 'unary':
      return unary(ctx, node.operator, expression(ctx, node.operand));
    case 'step':
      return step(ctx, node);
    case 'binary':
      return binary(ctx, node.operator, expression(ctx, node.left), expression(ctx, node.right));
    case 'ternary': {
      const condition = truth(ctx, expression(ctx, node.condition));
      const [then, otherwise] = [expression(ctx, node.then), expression(ctx, node.else)];
      const type = commonType(ctx, then.type, otherwise.type);
      if (type === null)
        throw ctx.error(`Incompatible types in ternary operator: ${then.type.text}, ${otherwise.type.text}`);
      const js = `(${condition} ? ${convert(ctx, then, type)} : ${convert(ctx, otherwise, type)})`;
      return { js, type, nonNull: (then.nonNull ?? false) && (otherwise.nonNull ?? false) };
    }
    case 'assign':
      return assign(ctx, node);
    case 'soql':
      return soql(ctx, node);
    case 'sosl':
      return {
        js: `(yield* ${ctx.native(searchQuery)}(x, null, ${JSON.stringify(node.text)}, ${scopeFunction(ctx)}))`,
        type: apexType('List', apexType('List', T.SObject)),
        nonNull: true,
      };
  }
}

/** The condition of if, while, for and do. */
export function condition(ctx: MethodContext, node: Expression): string {
  return truth(ctx, expression(ctx, node));
}

/** An expression converted to a known type. */
export function expressionAs(ctx: MethodContext, node: Expression, type: Code['type']): string {
  const code = expression(ctx, node);
  ctx.line = node.line;
  return convert(ctx, code, type);
}

export function literalCode(ctx: MethodContext, node: Literal): Code {
  switch (node.kind) {
    case 'null':
      return { js: 'null', type: T.Null };
    case 'boolean':
      return { js: String(node.value), type: T.Boolean, nonNull: true };
    case 'integer':
      return { js: String(node.value), type: T.Integer, nonNull: true, literal: node };
    case 'long':
      return { js: `${node.value}n`, type: T.Long, nonNull: true };
    case 'string':
      return { js: JSON.stringify(node.value), type: T.String, nonNull: true, literal: node };
    case 'double':
      return { js: ctx.constant(new ApexDouble(Number(node.text))), type: T.Double, nonNull: true };
    case 'decimal': {
      const value = ApexDecimal.parse(node.text);
      if (value === null) throw ctx.error(`Illegal number: ${node.text}`);
      return { js: ctx.constant(value), type: T.Decimal, nonNull: true, literal: node };
    }
  }
}

export function pathText(node: Expression): string {
  if (node.kind === 'name') return node.name;
  if (node.kind === 'field') return `${pathText(node.target)}.${node.name}`;
  return node.kind;
}
