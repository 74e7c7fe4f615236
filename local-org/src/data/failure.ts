import { ApexThrow } from '../errors.ts';
import { apexException, exceptionValue } from '../platform/exceptions.ts';
import { apexType } from '../types/type.ts';
import type { DmlError } from '../values/value.ts';
import type { DmlRowResult } from './contract.ts';

export function queryException(message: string): ApexThrow {
  return apexException('QueryException', message);
}

/** "No such column …", in the words of the REST API and of dynamic SOQL alike. */
export function noSuchColumn(column: string, object: string): string {
  return (
    `No such column '${column}' on entity '${object}'. If you are attempting to use a custom field, be sure to append ` +
    `the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`
  );
}

export function noSuchRelationship(relationship: string): string {
  return (
    `Didn't understand relationship '${relationship}' in field path. If you are attempting to use a custom relationship, ` +
    `be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for ` +
    `the appropriate names.`
  );
}

/** Also what a query of an object says whose existence the user may not know of. */
export function unsupportedObject(name: string): string {
  return (
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' ` +
    `after the entity name. Please reference your WSDL or the describe call for the appropriate names.`
  );
}

/** A QueryException of user mode: the first field in the message, all of them in getInaccessibleFields(). */
export function inaccessibleFields(message: string, fields: Map<string, string[]>): ApexThrow {
  const value = exceptionValue(apexType('QueryException'), message);
  value.inaccessibleFields = fields;
  return new ApexThrow(value);
}

/** A user-mode operation on an object that the user may not touch. */
export function accessDenied(message: string): ApexThrow {
  return apexException('SecurityException', message);
}

export function failure(statusCode: string, message: string, fields: string[] = []): DmlError {
  return { statusCode, message, fields };
}

/**
 * The DmlException of field-level security in user mode, which has no "Insert failed …" in front
 * (Apex Developer Guide, "Enforce User Mode for Database Operations").
 */
export function dmlFieldsInaccessible(message: string, results: DmlRowResult[]): ApexThrow {
  const value = exceptionValue(apexType('DmlException'), message);
  results.forEach((result, index) => {
    for (const error of result.errors) value.dmlErrors.push({ ...error, index, id: result.id });
  });
  return new ApexThrow(value);
}

/** Words of a lock that did not come free (Salesforce Help, "UNABLE_TO_LOCK_ROW"). */
export const LOCK_MESSAGE = 'unable to obtain exclusive access to this record';
export const QUERY_LOCK_MESSAGE =
  'Record Currently Unavailable: The record you are attempting to edit, or one of its related records, is currently being modified by another user. Please try again.';
