import type { ObjectDefinition, RecordTypeDefinition } from '../schema/definition.ts';
import type { Schema } from '../schema/schema.ts';
import { ApexDatetime, ApexId } from '../values/value.ts';
import type { DmlError, Value } from '../values/value.ts';
import { failure } from './failure.ts';
import { metadataId } from './metadata-id.ts';
import type { Store } from './store.ts';

/** The Id of a record type. @throws Error when the schema has no RecordType */
export function recordTypeId(schema: Schema, object: ObjectDefinition, type: RecordTypeDefinition): ApexId {
  const rows = schema.object('RecordType');
  if (rows === null) throw new Error('The schema has no RecordType');
  return metadataId(rows, `${object.name}.${type.name}`);
}

/** Puts the RecordType rows of the metadata into the store. */
export function seedRecordTypes(store: Store): void {
  const { schema } = store;
  const rows = schema.object('RecordType');
  if (rows === null) return;
  for (const object of schema.all()) {
    for (const type of object.recordTypes ?? []) {
      const values: [string, Value][] = [
        ['name', type.label],
        ['developername', type.name],
        ['description', type.description],
        ['sobjecttype', object.name],
        ['isactive', type.active],
        ['ispersontype', false],
        ['systemmodstamp', new ApexDatetime(0)],
        ['createddate', new ApexDatetime(0)],
        ['lastmodifieddate', new ApexDatetime(0)],
      ];
      store.putDirectly({ id: recordTypeId(schema, object, type).value, object: rows, values: new Map(values) });
    }
  }
}

/** The default values of picklists that a record type states, by lower-case field name; they stand in for the fields' own. */
export function recordTypeDefaults(
  schema: Schema,
  object: ObjectDefinition,
  id: Value | undefined,
): ReadonlyMap<string, string | null> {
  if (!(id instanceof ApexId)) return new Map();
  const type = (object.recordTypes ?? []).find((one) => recordTypeId(schema, object, one).value === id.value);
  return new Map([...(type?.picklists ?? [])].map(([name, { defaultValue }]) => [name, defaultValue]));
}

/**
 * A record type of another object, or one that is not active: "Record Type ID: this ID value isn't valid for the user"
 * (knowledge article 000385299). Which record types a profile has is not modelled: all active ones.
 */
export function recordTypeErrors(
  schema: Schema,
  object: ObjectDefinition,
  written: ReadonlyMap<string, Value>,
): DmlError[] {
  const given = written.get('recordtypeid');
  if (!(given instanceof ApexId) || !object.fields.has('recordtypeid')) return [];
  const known = (object.recordTypes ?? []).some(
    (type) => type.active && recordTypeId(schema, object, type).value === given.value,
  );
  if (known || given.value === MASTER_RECORD_TYPE) return [];
  const message = `Record Type ID: this ID value isn't valid for the user: ${given.value}`;
  return [failure('INVALID_CROSS_REFERENCE_KEY', message, ['RecordTypeId'])];
}

/** The record type that every object has, with the same Id everywhere. */
export const MASTER_RECORD_TYPE = '012000000000000AAA';
