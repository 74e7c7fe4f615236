import { NotModelledError } from '../errors.ts';
import type { PermissionSetDefinition, Schema } from './schema.ts';
import type { XmlElement } from './xml.ts';

/** An empty permission set; profiles are made from it too. */
export function blankPermissionSet(name: string, label: string): PermissionSetDefinition {
  return {
    name,
    label,
    description: null,
    objects: new Map(),
    fields: new Map(),
    classes: new Set(),
    customPermissions: new Set(),
    userPermissions: new Set(),
    file: null,
  };
}

/**
 * Reads a PermissionSet and checks the objects, fields and custom permissions that it names.
 * @throws CompileError with the words of the Metadata API ("In field: field - no CustomField named … found")
 */
export function permissionSet(xml: XmlElement, name: string, schema: Schema): PermissionSetDefinition {
  const set = blankPermissionSet(name, xml.required('label'));
  set.file = xml.file;
  set.description = xml.text('description');
  readObjects(xml, set, schema);
  readFields(xml, set, schema);
  for (const access of xml.all('classAccesses')) {
    if (access.required('enabled') === 'true') set.classes.add(access.required('apexClass').toLowerCase());
    access.close('PermissionSetApexClassAccess');
  }
  for (const permission of xml.all('customPermissions')) {
    const permissionName = permission.required('name');
    if (!schema.customPermissions.has(permissionName.toLowerCase())) {
      throw xml.fault(`In field: customPermission - no CustomPermission named ${permissionName} found`);
    }
    if (permission.required('enabled') === 'true') set.customPermissions.add(permissionName.toLowerCase());
    permission.close('PermissionSetCustomPermissions');
  }
  for (const permission of xml.all('userPermissions')) {
    if (permission.required('enabled') === 'true') set.userPermissions.add(permission.required('name').toLowerCase());
    permission.close('PermissionSetUserPermission');
  }
  for (const access of xml.all('customMetadataTypeAccesses')) {
    const type = access.required('name');
    if (schema.object(type)?.kind !== 'customMetadata')
      throw xml.fault(`In field: name - no CustomObject named ${type} found`);
    if (access.required('enabled') === 'true') set.objects.set(type.toLowerCase(), { ...NO_ACCESS, read: true });
    access.close('PermissionSetCustomMetadataTypeAccess');
  }
  xml.ignore('applicationVisibilities', 'tabSettings', 'pageAccesses', 'license', 'hasActivationRequired');
  xml.ignore('externalCredentialPrincipalAccesses', 'flowAccesses', 'recordTypeVisibilities');
  xml.refuse('PermissionSet', 'customSettingAccesses', 'externalDataSourceAccesses', 'agentAccesses');
  xml.close('PermissionSet');
  return set;
}

export const NO_ACCESS = { create: false, read: false, edit: false, delete: false, viewAll: false, modifyAll: false };

function readObjects(xml: XmlElement, set: PermissionSetDefinition, schema: Schema): void {
  for (const permission of xml.all('objectPermissions')) {
    const object = permission.required('object');
    if (schema.object(object) === null) throw xml.fault(`In field: field - no CustomObject named ${object} found`);
    const access = {
      create: permission.flag('allowCreate'),
      read: permission.flag('allowRead'),
      edit: permission.flag('allowEdit'),
      delete: permission.flag('allowDelete'),
      viewAll: permission.flag('viewAllRecords'),
      modifyAll: permission.flag('modifyAllRecords'),
    };
    // Setup refuses a permission without those that it depends on.
    const needs: [boolean, boolean, string][] = [
      [access.create || access.edit, access.read, 'Read'],
      [access.delete, access.read && access.edit, 'Read, Edit'],
      [access.viewAll, access.read, 'Read'],
      [
        access.modifyAll,
        access.read && access.edit && access.delete && access.viewAll,
        'Read, Edit, Delete, View All Records',
      ],
    ];
    for (const [given, satisfied, names] of needs) {
      if (given && !satisfied) throw xml.fault(`Permission on ${object} depends on permission(s): ${names}`);
    }
    permission.refuse('PermissionSetObjectPermissions', 'viewAllFields');
    permission.close('PermissionSetObjectPermissions');
    if (set.objects.has(object.toLowerCase())) throw xml.fault(`Duplicate object permissions for ${object}`);
    set.objects.set(object.toLowerCase(), access);
  }
}

function readFields(xml: XmlElement, set: PermissionSetDefinition, schema: Schema): void {
  for (const permission of xml.all('fieldPermissions')) {
    const name = permission.required('field');
    const [object = '', field = ''] = name.split('.');
    const definition = schema.field(object, field);
    if (definition === null) throw xml.fault(`In field: field - no CustomField named ${name} found`);
    if (definition.alwaysVisible) throw xml.fault(`You cannot deploy to a required field: ${name}`);
    const address = [...(schema.object(object)?.fields.values() ?? [])].find(
      (f) => f.type === 'address' && f.compoundOf?.includes(definition.name),
    );
    if (address !== undefined)
      throw xml.fault(`In field: field - no CustomField named ${name} found; ${object}.${address.name} is the field`);
    const access = { read: permission.flag('readable'), edit: permission.flag('editable') };
    if (access.edit && !access.read) throw xml.fault(`Field ${name} is editable but not readable`);
    permission.close('PermissionSetFieldPermissions');
    if (set.fields.has(name.toLowerCase())) throw xml.fault(`Duplicate field permissions for ${name}`);
    set.fields.set(name.toLowerCase(), access);
  }
}

/** Two folders may not both hold a permission set of one name: the later deployment would overwrite the earlier one. */
export function addPermissionSet(schema: Schema, set: PermissionSetDefinition): void {
  const key = set.name.toLowerCase();
  const other = schema.permissionSets.get(key);
  if (other !== undefined)
    throw new NotModelledError(`two permission sets named ${set.name}`, `${other.file} and ${set.file}`);
  schema.permissionSets.set(key, set);
}
