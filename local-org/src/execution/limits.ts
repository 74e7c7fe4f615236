import { GovernorLimitError } from '../errors.ts';
import { CpuMeter } from './cpu-meter.ts';
import type { HeapCharge } from './heap-estimate.ts';

/** Counters of one transaction, with their maxima for synchronous Apex (asynchronous: queries 200, cpu 60,000, heap 12 MB). */
export type LimitName =
  | 'queries'
  | 'queryRows'
  | 'dmlStatements'
  | 'dmlRows'
  | 'cpuTime'
  | 'heapSize'
  | 'queueableJobs'
  | 'callouts'
  | 'futureCalls'
  | 'emailInvocations'
  | 'soslQueries'
  | 'aggregateQueries'
  | 'publishImmediateDml'
  | 'queryLocatorRows';

export const SYNCHRONOUS_MAXIMA: Readonly<Record<LimitName, number>> = {
  queries: 100,
  queryRows: 50_000,
  dmlStatements: 150,
  dmlRows: 10_000,
  cpuTime: 10_000,
  heapSize: 6_000_000,
  queueableJobs: 50,
  callouts: 100,
  futureCalls: 50,
  emailInvocations: 10,
  soslQueries: 20,
  aggregateQueries: 300,
  publishImmediateDml: 150,
  queryLocatorRows: 10_000,
};

/** How Salesforce names each limit in "Too many …: 101". */
const EXCEEDED: Readonly<Record<LimitName, string>> = {
  queries: 'Too many SOQL queries',
  queryRows: 'Too many query rows',
  dmlStatements: 'Too many DML statements',
  dmlRows: 'Too many DML rows',
  cpuTime: 'Apex CPU time limit exceeded',
  heapSize: 'Apex heap size too large',
  queueableJobs: 'Too many queueable jobs added to the queue',
  callouts: 'Too many callouts',
  futureCalls: 'Too many future calls',
  emailInvocations: 'Too many Email Invocations',
  soslQueries: 'Too many SOSL queries',
  aggregateQueries: 'Too many aggregate queries',
  publishImmediateDml: 'Too many immediate event publishes',
  queryLocatorRows: 'Too many query locator rows',
};

export class GovernorLimits {
  readonly maxima: Record<LimitName, number>;
  readonly used: Record<LimitName, number>;
  readonly cpu = new CpuMeter();
  readonly heap: HeapCharge[] = [];

  constructor(maxima: Readonly<Record<LimitName, number>> = SYNCHRONOUS_MAXIMA) {
    this.maxima = { ...maxima };
    this.used = Object.fromEntries(Object.keys(maxima).map((k) => [k, 0])) as Record<LimitName, number>;
    const { cpu } = this;
    Object.defineProperty(this.used, 'cpuTime', { enumerable: true, get: () => cpu.milliseconds });
  }

  /** Counts, and throws a GovernorLimitError ("Too many SOQL queries: 101") once the maximum is passed. */
  use(name: LimitName, amount = 1): void {
    this.used[name] += amount;
    if (this.used[name] > this.maxima[name]) {
      const text = EXCEEDED[name];
      throw new GovernorLimitError(name === 'cpuTime' ? text : `${text}: ${this.used[name]}`);
    }
  }
}
