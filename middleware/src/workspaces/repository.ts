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

/** Workspaces with their API keys (hashes) and webhook secrets (sealed). */
export class WorkspaceRepository {
  readonly #database: Database;
  readonly #keyring: Keyring;

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
    return first(
      await this.#database.query<Workspace>(
        `select w.id, w.name from api_key k join workspace w on w.id = k.workspace_id
         where k.hash = $1 and k.revoked_at is null`,
        [hash],
      ),
    );
  }

  async hasApiKey(workspaceId: string): Promise<boolean> {
    const result = await this.#database.query(
      'select 1 from api_key where workspace_id = $1 and revoked_at is null limit 1',
      [workspaceId],
    );
    return result.rows.length > 0;
  }

  async addApiKey(workspaceId: string, key: string): Promise<void> {
    await this.#database.query(
      'insert into api_key (workspace_id, hash) values ($1, $2) on conflict (hash) do nothing',
      [workspaceId, hashApiKey(key)],
    );
  }

  /** The secrets that are valid at a time, in plain text. */
  async webhookSecrets(workspaceId: string, now: Date): Promise<string[]> {
    const result = await this.#database.query<{ name: string; sealed: string }>(
      `select name, sealed from webhook_secret
       where workspace_id = $1 and (expires_at is null or expires_at > $2) order by id desc`,
      [workspaceId, now],
    );
    return result.rows.map((row) => unseal(this.#keyring, secretOwner(workspaceId, row.name), row.sealed));
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
  }
}

function secretOwner(workspaceId: string, name: string): string[] {
  return ['webhook-secret', workspaceId, name];
}
