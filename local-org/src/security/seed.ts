import { createHash } from 'node:crypto';
import { CompileError } from '../errors.ts';
import { RecordReader } from '../data/reader.ts';
import type { Row } from '../data/row.ts';
import type { Store } from '../data/store.ts';
import { storedValue } from '../data/stored-value.ts';
import { fieldErrors, missingFields } from '../rules/field-checks.ts';
import { brokenRules } from '../rules/validation-rules.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import type { CustomMetadataRecord } from '../schema/schema.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { toId, to18 } from '../values/id.ts';
import { ApexDate, ApexDatetime, ApexId } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { PROFILE_NAMES } from './profiles.ts';

/** A user that the org has from the start. */
export interface SeedUser {
  username: string;
  firstName: string | null;
  lastName: string;
  email: string;
  /** name of a standard profile */
  profile: string;
  /** API names of permission sets in the source */
  permissionSets: string[];
  timeZone: string;
  locale: string;
  language: string;
}

/**
 * Puts the rows that an org has before anybody works in it: the organisation, profiles, users, permission sets with
 * their assignments, custom permissions and the custom metadata of the source. Their ids follow from their names, so
 * that a journal written with other metadata still fits.
 * @throws CompileError for custom metadata that a deployment would refuse; Error for unknown profiles and permission sets
 */
export function seedOrganization(
  store: Store,
  organization: { id: string; name: string },
  isSandbox: boolean,
  users: readonly SeedUser[],
): void {
  const seeder = new Seeder(store);
  const organizationId = toId(organization.id);
  if (organizationId === null) throw new Error(`${organization.id} is not an organization id`);
  seeder.put('Organization', organizationId.value, { Name: organization.name, IsSandbox: isSandbox });
  const licenses = new Map<string, ApexId>();
  for (const { license } of PROFILE_NAMES) {
    licenses.set(license, seeder.add('UserLicense', license, { Name: license, MasterLabel: license, Status: 'Active' }));
  }
  const profiles = new Map<string, ApexId>();
  for (const { name, license } of PROFILE_NAMES) {
    const id = seeder.add('Profile', name, { Name: name, UserLicenseId: licenses.get(license) ?? null, UserType: 'Standard' });
    profiles.set(name.toLowerCase(), id);
  }
  const sets = new Map<string, ApexId>();
  for (const [key, set] of store.schema.permissionSets) {
    const values = { Name: set.name, Label: set.label, Description: set.description, IsCustom: true, Type: 'Regular' };
    sets.set(key, seeder.add('PermissionSet', set.name, values));
  }
  for (const permission of store.schema.customPermissions.values()) {
    const values = { DeveloperName: permission.name, MasterLabel: permission.label, Language: 'en_US' };
    seeder.add('CustomPermission', permission.name, values);
  }
  for (const user of users) addUser(seeder, user, profiles, sets);
  addCustomMetadata(seeder, store);
}

class Seeder {
  readonly #store: Store;
  readonly #ids = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  object(name: string): ObjectDefinition {
    const object = this.#store.schema.object(name);
    if (object === null) throw new Error(`The schema has no ${name}`);
    return object;
  }

  /** The id that follows from an object and a name. */
  idOf(object: ObjectDefinition, name: string): ApexId {
    const hash = createHash('sha256').update(`${object.name}:${name.toLowerCase()}`).digest();
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    // `0000z` keeps these ids apart from the counted ones, which would need 62^8 records to get there.
    const tail = [...hash.subarray(0, 7)].map((byte) => digits.charAt(byte % 62)).join('');
    return new ApexId(to18(`${object.keyPrefix}0000z${tail}`));
  }

  add(objectName: string, name: string, values: Record<string, Value>): ApexId {
    const id = this.idOf(this.object(objectName), name);
    if (this.#ids.has(id.value)) throw new Error(`Two ${objectName} records are called ${name}, or their ids collide`);
    this.put(objectName, id.value, values);
    return id;
  }

  put(objectName: string, id: string, given: Record<string, Value>): void {
    const object = this.object(objectName);
    const values = new Map<string, Value>();
    for (const [name, field] of object.fields) {
      if (field.type === 'boolean' && field.formula === null) values.set(name, false);
    }
    // The audit fields of what was there from the start say the epoch, so that seeding is the same every time.
    for (const name of ['createddate', 'lastmodifieddate', 'systemmodstamp']) {
      if (object.fields.has(name)) values.set(name, new ApexDatetime(0));
    }
    for (const [name, value] of Object.entries(given)) {
      const field = object.fields.get(name.toLowerCase());
      if (field === undefined) throw new Error(`${objectName} has no field ${name}`);
      values.set(name.toLowerCase(), storedValue(field, value));
    }
    this.#ids.add(id);
    this.#store.putDirectly({ id, object, values });
  }
}

function addUser(seeder: Seeder, user: SeedUser, profiles: Map<string, ApexId>, sets: Map<string, ApexId>): void {
  const profileId = profiles.get(user.profile.toLowerCase());
  if (profileId === undefined) throw new Error(`User ${user.username}: there is no profile ${user.profile}`);
  const nickname = user.username.split('@')[0] ?? user.username;
  const id = seeder.add('User', user.username, {
    Username: user.username,
    FirstName: user.firstName,
    LastName: user.lastName,
    Email: user.email,
    Alias: nickname.slice(0, 8),
    CommunityNickname: nickname.slice(0, 40),
    IsActive: true,
    TimeZoneSidKey: user.timeZone,
    LocaleSidKey: user.locale,
    LanguageLocaleKey: user.language,
    EmailEncodingKey: 'UTF-8',
    UserType: 'Standard',
    ProfileId: profileId,
  });
  for (const name of user.permissionSets) {
    const setId = sets.get(name.toLowerCase());
    if (setId === undefined) throw new Error(`User ${user.username}: there is no permission set ${name}`);
    seeder.add('PermissionSetAssignment', `${user.username} ${name}`, { AssigneeId: id, PermissionSetId: setId });
  }
}

function addCustomMetadata(seeder: Seeder, store: Store): void {
  const reader = new RecordReader(store.schema, { get: (object, id) => store.table(object).get(id) ?? null }, { now: store.now(), userId: '' });
  const records = store.schema.customMetadataRecords;
  const known = new Set(records.map((r) => `${r.type}.${r.developerName}`.toLowerCase()));
  for (const record of records) {
    const object = seeder.object(record.type);
    const values: Record<string, Value> = {
      DeveloperName: record.developerName,
      MasterLabel: record.label,
      Label: record.label,
      Language: 'en_US',
      QualifiedApiName: record.developerName,
    };
    for (const [name, text] of record.values) {
      const field = object.fields.get(name);
      if (field !== undefined) values[name] = metadataValue(seeder, record, field, text, known);
    }
    const id = seeder.add(record.type, record.developerName, values);
    refuseInvalid(store, reader, record, store.table(object).get(id.value));
  }
}

function metadataValue(seeder: Seeder, record: CustomMetadataRecord, field: FieldDefinition, text: string | null, known: Set<string>): Value {
  if (text === null) return null;
  switch (field.type) {
    case 'boolean':
      return text === 'true';
    case 'int':
      return Number(text);
    case 'double':
    case 'currency':
    case 'percent':
      return ApexDecimal.parse(text);
    case 'date':
      return new ApexDate(Math.floor(Date.parse(`${text}T00:00:00Z`) / 86_400_000));
    case 'datetime':
      return new ApexDatetime(Date.parse(text));
    case 'reference': {
      const target = field.referenceTo[0] ?? '';
      if (!known.has(`${target}.${text}`.toLowerCase())) {
        throw new CompileError(`In field: ${field.name} - no CustomMetadata named ${target.replace('__mdt', '')}.${text} found`, record.file, 1);
      }
      return seeder.idOf(seeder.object(target), text);
    }
    default:
      return text;
  }
}

function refuseInvalid(store: Store, reader: RecordReader, record: CustomMetadataRecord, row: Row | undefined): void {
  if (row === undefined) throw new Error(`${record.type}.${record.developerName} was not stored`);
  const errors = [
    ...fieldErrors(row.object, row.values, store.schema).filter((e) => e.statusCode !== 'FIELD_INTEGRITY_EXCEPTION'),
    ...missingFields(row.object, row.values),
    ...brokenRules(reader, row, null),
  ];
  if (errors[0] !== undefined) throw new CompileError(`${record.type}.${record.developerName}: ${errors[0].message}`, record.file, 1);
}
