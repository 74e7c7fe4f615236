import { T } from '../../types/type.ts';
import { enumConstant } from '../../values/enums.ts';
import type { Statement, WhenValue } from '../parse/ast.ts';
import type { Code, MethodContext } from './context.ts';
import { convert } from './convert.ts';
import { expression, literalCode } from './expression.ts';
import { block, mark } from './statements.ts';
import { unary } from './operators.ts';

/** `switch on`: the first case that fits runs; there is no falling through, so a chain of ifs says it all. */
export function switchStatement(ctx: MethodContext, node: Extract<Statement, { kind: 'switch' }>): string {
  const subject = expression(ctx, node.subject);
  const held: Code = { js: ctx.unique('on'), type: subject.type };
  let otherwise = '';
  const chain: string[] = [];
  for (const when of node.cases) {
    ctx.line = when.line;
    const { value } = when;
    if (value.kind === 'else') {
      otherwise = block(ctx, when.body);
      continue;
    }
    if (value.kind === 'type') {
      const type = ctx.resolve(value.type);
      ctx.push();
      const local = ctx.declare(value.name, type);
      const inner = block(ctx, when.body);
      ctx.pop();
      chain.push(`if (R.isInstance(x, ${held.js}, ${ctx.type(type)})) { let ${local.js} = ${held.js}; ${inner} }`);
      continue;
    }
    const tests = value.literals.map((literal) => test(ctx, held, literal));
    chain.push(`if (${tests.join(' || ')}) ${block(ctx, when.body)}`);
  }
  const last = otherwise === '' ? '' : chain.length === 0 ? otherwise : ` else ${otherwise}`;
  return `${mark(ctx, node.line)} { const ${held.js} = ${subject.js}; ${chain.join(' else ')}${last} }`;
}

function test(
  ctx: MethodContext,
  held: Code,
  literal: Extract<WhenValue, { kind: 'literals' }>['literals'][number],
): string {
  if (literal.kind === 'name') {
    const constant = enumConstant(held.type, literal.parts[literal.parts.length - 1] ?? '');
    if (constant === null) throw ctx.error(`Invalid when literal: ${literal.parts.join('.')}`, literal.line);
    return `${held.js} === ${ctx.constant(constant)}`;
  }
  if (literal.kind === 'null') return `${held.js} === null`;
  const negative = (literal.kind === 'integer' || literal.kind === 'long') && literal.value < 0;
  const code =
    negative && literal.kind === 'integer'
      ? unary(ctx, '-', literalCode(ctx, { ...literal, value: -literal.value }))
      : literalCode(ctx, literal);
  // a String subject is compared exactly here, unlike with ==
  if (held.type === T.Integer || held.type === T.Long || held.type === T.String || held.type === T.Id) {
    const js = held.type === T.Id ? convert(ctx, held, T.String) : held.js;
    return `${js} === ${held.type === T.Id ? code.js : convert(ctx, code, held.type)}`;
  }
  throw ctx.error(`Illegal switch expression type: ${held.type.text}`);
}
