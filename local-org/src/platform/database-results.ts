import type { DmlRowResult } from '../data/contract.ts';
import { apexType, T } from '../types/type.ts';
import type { ApexType } from '../types/type.ts';
import { ApexList, PlatformObject } from '../values/value.ts';
import type { DmlError } from '../values/value.ts';
import { statusCode } from './exceptions.ts';
import { listOf } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/** Database.SaveResult and its siblings (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_database_saveresult.htm). */

/** State of a Database.Error; `text` is what the debug log shows (an assumption: no reference states its form). */
class ErrorData {
  readonly error: DmlError;

  constructor(error: DmlError) {
    this.error = error;
  }

  get text(): string {
    const { fields, message, statusCode } = this.error;
    return `Database.Error[getFields=(${fields.join(', ')});getMessage=${message};getStatusCode=${statusCode};]`;
  }
}

/** State of a result; `text` is what the debug log shows (an assumption, too). */
class ResultData {
  readonly type: ApexType;
  readonly row: DmlRowResult;

  constructor(type: ApexType, row: DmlRowResult) {
    this.type = type;
    this.row = row;
  }

  get errors(): ErrorData[] {
    return this.row.errors.map((error) => new ErrorData(error));
  }

  get text(): string {
    const { id, success, created } = this.row;
    const isCreated = this.type === RESULT_TYPES.upsert ? `isCreated=${created};` : '';
    const errors = this.errors.map((error) => error.text).join(', ');
    return `${this.type.name}[getErrors=(${errors});getId=${id?.value ?? null};${isCreated}isSuccess=${success};]`;
  }
}

type Result = PlatformObject<ResultData>;
type DatabaseError = PlatformObject<ErrorData>;

const ERROR = apexType('Database.Error');

export const RESULT_TYPES = {
  insert: apexType('Database.SaveResult'),
  update: apexType('Database.SaveResult'),
  upsert: apexType('Database.UpsertResult'),
  delete: apexType('Database.DeleteResult'),
  undelete: apexType('Database.UndeleteResult'),
} as const;

/** The Apex object for a Database.Error. */
export function errorObject(error: DmlError): PlatformObject {
  return new PlatformObject(ERROR, new ErrorData(error));
}

/** The Apex object for the result of one row. */
export function resultObject(type: ApexType, result: DmlRowResult): Result {
  return new PlatformObject(type, new ResultData(type, result));
}

const common: Record<string, Native> = {
  'Id getId()': (_x, self: Result) => self.data.row.id,
  'Boolean isSuccess()': (_x, self: Result) => self.data.row.success,
  'List<Database.Error> getErrors()': (_x, self: Result) =>
    listOf(
      ERROR,
      self.data.errors.map((error) => new PlatformObject(ERROR, error)),
    ),
};

export const databaseResultClasses: PlatformClass[] = [
  platformClass('Database.SaveResult', common),
  platformClass('Database.DeleteResult', common),
  platformClass('Database.UndeleteResult', common),
  platformClass('Database.UpsertResult', {
    ...common,
    'Boolean isCreated()': (_x, self: Result) => self.data.row.created,
  }),
  platformClass('Database.Error', {
    'String getMessage()': (_x, self: DatabaseError) => self.data.error.message,
    'StatusCode getStatusCode()': (_x, self: DatabaseError) => statusCode(self.data.error.statusCode),
    'List<String> getFields()': (_x, self: DatabaseError) =>
      new ApexList(apexType('List', T.String), [...self.data.error.fields]),
  }),
];
