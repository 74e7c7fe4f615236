import { isAggregate } from '../../soql/ast.ts';
import { apexType, T } from '../../types/type.ts';
import type { Expression } from '../parse/ast.ts';
import { checkQuery } from '../resolve/soql-check.ts';
import type { Code, MethodContext } from './context.ts';
import { expression } from './expression.ts';

/** An inline query: a list of records, its single record where one is wanted, or the number of COUNT(). */
export function soql(ctx: MethodContext, node: Extract<Expression, { kind: 'soql' }>): Code {
  const binds = node.binds.map((bind) => {
    const code = expression(ctx, bind);
    if (code.type === T.Void) throw ctx.error('A void method has no value');
    return code.js;
  });
  ctx.line = node.line;
  const { schema } = ctx.world;
  const fault = checkQuery(schema, node.query);
  if (fault !== null) throw ctx.error(fault);
  const query = `x, ${ctx.constant(node.query)}, [${binds.join(', ')}]`;
  if (node.query.countOnly) return { js: `(yield* R.count(${query}))`, type: T.Integer, nonNull: true };
  const object = isAggregate(node.query) ? schema.aggregateResult : schema.object(node.query.from);
  if (object === null) throw ctx.error(`sObject type '${node.query.from}' is not supported.`);
  const type = apexType('List', apexType(object.name));
  const rows = `(yield* R.query(${query}, ${ctx.type(type)}))`;
  return { js: rows, type, nonNull: true, singleRow: `R.singleRow(${rows})`, optionalRow: `R.optionalRow(${rows})` };
}
