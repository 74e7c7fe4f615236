import { first } from '../storage/database.ts';
import type { Database } from '../storage/database.ts';
import type { DroppedField } from '../salesforce/contract.ts';
import { REPLAYABLE } from './states.ts';
import type { DeliveryState, FinalState } from './states.ts';

/** Live deliveries go before those of a backfill or an import. */
export const LANES = { live: 0, backfill: 1 } as const;
export type Lane = (typeof LANES)[keyof typeof LANES];

/** A delivery that this process holds under a lease, with the response it carries. */
export interface ClaimedDelivery {
  id: number;
  connection: string;
  responseId: string;
  version: number;
  lookupKey: string;
  replay: boolean;
  failures: number;
  /** The newest stored version; above `version` the delivery is superseded. */
  storedVersion: number;
  body: string;
}

/** Why a delivery ended or waits, for people and programs. Never holds an answer. */
export interface DeliveryError {
  code: string;
  message: string;
}

/** What becomes of a claimed delivery. */
export type Settlement =
  | {
      id: number;
      to: FinalState;
      outcome: string;
      recordId?: string | null;
      droppedFields?: DroppedField[];
      error?: DeliveryError | null;
      reason?: DeliveryError;
    }
  | { id: number; to: 'pending'; delay: number; failed: boolean; error?: DeliveryError; lookupKey?: string };

/** A delivery as the API shows it. */
export interface DeliveryRow {
  id: number;
  accountId: number;
  connection: string;
  surveyId: string;
  responseId: string;
  version: number;
  state: DeliveryState;
  outcome: string | null;
  recordId: string | null;
  reason: string | null;
  droppedFields: string;
  error: string | null;
  attempts: number;
  failures: number;
  availableAt: Date;
  createdAt: Date;
  updatedAt: Date;
  settledAt: Date | null;
}

export interface DeliveryFilter {
  surveyId?: string | undefined;
  connection?: string | undefined;
  state?: DeliveryState | undefined;
  responseId?: string | undefined;
  accountId?: number | undefined;
  before?: number | undefined;
  limit: number;
}

const COLUMNS = `id, account_id as "accountId", connection, survey_id as "surveyId", response_id as "responseId", version,
  state, outcome, record_id as "recordId", reason, dropped_fields as "droppedFields", error, attempts, failures,
  available_at as "availableAt", created_at as "createdAt", updated_at as "updatedAt", settled_at as "settledAt"`;

/** The queue of deliveries and its history, on one table. See docs/adr/0010 and docs/delivery.md. */
export class DeliveryRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Connected accounts that are not paused and have a delivery that may go now. */
  async dueAccounts(): Promise<number[]> {
    const { rows } = await this.#database.query<{ id: number }>(
      `select a.id from account a
       where a.state = 'connected' and (a.paused_until is null or a.paused_until <= now())
         and (a.breaker_until is null or a.breaker_until <= now()) and a.configuration is not null
         and exists (select 1 from delivery d where d.account_id = a.id and d.state = 'pending' and d.available_at <= now()
           and not exists (select 1 from backfill b where b.id = d.backfill_id and b.state = 'paused'))
       order by a.id`,
    );
    return rows.map((row) => row.id);
  }

  /**
   * Claims the next deliveries of an account in the order of their time. A delivery waits while another one with the
   * same lookup value is under way, or an earlier one waits for its retry. The account's row lock makes claims of several
   * processes follow each other; rows that another transaction holds are skipped.
   *
   * @param lease milliseconds
   */
  async claim(
    accountId: number,
    leaseId: string,
    lease: number,
    limit: number,
    lanes: readonly Lane[] = [LANES.live, LANES.backfill],
  ): Promise<ClaimedDelivery[]> {
    return this.#database.transaction(async (transaction) => {
      const account = first(
        await transaction.query<{ breaker: string; burst: number }>(
          `select breaker, breaker_burst as burst from account where id = $1 and state = 'connected'
             and (paused_until is null or paused_until <= now())
             and (breaker_until is null or breaker_until <= now()) for update`,
          [accountId],
        ),
      );
      if (account === undefined) return [];
      // One batch at a time, over all processes, to an org that was away.
      if (account.breaker !== 'closed') {
        await transaction.query(
          `update account set breaker_until = now() + $2 * interval '1 millisecond' where id = $1`,
          [accountId, Math.round(lease)],
        );
      }
      const size = account.breaker === 'closed' ? limit : Math.min(limit, account.burst);
      const { rows } = await transaction.query<ClaimedDelivery & { orderedAt: Date }>(
        `with next as (
           select d.id from delivery d
           where d.account_id = $1 and d.state = 'pending' and d.available_at <= now() and d.lane = any($5::integer[])
             and not exists (select 1 from backfill b where b.id = d.backfill_id and b.state = 'paused')
             and not exists (
               select 1 from delivery o
               where o.account_id = d.account_id and o.lookup_key = d.lookup_key
                 and o.state in ('pending', 'delivering')
                 and (o.state = 'delivering'
                   or (o.state = 'pending' and o.available_at > now() and (o.ordered_at, o.id) < (d.ordered_at, d.id))))
           order by d.lane, d.ordered_at, d.id
           limit $4
           for update of d skip locked
         ), claimed as (
           update delivery d set state = 'delivering', lease_id = $2, lease_until = now() + $3 * interval '1 millisecond',
             attempts = attempts + 1, updated_at = now()
           from next where d.id = next.id and d.state = 'pending'
           returning d.*
         )
         select c.id, c.connection, c.response_id as "responseId", c.version, c.lookup_key as "lookupKey", c.replay,
           c.failures, r.version as "storedVersion", r.body
         from claimed c
         join response r on r.id = c.response_row
         order by c.ordered_at, c.id`,
        [accountId, leaseId, Math.round(lease), size, [...lanes]],
      );
      return rows;
    });
  }

  /** Keeps a lease alive during a call. @returns whether it still holds anything */
  async renew(leaseId: string, lease: number): Promise<boolean> {
    const result = await this.#database.query(
      `update delivery set lease_until = now() + $2 * interval '1 millisecond' where lease_id = $1 and state = 'delivering'`,
      [leaseId, Math.round(lease)],
    );
    return result.count > 0;
  }

  /**
   * Settles claimed deliveries: state and outcome in one statement, fenced by state and lease.
   *
   * @returns how many were settled; fewer than given when the lease was lost
   */
  async settle(leaseId: string, settlements: readonly Settlement[]): Promise<number> {
    if (settlements.length === 0) return 0;
    const rows = settlements.map((entry) =>
      entry.to === 'pending'
        ? {
            id: entry.id,
            state: 'pending',
            delay: Math.round(entry.delay),
            failed: entry.failed ? 1 : 0,
            error: entry.error === undefined ? null : JSON.stringify(entry.error),
            lookup_key: entry.lookupKey ?? null,
            dropped_fields: '[]',
          }
        : {
            id: entry.id,
            state: entry.to,
            delay: 0,
            failed: entry.to === 'dead' ? 1 : 0,
            outcome: entry.outcome,
            record_id: entry.recordId ?? null,
            dropped_fields: JSON.stringify(entry.droppedFields ?? []),
            error: entry.error ? JSON.stringify(entry.error) : null,
            reason: entry.reason === undefined ? null : JSON.stringify(entry.reason),
          },
    );
    const result = await this.#database.query(
      `update delivery d set state = s.state, lease_id = null, lease_until = null, outcome = s.outcome,
         record_id = s.record_id, dropped_fields = s.dropped_fields, reason = s.reason,
         error = case when s.state = 'pending' then coalesce(s.error, d.error) else s.error end,
         failures = d.failures + s.failed, lookup_key = coalesce(s.lookup_key, d.lookup_key),
         available_at = case when s.state = 'pending' then now() + s.delay * interval '1 millisecond' else d.available_at end,
         settled_at = case when s.state = 'pending' then null else now() end, updated_at = now()
       from jsonb_to_recordset($2::jsonb) as s (id bigint, state text, delay bigint, failed integer, outcome text,
         record_id text, dropped_fields text, error text, reason text, lookup_key text)
       where d.id = s.id and d.state = 'delivering' and d.lease_id = $1`,
      [leaseId, JSON.stringify(rows)],
    );
    return result.count;
  }

  /** Frees what dead processes held. @param all also leases that have not run out (a single process that just started) */
  async releaseExpired(all = false): Promise<number> {
    const result = await this.#database.query(
      `update delivery set state = 'pending', lease_id = null, lease_until = null, available_at = now(), updated_at = now()
       where state = 'delivering' and (lease_until <= now() or $1::boolean)`,
      [all],
    );
    return result.count;
  }

  async list(workspaceId: string, filter: DeliveryFilter): Promise<DeliveryRow[]> {
    return (
      await this.#database.query<DeliveryRow>(
        `select ${COLUMNS} from delivery
         where workspace_id = $1 and ($2::text is null or survey_id = $2) and ($3::text is null or connection = $3)
           and ($4::text is null or state = $4) and ($5::text is null or response_id = $5)
           and ($6::bigint is null or account_id = $6) and ($7::bigint is null or id < $7)
         order by id desc limit $8`,
        [
          workspaceId,
          filter.surveyId ?? null,
          filter.connection ?? null,
          filter.state ?? null,
          filter.responseId ?? null,
          filter.accountId ?? null,
          filter.before ?? null,
          filter.limit,
        ],
      )
    ).rows;
  }

  async find(workspaceId: string, id: number): Promise<DeliveryRow | undefined> {
    return first(
      await this.#database.query<DeliveryRow>(`select ${COLUMNS} from delivery where workspace_id = $1 and id = $2`, [
        workspaceId,
        id,
      ]),
    );
  }

  /** Queues a dead or rejected delivery again. @returns false when it is in another state */
  async replay(workspaceId: string, id: number): Promise<boolean> {
    const result = await this.#database.query(
      `update delivery set state = 'pending', replay = true, failures = 0, available_at = now(), outcome = null,
         error = null, reason = null, settled_at = null, updated_at = now()
       where workspace_id = $1 and id = $2 and state = any($3::text[])`,
      [workspaceId, id, REPLAYABLE],
    );
    return result.count > 0;
  }

  /** How many deliveries are in each state, over all workspaces. */
  async countByState(): Promise<{ state: DeliveryState; count: number }[]> {
    return (
      await this.#database.query<{ state: DeliveryState; count: number }>(
        `select state, count(*) as count from delivery where state in ('pending', 'delivering', 'dead') group by state`,
      )
    ).rows;
  }

  /** Queues again what is dead or rejected of an account, by connection, survey or response. @returns how many */
  async replayWhere(
    workspaceId: string,
    accountId: number,
    filter: { connection: string | null; surveyId: string | null; responseId: string | null },
  ): Promise<number> {
    const result = await this.#database.query(
      `update delivery set state = 'pending', replay = true, failures = 0, available_at = now(), outcome = null,
         error = null, reason = null, settled_at = null, updated_at = now()
       where workspace_id = $1 and account_id = $2 and state = any($3::text[])
         and ($4::text is null or connection = $4) and ($5::text is null or survey_id = $5)
         and ($6::text is null or response_id = $6)`,
      [workspaceId, accountId, REPLAYABLE, filter.connection, filter.surveyId, filter.responseId],
    );
    return result.count;
  }
}
