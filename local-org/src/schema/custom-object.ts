import { NotModelledError } from '../errors.ts';
import { blankField } from './custom-field.ts';
import type { FieldDefinition, ObjectDefinition, ValidationRule } from './definition.ts';
import { systemFields } from './standard/builder.ts';
import type { XmlElement } from './xml.ts';

/** Elements of CustomObject that change how the object looks or is searched, not what its records may hold. */
const LOOKS = [
  'description',
  'deploymentStatus',
  'enableActivities',
  'enableBulkApi',
  'enableEnhancedLookup',
  'enableFeeds',
  'enableHistory',
  'enableLicensing',
  'enableReports',
  'enableSearch',
  'enableSharing',
  'enableStreamingApi',
  'allowInChatterGroups',
  'compactLayoutAssignment',
  'searchLayouts',
  'actionOverrides',
  'listViews',
  'compactLayouts',
  'webLinks',
  'fieldSets',
  'startsWith',
  'gender',
  'externalSharingModel',
  'enableChangeDataCapture',
  'historyRetentionPolicy',
  'businessProcesses',
  'sharingReasons',
  'indexes',
  'recordTypeTrackHistory',
  'recordTypeTrackFeedHistory',
  'enableDivisions',
  'articleTypeChannelDisplay',
  'customHelp',
  'customHelpPage',
  'profileSearchLayouts',
];

/** Elements of CustomObject that are read elsewhere: the flat, not decomposed form of a source folder. */
const PARTS = ['fields', 'validationRules', 'recordTypes'];

/** `a00`, `a01` … for custom objects, `m00` … for custom metadata types: the n-th of its letter. */
export function keyPrefix(letter: string, n: number): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  return letter + digits.charAt(Math.floor(n / 62)) + digits.charAt(n % 62);
}

/** Reads the CustomObject of a custom object or custom metadata type. Fields and rules are added by the caller. */
export function customObject(xml: XmlElement, name: string, prefix: string): ObjectDefinition {
  const object: ObjectDefinition = {
    name,
    label: xml.required('label'),
    labelPlural: xml.text('pluralLabel') ?? xml.required('label'),
    keyPrefix: prefix,
    kind: 'custom',
    setup: false,
    createable: true,
    updateable: true,
    deletable: true,
    queryable: true,
    sharingModel: 'ReadWrite',
    fields: new Map(),
    childRelationships: [],
    validationRules: [],
  };
  const setting = xml.text('customSettingsType');
  if (setting === 'Hierarchy' || setting === 'List') {
    object.kind = 'customSetting';
    object.settingType = setting;
    xml.ignore('visibility', 'nameField', 'sharingModel');
    for (const field of customSettingFields(setting)) object.fields.set(field.name.toLowerCase(), field);
  } else if (name.endsWith('__e')) {
    object.kind = 'platformEvent';
    object.queryable = object.updateable = object.deletable = false;
    object.publishImmediately = xml.text('publishBehavior') === 'PublishImmediately';
    xml.ignore('eventType', 'visibility', 'sharingModel');
    for (const field of eventFields()) object.fields.set(field.name.toLowerCase(), field);
  } else if (name.endsWith('__mdt')) {
    object.kind = 'customMetadata';
    object.createable = object.updateable = object.deletable = false;
    xml.ignore('visibility');
    for (const field of customMetadataFields(object.label)) object.fields.set(field.name.toLowerCase(), field);
  } else if (name.endsWith('__c')) {
    xml.ignore('visibility');
    object.sharingModel = sharingModel(xml);
    const owner = object.sharingModel === 'ControlledByParent' ? {} : ({ owner: 'Group,User' } as const);
    const fields = [{ ...RECORD_ID }, nameField(xml), ...systemFields(owner)];
    for (const field of fields) object.fields.set(field.name.toLowerCase(), field);
  } else {
    throw new NotModelledError(`object ${name}`, xml.file);
  }
  closeObject(xml);
  return object;
}

/** A standard object's file in a source folder may only say how the object looks. */
export function checkStandardObject(xml: XmlElement, object: ObjectDefinition): void {
  xml.ignore('label', 'pluralLabel', 'nameField');
  if (xml.text('sharingModel') !== null) object.sharingModel = sharingModel(xml);
  closeObject(xml);
}

function closeObject(xml: XmlElement): void {
  xml.ignore(...LOOKS, ...PARTS);
  xml.refuse('CustomObject', 'sharingRecalculations', 'enableEncryption');
  xml.close('CustomObject');
}

function sharingModel(xml: XmlElement): ObjectDefinition['sharingModel'] {
  const model = xml.text('sharingModel');
  switch (model) {
    case null:
    case 'ReadWrite':
    case 'ReadWriteTransfer':
      return 'ReadWrite';
    case 'Read':
    case 'Private':
    case 'ControlledByParent':
      return model;
    default:
      throw new NotModelledError(`sharing model ${model}`, xml.file);
  }
}

/** A text Name left empty becomes the record's Id, which is why it is not required through the API. */
function nameField(xml: XmlElement): FieldDefinition {
  const name = xml.one('nameField');
  if (name === null) throw xml.fault('Required field is missing: nameField');
  const field = blankField('Name', name.text('label') ?? 'Name', 'string');
  field.nameField = true;
  field.idLookup = true;
  field.alwaysVisible = true;
  field.length = 80;
  if (name.required('type') === 'AutoNumber') {
    field.autoNumber = true;
    field.displayFormat = name.text('displayFormat') ?? '{0}';
    field.startingNumber = name.number('startingNumber') ?? 1;
    field.length = 30;
    field.nillable = field.createable = field.updateable = false;
  } else if (name.required('type') !== 'Text') {
    throw new NotModelledError(`name field of type ${name.required('type')}`, xml.file);
  }
  name.ignore('displayFormat', 'trackHistory', 'trackFeedHistory');
  name.close('CustomField');
  return field;
}

const RECORD_ID: FieldDefinition = {
  ...blankField('Id', 'Record ID', 'id'),
  length: 18,
  nillable: false,
  createable: false,
  updateable: false,
  idLookup: true,
  system: true,
  alwaysVisible: true,
};

/** Object Reference, "Custom Settings": no owner; a hierarchy setting belongs to the organisation, a profile or a user. */
function customSettingFields(type: 'Hierarchy' | 'List'): FieldDefinition[] {
  const name = { ...blankField('Name', 'Name', 'string'), length: 38, nameField: true, idLookup: true };
  const setupOwner: FieldDefinition = {
    ...blankField('SetupOwnerId', 'Location', 'reference'),
    length: 18,
    nillable: false,
    updateable: false,
    unique: true,
    referenceTo: ['Organization', 'Profile', 'User'],
    relationshipName: 'SetupOwner',
    deleteConstraint: 'Cascade',
  };
  const own = [{ ...name, nillable: type === 'Hierarchy' }, ...(type === 'Hierarchy' ? [setupOwner] : [])];
  return [{ ...RECORD_ID }, ...own.map((field) => ({ ...field, alwaysVisible: true })), ...systemFields({})];
}

/** Platform Events Developer Guide, "Platform Event Fields". */
function eventFields(): FieldDefinition[] {
  const readOnly = { createable: false, updateable: false, system: true, alwaysVisible: true };
  return [
    { ...blankField('ReplayId', 'Replay ID', 'string'), length: 1000, ...readOnly },
    { ...blankField('EventUuid', 'Event UUID', 'string'), length: 36, ...readOnly },
    ...systemFields({ audit: 'created', recycleBin: false }),
  ];
}

/** Object Reference, "Custom Metadata Types". */
function customMetadataFields(label: string): FieldDefinition[] {
  const text = (name: string, title: string, length: number, nillable: boolean): FieldDefinition => ({
    ...blankField(name, title, 'string'),
    length,
    nillable,
    createable: false,
    updateable: false,
    alwaysVisible: true,
  });
  return [
    { ...text('Id', 'Custom Metadata ID', 18, false), type: 'id', idLookup: true, system: true },
    text('DeveloperName', 'Custom Metadata Record Name', 40, false),
    { ...text('MasterLabel', 'Label', 40, false), nameField: true },
    { ...text('Label', label, 40, false) },
    text('Language', 'Master Language', 40, false),
    text('NamespacePrefix', 'Namespace Prefix', 15, true),
    text('QualifiedApiName', 'Qualified API Name', 70, true),
    { ...text('SystemModstamp', 'System Modstamp', 0, false), type: 'datetime', system: true },
  ];
}

/** Reads a ValidationRule. */
export function validationRule(xml: XmlElement): ValidationRule {
  const rule = {
    name: xml.required('fullName'),
    active: xml.required('active') === 'true',
    formula: xml.required('errorConditionFormula'),
    message: xml.required('errorMessage'),
    errorDisplayField: xml.text('errorDisplayField'),
  };
  xml.ignore('description');
  xml.refuse('ValidationRule', 'shouldEvaluateOnClient');
  xml.close('ValidationRule');
  return rule;
}
