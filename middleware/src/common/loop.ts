import type { Logger } from 'pino';

/**
 * Runs a task again and again: at an interval, and at once when it is woken. Runs never overlap; a wake during a run
 * makes another follow. An error is logged and the next run comes all the same.
 */
export class Loop {
  readonly #name: string;
  readonly #interval: number;
  readonly #task: () => Promise<void>;
  readonly #log: Pick<Logger, 'error'>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = true;

  /** @param interval milliseconds between the end of a run and the next */
  constructor(name: string, interval: number, task: () => Promise<void>, log: Pick<Logger, 'error'>) {
    this.#name = name;
    this.#interval = interval;
    this.#task = task;
    this.#log = log;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  wake(): void {
    if (this.#stopped) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#running = this.#run();
  }

  /** Starts no further run and waits for the one under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#again = false;
    try {
      await this.#task();
    } catch (error) {
      this.#log.error({ loop: this.#name, reason: describeError(error) }, 'background run failed');
    }
    this.#running = undefined;
    if (this.#stopped) return;
    if (this.#again) this.wake();
    else
      this.#timer = setTimeout(() => {
        this.wake();
      }, this.#interval);
  }
}

/** Joins triggers that come close together into one call, `delay` milliseconds after the first. */
export class Debounce {
  readonly #delay: number;
  readonly #call: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(delay: number, call: () => void) {
    this.#delay = delay;
    this.#call = call;
  }

  trigger(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#call();
    }, this.#delay);
  }

  /** Drops a call that waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/**
 * An error for a log line: its kind and code. Messages of the database and of parsers can quote what they were given,
 * so they stay out.
 */
export function describeError(error: unknown): { name: string; code?: string; at?: string } {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const at = /\n\s+at (.+)/.exec(error.stack ?? '')?.[1];
  return { name: error.name, ...(code === undefined ? {} : { code }), ...(at === undefined ? {} : { at }) };
}
