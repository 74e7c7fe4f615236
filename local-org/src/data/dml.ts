import type { Execution, Pause } from '../execution/execution.ts';
import { apexException } from '../platform/exceptions.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import { ApexId } from '../values/value.ts';
import type { SObjectValue } from '../values/value.ts';
import type { DmlRequest, DmlRowResult } from './contract.ts';
import { deleteRows } from './delete.ts';
import { checkFieldAccess, checkObjectAccess } from './dml-access.ts';
import { dmlFieldsInaccessible, failure } from './failure.ts';
import { failed } from './pending.ts';
import type { Pending } from './pending.ts';
import { RecordReader } from './reader.ts';
import { saveRows } from './save.ts';
import type { StoreTransaction } from './transaction.ts';
import { pendingUndelete, undeleteRows } from './undelete.ts';
import { resolveUpsert } from './upsert.ts';

/** What the steps of one DML statement share. */
export interface DmlContext {
  x: Execution;
  tx: StoreTransaction;
  request: DmlRequest;
  reader: RecordReader;
}

/** Partial saves start over with the rows that have not failed, at most this often (Apex Developer Guide, "Bulk DML Exception Handling"). */
const MAX_ATTEMPTS = 3;

/** Runs a DML statement: one result for each record, in order. See Transaction.dml. */
export function* runDml(
  x: Execution,
  tx: StoreTransaction,
  request: DmlRequest,
): Generator<Pause, DmlRowResult[], void> {
  const { records, operation } = request;
  if (records.length === 0) return [];
  refuseSameInstances(request);
  x.limits.use('dmlStatements');
  x.limits.use('dmlRows', records.length);
  const reader = new RecordReader(tx.schema, tx, { now: x.now(), userId: x.user.id });
  const context: DmlContext = { x, tx, request, reader };
  const rows: Pending[] = [];
  const mark = tx.mark();
  for (const { object, from, to } of sections(records)) {
    checkObjectAccess(context, object);
    rows.push(...prepare(context, object, from, to));
  }
  refuseDuplicateIds(rows);
  checkMixedDml(context, rows);
  checkFieldAccess(context, rows);
  if (
    request.access === 'USER' &&
    request.allOrNone &&
    rows.some((r) => r.errors.some((e) => e.message.startsWith(FLS_MESSAGE)))
  ) {
    const results = rows.map(toResult);
    throw dmlFieldsInaccessible(rows.find(failed)?.errors[0]?.message ?? FLS_MESSAGE, results);
  }
  // An upsert looks for its records and then saves: another transaction may come in between.
  if (operation === 'upsert') yield { kind: 'statement' };
  yield* attempts(context, rows, mark);
  return finish(context, rows, mark);
}

/** The words are those of Salesforce, "identically equal elements" included (http://www.infallibletechie.com/2013/10/systemlistexception-before-insert-or.html). */
function refuseSameInstances({ operation, records }: DmlRequest): void {
  if (operation !== 'insert' && operation !== 'upsert') return;
  if (new Set(records).size === records.length) return;
  throw apexException('ListException', 'Before Insert or Upsert list must not have two identically equal elements');
}

export const FLS_MESSAGE = 'Operation failed due to fields being inaccessible on Sobject';

/** Consecutive records of one object are saved together. */
function* sections(records: SObjectValue[]): Generator<{ object: ObjectDefinition; from: number; to: number }> {
  let from = 0;
  for (let i = 1; i <= records.length; i++) {
    const [first, next] = [records[from], records[i]];
    if (first === undefined) throw apexException('NullPointerException', 'Attempt to de-reference a null object');
    if (next?.definition === first.definition) continue;
    yield { object: first.definition, from, to: i };
    from = i;
  }
}

function prepare(context: DmlContext, object: ObjectDefinition, from: number, to: number): Pending[] {
  const { request, tx } = context;
  if (request.operation === 'upsert') return resolveUpsert(context, object, from, to);
  const rows: Pending[] = [];
  for (let index = from; index < to; index++) {
    const record = request.records[index];
    if (record === undefined || record === null)
      throw apexException('NullPointerException', 'Attempt to de-reference a null object');
    if (request.operation === 'insert') rows.push(pendingInsert(index, record));
    else if (request.operation === 'undelete') rows.push(pendingUndelete(tx, index, record));
    else rows.push(pendingChange(tx, index, record, request.operation));
  }
  return rows;
}

export function pendingInsert(index: number, record: SObjectValue): Pending {
  const pending: Pending = { index, record, operation: 'insert', before: null, id: null, row: null, errors: [] };
  if (record.values.get('id') instanceof ApexId) {
    pending.errors.push(failure('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']));
  }
  return pending;
}

/** A row that must exist: the errors of a missing, foreign or deleted id are in it. */
export function pendingChange(
  tx: StoreTransaction,
  index: number,
  record: SObjectValue,
  operation: 'update' | 'delete',
): Pending {
  const id = record.values.get('id');
  const pending: Pending = { index, record, operation, before: null, id: null, row: null, errors: [] };
  if (!(id instanceof ApexId)) {
    pending.errors.push(failure('MISSING_ARGUMENT', `Id not specified in an ${operation} call`));
    return pending;
  }
  const before = tx.get(record.definition, id.value);
  if (before !== null) {
    // SOAP API Developer Guide, StatusCode CANNOT_UPDATE_CONVERTED_LEAD; the words are an assumption
    if (operation === 'update' && record.definition.name === 'Lead' && before.values.get('isconverted') === true) {
      pending.errors.push(failure('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead'));
    }
    return { ...pending, before, id: id.value };
  }
  const error = tx.overlay.isDeleted(record.definition, id.value)
    ? failure('ENTITY_IS_DELETED', 'entity is deleted')
    : failure('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  return { ...pending, id: id.value, errors: [error] };
}

function refuseDuplicateIds(rows: Pending[]): void {
  const seen = new Set<string>();
  for (const { id } of rows) {
    if (id === null) continue;
    if (seen.has(id)) throw apexException('ListException', `Duplicate id in list: ${id}`);
    seen.add(id);
  }
}

/** Only some fields of User make an update of it a change of the setup (Apex Developer Guide, "sObjects That Cannot Be Used Together"). */
const USER_SETUP_FIELDS = ['userroleid', 'isactive', 'forecastenabled', 'isportalenabled', 'username', 'profileid'];

function checkMixedDml(context: DmlContext, rows: Pending[]): void {
  for (const row of rows) {
    const object = row.record.definition;
    if (
      object.name === 'User' &&
      row.operation === 'update' &&
      !USER_SETUP_FIELDS.some((f) => row.record.values.has(f))
    )
      continue;
    const original = context.tx.mixedDmlConflict(object);
    if (original === null) continue;
    const message =
      'DML operation on setup object is not permitted after you have updated a non-setup object (or vice versa): ' +
      `${object.name}, original object: ${original}`;
    row.errors.push(failure('MIXED_DML_OPERATION', message));
  }
}

/**
 * All or none: one attempt. Partial: when rows fail although triggers ran, everything is taken back and the rows that
 * have not failed are saved again, triggers included, with the limits as before the first attempt.
 */
function* attempts(context: DmlContext, rows: Pending[], mark: number): Generator<Pause, void, void> {
  const { x, tx, request } = context;
  const limits = { ...x.limits.used };
  for (let attempt = 1; ; attempt++) {
    const survivors = rows.filter((row) => !failed(row));
    if (request.allOrNone && survivors.length < rows.length) return;
    if (survivors.length === 0) return;
    yield* attemptOnce(context, survivors);
    const failures = survivors.filter(failed).length;
    if (failures === 0 || request.allOrNone) return;
    if (!survivors.some((row) => x.program.hasTriggers(row.record.definition.name))) return;
    tx.undoTo(mark);
    if (attempt === MAX_ATTEMPTS) {
      // The status code of this one is not documented.
      const error = failure(
        'UNKNOWN_EXCEPTION',
        'Too many batch retries in the presence of Apex triggers and partial failures.',
      );
      for (const row of survivors) if (!failed(row)) row.errors.push(error);
      return;
    }
    for (const row of survivors) Object.assign(row, { row: null, id: row.operation === 'insert' ? null : row.id });
    for (const name of Object.keys(limits) as (keyof typeof limits)[]) {
      if (name !== 'cpuTime' && name !== 'heapSize') x.limits.used[name] = limits[name];
    }
  }
}

/** Inserts, updates and deletes of one object go through the order of execution together. */
function* attemptOnce(context: DmlContext, rows: Pending[]): Generator<Pause, void, void> {
  const groups = new Map<string, Pending[]>();
  for (const row of rows) {
    const key = `${row.operation} ${row.record.definition.name}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const group of groups.values()) {
    const first = group[0];
    if (first === undefined) continue;
    if (first.operation === 'delete') yield* deleteRows(context, first.record.definition, group);
    else if (first.operation === 'undelete') yield* undeleteRows(context, first.record.definition, group);
    else yield* saveRows(context, first.record.definition, group);
  }
}

function finish(context: DmlContext, rows: Pending[], mark: number): DmlRowResult[] {
  const { tx, request } = context;
  const undone = request.allOrNone && rows.some(failed);
  if (undone) tx.undoTo(mark);
  for (const row of rows) {
    if (undone || failed(row) || row.operation !== 'insert' || row.id === null) continue;
    row.record.values.set('id', new ApexId(row.id));
    row.record.retrieved?.add('id');
  }
  return rows.sort((a, b) => a.index - b.index).map((row) => ({ ...toResult(row), success: !undone && !failed(row) }));
}

function toResult(row: Pending): DmlRowResult {
  const given = row.record.values.get('id');
  const id = failed(row) ? (given instanceof ApexId ? given : null) : row.id === null ? null : new ApexId(row.id);
  return { success: !failed(row), id, created: row.operation === 'insert' && !failed(row), errors: row.errors };
}
