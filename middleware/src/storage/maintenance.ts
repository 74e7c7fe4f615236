import type { Database } from './database.ts';

/** Milliseconds between two runs. */
export const MAINTENANCE_INTERVAL = 60 * 60_000;

/** The tables whose rows change. */
const TABLES = [
  'response',
  'response_version',
  'delivery',
  'backfill',
  'account',
  'import',
  'source_event',
  'oauth_state',
];

/** What is deleted after its time (docs/security.md). */
const PURGES = [
  `delete from source_event where state <> 'stored' and received_at < now() - interval '30 days'`,
  `delete from alert where state <> 'pending' and created_at < now() - interval '30 days'`,
  `delete from api_call where hour < now() - interval '2 days'`,
];

/**
 * Deletes what has had its time, and does for the embedded database what a server's autovacuum does: frees the space of old row versions and keeps the
 * planner's statistics. Table by table, so that requests get in between.
 */
export async function maintain(database: Database): Promise<void> {
  for (const statement of PURGES) await database.query(statement);
  if (database.kind !== 'pglite') return;
  for (const table of TABLES) await database.query(`vacuum (analyze) ${table}`);
}
