import { RecordReader } from '../data/reader.ts';
import type { Row } from '../data/row.ts';
import type { StoreTransaction } from '../data/transaction.ts';
import { recordOfRow } from '../data/triggers.ts';
import type { Execution } from '../execution/execution.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import { apexType, T } from '../types/type.ts';
import { ApexId, SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { interner, mapOf } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/**
 * The static methods of custom settings and custom metadata types, which read without a query:
 * https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_custom_settings.htm and
 * https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_custom_metadata_types.htm.
 * @returns null for every other object
 */
export const settingsClass: (definition: ObjectDefinition) => PlatformClass | null = interner((definition) => {
  const members = membersOf(definition);
  return members === null ? null : platformClass(`#${definition.name}`, members);
});

function membersOf(definition: ObjectDefinition): Record<string, Native> | null {
  if (definition.kind === 'customMetadata') return metadataMembers(definition);
  if (definition.kind !== 'customSetting') return null;
  return definition.settingType === 'Hierarchy' ? hierarchyMembers(definition) : listMembers(definition);
}

function rowsOf(x: Execution, definition: ObjectDefinition): Row[] {
  return (x.transaction as StoreTransaction).all(definition);
}

function recordOf(x: Execution, row: Row): SObjectValue {
  const transaction = x.transaction as StoreTransaction;
  return recordOfRow(new RecordReader(x.org.schema, transaction, { now: x.now(), userId: x.user.id }), row);
}

function byKey(x: Execution, definition: ObjectDefinition, field: string): Value {
  const entries = rowsOf(x, definition).map((row): [Value, Value] => [row.values.get(field) ?? null, recordOf(x, row)]);
  return mapOf(T.String, apexType(definition.name), entries);
}

function named(x: Execution, definition: ObjectDefinition, field: string, name: string | null): Value {
  const wanted = name?.toLowerCase();
  const row = rowsOf(x, definition).find((r) => {
    const value = r.values.get(field);
    return typeof value === 'string' && value.toLowerCase() === wanted;
  });
  return row === undefined ? null : recordOf(x, row);
}

function listMembers(definition: ObjectDefinition): Record<string, Native> {
  const { name } = definition;
  const one: Native = (x, _self, key: string | null) => named(x, definition, 'name', key);
  return {
    [`static Map<String,${name}> getAll()`]: (x) => byKey(x, definition, 'name'),
    [`static ${name} getInstance(String)`]: one,
    [`static ${name} getValues(String)`]: one,
  };
}

/** "These methods return the first 255 characters for any text area field." */
const METADATA_TEXT = 255;

function metadataMembers(definition: ObjectDefinition): Record<string, Native> {
  const { name } = definition;
  const cut = (record: Value): Value => {
    if (!(record instanceof SObjectValue)) return record;
    for (const [field, value] of record.values) {
      if (typeof value === 'string' && definition.fields.get(field)?.type === 'textarea')
        record.values.set(field, value.slice(0, METADATA_TEXT));
    }
    return record;
  };
  return {
    [`static Map<String,${name}> getAll()`]: (x) => {
      const entries = rowsOf(x, definition).map((row): [Value, Value] => [
        row.values.get('developername') ?? null,
        cut(recordOf(x, row)),
      ]);
      return mapOf(T.String, apexType(name), entries);
    },
    [`static ${name} getInstance(String)`]: (x, _self, key: string | null) => {
      const row = key === null ? null : (x.transaction as StoreTransaction).get(definition, key);
      return cut(row === null ? named(x, definition, 'developername', key) : recordOf(x, row));
    },
  };
}

function ownerRow(x: Execution, definition: ObjectDefinition, ownerId: string): Row | null {
  const same = (value: Value | undefined): boolean =>
    value instanceof ApexId && value.value.slice(0, 15) === ownerId.slice(0, 15);
  return rowsOf(x, definition).find((row) => same(row.values.get('setupownerid'))) ?? null;
}

/** The owners from the nearest to the organisation: the user, his profile, the organisation. */
function ownersAbove(x: Execution, id: string): string[] {
  const users = x.org.schema.object('User');
  const user = users === null ? null : (x.transaction as StoreTransaction).get(users, id);
  const profile = user?.values.get('profileid');
  const chain = profile instanceof ApexId ? [id, profile.value] : [id];
  return chain.includes(x.org.id) ? chain : [...chain, x.org.id];
}

/** Each field from the nearest level that has it; without a record of its own, a new one with what is above. */
function merged(x: Execution, definition: ObjectDefinition, ownerId: string): SObjectValue {
  const levels = ownersAbove(x, ownerId).map((owner) => ownerRow(x, definition, owner));
  const [own] = levels;
  const record = own === null || own === undefined ? blank(definition) : recordOf(x, own);
  for (const level of levels.slice(1)) {
    if (level === null) continue;
    const above = recordOf(x, level);
    for (const [name, value] of above.values) {
      const inherited = definition.fields.get(name)?.custom === true;
      const unset = record.values.get(name) ?? null;
      const open = unset === null || (own === null && unset === false);
      if (inherited && open) record.values.set(name, value);
    }
  }
  return record;
}

function blank(definition: ObjectDefinition): SObjectValue {
  const record = new SObjectValue(definition);
  for (const [name, field] of definition.fields)
    if (field.custom && field.type === 'boolean') record.values.set(name, false);
  return record;
}

function hierarchyMembers(definition: ObjectDefinition): Record<string, Native> {
  const { name } = definition;
  const own = (x: Execution, id: string): Value => {
    const row = ownerRow(x, definition, id);
    return row === null ? null : recordOf(x, row);
  };
  return {
    [`static ${name} getInstance()`]: (x) => merged(x, definition, x.user.id),
    [`static ${name} getInstance(Id)`]: (x, _self, id: ApexId | null) => merged(x, definition, id?.value ?? x.user.id),
    [`static ${name} getOrgDefaults()`]: (x) => own(x, x.org.id) ?? blank(definition),
    [`static ${name} getValues(Id)`]: (x, _self, id: ApexId | null) => (id === null ? null : own(x, id.value)),
  };
}
