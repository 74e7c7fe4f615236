import type { Execution } from '../execution/execution.ts';
import type { FormulaContext } from '../rules/index.ts';
import { ApexId, SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { RecordReader } from './reader.ts';
import type { Row } from './row.ts';

/**
 * What rules and defaults of a record being saved may ask for.
 * @param row the record as it will be stored @param previous the stored record, null for a new one
 */
export function formulaContext(x: Execution, reader: RecordReader, row: Row, previous: Row | null): FormulaContext {
  return {
    definition: row.object,
    schema: reader.schema,
    record: stored(row),
    previous: previous === null ? null : stored(previous),
    isNew: previous === null,
    user: x.user,
    now: x.now(),
    parent: (path) => parentRecord(reader, row, path),
    global: (name) => globalValue(x, reader, name),
  };
}

/** The stored fields of a row; what is calculated from them the rules calculate themselves. */
function stored(row: Row): SObjectValue {
  const record = new SObjectValue(row.object);
  for (const [name, value] of row.values) record.values.set(name, value);
  if (row.id !== '') record.values.set('id', new ApexId(row.id));
  return record;
}

function parentRecord(reader: RecordReader, row: Row, path: string): SObjectValue | null {
  let current: Row | null = row;
  for (const relationship of path.split('.')) {
    if (current === null) return null;
    const reference = reader.schema.parentRelationship(current.object, relationship);
    if (reference === null) return null;
    current = reader.parent(current, reference);
  }
  return current === null ? null : stored(current);
}

/** `$Profile.Name`, `$User.Department`, `$Permission.X`, `$Label.x`; undefined for what is not modelled. */
function globalValue(x: Execution, reader: RecordReader, name: string): Value | undefined {
  const [root = '', field = ''] = name.split('.');
  const user = reader.byId(x.user.id);
  switch (root.toLowerCase()) {
    case '$user':
      return user === null ? undefined : fieldOf(reader, user, field);
    case '$profile': {
      const id = user?.values.get('profileid');
      const profile = id instanceof ApexId ? reader.byId(id.value) : null;
      return profile === null ? undefined : fieldOf(reader, profile, field);
    }
    case '$organization': {
      const organization = reader.byId(x.org.id);
      return organization === null ? undefined : fieldOf(reader, organization, field);
    }
    case '$permission':
      return x.org.permissionsOf(x, x.user.id).customPermission(field);
    case '$label':
      return x.org.label(field) ?? undefined;
    default:
      return undefined;
  }
}

function fieldOf(reader: RecordReader, row: Row, name: string): Value | undefined {
  const field = row.object.fields.get(name.toLowerCase());
  return field === undefined ? undefined : reader.value(row, field);
}
