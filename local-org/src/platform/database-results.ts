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

type Result = PlatformObject<DmlRowResult>;
type DatabaseError = PlatformObject<DmlError>;

const ERROR = apexType('Database.Error');

export const RESULT_TYPES = {
  insert: apexType('Database.SaveResult'),
  update: apexType('Database.SaveResult'),
  upsert: apexType('Database.UpsertResult'),
  delete: apexType('Database.DeleteResult'),
  undelete: apexType('Database.UndeleteResult'),
} as const;

export function resultObject(type: ApexType, result: DmlRowResult): Result {
  return new PlatformObject(type, result);
}

const common: Record<string, Native> = {
  'Id getId()': (_x, self: Result) => self.data.id,
  'Boolean isSuccess()': (_x, self: Result) => self.data.success,
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
    'Boolean isCreated()': (_x, self: Result) => self.data.created,
  }),
  platformClass('Database.Error', {
    'String getMessage()': (_x, self: DatabaseError) => self.data.message,
    'StatusCode getStatusCode()': (_x, self: DatabaseError) => statusCode(self.data.statusCode),
    'List<String> getFields()': (_x, self: DatabaseError) =>
      new ApexList(apexType('List', T.String), [...self.data.fields]),
  }),
];
