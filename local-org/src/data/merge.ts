import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { apexException } from '../platform/exceptions.ts';
import { ApexId } from '../values/value.ts';
import type { SObjectValue } from '../values/value.ts';
import type { AccessMode, DmlRequest, DmlRowResult } from './contract.ts';
import { deleteRows } from './delete.ts';
import type { DmlContext } from './dml.ts';
import { pendingChange } from './dml.ts';
import { checkFieldAccess, checkObjectAccess } from './dml-access.ts';
import { failed } from './pending.ts';
import { RecordReader } from './reader.ts';
import { saveRows } from './save.ts';
import type { StoreTransaction } from './transaction.ts';

export interface MergeRequest {
  master: SObjectValue;
  /** records of the same object; only their Ids count */
  duplicates: SObjectValue[];
  allOrNone: boolean;
  access: AccessMode;
  withSharing: boolean;
}

export interface MergeRowResult extends DmlRowResult {
  mergedIds: string[];
  /** the records that now belong to the master */
  relatedIds: string[];
}

/** Apex Developer Guide, "Merging Records". */
const MERGEABLE = new Set(['Account', 'Contact', 'Lead', 'Case']);

/** "You can merge up to three records" (the same). */
const MAX_DUPLICATES = 2;

/**
 * Merges duplicates into a master, one after the other: delete triggers of the duplicate around its deletion, its
 * related records go to the master without triggers, then the master is updated (Apex Developer Guide, "Triggers and
 * Merge Statements").
 */
export function* runMerge(
  x: Execution,
  tx: StoreTransaction,
  request: MergeRequest,
): Generator<Pause, MergeRowResult[], void> {
  const { master, duplicates } = request;
  const { definition } = master;
  if (!MERGEABLE.has(definition.name)) {
    throw apexException('TypeException', `DML operation MERGE not allowed on ${definition.name}`);
  }
  if (duplicates.some((duplicate) => duplicate.definition !== definition)) {
    throw new NotModelledError('a merge of records of several objects');
  }
  if (duplicates.length > MAX_DUPLICATES) throw new NotModelledError('a merge of more than three records');
  x.limits.use('dmlStatements');
  x.limits.use('dmlRows', 1 + duplicates.length);
  const mark = tx.mark();
  const results: MergeRowResult[] = [];
  for (const duplicate of duplicates) {
    const before = tx.mark();
    const result = yield* mergeOne(x, tx, request, duplicate);
    results.push(result);
    if (result.success) continue;
    tx.undoTo(before);
    if (!request.allOrNone) continue;
    tx.undoTo(mark);
    break;
  }
  return results;
}

function contextOf(
  x: Execution,
  tx: StoreTransaction,
  merge: MergeRequest,
  operation: 'update' | 'delete',
  record: SObjectValue,
): DmlContext {
  const { access, withSharing } = merge;
  const request: DmlRequest = {
    operation,
    records: [record],
    allOrNone: true,
    access,
    withSharing,
    externalIdField: null,
    options: null,
  };
  const reader = new RecordReader(tx.schema, tx, { now: x.now(), userId: x.user.id });
  return { x, tx, request, reader };
}

function* mergeOne(
  x: Execution,
  tx: StoreTransaction,
  request: MergeRequest,
  duplicate: SObjectValue,
): Generator<Pause, MergeRowResult, void> {
  const { master } = request;
  const { definition } = master;
  const update = contextOf(x, tx, request, 'update', master);
  const removal = contextOf(x, tx, request, 'delete', duplicate);
  checkObjectAccess(update, definition);
  checkObjectAccess(removal, definition);
  const kept = pendingChange(tx, 0, master, 'update');
  const lost = { ...pendingChange(tx, 0, duplicate, 'delete'), relatedIds: [] as string[] };
  if (kept.id !== null && kept.id === lost.id) throw new NotModelledError('a merge of a record with itself');
  checkFieldAccess(update, [kept]);
  const errors = (): DmlRowResult['errors'] => [...kept.errors, ...lost.errors];
  if (errors().length === 0 && kept.id !== null) {
    yield* deleteRows(removal, definition, [Object.assign(lost, { mergeInto: kept.id })]);
    // what the deletion changed on the master is kept
    const current = tx.get(definition, kept.id);
    if (!failed(lost) && current !== null)
      yield* saveRows(update, definition, [Object.assign(kept, { before: current })]);
  }
  const success = errors().length === 0;
  return {
    success,
    id: kept.id === null ? null : new ApexId(kept.id),
    created: false,
    errors: errors(),
    mergedIds: success && lost.id !== null ? [lost.id] : [],
    relatedIds: success ? lost.relatedIds : [],
  };
}
