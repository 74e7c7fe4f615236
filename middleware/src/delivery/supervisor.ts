import type { Logger } from 'pino';
import { describeError, Loop } from '../common/loop.ts';
import type { Database } from '../storage/database.ts';
import type { BackfillRunner } from '../backfill/runner.ts';
import type { Planner } from './planner.ts';
import type { DeliveryRepository } from './repository.ts';
import { DeliveryWorker } from './worker.ts';
import type { DeliveryWorkerOptions } from './worker.ts';

export interface SupervisorOptions extends DeliveryWorkerOptions {
  database: Database;
  planner: Planner;
  backfills: BackfillRunner;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Plans new responses and runs one worker for each account that has something due. */
export class DeliverySupervisor {
  readonly #options: SupervisorOptions;
  readonly #deliveries: DeliveryRepository;
  readonly #workers = new Map<number, { worker: DeliveryWorker; running: Promise<void> | undefined }>();
  readonly #loop: Loop;
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#deliveries = options.deliveries;
    this.#loop = new Loop('delivery', options.settings.poll, () => this.#turn(), options.log);
  }

  async start(): Promise<void> {
    // The embedded database has one process, so a lease at its start belongs to one that was killed.
    const freed = await this.#deliveries.releaseExpired(this.#options.database.kind === 'pglite');
    if (freed > 0) this.#options.log.info({ deliveries: freed }, 'deliveries of an earlier process taken over');
    this.#loop.start();
  }

  /** Something is new: look at once. */
  wake(): void {
    this.#loop.wake();
  }

  /** Lets running batches finish. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { worker } of this.#workers.values()) worker.stop();
    await this.#loop.stop();
    await Promise.all([...this.#workers.values()].map(({ running }) => running ?? Promise.resolve()));
  }

  async #turn(): Promise<void> {
    await this.#deliveries.releaseExpired();
    let more = true;
    // What is new goes before each page of a backfill.
    while (!this.#stopping && more) {
      while (!this.#stopping && (await this.#options.planner.planNew()) > 0) await this.#startDue();
      more = !this.#stopping && (await this.#options.backfills.turn());
      await this.#startDue();
    }
  }

  async #startDue(): Promise<void> {
    for (const accountId of await this.#deliveries.dueAccounts()) {
      if (this.#stopping) return;
      let entry = this.#workers.get(accountId);
      if (entry === undefined) {
        entry = { worker: new DeliveryWorker(accountId, this.#options), running: undefined };
        this.#workers.set(accountId, entry);
      }
      entry.running ??= this.#run(accountId, entry.worker);
    }
  }

  async #run(accountId: number, worker: DeliveryWorker): Promise<void> {
    try {
      await worker.run();
    } catch (error) {
      // What it held stays leased and is taken over when the lease has run out.
      this.#options.log.error({ accountId, reason: describeError(error) }, 'delivery worker failed');
    } finally {
      const entry = this.#workers.get(accountId);
      if (entry !== undefined) entry.running = undefined;
    }
  }
}
