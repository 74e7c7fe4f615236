import type { Pause } from '../execution/execution.ts';
import { LOCK_TIMEOUT_MS } from '../data/locks.ts';
import type { StoreTransaction } from '../data/transaction.ts';
import { seededRandom } from './random.ts';

/** One transaction's work; the scheduler drives it, and `finish` commits or aborts it. */
export interface Task<R> {
  transaction: StoreTransaction;
  work: Generator<Pause, R, void>;
  /** around each step, so that a transaction is charged only for its own CPU time */
  resume?: () => void;
  suspend?: () => void;
}

export type Outcome<R> = { ok: true; value: R } | { ok: false; error: unknown };

interface Running<R> {
  index: number;
  task: Task<R>;
  /** what it stands at; null before its first step */
  pause: Pause | null;
  /** simulated time at which a sleep or a wait for a lock ends; null when it may run at any time */
  until: number | null;
  /** what its work gave, between its last statement and its commit */
  result: { value: R } | null;
}

/** One step of one transaction: which went on, and what it stopped at: 'done' before its commit, 'end' after it. */
export interface Step {
  task: number;
  at: Pause['kind'] | 'done' | 'end';
}

export interface Interleaving<R> {
  /** in the order of the tasks */
  outcomes: Outcome<R>[];
  /** in the order in which they happened; the same seed and the same work give the same steps */
  steps: Step[];
  /** simulated milliseconds that went by */
  elapsed: number;
}

/**
 * Runs transactions side by side on one thread. At each SOQL and DML statement, while one waits for a lock, and
 * before each commit the seed decides which goes on. Time is simulated: it stands still while any transaction can run and jumps to the next
 * wake-up when none can, so that a wait of ten seconds costs nothing.
 */
export class Scheduler<R> {
  readonly #random: () => number;
  readonly #start: number;
  #now: number;

  /** @param start simulated time at the beginning, epoch milliseconds */
  constructor(seed: number, start = Date.now()) {
    this.#random = seededRandom(seed);
    this.#start = start;
    this.#now = start;
  }

  /** Simulated time, epoch milliseconds. */
  now(): number {
    return this.#now;
  }

  /** Runs all tasks to their end. A task whose work throws is aborted and keeps its error. */
  run(tasks: Task<R>[]): Interleaving<R> {
    const outcomes: Outcome<R>[] = [];
    const steps: Step[] = [];
    const running = tasks.map((task, index): Running<R> => ({ index, task, pause: null, until: null, result: null }));
    for (const { transaction } of tasks) transaction.waits = { now: () => this.#now };
    while (running.length > 0) {
      const ready = running.filter((one) => this.#isReady(one));
      const next = ready[Math.floor(this.#random() * ready.length)];
      if (next === undefined) {
        this.#now = Math.min(...running.map((one) => one.until ?? Infinity));
        if (!Number.isFinite(this.#now)) throw new Error('No transaction can go on');
        continue;
      }
      const outcome = this.#step(next);
      const at = next.result === null ? (next.pause?.kind ?? 'end') : 'done';
      steps.push({ task: next.index, at: outcome === null ? at : 'end' });
      if (outcome === null) continue;
      outcomes[next.index] = outcome;
      running.splice(running.indexOf(next), 1);
    }
    return { outcomes, steps, elapsed: this.#now - this.#start };
  }

  #isReady({ task, pause, until }: Running<R>): boolean {
    if (until !== null && until <= this.#now) return true;
    if (pause?.kind === 'wait') return task.transaction.store.locks.holder(pause.for) === null;
    return until === null;
  }

  /** @returns null while the task goes on */
  #step(one: Running<R>): Outcome<R> | null {
    const { task } = one;
    try {
      task.resume?.();
      if (one.result !== null) {
        task.transaction.commit();
        return { ok: true, value: one.result.value };
      }
      const step = task.work.next();
      if (step.done === true) Object.assign(one, { result: { value: step.value }, pause: null, until: null });
      else this.#note(one, step.value);
      return null;
    } catch (error) {
      task.transaction.abort();
      return { ok: false, error };
    } finally {
      task.suspend?.();
    }
  }

  #note(one: Running<R>, pause: Pause): void {
    const before = one.pause;
    one.pause = pause;
    if (pause.kind === 'sleep') one.until = this.#now + pause.milliseconds;
    else if (pause.kind === 'statement') one.until = null;
    // the ten seconds of a wait go on when another transaction took the lock in between
    else if (before?.kind !== 'wait' || before.for !== pause.for) one.until = this.#now + LOCK_TIMEOUT_MS;
  }
}
