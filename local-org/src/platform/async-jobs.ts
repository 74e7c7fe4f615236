import { ApexThrow, GovernorLimitError, NotModelledError } from '../errors.ts';
import type { AsyncJob, Execution, Pause, TransactionRunner } from '../execution/execution.ts';
import { GovernorLimits, SYNCHRONOUS_MAXIMA } from '../execution/limits.ts';
import { ApexId } from '../values/value.ts';
import type { ApexObject, Value } from '../values/value.ts';
import { insertSystemRow, stored, systemRow, systemRowsWith, undoMark, updateSystemRow } from './async-rows.ts';

/**
 * The queue of asynchronous Apex. Outside tests a job starts after its transaction has committed, in transactions of its
 * own; in a test it waits in `x.test.queued` until Test.stopTest() and runs in the test's transaction
 * (https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_async_overview.htm).
 */

export type JobKind = 'queueable' | 'batch' | 'scheduled' | 'future';

const JOB_TYPES: Readonly<Record<JobKind, string>> = {
  queueable: 'Queueable',
  batch: 'BatchApex',
  scheduled: 'ScheduledApex',
  future: 'Future',
};

/** Execution Governors and Limits, the column of asynchronous Apex. */
const ASYNCHRONOUS_MAXIMA = {
  ...SYNCHRONOUS_MAXIMA,
  queries: 200,
  cpuTime: 60_000,
  heapSize: 12_000_000,
  queueableJobs: 1,
};

/** Which kind of asynchronous job is running, null in synchronous code. */
export function runningKind(x: Execution): JobKind | null {
  return (x.statics.get('async.kind') as JobKind | undefined) ?? null;
}

/** Runs Apex as a piece of a job: a transaction with the limits of asynchronous Apex. */
export type Piece = <R>(work: (x: Execution) => Generator<Pause, R, void>) => Generator<Pause, R, void>;

export interface JobRequest {
  kind: JobKind;
  /** of the class whose code runs */
  className: string;
  methodName?: string;
  cronTriggerId?: ApexId;
  /** how many queueables stand above it, itself included */
  depth?: number;
  run(piece: Piece, id: ApexId): Generator<Pause, void, void>;
  /** after it ended; the error is null when it went well */
  finished?(piece: Piece, id: ApexId, error: ApexThrow | GovernorLimitError | null): Generator<Pause, void, void>;
}

/** Puts a job behind the transaction. @returns the Id of its AsyncApexJob */
export function enqueueJobOf(x: Execution, request: JobRequest): ApexId {
  const id = insertSystemRow(x, 'AsyncApexJob', {
    JobType: JOB_TYPES[request.kind],
    ApexClassId: apexClassId(x, request.className),
    MethodName: request.methodName ?? null,
    CronTriggerId: request.cronTriggerId ?? null,
    Status: 'Queued',
    JobItemsProcessed: 0,
    TotalJobItems: 0,
    NumberOfErrors: 0,
  });
  enqueue(x, { userId: x.user.id, run: (transaction) => runJob(x, request, id, transaction) });
  return id;
}

function apexClassId(x: Execution, className: string): Value {
  const [id] = systemRowsWith(x, 'ApexClass', 'Name', className.split('.')[0] ?? className);
  return id === undefined ? null : new ApexId(id);
}

function enqueue(x: Execution, job: AsyncJob): void {
  if (x.test !== null) {
    x.test.queued.push(() => job.run((work) => inTest(x, work)));
    return;
  }
  if (x.afterCommit === undefined) throw new NotModelledError('asynchronous Apex in this kind of transaction');
  x.afterCommit.push(job);
}

/** Work of the platform itself to do after the commit; in a test, at Test.stopTest(). */
export function afterCommit(x: Execution, work: (x: Execution) => Generator<Pause, void, void>): void {
  enqueue(x, { userId: x.user.id, run: (transaction) => transaction(work) });
}

/** In a test a job is part of the test's transaction; when it fails its own changes go. */
function* inTest<R>(x: Execution, work: (x: Execution) => Generator<Pause, R, void>): Generator<Pause, R, void> {
  const undo = undoMark(x);
  const frames = x.frames.length;
  try {
    return yield* work(x);
  } catch (error) {
    if (error instanceof ApexThrow) undo();
    throw error;
  } finally {
    x.frames.length = frames;
  }
}

function* runJob(
  enqueuer: Execution,
  request: JobRequest,
  id: ApexId,
  transaction: TransactionRunner,
): Generator<Pause, void, void> {
  const change = (fields: Record<string, Value>): Generator<Pause, boolean, void> =>
    transaction(function* (x): Generator<Pause, boolean, void> {
      return updateSystemRow(x, 'AsyncApexJob', id, fields);
    });
  const piece: Piece = (work) => transaction((x) => asynchronously(x, request, work));
  const known = yield* transaction(function* (x): Generator<Pause, boolean, void> {
    const row = systemRow(x, 'AsyncApexJob', id);
    return row !== null && row.values.get('status') !== 'Aborted';
  });
  // its making was rolled back to a savepoint, or it was aborted
  if (!known) return;
  yield* change({ Status: 'Processing' });
  let failure: ApexThrow | GovernorLimitError | null = null;
  try {
    yield* request.run(piece, id);
    yield* change({ Status: 'Completed', CompletedDate: stored(enqueuer.now()) });
  } catch (error) {
    if (!(error instanceof ApexThrow || error instanceof GovernorLimitError)) throw error;
    failure = error;
    yield* change({
      Status: 'Failed',
      NumberOfErrors: 1,
      ExtendedStatus: error.message.slice(0, 1000),
      CompletedDate: stored(enqueuer.now()),
    });
  }
  if (request.finished !== undefined) yield* request.finished(piece, id, failure);
  // a test sees the exception at Test.stopTest()
  if (failure !== null && enqueuer.test !== null) throw failure;
  if (failure !== null) enqueuer.log('ERROR', `${JOB_TYPES[request.kind]} ${request.className}: ${failure.message}`);
}

function* asynchronously<R>(
  x: Execution,
  request: JobRequest,
  work: (x: Execution) => Generator<Pause, R, void>,
): Generator<Pause, R, void> {
  const outer = x.limits;
  const before = new Map(['async.kind', 'async.depth'].map((key) => [key, x.statics.get(key)]));
  x.limits = new GovernorLimits(ASYNCHRONOUS_MAXIMA);
  x.statics.set('async.kind', request.kind);
  x.statics.set('async.depth', request.depth ?? 0);
  try {
    return yield* work(x);
  } finally {
    x.limits = outer;
    for (const [key, value] of before) {
      if (value === undefined) x.statics.delete(key);
      else x.statics.set(key, value);
    }
  }
}

/** What a job object looks like in messages and rows. */
export function classNameOf(job: ApexObject): string {
  return job.type.name;
}
