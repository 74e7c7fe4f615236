const MIN = 1;
const MAX = 200;
const START = 50;

/** Apex over 5 s counts against the org's concurrency limit, so a call is kept below 4 s. */
const TOO_LONG = 4_000;
const SHORT = 2_000;

/** The size of an account's next batch: grows while calls are short, halves when one takes too long or fails. */
export class BatchSize {
  #size = START;

  get value(): number {
    return this.#size;
  }

  /** @param duration of the call in milliseconds; @param sent how many items it carried */
  answered(duration: number, sent: number): void {
    if (duration > TOO_LONG) this.#set(Math.floor(Math.min(sent, this.#size) / 2));
    else if (duration < SHORT && sent >= this.#size) this.#set(Math.ceil(this.#size * 1.5));
  }

  /** The batch was too large, timed out or was handled only in part: `handled` is how far it got. */
  tooLarge(sent: number, handled = Math.floor(sent / 2)): void {
    this.#set(Math.min(this.#size, Math.max(handled, MIN)));
  }

  /** After a pause the first call is a probe. */
  probe(): void {
    this.#set(MIN);
  }

  #set(size: number): void {
    this.#size = Math.min(MAX, Math.max(MIN, size));
  }
}
