import { createHmac, randomBytes } from 'node:crypto';
import type { Keyring } from '../security/keyring.ts';
import { seal, unseal } from '../security/sealed.ts';
import { one } from '../storage/database.ts';
import type { Database } from '../storage/database.ts';

const OWNER = ['installation-secret', 'tombstone'];

/** Makes the hash under which an erased response is remembered. */
export type TombstoneHash = (workspaceId: string, surveyId: string, responseId: string) => string;

/** The keyed hash of this installation; its key is made at the first start and outlives encryption keys. */
export async function openTombstoneHash(database: Database, keyring: Keyring): Promise<TombstoneHash> {
  await database.query(
    `insert into installation_secret (name, sealed) values ('tombstone', $1) on conflict (name) do nothing`,
    [seal(keyring, OWNER, randomBytes(32).toString('base64'))],
  );
  const { sealed } = one(
    await database.query<{ sealed: string }>(`select sealed from installation_secret where name = 'tombstone'`),
  );
  const key = Buffer.from(unseal(keyring, OWNER, sealed), 'base64');
  return (...parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
}
