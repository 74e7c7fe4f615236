import type { AsyncJob, Execution, Pause, TransactionRunner } from '../execution/execution.ts';
import { drive } from './drive.ts';

/** Runs work as one transaction of a user, as Org.run does. */
type Run = <R>(userId: string, work: (x: Execution) => Generator<Pause, R, void>) => R;

/**
 * The asynchronous jobs of an org: each starts when the transaction that enqueued it has committed, one after the other,
 * in the order in which they were enqueued.
 */
export class JobQueue {
  readonly #run: Run;
  readonly #waiting: AsyncJob[] = [];
  #isRunning = false;

  constructor(run: Run) {
    this.#run = run;
  }

  /**
   * Takes over the jobs of a transaction that has committed and runs them. Failures of Apex are in their AsyncApexJob.
   * @throws what is no matter of Apex, such as a NotModelledError, after the other jobs have run
   */
  start(jobs: readonly AsyncJob[]): void {
    this.#waiting.push(...jobs);
    // jobs that a job enqueues wait for their turn
    if (this.#isRunning) return;
    this.#isRunning = true;
    const faults: unknown[] = [];
    try {
      for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
        try {
          drive(job.run(this.#transactionOf(job.userId)));
        } catch (error) {
          faults.push(error);
        }
      }
    } finally {
      this.#isRunning = false;
    }
    if (faults.length > 0) throw faults[0];
  }

  #transactionOf(userId: string): TransactionRunner {
    const run = this.#run;
    // the transaction is driven to its end at once, so there is nothing to wait for in between
    return function* <R>(work: (x: Execution) => Generator<Pause, R, void>): Generator<Pause, R, void> {
      return run(userId, work);
    };
  }
}
