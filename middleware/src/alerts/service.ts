import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { Webhook } from 'standardwebhooks';
import { describeError } from '../common/loop.ts';
import { backoff } from '../delivery/classify.ts';
import type { Keyring } from '../security/keyring.ts';
import { seal, unseal } from '../security/sealed.ts';
import { one } from '../storage/database.ts';
import type { Database } from '../storage/database.ts';
import { isPublicAddress, postGuarded } from './guard.ts';

export interface AlertTarget {
  id: number;
  url: string;
  createdAt: Date;
}

const MAX_ATTEMPTS = 8;
const RETRY = { base: 10_000, max: 3_600_000 };
const TIMEOUT = 10_000;
const PAGE = 20;

/** Tells changes of an account's state to the addresses a workspace gave; each change once, with retries. */
export class AlertService {
  readonly #database: Database;
  readonly #keyring: Keyring;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #allowed: (address: string) => boolean;

  constructor(database: Database, keyring: Keyring, log: Pick<Logger, 'warn'>, allowed = isPublicAddress) {
    this.#database = database;
    this.#keyring = keyring;
    this.#log = log;
    this.#allowed = allowed;
  }

  /** @returns the target and the secret that its alerts are signed with, to be shown once */
  async addTarget(workspaceId: string, url: string): Promise<{ id: number; secret: string }> {
    const secret = `whsec_${randomBytes(24).toString('base64')}`;
    return this.#database.transaction(async (transaction) => {
      const { id } = one(
        await transaction.query<{ id: number }>(
          'insert into alert_target (workspace_id, url) values ($1, $2) returning id',
          [workspaceId, url],
        ),
      );
      const sealed = seal(this.#keyring, ['alert-secret', workspaceId, String(id)], secret);
      await transaction.query('update alert_target set sealed_secret = $2 where id = $1', [id, sealed]);
      return { id, secret };
    });
  }

  async targets(workspaceId: string): Promise<AlertTarget[]> {
    return (
      await this.#database.query<AlertTarget>(
        'select id, url, created_at as "createdAt" from alert_target where workspace_id = $1 order by id',
        [workspaceId],
      )
    ).rows;
  }

  async removeTarget(workspaceId: string, id: number): Promise<boolean> {
    const result = await this.#database.query('delete from alert_target where workspace_id = $1 and id = $2', [
      workspaceId,
      id,
    ]);
    return result.count > 0;
  }

  /** Looks for changes of state and sends what is due. */
  async run(): Promise<void> {
    await this.#notice();
    const { rows } = await this.#database.query<{
      id: number;
      attempts: number;
      body: string;
      url: string;
      targetId: number;
      workspaceId: string;
      sealed: string;
    }>(
      `with due as (
         update alert set attempts = attempts + 1, available_at = now() + interval '1 minute' where id in (
           select id from alert where state = 'pending' and available_at <= now()
           order by available_at limit ${PAGE} for update skip locked)
         returning id, attempts, body, target_id)
       select d.id, d.attempts, d.body, t.url, t.id as "targetId", t.workspace_id as "workspaceId",
         t.sealed_secret as sealed
       from due d join alert_target t on t.id = d.target_id`,
    );
    for (const row of rows) {
      const secret = unseal(this.#keyring, ['alert-secret', row.workspaceId, String(row.targetId)], row.sealed);
      const error = await this.#send(row.id, row.url, row.body, secret);
      const last = row.attempts >= MAX_ATTEMPTS || error === 'FORBIDDEN_ADDRESS';
      await this.#database.query(
        `update alert set state = $2, error = $3, available_at = now() + $4 * interval '1 millisecond' where id = $1`,
        [
          row.id,
          error === undefined ? 'sent' : last ? 'failed' : 'pending',
          error ?? null,
          Math.round(backoff(row.attempts, RETRY.base, RETRY.max, Math.random())),
        ],
      );
    }
  }

  /** One alert for each account whose state is another than the one told last; the compare-and-set keeps it single. */
  async #notice(): Promise<void> {
    await this.#database.query(
      `with state as (
         select id, case when state <> 'connected' then state when breaker = 'open' then 'org_unreachable'
           when paused_until > now() then 'paused' else 'connected' end as now_is
         from account),
       changed as (
         update account a set alerted = s.now_is from state s, account old
         where a.id = s.id and old.id = a.id and a.alerted <> s.now_is
         returning a.id, a.workspace_id, a.organization_id, old.alerted as before, s.now_is)
       insert into alert (target_id, body)
       select t.id, json_build_object('type', 'account.state_changed', 'timestamp', now(), 'data', json_build_object(
         'accountId', c.id::text, 'organizationId', c.organization_id, 'from', c.before, 'to', c.now_is))::text
       from changed c join alert_target t on t.workspace_id = c.workspace_id`,
    );
  }

  /** @returns why it was not taken; undefined when it was */
  async #send(id: number, url: string, body: string, secret: string): Promise<string | undefined> {
    const at = new Date();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': `alert_${id}`,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(`alert_${id}`, at, body),
    };
    try {
      const status = await postGuarded(url, headers, body, TIMEOUT, this.#allowed);
      return status >= 200 && status < 300 ? undefined : `HTTP_${status}`;
    } catch (error) {
      const { code, name } = describeError(error);
      this.#log.warn({ alertId: id, reason: code ?? name }, 'alert could not be sent');
      return code ?? name;
    }
  }
}
