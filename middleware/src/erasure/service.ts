import type { Logger } from 'pino';
import type { AccountRepository } from '../accounts/repository.ts';
import { describeError } from '../common/loop.ts';
import type { TokenKeeper } from '../accounts/tokens.ts';
import { backoff } from '../delivery/classify.ts';
import type { SalesforceSettings } from '../environment.ts';
import { errorOf, SalesforceClient } from '../salesforce/client.ts';
import type { HostPolicy } from '../salesforce/hosts.ts';
import type { Database } from '../storage/database.ts';
import type { TombstoneHash } from './tombstones.ts';

export interface ErasureOptions {
  database: Database;
  accounts: AccountRepository;
  tokens: TokenKeeper;
  settings: SalesforceSettings;
  policy: HostPolicy;
  hash: TombstoneHash;
  /** Milliseconds that a delivery under way may take before the org is asked to erase. */
  lease: number;
  log: Pick<Logger, 'info' | 'warn'>;
}

interface DueErasure {
  id: number;
  accountId: number;
  surveyId: string | null;
  responseId: string;
  attempts: number;
}

const RETRY = { base: 5_000, max: 3_600_000 };
const PAGE = 20;

/** Erases what is held of a respondent: here at once, in the orgs as soon as they answer. */
export class ErasureService {
  readonly #options: ErasureOptions;

  constructor(options: ErasureOptions) {
    this.#options = options;
  }

  /**
   * Erases a response of a workspace: body, answers, versions, events, queue and dead letters. A keyed tombstone stays,
   * so that a repeat of the sender or a replay cannot bring it back.
   *
   * @param surveyId undefined: the response of this id in every survey
   * @returns how many stored responses were erased
   */
  async erase(workspaceId: string, surveyId: string | undefined, responseId: string): Promise<number> {
    const { database, hash, lease } = this.#options;
    return database.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ id: number; surveyId: string }>(
        `select id, survey_id as "surveyId" from response
         where workspace_id = $1 and response_id = $2 and ($3::text is null or survey_id = $3) for update`,
        [workspaceId, responseId, surveyId ?? null],
      );
      const surveys = new Set([...rows.map((row) => row.surveyId), ...(surveyId === undefined ? [] : [surveyId])]);
      await transaction.query(
        `insert into tombstone (workspace_id, hash) select $1, unnest($2::text[]) on conflict do nothing`,
        [workspaceId, [...surveys].map((survey) => hash(workspaceId, survey, responseId))],
      );
      // A batch under way may still write it in the org, so the org is asked once that batch has ended.
      await transaction.query(
        `insert into erasure (workspace_id, account_id, survey_id, response_id, available_at)
         select $1, a.id, $3, $2, now() + case when exists (select 1 from delivery d where d.account_id = a.id
           and d.response_row = any($4::bigint[]) and d.state = 'delivering') then $5 else 0 end * interval '1 millisecond'
         from account a where a.workspace_id = $1`,
        [workspaceId, responseId, surveyId ?? null, rows.map((row) => row.id), Math.round(lease)],
      );
      const scope = [workspaceId, responseId, surveyId ?? null];
      const where = `where workspace_id = $1 and response_id = $2 and ($3::text is null or survey_id = $3)`;
      await transaction.query(`delete from response_version ${where}`, scope);
      await transaction.query(`delete from source_event ${where}`, scope);
      await transaction.query(`delete from response ${where}`, scope); // with its deliveries
      return rows.length;
    });
  }

  /** Asks the orgs for what is due. */
  async run(): Promise<void> {
    const { rows } = await this.#options.database.query<DueErasure>(
      `update erasure set attempts = attempts + 1, available_at = now() + interval '2 minutes' where id in (
         select e.id from erasure e join account a on a.id = e.account_id
         where e.state = 'pending' and e.available_at <= now() and a.state = 'connected'
         order by e.available_at limit ${PAGE} for update of e skip locked)
       returning id, account_id as "accountId", survey_id as "surveyId", response_id as "responseId", attempts`,
    );
    for (const due of rows) await this.#askOrg(due);
  }

  async #askOrg(due: DueErasure): Promise<void> {
    const { accounts, database, log } = this.#options;
    let error: string | undefined;
    try {
      const account = await accounts.byId(due.accountId);
      if (account === undefined) return;
      const client = new SalesforceClient(
        this.#options.settings,
        this.#options.policy,
        this.#options.tokens.session(account),
      );
      const query = due.surveyId === null ? '' : `?surveyId=${encodeURIComponent(due.surveyId)}`;
      const answer = await client.apexRest('DELETE', `/v1/responses/${encodeURIComponent(due.responseId)}${query}`);
      await accounts.countCall(account.id, client.apiUsage);
      const code = errorOf(answer).code;
      const done = answer.status < 300 || (answer.status === 404 && code === 'UNKNOWN_RESPONSE');
      if (!done) error = `${code} (HTTP ${answer.status})`;
    } catch (failure) {
      error = describeError(failure).code ?? describeError(failure).name;
    }
    if (error === undefined) {
      await database.query(
        `update erasure set state = 'done', response_id = null, error = null, done_at = now() where id = $1`,
        [due.id],
      );
      return;
    }
    log.warn({ erasureId: due.id, accountId: due.accountId, reason: error }, 'the org has not erased a response yet');
    await database.query(
      `update erasure set error = $2, available_at = now() + $3 * interval '1 millisecond' where id = $1`,
      [due.id, error, Math.round(backoff(due.attempts, RETRY.base, RETRY.max, Math.random()))],
    );
  }

  /** Erasures that an org has not carried out yet. */
  async pending(workspaceId: string): Promise<number> {
    const { rows } = await this.#options.database.query<{ count: number }>(
      `select count(*) as count from erasure where workspace_id = $1 and state = 'pending'`,
      [workspaceId],
    );
    return rows[0]?.count ?? 0;
  }
}
