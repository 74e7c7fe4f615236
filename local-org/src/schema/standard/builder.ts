import type { ChildRelationship, FieldDefinition, FieldType, ObjectDefinition, PicklistValue } from '../definition.ts';

/**
 * A standard object as a table. `fields` has one field a line: `Name | Label | type | options`.
 * Types: `string 80`, `textarea 32000`, `email`, `phone`, `url 255`, `boolean`, `int 8`, `double 18,2`, `currency 18,0`,
 * `percent 3,0`, `date`, `datetime`, `base64`, `picklist 255: A; *B; C` (`*` marks the default), `reference Account,User`,
 * `compound address: Street, City`.
 * Options: `required`, `readonly`, `createonly`, `unique`, `externalid`, `idlookup`, `name`, `restricted`, `nofilter`,
 * `nosort`, `casesensitive`, `rel=Account`, `children=Contacts`, `cascade`, `restrict`, `number=CS-{0000}`, `of=First,Last`
 * (the field is put together from these), `default=…` and `formula=…` (these two last, to the end of the line).
 */
export interface ObjectTable {
  name: string;
  label: string;
  plural: string;
  prefix: string;
  fields: string;
  /** standard audit and system fields to add; all but Id are left out where false */
  audit?: 'full' | 'modstamp' | 'created' | 'none';
  /** IsDeleted; default true for `full` audit */
  recycleBin?: boolean;
  /** the types that may own a record; absent: no OwnerId */
  owner?: 'User' | 'Group,User';
  /** LastViewedDate, LastReferencedDate, and LastActivityDate for `activity` */
  recent?: 'viewed' | 'activity';
  setup?: boolean;
  sharing?: ObjectDefinition['sharingModel'];
  /** the records cannot be written through the API at all */
  readOnly?: boolean;
}

const TYPE_LENGTH: Partial<Record<FieldType, number>> = { email: 80, phone: 40, id: 18, reference: 18 };

/** Reads one line of an object table. */
export function standardField(line: string): FieldDefinition {
  const [name = '', label = '', typeText = '', ...rest] = line.split('|').map((part) => part.trim());
  const options = parseOptions(rest.join('|'));
  const { type, size, list } = parseTypeText(typeText);
  const numeric = type === 'int' || type === 'double' || type === 'currency' || type === 'percent';
  const [first = 0, second = 0] = size.split(',').map(Number);
  const has = (option: string): boolean => options.has(option);
  const compound = type === 'address' || has('of');
  const calculated = has('formula') || has('number');
  const readonly = has('readonly') || compound || calculated;
  const field: FieldDefinition = {
    name,
    label,
    type,
    custom: false,
    length: numeric ? 0 : first || TYPE_LENGTH[type] || 0,
    precision: numeric && type !== 'int' ? first : 0,
    scale: numeric ? second : 0,
    nillable: !(has('required') || type === 'boolean' || has('number')),
    createable: !readonly,
    updateable: !readonly && !has('createonly'),
    filterable: !has('nofilter') && type !== 'base64' && !(type === 'textarea' && first > 255),
    sortable: !has('nofilter') && !has('nosort') && type !== 'base64' && !(type === 'textarea' && first > 255),
    unique: has('unique'),
    caseSensitive: has('casesensitive'),
    externalId: has('externalid'),
    idLookup: has('idlookup') || has('externalid'),
    nameField: has('name'),
    autoNumber: has('number'),
    displayFormat: options.get('number') ?? null,
    htmlFormatted: false,
    restrictedPicklist: has('restricted'),
    picklistValues: type === 'picklist' || type === 'multipicklist' || type === 'combobox' ? picklist(list) : [],
    referenceTo: type === 'reference' ? list : [],
    relationshipName: type === 'reference' ? (options.get('rel') ?? null) : null,
    deleteConstraint:
      type !== 'reference' ? null : has('cascade') ? 'Cascade' : has('restrict') ? 'Restrict' : 'SetNull',
    masterDetail: false,
    formula: options.get('formula') ?? null,
    defaultFormula: options.get('default') ?? (type === 'boolean' && !has('formula') ? 'false' : null),
    inlineHelpText: null,
    system: has('system'),
    alwaysVisible: has('required') || has('always') || has('name') || has('system'),
  };
  const parts = type === 'address' ? list : options.get('of')?.split(',');
  if (parts !== undefined) field.compoundOf = parts;
  return field;
}

function parseOptions(text: string): Map<string, string> {
  const options = new Map<string, string>();
  const tail = /\b(default|formula)=(.*)$/.exec(text);
  if (tail?.[1] !== undefined && tail[2] !== undefined) {
    options.set(tail[1], tail[2].trim());
    text = text.slice(0, tail.index);
  }
  for (const word of text.split(/\s+/).filter((w) => w !== '')) {
    const at = word.indexOf('=');
    if (at < 0) options.set(word, '');
    else options.set(word.slice(0, at), word.slice(at + 1));
  }
  return options;
}

function parseTypeText(text: string): { type: FieldType; size: string; list: string[] } {
  const match = /^(?:compound )?([a-zA-Z0-9]+)\s*([\d,]*)\s*:?\s*(.*)$/.exec(text);
  if (match?.[1] === undefined) throw new Error(`Bad type in a standard object table: "${text}"`);
  const type = match[1] as FieldType;
  const separator = type === 'reference' || type === 'address' ? ',' : ';';
  const list = (match[3] ?? '')
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return { type, size: match[2] ?? '', list };
}

function picklist(values: string[]): PicklistValue[] {
  return values.map((text) => {
    const isDefault = text.startsWith('*');
    const value = isDefault ? text.slice(1) : text;
    return { value, label: value, active: true, isDefault };
  });
}

const AUDIT_FULL = `
  CreatedDate | Created Date | datetime | readonly required system
  CreatedById | Created By ID | reference User | readonly required system rel=CreatedBy restrict
  LastModifiedDate | Last Modified Date | datetime | readonly required system
  LastModifiedById | Last Modified By ID | reference User | readonly required system rel=LastModifiedBy restrict
  SystemModstamp | System Modstamp | datetime | readonly required system`;

/** The fields that the platform adds to an object, standard or custom, in the order of a describe. */
export function systemFields(
  options: Pick<ObjectTable, 'audit' | 'recycleBin' | 'owner' | 'recent'>,
): FieldDefinition[] {
  const audit = options.audit ?? 'full';
  const lines: string[] = [];
  if (options.recycleBin ?? audit === 'full') lines.push('IsDeleted | Deleted | boolean | readonly system');
  if (options.owner !== undefined) {
    lines.push(`OwnerId | Owner ID | reference ${options.owner} | required rel=Owner restrict`);
  }
  if (audit === 'full') lines.push(...linesOf(AUDIT_FULL));
  if (audit === 'created') lines.push(...linesOf(AUDIT_FULL).slice(0, 2));
  if (audit === 'modstamp') lines.push(...linesOf(AUDIT_FULL).slice(-1));
  if (options.recent === 'activity') lines.push('LastActivityDate | Last Activity | date | readonly system');
  if (options.recent !== undefined) {
    lines.push('LastViewedDate | Last Viewed Date | datetime | readonly system');
    lines.push('LastReferencedDate | Last Referenced Date | datetime | readonly system');
  }
  return lines.map(standardField);
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Makes the definition of a standard object from its table; child relationships are added by `linkChildren`. */
export function standardObject(table: ObjectTable): ObjectDefinition {
  const id = standardField(`Id | ${table.label} ID | id | readonly required system idlookup`);
  const own = linesOf(table.fields);
  const fields = [id, ...own.map(standardField), ...systemFields(table)];
  return {
    name: table.name,
    label: table.label,
    labelPlural: table.plural,
    keyPrefix: table.prefix,
    kind: 'standard',
    setup: table.setup ?? false,
    createable: table.readOnly !== true,
    updateable: table.readOnly !== true,
    deletable: table.readOnly !== true,
    queryable: true,
    sharingModel: table.sharing ?? 'ReadWrite',
    fields: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
    childRelationships: [],
    validationRules: [],
  };
}

/** The child relationships that the tables name by `children=`; those to CreatedBy and the like have no name, as in Salesforce. */
export function linkChildren(tables: readonly ObjectTable[], objects: readonly ObjectDefinition[]): void {
  const byName = new Map(objects.map((object) => [object.name, object]));
  for (const table of tables) {
    const names = new Map(
      linesOf(table.fields).map((line) => [line.split('|')[0]?.trim(), parseOptions(line).get('children')]),
    );
    for (const field of byName.get(table.name)?.fields.values() ?? []) {
      for (const parent of field.referenceTo) {
        const child: ChildRelationship = {
          childObject: table.name,
          field: field.name,
          relationshipName: names.get(field.name) ?? null,
          cascadeDelete: field.deleteConstraint === 'Cascade',
        };
        byName.get(parent)?.childRelationships.push(child);
      }
    }
  }
}
