import { NotModelledError } from '../errors.ts';
import { meetsFilter } from '../rules/criteria.ts';
import type { FieldDefinition } from '../schema/definition.ts';
import { ApexId } from '../values/value.ts';
import type { DmlError, Value } from '../values/value.ts';
import type { DmlContext } from './dml.ts';
import { failure } from './failure.ts';
import type { RecordReader } from './reader.ts';
import type { Row } from './row.ts';

/** Lookup Filters, "Value does not exist or does not match filter criteria." (Salesforce Help, "Lookup Filters") */
const DEFAULT_MESSAGE = 'Value does not exist or does not match filter criteria.';

/** Lookups that name a record which their filter leaves out. A lookup is looked at when it, or a field beside it, is written. */
export function lookupFilterErrors(context: DmlContext, row: Row, written: ReadonlyMap<string, Value>): DmlError[] {
  const errors: DmlError[] = [];
  for (const [name, field] of row.object.fields) {
    const { lookupFilter } = field;
    if (lookupFilter === undefined) continue;
    const touched =
      written.has(name) || lookupFilter.items.some((item) => sourceField(item.field, item.valueField, written));
    const id = row.values.get(name);
    const target = id instanceof ApexId ? context.reader.byId(id.value) : null;
    if (!touched || target === null) continue;
    const reads = (path: string): Value => read(context, row, target, field, path);
    if (!meetsFilter(lookupFilter, reads)) {
      errors.push(failure('FIELD_FILTER_VALIDATION_EXCEPTION', lookupFilter.message ?? DEFAULT_MESSAGE, [field.name]));
    }
  }
  return errors;
}

function sourceField(left: string, right: string | null, written: ReadonlyMap<string, Value>): boolean {
  return [left, right].some((path) => {
    const name = /^\$Source\.(\w+)/i.exec(path ?? '')?.[1];
    return name !== undefined && written.has(name.toLowerCase());
  });
}

/** `$Source.Field__c` is of the record itself, `$User.Id` of the running user, `Account.Name` of the record looked up. */
function read(context: DmlContext, source: Row, target: Row, field: FieldDefinition, path: string): Value {
  const [root = '', ...rest] = path.split('.');
  if (root.toLowerCase() === '$source') return follow(context.reader, source, rest, path);
  if (root.toLowerCase() === '$user') return follow(context.reader, context.reader.byId(context.x.user.id), rest, path);
  if (root.startsWith('$'))
    throw new NotModelledError(`${path} in a lookup filter`, `${source.object.name}.${field.name}`);
  return follow(context.reader, target, rest, path);
}

function follow(reader: RecordReader, from: Row | null, names: string[], path: string): Value {
  let row = from;
  for (const [i, name] of names.entries()) {
    if (row === null) return null;
    if (i === names.length - 1) {
      const field = row.object.fields.get(name.toLowerCase());
      if (field === undefined) throw new NotModelledError(`${path} in a lookup filter`, row.object.name);
      return reader.value(row, field);
    }
    const reference = reader.schema.parentRelationship(row.object, name);
    if (reference === null) throw new NotModelledError(`${path} in a lookup filter`, row.object.name);
    row = reader.parent(row, reference);
  }
  return null;
}
