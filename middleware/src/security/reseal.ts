import type { Database } from '../storage/database.ts';
import type { Keyring } from './keyring.ts';
import { seal, unseal } from './sealed.ts';

/** Where sealed texts are, with the key columns and the owner that each is bound to. */
const PLACES: { table: string; column: string; keys: string[]; owner: (keys: string[]) => string[] }[] = [
  {
    table: 'webhook_secret',
    column: 'sealed',
    keys: ['workspace_id', 'name'],
    owner: (keys) => ['webhook-secret', ...keys],
  },
  {
    table: 'source',
    column: 'sealed_secret',
    keys: ['workspace_id', 'id'],
    owner: (keys) => ['source-secret', ...keys],
  },
  {
    table: 'account',
    column: 'sealed_tokens',
    keys: ['workspace_id', 'id'],
    owner: (keys) => ['account-tokens', ...keys],
  },
  {
    table: 'alert_target',
    column: 'sealed_secret',
    keys: ['workspace_id', 'id'],
    owner: (keys) => ['alert-secret', ...keys],
  },
  { table: 'installation_secret', column: 'sealed', keys: ['name'], owner: (keys) => ['installation-secret', ...keys] },
];

/**
 * Seals with the newest encryption key what an older one sealed. Each row is replaced only while it is unchanged, so it
 * runs beside traffic.
 *
 * @returns how many were sealed again
 */
export async function resealAll(database: Database, keyring: Keyring): Promise<number> {
  let count = 0;
  for (const { table, column, keys, owner } of PLACES) {
    const { rows } = await database.query<Record<string, string>>(
      `select ${keys.map((key) => `${key}::text as ${key}`).join(', ')}, ${column} as sealed from ${table}
       where ${column} is not null and ${column} not like $1`,
      [`v1.${keyring.current.id}.%`],
    );
    for (const row of rows) {
      const names = keys.map((key) => row[key] ?? '');
      const before = row['sealed'] ?? '';
      const after = seal(keyring, owner(names), unseal(keyring, owner(names), before));
      const match = keys.map((key, index) => `${key}::text = $${index + 3}`).join(' and ');
      const result = await database.query(`update ${table} set ${column} = $1 where ${column} = $2 and ${match}`, [
        after,
        before,
        ...names,
      ]);
      count += result.count;
    }
  }
  return count;
}
