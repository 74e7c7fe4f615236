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

/** `Key__c`, `Invoice__c.Key__c` or `Invoice__c.Fields.Key__c` */
function externalId(ctx: MethodContext, parts: string[]): string {
  const name = parts[parts.length - 1];
  if (name === undefined) throw ctx.error('upsert needs the name of a field');
  return name;
}
