import { randomUUID } from 'node:crypto';
import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { GovernorLimits } from '../execution/limits.ts';
import type { LimitName } from '../execution/limits.ts';
import { apexType } from '../types/type.ts';
import { ApexObject, PlatformObject } from '../values/value.ts';
import type { ApexDatetime, ApexId, Value } from '../values/value.ts';
import { timeZone } from './datetime.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';
import { permissions, typeToken } from './tokens.ts';
import type { TypeToken } from './tokens.ts';

/** Classes about the running transaction: UserInfo, Limits, Test, FeatureManagement, Type, UUID. */

const userInfo = platformClass('UserInfo', {
  'static String getUserId()': (x) => x.user.id,
  'static String getUserName()': (x) => x.user.username,
  'static String getName()': (x) => x.user.name,
  'static String getUserEmail()': (x) => x.user.email,
  'static String getProfileId()': (x) => x.user.profileId,
  'static String getOrganizationId()': (x) => x.org.id,
  'static String getOrganizationName()': (x) => x.org.name,
  'static String getLocale()': (x) => x.user.locale,
  'static String getLanguage()': (x) => x.user.language,
  'static TimeZone getTimeZone()': (x) => timeZone(x.user.timeZone),
  'static Boolean isMultiCurrencyOrganization()': () => false,
});

/** Limits methods by the counter behind them: getQueries() and getLimitQueries(). */
const LIMIT_METHODS: [string, LimitName][] = [
  ['Queries', 'queries'],
  ['QueryRows', 'queryRows'],
  ['DmlStatements', 'dmlStatements'],
  ['DmlRows', 'dmlRows'],
  ['CpuTime', 'cpuTime'],
  ['QueueableJobs', 'queueableJobs'],
  ['Callouts', 'callouts'],
  ['FutureCalls', 'futureCalls'],
  ['EmailInvocations', 'emailInvocations'],
  ['SoslQueries', 'soslQueries'],
  ['AggregateQueries', 'aggregateQueries'],
  ['PublishImmediateDml', 'publishImmediateDml'],
];

const limits = platformClass(
  'Limits',
  Object.fromEntries(
    LIMIT_METHODS.flatMap(([name, counter]): [string, Native][] => [
      [`static Integer get${name}()`, (x) => x.limits.used[counter]],
      [`static Integer getLimit${name}()`, (x) => x.limits.maxima[counter]],
    ]),
  ),
);

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

const test = platformClass('Test', {
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
      yield* runQueued(x);
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
});

const type = platformClass('Type', {
  'static Type forName(String)': (x, _self, name: string | null) => typeNamed(x, null, name),
  'static Type forName(String,String)': (x, _self, namespace: string | null, name: string | null) =>
    typeNamed(x, namespace, name),
  'String getName()': (_x, self: TypeToken) => self.data.text,
  'String toString()': (_x, self: TypeToken) => self.data.text,
  'Boolean equals(Object)': (_x, self: TypeToken, other: Value) => self === other,
  'Boolean isAssignableFrom(Type)': (x, self: TypeToken, other: TypeToken | null) => {
    if (other === null) throw nullArgument(1);
    return x.program.isAssignable(other.data.type, self.data.type);
  },
  'Object newInstance()': function* (x: Execution, self: TypeToken): Generator<Pause, Value, void> {
    return yield* x.program.newInstance(x, self.data.type);
  },
});

function typeNamed(x: Execution, namespace: string | null, name: string | null): Value {
  if (name === null) throw nullArgument(1);
  const own = namespace === null || namespace === '' || namespace === x.org.namespace;
  const found = x.program.typeNamed(own ? name : `${namespace}.${name}`);
  return found === null ? null : typeToken(found);
}

const featureManagement = platformClass('FeatureManagement', {
  'static Boolean checkPermission(String)': (x, _self, name: string | null) => {
    if (name === null) throw nullArgument(1);
    return permissions(x).customPermission(name);
  },
});

type UuidObject = PlatformObject<{ text: string }>;

const uuid = platformClass('UUID', {
  'static UUID randomUUID()': () => new PlatformObject(apexType('UUID'), { text: randomUUID() }),
  'static UUID fromString(String)': (_x, _self, text: string | null) => {
    if (text === null) throw nullArgument(1);
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) {
      throw apexException('IllegalArgumentException', `Invalid UUID string: ${text}`);
    }
    return new PlatformObject(apexType('UUID'), { text: text.toLowerCase() });
  },
  'String toString()': (_x, self: UuidObject) => self.data.text,
  'Boolean equals(Object)': (_x, self: UuidObject, other: Value) =>
    other instanceof PlatformObject && other.type === self.type && (other as UuidObject).data.text === self.data.text,
});

const request = platformClass('Request', {
  'static Request getCurrent()': (x) => new PlatformObject(apexType('Request'), { id: x.requestId }),
  'String getRequestId()': (_x, self: PlatformObject<{ id: string }>) => self.data.id,
});

export const contextClasses: PlatformClass[] = [userInfo, limits, test, type, featureManagement, uuid, request];
