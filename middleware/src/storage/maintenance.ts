import type { Database } from './database.ts';

/** Milliseconds between two runs. */
export const MAINTENANCE_INTERVAL = 60 * 60_000;

/** The tables whose rows change. */
const TABLES = ['response', 'response_version', 'delivery', 'account', 'oauth_state'];

/**
 * Does for the embedded database what a server's autovacuum does: frees the space of old row versions and keeps the
 * planner's statistics. Table by table, so that requests get in between.
 */
export async function maintain(database: Database): Promise<void> {
  if (database.kind !== 'pglite') return;
  for (const table of TABLES) await database.query(`vacuum (analyze) ${table}`);
}
