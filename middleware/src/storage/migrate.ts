import fs from 'node:fs/promises';
import path from 'node:path';
import { createHash } from 'node:crypto';
import type { Database } from './database.ts';

/** Any number will do, as long as every process of every version uses the same. */
const MIGRATION_LOCK = 7_205_759_403;

const FOLDER = path.join(import.meta.dirname, '..', '..', 'migrations');

/**
 * Brings the schema up to date. Several processes may start at once: one migrates, the others wait at the lock.
 *
 * @returns the names of the migrations that ran now
 * @throws Error when an applied migration was changed, or the schema is newer than this program
 */
export async function migrate(database: Database, folder = FOLDER): Promise<string[]> {
  const names = (await fs.readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const files = await Promise.all(
    names.map(async (name) => {
      const text = (await fs.readFile(path.join(folder, name), 'utf8')).replaceAll('\r\n', '\n');
      return { name, text, hash: createHash('sha256').update(text).digest('hex') };
    }),
  );
  return database.transaction(async (transaction) => {
    await transaction.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await transaction.script(
      'create table if not exists schema_migration (name text primary key, hash text not null, applied_at timestamptz not null default now())',
    );
    const applied = await transaction.query<{ name: string; hash: string }>('select name, hash from schema_migration');
    const hashes = new Map(applied.rows.map((row) => [row.name, row.hash]));
    for (const name of hashes.keys()) {
      if (!names.includes(name)) {
        throw new Error(`The database has migration ${name}, which this version does not know: start a newer version.`);
      }
    }
    const ran: string[] = [];
    for (const file of files) {
      const hash = hashes.get(file.name);
      if (hash === file.hash) continue;
      if (hash !== undefined) {
        throw new Error(`Migration ${file.name} was changed after it was applied: add a new one instead.`);
      }
      await transaction.script(file.text);
      await transaction.query('insert into schema_migration (name, hash) values ($1, $2)', [file.name, file.hash]);
      ran.push(file.name);
    }
    return ran;
  });
}
