import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { blankPermissionSet, NO_ACCESS } from '../schema/permission-set.ts';
import type { PermissionSetDefinition, Schema } from '../schema/schema.ts';
import { indexKey } from '../data/row.ts';
import type { Row } from '../data/row.ts';
import { ApexId } from '../values/value.ts';
import type { FieldAccess, ObjectAccess, Permissions } from './permissions.ts';
import { profileGrants } from './profiles.ts';
import type { ProfileGrants } from './profiles.ts';

/** Where the users, profiles, permission sets and assignments are read. */
export interface SetupReader {
  get(object: ObjectDefinition, id: string): Row | null;
  find(object: ObjectDefinition, field: string, key: string): Row[];
}

/**
 * The effective permissions of a user: his profile's and those of the permission sets assigned to him, from the source
 * and from ObjectPermissions, FieldPermissions and SetupEntityAccess rows.
 * @throws Error for a user that does not exist
 * @throws NotModelledError for a profile that is not modelled
 */
export function permissionsOf(schema: Schema, rows: SetupReader, userId: string): Permissions {
  const lookup = new SetupLookup(schema, rows);
  const user = lookup.row('User', userId);
  if (user === null) throw new Error(`There is no user ${userId}`);
  const profile = lookup.row('Profile', idText(user, 'profileid'));
  const sets: PermissionSetDefinition[] = [];
  for (const assignment of lookup.children('PermissionSetAssignment', 'assigneeid', userId)) {
    const set = lookup.row('PermissionSet', idText(assignment, 'permissionsetid'));
    if (set !== null) sets.push(...definitionsOf(schema, lookup, set));
  }
  return new EffectivePermissions(schema, profileGrants(profile === null ? '' : text(profile, 'name')), sets);
}

class SetupLookup {
  readonly #schema: Schema;
  readonly #rows: SetupReader;

  constructor(schema: Schema, rows: SetupReader) {
    this.#schema = schema;
    this.#rows = rows;
  }

  row(object: string, id: string): Row | null {
    return id === '' ? null : this.#rows.get(this.#definition(object), id);
  }

  children(object: string, field: string, parentId: string): Row[] {
    return this.#rows.find(this.#definition(object), field, indexKey(new ApexId(parentId)) ?? '');
  }

  #definition(name: string): ObjectDefinition {
    const object = this.#schema.object(name);
    if (object === null) throw new Error(`The schema has no ${name}`);
    return object;
  }
}

function text(row: Row, field: string): string {
  const value = row.values.get(field);
  return typeof value === 'string' ? value : '';
}

function idText(row: Row, field: string): string {
  const value = row.values.get(field);
  return value instanceof ApexId ? value.value : '';
}

function flag(row: Row, field: string): boolean {
  return row.values.get(field) === true;
}

/** What a permission set's metadata grants, and what was granted to it by rows. */
function definitionsOf(schema: Schema, lookup: SetupLookup, row: Row): PermissionSetDefinition[] {
  const name = text(row, 'name');
  const byRows = blankPermissionSet(name, text(row, 'label'));
  for (const field of row.object.fields.values()) {
    const permission = /^Permissions(\w+)$/.exec(field.name)?.[1];
    if (permission !== undefined && flag(row, field.name.toLowerCase()))
      byRows.userPermissions.add(permission.toLowerCase());
  }
  for (const grant of lookup.children('ObjectPermissions', 'parentid', row.id)) {
    byRows.objects.set(text(grant, 'sobjecttype').toLowerCase(), {
      create: flag(grant, 'permissionscreate'),
      read: flag(grant, 'permissionsread'),
      edit: flag(grant, 'permissionsedit'),
      delete: flag(grant, 'permissionsdelete'),
      viewAll: flag(grant, 'permissionsviewallrecords'),
      modifyAll: flag(grant, 'permissionsmodifyallrecords'),
    });
  }
  for (const grant of lookup.children('FieldPermissions', 'parentid', row.id)) {
    const access = { read: flag(grant, 'permissionsread'), edit: flag(grant, 'permissionsedit') };
    byRows.fields.set(text(grant, 'field').toLowerCase(), access);
  }
  for (const grant of lookup.children('SetupEntityAccess', 'parentid', row.id)) {
    const permission = lookup.row('CustomPermission', idText(grant, 'setupentityid'));
    if (permission !== null) byRows.customPermissions.add(text(permission, 'developername').toLowerCase());
    const apexClass = lookup.row('ApexClass', idText(grant, 'setupentityid'));
    if (apexClass !== null) byRows.classes.add(text(apexClass, 'name').toLowerCase());
  }
  const fromSource = schema.permissionSets.get(name.toLowerCase());
  return fromSource === undefined ? [byRows] : [byRows, fromSource];
}

/** The parts of an address have no security of their own: that of the address (Contact.MailingAddress) is theirs. */
export function securedField(object: ObjectDefinition, field: FieldDefinition): FieldDefinition {
  for (const compound of object.fields.values()) {
    if (compound.type === 'address' && compound.compoundOf?.includes(field.name) === true) return compound;
  }
  return field;
}

class EffectivePermissions implements Permissions {
  readonly #schema: Schema;
  readonly #profile: ProfileGrants;
  readonly #sets: PermissionSetDefinition[];
  readonly #objects = new Map<string, ObjectAccess>();

  constructor(schema: Schema, profile: ProfileGrants, sets: PermissionSetDefinition[]) {
    this.#schema = schema;
    this.#profile = profile;
    this.#sets = sets;
  }

  object(name: string): ObjectAccess {
    const known = this.#objects.get(name.toLowerCase());
    if (known !== undefined) return known;
    const object = this.#definition(name);
    const access = { ...this.#profile.object(object) };
    const key = object.name.toLowerCase();
    const rights = Object.keys(access) as (keyof ObjectAccess)[];
    for (const set of this.#sets) {
      const more = set.objects.get(key) ?? NO_ACCESS;
      for (const right of rights) access[right] ||= more[right];
    }
    if (this.userPermission('ViewAllData')) access.read = access.viewAll = true;
    if (this.userPermission('ModifyAllData') && !object.setup && object.kind !== 'customMetadata') {
      for (const right of rights) access[right] = true;
    }
    this.#objects.set(key, Object.freeze(access));
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
    const secured = securedField(object, field);
    const key = `${object.name}.${secured.name}`.toLowerCase();
    const granted = [this.#profile.field(object, secured), ...this.#sets.map((set) => set.fields.get(key))];
    const edit = mayWrite && granted.some((g) => g?.edit === true);
    return { read: edit || granted.some((g) => g?.read === true), edit };
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
