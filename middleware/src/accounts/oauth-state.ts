import { randomBytes } from 'node:crypto';
import { first } from '../storage/database.ts';
import type { Database } from '../storage/database.ts';
import { sha256 } from '../common/hash.ts';
import type { AccountEnvironment } from './repository.ts';

/** A person has this long to sign in at Salesforce. */
const LIFETIME = '15 minutes';

export interface OAuthState {
  workspaceId: string;
  environment: AccountEnvironment;
}

/** States of OAuth flows under way: each is bound to the browser session that began it and good for one callback. */
export class OAuthStateRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(browser: string, state: OAuthState): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await this.#database.query(`delete from oauth_state where created_at < now() - interval '${LIFETIME}'`);
    await this.#database.query(
      'insert into oauth_state (state_hash, browser_hash, workspace_id, environment) values ($1, $2, $3, $4)',
      [sha256(token), sha256(browser), state.workspaceId, state.environment],
    );
    return token;
  }

  /** What the flow is for, without using it up. */
  async peek(token: string, browser: string): Promise<OAuthState | undefined> {
    return first(
      await this.#database.query<OAuthState>(
        `select workspace_id as "workspaceId", environment from oauth_state
         where state_hash = $1 and browser_hash = $2 and created_at > now() - interval '${LIFETIME}'`,
        [sha256(token), sha256(browser)],
      ),
    );
  }

  /** Uses the state up. @returns false when it is unknown, another browser's, too old or used */
  async consume(token: string, browser: string): Promise<boolean> {
    const result = await this.#database.query(
      `delete from oauth_state where state_hash = $1 and browser_hash = $2
         and created_at > now() - interval '${LIFETIME}' returning state_hash`,
      [sha256(token), sha256(browser)],
    );
    return result.count === 1;
  }
}
