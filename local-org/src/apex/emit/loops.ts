import { T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import type { Statement } from '../parse/ast.ts';
import { supertypes } from '../resolve/relations.ts';
import type { MethodContext } from './context.ts';
import { nonNull } from './context.ts';
import { convert } from './convert.ts';
import { condition, expression } from './expression.ts';
import { body, mark, statement } from './statements.ts';

/** At every turn of a loop: now and then the CPU time is looked at. */
export function loopMark(): string {
  return 'if ((++x.turns & 1023) === 0) R.checkCpu(x);';
}

export function forLoop(ctx: MethodContext, node: Extract<Statement, { kind: 'for' }>): string {
  ctx.push();
  const { init } = node;
  const before =
    init === null
      ? ''
      : Array.isArray(init)
        ? init.map((e) => `${expression(ctx, e).js};`).join(' ')
        : statement(ctx, init);
  const test = node.condition === null ? '' : condition(ctx, node.condition);
  const update = node.update.map((e) => expression(ctx, e).js).join(', ');
  ctx.loopDepth++;
  const inner = body(ctx, node.body);
  ctx.loopDepth--;
  ctx.pop();
  return `{ ${mark(ctx, node.line)} ${before} for (; ${test}; ${update}) { ${loopMark()} ${inner} $f.line = ${node.line}; } }`;
}

/** for (T item : list, set, iterable or query) */
export function forEach(ctx: MethodContext, node: Extract<Statement, { kind: 'forEach' }>): string {
  const iterable = expression(ctx, node.iterable);
  ctx.line = node.line;
  const type = ctx.resolve(node.type);
  const element = elementType(ctx, iterable.type);
  if (element === null) throw ctx.error(`Loop must iterate over a collection type: ${iterable.type.text}`);
  // a query may be walked in lists of 200 records
  const inChunks = iterable.singleRow !== undefined && type.name === 'List';
  const item = ctx.unique('item');
  let source: string;
  if (inChunks) source = `R.chunks(${iterable.js}, 200)`;
  else if (iterable.type.name === 'List') source = `R.iterateList(${nonNull(iterable)})`;
  else if (iterable.type.name === 'Set') source = `R.iterateSet(${nonNull(iterable)})`;
  else return iteratorLoop(ctx, node, nonNull(iterable), element, type);
  ctx.push();
  const local = ctx.declare(node.name, type);
  const value = inChunks ? item : convert(ctx, { js: item, type: loose(ctx, element, type) }, type);
  ctx.loopDepth++;
  const inner = body(ctx, node.body);
  ctx.loopDepth--;
  ctx.pop();
  return `${mark(ctx, node.line)} for (const ${item} of ${source}) { ${loopMark()} let ${local.js} = ${value}; ${inner} $f.line = ${node.line}; }`;
}

/** A list of SObject may be walked with a variable of a concrete object. */
function loose(ctx: MethodContext, element: ApexType, wanted: ApexType): ApexType {
  return element === T.SObject && ctx.world.isSObject(wanted) ? wanted : element;
}

function elementType(ctx: MethodContext, type: ApexType): ApexType | null {
  if (type.name === 'List' || type.name === 'Set') return type.args[0] ?? T.Object;
  for (const at of supertypes(ctx.world, type)) {
    if (at.name === 'Iterable' || at.name === 'Iterator') return at.args[0] ?? T.Object;
  }
  return null;
}

function iteratorLoop(
  ctx: MethodContext,
  node: Extract<Statement, { kind: 'forEach' }>,
  iterable: string,
  element: ApexType,
  type: ApexType,
): string {
  const iterator = ctx.unique('iterator');
  ctx.push();
  const local = ctx.declare(node.name, type);
  const next = `(yield* R.callDynamic(x, ${iterator}, 'next', []))`;
  const value = convert(ctx, { js: next, type: loose(ctx, element, type) }, type);
  ctx.loopDepth++;
  const inner = body(ctx, node.body);
  ctx.loopDepth--;
  ctx.pop();
  return `${mark(ctx, node.line)} { const ${iterator} = yield* R.iteratorOf(x, ${iterable}); while (yield* R.callDynamic(x, ${iterator}, 'hasNext', [])) { ${loopMark()} let ${local.js} = ${value}; ${inner} $f.line = ${node.line}; } }`;
}
