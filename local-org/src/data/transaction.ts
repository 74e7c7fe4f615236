import type { Execution, Pause } from '../execution/execution.ts';
import { chargeHeap } from '../execution/heap-estimate.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import type { Schema } from '../schema/schema.ts';
import { permissionsOf } from '../security/effective.ts';
import type { Permissions } from '../security/permissions.ts';
import type { SoqlQuery } from '../soql/ast.ts';
import { countsAsQuery } from '../soql/cost.ts';
import { QueryRun } from '../soql/execute.ts';
import { ApexDatetime } from '../values/value.ts';
import type { ApexId, SObjectValue, Value } from '../values/value.ts';
import { apexException } from '../platform/exceptions.ts';
import type { DmlRequest, DmlRowResult, QueryOptions, Savepoint, Transaction } from './contract.ts';
import { runDml } from './dml.ts';
import { QUERY_LOCK_MESSAGE, queryException } from './failure.ts';
import { runLeadConvert } from './lead-convert.ts';
import type { LeadConvertRequest, LeadConvertRow } from './lead-convert.ts';
import { runMerge } from './merge.ts';
import type { MergeRequest, MergeRowResult } from './merge.ts';
import { Overlay } from './overlay.ts';
import { LOCK_TIMEOUT_MS } from './locks.ts';
import type { DeletedRow, Row } from './row.ts';

import type { Store } from './store.ts';

interface SavepointState {
  savepoint: Savepoint;
  overlayMark: number;
  locks: number;
}

/** The kind of objects that the transaction has written, for MIXED_DML_OPERATION. */
interface WrittenKind {
  setup: boolean;
  object: string;
}

/** One transaction on a store. See Transaction for the contract; it ends with `commit` or `abort`. */
export class StoreTransaction implements Transaction {
  readonly store: Store;
  readonly schema: Schema;
  readonly userId: string;
  readonly overlay: Overlay;
  /**
   * The clock by which this transaction waits for locks; set by whatever drives it beside others. null: it is driven to
   * its end alone, a lock held by another can never come free, and a wait fails at once.
   */
  waits: { now(): number } | null = null;
  readonly #isolated: boolean;
  readonly #locks: string[] = [];
  readonly #savepoints: SavepointState[] = [];
  #nextSavepoint = 1;
  #written: WrittenKind | null = null;
  #permissions = new Map<string, Permissions>();
  #ended = false;

  constructor(store: Store, userId: string, isolated: boolean) {
    this.store = store;
    this.schema = store.schema;
    this.userId = userId;
    this.#isolated = isolated;
    this.overlay = new Overlay(store, isolated);
  }

  get isolated(): boolean {
    return this.#isolated;
  }

  *query(
    x: Execution,
    query: SoqlQuery,
    binds: Value[],
    options: QueryOptions,
  ): Generator<Pause, SObjectValue[], void> {
    yield { kind: 'statement' };
    this.#assertOpen();
    if (countsAsQuery(this.schema, query)) x.limits.use('queries');
    const children = query.select.filter((s) => s.kind === 'subquery').length;
    if (children > 0) x.limits.use('aggregateQueries', children);
    if (query.countOnly) throw queryException('SELECT COUNT() returns a number, not records');
    x.limits.cpu.suspend();
    try {
      const records = yield* new QueryRun(x, this, query, binds, options).records(query);
      chargeHeap(x, records);
      return records;
    } finally {
      x.limits.cpu.resume();
    }
  }

  *count(x: Execution, query: SoqlQuery, binds: Value[], options: QueryOptions): Generator<Pause, number, void> {
    yield { kind: 'statement' };
    this.#assertOpen();
    if (countsAsQuery(this.schema, query)) x.limits.use('queries');
    x.limits.cpu.suspend();
    try {
      return new QueryRun(x, this, query, binds, options).count(query);
    } finally {
      x.limits.cpu.resume();
    }
  }

  *dml(x: Execution, request: DmlRequest): Generator<Pause, DmlRowResult[], void> {
    yield { kind: 'statement' };
    this.#assertOpen();
    return yield* runDml(x, this, request);
  }

  *merge(x: Execution, request: MergeRequest): Generator<Pause, MergeRowResult[], void> {
    yield { kind: 'statement' };
    this.#assertOpen();
    return yield* runMerge(x, this, request);
  }

  *convertLead(x: Execution, request: LeadConvertRequest): Generator<Pause, LeadConvertRow[], void> {
    yield { kind: 'statement' };
    this.#assertOpen();
    return yield* runLeadConvert(x, this, request);
  }

  get(object: ObjectDefinition, id: string): Row | null {
    return this.overlay.get(object, id);
  }

  find(object: ObjectDefinition, field: string, key: string): Row[] {
    return this.overlay.find(object, field, key);
  }

  all(object: ObjectDefinition): Row[] {
    return this.overlay.all(object);
  }

  put(row: Row): void {
    if (row.object.setup) this.#permissions.clear();
    this.overlay.put(row);
  }

  remove(deleted: DeletedRow): void {
    if (deleted.row.object.setup) this.#permissions.clear();
    this.overlay.remove(deleted);
  }

  deletedRows(object: ObjectDefinition): Row[] {
    return this.overlay.deletedRows(object).map(({ row }) => row);
  }

  /** A mark for `undoTo`. */
  mark(): number {
    return this.overlay.mark();
  }

  /** Takes back every change since the mark; locks stay. */
  undoTo(mark: number): void {
    this.overlay.undoTo(mark);
    this.#permissions.clear();
  }

  /** The effective permissions of a user as this transaction sees them. @throws Error when there is no such user */
  permissionsOf(userId: string): Permissions {
    let permissions = this.#permissions.get(userId);
    if (permissions === undefined) {
      permissions = permissionsOf(this.schema, this, userId);
      this.#permissions.set(userId, permissions);
    }
    return permissions;
  }

  /** @throws ApexThrow with a QueryException when the row does not come free in time */
  *lockRow(id: string): Generator<Pause, boolean, void> {
    const taken = yield* this.takeLock(id);
    if (taken === 'timeout') throw queryException(QUERY_LOCK_MESSAGE);
    return taken === 'free';
  }

  /** Takes a row's or a unique key's lock, waiting while another transaction has it. */
  *takeLock(name: string): Generator<Pause, 'free' | 'waited' | 'timeout', void> {
    const { locks } = this.store;
    const mine = locks.holder(name) === this;
    if (locks.tryTake(name, this)) {
      if (!mine) this.#locks.push(name);
      return 'free';
    }
    const { waits } = this;
    if (waits === null) return 'timeout';
    const until = waits.now() + LOCK_TIMEOUT_MS;
    try {
      do {
        // "A deadlock or timeout condition has been detected" (SOAP API Developer Guide, UNABLE_TO_LOCK_ROW). Which of
        // the transactions fails is not documented; here it is the one that closes the circle.
        if (locks.startWaiting(name, this)) return 'timeout';
        yield { kind: 'wait', for: name };
        if (locks.tryTake(name, this)) {
          this.#locks.push(name);
          return 'waited';
        }
      } while (waits.now() < until);
      return 'timeout';
    } finally {
      locks.stopWaiting(this);
    }
  }

  /** @returns the object written before that forbids writing this one in the same transaction; null when none does */
  mixedDmlConflict(object: ObjectDefinition): string | null {
    if (this.#written === null) {
      this.#written = { setup: object.setup, object: object.name };
      return null;
    }
    return this.#written.setup === object.setup ? null : this.#written.object;
  }

  /** Inside System.runAs of a test, setup objects may be written beside others. @returns ends it */
  enterRunAs(): () => void {
    const before = this.#written;
    this.#written = null;
    return () => {
      this.#written = before;
    };
  }

  /** A savepoint counts as a DML statement (Apex Developer Guide, "Transaction Control"). */
  setSavepoint(x: Execution): Savepoint {
    x.limits.use('dmlStatements');
    const savepoint = Object.freeze({ number: this.#nextSavepoint++ });
    this.#savepoints.push({ savepoint, overlayMark: this.overlay.mark(), locks: this.#locks.length });
    return savepoint;
  }

  /** Goes back to a savepoint; later savepoints become invalid, locks taken since are released. */
  rollback(x: Execution, savepoint: Savepoint): void {
    x.limits.use('dmlStatements');
    const at = this.#find(savepoint);
    const state = this.#savepoints[at];
    if (state === undefined) throw invalidSavepoint();
    this.#savepoints.length = at + 1;
    this.undoTo(state.overlayMark);
    for (const name of this.#locks.splice(state.locks)) this.store.locks.release(name, this);
  }

  /** Forgets a savepoint and those set after it. */
  releaseSavepoint(_x: Execution, savepoint: Savepoint): void {
    const at = this.#find(savepoint);
    this.#savepoints.length = at;
  }

  setCreatedDate(id: ApexId, created: ApexDatetime): boolean {
    const object = this.schema.objectByKeyPrefix(id.value.slice(0, 3));
    const row = object === null ? null : this.get(object, id.value);
    if (object === null || row === null || this.store.table(object).get(id.value) !== undefined) return false;
    // a stored Datetime has no milliseconds
    const stored = new ApexDatetime(Math.floor(created.ms / 1000) * 1000);
    this.put({ ...row, values: new Map(row.values).set('createddate', stored) });
    return true;
  }

  #find(savepoint: Savepoint): number {
    const at = this.#savepoints.findIndex((s) => s.savepoint === savepoint);
    if (at < 0) throw invalidSavepoint();
    return at;
  }

  commit(): void {
    this.#assertOpen();
    if (this.#isolated) throw new Error('The transaction of a test cannot be committed');
    this.store.applyCommit(this.overlay.puts(), this.overlay.removals());
    this.#end();
  }

  abort(): void {
    if (!this.#ended) this.#end();
  }

  #end(): void {
    this.#ended = true;
    for (const name of this.#locks.splice(0)) this.store.locks.release(name, this);
  }

  #assertOpen(): void {
    if (this.#ended) throw new Error('The transaction has ended');
  }
}

function invalidSavepoint(): Error {
  return apexException('TypeException', 'Savepoint does not exist in database');
}
