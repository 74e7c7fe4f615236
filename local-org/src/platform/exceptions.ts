import { ApexThrow } from '../errors.ts';
import type { Execution } from '../execution/execution.ts';
import type { DmlOperation, DmlRowResult } from '../data/contract.ts';
import type { ApexType } from '../types/type.ts';
import { apexType, T } from '../types/type.ts';
import { declareEnum, enumConstant } from '../values/enums.ts';
import { ApexList, ApexMap, ApexSet, ExceptionValue, PLATFORM_EXCEPTIONS } from '../values/value.ts';
import type { EnumValue, Value } from '../values/value.ts';
import { hashKey } from '../values/equality.ts';
import { platformClass, platformEnum } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';
import { STATUS_CODES } from './status-codes.ts';

/**
 * The exceptions of the System namespace
 * (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_classes_exception_methods.htm).
 */
const SYSTEM_EXCEPTIONS = [
  'AssertException',
  'AsyncException',
  'AuraHandledException',
  'BigObjectException',
  'CalloutException',
  'DmlException',
  'DuplicateMessageException',
  'EmailException',
  'ExternalObjectException',
  'FinalException',
  'FlowException',
  'HandledException',
  'IllegalArgumentException',
  'InvalidHeaderException',
  'InvalidParameterValueException',
  'InvalidReadOnlyUserDmlException',
  'JSONException',
  'LicenseException',
  'LimitException',
  'ListException',
  'MathException',
  'NoAccessException',
  'NoDataFoundException',
  'NoSuchElementException',
  'NullPointerException',
  'ProcedureException',
  'QueryException',
  'RequiredFeatureMissingException',
  'SObjectException',
  'SearchException',
  'SecurityException',
  'SerializationException',
  'StringException',
  'TypeException',
  'UnexpectedException',
  'UnsupportedOperationException',
  'VisualforceException',
  'XmlException',
];

/** Exceptions of other namespaces, by their full names. */
const NAMESPACE_EXCEPTIONS = [
  'Cache.InvalidParamException',
  'Cache.ItemSizeLimitExceededException',
  'Cache.Org.OrgCacheException',
  'Cache.Session.SessionCacheException',
  'EventBus.RetryableException',
];

for (const name of ['Exception', ...SYSTEM_EXCEPTIONS]) PLATFORM_EXCEPTIONS.add(name);

/** An exception object of a platform or own exception type. */
export function exceptionValue(
  type: ApexType,
  message: string | null,
  cause: ExceptionValue | null = null,
): ExceptionValue {
  const value = new ExceptionValue(type);
  value.message = message;
  value.cause = cause;
  return value;
}

/** A throwable of a platform exception type, e.g. `apexException('StringException', 'Invalid id: x')`. */
export function apexException(typeName: string, message: string): ApexThrow {
  return new ApexThrow(exceptionValue(apexType(typeName), message));
}

export function nullPointer(message = 'Attempt to de-reference a null object'): ApexThrow {
  return apexException('NullPointerException', message);
}

/** "Argument 1 cannot be null" */
export function nullArgument(position: number): ApexThrow {
  return nullPointer(`Argument ${position} cannot be null`);
}

/** `REQUIRED_FIELD_MISSING, Required fields are missing: [LastName]: [LastName]` */
function errorText(error: { statusCode: string; message: string; fields: string[] }): string {
  return `${error.statusCode}, ${error.message}: [${error.fields.join(', ')}]`;
}

/**
 * The DmlException of a failed all-or-none statement: its message names the first failed row, its getDml… methods all.
 * Only to be made from results that hold at least one failure.
 */
export function dmlException(
  operation: DmlOperation | 'merge' | 'convertLead',
  results: Pick<DmlRowResult, 'success' | 'id' | 'errors'>[],
): ApexThrow {
  const value = exceptionValue(apexType('DmlException'), null);
  results.forEach((result, index) => {
    if (result.success) return;
    for (const error of result.errors) value.dmlErrors.push({ ...error, index, id: result.id });
  });
  const first = value.dmlErrors[0];
  if (first === undefined) throw new Error(`No failed row in the results of ${operation}`);
  const verb = operation.charAt(0).toUpperCase() + operation.slice(1);
  const withId = first.id === null ? '' : ` with id ${first.id.value}`;
  value.message = `${verb} failed. First exception on row ${first.index}${withId}; first error: ${errorText(first)}`;
  return new ApexThrow(value);
}

const STATUS_CODE = apexType('StatusCode');
declareEnum(STATUS_CODE, STATUS_CODES);

/** The constant of System.StatusCode. Throws an Error for a code that the enum lacks. */
export function statusCode(name: string): EnumValue {
  const value = enumConstant(STATUS_CODE, name);
  if (value === null) throw new Error(`No StatusCode ${name}`);
  return value;
}

type Exc = ExceptionValue;

function dmlRow(self: Exc, index: number): Exc['dmlErrors'][number] {
  const row = self.dmlErrors[index];
  if (row === undefined) throw apexException('ListException', `List index out of bounds: ${index}`);
  return row;
}

function fieldNames(names: string[]): ApexList {
  return new ApexList(apexType('List', T.String), [...names]);
}

/** The methods that only DmlException (and the user-mode failures of queries) have. */
const dmlMethods: Record<string, Native> = {
  'Integer getNumDml()': (_x, self: Exc) => self.dmlErrors.length,
  'String getDmlMessage(Integer)': (_x, self: Exc, index: number) => dmlRow(self, index).message,
  'StatusCode getDmlType(Integer)': (_x, self: Exc, index: number) => statusCode(dmlRow(self, index).statusCode),
  'String getDmlStatusCode(Integer)': (_x, self: Exc, index: number) => dmlRow(self, index).statusCode,
  'Id getDmlId(Integer)': (_x, self: Exc, index: number) => dmlRow(self, index).id,
  'Integer getDmlIndex(Integer)': (_x, self: Exc, index: number) => dmlRow(self, index).index,
  'List<String> getDmlFieldNames(Integer)': (_x, self: Exc, index: number) => fieldNames(dmlRow(self, index).fields),
};

function inaccessibleFields(_x: Execution, self: Exc): Value {
  const map = new ApexMap(apexType('Map', T.String, apexType('Set', T.String)));
  for (const [object, fields] of self.inaccessibleFields ?? []) {
    const set = new ApexSet(apexType('Set', T.String));
    for (const field of fields) set.entries.set(hashKey(field), field);
    map.entries.set(hashKey(object), [object, set]);
  }
  return map;
}

/** What every exception has. getMessage() of one thrown without a message is "Script-thrown exception". */
const commonMethods: Record<string, Native> = {
  'String getMessage()': (_x, self: Exc) => self.message ?? 'Script-thrown exception',
  'Exception getCause()': (_x, self: Exc) => self.cause,
  'String getTypeName()': (_x, self: Exc) => self.typeName,
  'Integer getLineNumber()': (_x, self: Exc) => self.lineNumber,
  'String getStackTraceString()': (_x, self: Exc) => self.stackTrace,
  'void setMessage(String)': (_x, self: Exc, message: string | null) => {
    self.message = message;
  },
  'void initCause(Exception)': (_x, self: Exc, cause: Exc | null) => {
    if (self.cause !== null) throw apexException('IllegalArgumentException', 'Cause may only be initialized once');
    self.cause = cause;
  },
  'String toString()': (_x, self: Exc) => `${self.typeName}: ${self.message ?? 'Script-thrown exception'}`,
};

/** A constructor's `self` is the type being built: own exceptions are made by these constructors too. */
const constructors: Record<string, Native> = {
  'new()': (_x, type: ApexType) => exceptionValue(type, null),
  'new(String)': (_x, type: ApexType, message: string | null) => exceptionValue(type, message),
  'new(Exception)': (_x, type: ApexType, cause: Exc | null) => exceptionValue(type, cause?.message ?? null, cause),
  'new(String,Exception)': (_x, type: ApexType, message: string | null, cause: Exc | null) =>
    exceptionValue(type, message, cause),
};

function systemException(name: string): PlatformClass {
  const members: Record<string, Native> = { ...constructors };
  if (name === 'AuraHandledException') {
    // Its constructor's text is for the Lightning page only; Apex reads "Script-thrown exception" until setMessage().
    members['new(String)'] = (_x, type: ApexType) => exceptionValue(type, null);
  }
  if (name === 'DmlException') Object.assign(members, dmlMethods);
  if (name === 'QueryException' || name === 'DmlException' || name === 'SecurityException') {
    members['Map<String,Set<String>> getInaccessibleFields()'] = inaccessibleFields;
  }
  return platformClass(name, members, { extends: 'Exception' });
}

export const exceptionClasses: PlatformClass[] = [
  platformClass('Exception', commonMethods, { extensible: true }),
  ...SYSTEM_EXCEPTIONS.map(systemException),
  ...NAMESPACE_EXCEPTIONS.map(systemException),
  platformEnum('StatusCode', STATUS_CODES),
];
