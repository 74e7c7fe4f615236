import type { MethodSymbol } from '../apex/resolve/symbols.ts';
import type { ApexExecution } from '../apex/run/execution.ts';
import { stackTrace } from '../apex/run/frames.ts';
import type { StoreTransaction } from '../data/transaction.ts';
import { ApexThrow, GovernorLimitError, NotModelledError } from '../errors.ts';
import type { TestState } from '../execution/execution.ts';
import type { ExceptionValue } from '../values/value.ts';
import type { Org } from '../org/org.ts';
import { discoverTests } from './discover.ts';
import type { TestClass } from './discover.ts';
import { coverageOf } from './coverage.ts';
import type { ClassCoverage } from './coverage.ts';

export interface TestOutcome {
  className: string;
  methodName: string;
  outcome: 'Pass' | 'Fail' | 'CompileFail';
  /** null when it passed */
  message: string | null;
  /** why a failed test says nothing about the Apex: the model lacks something or is at fault itself */
  stopped?: Error;
  stackTrace: string | null;
  runTimeMs: number;
  /** lines of the debug log, level first */
  log: string[];
}

export interface TestRun {
  outcomes: TestOutcome[];
  coverage: ClassCoverage[];
  startedAt: Date;
  /** of the @TestSetup methods */
  setupTimeMs: number;
  executionTimeMs: number;
}

export interface TestOptions {
  /** `Class` or `Class.method`; none = all */
  filters?: readonly string[];
  /** told of each test as it ends */
  onOutcome?: (outcome: TestOutcome) => void;
  /** a fault of the model itself fails its test instead of ending the run */
  keepsGoing?: boolean;
}

/**
 * Runs Apex tests, each in a transaction of its own that is rolled back, with static variables fresh, and with what the
 * class's @TestSetup methods made.
 */
export function runTests(org: Org, options: TestOptions = {}): TestRun {
  const run: TestRun = { outcomes: [], coverage: [], startedAt: new Date(), setupTimeMs: 0, executionTimeMs: 0 };
  for (const test of discoverTests(org.program, options.filters ?? [])) {
    for (const method of test.methods) {
      const outcome = runMethod(org, test, method, run, options.keepsGoing ?? false);
      run.outcomes.push(outcome);
      options.onOutcome?.(outcome);
    }
  }
  run.coverage = coverageOf(org.program);
  return run;
}

function runMethod(org: Org, test: TestClass, method: MethodSymbol, run: TestRun, keepsGoing: boolean): TestOutcome {
  const log: string[] = [];
  const transaction = org.store.begin({ userId: org.adminId, isolated: !test.seesAllData(method) });
  const begin = (): ApexExecution => {
    const x = org.execution({
      userId: org.adminId,
      transaction,
      test: newTestState(),
      log: (level, message) => log.push(`${level} ${message}`),
    });
    return x;
  };
  const outcome: TestOutcome = {
    className: test.cls.name,
    methodName: method.name,
    outcome: 'Pass',
    message: null,
    stackTrace: null,
    runTimeMs: 0,
    log,
  };
  let x = begin();
  let started = performance.now();
  try {
    for (const setup of test.setup) {
      x = begin();
      org.finish(x, org.program.staticMethod(setup)(x));
      endStatement(transaction);
    }
    run.setupTimeMs += performance.now() - started;
    started = performance.now();
    x = begin();
    org.finish(x, org.program.staticMethod(method)(x));
  } catch (error) {
    outcome.outcome = 'Fail';
    Object.assign(outcome, describe(x, error, keepsGoing));
  } finally {
    transaction.abort();
    outcome.runTimeMs = performance.now() - started;
    run.executionTimeMs += outcome.runTimeMs;
  }
  return outcome;
}

/** A @TestSetup method is a transaction of its own as to setup and other objects, which may not be mixed in one. */
function endStatement(transaction: StoreTransaction): void {
  transaction.enterRunAs();
}

function newTestState(): TestState {
  return { started: false, stopped: false, queued: [], mocks: new Map(), outerLimits: null };
}

/** Message and stack trace as a test result shows them. @throws what is no matter of Apex: a fault of this program */
function describe(
  x: ApexExecution,
  error: unknown,
  keepsGoing: boolean,
): { message: string; stackTrace: string; stopped?: Error } {
  if (error instanceof ApexThrow) return { message: exceptionText(error.value), stackTrace: traceOf(error.value) };
  if (error instanceof GovernorLimitError) {
    return { message: `System.LimitException: ${error.message}`, stackTrace: stackTrace(x.frames) };
  }
  if (error instanceof NotModelledError || (keepsGoing && error instanceof Error)) {
    return { message: error.message, stackTrace: stackTrace(x.frames), stopped: error };
  }
  throw error;
}

function exceptionText(value: ExceptionValue): string {
  return `${value.typeName}: ${value.message ?? 'Script-thrown exception'}`;
}

function traceOf(value: ExceptionValue): string {
  const { cause } = value;
  return cause === null
    ? value.stackTrace
    : `${value.stackTrace}\nCaused by\n${exceptionText(cause)}\n${traceOf(cause)}`;
}
