import type { MergeRowResult } from '../data/merge.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { apexType, T } from '../types/type.ts';
import { ApexId, ApexList, PlatformObject, SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { accessOptions } from './access.ts';
import type { AccessLevel } from './access.ts';
import { errorObject } from './database-results.ts';
import { dmlException, nullPointer } from './exceptions.ts';
import { listOf } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/** Database.merge and Database.MergeResult (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_Database_MergeResult.htm). */

const RESULT = apexType('Database.MergeResult');

type Result = PlatformObject<MergeRowResult>;

function* merge(
  x: Execution,
  _self: null,
  master: SObjectValue | null,
  target: Value,
  ...rest: Value[]
): Generator<Pause, Value, void> {
  if (master === null) throw nullPointer();
  const allOrNone = rest.find((value) => typeof value === 'boolean') ?? true;
  const level = rest.find((value) => value instanceof PlatformObject) as AccessLevel | undefined;
  const duplicates = (target instanceof ApexList ? target.items : [target]).map((item) => {
    if (item instanceof SObjectValue) return item;
    if (!(item instanceof ApexId)) throw nullPointer();
    const record = new SObjectValue(master.definition);
    record.values.set('id', item);
    return record;
  });
  const request = { master, duplicates, allOrNone, ...accessOptions(x, level) };
  const results = yield* x.transaction.merge(x, request);
  if (allOrNone && results.some((result) => !result.success)) throw dmlException('merge', results);
  const objects = results.map((result) => new PlatformObject(RESULT, result));
  return target instanceof ApexList ? listOf(RESULT, objects) : (objects[0] ?? null);
}

function overloads(): Record<string, Native> {
  const members: Record<string, Native> = {};
  for (const target of ['SObject', 'Id', 'List<SObject>', 'List<Id>']) {
    const returns = target.startsWith('List') ? 'List<Database.MergeResult>' : 'Database.MergeResult';
    for (const tail of ['', ',Boolean', ',AccessLevel', ',Boolean,AccessLevel']) {
      members[`static ${returns} merge(SObject,${target}${tail})`] = merge;
    }
  }
  return members;
}

export const mergeMembers: Record<string, Native> = overloads();

const ids = (texts: string[]): Value =>
  listOf(
    T.Id,
    texts.map((id) => new ApexId(id)),
  );

export const mergeResultClass: PlatformClass = platformClass('Database.MergeResult', {
  'Id getId()': (_x, self: Result) => self.data.id,
  'Boolean isSuccess()': (_x, self: Result) => self.data.success,
  'List<Database.Error> getErrors()': (_x, self: Result) =>
    listOf(apexType('Database.Error'), self.data.errors.map(errorObject)),
  'List<String> getMergedRecordIds()': (_x, self: Result) => listOf(T.String, self.data.mergedIds),
  'List<Id> getUpdatedRelatedIds()': (_x, self: Result) => ids(self.data.relatedIds),
});
