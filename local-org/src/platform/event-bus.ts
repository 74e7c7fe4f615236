import { randomUUID } from 'node:crypto';
import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { GovernorLimits } from '../execution/limits.ts';
import { checkRequired, checkValues } from '../rules/index.ts';
import { apexType } from '../types/type.ts';
import { to18 } from '../values/id.ts';
import { ApexDatetime, ApexId, ApexList, PlatformObject, SObjectValue } from '../values/value.ts';
import type { DmlError, Value } from '../values/value.ts';
import { afterCommit } from './async.ts';
import { RESULT_TYPES, resultObject } from './database-results.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { listOf } from './native.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/**
 * Platform events (https://developer.salesforce.com/docs/atlas.en-us.platform_events.meta/platform_events/platform_events_intro.htm).
 * In a test, what is published waits until Test.stopTest() or Test.getEventBus().deliver(), which run the triggers;
 * otherwise it is delivered after the commit. The triggers run as the publishing user, not as Automated Process.
 */

interface Published {
  /** published and not yet delivered, in order */
  waiting: SObjectValue[];
  /** the last replay id */
  replayId: number;
}

const buses = new WeakMap<object, Published>();

/** The bus of a test, or of the org. */
function busOf(x: Execution): Published {
  const owner = x.test ?? x.org;
  let bus = buses.get(owner);
  if (bus === undefined) {
    bus = { waiting: [], replayId: 0 };
    buses.set(owner, bus);
  }
  return bus;
}

/** Puts an event on the bus: at once in a test, with the commit otherwise. */
function send(x: Execution, event: SObjectValue): void {
  const bus = busOf(x);
  if (x.test !== null) {
    bus.waiting.push(event);
    return;
  }
  // It would reach its subscribers even when the transaction that publishes it is rolled back.
  if (event.definition.publishImmediately === true) {
    throw new NotModelledError('an event that is published immediately, outside of tests');
  }
  afterCommit(x, function* (later): Generator<Pause, void, void> {
    bus.waiting.push(event);
    yield* deliverEvents(later);
  });
}

type Saved = ReturnType<typeof resultObject>;

/** Checks an event and puts it on the bus; the row's faults come back in the result and are never thrown. */
function publish(x: Execution, given: Value): Saved {
  if (!(given instanceof SObjectValue)) throw nullArgument(1);
  const { definition } = given;
  if (definition.kind !== 'platformEvent') {
    // The words are an assumption: no reference states them.
    throw apexException('TypeException', `${definition.name} is not a platform event`);
  }
  const bus = busOf(x);
  const event = new SObjectValue(definition);
  for (const [name, value] of given.values) event.values.set(name, value);
  const errors: DmlError[] = [
    ...checkValues(definition, event, { operation: 'insert', truncate: false }),
    ...checkRequired(definition, event),
  ];
  if (errors.length > 0) {
    return resultObject(RESULT_TYPES.insert, { success: false, id: null, created: false, errors });
  }
  bus.replayId++;
  const uuid = randomUUID();
  event.values.set('eventuuid', uuid);
  event.values.set('replayid', String(bus.replayId));
  event.values.set('createddate', new ApexDatetime(x.now()));
  event.values.set('createdbyid', new ApexId(x.user.id));
  send(x, event);
  const id = new ApexId(to18(`${definition.keyPrefix}xx${String(bus.replayId).padStart(10, '0')}`));
  // A published event comes back with this code and its operation's id as the message.
  const enqueued = { statusCode: 'OPERATION_ENQUEUED', message: uuid, fields: [] };
  return resultObject(RESULT_TYPES.insert, { success: true, id, created: true, errors: [enqueued] });
}

/** One call is one DML statement; an event that publishes at once counts apart. */
function count(x: Execution, events: readonly Value[]): void {
  const first = events.find((event) => event instanceof SObjectValue);
  const immediately = first?.definition.publishImmediately === true;
  x.limits.use(immediately ? 'publishImmediateDml' : 'dmlStatements');
}

/** Runs the triggers of what waits, object by object in the order of publishing; each batch has limits of its own. */
export function* deliverEvents(x: Execution): Generator<Pause, void, void> {
  const bus = busOf(x);
  const outer = x.limits;
  try {
    while (bus.waiting.length > 0) {
      const [first] = bus.waiting;
      const object = first!.definition.name;
      const batch = bus.waiting.filter((event) => event.definition.name === object);
      bus.waiting = bus.waiting.filter((event) => event.definition.name !== object);
      x.limits = new GovernorLimits();
      yield* x.program.fireTriggers(x, { object, operation: 'AFTER_INSERT', newRecords: batch, oldRecords: null });
    }
  } finally {
    x.limits = outer;
  }
}

/** The bus of a test, as Test.getEventBus() gives it. */
export function testBroker(x: Execution): PlatformObject {
  busOf(x);
  return new PlatformObject(apexType('EventBus.TestBroker'), {});
}

function operationId(saved: PlatformObject | null): string | null {
  if (saved === null) throw nullArgument(1);
  const { row } = (saved as Saved).data as { row: { success: boolean; errors: DmlError[] } };
  return row.success ? (row.errors[0]?.message ?? null) : null;
}

export const eventBusClasses: PlatformClass[] = [
  platformClass('EventBus', {
    'static Database.SaveResult publish(SObject)': (x, _self, event: Value) => {
      count(x, [event]);
      return publish(x, event);
    },
    'static List<Database.SaveResult> publish(List<SObject>)': (x, _self, events: ApexList | null) => {
      if (events === null) throw nullArgument(1);
      if (events.items.length > 0) count(x, events.items);
      return listOf(
        RESULT_TYPES.insert,
        events.items.map((event) => publish(x, event)),
      );
    },
    'static String getOperationId(Database.SaveResult)': (_x, _self, saved: PlatformObject | null) =>
      operationId(saved),
  }),
  platformClass('EventBus.TestBroker', {
    'void deliver()': function* (x: Execution): Generator<Pause, void, void> {
      yield* deliverEvents(x);
    },
  }),
  platformClass('EventBus.TriggerContext', {
    'static EventBus.TriggerContext currentContext()': () =>
      new PlatformObject(apexType('EventBus.TriggerContext'), { retries: 0 }),
    'Integer retries': { get: () => 0 },
    'String lastError': { get: () => null },
    'void setResumeCheckpoint(String)': (_x, _self, replayId: string | null) => {
      if (replayId === null) throw nullArgument(1);
      throw new NotModelledError('EventBus.TriggerContext.setResumeCheckpoint');
    },
  }),
];
