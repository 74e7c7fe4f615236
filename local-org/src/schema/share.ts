import { blankField, picklistValues } from './custom-field.ts';
import type { FieldDefinition, ObjectDefinition } from './definition.ts';
import type { Schema } from './schema.ts';
import { keyPrefix } from './custom-object.ts';
import { systemFields } from './standard/builder.ts';

/** Standard objects whose records can be shared, with the key prefix of their shares. */
const STANDARD: Readonly<Record<string, string>> = {
  Account: '00r',
  Opportunity: '00t',
  Case: '01n',
  Lead: '01o',
  Contact: '03s',
};

/**
 * Adds the share objects (`AccountShare`, `Invoice__Share`): one for each object whose organisation-wide default leaves
 * something to share (Apex Developer Guide, "Sharing a Record Using Apex"). Rows that the platform keeps itself for
 * owners and rules are not made; those that Apex inserts count.
 */
export function addShareObjects(schema: Schema): void {
  let custom = 0;
  const objects = schema.all().sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const object of objects) {
    if (object.sharingModel !== 'Private' && object.sharingModel !== 'Read') continue;
    if (object.kind === 'custom') schema.add(shareObject(object, keyPrefix('s', custom++)));
    const prefix = object.kind === 'standard' ? STANDARD[object.name] : undefined;
    if (prefix !== undefined && schema.object(`${object.name}Share`) === null) schema.add(shareObject(object, prefix));
  }
}

/** The names of a share's object, of the field of its record and of that of its level. */
export function shareNames(object: ObjectDefinition): { share: string; parent: string; level: string } {
  return object.kind === 'custom'
    ? { share: object.name.replace(/__c$/i, '__Share'), parent: 'ParentId', level: 'AccessLevel' }
    : { share: `${object.name}Share`, parent: `${object.name}Id`, level: `${object.name}AccessLevel` };
}

function shareObject(object: ObjectDefinition, prefix: string): ObjectDefinition {
  const names = shareNames(object);
  const id = { ...blankField('Id', 'Record ID', 'id'), length: 18, createable: false, updateable: false, system: true };
  const reference = (name: string, to: string[], relationship: string): FieldDefinition => ({
    ...blankField(name, name, 'reference'),
    length: 18,
    nillable: false,
    updateable: false,
    referenceTo: to,
    relationshipName: relationship,
    deleteConstraint: 'Cascade',
  });
  const level: FieldDefinition = {
    ...blankField(names.level, 'Access Level', 'picklist'),
    length: 40,
    nillable: false,
    restrictedPicklist: true,
    picklistValues: picklistValues(['Read', 'Edit', 'All']),
  };
  const cause: FieldDefinition = {
    ...blankField('RowCause', 'Row Cause', 'picklist'),
    length: 40,
    updateable: false,
    picklistValues: picklistValues(['Manual', 'Owner', 'Rule', 'Team'], 'Manual'),
  };
  const fields = [
    { ...id, nillable: false, idLookup: true },
    reference(names.parent, [object.name], object.kind === 'custom' ? 'Parent' : object.name),
    level,
    reference('UserOrGroupId', ['Group', 'User'], 'UserOrGroup'),
    cause,
    ...systemFields({ audit: 'modstamp', recycleBin: true }),
  ].map((field) => ({ ...field, alwaysVisible: true }));
  object.childRelationships.push({
    childObject: names.share,
    field: names.parent,
    relationshipName: 'Shares',
    cascadeDelete: true,
  });
  return {
    name: names.share,
    label: `${object.label} Share`,
    labelPlural: `${object.label} Share`,
    keyPrefix: prefix,
    kind: 'standard',
    setup: false,
    createable: true,
    updateable: true,
    deletable: true,
    queryable: true,
    sharingModel: 'ReadWrite',
    fields: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
    childRelationships: [],
    validationRules: [],
  };
}
