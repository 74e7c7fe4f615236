import { NotModelledError } from '../errors.ts';
import { filterOf, lookupFilter } from './filter.ts';
import type { FieldDefinition, FieldType, PicklistValue } from './definition.ts';
import type { XmlElement } from './xml.ts';

/** Values of the global value sets by lower-case name, for picklists that refer to one. */
export type ValueSets = ReadonlyMap<string, { values: PicklistValue[] }>;

const TYPES: Record<string, FieldType> = {
  Text: 'string',
  TextArea: 'textarea',
  LongTextArea: 'textarea',
  Html: 'textarea',
  Email: 'email',
  Phone: 'phone',
  Url: 'url',
  Checkbox: 'boolean',
  Number: 'double',
  Currency: 'currency',
  Percent: 'percent',
  Date: 'date',
  DateTime: 'datetime',
  Time: 'time',
  Picklist: 'picklist',
  MultiselectPicklist: 'multipicklist',
  Lookup: 'reference',
  MasterDetail: 'reference',
  MetadataRelationship: 'reference',
  AutoNumber: 'string',
  Summary: 'double',
};

const FIXED_LENGTH: Record<string, number> = {
  TextArea: 255,
  Email: 80,
  Phone: 40,
  Url: 255,
  Picklist: 255,
  MultiselectPicklist: 4099,
  Lookup: 18,
  MasterDetail: 18,
  MetadataRelationship: 18,
  AutoNumber: 30,
};

/** Everything false and empty: what the readers of field metadata start from. */
export function blankField(name: string, label: string, type: FieldType): FieldDefinition {
  return {
    name,
    label,
    type,
    custom: false,
    length: 0,
    precision: 0,
    scale: 0,
    nillable: true,
    createable: true,
    updateable: true,
    filterable: true,
    sortable: true,
    unique: false,
    caseSensitive: false,
    externalId: false,
    idLookup: false,
    nameField: false,
    autoNumber: false,
    displayFormat: null,
    htmlFormatted: false,
    restrictedPicklist: false,
    picklistValues: [],
    referenceTo: [],
    relationshipName: null,
    deleteConstraint: null,
    masterDetail: false,
    formula: null,
    defaultFormula: null,
    inlineHelpText: null,
    system: false,
    alwaysVisible: false,
  };
}

/** Active values that are their own labels. */
export function picklistValues(values: readonly string[], chosen: string | null = null): PicklistValue[] {
  return values.map((value) => ({ value, label: value, active: true, isDefault: value === chosen }));
}

/** Reads a CustomField. @throws NotModelledError @throws CompileError */
export function customField(xml: XmlElement, objectName: string, valueSets: ValueSets): FieldDefinition {
  const name = xml.required('fullName');
  const metadataType = xml.required('type');
  const type = TYPES[metadataType];
  if (type === undefined) throw new NotModelledError(`field type ${metadataType}`, xml.file);
  const field = blankField(name, xml.text('label') ?? name, type);
  field.custom = true;
  const summary = metadataType === 'Summary';
  const numeric = !summary && (type === 'double' || type === 'currency' || type === 'percent');
  field.length = numeric ? 0 : (FIXED_LENGTH[metadataType] ?? xml.number('length') ?? 0);
  xml.ignore('length');
  if (numeric) {
    field.precision = Number(xml.required('precision'));
    field.scale = Number(xml.required('scale'));
  }
  const long = metadataType === 'LongTextArea' || metadataType === 'Html';
  field.filterable = !long;
  field.sortable = !long && type !== 'multipicklist';
  field.htmlFormatted = metadataType === 'Html';
  field.unique = xml.flag('unique');
  field.caseSensitive = xml.flag('caseSensitive');
  field.externalId = xml.flag('externalId');
  field.idLookup = field.externalId || field.unique;
  field.inlineHelpText = xml.text('inlineHelpText');
  field.defaultFormula = xml.text('defaultValue') ?? (type === 'boolean' ? 'false' : null);
  field.nillable = !(xml.flag('required') || type === 'boolean' || metadataType === 'MasterDetail');
  readPicklist(xml, field, valueSets);
  readReference(xml, field, metadataType, objectName);
  readCalculated(xml, field, metadataType);
  // Salesforce allows no field-level security on fields that every save needs.
  field.alwaysVisible = (!field.nillable && type !== 'boolean') || metadataType === 'MasterDetail';
  xml.ignore('description', 'visibleLines', 'trackHistory', 'trackTrending', 'trackFeedHistory', 'fieldManageability');
  xml.ignore('securityClassification', 'complianceGroup', 'businessStatus', 'businessOwnerGroup', 'businessOwnerUser');
  xml.ignore('precision', 'scale');
  const filter = xml.one('lookupFilter');
  const enforced = filter === null ? null : lookupFilter(filter);
  if (enforced !== null) field.lookupFilter = enforced;
  if (summary) readSummary(xml, field);
  xml.ignore(
    'isFilteringDisabled',
    'isAIPredictionField',
    'populateExistingRows',
    'stripMarkup',
    'maskChar',
    'maskType',
  );
  xml.refuse('CustomField', 'encryptionScheme', 'isNameField');
  xml.close('CustomField');
  return field;
}

function readPicklist(xml: XmlElement, field: FieldDefinition, valueSets: ValueSets): void {
  const valueSet = xml.one('valueSet');
  if (valueSet === null) {
    if (field.type === 'picklist' || field.type === 'multipicklist')
      throw xml.fault(`Picklist ${field.name} has no valueSet`);
    return;
  }
  const controller = valueSet.text('controllingField');
  if (controller !== null) field.controllerName = controller;
  valueSet.ignore('valueSettings');
  field.restrictedPicklist = valueSet.flag('restricted');
  const shared = valueSet.text('valueSetName');
  const own = valueSet.one('valueSetDefinition');
  if (shared !== null) {
    const set = valueSets.get(shared.toLowerCase());
    if (set === undefined) throw new NotModelledError(`value set ${shared}, which the source does not hold`, xml.file);
    field.picklistValues = set.values;
    field.restrictedPicklist = true;
  } else if (own !== null) {
    own.ignore('sorted');
    field.picklistValues = own.all('value').map(picklistValue);
    own.close('ValueSetDefinition');
  } else {
    throw xml.fault(`Picklist ${field.name} has neither valueSetDefinition nor valueSetName`);
  }
  valueSet.close('ValueSet');
}

/** `Child__c.Amount__c` -> its two names. */
function childField(xml: XmlElement, element: string): [string, string] {
  const [object = '', field = ''] = xml.required(element).split('.');
  return [object, field];
}

/** Metadata API Developer Guide, "CustomField": summaryForeignKey, summarizedField, summaryOperation. */
function readSummary(xml: XmlElement, field: FieldDefinition): void {
  const operation = xml.required('summaryOperation');
  if (operation !== 'count' && operation !== 'sum' && operation !== 'min' && operation !== 'max') {
    throw xml.fault(`summaryOperation ${operation}`);
  }
  const [childObject, foreignKey] = childField(xml, 'summaryForeignKey');
  const summarized = operation === 'count' ? null : childField(xml, 'summarizedField')[1];
  field.summary = {
    operation,
    childObject,
    childField: foreignKey,
    summarizedField: summarized,
    filter: filterOf(xml.all('summaryFilterItems'), null),
  };
  xml.ignore('summarizedField');
  field.precision = 18;
  field.createable = field.updateable = false;
}

/** Reads a CustomValue. */
export function picklistValue(xml: XmlElement): PicklistValue {
  const value = {
    value: xml.required('fullName'),
    label: xml.text('label') ?? xml.required('fullName'),
    active: xml.text('isActive') !== 'false',
    isDefault: xml.flag('default'),
  };
  xml.ignore('color', 'description');
  xml.close('CustomValue');
  return value;
}

function readReference(xml: XmlElement, field: FieldDefinition, metadataType: string, objectName: string): void {
  const constraint = xml.text('deleteConstraint');
  xml.ignore('referenceTo', 'relationshipName', 'relationshipLabel');
  if (field.type !== 'reference') return;
  const target = xml.required('referenceTo');
  if (target === 'EntityDefinition' || target === 'FieldDefinition' || target === 'EntityParticle') {
    throw new NotModelledError(`MetadataRelationship to ${target}`, xml.file);
  }
  field.referenceTo = [target];
  // The metadata names the parent's list of children; the way up is always the field's own name with __r.
  field.relationshipName = field.name.replace(/__c$/, '__r');
  field.masterDetail = metadataType === 'MasterDetail';
  xml.ignore('reparentableMasterDetail', 'writeRequiresMasterRead', 'relationshipOrder');
  if (metadataType === 'MasterDetail') {
    field.deleteConstraint = 'Cascade';
    field.updateable = xml.flag('reparentableMasterDetail');
  } else if (metadataType === 'MetadataRelationship') {
    if (!objectName.endsWith('__mdt')) throw xml.fault('MetadataRelationship is only for custom metadata types');
    field.deleteConstraint = 'Restrict';
  } else {
    if (constraint !== null && constraint !== 'SetNull' && constraint !== 'Restrict' && constraint !== 'Cascade') {
      throw xml.fault(`deleteConstraint ${constraint}`);
    }
    field.deleteConstraint = constraint ?? (field.nillable ? 'SetNull' : 'Restrict');
  }
}

function readCalculated(xml: XmlElement, field: FieldDefinition, metadataType: string): void {
  field.formula = xml.text('formula');
  field.displayFormat = xml.text('displayFormat');
  if (xml.text('formulaTreatBlanksAs') === 'BlankAsZero') field.blanksAsZero = true;
  field.autoNumber = metadataType === 'AutoNumber';
  if (field.autoNumber) {
    field.nillable = false;
    field.startingNumber = xml.number('startingNumber') ?? 1;
  }
  if (field.formula !== null || field.autoNumber) {
    field.createable = false;
    field.updateable = false;
  }
}
