import pg from 'pg';
import type { Database, QueryResult, Transaction } from './database.ts';

const INT8 = 20;

/** Times in milliseconds after which a request for the storage fails instead of waiting. */
const CONNECT_TIMEOUT = 5_000;
const STATEMENT_TIMEOUT = 15_000;

/**
 * Opens a PostgreSQL server by its URL. The server is asked on the first query, so a server that is away at boot shows
 * in the migration, with its own message.
 *
 * @param onIdleError told of errors on idle connections, which the pool replaces by itself
 */
export function openPostgres(url: string, onIdleError: (error: Error) => void): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    statement_timeout: STATEMENT_TIMEOUT,
    application_name: 'fieldbridge',
    types: {
      // Versions and ids are below 2^53.
      getTypeParser: (oid, format): ((value: string) => unknown) =>
        Number(oid) === INT8 ? Number : (pg.types.getTypeParser(oid, format) as (value: string) => unknown),
    },
  });
  pool.on('error', onIdleError);
  const run = async <Row>(
    target: pg.Pool | pg.PoolClient,
    text: string,
    parameters: readonly unknown[] = [],
  ): Promise<QueryResult<Row>> => {
    const result = await target.query(text, [...parameters]);
    return { rows: result.rows as Row[], count: result.rowCount ?? 0 };
  };
  return {
    kind: 'postgresql',
    query: (text, parameters) => run(pool, text, parameters),
    transaction: async (work) => {
      const client = await pool.connect();
      let broken: Error | undefined;
      const onError = (error: Error): void => {
        broken = error;
      };
      client.on('error', onError);
      const transaction: Transaction = {
        query: (text, parameters) => run(client, text, parameters),
        script: async (text) => {
          await client.query(text);
        },
      };
      try {
        await client.query('begin');
        const result = await work(transaction);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((rollbackError: Error) => {
          broken = rollbackError; // the connection is of no more use; the first error is the one to report
        });
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}
