import { first } from '../storage/database.ts';
import type { Database, Queryable } from '../storage/database.ts';

export const BACKFILL_STATES = ['counting', 'running', 'paused', 'completed', 'cancelled'] as const;
export type BackfillState = (typeof BACKFILL_STATES)[number];

/** What began a backfill. */
export type BackfillOrigin = 'activation' | 'reconnect' | 'api' | 'org';

/** A run of a connection over the stored responses of its survey. */
export interface Backfill {
  id: number;
  workspaceId: string;
  accountId: number;
  connection: string;
  surveyId: string;
  origin: BackfillOrigin;
  state: BackfillState;
  /** The last response (row id) that was looked at in this state. */
  position: number;
  /** Responses of the survey when it was counted, and those of them that the trigger rules take. */
  total: number;
  matching: number;
  /** Responses that were gone through since, and the deliveries that were queued for them. */
  lookedAt: number;
  queued: number;
  plannedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  finishedAt: Date | null;
}

/** How many of its deliveries are in each state. */
export type BackfillProgress = Record<string, number>;

const COLUMNS = `id, workspace_id as "workspaceId", account_id as "accountId", connection, survey_id as "surveyId", origin,
  state, position, total, matching, looked_at as "lookedAt", queued, planned_at as "plannedAt",
  created_at as "createdAt", updated_at as "updatedAt", finished_at as "finishedAt"`;

/** Backfills of all workspaces. */
export class BackfillRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Starts a backfill unless one is open for the connection. @returns undefined then */
  async start(
    entry: {
      workspaceId: string;
      accountId: number;
      connection: string;
      surveyId: string;
      origin: BackfillOrigin;
      originId?: string | undefined;
    },
    queryable: Queryable = this.#database,
  ): Promise<Backfill | undefined> {
    return first(
      await queryable.query<Backfill>(
        `insert into backfill (workspace_id, account_id, connection, survey_id, origin, origin_id)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning ${COLUMNS}`,
        [entry.workspaceId, entry.accountId, entry.connection, entry.surveyId, entry.origin, entry.originId ?? null],
      ),
    );
  }

  /** Those that have responses to count or to go through. */
  async active(): Promise<Backfill[]> {
    return (
      await this.#database.query<Backfill>(
        `select ${COLUMNS} from backfill b where state in ('counting', 'running')
           and exists (select 1 from account a where a.id = b.account_id and a.state <> 'disconnected')
         order by created_at, id`,
      )
    ).rows;
  }

  async list(workspaceId: string, before: number | undefined, limit: number): Promise<Backfill[]> {
    return (
      await this.#database.query<Backfill>(
        `select ${COLUMNS} from backfill where workspace_id = $1 and ($2::bigint is null or id < $2)
         order by id desc limit $3`,
        [workspaceId, before ?? null, limit],
      )
    ).rows;
  }

  async find(workspaceId: string, id: number): Promise<Backfill | undefined> {
    return first(
      await this.#database.query<Backfill>(`select ${COLUMNS} from backfill where workspace_id = $1 and id = $2`, [
        workspaceId,
        id,
      ]),
    );
  }

  /** The open backfill of a connection. */
  async openOf(accountId: number, connection: string): Promise<Backfill | undefined> {
    return first(
      await this.#database.query<Backfill>(
        `select ${COLUMNS} from backfill
         where account_id = $1 and connection = $2 and state in ('counting', 'running', 'paused')`,
        [accountId, connection],
      ),
    );
  }

  async progress(id: number): Promise<BackfillProgress> {
    const { rows } = await this.#database.query<{ state: string; count: number }>(
      'select state, count(*) as count from delivery where backfill_id = $1 group by state',
      [id],
    );
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  }

  /** @returns false when it is not counting or running */
  async pause(workspaceId: string, id: number): Promise<boolean> {
    const result = await this.#database.query(
      `update backfill set state = 'paused', resumes = state, updated_at = now()
       where workspace_id = $1 and id = $2 and state in ('counting', 'running')`,
      [workspaceId, id],
    );
    return result.count > 0;
  }

  /** @returns false when it is not paused */
  async resume(workspaceId: string, id: number): Promise<boolean> {
    const result = await this.#database.query(
      `update backfill set state = coalesce(resumes, 'running'), resumes = null, updated_at = now()
       where workspace_id = $1 and id = $2 and state = 'paused'`,
      [workspaceId, id],
    );
    return result.count > 0;
  }

  /** Ends it; what it queued and was not sent yet is skipped. @returns false when it has ended already */
  async cancel(workspaceId: string, id: number): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const result = await transaction.query(
        `update backfill set state = 'cancelled', updated_at = now(), finished_at = now()
         where workspace_id = $1 and id = $2 and state in ('counting', 'running', 'paused')`,
        [workspaceId, id],
      );
      if (result.count === 0) return false;
      await transaction.query(
        `update delivery set state = 'skipped', outcome = 'skipped', settled_at = now(), updated_at = now(),
           reason = '{"code":"backfill_cancelled","message":"The backfill was cancelled"}'
         where backfill_id = $1 and state = 'pending'`,
        [id],
      );
      return true;
    });
  }

  /** How many of its deliveries are still open, counted up to a bound. */
  async open(id: number, bound: number, queryable: Queryable = this.#database): Promise<number> {
    const row = first(
      await queryable.query<{ count: number }>(
        `select count(*) as count from (select 1 from delivery
           where backfill_id = $1 and state in ('pending', 'delivering') limit $2) as bounded`,
        [id, bound],
      ),
    );
    return row?.count ?? 0;
  }

  /** The backfill that a request of an org began. */
  async ofRequest(accountId: number, originId: string): Promise<Backfill | undefined> {
    return first(
      await this.#database.query<Backfill>(`select ${COLUMNS} from backfill where account_id = $1 and origin_id = $2`, [
        accountId,
        originId,
      ]),
    );
  }
}
