import type { Store } from '../data/store.ts';
import { seedOrganization, type SeedUser } from '../security/seed.ts';

export type { SeedUser };

/** What an org has before anybody works in it. */
export interface Seed {
  organization: { id: string; name: string };
  isSandbox: boolean;
  users: readonly SeedUser[];
}

const ADMINISTRATOR = 'System Administrator';

/** The users of an org that no definition file describes: one administrator. */
export function defaultUsers(): SeedUser[] {
  return [
    {
      username: 'admin@local-org.example',
      firstName: 'Ada',
      lastName: 'Admin',
      email: 'admin@local-org.example',
      profile: ADMINISTRATOR,
      permissionSets: [],
      timeZone: 'GMT',
      locale: 'en_US',
      language: 'en_US',
    },
  ];
}

/** The users of a definition do not fit the org. */
export class SeedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SeedError';
  }
}

/**
 * Puts the organisation, profiles, permission sets, users and custom metadata into an empty store.
 * @returns the id of the first System Administrator, who loads the data files
 * @throws SeedError without an administrator or for a user that names what there is not; CompileError for custom metadata
 */
export function seedOrg(store: Store, seed: Seed): { adminId: string } {
  const admin = seed.users.find((user) => user.profile.toLowerCase() === ADMINISTRATOR.toLowerCase());
  if (admin === undefined) throw new SeedError(`An org needs a user with the profile ${ADMINISTRATOR}`);
  seedOrganization(store, seed.organization, seed.isSandbox, seed.users);
  const users = store.schema.object('User');
  const rows = users === null ? [] : [...store.table(users).rows.values()];
  const row = rows.find((user) => user.values.get('username') === admin.username);
  if (row === undefined) throw new Error(`The user ${admin.username} was not put into the org`);
  return { adminId: row.id };
}
