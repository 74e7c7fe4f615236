import { setImmediate } from 'node:timers/promises';
import { percentOf } from '../../testing/coverage.ts';
import { runTests, type TestOutcome } from '../../testing/run.ts';
import { to18 } from '../../values/id.ts';
import { ApexDatetime, ApexId } from '../../values/value.ts';
import type { ClassTests, TestRequest } from './selection.ts';
import type { ToolingStore } from './store.ts';

/** Which executable lines of one class or trigger ran. */
interface CodeLines {
  name: string;
  covered: Set<number>;
  all: ReadonlySet<number>;
}

type Coverage = Map<string, CodeLines>;

/** The answer of `runTestsSynchronous` (Tooling API, RunTestsResult). */
export interface SynchronousResult {
  apexLogId: null;
  codeCoverage: unknown[];
  codeCoverageWarnings: unknown[];
  failures: unknown[];
  flowCoverage: unknown[];
  flowCoverageWarnings: unknown[];
  numFailures: number;
  numTestsRun: number;
  successes: unknown[];
  totalTime: number;
}

const wholeMs = (ms: number): number => Math.round(ms);

/** Runs Apex tests of an org and keeps their results as rows of the Tooling API. */
export class TestRuns {
  readonly #tooling: ToolingStore;
  /** runs follow one another: line counts belong to the compiled program */
  #last: Promise<void> = Promise.resolve();

  constructor(tooling: ToolingStore) {
    this.#tooling = tooling;
  }

  /** Runs the tests and answers with their results. */
  synchronous(request: TestRequest, userId: string): SynchronousResult {
    const total: Coverage = new Map();
    const successes: unknown[] = [];
    const failures: unknown[] = [];
    let totalTime = 0;
    for (const test of request.tests) {
      for (const method of test.methods) {
        const { outcome, coverage } = this.#runMethod(test, method);
        merge(total, coverage);
        if (!request.skipCodeCoverage) this.#keepMethodCoverage(test, method, coverage, userId);
        totalTime += outcome.runTimeMs;
        const common = { id: test.classId, methodName: outcome.methodName, name: test.className, namespace: null };
        const time = wholeMs(outcome.runTimeMs);
        if (outcome.outcome === 'Pass') successes.push({ ...common, seeAllData: false, time });
        else {
          const { message, stackTrace } = outcome;
          failures.push({
            ...common,
            message,
            packageName: test.className,
            seeAllData: false,
            stackTrace,
            time,
            type: 'Class',
          });
        }
      }
    }
    if (!request.skipCodeCoverage) this.#keepTotalCoverage(total, userId);
    return {
      apexLogId: null,
      codeCoverage: request.skipCodeCoverage ? [] : [...total.values()].map((code) => this.#locations(code)),
      codeCoverageWarnings: [],
      failures,
      flowCoverage: [],
      flowCoverageWarnings: [],
      numFailures: failures.length,
      numTestsRun: successes.length + failures.length,
      successes,
      totalTime: wholeMs(totalTime),
    };
  }

  /**
   * Queues the tests; they run when the caller has its answer.
   * @returns the Id of the AsyncApexJob
   */
  asynchronous(request: TestRequest, userId: string, failed: (error: unknown) => void): string {
    const tooling = this.#tooling;
    const methods = request.tests.reduce((sum, test) => sum + test.methods.length, 0);
    const job = tooling.insert('AsyncApexJob', userId, {
      JobType: 'TestRequest',
      Status: 'Processing',
      TotalJobItems: 0,
    });
    const run = tooling.insert('ApexTestRunResult', userId, {
      AsyncApexJobId: job,
      UserId: new ApexId(userId),
      Source: 'Tooling API',
      IsAllTests: request.all,
      Status: request.tests.length === 0 ? 'Completed' : 'Queued',
      StartTime: new ApexDatetime(Date.now()),
      ClassesEnqueued: request.tests.length,
      ClassesCompleted: 0,
      MethodsEnqueued: methods,
      MethodsCompleted: 0,
      MethodsFailed: 0,
    });
    const items = request.tests.map((test) => ({
      test,
      item: tooling.insert('ApexTestQueueItem', userId, {
        ApexClassId: new ApexId(test.classId),
        Status: 'Queued',
        ParentJobId: job,
        TestRunResultId: run,
      }),
    }));
    this.#last = this.#last.then(() => this.#runQueued(request, userId, job, run, items)).catch(failed);
    return job.value;
  }

  async #runQueued(
    request: TestRequest,
    userId: string,
    job: ApexId,
    run: ApexId,
    items: { test: ClassTests; item: ApexId }[],
  ): Promise<void> {
    const tooling = this.#tooling;
    const total: Coverage = new Map();
    const sums = { classes: 0, methods: 0, failed: 0, time: 0, setup: 0 };
    tooling.update('ApexTestRunResult', run, { Status: 'Processing' });
    for (const { test, item } of items) {
      if (this.#statusOf(item) === 'Aborted') continue;
      tooling.update('ApexTestQueueItem', item, { Status: 'Processing' });
      let failures = 0;
      for (const method of test.methods) {
        // requests are answered between two tests
        await setImmediate();
        if (this.#statusOf(item) === 'Aborted') break;
        const started = Date.now();
        const { outcome, coverage, setupTimeMs } = this.#runMethod(test, method);
        merge(total, coverage);
        if (!request.skipCodeCoverage) this.#keepMethodCoverage(test, method, coverage, userId);
        sums.methods++;
        sums.time += outcome.runTimeMs;
        sums.setup += setupTimeMs;
        if (outcome.outcome !== 'Pass') failures++;
        tooling.insert('ApexTestResult', userId, {
          TestTimestamp: new ApexDatetime(started),
          Outcome: outcome.outcome,
          ApexClassId: new ApexId(test.classId),
          MethodName: outcome.methodName,
          Message: outcome.message,
          StackTrace: outcome.stackTrace,
          AsyncApexJobId: job,
          QueueItemId: item,
          ApexTestRunResultId: run,
          RunTime: wholeMs(outcome.runTimeMs),
        });
      }
      if (this.#statusOf(item) === 'Aborted') continue;
      sums.classes++;
      sums.failed += failures;
      const passed = `(${test.methods.length - failures}/${test.methods.length})`;
      tooling.update('ApexTestQueueItem', item, { Status: 'Completed', ExtendedStatus: passed });
      tooling.update('ApexTestRunResult', run, {
        ClassesCompleted: sums.classes,
        MethodsCompleted: sums.methods,
        MethodsFailed: sums.failed,
      });
    }
    if (!request.skipCodeCoverage) this.#keepTotalCoverage(total, userId);
    const aborted = items.length > 0 && items.every(({ item }) => this.#statusOf(item) === 'Aborted');
    tooling.update('AsyncApexJob', job, { Status: aborted ? 'Aborted' : 'Completed' });
    tooling.update('ApexTestRunResult', run, {
      Status: aborted ? 'Aborted' : sums.failed > 0 ? 'Failed' : 'Completed',
      EndTime: new ApexDatetime(Date.now()),
      TestTime: wholeMs(sums.time),
      TestSetupTime: wholeMs(sums.setup),
    });
  }

  #statusOf(item: ApexId): unknown {
    return this.#tooling
      .rows('ApexTestQueueItem')
      .find((row) => row.id === item.value)
      ?.values.get('status');
  }

  /** One test alone, so that the lines it covers are known. */
  #runMethod(test: ClassTests, method: string): { outcome: TestOutcome; coverage: Coverage; setupTimeMs: number } {
    const org = this.#tooling.org.testOrg();
    for (const { hits } of org.program.coverage) hits.fill(0);
    const run = runTests(org, { filters: [`${test.className}.${method}`] });
    const outcome = run.outcomes[0];
    if (outcome === undefined) throw new Error(`${test.className}.${method} did not run`);
    const coverage: Coverage = new Map();
    for (const { file, lines, hits } of org.program.coverage) {
      const covered = new Set([...lines].filter((line) => hits[line] === 1));
      coverage.set(file, { name: file.replace(/\.(cls|trigger)$/, ''), covered, all: lines });
    }
    return { outcome, coverage, setupTimeMs: run.setupTimeMs };
  }

  #keepMethodCoverage(test: ClassTests, method: string, coverage: Coverage, userId: string): void {
    const same = (value: unknown, text: string): boolean => value instanceof ApexId && value.value === text;
    this.#tooling.remove(
      'ApexCodeCoverage',
      (values) => same(values.get('apextestclassid'), test.classId) && values.get('testmethodname') === method,
    );
    for (const code of coverage.values()) {
      const id = this.#tooling.codeId(code.name);
      if (id === null || code.covered.size === 0) continue;
      this.#tooling.insert('ApexCodeCoverage', userId, {
        ApexTestClassId: new ApexId(test.classId),
        TestMethodName: method,
        ApexClassOrTriggerId: id,
        ...linesOf(code),
      });
    }
  }

  #keepTotalCoverage(coverage: Coverage, userId: string): void {
    let covered = 0;
    let lines = 0;
    this.#tooling.remove('ApexCodeCoverageAggregate', () => true);
    this.#tooling.remove('ApexOrgWideCoverage', () => true);
    for (const code of coverage.values()) {
      const id = this.#tooling.codeId(code.name);
      covered += code.covered.size;
      lines += code.all.size;
      if (id === null || code.all.size === 0) continue;
      this.#tooling.insert('ApexCodeCoverageAggregate', userId, { ApexClassOrTriggerId: id, ...linesOf(code) });
    }
    this.#tooling.insert('ApexOrgWideCoverage', userId, { PercentCovered: percentOf(covered, lines) });
  }

  #locations(code: CodeLines): unknown {
    const id = this.#tooling.codeId(code.name)?.value ?? to18('01p000000000000');
    const missed = sorted(code.all).filter((line) => !code.covered.has(line));
    return {
      id,
      locationsNotCovered: missed.map((line) => ({ column: 0, line, numExecutions: 0, time: -1 })),
      name: code.name,
      namespace: null,
      numLocations: code.all.size,
      numLocationsNotCovered: missed.length,
      type: id.startsWith('01q') ? 'Trigger' : 'Class',
    };
  }
}

function merge(total: Coverage, part: Coverage): void {
  for (const [file, code] of part) {
    const sum = total.get(file) ?? { name: code.name, all: code.all, covered: new Set<number>() };
    for (const line of code.covered) sum.covered.add(line);
    total.set(file, sum);
  }
}

const sorted = (lines: Iterable<number>): number[] => [...lines].sort((a, b) => a - b);

function linesOf(code: CodeLines): Record<string, string | number> {
  const coveredLines = sorted(code.covered);
  const uncoveredLines = sorted(code.all).filter((line) => !code.covered.has(line));
  return {
    NumLinesCovered: coveredLines.length,
    NumLinesUncovered: uncoveredLines.length,
    Coverage: JSON.stringify({ coveredLines, uncoveredLines }),
  };
}
