/**
 * Locks of the org by name: a row (its id) or a unique key. The holder keeps a lock to the end of its transaction, or
 * until it rolls back to a savepoint set before it took it.
 */
export class LockTable<Holder> {
  readonly #holders = new Map<string, Holder>();

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
    if (this.#holders.get(name) === holder) this.#holders.delete(name);
  }
}
