import { T } from '../../types/type.ts';
import type { Statement } from '../parse/ast.ts';
import type { MethodContext } from './context.ts';
import { nonNull } from './context.ts';
import { singleRow } from './convert.ts';
import { expression } from './expression.ts';

/** insert, update, upsert, delete and undelete of one record or a list. */
export function dml(ctx: MethodContext, node: Extract<Statement, { kind: 'dml' }>): string {
  const target = expression(ctx, node.target);
  ctx.line = node.line;
  const element = target.type.name === 'List' ? (target.type.args[0] ?? T.Object) : target.type;
  if (!ctx.world.isSObject(element)) {
    throw ctx.error(`DML requires SObject or SObject list type: ${target.type.text}`);
  }
  const code = target.type.name === 'List' ? target : singleRow(target);
  const field = node.field === null ? 'null' : JSON.stringify(externalId(ctx, node.field));
  return `yield* R.dml(x, '${node.operation}', ${nonNull(code)}, ${JSON.stringify(node.access)}, ${field})`;
}

/** merge of a record with one or two others, given as records or Ids */
export function merge(ctx: MethodContext, node: Extract<Statement, { kind: 'merge' }>): string {
  const master = singleRow(expression(ctx, node.master));
  if (!ctx.world.isSObject(master.type)) throw ctx.error(`DML requires SObject type: ${master.type.text}`);
  const given = expression(ctx, node.duplicates);
  ctx.line = node.line;
  const element = given.type.name === 'List' ? (given.type.args[0] ?? T.Object) : given.type;
  if (!ctx.world.isSObject(element) && element !== T.Id && element !== T.String) {
    throw ctx.error(`DML requires SObject or Id, or a list of them: ${given.type.text}`);
  }
  return `yield* R.merge(x, ${nonNull(master)}, ${nonNull(given)}, ${JSON.stringify(node.access)})`;
}

/** `Key__c`, `Invoice__c.Key__c` or `Invoice__c.Fields.Key__c` */
function externalId(ctx: MethodContext, parts: string[]): string {
  const name = parts[parts.length - 1];
  if (name === undefined) throw ctx.error('upsert needs the name of a field');
  return name;
}
