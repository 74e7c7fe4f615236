import type { Breaker, BreakerStep } from '../delivery/breaker.ts';
import { first, one } from '../storage/database.ts';
import type { Database, Queryable } from '../storage/database.ts';

export type AccountState = 'connected' | 'reconnect_required' | 'disconnected';
export type AccountEnvironment = 'production' | 'sandbox';

/** A connected Salesforce org. Its tokens are sealed, see tokens.ts. */
export interface Account {
  id: number;
  workspaceId: string;
  organizationId: string;
  environment: AccountEnvironment;
  state: AccountState;
  stateReason: string | null;
  instanceUrl: string;
  userId: string;
  username: string;
  organizationName: string | null;
  sealedTokens: string | null;
  pausedUntil: Date | null;
  pauseReason: string | null;
  pauseCount: number;
  breaker: Breaker['state'];
  breakerUntil: Date | null;
  breakerCount: number;
  breakerBurst: number;
  apiUsed: number | null;
  apiLimit: number | null;
  apiShare: number | null;
  configVersion: string | null;
  configurationFetchedAt: Date | null;
  configurationError: string | null;
  connectedAt: Date;
}

/** What the callback of the OAuth flow found out about the org. */
export interface ConnectedOrg {
  workspaceId: string;
  organizationId: string;
  environment: AccountEnvironment;
  instanceUrl: string;
  userId: string;
  username: string;
  organizationName: string | null;
}

const COLUMNS = `id, workspace_id as "workspaceId", organization_id as "organizationId", environment, state,
  state_reason as "stateReason", instance_url as "instanceUrl", user_id as "userId", username,
  organization_name as "organizationName", sealed_tokens as "sealedTokens", paused_until as "pausedUntil",
  pause_reason as "pauseReason", pause_count as "pauseCount", breaker, breaker_until as "breakerUntil",
  breaker_count as "breakerCount", breaker_burst as "breakerBurst", api_used as "apiUsed", api_limit as "apiLimit",
  api_share as "apiShare", config_version as "configVersion",
  configuration_fetched_at as "configurationFetchedAt", configuration_error as "configurationError",
  connected_at as "connectedAt"`;

/** Accounts of all workspaces; what a person or an API key asks for takes the workspace as an argument. */
export class AccountRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(workspaceId: string): Promise<Account[]> {
    const result = await this.#database.query<Account>(
      `select ${COLUMNS} from account where workspace_id = $1 order by id`,
      [workspaceId],
    );
    return result.rows;
  }

  async find(workspaceId: string, id: number): Promise<Account | undefined> {
    return first(
      await this.#database.query<Account>(`select ${COLUMNS} from account where workspace_id = $1 and id = $2`, [
        workspaceId,
        id,
      ]),
    );
  }

  /** For the background loops, which serve every workspace. */
  async byId(id: number, queryable: Queryable = this.#database): Promise<Account | undefined> {
    return first(await queryable.query<Account>(`select ${COLUMNS} from account where id = $1`, [id]));
  }

  async connected(): Promise<Account[]> {
    return (await this.#database.query<Account>(`select ${COLUMNS} from account where state = 'connected' order by id`))
      .rows;
  }

  /**
   * Finds the account of an org again, or makes it. What was queued for another org stays with that one. The tokens
   * are sealed with the account's id, so they are made when the id is known.
   */
  async connect(org: ConnectedOrg, sealTokens: (accountId: number) => string): Promise<Account> {
    return this.#database.transaction(async (transaction) => {
      const { id, returning } = one(
        await transaction.query<{ id: number; returning: boolean }>(
          `insert into account (workspace_id, organization_id, environment, state, instance_url, user_id, username, organization_name)
           values ($1, $2, $3, 'connected', $4, $5, $6, $7)
           on conflict (workspace_id, organization_id) do update set
             environment = excluded.environment, state = 'connected', state_reason = null,
             instance_url = excluded.instance_url, user_id = excluded.user_id, username = excluded.username,
             organization_name = excluded.organization_name, refresh_lease = null, refresh_lease_until = null,
             paused_until = null, pause_reason = null, pause_count = 0, breaker = 'closed', breaker_until = null,
             breaker_count = 0, breaker_burst = 1, connected_at = now(), updated_at = now()
           returning id, xmax <> 0 as returning`,
          [
            org.workspaceId,
            org.organizationId,
            org.environment,
            org.instanceUrl,
            org.userId,
            org.username,
            org.organizationName,
          ],
        ),
      );
      await transaction.query('update account set sealed_tokens = $2 where id = $1', [id, sealTokens(id)]);
      // While it was disconnected no deliveries were made: the stored responses are gone through again.
      if (returning) {
        await transaction.query(
          `insert into backfill (workspace_id, account_id, connection, survey_id, origin)
           select workspace_id, account_id, connection, survey_id, 'reconnect' from backfill
           where account_id = $1 and origin = 'activation' on conflict do nothing`,
          [id],
        );
      }
      const account = await this.byId(id, transaction);
      if (account === undefined) throw new Error('The account that was just saved is not there');
      return account;
    });
  }

  /** Forgets the tokens. Deliveries stay queued for the same org. */
  async disconnect(workspaceId: string, id: number): Promise<boolean> {
    const result = await this.#database.query(
      `update account set state = 'disconnected', state_reason = 'Disconnected by a person', sealed_tokens = null,
         refresh_lease = null, refresh_lease_until = null, updated_at = now()
       where workspace_id = $1 and id = $2 and state <> 'disconnected'`,
      [workspaceId, id],
    );
    return result.count > 0;
  }

  /** Fenced by the tokens that failed: an account that was connected again meanwhile stays connected. */
  async requireReconnect(id: number, reason: string, sealedTokens: string | null): Promise<boolean> {
    const result = await this.#database.query(
      `update account set state = 'reconnect_required', state_reason = $2, refresh_lease = null,
         refresh_lease_until = null, updated_at = now()
       where id = $1 and state = 'connected' and sealed_tokens is not distinct from $3`,
      [id, reason, sealedTokens],
    );
    return result.count > 0;
  }

  /** Stops deliveries to the org for a while (limit reached, outage, missing permission). */
  async pause(id: number, milliseconds: number, reason: string): Promise<void> {
    await this.#database.query(
      `update account set paused_until = now() + $2 * interval '1 millisecond', pause_reason = $3,
         pause_count = pause_count + 1, updated_at = now() where id = $1`,
      [id, Math.round(milliseconds), reason],
    );
  }

  /** Stops deliveries for a while that is nobody's fault: no probe follows. */
  async hold(id: number, milliseconds: number, reason: string): Promise<void> {
    await this.#database.query(
      `update account set paused_until = now() + $2 * interval '1 millisecond', pause_reason = $3, updated_at = now()
       where id = $1`,
      [id, Math.round(milliseconds), reason],
    );
  }

  async resume(id: number): Promise<void> {
    await this.#database.query(
      `update account set paused_until = null, pause_reason = null, pause_count = 0, updated_at = now()
       where id = $1 and (pause_count > 0 or paused_until is not null)`,
      [id],
    );
  }

  /** Moves the breaker: nothing is sent before `step.wait` milliseconds have passed. */
  async moveBreaker(id: number, step: BreakerStep): Promise<void> {
    await this.#database.query(
      `update account set breaker = $2, breaker_count = $3, breaker_burst = $4,
         breaker_until = case when $2 = 'closed' then null else now() + $5 * interval '1 millisecond' end,
         updated_at = now()
       where id = $1`,
      [id, step.state, step.count, step.burst, Math.round(step.wait)],
    );
  }

  /** Counts a call and keeps what the answer told of the org's daily limit. */
  async countCall(id: number, usage: { used: number; limit: number } | undefined): Promise<void> {
    await this.#database.query(
      `insert into api_call (account_id, hour, calls) values ($1, date_trunc('hour', now()), 1)
       on conflict (account_id, hour) do update set calls = api_call.calls + 1`,
      [id],
    );
    if (usage === undefined) return;
    await this.#database.query('update account set api_used = $2, api_limit = $3 where id = $1', [
      id,
      usage.used,
      usage.limit,
    ]);
  }

  /** Calls to the org in the last 24 hours. */
  async callsOfLastDay(id: number): Promise<number> {
    return one(
      await this.#database.query<{ calls: number }>(
        `select coalesce(sum(calls), 0)::bigint as calls from api_call
         where account_id = $1 and hour > now() - interval '24 hours'`,
        [id],
      ),
    ).calls;
  }

  /** Sets the share of the org's daily limit; null takes the installation's own. */
  async setApiShare(workspaceId: string, id: number, share: number | null): Promise<boolean> {
    const result = await this.#database.query(
      'update account set api_share = $3, updated_at = now() where workspace_id = $1 and id = $2',
      [workspaceId, id, share],
    );
    return result.count > 0;
  }
}
