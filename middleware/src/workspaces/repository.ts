import { sha256 } from '../common/hash.ts';
import { first } from '../storage/database.ts';
import type { Database } from '../storage/database.ts';
import { seal, unseal } from '../security/sealed.ts';
import type { Keyring } from '../security/keyring.ts';

export interface Workspace {
  id: string;
  name: string;
}

/** API keys are random, so one round of SHA-256 is enough to make the table useless to a thief. */
export function hashApiKey(key: string): string {
  return sha256(key);
}

/** A workspace's webhook secrets in plain text, with the time from which each is refused. */
interface Secrets {
  workspace: Workspace;
  secrets: { secret: string; expiresAt: Date | null }[];
}

/**
 * How long credentials are remembered, in milliseconds: without it every request would wait for the storage twice
 * before its response can join a commit. A revoked key or changed secret counts after this time at the latest.
 */
export const CREDENTIAL_CACHE = 1_000;

/** Workspaces with their API keys (hashes) and webhook secrets (sealed). */
export class WorkspaceRepository {
  readonly #database: Database;
  readonly #keyring: Keyring;
  readonly #byKeyHash = new Map<string, { at: number; workspace: Workspace }>();
  readonly #secrets = new Map<string, { at: number; found: Promise<Secrets | undefined> }>();

  constructor(database: Database, keyring: Keyring) {
    this.#database = database;
    this.#keyring = keyring;
  }

  async find(id: string): Promise<Workspace | undefined> {
    return first(await this.#database.query<Workspace>('select id, name from workspace where id = $1', [id]));
  }

  /** Makes the workspace when it is missing. @returns whether it was made now */
  async create(workspace: Workspace): Promise<boolean> {
    const result = await this.#database.query(
      'insert into workspace (id, name) values ($1, $2) on conflict do nothing returning id',
      [workspace.id, workspace.name],
    );
    return result.count > 0;
  }

  /** The workspace an API key belongs to. The key is found by its hash, so no comparison can leak it by time. */
  byApiKey(key: string): Promise<Workspace | undefined> {
    return this.byApiKeyHash(hashApiKey(key));
  }

  async byApiKeyHash(hash: string): Promise<Workspace | undefined> {
    const now = Date.now();
    const known = this.#byKeyHash.get(hash);
    if (known !== undefined && now - known.at < CREDENTIAL_CACHE) return known.workspace;
    const workspace = first(
      await this.#database.query<Workspace>(
        `select w.id, w.name from api_key k join workspace w on w.id = k.workspace_id
         where k.hash = $1 and k.revoked_at is null`,
        [hash],
      ),
    );
    // Only keys that exist are remembered, so strangers cannot fill the memory.
    if (workspace === undefined) this.#byKeyHash.delete(hash);
    else this.#byKeyHash.set(hash, { at: now, workspace });
    return workspace;
  }

  async hasApiKey(workspaceId: string): Promise<boolean> {
    const result = await this.#database.query(
      'select 1 from api_key where workspace_id = $1 and revoked_at is null limit 1',
      [workspaceId],
    );
    return result.rows.length > 0;
  }

  async addApiKey(workspaceId: string, key: string, name = 'key'): Promise<void> {
    await this.#database.query(
      'insert into api_key (workspace_id, hash, name) values ($1, $2, $3) on conflict (hash) do nothing',
      [workspaceId, hashApiKey(key), name],
    );
  }

  /** The keys that are valid, by their hashes. */
  async apiKeys(workspaceId: string): Promise<{ id: number; name: string; hash: string; createdAt: Date }[]> {
    return (
      await this.#database.query<{ id: number; name: string; hash: string; createdAt: Date }>(
        `select id, name, hash, created_at as "createdAt" from api_key
         where workspace_id = $1 and revoked_at is null order by id`,
        [workspaceId],
      )
    ).rows;
  }

  /** Revokes a key. @returns false when it is the last one, or not there */
  async revokeApiKey(workspaceId: string, id: number): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      // The lock keeps two requests from revoking the last two keys.
      await transaction.query('select id from workspace where id = $1 for update', [workspaceId]);
      const { rows } = await transaction.query<{ hash: string }>(
        `update api_key set revoked_at = now() where workspace_id = $1 and id = $2 and revoked_at is null
           and exists (select 1 from api_key o where o.workspace_id = $1 and o.id <> $2 and o.revoked_at is null)
         returning hash`,
        [workspaceId, id],
      );
      for (const { hash } of rows) this.#byKeyHash.delete(hash);
      return rows.length > 0;
    });
  }

  async list(): Promise<Workspace[]> {
    return (await this.#database.query<Workspace>('select id, name from workspace order by id')).rows;
  }

  /** The secrets without their texts. */
  async listWebhookSecrets(workspaceId: string): Promise<{ name: string; createdAt: Date; expiresAt: Date | null }[]> {
    return (
      await this.#database.query<{ name: string; createdAt: Date; expiresAt: Date | null }>(
        `select name, created_at as "createdAt", expires_at as "expiresAt" from webhook_secret
         where workspace_id = $1 and (expires_at is null or expires_at > now()) order by id`,
        [workspaceId],
      )
    ).rows;
  }

  /**
   * Adds a secret; those before it end after the overlap.
   *
   * @returns false when the name is taken by a secret that is still valid
   */
  async rotateWebhookSecret(workspaceId: string, name: string, secret: string, overlap: number): Promise<boolean> {
    const rotated = await this.#database.transaction(async (transaction) => {
      await transaction.query('delete from webhook_secret where workspace_id = $1 and expires_at <= now()', [
        workspaceId,
      ]);
      const inserted = await transaction.query(
        `insert into webhook_secret (workspace_id, name, sealed) values ($1, $2, $3)
         on conflict (workspace_id, name) do nothing returning id`,
        [workspaceId, name, seal(this.#keyring, secretOwner(workspaceId, name), secret)],
      );
      if (inserted.count === 0) return false;
      await transaction.query(
        `update webhook_secret set expires_at = now() + $3 * interval '1 second'
         where workspace_id = $1 and name <> $2
           and (expires_at is null or expires_at > now() + $3 * interval '1 second')`,
        [workspaceId, name, overlap],
      );
      return true;
    });
    this.#secrets.delete(workspaceId);
    return rotated;
  }

  /** The secrets that are valid at a time, in plain text; undefined when there is no such workspace. */
  async webhookSecrets(
    workspaceId: string,
    now: Date,
  ): Promise<{ workspace: Workspace; secrets: string[] } | undefined> {
    const known = this.#secrets.get(workspaceId);
    const fresh = known !== undefined && Date.now() - known.at < CREDENTIAL_CACHE;
    const loading = fresh ? known.found : this.#loadSecrets(workspaceId);
    if (!fresh) this.#remember(workspaceId, loading);
    const found = await loading;
    if (found === undefined) return undefined;
    const valid = found.secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
    return { workspace: found.workspace, secrets: valid.map(({ secret }) => secret) };
  }

  /** Keeps the answer while it is fresh, unless it failed or there is no such workspace. */
  #remember(workspaceId: string, loading: Promise<Secrets | undefined>): void {
    const entry = { at: Date.now(), found: loading };
    this.#secrets.set(workspaceId, entry);
    const forget = (): void => {
      if (this.#secrets.get(workspaceId) === entry) this.#secrets.delete(workspaceId);
    };
    loading.then((found) => {
      if (found === undefined) forget();
    }, forget);
  }

  async #loadSecrets(workspaceId: string): Promise<Secrets | undefined> {
    const workspace = await this.find(workspaceId);
    if (workspace === undefined) return undefined;
    const { rows } = await this.#database.query<{ name: string; sealed: string; expiresAt: Date | null }>(
      'select name, sealed, expires_at as "expiresAt" from webhook_secret where workspace_id = $1 order by id desc',
      [workspaceId],
    );
    const secrets = rows.map((row) => ({
      secret: unseal(this.#keyring, secretOwner(workspaceId, row.name), row.sealed),
      expiresAt: row.expiresAt,
    }));
    return { workspace, secrets };
  }

  /** Sets a secret by name. `expiresAt` ends an old one during a rotation. */
  async setWebhookSecret(
    workspaceId: string,
    name: string,
    secret: string,
    expiresAt: Date | null = null,
  ): Promise<void> {
    await this.#database.query(
      `insert into webhook_secret (workspace_id, name, sealed, expires_at) values ($1, $2, $3, $4)
       on conflict (workspace_id, name) do update set sealed = excluded.sealed, expires_at = excluded.expires_at`,
      [workspaceId, name, seal(this.#keyring, secretOwner(workspaceId, name), secret), expiresAt],
    );
    this.#secrets.delete(workspaceId);
  }
}

function secretOwner(workspaceId: string, name: string): string[] {
  return ['webhook-secret', workspaceId, name];
}
