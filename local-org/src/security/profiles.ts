import { NotModelledError } from '../errors.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { NO_ACCESS } from '../schema/permission-set.ts';
import type { FieldAccess, ObjectAccess } from './permissions.ts';

/** What a standard profile gives by itself, before permission sets. */
export interface ProfileGrants {
  name: string;
  license: string;
  allClasses: boolean;
  /** lower-case names without "Permissions" */
  userPermissions: ReadonlySet<string>;
  object(object: ObjectDefinition): ObjectAccess;
  field(object: ObjectDefinition, field: FieldDefinition): FieldAccess;
}

const ALL: ObjectAccess = { create: true, read: true, edit: true, delete: true, viewAll: true, modifyAll: true };
const CRUD: ObjectAccess = { ...ALL, viewAll: false, modifyAll: false };
const READ: ObjectAccess = { ...NO_ACCESS, read: true };

const ADMIN_PERMISSIONS = [
  'ApiEnabled',
  'AssignPermissionSets',
  'AuthorApex',
  'CustomizeApplication',
  'EditEvent',
  'EditTask',
  'ManageCustomPermissions',
  'ManageInternalUsers',
  'ManageProfilesPermissionsets',
  'ManageRoles',
  'ManageSharing',
  'ManageUsers',
  'ModifyAllData',
  'ModifyMetadata',
  'RunReports',
  'TransferAnyEntity',
  'ViewAllData',
  'ViewAllUsers',
  'ViewRoles',
  'ViewSetup',
];

const lower = (names: string[]): Set<string> => new Set(names.map((n) => n.toLowerCase()));

/** Users, profiles, the organisation and permission sets can be read by everybody; only administrators write them. */
function setupAccess(object: ObjectDefinition, admin: boolean): ObjectAccess | null {
  if (!object.setup) return null;
  return admin ? CRUD : READ;
}

/**
 * System Administrator: Modify All Data, and field-level security as a deployment by an administrator with the
 * source's own default leaves it: every field of every object readable and editable. (A field deployed by metadata
 * alone is visible to nobody in a real org, the administrator included; scratch orgs and the Setup wizard make it
 * visible to administrators, and that is what is modelled.)
 * Standard User: read, create, edit and delete on the standard objects, all their standard fields; nothing of custom
 * objects and custom fields. Minimum Access profiles: nothing but what permission sets give.
 */
const PROFILES: ProfileGrants[] = [
  {
    name: 'System Administrator',
    license: 'Salesforce',
    allClasses: true,
    userPermissions: lower(ADMIN_PERMISSIONS),
    object: (object) => setupAccess(object, true) ?? (object.kind === 'customMetadata' ? READ : ALL),
    field: () => ({ read: true, edit: true }),
  },
  {
    name: 'Standard User',
    license: 'Salesforce',
    allClasses: false,
    userPermissions: lower(['ApiEnabled', 'EditEvent', 'EditTask', 'RunReports', 'ViewRoles', 'ViewSetup']),
    object: (object) => setupAccess(object, false) ?? (object.kind === 'standard' ? CRUD : NO_ACCESS),
    field: (_object, field) => ({ read: !field.custom, edit: !field.custom }),
  },
  minimumAccess('Minimum Access - Salesforce', 'Salesforce', []),
  minimumAccess('Minimum Access - API Only Integrations', 'Salesforce Integration', ['ApiEnabled', 'ApiUserOnly']),
];

function minimumAccess(name: string, license: string, permissions: string[]): ProfileGrants {
  return {
    name,
    license,
    allClasses: false,
    userPermissions: lower(permissions),
    object: (object) => setupAccess(object, false) ?? NO_ACCESS,
    field: () => ({ read: false, edit: false }),
  };
}

export const PROFILE_NAMES: readonly { name: string; license: string }[] = PROFILES.map(({ name, license }) => ({
  name,
  license,
}));

/** @throws NotModelledError for a profile that is not modelled */
export function profileGrants(name: string): ProfileGrants {
  const profile = PROFILES.find((p) => p.name.toLowerCase() === name.toLowerCase());
  if (profile === undefined) throw new NotModelledError(`profile ${name}`);
  return profile;
}
