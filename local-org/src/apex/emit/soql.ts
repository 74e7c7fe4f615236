import type { QueryContext } from '@apexdevtools/apex-parser';
import { isAggregate } from '../../soql/ast.ts';
import { soqlFromTree } from '../../soql/parse.ts';
import { apexType, T } from '../../types/type.ts';
import { expression as parseExpression } from '../parse/expressions.ts';
import type { Code, MethodContext } from './context.ts';
import { expression } from './expression.ts';

/** An inline query: a list of records, its single record where one is wanted, or the number of COUNT(). */
export function soql(ctx: MethodContext, tree: QueryContext, line: number): Code {
  const parsed = soqlFromTree(tree, ctx.cls.file);
  const binds = parsed.binds.map((bind) => {
    const code = expression(ctx, parseExpression(bind, ctx.cls.file));
    if (code.type === T.Void) throw ctx.error('A void method has no value');
    return code.js;
  });
  ctx.line = line;
  const query = `x, ${ctx.constant(parsed.query)}, [${binds.join(', ')}]`;
  if (parsed.query.countOnly) return { js: `(yield* R.count(${query}))`, type: T.Integer, nonNull: true };
  const object = isAggregate(parsed.query)
    ? ctx.world.schema.aggregateResult
    : ctx.world.schema.object(parsed.query.from);
  if (object === null) throw ctx.error(`sObject type '${parsed.query.from}' is not supported.`);
  const type = apexType('List', apexType(object.name));
  const rows = `(yield* R.query(${query}, ${ctx.type(type)}))`;
  return { js: rows, type, nonNull: true, singleRow: `R.singleRow(${rows})` };
}
