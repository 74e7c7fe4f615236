import { apexException } from '../../platform/exceptions.ts';
import { checkNotReadOnly } from '../../platform/sobject.ts';
import type { ObjectDefinition } from '../../schema/definition.ts';
import type { ApexType } from '../../types/type.ts';
import { ApexList, SObjectValue } from '../../values/value.ts';
import type { Value } from '../../values/value.ts';
import { npe } from './arithmetic.ts';

/** `new Contact(LastName = 'x')` */
export function newRecord(definition: ObjectDefinition, fields: readonly [string, Value][]): SObjectValue {
  const record = new SObjectValue(definition);
  for (const [name, value] of fields) setField(record, name, value);
  return record;
}

/** @param name lower case */
function unqueried(record: SObjectValue, name: string): Error {
  const field = record.definition.fields.get(name)?.name ?? name;
  return apexException(
    'SObjectException',
    `SObject row was retrieved via SOQL without querying the requested field: ${record.definition.name}.${field}`,
  );
}

/**
 * Reads a field. @param name lower case @param blank what an unset field reads as: false for checkboxes
 * @throws ApexThrow SObjectException when the query that gave the record did not ask for the field
 */
export function field(record: SObjectValue, name: string, blank: Value = null): Value {
  const value = record.values.get(name);
  if (value !== undefined) return value ?? blank;
  if (record.retrieved !== null && !record.retrieved.has(name) && name !== 'id') throw unqueried(record, name);
  return blank;
}

/** As `field`, behind `?.` or behind a relationship that may be empty. */
export function fieldOrNull(record: SObjectValue | null, name: string, blank: Value = null): Value {
  return record === null ? null : field(record, name, blank);
}

/** The record behind a lookup: `contact.Account`. @param isSafe a null record gives null */
export function parent(record: SObjectValue | null, name: string, isSafe: boolean): SObjectValue | null {
  if (record === null) return isSafe ? null : npe();
  const value = record.values.get(name);
  if (value instanceof SObjectValue) return value;
  if (value === undefined && record.retrieved !== null && !record.retrieved.has(name)) throw unqueried(record, name);
  return null;
}

/** The records of a child relationship: `account.Contacts`. */
export function children(record: SObjectValue | null, name: string, type: ApexType): ApexList | null {
  if (record === null) return null;
  const value = record.values.get(name);
  if (value instanceof ApexList) return value;
  if (record.retrieved !== null && !record.retrieved.has(name)) throw unqueried(record, name);
  return new ApexList(type);
}

/** Stores a field or a parent record; the value is the assignment's own. @param name lower case */
export function setField(record: SObjectValue, name: string, value: Value): Value {
  checkNotReadOnly(record);
  record.values.set(name, value);
  return value;
}

export function addFieldError(record: SObjectValue, fieldName: string, message: string | null): void {
  record.addedErrors.push({ message: message ?? 'null', field: fieldName });
}
