import { setImmediate, setTimeout } from 'node:timers/promises';
import { noteOrigin } from '../apex/run/frames.ts';
import type { ApexExecution } from '../apex/run/execution.ts';
import type { LockTable } from '../data/locks.ts';
import { LOCK_TIMEOUT_MS } from '../data/locks.ts';
import type { StoreTransaction } from '../data/transaction.ts';
import { ApexThrow } from '../errors.ts';
import type { Pause } from '../execution/execution.ts';

/** The parts of an org that running a transaction needs. */
export interface TransactionHost {
  readonly store: { begin(options: { userId: string; isolated: boolean }): StoreTransaction };
  execution(options: { userId: string; transaction: StoreTransaction }): ApexExecution;
  readonly jobs: { start(jobs: ApexExecution['afterCommit']): void };
}

/**
 * Runs work as one transaction of a user, beside those of other requests: at each SOQL and DML statement they take
 * turns, and a wait for a lock lasts up to ten seconds by the clock. Commits when the work ends, aborts and rejects when
 * it throws.
 */
export async function runBeside<R>(
  host: TransactionHost,
  userId: string,
  work: (x: ApexExecution) => Generator<Pause, R, void>,
): Promise<R> {
  const transaction = host.store.begin({ userId, isolated: false });
  transaction.waits = { now: Date.now };
  try {
    const x = host.execution({ userId, transaction });
    const result = await proceed(x, work(x));
    transaction.commit();
    host.jobs.start(x.afterCommit);
    return result;
  } catch (error) {
    transaction.abort();
    throw error;
  }
}

/** Drives work to its end in a transaction that stays open, taking turns with other transactions. */
export async function proceed<R>(x: ApexExecution, work: Generator<Pause, R, void>): Promise<R> {
  for (;;) {
    const step = stepOf(x, work);
    if (step.done === true) return step.value;
    x.limits.cpu.suspend();
    await turn(x.transaction.store.locks, step.value);
    x.limits.cpu.resume();
  }
}

function stepOf<R>(x: ApexExecution, work: Generator<Pause, R, void>): IteratorResult<Pause, R> {
  try {
    return work.next();
  } catch (error) {
    if (error instanceof ApexThrow) noteOrigin(x, error.value);
    throw error;
  }
}

async function turn(locks: LockTable<StoreTransaction>, pause: Pause): Promise<void> {
  if (pause.kind === 'statement') await setImmediate();
  else if (pause.kind === 'sleep') await setTimeout(pause.milliseconds);
  else await release(locks, pause.for);
}

/** Resolves when the lock comes free, or after the longest time that anybody waits. */
function release(locks: LockTable<StoreTransaction>, name: string): Promise<void> {
  return new Promise((resolve) => {
    const timer = globalThis.setTimeout(done, LOCK_TIMEOUT_MS);
    const forget = locks.onRelease(name, done);
    function done(): void {
      clearTimeout(timer);
      forget();
      resolve();
    }
  });
}
