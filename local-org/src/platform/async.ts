import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { GovernorLimits, SYNCHRONOUS_MAXIMA } from '../execution/limits.ts';
import { apexType } from '../types/type.ts';
import { to18 } from '../values/id.ts';
import { ApexId, ApexList, ApexObject, ApexSet, PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { Locator } from './database.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { elements } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/**
 * Asynchronous Apex as tests see it: jobs wait in `x.test.queued` until Test.stopTest() runs them
 * (https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_async_overview.htm).
 */

type Job = () => Generator<Pause, void, void>;
type Kind = 'queueable' | 'batch' | 'scheduled' | 'future';

const ASYNCHRONOUS_MAXIMA = {
  ...SYNCHRONOUS_MAXIMA,
  queries: 200,
  cpuTime: 60_000,
  heapSize: 12_000_000,
  queueableJobs: 1,
};

/** Which kind of asynchronous job is running, null in synchronous code. */
function runningKind(x: Execution): Value {
  return x.statics.get('async.kind') ?? null;
}

/** An Id of a job made up from a counter of the transaction: AsyncApexJob (707) or CronTrigger (08e). */
function nextId(x: Execution, prefix: string): ApexId {
  const number = Number(x.statics.get('async.count') ?? 0) + 1;
  x.statics.set('async.count', number);
  return new ApexId(to18(`${prefix}000${number.toString(36).padStart(9, '0')}`));
}

function enqueue(x: Execution, kind: Kind, job: Job): void {
  if (x.test === null) throw new NotModelledError(`asynchronous Apex (${kind}) outside of tests`);
  x.test.queued.push(function* () {
    const outer = x.limits;
    x.limits = new GovernorLimits(ASYNCHRONOUS_MAXIMA);
    x.statics.set('async.kind', kind);
    try {
      yield* job();
    } finally {
      x.limits = outer;
      x.statics.delete('async.kind');
    }
  });
}

function context(type: string, id: ApexId): PlatformObject<{ id: ApexId; text: string }> {
  return new PlatformObject(apexType(type), { id, text: type });
}

type Context = PlatformObject<{ id: ApexId }>;

function enqueueJob(x: Execution, job: ApexObject | null): ApexId {
  if (job === null) throw nullArgument(1);
  // "You can't chain queueable jobs in an Apex test" (Apex Developer Guide, "Queueable Apex").
  if (x.test !== null && runningKind(x) === 'queueable') {
    throw apexException('AsyncException', 'Maximum stack depth has been reached.');
  }
  x.limits.use('queueableJobs');
  const id = nextId(x, '707');
  enqueue(x, 'queueable', function* () {
    yield* x.program.call(x, job, 'execute', [context('QueueableContext', id)]);
  });
  return id;
}

/** start, execute for each chunk of rows, finish. */
function* runBatch(x: Execution, batch: ApexObject, id: ApexId, size: number): Generator<Pause, void, void> {
  const batchContext = context('Database.BatchableContext', id);
  const source = yield* x.program.call(x, batch, 'start', [batchContext]);
  const [rows, type] = scopeOf(source);
  // Batches run in tests only, and there with one call of execute (Apex Developer Guide, "Using Batch Apex").
  if (rows.length > size) {
    throw apexException(
      'UnexpectedException',
      'No more than one executeBatch can be called from within a test method. Please make sure the iterable returned ' +
        'from your start method matches the batch size, resulting in one executeBatch invocation.',
    );
  }
  if (rows.length > 0) {
    x.limits = new GovernorLimits(ASYNCHRONOUS_MAXIMA);
    yield* x.program.call(x, batch, 'execute', [batchContext, new ApexList(type, rows)]);
  }
  x.limits = new GovernorLimits(ASYNCHRONOUS_MAXIMA);
  yield* x.program.call(x, batch, 'finish', [batchContext]);
}

function scopeOf(source: Value): [Value[], ApexList['type']] {
  if (source instanceof PlatformObject && source.type.name === 'Database.QueryLocator') {
    const locator = source as PlatformObject<Locator>;
    return [locator.data.rows, locator.data.rowType];
  }
  if (source instanceof ApexList || source instanceof ApexSet) {
    return [elements(source), apexType('List', ...source.type.args)];
  }
  throw new NotModelledError('a batch whose start() gives an own Iterable');
}

function executeBatch(x: Execution, batch: ApexObject | null, size: number): ApexId {
  if (batch === null) throw nullArgument(1);
  if (size < 1) throw apexException('InvalidParameterValueException', 'Invalid value for size: must be greater than 0');
  const id = nextId(x, '707');
  enqueue(x, 'batch', () => runBatch(x, batch, id, Math.min(size, 2000)));
  return id;
}

export const batchMembers: Record<string, Native> = {
  'static Id executeBatch(Object)': (x, _self, batch: ApexObject | null) => executeBatch(x, batch, 200),
  'static Id executeBatch(Object,Integer)': (x, _self, batch: ApexObject | null, size: number | null) => {
    if (size === null) throw nullArgument(2);
    return executeBatch(x, batch, size);
  },
};

/** The members of System about asynchronous Apex. */
export const asyncSystemMembers: Record<string, Native> = {
  'static Id enqueueJob(Object)': (x, _self, job: ApexObject | null) => enqueueJob(x, job),
  'static Id enqueueJob(Object,Integer)': (x, _self, job: ApexObject | null) => enqueueJob(x, job),
  'static String schedule(String,String,Object)': (
    x,
    _self,
    _name: string,
    cron: string | null,
    job: ApexObject | null,
  ) => {
    if (cron === null || job === null) throw nullArgument(cron === null ? 2 : 3);
    if (!/^\S+( \S+){5,6}$/.test(cron.trim())) {
      throw apexException('StringException', `Illegal cron expression: ${cron}`);
    }
    const id = nextId(x, '08e');
    enqueue(x, 'scheduled', function* () {
      yield* x.program.call(x, job, 'execute', [context('SchedulableContext', id)]);
    });
    return id.value;
  },
  'static Boolean isBatch()': (x) => runningKind(x) === 'batch',
  'static Boolean isFuture()': (x) => runningKind(x) === 'future',
  'static Boolean isQueueable()': (x) => runningKind(x) === 'queueable',
  'static Boolean isScheduled()': (x) => runningKind(x) === 'scheduled',
};

/** Puts a @future call behind the transaction; for the emitted code of such methods. */
export function enqueueFuture(x: Execution, job: Job): void {
  x.limits.use('futureCalls');
  enqueue(x, 'future', job);
}

/** The methods of an interface; calls through it are dispatched to the object's own class, so these never run. */
export function platformInterface(name: string, signatures: string[], typeParameters: string[] = []): PlatformClass {
  const members = Object.fromEntries(
    signatures.map((signature): [string, Native] => [
      signature,
      () => {
        throw new NotModelledError(`${name}.${signature} on a platform object`);
      },
    ]),
  );
  return platformClass(name, members, { kind: 'interface', typeParameters });
}

export const asyncClasses: PlatformClass[] = [
  platformInterface('Queueable', ['void execute(QueueableContext)']),
  platformInterface('Schedulable', ['void execute(SchedulableContext)']),
  platformInterface('Database.Batchable', ['void finish(Database.BatchableContext)'], ['T']),
  platformInterface('Database.Stateful', []),
  platformInterface('Database.AllowsCallouts', []),
  platformInterface('Comparable', ['Integer compareTo(Object)']),
  platformInterface('Comparator', ['Integer compare(T,T)'], ['T']),
  platformInterface('Callable', ['Object call(String,Map<String,Object>)']),
  platformClass('QueueableContext', { 'Id getJobId()': (_x, self: Context) => self.data.id }),
  platformClass('SchedulableContext', { 'Id getTriggerId()': (_x, self: Context) => self.data.id }),
  platformClass('Database.BatchableContext', {
    'Id getJobId()': (_x, self: Context) => self.data.id,
    'Id getChildJobId()': (_x, self: Context) => self.data.id,
  }),
];
