import { apexException } from '../platform/exceptions.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { stringValueOf } from '../values/text.ts';
import { ApexId } from '../values/value.ts';
import type { DmlContext } from './dml.ts';
import { pendingChange, pendingInsert } from './dml.ts';
import { failure } from './failure.ts';
import type { Pending } from './pending.ts';
import { indexKey } from './row.ts';
import type { Row } from './row.ts';
import { storedValue } from './stored-value.ts';

/**
 * Sorts the records of an upsert into inserts and updates, by Id or by an external id field.
 * @throws ApexThrow when the field is no external id
 */
export function resolveUpsert(context: DmlContext, object: ObjectDefinition, from: number, to: number): Pending[] {
  const { request, tx } = context;
  const records = request.records.slice(from, to);
  const name = request.externalIdField;
  if (name === null || name.toLowerCase() === 'id') {
    return records.map((record, i) =>
      record.values.get('id') instanceof ApexId
        ? pendingChange(tx, from + i, record, 'update')
        : pendingInsert(from + i, record),
    );
  }
  const field = object.fields.get(name.toLowerCase());
  if (field === undefined || !(field.externalId || field.idLookup)) {
    throw apexException(
      'SObjectException',
      `Invalid field for upsert, must be an External Id custom or standard indexed field: ${name}`,
    );
  }
  const keys = records.map((record) => {
    const value = storedValue(field, record.values.get(field.name.toLowerCase()) ?? null);
    return { value, key: matchKey(field, value) };
  });
  return records.map((record, i) => {
    const key = keys[i]?.key ?? null;
    if (key === null) {
      const pending = pendingInsert(from + i, record);
      pending.errors.push(failure('MISSING_ARGUMENT', `${field.name} not specified`));
      return pending;
    }
    const matches = matching(context, object, field, key);
    const pending = upsertRow(context, from + i, i, matches);
    if (keys.filter((k) => k.key === key).length > 1) {
      const message = `Duplicate external id specified: ${stringValueOf(keys[i]?.value ?? null)}`;
      pending.errors.push(failure('DUPLICATE_VALUE', message, [field.name]));
    }
    return pending;
  });

  function upsertRow(inContext: DmlContext, index: number, i: number, matches: Row[]): Pending {
    const record = records[i];
    if (record === undefined) throw new Error('No record');
    const match = matches[0];
    if (match === undefined) return pendingInsert(index, record);
    const pending: Pending = { index, record, operation: 'update', before: match, id: match.id, row: null, errors: [] };
    if (matches.length > 1) {
      const ids = matches.map((m) => m.id).join(', ');
      pending.errors.push(
        failure('DUPLICATE_EXTERNAL_ID', `More than one record found for external id field: [${ids}]`),
      );
    } else if (inContext.request.operation === 'upsert') {
      record.values.set('id', new ApexId(match.id));
    }
    return pending;
  }
}

function matchKey(field: FieldDefinition, value: ReturnType<typeof storedValue>): string | null {
  if (typeof value === 'string' && field.caseSensitive) return `c${value}`;
  return indexKey(value);
}

function matching(context: DmlContext, object: ObjectDefinition, field: FieldDefinition, key: string): Row[] {
  const name = field.name.toLowerCase();
  const loose = key.startsWith('c') ? `s${key.slice(1).toLowerCase()}` : key;
  return context.tx.find(object, name, loose).filter((row) => matchKey(field, row.values.get(name) ?? null) === key);
}
