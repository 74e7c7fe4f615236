import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import { enumConstant } from '../values/enums.ts';
import { ApexId, PlatformObject } from '../values/value.ts';
import type { ApexObject, Value } from '../values/value.ts';
import { abortJob, schedule, scheduleBatch } from './async-schedule.ts';
import { executeBatch } from './async-batch.ts';
import { classNameOf, enqueueJobOf, runningKind } from './async-jobs.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { platformClass, platformEnum } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

export { afterCommit } from './async-jobs.ts';

/** "In Developer Edition and Trial orgs, the maximum stack depth for chained jobs is 5" (Apex Developer Guide, "Queueable Apex"). */
const DEFAULT_STACK_DEPTH = 5;

interface Options {
  maximumDepth: number | null;
  delayMinutes: number | null;
}

type OptionsObject = PlatformObject<Options>;
type JobContext = PlatformObject<{ id: ApexId }>;

/** The object that a job's method is handed. */
export function jobContext(type: string, id: ApexId): PlatformObject<{ id: ApexId }> {
  return new PlatformObject(apexType(type), { id });
}

function enqueueJob(x: Execution, job: ApexObject | null, options: Options | null): ApexId {
  if (job === null) throw nullArgument(1);
  const depth = Number(x.statics.get('async.depth') ?? 0) + 1;
  const maximum = options?.maximumDepth ?? Number(x.statics.get('async.maximumDepth') ?? DEFAULT_STACK_DEPTH);
  const chained = runningKind(x) === 'queueable';
  // "You can't chain queueable jobs in an Apex test" (Apex Developer Guide, "Queueable Apex") but with AsyncOptions.
  const tooDeep = chained && (depth > maximum || (x.test !== null && options === null));
  if (tooDeep) throw apexException('AsyncException', 'Maximum stack depth has been reached.');
  x.limits.use('queueableJobs');
  const copy = x.program.copy(x, job);
  let finalizer: ApexObject | null = null;
  return enqueueJobOf(x, {
    kind: 'queueable',
    className: classNameOf(job),
    depth,
    *run(piece, id) {
      yield* piece(function* (inner): Generator<Pause, void, void> {
        inner.statics.delete('async.finalizer');
        try {
          yield* inner.program.call(inner, copy, 'execute', [jobContext('QueueableContext', id)]);
        } finally {
          finalizer = (inner.statics.get('async.finalizer') as ApexObject | undefined) ?? null;
          inner.statics.delete('async.finalizer');
        }
      });
    },
    *finished(piece, id, error) {
      const attached = finalizer;
      if (attached === null) return;
      const exception = error === null || !('value' in error) ? null : error.value;
      yield* piece(function* (inner): Generator<Pause, void, void> {
        const data = { id, exception, failed: error !== null };
        const context = new PlatformObject(apexType('FinalizerContext'), data);
        yield* inner.program.call(inner, attached, 'execute', [context]);
      });
    },
  });
}

function attachFinalizer(x: Execution, finalizer: ApexObject | null): void {
  if (finalizer === null) throw nullArgument(1);
  if (runningKind(x) !== 'queueable') {
    throw apexException('HandledException', 'System.attachFinalizer(Finalizer) is not allowed in this context');
  }
  if (x.statics.has('async.finalizer')) {
    throw apexException('HandledException', 'Maximum number of Finalizers attached per Queueable reached');
  }
  x.statics.set('async.finalizer', finalizer);
}

/** Puts a @future call behind the transaction; for the emitted code of such methods. */
export function enqueueFuture(
  x: Execution,
  className: string,
  methodName: string,
  args: readonly Value[],
  call: (x: Execution, args: Value[]) => Generator<Pause, Value, void>,
): void {
  const kind = runningKind(x);
  if (kind === 'future' || kind === 'batch') {
    // https://salesforce.stackexchange.com/q/9051
    const types = args.map((a) => x.program.typeOf(a).text).join(', ');
    throw apexException(
      'AsyncException',
      `Future method cannot be called from a future or batch method: ${className}.${methodName}(${types})`,
    );
  }
  x.limits.use('futureCalls');
  const copies = args.map((a) => x.program.copy(x, a));
  enqueueJobOf(x, {
    kind: 'future',
    className,
    methodName,
    run: (piece) =>
      piece(function* (inner): Generator<Pause, void, void> {
        yield* call(inner, copies);
      }),
  });
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
  'static Id enqueueJob(Object)': (x, _self, job: ApexObject | null) => enqueueJob(x, job, null),
  'static Id enqueueJob(Object,Integer)': (x, _self, job: ApexObject | null, delay: number | null) => {
    // minutes from 0 to 10 (Apex Reference Guide, System.enqueueJob); here no time goes by
    if (delay === null) throw nullArgument(2);
    if (delay < 0 || delay > 10)
      throw new NotModelledError('System.enqueueJob with a delay that is not 0 to 10 minutes');
    return enqueueJob(x, job, null);
  },
  'static Id enqueueJob(Object,AsyncOptions)': (x, _self, job: ApexObject | null, options: OptionsObject | null) => {
    if (options === null) throw nullArgument(2);
    return enqueueJob(x, job, options.data);
  },
  'static void attachFinalizer(Object)': (x, _self, finalizer: ApexObject | null) => attachFinalizer(x, finalizer),
  'static String schedule(String,String,Object)': (
    x,
    _self,
    name: string | null,
    cron: string | null,
    job: ApexObject | null,
  ) => schedule(x, name, cron, job),
  'static String scheduleBatch(Object,String,Integer)': (
    x,
    _self,
    batch: ApexObject | null,
    name: string | null,
    minutes: number | null,
  ) => scheduleBatch(x, batch, name, minutes, 200),
  'static String scheduleBatch(Object,String,Integer,Integer)': (
    x,
    _self,
    batch: ApexObject | null,
    name: string | null,
    minutes: number | null,
    size: number | null,
  ) => scheduleBatch(x, batch, name, minutes, size ?? 200),
  'static void abortJob(Id)': (x, _self, id: ApexId | null) => abortJob(x, id),
  'static Boolean isBatch()': (x) => runningKind(x) === 'batch',
  'static Boolean isFuture()': (x) => runningKind(x) === 'future',
  'static Boolean isQueueable()': (x) => runningKind(x) === 'queueable',
  'static Boolean isScheduled()': (x) => runningKind(x) === 'scheduled',
};

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

const RESULTS = apexType('ParentJobResult');
type FinalizerContext = PlatformObject<{ id: ApexId; exception: ApexObject | null; failed: boolean }>;

const finalizerClasses: PlatformClass[] = [
  platformInterface('Finalizer', ['void execute(FinalizerContext)']),
  platformEnum('ParentJobResult', ['SUCCESS', 'UNHANDLED_EXCEPTION']),
  platformClass('FinalizerContext', {
    'Id getAsyncApexJobId()': (_x, self: FinalizerContext) => self.data.id,
    'String getRequestId()': (x) => x.requestId,
    'ParentJobResult getResult()': (_x, self: FinalizerContext) =>
      enumConstant(RESULTS, self.data.failed ? 'UNHANDLED_EXCEPTION' : 'SUCCESS'),
    'Exception getException()': (_x, self: FinalizerContext) => self.data.exception,
  }),
];

const optionClasses: PlatformClass[] = [
  platformClass('AsyncOptions', {
    'new()': () => new PlatformObject<Options>(apexType('AsyncOptions'), { maximumDepth: null, delayMinutes: null }),
    'Integer MaximumQueueableStackDepth': {
      get: (_x, self: OptionsObject) => self.data.maximumDepth,
      set: (_x, self: OptionsObject, value: number | null) => {
        self.data.maximumDepth = value;
      },
    },
    'Integer MinimumQueueableDelayInMinutes': {
      get: (_x, self: OptionsObject) => self.data.delayMinutes,
      set: (_x, self: OptionsObject, value: number | null) => {
        self.data.delayMinutes = value;
      },
    },
  }),
  platformClass('AsyncInfo', {
    'static Integer getCurrentQueueableStackDepth()': (x) => Number(x.statics.get('async.depth') ?? 0),
  }),
];

export const asyncClasses: PlatformClass[] = [
  platformInterface('Queueable', ['void execute(QueueableContext)']),
  platformInterface('Schedulable', ['void execute(SchedulableContext)']),
  platformInterface('Database.Batchable', ['void finish(Database.BatchableContext)'], ['T']),
  platformInterface('Database.Stateful', []),
  platformInterface('Database.AllowsCallouts', []),
  platformInterface('Database.RaisesPlatformEvents', []),
  platformInterface('Comparable', ['Integer compareTo(Object)']),
  platformInterface('Comparator', ['Integer compare(T,T)'], ['T']),
  platformInterface('Callable', ['Object call(String,Map<String,Object>)']),
  ...finalizerClasses,
  ...optionClasses,
  platformClass('QueueableContext', { 'Id getJobId()': (_x, self: JobContext) => self.data.id }),
  platformClass('SchedulableContext', { 'Id getTriggerId()': (_x, self: JobContext) => self.data.id }),
  platformClass('Database.BatchableContext', {
    'Id getJobId()': (_x, self: JobContext) => self.data.id,
    'Id getChildJobId()': (_x, self: JobContext) => self.data.id,
  }),
];
