import type { Schema } from '../schema/schema.ts';
import type { SoqlQuery } from './ast.ts';

/**
 * Whether a query counts towards the 100 of a transaction: those of custom metadata do not, unless they ask for a long
 * text area (Salesforce Help, "Custom Metadata Allocations and Usage Calculations"). Their rows count all the same.
 */
export function countsAsQuery(schema: Schema, query: SoqlQuery): boolean {
  const object = schema.object(query.from);
  if (object?.kind !== 'customMetadata') return true;
  return query.select.some((item) => {
    if (item.kind !== 'expression') return true;
    const path = item.expression.kind === 'field' ? item.expression.path : [];
    const field = path.length === 1 ? object.fields.get(path[0]?.toLowerCase() ?? '') : undefined;
    return field?.type === 'textarea' && field.length > 255;
  });
}
