import { first } from '../storage/database.ts';
import type { Database, Queryable } from '../storage/database.ts';
import type { Configuration } from '../salesforce/contract.ts';

/** A pass over the stored responses that an activated connection still has to make. */
export interface OpenPass {
  accountId: number;
  workspaceId: string;
  connection: string;
  position: number;
}

/** The cached configuration of each account's org. */
export class ConfigurationRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(accountId: number, queryable: Queryable = this.#database): Promise<Configuration | undefined> {
    const row = first(
      await queryable.query<{ configuration: string | null }>('select configuration from account where id = $1', [
        accountId,
      ]),
    );
    return row?.configuration ? (JSON.parse(row.configuration) as Configuration) : undefined;
  }

  /** Saves a configuration, and for each connection that is active for the first time the pass it has to make. */
  async save(accountId: number, configuration: Configuration): Promise<void> {
    const active = configuration.connections
      .filter((connection) => connection.active)
      .map((connection) => connection.name);
    await this.#database.transaction(async (transaction) => {
      await transaction.query(
        `update account set configuration = $2, config_version = $3, configuration_fetched_at = now(),
           configuration_error = null where id = $1`,
        [accountId, JSON.stringify(configuration), configuration.configVersion],
      );
      await transaction.query(
        `insert into connection_pass (account_id, connection) select $1, unnest($2::text[]) on conflict do nothing`,
        [accountId, active],
      );
    });
  }

  async markUnchanged(accountId: number): Promise<void> {
    await this.#database.query(
      'update account set configuration_fetched_at = now(), configuration_error = null where id = $1',
      [accountId],
    );
  }

  async markFailed(accountId: number, reason: string): Promise<void> {
    await this.#database.query('update account set configuration_error = $2 where id = $1', [accountId, reason]);
  }

  async openPasses(): Promise<OpenPass[]> {
    return (
      await this.#database.query<OpenPass>(
        `select p.account_id as "accountId", a.workspace_id as "workspaceId", p.connection, p.position
         from connection_pass p join account a on a.id = p.account_id
         where p.finished_at is null and a.state <> 'disconnected' order by p.started_at, p.connection`,
      )
    ).rows;
  }
}
