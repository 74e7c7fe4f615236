import type { Store } from '../data/store.ts';
import type { Schema } from '../schema/schema.ts';
import { USER_PERMISSIONS } from '../schema/standard/access.ts';
import { PROFILE_NAMES, profileGrants } from '../security/profiles.ts';
import { toId } from '../values/id.ts';
import type { ApexId, Value } from '../values/value.ts';
import { SeedWriter } from './seed-writer.ts';

/** A user to set up; the password is no part of the org's data. */
export interface SeedUser {
  username: string;
  firstName: string | null;
  lastName: string;
  email: string;
  /** name of a profile of the org */
  profile: string;
  /** API names of permission sets in the source */
  permissionSets: string[];
  timeZone: string;
  locale: string;
  language: string;
}

export interface Seed {
  /** `namespace`: the org's own, by which its Apex may call its classes */
  organization: { id: string; name: string; namespace?: string };
  isSandbox: boolean;
  users: readonly SeedUser[];
}

/** The users of an org that no definition file describes: one administrator. */
export function defaultUsers(): SeedUser[] {
  return [
    {
      username: 'admin@local-org.example',
      firstName: 'Ada',
      lastName: 'Admin',
      email: 'admin@local-org.example',
      profile: 'System Administrator',
      permissionSets: [],
      timeZone: 'GMT',
      locale: 'en_US',
      language: 'en_US',
    },
  ];
}

/** A user names a profile or permission set that the org does not have. */
export class SeedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SeedError';
  }
}

/**
 * Puts what an org has before anybody works in it: the organisation, licences, profiles, permission sets, custom
 * permissions and users. Runs past all rules. The ids follow from the names: a journal fits whatever else changes.
 * @returns the id of the first System Administrator
 * @throws SeedError when a user names what there is not, or when no user is an active System Administrator
 */
export function seedOrg(store: Store, seed: Seed): { adminId: string } {
  const admin = seed.users.findIndex((user) => user.profile === 'System Administrator');
  if (admin < 0) throw new SeedError('An org needs a user with the profile System Administrator');
  const writer = new SeedWriter(store);
  const userIds = seed.users.map((user) => writer.idOf('User', user.username));
  writer.author = userIds[admin] ?? null;
  writer.put('Organization', organizationId(seed), {
    Name: seed.organization.name,
    OrganizationType: 'Developer Edition',
    IsSandbox: seed.isSandbox,
    IsReadOnly: false,
    DefaultLocaleSidKey: 'en_US',
    LanguageLocaleKey: 'en_US',
    TimeZoneSidKey: 'GMT',
    InstanceName: 'LOCAL',
    FiscalYearStartMonth: 1,
  });
  writer.put('Pricebook2', writer.idOf('Pricebook2', 'Standard Price Book'), {
    Name: 'Standard Price Book',
    IsStandard: true,
    IsActive: true,
  });
  const profiles = putProfiles(writer, seed.users.length);
  const permissionSets = putPermissionSets(writer, store.schema);
  for (const permission of sorted(store.schema.customPermissions.values())) {
    writer.put('CustomPermission', writer.idOf('CustomPermission', permission.name), {
      DeveloperName: permission.name,
      MasterLabel: permission.label,
      Language: 'en_US',
    });
  }
  seed.users.forEach((user, i) => {
    const id = userIds[i];
    if (id !== undefined) putUser(writer, id, user, profiles, permissionSets);
  });
  return { adminId: userIds[admin]?.value ?? '' };
}

function organizationId(seed: Seed): ApexId {
  const id = toId(seed.organization.id);
  if (id === null) throw new SeedError(`${seed.organization.id} is not an organisation id`);
  return id;
}

function permissionFields(granted: (name: string) => boolean): Record<string, Value> {
  return Object.fromEntries(Object.keys(USER_PERMISSIONS).map((name) => [`Permissions${name}`, granted(name)]));
}

/** Each profile has a licence and a permission set of its own, as in Salesforce. */
function putProfiles(writer: SeedWriter, users: number): Map<string, ApexId> {
  const licenses = new Map<string, ApexId>();
  const ids = new Map<string, ApexId>();
  for (const { name, license: licenseName } of PROFILE_NAMES) {
    const license = licenses.get(licenseName) ?? putLicense(writer, licenseName, users);
    licenses.set(licenseName, license);
    const granted = profileGrants(name).userPermissions;
    const fields = permissionFields((permission) => granted.has(permission.toLowerCase()));
    const id = writer.put('Profile', writer.idOf('Profile', name), {
      Name: name,
      UserLicenseId: license,
      UserType: 'Standard',
      ...fields,
    });
    writer.put('PermissionSet', writer.idOf('PermissionSet', `profile ${name}`), {
      Name: `X${id.value.slice(0, 15)}`,
      Label: id.value.slice(0, 15),
      ProfileId: id,
      IsOwnedByProfile: true,
      IsCustom: false,
      Type: 'Profile',
      LicenseId: license,
      ...fields,
    });
    ids.set(name.toLowerCase(), id);
  }
  return ids;
}

function putLicense(writer: SeedWriter, name: string, users: number): ApexId {
  return writer.put('UserLicense', writer.idOf('UserLicense', name), {
    Name: name,
    MasterLabel: name,
    LicenseDefinitionKey: name === 'Salesforce' ? 'SFDC' : name.replaceAll(' ', '_'),
    Status: 'Active',
    TotalLicenses: 100,
    UsedLicenses: users,
  });
}

function putPermissionSets(writer: SeedWriter, schema: Schema): Map<string, ApexId> {
  const ids = new Map<string, ApexId>();
  for (const set of sorted(schema.permissionSets.values())) {
    const id = writer.put('PermissionSet', writer.idOf('PermissionSet', set.name), {
      Name: set.name,
      Label: set.label,
      Description: set.description,
      IsOwnedByProfile: false,
      IsCustom: true,
      Type: 'Regular',
      HasActivationRequired: false,
      ...permissionFields((name) => set.userPermissions.has(name.toLowerCase())),
    });
    ids.set(set.name.toLowerCase(), id);
  }
  return ids;
}

function putUser(
  writer: SeedWriter,
  id: ApexId,
  user: SeedUser,
  profiles: ReadonlyMap<string, ApexId>,
  permissionSets: ReadonlyMap<string, ApexId>,
): void {
  const profile = profiles.get(user.profile.toLowerCase());
  if (profile === undefined) {
    const known = PROFILE_NAMES.map((p) => p.name).join(', ');
    throw new SeedError(`User ${user.username} has the profile "${user.profile}"; the org has: ${known}`);
  }
  const alias = (user.username.split('@')[0] ?? 'user').slice(0, 8);
  writer.put('User', id, {
    Username: user.username.toLowerCase(),
    FirstName: user.firstName,
    LastName: user.lastName,
    Name: user.firstName === null ? user.lastName : `${user.firstName} ${user.lastName}`,
    Email: user.email,
    Alias: alias,
    CommunityNickname: (user.username.split('@')[0] ?? 'user').slice(0, 40),
    IsActive: true,
    TimeZoneSidKey: user.timeZone,
    LocaleSidKey: user.locale,
    LanguageLocaleKey: user.language,
    EmailEncodingKey: 'UTF-8',
    ProfileId: profile,
    UserType: 'Standard',
  });
  for (const name of user.permissionSets) {
    const set = permissionSets.get(name.toLowerCase());
    if (set === undefined) {
      throw new SeedError(`User ${user.username} has the permission set "${name}", which the source does not hold`);
    }
    writer.put('PermissionSetAssignment', writer.idOf('PermissionSetAssignment', `${user.username} ${name}`), {
      PermissionSetId: set,
      AssigneeId: id,
    });
  }
}

function sorted<T extends { name: string }>(things: Iterable<T>): T[] {
  return [...things].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

/** The price book that every org has; null when its row was not put. */
export function standardPricebookId(store: Store): string | null {
  const id = new SeedWriter(store).idOf('Pricebook2', 'Standard Price Book').value;
  const object = store.schema.object('Pricebook2');
  return object !== null && store.table(object).get(id) !== undefined ? id : null;
}
