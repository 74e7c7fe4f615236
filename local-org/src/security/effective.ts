import type { ObjectDefinition } from '../schema/definition.ts';
import { NO_ACCESS } from '../schema/permission-set.ts';
import type { PermissionSetDefinition, Schema } from '../schema/schema.ts';
import { indexKey } from '../data/row.ts';
import type { Row } from '../data/row.ts';
import { ApexId } from '../values/value.ts';
import type { FieldAccess, ObjectAccess, Permissions } from './permissions.ts';
import { profileGrants } from './profiles.ts';
import type { ProfileGrants } from './profiles.ts';

/** Where the users, profiles and assignments are read. */
export interface SetupReader {
  get(object: ObjectDefinition, id: string): Row | null;
  find(object: ObjectDefinition, field: string, key: string): Row[];
}

/**
 * The effective permissions of a user: his profile's and those of the permission sets assigned to him.
 * @throws Error for a user that does not exist
 * @throws NotModelledError for a profile that is not modelled
 */
export function permissionsOf(schema: Schema, rows: SetupReader, userId: string): Permissions {
  const objectNamed = (name: string): ObjectDefinition => {
    const object = schema.object(name);
    if (object === null) throw new Error(`The schema has no ${name}`);
    return object;
  };
  const user = rows.get(objectNamed('User'), userId);
  if (user === null) throw new Error(`There is no user ${userId}`);
  const profileId = user.values.get('profileid');
  const profile = profileId instanceof ApexId ? rows.get(objectNamed('Profile'), profileId.value) : null;
  const name = profile?.values.get('name');
  const grants = profileGrants(typeof name === 'string' ? name : '');
  const sets: PermissionSetDefinition[] = [];
  const key = indexKey(new ApexId(userId)) ?? '';
  for (const assignment of rows.find(objectNamed('PermissionSetAssignment'), 'assigneeid', key)) {
    const setId = assignment.values.get('permissionsetid');
    const set = setId instanceof ApexId ? rows.get(objectNamed('PermissionSet'), setId.value) : null;
    const setName = set?.values.get('name');
    const definition = typeof setName === 'string' ? schema.permissionSets.get(setName.toLowerCase()) : undefined;
    if (definition !== undefined) sets.push(definition);
  }
  return new EffectivePermissions(schema, grants, sets);
}

class EffectivePermissions implements Permissions {
  readonly #schema: Schema;
  readonly #profile: ProfileGrants;
  readonly #sets: PermissionSetDefinition[];

  constructor(schema: Schema, profile: ProfileGrants, sets: PermissionSetDefinition[]) {
    this.#schema = schema;
    this.#profile = profile;
    this.#sets = sets;
  }

  object(name: string): ObjectAccess {
    const object = this.#definition(name);
    const access = { ...this.#profile.object(object) };
    const key = object.name.toLowerCase();
    for (const set of this.#sets) {
      const more = set.objects.get(key) ?? NO_ACCESS;
      for (const right of Object.keys(access) as (keyof ObjectAccess)[]) access[right] ||= more[right];
    }
    if (this.userPermission('ViewAllData')) access.read = access.viewAll = true;
    if (this.userPermission('ModifyAllData') && !object.setup && object.kind !== 'customMetadata') {
      for (const right of Object.keys(access) as (keyof ObjectAccess)[]) access[right] = true;
    }
    return access;
  }

  field(objectName: string, fieldName: string): FieldAccess {
    const object = this.#definition(objectName);
    const field = object.fields.get(fieldName.toLowerCase());
    if (field === undefined) throw new Error(`${objectName} has no field ${fieldName}`);
    const access = this.object(objectName);
    if (!access.read) return { read: false, edit: false };
    const writable = field.createable || field.updateable;
    const mayWrite = writable && (access.create || access.edit);
    if (field.alwaysVisible || object.kind === 'customMetadata' || object.setup) return { read: true, edit: mayWrite };
    const key = `${object.name}.${field.name}`.toLowerCase();
    const granted = [this.#profile.field(object, field), ...this.#sets.map((set) => set.fields.get(key))];
    return {
      read: granted.some((g) => g?.read === true),
      edit: mayWrite && granted.some((g) => g?.edit === true),
    };
  }

  classAccess(className: string): boolean {
    return this.#profile.allClasses || this.#sets.some((set) => set.classes.has(className.toLowerCase()));
  }

  customPermission(name: string): boolean {
    return this.#sets.some((set) => set.customPermissions.has(name.toLowerCase()));
  }

  userPermission(name: string): boolean {
    const key = name.toLowerCase();
    return this.#profile.userPermissions.has(key) || this.#sets.some((set) => set.userPermissions.has(key));
  }

  #definition(name: string): ObjectDefinition {
    const object = this.#schema.object(name);
    if (object === null) throw new Error(`The schema has no ${name}`);
    return object;
  }
}
