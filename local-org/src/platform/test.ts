import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { GovernorLimits } from '../execution/limits.ts';
import { ApexId, ApexObject } from '../values/value.ts';
import type { ApexDatetime, ApexList, PlatformObject, Value } from '../values/value.ts';
import { deliverEvents, testBroker } from './event-bus.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { pageState } from './pages.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';
import { loadData } from './static-resource.ts';
import { createStub } from './stub.ts';
import type { TypeToken } from './tokens.ts';
import { testInstall, testUninstall } from './version.ts';
import type { Version } from './version.ts';

/** Test (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_test.htm). */

function testState(x: Execution): NonNullable<Execution['test']> {
  if (x.test === null)
    throw apexException('UnsupportedOperationException', 'Test methods can only be called from tests');
  return x.test;
}

function* runQueued(x: Execution): Generator<Pause, void, void> {
  const { queued } = testState(x);
  // Work that a job queues in its turn does not run in this stopTest().
  for (const job of queued.splice(0)) yield* job();
}

/** The standard price book, which a test may use though it does not see the org's data. */
function standardPricebookId(x: Execution): ApexId {
  testState(x);
  const id = x.org.standardPricebookId ?? null;
  if (id === null) throw new NotModelledError('Test.getStandardPricebookId in an org without a price book');
  return new ApexId(id);
}

export const testClass: PlatformClass = platformClass('Test', {
  'static Boolean isRunningTest()': (x) => x.test !== null,
  'static void startTest()': (x) => {
    const state = testState(x);
    if (state.started) throw apexException('FinalException', 'Testing already started');
    state.started = true;
    state.outerLimits = x.limits;
    x.limits = new GovernorLimits();
  },
  'static void stopTest()': function* (x: Execution): Generator<Pause, void, void> {
    const state = testState(x);
    // The words of these two are an assumption: no reference states them.
    if (!state.started) throw apexException('FinalException', 'Testing has not started');
    if (state.stopped) throw apexException('FinalException', 'Testing already stopped');
    state.stopped = true;
    try {
      yield* deliverEvents(x);
      yield* runQueued(x);
      yield* deliverEvents(x);
    } finally {
      if (state.outerLimits !== null) x.limits = state.outerLimits;
      state.outerLimits = null;
    }
  },
  'static void setCreatedDate(Id,Datetime)': (x, _self, id: ApexId | null, created: ApexDatetime | null) => {
    if (id === null || created === null) throw nullArgument(id === null ? 1 : 2);
    testState(x);
    if (!x.transaction.setCreatedDate(id, created)) {
      throw new NotModelledError(`Test.setCreatedDate of a record that the test did not make (${id.value})`);
    }
  },
  'static void setMock(Type,Object)': (x, _self, type: TypeToken | null, mock: Value) => {
    if (type === null) throw nullArgument(1);
    if (!(mock instanceof ApexObject)) throw nullArgument(2);
    testState(x).mocks.set(type.data.type.name, mock);
  },
  'static Object createStub(Type,StubProvider)': (x, _self, type: TypeToken | null, provider: Value) => {
    testState(x);
    return createStub(x, type, provider);
  },
  'static Id getStandardPricebookId()': standardPricebookId,
  'static List<SObject> loadData(Schema.SObjectType,String)': loadData,
  'static void setFixedSearchResults(List<Id>)': (x, _self, ids: ApexList | null) => {
    if (ids === null) throw nullArgument(1);
    testState(x).fixedSearchResults = ids.items.filter((id) => id instanceof ApexId);
  },
  'static EventBus.TestBroker getEventBus()': (x) => {
    testState(x);
    return testBroker(x);
  },
  'static void setCurrentPage(PageReference)': setCurrentPage,
  'static void setCurrentPageReference(PageReference)': setCurrentPage,
  'static void clearApexPageMessages()': (x) => {
    pageState(x).messages.length = 0;
  },
  'static void testInstall(InstallHandler,Version)': function* (
    x: Execution,
    self: null,
    handler: Value,
    previous: Version | null,
  ) {
    testState(x);
    yield* testInstall(x, self, handler, previous);
  },
  'static void testInstall(InstallHandler,Version,Boolean)': function* (
    x: Execution,
    self: null,
    handler: Value,
    previous: Version | null,
    isPush: boolean | null,
  ) {
    testState(x);
    yield* testInstall(x, self, handler, previous, isPush);
  },
  'static void testUninstall(UninstallHandler)': function* (x: Execution, self: null, handler: Value) {
    testState(x);
    yield* testUninstall(x, self, handler);
  },
});

function setCurrentPage(x: Execution, _self: null, page: PlatformObject | null): void {
  testState(x);
  pageState(x).current = page as ReturnType<typeof pageState>['current'];
}
