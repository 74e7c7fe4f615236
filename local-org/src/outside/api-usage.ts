/** Counts API requests against the org's daily allowance, over the last 24 hours as Salesforce does, hour by hour. */
export class ApiUsage {
  readonly allowance: number;
  readonly #now: () => number;
  /** hour since the epoch -> requests */
  readonly #hours = new Map<number, number>();

  constructor(allowance: number, now: () => number) {
    this.allowance = allowance;
    this.#now = now;
  }

  /** Requests of the last 24 hours. */
  used(): number {
    const hour = Math.floor(this.#now() / 3_600_000);
    let sum = 0;
    for (const [key, count] of this.#hours) {
      if (key <= hour - 24) this.#hours.delete(key);
      else sum += count;
    }
    return sum;
  }

  /** Counts one request; false when the allowance is used up (then it is not counted). */
  take(): boolean {
    if (this.used() >= this.allowance) return false;
    const hour = Math.floor(this.#now() / 3_600_000);
    this.#hours.set(hour, (this.#hours.get(hour) ?? 0) + 1);
    return true;
  }

  /** The value of the Sforce-Limit-Info header. */
  header(): string {
    return `api-usage=${this.used()}/${this.allowance}`;
  }
}
