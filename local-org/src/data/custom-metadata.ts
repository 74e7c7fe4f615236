import { CompileError } from '../errors.ts';
import { checkRequired, checkValues } from '../rules/index.ts';
import type { FieldDefinition } from '../schema/definition.ts';
import type { CustomMetadataRecord } from '../schema/schema.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { ApexDate, ApexDatetime, SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { seedLeadStatuses } from './lead-status.ts';
import { metadataId } from './metadata-id.ts';
import { seedRecordTypes } from './record-types.ts';
import type { Store } from './store.ts';

/**
 * Puts the records that the source holds into the store: custom metadata, record types, and the lead statuses. Their ids follow from their names, so that they are
 * the same whatever other metadata there is.
 * @throws CompileError for a record that a deployment would refuse
 */
export function seedCustomMetadata(store: Store): void {
  const records = store.schema.customMetadataRecords;
  const known = new Set<string>();
  for (const record of records) {
    const name = `${record.type}.${record.developerName}`.toLowerCase();
    if (known.has(name)) throw new CompileError(`Two custom metadata records are called ${name}`, record.file, 1);
    known.add(name);
  }
  for (const record of records) addRecord(store, record, known);
  seedRecordTypes(store);
  seedLeadStatuses(store);
}

function addRecord(store: Store, record: CustomMetadataRecord, known: ReadonlySet<string>): void {
  const object = store.schema.object(record.type);
  if (object === null) throw new CompileError(`There is no ${record.type}`, record.file, 1);
  const value = new SObjectValue(object);
  for (const [name, field] of object.fields) if (field.type === 'boolean') value.values.set(name, false);
  const fixed: Record<string, Value> = {
    developername: record.developerName,
    masterlabel: record.label,
    label: record.label,
    language: 'en_US',
    qualifiedapiname: record.developerName,
    systemmodstamp: new ApexDatetime(0),
  };
  for (const [name, fixedValue] of Object.entries(fixed)) value.values.set(name, fixedValue);
  for (const [name, text] of record.values) {
    const field = object.fields.get(name);
    if (field !== undefined) value.values.set(name, metadataValue(store, record, field, text, known));
  }
  const errors = [
    ...checkValues(object, value, { operation: 'insert', truncate: false }),
    ...checkRequired(object, value),
  ];
  if (errors[0] !== undefined) {
    throw new CompileError(`${record.type}.${record.developerName}: ${errors[0].message}`, record.file, 1);
  }
  store.putDirectly({ id: metadataId(object, record.developerName).value, object, values: new Map(value.values) });
}

function metadataValue(
  store: Store,
  record: CustomMetadataRecord,
  field: FieldDefinition,
  text: string | null,
  known: ReadonlySet<string>,
): Value {
  if (text === null) return null;
  switch (field.type) {
    case 'boolean':
      return text === 'true';
    case 'int':
      return Number(text);
    case 'double':
    case 'currency':
    case 'percent':
      return ApexDecimal.parse(text);
    case 'date':
      return new ApexDate(Math.floor(Date.parse(`${text}T00:00:00Z`) / 86_400_000));
    case 'datetime':
      return new ApexDatetime(Date.parse(text));
    case 'reference': {
      const target = store.schema.object(field.referenceTo[0] ?? '');
      if (target === null || !known.has(`${target.name}.${text}`.toLowerCase())) {
        const type = (field.referenceTo[0] ?? '').replace('__mdt', '');
        throw new CompileError(
          `In field: ${field.name} - no CustomMetadata named ${type}.${text} found`,
          record.file,
          1,
        );
      }
      return metadataId(target, text);
    }
    default:
      return text;
  }
}
