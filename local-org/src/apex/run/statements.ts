import type { AccessMode, DmlOperation, DmlRequest } from '../../data/contract.ts';
import type { Pause } from '../../execution/execution.ts';
import { apexException, dmlException } from '../../platform/exceptions.ts';
import type { SoqlQuery } from '../../soql/ast.ts';
import { T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import { convertTo } from '../../values/convert.ts';
import { ApexList, SObjectValue } from '../../values/value.ts';
import type { Value } from '../../values/value.ts';
import { npe } from './arithmetic.ts';
import type { ApexExecution } from './execution.ts';
import { checkCpu } from './frames.ts';

/** What the running class's version and sharing keyword make of a statement that says nothing itself. */
function runningOptions(x: ApexExecution): { access: AccessMode; withSharing: boolean } {
  const frame = x.frames[x.frames.length - 1];
  return { access: frame?.access ?? 'SYSTEM', withSharing: frame?.withSharing ?? false };
}

/** An inline query; WITH USER_MODE and the like are part of the query itself. */
export function* query(
  x: ApexExecution,
  soql: SoqlQuery,
  binds: Value[],
  type: ApexType,
): Generator<Pause, ApexList, void> {
  checkCpu(x);
  const rows = yield* x.transaction.query(x, soql, binds, runningOptions(x));
  return new ApexList(type, rows);
}

export function* count(x: ApexExecution, soql: SoqlQuery, binds: Value[]): Generator<Pause, number, void> {
  checkCpu(x);
  return yield* x.transaction.count(x, soql, binds, runningOptions(x));
}

/** A query whose one record is assigned. @throws ApexThrow QueryException when there is not exactly one */
export function singleRow(list: ApexList): Value {
  const [first] = list.items;
  if (first === undefined) throw apexException('QueryException', 'List has no rows for assignment to SObject');
  if (list.items.length > 1)
    throw apexException('QueryException', 'List has more than 1 row for assignment to SObject');
  return first;
}

/** A query before `?.` or `??`. @throws ApexThrow QueryException when there is more than one */
export function optionalRow(list: ApexList): Value {
  return list.items.length === 0 ? null : singleRow(list);
}

/** A merge statement. @param target one or two records of the same object, or their Ids */
export function* merge(
  x: ApexExecution,
  master: SObjectValue,
  target: Value,
  access: AccessMode | null,
): Generator<Pause, void, void> {
  checkCpu(x);
  const running = runningOptions(x);
  const duplicates = (target instanceof ApexList ? target.items : [target]).map((item) => {
    if (item instanceof SObjectValue) return item;
    const record = new SObjectValue(master.definition);
    record.values.set('id', item === null ? npe() : convertTo(item, T.Id));
    return record;
  });
  const request = {
    master,
    duplicates,
    allOrNone: true,
    access: access ?? running.access,
    withSharing: running.withSharing,
  };
  const results = yield* x.transaction.merge(x, request);
  if (results.some((r) => !r.success)) throw dmlException('merge', results);
}

/** A DML statement: all or none, and a DmlException names the rows that failed. */
export function* dml(
  x: ApexExecution,
  operation: DmlOperation,
  target: SObjectValue | ApexList,
  access: AccessMode | null,
  externalIdField: string | null,
): Generator<Pause, void, void> {
  checkCpu(x);
  const running = runningOptions(x);
  const items = target instanceof ApexList ? target.items : [target];
  const records = items.map((item) => (item instanceof SObjectValue ? item : npe()));
  const request: DmlRequest = {
    operation,
    records,
    allOrNone: true,
    access: access ?? running.access,
    withSharing: running.withSharing,
    externalIdField,
    options: null,
  };
  const results = yield* x.transaction.dml(x, request);
  if (results.some((r) => !r.success)) throw dmlException(operation, results);
}
