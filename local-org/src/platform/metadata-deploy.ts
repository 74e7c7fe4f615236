import { metadataId } from '../data/metadata-id.ts';
import type { StoreTransaction } from '../data/transaction.ts';
import { ApexThrow } from '../errors.ts';
import type { Execution } from '../execution/execution.ts';
import { checkRequired, checkValues } from '../rules/index.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import { toFieldValue } from '../values/convert.ts';
import { ApexDatetime, ApexList, SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { Bean } from './bean.ts';

/** Deploying custom metadata records from Apex: what Metadata.Operations.enqueueDeployment does after the commit. */

export interface ComponentOutcome {
  fullName: string;
  /** null: it went well */
  problem: string | null;
  created: boolean;
}

/** `Rule.Default` or `Rule__mdt.Default`. */
function target(x: Execution, fullName: string): { object: ObjectDefinition; developerName: string } | string {
  const dot = fullName.indexOf('.');
  const [type, developerName] = [fullName.slice(0, Math.max(dot, 0)), fullName.slice(dot + 1)];
  const object = x.org.schema.object(/__mdt$/i.test(type) ? type : `${type}__mdt`);
  if (object?.kind !== 'customMetadata') return `no CustomMetadata named ${type} found`;
  if (!/^[A-Za-z](?:_?[A-Za-z0-9])*$/.test(developerName) || developerName.length > 40) {
    return `The developer name ${developerName} is not valid`;
  }
  return { object, developerName };
}

function newValues(object: ObjectDefinition): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const [name, field] of object.fields) if (field.type === 'boolean') values.set(name, false);
  return values;
}

function setFields(x: Execution, object: ObjectDefinition, values: Map<string, Value>, given: Value): string | null {
  for (const entry of given instanceof ApexList ? given.items : []) {
    const pair = (entry as Bean | null)?.data.values;
    const name = pair?.get('field');
    const fieldName = typeof name === 'string' ? name : '';
    const field = object.fields.get(fieldName.toLowerCase());
    if (field === undefined) return `Cannot find field ${fieldName} on CustomMetadata type ${object.name}`;
    const value = pair?.get('value') ?? null;
    if (field.type === 'reference' && typeof value === 'string') {
      const related = x.org.schema.object(field.referenceTo[0] ?? '');
      values.set(field.name.toLowerCase(), related === null ? value : metadataId(related, value));
    } else values.set(field.name.toLowerCase(), toFieldValue(value, field));
  }
  return null;
}

/**
 * Writes the record of a component into the transaction; a record that exists keeps the fields that are not given.
 * @returns how it went; a problem leaves the transaction as it was
 */
export function deployRecord(x: Execution, component: Bean): ComponentOutcome {
  const given = component.data.values.get('fullname');
  const fullName = typeof given === 'string' ? given : '';
  const failed = (problem: string): ComponentOutcome => ({ fullName, problem, created: false });
  const found = target(x, fullName);
  if (typeof found === 'string') return failed(found);
  const { object, developerName } = found;
  const transaction = x.transaction as StoreTransaction;
  const id = metadataId(object, developerName);
  const before = transaction.get(object, id.value);
  const record = new SObjectValue(object);
  for (const [name, value] of before?.values ?? newValues(object)) record.values.set(name, value);
  const label = component.data.values.get('label') ?? before?.values.get('masterlabel') ?? developerName;
  const fixed: Record<string, Value> = {
    id,
    developername: developerName,
    masterlabel: label,
    label,
    language: 'en_US',
    qualifiedapiname: developerName,
    systemmodstamp: new ApexDatetime(x.now()),
  };
  for (const [name, value] of Object.entries(fixed)) record.values.set(name, value);
  try {
    const problem = setFields(x, object, record.values, component.data.values.get('values') ?? null);
    if (problem !== null) return failed(problem);
  } catch (error) {
    if (error instanceof ApexThrow) return failed(error.value.message ?? '');
    throw error;
  }
  const [error] = [
    ...checkValues(object, record, { operation: 'insert', truncate: false }),
    ...checkRequired(object, record),
  ];
  if (error !== undefined) return failed(error.message);
  transaction.put({ id: id.value, object, values: new Map(record.values) });
  return { fullName, problem: null, created: before === null };
}
