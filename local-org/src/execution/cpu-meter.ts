/**
 * CPU time of this thread while the meter runs, milliseconds. Whoever drives several transactions side by side suspends
 * the meters of those that stand still; a SOQL statement suspends its own, since time in the database does not count
 * (Apex Developer Guide, "Execution Governors and Limits": "CPU time is calculated for all executions on the Salesforce
 * application servers").
 */
export class CpuMeter {
  #spent = 0;
  #since: number | null = threadTime();

  get milliseconds(): number {
    return Math.round((this.#spent + (this.#since === null ? 0 : threadTime() - this.#since)) / 1000);
  }

  suspend(): void {
    if (this.#since !== null) this.#spent += threadTime() - this.#since;
    this.#since = null;
  }

  resume(): void {
    this.#since ??= threadTime();
  }
}

/** Microseconds. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
