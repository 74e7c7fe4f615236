import { first } from '../storage/database.ts';
import type { Database, Queryable } from '../storage/database.ts';
import type { Configuration } from '../salesforce/contract.ts';

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

  /** Saves a configuration, and starts a backfill for each connection that is active for the first time. */
  async save(accountId: number, configuration: Configuration): Promise<void> {
    const active = configuration.connections.filter((connection) => connection.active);
    await this.#database.transaction(async (transaction) => {
      await transaction.query(
        `update account set configuration = $2, config_version = $3, configuration_fetched_at = now(),
           configuration_error = null where id = $1`,
        [accountId, JSON.stringify(configuration), configuration.configVersion],
      );
      await transaction.query(
        `insert into backfill (workspace_id, account_id, connection, survey_id, origin)
         select a.workspace_id, a.id, c.connection, c.survey_id, 'activation' from account a
         cross join unnest($2::text[], $3::text[]) as c (connection, survey_id)
         where a.id = $1 and not exists (select 1 from backfill b
           where b.account_id = a.id and b.connection = c.connection and b.origin = 'activation')
         on conflict do nothing`,
        [accountId, active.map((connection) => connection.name), active.map((connection) => connection.surveyId)],
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
}
