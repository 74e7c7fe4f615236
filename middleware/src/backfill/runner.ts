import type { ConfigurationRepository } from '../configuration/repository.ts';
import { insertDeliveries, plan, RESPONSE_COLUMNS } from '../delivery/planner.ts';
import type { ResponseRow } from '../delivery/planner.ts';
import { LANES } from '../delivery/repository.ts';
import type { ResponseEnvelope } from '../ingest/envelope.ts';
import type { Connection } from '../salesforce/contract.ts';
import { first } from '../storage/database.ts';
import type { Database, Transaction } from '../storage/database.ts';
import type { Backfill, BackfillRepository } from './repository.ts';

const PAGE = 200;

/** So many of its deliveries are in the queue at most: a million responses take no more memory or rows at once. */
const WINDOW = 2_000;

/**
 * Takes backfills forward, a page in a transaction: first it counts what the trigger rules take, then it queues. The
 * position is kept with each page, so a process that dies loses nothing, and the unique key of a delivery (response,
 * account, connection, version) makes that a page that runs twice queues nothing twice.
 */
export class BackfillRunner {
  readonly #database: Database;
  readonly #backfills: BackfillRepository;
  readonly #configurations: ConfigurationRepository;

  constructor(database: Database, backfills: BackfillRepository, configurations: ConfigurationRepository) {
    this.#database = database;
    this.#backfills = backfills;
    this.#configurations = configurations;
  }

  /** Takes each active backfill one page forward. @returns whether there is more to do at once */
  async turn(): Promise<boolean> {
    let more = false;
    for (const backfill of await this.#backfills.active()) {
      const advanced = backfill.state === 'counting' ? await this.#count(backfill.id) : await this.#queue(backfill.id);
      more = advanced || more;
    }
    return more;
  }

  async #count(id: number): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const step = await this.#page(transaction, id, 'counting');
      if (step === undefined) return false;
      const { rows, connection, backfill, done } = step;
      const matching = rows.filter((row) => plan(backfill.accountId, connection, row, bodyOf(row)).state === 'pending');
      await transaction.query(
        `update backfill set total = total + $2, matching = matching + $3, updated_at = now(),
           position = case when $4 then 0 else $5 end, state = case when $4 then 'running' else state end
         where id = $1`,
        [id, rows.length, matching.length, done, rows.at(-1)?.id ?? backfill.position],
      );
      return true;
    });
  }

  async #queue(id: number): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const open = await this.#backfills.open(id, WINDOW, transaction);
      if (open >= WINDOW) return false;
      const step = await this.#page(transaction, id, 'running');
      if (step === undefined) return false;
      const { rows, connection, backfill, done } = step;
      if (backfill.plannedAt !== null) {
        if (open > 0) return false;
        await transaction.query(
          `update backfill set state = 'completed', finished_at = now(), updated_at = now() where id = $1`,
          [id],
        );
        return false;
      }
      // A response that waits for the planner gets its delivery there, as a live one.
      const planned = rows
        .filter((row) => row.planned)
        .map((row) => ({
          ...plan(backfill.accountId, connection, row, bodyOf(row)),
          lane: LANES.backfill,
          backfillId: id,
        }));
      const queued = await insertDeliveries(transaction, planned);
      await transaction.query(
        `update backfill set looked_at = looked_at + $2, queued = queued + $3, position = $4, updated_at = now(),
           total = greatest(total, looked_at + $2), planned_at = case when $5 then now() end where id = $1`,
        [id, rows.length, queued, rows.at(-1)?.id ?? backfill.position, done],
      );
      return true;
    });
  }

  /** Locks the backfill and the next page of responses, so that two processes do not take the same page. */
  async #page(
    transaction: Transaction,
    id: number,
    state: 'counting' | 'running',
  ): Promise<{ rows: ResponseRow[]; connection: Connection; backfill: Backfill; done: boolean } | undefined> {
    const backfill = first(
      await transaction.query<Backfill>(
        `select id, workspace_id as "workspaceId", account_id as "accountId", connection, survey_id as "surveyId",
           position, planned_at as "plannedAt" from backfill where id = $1 and state = $2 for update skip locked`,
        [id, state],
      ),
    );
    if (backfill === undefined) return undefined;
    const configuration = await this.#configurations.find(backfill.accountId, transaction);
    const connection = configuration?.connections.find(
      (candidate) => candidate.name === backfill.connection && candidate.active,
    );
    if (connection === undefined) return undefined; // switched off again: it goes on when it is active
    const { rows } = await transaction.query<ResponseRow>(
      `select ${RESPONSE_COLUMNS} from response
       where workspace_id = $1 and survey_id = $2 and id > $3 order by id limit ${PAGE}
       ${state === 'running' ? 'for update' : ''}`,
      [backfill.workspaceId, connection.surveyId, backfill.position],
    );
    return { rows, connection, backfill, done: rows.length < PAGE };
  }
}

function bodyOf(row: ResponseRow): ResponseEnvelope {
  return JSON.parse(row.body) as ResponseEnvelope;
}
