import type { LimitName } from '../execution/limits.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/** Limits (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_limits.htm). */

/** Limits methods by the counter behind them: getQueries() and getLimitQueries(). */
const COUNTED: [string, LimitName][] = [
  ['Queries', 'queries'],
  ['QueryRows', 'queryRows'],
  ['DmlStatements', 'dmlStatements'],
  ['DmlRows', 'dmlRows'],
  ['CpuTime', 'cpuTime'],
  ['HeapSize', 'heapSize'],
  ['QueueableJobs', 'queueableJobs'],
  ['Callouts', 'callouts'],
  ['FutureCalls', 'futureCalls'],
  ['EmailInvocations', 'emailInvocations'],
  ['SoslQueries', 'soslQueries'],
  ['AggregateQueries', 'aggregateQueries'],
  ['PublishImmediateDml', 'publishImmediateDml'],
  ['QueryLocatorRows', 'queryLocatorRows'],
  // "This method is deprecated. Returns the same value as getDMLStatements."
  ['RunAs', 'dmlStatements'],
  ['SavepointRollbacks', 'dmlStatements'],
  ['Savepoints', 'dmlStatements'],
];

/**
 * What nothing in this model can use up: continuations, cursors and push notifications are refused, and describe calls
 * have no limit any more.
 */
const UNUSED: [string, number][] = [
  ['AsyncCalls', 200],
  ['MobilePushApexCalls', 10],
  ['ApexCursorRows', 50_000_000],
  ['FetchCallsOnApexCursor', 10],
  ['ChildRelationshipsDescribes', 100],
  ['FieldsDescribes', 100],
  ['FieldSetsDescribes', 100],
  ['PicklistDescribes', 100],
  ['RecordTypesDescribes', 100],
];

export const limitsClass: PlatformClass = platformClass('Limits', {
  ...Object.fromEntries(
    COUNTED.flatMap(([name, counter]): [string, Native][] => [
      [`static Integer get${name}()`, (x) => x.limits.used[counter]],
      [`static Integer getLimit${name}()`, (x) => x.limits.maxima[counter]],
    ]),
  ),
  ...Object.fromEntries(
    UNUSED.flatMap(([name, maximum]): [string, Native][] => [
      [`static Integer get${name}()`, () => 0],
      [`static Integer getLimit${name}()`, () => maximum],
    ]),
  ),
});
