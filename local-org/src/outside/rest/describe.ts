import type { FieldDefinition, FieldType, ObjectDefinition } from '../../schema/definition.ts';
import type { Permissions } from '../../security/permissions.ts';

const SOAP_TYPES: Partial<Record<FieldType, string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
  base64: 'xsd:base64Binary',
  address: 'urn:address',
  location: 'urn:location',
  anyType: 'xsd:anyType',
};

const NUMBERS: readonly FieldType[] = ['int', 'double', 'currency', 'percent'];
const NOT_GROUPABLE: readonly FieldType[] = [
  'datetime',
  'time',
  'double',
  'currency',
  'percent',
  'base64',
  'address',
  'multipicklist',
  'encryptedstring',
];

/** The short form of `sobjects`. */
export function describeGlobalEntry(
  object: ObjectDefinition,
  permissions: Permissions,
  base: string,
): Record<string, unknown> {
  const access = permissions.object(object.name);
  const url = `${base}/sobjects/${object.name}`;
  const metadata = object.kind === 'customMetadata';
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: object.createable && access.create && !metadata,
    custom: object.kind !== 'standard',
    customSetting: object.kind === 'customSetting',
    deepCloneable: false,
    deletable: object.deletable && access.delete && !metadata,
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: object.keyPrefix === '' ? null : object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    layoutable: object.kind === 'standard' || object.kind === 'custom',
    mergeable: ['Account', 'Contact', 'Lead', 'Case'].includes(object.name),
    mruEnabled: object.kind === 'custom' || !object.setup,
    name: object.name,
    queryable: object.queryable,
    replicateable: object.kind !== 'customMetadata',
    retrieveable: true,
    searchable: !object.setup && !metadata,
    triggerable: !metadata && !object.setup,
    undeletable: object.deletable && access.delete && object.fields.has('isdeleted'),
    updateable: object.updateable && access.edit && !metadata,
    urls: { sobject: url, describe: `${url}/describe`, rowTemplate: `${url}/{ID}` },
  };
}

/** The whole describe of an object: only the fields that the user may see, with what the user may do. */
export function describeObject(
  object: ObjectDefinition,
  permissions: Permissions,
  base: string,
): Record<string, unknown> {
  const fields = [...object.fields.values()].filter((field) => permissions.field(object.name, field.name).read);
  return {
    actionOverrides: [],
    ...describeGlobalEntry(object, permissions, base),
    childRelationships: object.childRelationships.map((child) => ({
      cascadeDelete: child.cascadeDelete,
      childSObject: child.childObject,
      deprecatedAndHidden: false,
      field: child.field,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      relationshipName: child.relationshipName,
      restrictedDelete: false,
    })),
    compactLayoutable: object.kind === 'standard' || object.kind === 'custom',
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    fields: fields.map((field) => describeField(object, field, permissions)),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: [
      {
        active: true,
        available: true,
        defaultRecordTypeMapping: true,
        developerName: 'Master',
        master: true,
        name: 'Master',
        recordTypeId: '012000000000000AAA',
        urls: {},
      },
    ],
    searchLayoutable: !object.setup,
    sobjectDescribeOption: 'FULL',
    supportedScopes: [
      { label: `All ${object.labelPlural.toLowerCase()}`, name: 'everything' },
      { label: `My ${object.labelPlural.toLowerCase()}`, name: 'mine' },
    ],
  };
}

function describeField(
  object: ObjectDefinition,
  field: FieldDefinition,
  permissions: Permissions,
): Record<string, unknown> {
  const access = permissions.field(object.name, field.name);
  const number = NUMBERS.includes(field.type);
  const long = field.type === 'textarea' && field.length > 255;
  const picklistDefault = field.picklistValues.find((value) => value.isDefault)?.value ?? null;
  const compound = [...object.fields.values()].find((other) => other.compoundOf?.includes(field.name));
  // Salesforce does not call the calculated standard fields (IsClosed …) calculated
  const calculated = field.custom && field.formula !== null;
  return {
    aggregatable: !long && field.type !== 'boolean' && field.type !== 'base64' && field.type !== 'address',
    aiPredictionField: false,
    autoNumber: field.autoNumber,
    byteLength:
      number || field.type === 'boolean'
        ? 0
        : field.length * (field.type === 'id' || field.type === 'reference' ? 1 : 3),
    calculated,
    calculatedFormula: calculated ? field.formula : null,
    cascadeDelete: field.deleteConstraint === 'Cascade',
    caseSensitive: field.caseSensitive,
    compoundFieldName: compound?.name ?? null,
    controllerName: null,
    createable: field.createable && access.edit,
    custom: field.custom,
    defaultValue: field.type === 'boolean' ? field.defaultFormula?.toLowerCase() === 'true' : picklistDefault,
    defaultValueFormula: field.custom && field.type !== 'boolean' ? field.defaultFormula : null,
    defaultedOnCreate:
      field.system ||
      field.type === 'boolean' ||
      picklistDefault !== null ||
      field.defaultFormula !== null ||
      field.name === 'OwnerId',
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: field.type === 'int' ? 9 : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.externalId,
    extraTypeInfo: field.type === 'textarea' ? (field.htmlFormatted ? 'richtextarea' : 'plaintextarea') : null,
    filterable: field.filterable,
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: calculated && field.blanksAsZero === true,
    groupable: field.filterable && !long && !NOT_GROUPABLE.includes(field.type) && field.formula === null,
    highScaleNumber: false,
    htmlFormatted: field.htmlFormatted,
    idLookup: field.idLookup,
    inlineHelpText: field.inlineHelpText,
    label: field.label,
    length: field.length,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: field.nameField,
    namePointing: field.referenceTo.length > 1,
    nillable: field.nillable,
    // an address has one permission, its parts have none; the parts of a person's name are always visible
    permissionable:
      !field.alwaysVisible && (field.compoundOf === undefined ? compound === undefined : field.type === 'address'),
    picklistValues: field.picklistValues.map((value) => ({
      active: value.active,
      defaultValue: value.isDefault,
      label: value.label,
      validFor: null,
      value: value.value,
    })),
    polymorphicForeignKey: field.referenceTo.length > 1,
    precision: field.precision,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    relationshipOrder: field.masterDetail ? 0 : null,
    restrictedDelete: field.deleteConstraint === 'Restrict' && field.custom,
    restrictedPicklist: field.restrictedPicklist,
    scale: field.scale,
    searchPrefilterable: field.type === 'reference',
    soapType: SOAP_TYPES[field.type] ?? 'xsd:string',
    sortable: field.sortable,
    type: field.type,
    unique: field.unique,
    updateable: field.updateable && access.edit,
    writeRequiresMasterRead: false,
  };
}
