/** Waits for a lock last ten seconds at most (Apex Developer Guide, "Locking Statements"). */
export const LOCK_TIMEOUT_MS = 10_000;

/**
 * Locks of the org by name: a row (its id) or a unique key. The holder keeps a lock to the end of its transaction, or
 * until it rolls back to a savepoint set before it took it. The table also knows who waits for what, so that a circle
 * of waiting transactions is seen.
 */
export class LockTable<Holder> {
  readonly #holders = new Map<string, Holder>();
  readonly #waiting = new Map<Holder, string>();
  readonly #releases = new Map<string, Set<() => void>>();

  holder(name: string): Holder | null {
    return this.#holders.get(name) ?? null;
  }

  /** Takes the lock when it is free. @returns whether `holder` has it now */
  tryTake(name: string, holder: Holder): boolean {
    const current = this.#holders.get(name);
    if (current !== undefined) return current === holder;
    this.#holders.set(name, holder);
    return true;
  }

  release(name: string, holder: Holder): void {
    if (this.#holders.get(name) !== holder) return;
    this.#holders.delete(name);
    const listeners = this.#releases.get(name);
    this.#releases.delete(name);
    for (const listener of listeners ?? []) listener();
  }

  /** Notes that `holder` waits for a lock. @returns whether that closes a circle of transactions that wait for each other */
  startWaiting(name: string, holder: Holder): boolean {
    this.#waiting.set(holder, name);
    let current: Holder | null = this.holder(name);
    while (current !== null) {
      if (current === holder) return true;
      const next = this.#waiting.get(current);
      current = next === undefined ? null : this.holder(next);
    }
    return false;
  }

  stopWaiting(holder: Holder): void {
    this.#waiting.delete(holder);
  }

  /** Calls back once when the lock comes free. @returns takes the wish back */
  onRelease(name: string, listener: () => void): () => void {
    const listeners = this.#releases.get(name) ?? new Set();
    this.#releases.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }
}
