import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { first } from '../storage/database.ts';
import type { Database } from '../storage/database.ts';
import { seal, unseal } from '../security/sealed.ts';
import type { Keyring } from '../security/keyring.ts';
import { ReconnectRequiredError } from '../salesforce/client.ts';
import type { Session, Tokens } from '../salesforce/client.ts';
import { errorOf, jsonOf } from '../salesforce/client.ts';
import { RequestError, sendRequest } from '../salesforce/http.ts';
import type { HostPolicy } from '../salesforce/hosts.ts';
import type { SalesforceSettings } from '../environment.ts';
import type { Account, AccountRepository } from './repository.ts';

/** A refresh that is not done after this time died; the next one may take the lease. Above the request timeout. */
const LEASE_MARGIN = 5_000;
const LEASE_POLL = 50;

/** Errors of the token endpoint that a later try does not cure. */
const GRANT_IS_GONE = new Set([
  'invalid_grant',
  'inactive_user',
  'inactive_org',
  'invalid_client_id',
  'invalid_client',
  'unauthorized_client',
]);

/** A refresh that failed for the moment: the server was away or busy. */
export class RefreshFailedError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(`The access token could not be refreshed (${code})`);
    this.name = 'RefreshFailedError';
    this.status = status;
    this.code = code;
  }
}

/** Seals the tokens of an account and refreshes them, once for all processes. See docs/adr/0012. */
export class TokenKeeper {
  readonly #database: Database;
  readonly #accounts: AccountRepository;
  readonly #keyring: Keyring;
  readonly #settings: SalesforceSettings;
  readonly #policy: HostPolicy;

  constructor(
    database: Database,
    accounts: AccountRepository,
    keyring: Keyring,
    settings: SalesforceSettings,
    policy: HostPolicy,
  ) {
    this.#database = database;
    this.#accounts = accounts;
    this.#keyring = keyring;
    this.#settings = settings;
    this.#policy = policy;
  }

  seal(workspaceId: string, accountId: number, tokens: Tokens): string {
    return seal(this.#keyring, owner(workspaceId, accountId), JSON.stringify(tokens));
  }

  open(account: Account): Tokens | undefined {
    if (account.sealedTokens === null) return undefined;
    return JSON.parse(unseal(this.#keyring, owner(account.workspaceId, account.id), account.sealedTokens)) as Tokens;
  }

  /** The session of a connected account. @throws ReconnectRequiredError when it has no tokens */
  session(account: Account): Session {
    const tokens = this.open(account);
    if (tokens === undefined) throw new ReconnectRequiredError('NO_TOKENS');
    return {
      instanceUrl: account.instanceUrl,
      accessToken: tokens.accessToken,
      refresh: (refused) => this.refresh(account.id, refused),
    };
  }

  /**
   * Gets another access token for a refused one: under a lease on the account the tokens are read again, and only when
   * nobody else has renewed them they are refreshed, saved, and then used.
   */
  async refresh(accountId: number, refused: string): Promise<string> {
    const lease = randomUUID();
    const deadline = Date.now() + 2 * (this.#settings.requestTimeout + LEASE_MARGIN);
    for (;;) {
      const account = await this.#accounts.byId(accountId);
      if (account === undefined || account.state !== 'connected') throw new ReconnectRequiredError('NOT_CONNECTED');
      const tokens = this.open(account);
      if (tokens === undefined) throw new ReconnectRequiredError('NO_TOKENS');
      if (tokens.accessToken !== refused) return tokens.accessToken;
      if (await this.#takeLease(accountId, lease, account.sealedTokens)) {
        return this.#refreshUnderLease(account, tokens, lease);
      }
      if (Date.now() > deadline) throw new RefreshFailedError(0, 'REFRESH_LEASE_BUSY');
      await sleep(LEASE_POLL);
    }
  }

  async #takeLease(accountId: number, lease: string, sealedTokens: string | null): Promise<boolean> {
    const result = await this.#database.query(
      `update account set refresh_lease = $2, refresh_lease_until = now() + $3 * interval '1 millisecond'
       where id = $1 and state = 'connected' and sealed_tokens = $4
         and (refresh_lease is null or refresh_lease_until < now())`,
      [accountId, lease, Math.round(this.#settings.requestTimeout + LEASE_MARGIN), sealedTokens],
    );
    return result.count === 1;
  }

  async #refreshUnderLease(account: Account, tokens: Tokens, lease: string): Promise<string> {
    try {
      const renewed = await this.#requestTokens(account, tokens);
      const saved = first(
        await this.#database.query<{ id: number }>(
          `update account set sealed_tokens = $3, refresh_lease = null, refresh_lease_until = null, updated_at = now()
           where id = $1 and refresh_lease = $2 and state = 'connected' returning id`,
          [account.id, lease, this.seal(account.workspaceId, account.id, renewed)],
        ),
      );
      // The lease was lost to a person who connected the account again, or disconnected it.
      if (saved === undefined) throw new RefreshFailedError(0, 'REFRESH_LEASE_LOST');
      return renewed.accessToken;
    } catch (error) {
      if (error instanceof ReconnectRequiredError) {
        await this.#accounts.requireReconnect(account.id, error.code, account.sealedTokens);
      } else {
        await this.#database.query(
          'update account set refresh_lease = null, refresh_lease_until = null where id = $1 and refresh_lease = $2',
          [account.id, lease],
        );
      }
      throw error;
    }
  }

  async #requestTokens(account: Account, tokens: Tokens): Promise<Tokens> {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: tokens.refreshToken,
      client_id: this.#settings.clientId ?? '',
    });
    if (this.#settings.clientSecret !== undefined) form.set('client_secret', this.#settings.clientSecret);
    const answer = await sendRequest(
      this.#policy,
      {
        method: 'POST',
        url: new URL('/services/oauth2/token', this.#settings.loginUrls[account.environment]).href,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: form.toString(),
      },
      this.#settings.requestTimeout,
    ).catch((error: unknown) => {
      if (error instanceof RequestError) throw new RefreshFailedError(0, error.code);
      throw error;
    });
    if (answer.status !== 200) {
      const { code } = errorOf(answer);
      if (GRANT_IS_GONE.has(code)) throw new ReconnectRequiredError(code);
      throw new RefreshFailedError(answer.status, code);
    }
    const body = jsonOf(answer) as Record<string, unknown> | undefined;
    const accessToken = body?.['access_token'];
    const refreshToken = body?.['refresh_token'];
    if (typeof accessToken !== 'string') throw new RefreshFailedError(answer.status, 'NO_ACCESS_TOKEN');
    // With rotation the answer brings the next refresh token; without it the old one stays.
    return { accessToken, refreshToken: typeof refreshToken === 'string' ? refreshToken : tokens.refreshToken };
  }
}

function owner(workspaceId: string, accountId: number): string[] {
  return ['account-tokens', workspaceId, String(accountId)];
}
