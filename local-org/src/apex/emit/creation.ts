import { T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import type { Creation, Expression } from '../parse/ast.ts';
import { isException } from '../resolve/declare.ts';
import { chooseOverload, constructorsOf } from '../resolve/members.ts';
import { signatureText } from '../resolve/symbols.ts';
import type { ClassSymbol } from '../resolve/symbols.ts';
import { checkFieldWritable } from './assign.ts';
import { isExceptionArguments } from './call.ts';
import type { Code, MethodContext } from './context.ts';
import { convert } from './convert.ts';
import { expression, expressionAs } from './expression.ts';
import { checkVisible, recordMember } from './names.ts';

/** `new …` in all its forms. */
export function creation(ctx: MethodContext, node: Creation): Code {
  const type = ctx.resolve(node.type);
  const made = (js: string): Code => ({ js, type, nonNull: true });
  switch (node.form) {
    case 'size': {
      return made(`R.newArray(${ctx.type(type)}, ${expressionAs(ctx, node.size, T.Integer)})`);
    }
    case 'elements': {
      const element = type.args[0];
      if (type.name !== 'List' && type.name !== 'Set' && !(type.name === 'Map' && node.elements.length === 0)) {
        throw ctx.error(`Invalid initializer type: ${type.text}`);
      }
      const items = node.elements.map((e) => expressionAs(ctx, e, element!));
      const x = type.name === 'List' ? '' : 'x, ';
      return made(`R.new${type.name}(${x}${ctx.type(type)}, [${items.join(', ')}])`);
    }
    case 'pairs': {
      const [key, value] = type.args;
      if (type.name !== 'Map') throw ctx.error(`Invalid initializer type: ${type.text}`);
      const pairs = node.pairs.map(([k, v]) => `[${expressionAs(ctx, k, key!)}, ${expressionAs(ctx, v, value!)}]`);
      return made(`R.newMap(x, ${ctx.type(type)}, [${pairs.join(', ')}])`);
    }
    case 'arguments':
      break;
  }
  if (ctx.world.object(type) !== null) return made(newRecord(ctx, type, node.arguments));
  const args = node.arguments.map((a) => expression(ctx, a));
  ctx.line = node.line;
  return construct(ctx, type, args);
}

function construct(ctx: MethodContext, type: ApexType, args: Code[]): Code {
  const own = ctx.world.own(type);
  if (own !== null) checkConstructible(ctx, own);
  const candidates = constructorsOf(ctx.world, type);
  const choice = chooseOverload(
    ctx.world,
    candidates,
    args.map((a) => a.type),
  );
  if ('callable' in choice) {
    const { callable } = choice;
    const js = args.map((a, i) => convert(ctx, a, callable.parameters[i]!));
    if (callable.own !== null) {
      checkVisible(ctx, callable.own, callable.own.visibility);
      return { js: `(yield* new_${callable.own.js}(${['x', ...js].join(', ')}))`, type, nonNull: true };
    }
    const { method } = callable.platform!;
    const made = `${ctx.native(method.run)}(${['x', ctx.type(type), ...js].join(', ')})`;
    return { js: method.suspends ? `(yield* ${made})` : made, type, nonNull: true };
  }
  if (own !== null && isException(own) && isExceptionArguments(ctx, args)) {
    return { js: `(yield* newException${own.index}(x, [${args.map((a) => a.js).join(', ')}]))`, type, nonNull: true };
  }
  const wanted = signatureText(
    type.text,
    args.map((a) => a.type),
  );
  if (choice.failure === 'ambiguous') throw ctx.error(`Constructor is ambiguous: ${wanted}`);
  if (own === null && !candidates.some((c) => c.parameters.length === args.length)) {
    throw ctx.notModelled(`constructor ${wanted}`);
  }
  throw ctx.error(`Constructor not defined: ${wanted}`);
}

function checkConstructible(ctx: MethodContext, cls: ClassSymbol): void {
  if (cls.kind !== 'class' || cls.isAbstract) throw ctx.error(`Type cannot be constructed: ${cls.type.text}`);
}

/** `new Contact(LastName = 'x', Account = new Account(…))` */
function newRecord(ctx: MethodContext, type: ApexType, args: Expression[]): string {
  const object = ctx.world.object(type)!;
  const fields = args.map((arg) => {
    if (arg.kind !== 'assign' || arg.operator !== null || arg.target.kind !== 'name') {
      throw ctx.error(`Invalid constructor argument for sObject ${type.text}: expected field = value`);
    }
    const found = recordMember(ctx, object, arg.target.name);
    if (found === null || found.kind === 'children') {
      throw ctx.error(`Field does not exist: ${arg.target.name} on ${type.text}`);
    }
    if (found.kind === 'field') checkFieldWritable(ctx, object, found.field, found.name);
    return `[${JSON.stringify(found.key)}, ${expressionAs(ctx, arg.value, found.type)}]`;
  });
  return `R.newRecord(${ctx.constant(object)}, [${fields.join(', ')}])`;
}
