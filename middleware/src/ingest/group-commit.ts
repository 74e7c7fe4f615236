import { setImmediate } from 'node:timers/promises';

interface Waiting<Entry, Result> {
  entry: Entry;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** More entries wait than the storage takes in good time. */
export class OverloadedError extends Error {
  constructor() {
    super('Too many responses wait for the storage');
    this.name = 'OverloadedError';
  }
}

/**
 * Joins concurrent writes into one transaction: while one commit runs, what arrives waits and goes with the next. A
 * lone write is not delayed. An entry's promise settles only after its transaction has.
 */
export class GroupCommit<Entry, Result> {
  readonly #write: (entries: readonly Entry[]) => Promise<Result[]>;
  readonly #maxBatch: number;
  readonly #maxWaiting: number;
  #waiting: Waiting<Entry, Result>[] = [];
  #running: Promise<void> | undefined;

  constructor(write: (entries: readonly Entry[]) => Promise<Result[]>, maxBatch = 256, maxWaiting = 4096) {
    this.#write = write;
    this.#maxBatch = maxBatch;
    this.#maxWaiting = maxWaiting;
  }

  /** @throws OverloadedError, or the error of the transaction */
  add(entry: Entry): Promise<Result> {
    if (this.#waiting.length >= this.#maxWaiting) return Promise.reject(new OverloadedError());
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // One turn of the event loop: requests whose bytes are there already share this commit. The embedded database
      // works without giving way, so without this each request would commit alone.
      await setImmediate();
      const batch = this.#waiting.splice(0, this.#maxBatch);
      try {
        const results = await this.#write(batch.map((waiting) => waiting.entry));
        batch.forEach((waiting, index) => {
          waiting.resolve(results[index] as Result);
        });
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
    }
    this.#running = undefined;
  }
}
