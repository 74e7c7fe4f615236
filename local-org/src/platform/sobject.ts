import type { FieldDefinition } from '../schema/definition.ts';
import { apexType, T } from '../types/type.ts';
import { toFieldValue } from '../values/convert.ts';
import { ApexList, PlatformObject, SObjectValue } from '../values/value.ts';
import type { ApexMap, ExceptionValue, Value } from '../values/value.ts';
import { errorObject } from './database-results.ts';
import { dmlOptionsOf } from './dml-options.ts';
import type { DmlOptionsData } from './dml-options.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { copyRecord } from './list.ts';
import { listOf, mapOf } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';
import { sobjectTypeToken } from './tokens.ts';
import type { SObjectFieldToken } from './tokens.ts';

/** SObject (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_sobject.htm). */

function invalidField(record: SObjectValue, name: string): Error {
  return apexException('SObjectException', `Invalid field ${name} for ${record.definition.name}`);
}

function fieldOf(record: SObjectValue, name: string | null): FieldDefinition {
  if (name === null) throw nullArgument(1);
  const field = record.definition.fields.get(name.toLowerCase());
  if (field === undefined) throw invalidField(record, name);
  return field;
}

function ownField(record: SObjectValue, token: SObjectFieldToken | null): FieldDefinition {
  if (token === null) throw nullArgument(1);
  const { field, text } = token.data;
  if (record.definition.fields.get(field.name.toLowerCase()) !== field) {
    throw apexException('SObjectException', `${text} does not belong to SObject type ${record.definition.name}`);
  }
  return field;
}

function notRetrieved(record: SObjectValue, name: string): Error {
  return apexException(
    'SObjectException',
    `SObject row was retrieved via SOQL without querying the requested field: ${record.definition.name}.${name}`,
  );
}

/**
 * The value of a field of a record, as `get` gives it: an unset checkbox is null here, and false only in dot notation
 * (Apex Developer Guide, "Using sObject Fields"; https://salesforce.stackexchange.com/q/127548).
 * @param key lower-case API name
 * @throws ApexThrow SObjectException when the record was queried without the field
 */
export function readField(record: SObjectValue, key: string): Value {
  const value = record.values.get(key);
  if (value !== undefined) return value;
  if (record.retrieved !== null && !record.retrieved.has(key)) throw notRetrieved(record, memberName(record, key));
  return null;
}

function getAny(record: SObjectValue, name: string | null): Value {
  if (name === null) throw nullArgument(1);
  const key = name.toLowerCase();
  // The columns of an AggregateResult are its aliases, which no definition lists.
  if (record.definition.kind === 'aggregate') {
    const value = record.values.get(key);
    if (value === undefined) throw invalidField(record, name);
    return value;
  }
  fieldOf(record, name);
  return readField(record, key);
}

function put(record: SObjectValue, field: FieldDefinition, value: Value): Value {
  const key = field.name.toLowerCase();
  const writable =
    field.createable || field.updateable || field.type === 'id' || record.definition.kind === 'customMetadata';
  if (!writable) {
    throw apexException('SObjectException', `Field ${field.name} is not editable`);
  }
  const before = record.values.get(key) ?? null;
  checkNotReadOnly(record);
  record.values.set(key, toFieldValue(value, field));
  return before;
}

/** The reference field behind a parent relationship. */
function referenceOf(record: SObjectValue, name: string | null): FieldDefinition {
  if (name === null) throw nullArgument(1);
  for (const field of record.definition.fields.values()) {
    if (field.relationshipName?.toLowerCase() === name.toLowerCase()) return field;
  }
  throw apexException('SObjectException', `Invalid relationship ${name} for ${record.definition.name}`);
}

/** The key of the parent record behind a reference field. */
function parentKey(field: FieldDefinition): string {
  if (field.relationshipName === null) {
    throw apexException('SObjectException', `Field ${field.name} is not a relationship field`);
  }
  return field.relationshipName.toLowerCase();
}

function related(record: SObjectValue, key: string): Value {
  const value = record.values.get(key);
  if (value === undefined && record.retrieved !== null && !record.retrieved.has(key)) {
    throw notRetrieved(record, memberName(record, key));
  }
  return value ?? null;
}

/** The child records, null when there are none (dot notation gives an empty list). */
function children(record: SObjectValue, name: string | null): Value {
  if (name === null) throw nullArgument(1);
  const known = record.definition.childRelationships.some(
    (c) => c.relationshipName?.toLowerCase() === name.toLowerCase(),
  );
  if (!known) throw apexException('SObjectException', `Invalid aggregate relationship: ${name}`);
  const value = related(record, name.toLowerCase());
  return value instanceof ApexList && value.items.length > 0 ? value : null;
}

/** `record.addError(message)` and `record.Field.addError(message)`. @param field API name, null = the record */
export function addError(record: SObjectValue, message: string | null, field: string | null): void {
  record.addedErrors.push({ message: message ?? '', field });
}

function errorsOf(record: SObjectValue): Value {
  const errors = record.addedErrors.map(({ message, field }) =>
    errorObject({ statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message, fields: field === null ? [] : [field] }),
  );
  return listOf(apexType('Database.Error'), errors);
}

function populated(record: SObjectValue): ApexMap {
  const entries = [...record.values].map(([key, value]): [Value, Value] => [memberName(record, key), value]);
  return mapOf(T.String, T.Object, entries);
}

/** The API name of a field or relationship in its own capitals. */
export function memberName(record: SObjectValue, key: string): string {
  const field = record.definition.fields.get(key);
  if (field !== undefined) return field.name;
  for (const candidate of record.definition.fields.values()) {
    if (candidate.relationshipName?.toLowerCase() === key) return candidate.relationshipName;
  }
  return (
    record.definition.childRelationships.find((c) => c.relationshipName?.toLowerCase() === key)?.relationshipName ?? key
  );
}

/** Ids of the records that clones were made from; null for a source without one. */
const cloneSources = new WeakMap<SObjectValue, Value>();

function clone(record: SObjectValue, id = false, deep = false, times = false, autoNumber = false): SObjectValue {
  const copy = copyRecord(record, { keepId: id, deep, keepTimes: times, keepAutoNumber: autoNumber });
  cloneSources.set(copy, record.values.get('id') ?? null);
  return copy;
}

/** Whether the record was given the field: by an assignment or by the query that it comes from. */
function isSet(record: SObjectValue, field: FieldDefinition): boolean {
  const key = field.name.toLowerCase();
  return record.values.has(key) || record.retrieved?.has(key) === true;
}

function messageOf(error: ExceptionValue | null): string {
  if (error === null) throw nullArgument(1);
  return error.message ?? 'Script-thrown exception';
}

type Text = string | null;

/** The error texts are kept as given: whether a page escapes them (the Boolean) is no matter of this model. */
const errorMembers: Record<string, Native> = {
  'void addError(String)': (_x, self: SObjectValue, message: Text) => addError(self, message, null),
  'void addError(String,Boolean)': (_x, self: SObjectValue, message: Text) => addError(self, message, null),
  'void addError(Exception)': (_x, self: SObjectValue, error: ExceptionValue | null) =>
    addError(self, messageOf(error), null),
  'void addError(Exception,Boolean)': (_x, self: SObjectValue, error: ExceptionValue | null) =>
    addError(self, messageOf(error), null),
  'void addError(String,String)': (_x, self: SObjectValue, name: Text, message: Text) =>
    addError(self, message, fieldOf(self, name).name),
  'void addError(String,String,Boolean)': (_x, self: SObjectValue, name: Text, message: Text) =>
    addError(self, message, fieldOf(self, name).name),
  'void addError(Schema.SObjectField,String)': (
    _x,
    self: SObjectValue,
    token: SObjectFieldToken | null,
    message: Text,
  ) => addError(self, message, ownField(self, token).name),
  'void addError(Schema.SObjectField,String,Boolean)': (
    _x,
    self: SObjectValue,
    token: SObjectFieldToken | null,
    message: Text,
  ) => addError(self, message, ownField(self, token).name),
};

const members: Record<string, Native> = {
  ...errorMembers,
  'Object get(String)': (_x, self: SObjectValue, name: string | null) => getAny(self, name),
  'Object get(Schema.SObjectField)': (_x, self: SObjectValue, token: SObjectFieldToken | null) =>
    readField(self, ownField(self, token).name.toLowerCase()),
  'Object put(String,Object)': (_x, self: SObjectValue, name: string | null, value: Value) =>
    put(self, fieldOf(self, name), value),
  'Object put(Schema.SObjectField,Object)': (_x, self: SObjectValue, token: SObjectFieldToken | null, value: Value) =>
    put(self, ownField(self, token), value),
  'SObject getSObject(String)': (_x, self: SObjectValue, name: string | null) =>
    related(self, parentKey(referenceOf(self, name))),
  'SObject getSObject(Schema.SObjectField)': (_x, self: SObjectValue, token: SObjectFieldToken | null) =>
    related(self, parentKey(ownField(self, token))),
  'List<SObject> getSObjects(String)': (_x, self: SObjectValue, name: string | null) => children(self, name),
  'SObject putSObject(String,SObject)': (_x, self: SObjectValue, name: string | null, parent: SObjectValue | null) =>
    putParent(self, referenceOf(self, name), parent),
  'SObject putSObject(Schema.SObjectField,SObject)': (
    _x,
    self: SObjectValue,
    token: SObjectFieldToken | null,
    parent: SObjectValue | null,
  ) => putParent(self, ownField(self, token), parent),
  'Schema.SObjectType getSObjectType()': (_x, self: SObjectValue) => sobjectTypeToken(self.definition),
  'Boolean isSet(String)': (_x, self: SObjectValue, name: string | null) => isSet(self, fieldOf(self, name)),
  'Boolean isSet(Schema.SObjectField)': (_x, self: SObjectValue, token: SObjectFieldToken | null) =>
    isSet(self, ownField(self, token)),
  'Map<String,Object> getPopulatedFieldsAsMap()': (_x, self: SObjectValue) => populated(self),
  'void clear()': (_x, self: SObjectValue) => {
    self.values.clear();
    self.retrieved = null;
  },
  'SObject clone()': (_x, self: SObjectValue) => clone(self),
  'SObject clone(Boolean)': (_x, self: SObjectValue, id: boolean) => clone(self, id),
  'SObject clone(Boolean,Boolean)': (_x, self: SObjectValue, id: boolean, deep: boolean) => clone(self, id, deep),
  'SObject clone(Boolean,Boolean,Boolean)': (_x, self: SObjectValue, id: boolean, deep: boolean, times: boolean) =>
    clone(self, id, deep, times),
  'SObject clone(Boolean,Boolean,Boolean,Boolean)': (
    _x,
    self: SObjectValue,
    id: boolean,
    deep: boolean,
    times: boolean,
    autoNumber: boolean,
  ) => clone(self, id, deep, times, autoNumber),
  'Boolean hasErrors()': (_x, self: SObjectValue) => self.addedErrors.length > 0,
  'List<Database.Error> getErrors()': (_x, self: SObjectValue) => errorsOf(self),
  'void setOptions(Database.DMLOptions)': (_x, self: SObjectValue, options: PlatformObject<DmlOptionsData> | null) => {
    if (options === null) throw nullArgument(1);
    self.dmlOptions = dmlOptionsOf(options.data);
  },
  'Boolean isClone()': (_x, self: SObjectValue) => cloneSources.has(self),
  'Id getCloneSourceId()': (_x, self: SObjectValue) => cloneSources.get(self) ?? null,
};

function putParent(record: SObjectValue, reference: FieldDefinition, parent: SObjectValue | null): Value {
  const key = parentKey(reference);
  if (parent !== null && !reference.referenceTo.includes(parent.definition.name)) {
    const wanted = reference.referenceTo.join(', ');
    throw apexException('SObjectException', `Illegal assignment from ${parent.definition.name} to ${wanted}`);
  }
  const before = record.values.get(key) ?? null;
  checkNotReadOnly(record);
  record.values.set(key, parent);
  return before;
}

/** The base of every record; a concrete object's own type is looked up here too. */
export const sobjectClass: PlatformClass = platformClass('SObject', members);

/** @throws ApexThrow FinalException for a record of a trigger that code may not change */
export function checkNotReadOnly(record: SObjectValue): void {
  if (record.isReadOnly) throw apexException('FinalException', 'Record is read-only');
}
