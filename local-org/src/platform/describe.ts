import type { Execution } from '../execution/execution.ts';
import type { FieldDefinition, FieldType, ObjectDefinition, PicklistValue } from '../schema/definition.ts';
import { apexType } from '../types/type.ts';
import { enumConstant } from '../values/enums.ts';
import { ApexId, ApexList, PlatformObject, SObjectValue } from '../values/value.ts';
import type { EnumValue, Value } from '../values/value.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { fieldSetClasses } from './field-set.ts';
import { listOf, readOnly } from './native.ts';
import { recordTypeInfoClass, recordTypeMembers } from './record-type.ts';
import { platformClass, platformEnum } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';
import {
  DESCRIBE_SOBJECT,
  DescribeMap,
  describeField,
  describeSObject,
  permissions,
  SOBJECT_FIELD,
  SOBJECT_TYPE,
  sobjectFieldToken,
  sobjectTypeToken,
} from './tokens.ts';
import type { FieldToken, ObjectToken } from './tokens.ts';

/** The Schema namespace (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_namespace_Schema.htm). */

const DISPLAY_TYPES =
  'ADDRESS ANYTYPE BASE64 BOOLEAN COMBOBOX COMPLEXVALUE CURRENCY DATACATEGORYGROUPREFERENCE DATE DATETIME DOUBLE EMAIL ' +
  'ENCRYPTEDSTRING ID INTEGER JSON LOCATION LONG MULTIPICKLIST PERCENT PHONE PICKLIST REFERENCE SOBJECT STRING TEXTAREA TIME URL';
const SOAP_TYPES = 'ADDRESS ANYTYPE BASE64BINARY BOOLEAN DATE DATETIME DOUBLE ID INTEGER LOCATION STRING TIME';

const displayType = platformEnum('Schema.DisplayType', DISPLAY_TYPES.split(' '));
const soapType = platformEnum('Schema.SoapType', SOAP_TYPES.split(' '));

function constant(enumName: string, name: string): EnumValue {
  const value = enumConstant(apexType(enumName), name);
  if (value === null) throw new Error(`No ${enumName}.${name}`);
  return value;
}

const SOAP_OF: Readonly<Partial<Record<FieldType, string>>> = {
  id: 'ID',
  reference: 'ID',
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  double: 'DOUBLE',
  currency: 'DOUBLE',
  percent: 'DOUBLE',
  date: 'DATE',
  datetime: 'DATETIME',
  time: 'TIME',
  base64: 'BASE64BINARY',
  address: 'ADDRESS',
  location: 'LOCATION',
  anyType: 'ANYTYPE',
};

/** Fields that GROUP BY refuses: long texts, files, compounds and numbers with decimals. */
const UNGROUPABLE: ReadonlySet<FieldType> = new Set<FieldType>([
  'base64',
  'multipicklist',
  'double',
  'currency',
  'percent',
  'datetime',
  'time',
  'encryptedstring',
  'address',
  'location',
]);

type O = PlatformObject<ObjectToken>;
type F = PlatformObject<FieldToken>;

/** The name without the namespace of the org's own package. */
function localName(x: Execution, name: string): string {
  const prefix = x.org.namespace === null ? null : `${x.org.namespace}__`;
  return prefix !== null && name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

const MERGEABLE: ReadonlySet<string> = new Set(['Account', 'Contact', 'Lead', 'Case']);
const SEARCHABLE: ReadonlySet<ObjectDefinition['kind']> = new Set(['standard', 'custom'] as const);

const objectGetters: Record<string, Native> = {
  'String getName()': (_x, self: O) => self.data.definition.name,
  'String getLocalName()': (x, self: O) => localName(x, self.data.definition.name),
  'String getLabel()': (_x, self: O) => self.data.definition.label,
  'String getLabelPlural()': (_x, self: O) => self.data.definition.labelPlural,
  'String getKeyPrefix()': (_x, self: O) => self.data.definition.keyPrefix || null,
  'Schema.SObjectType getSObjectType()': (_x, self: O) => sobjectTypeToken(self.data.definition),
  'Boolean isCustom()': (_x, self: O) => /__(c|mdt|e)$/i.test(self.data.definition.name),
  'Boolean isCustomSetting()': (_x, self: O) => self.data.definition.kind === 'customSetting',
  'Boolean isDeprecatedAndHidden()': () => false,
  'Boolean isAccessible()': (x, self: O) => permissions(x).object(self.data.definition.name).read,
  'Boolean isQueryable()': (x, self: O) =>
    self.data.definition.queryable && permissions(x).object(self.data.definition.name).read,
  'Boolean isCreateable()': (x, self: O) =>
    self.data.definition.createable && permissions(x).object(self.data.definition.name).create,
  'Boolean isUpdateable()': (x, self: O) =>
    self.data.definition.updateable && permissions(x).object(self.data.definition.name).edit,
  'Boolean isDeletable()': (x, self: O) =>
    self.data.definition.deletable && permissions(x).object(self.data.definition.name).delete,
  'Boolean isUndeletable()': (x, self: O) =>
    self.data.definition.deletable &&
    self.data.definition.fields.has('isdeleted') &&
    permissions(x).object(self.data.definition.name).delete,
  'Boolean isMergeable()': (x, self: O) =>
    MERGEABLE.has(self.data.definition.name) && permissions(x).object(self.data.definition.name).delete,
  'Boolean isMruEnabled()': (_x, self: O) => self.data.definition.fields.has('lastvieweddate'),
  'Boolean isSearchable()': (_x, self: O) => SEARCHABLE.has(self.data.definition.kind) && !self.data.definition.setup,
  'Boolean isFeedEnabled()': () => false,
  'Boolean getHasSubtypes()': () => false,
  'String getDefaultImplementation()': () => null,
  'String getImplementedBy()': () => null,
  'String getImplementsInterfaces()': () => null,
  'Boolean getIsInterface()': () => false,
  'String getAssociateEntityType()': () => null,
  'String getAssociateParentEntity()': () => null,
  'Schema.SObjectDescribeOptions getSObjectDescribeOption()': () => constant('Schema.SObjectDescribeOptions', 'FULL'),
  'List<Schema.ChildRelationship> getChildRelationships()': (_x, self: O) => {
    const type = apexType('Schema.ChildRelationship');
    return listOf(
      type,
      self.data.definition.childRelationships.map((relationship) => new PlatformObject(type, relationship)),
    );
  },
};

function defaultValue(field: FieldDefinition): Value {
  if (field.type === 'boolean') return field.defaultFormula?.toLowerCase() === 'true';
  const preset = field.picklistValues.find((entry) => entry.isDefault);
  return preset?.value ?? null;
}

function fieldAccess(x: Execution, self: F): { read: boolean; edit: boolean } {
  return permissions(x).field(self.data.definition.name, self.data.field.name);
}

function picklistEntries(field: FieldDefinition): ApexList {
  const type = apexType('Schema.PicklistEntry');
  const entries = field.picklistValues.filter((entry) => entry.active);
  return listOf(
    type,
    entries.map((entry) => new PlatformObject(type, entry)),
  );
}

/** Bytes of a text at three a character, as describe counts them. */
function byteLength(field: FieldDefinition): number {
  return field.type === 'id' || field.type === 'reference' ? 18 : field.length * 3;
}

const UNAGGREGATABLE: ReadonlySet<FieldType> = new Set<FieldType>(['base64', 'address', 'location', 'multipicklist']);

/** 0 for the first master-detail field of an object, 1 for the second; null for other fields. */
function relationshipOrder({ definition, field }: FieldToken): number | null {
  if (!field.masterDetail) return null;
  return [...definition.fields.values()].filter((other) => other.masterDetail).indexOf(field);
}

/** The compound field that a field is part of: `Name` of FirstName, `MailingAddress` of MailingCity. */
function compoundOf({ definition, field }: FieldToken): string | null {
  const compound = [...definition.fields.values()].find((other) => other.compoundOf?.includes(field.name) === true);
  return compound?.name ?? null;
}

/** @returns null for a lookup without a filter */
function filteredLookup(field: FieldDefinition): Value {
  if (field.lookupFilter === undefined) return null;
  return new PlatformObject(apexType('Schema.FilteredLookupInfo'), field.lookupFilter);
}

const fieldGetters: Record<string, Native> = {
  'String getName()': (_x, self: F) => self.data.field.name,
  'String getLocalName()': (x, self: F) => localName(x, self.data.field.name),
  'String getLabel()': (_x, self: F) => self.data.field.label,
  'Schema.DisplayType getType()': (_x, self: F) =>
    constant('Schema.DisplayType', self.data.field.type === 'int' ? 'INTEGER' : self.data.field.type),
  'Schema.SoapType getSOAPType()': (_x, self: F) =>
    constant('Schema.SoapType', SOAP_OF[self.data.field.type] ?? 'STRING'),
  'Integer getLength()': (_x, self: F) => self.data.field.length,
  'Integer getByteLength()': (_x, self: F) => byteLength(self.data.field),
  'Integer getDigits()': (_x, self: F) => (self.data.field.type === 'int' ? self.data.field.precision || 9 : 0),
  'Integer getPrecision()': (_x, self: F) => (self.data.field.type === 'int' ? 0 : self.data.field.precision),
  'Integer getScale()': (_x, self: F) => self.data.field.scale,
  'Object getDefaultValue()': (_x, self: F) => defaultValue(self.data.field),
  'String getDefaultValueFormula()': (_x, self: F) => self.data.field.defaultFormula,
  'String getCalculatedFormula()': (_x, self: F) => self.data.field.formula,
  'String getInlineHelpText()': (_x, self: F) => self.data.field.inlineHelpText,
  'String getRelationshipName()': (_x, self: F) => self.data.field.relationshipName,
  'List<Schema.PicklistEntry> getPicklistValues()': (_x, self: F) => picklistEntries(self.data.field),
  'List<Schema.SObjectType> getReferenceTo()': (x, self: F) => {
    const targets = self.data.field.referenceTo.map((name) => x.org.schema.object(name)).filter((d) => d !== null);
    return listOf(SOBJECT_TYPE, targets.map(sobjectTypeToken));
  },
  'Schema.SObjectField getSObjectField()': (_x, self: F) => sobjectFieldToken(self.data.definition, self.data.field),
  'Schema.SObjectType getSObjectType()': (_x, self: F) => sobjectTypeToken(self.data.definition),
  'Boolean isAccessible()': (x, self: F) => fieldAccess(x, self).read,
  'Boolean isCreateable()': (x, self: F) => {
    const { definition, field } = self.data;
    return field.createable && permissions(x).object(definition.name).create && fieldAccess(x, self).edit;
  },
  'Boolean isUpdateable()': (x, self: F) => {
    const { definition, field } = self.data;
    return field.updateable && permissions(x).object(definition.name).edit && fieldAccess(x, self).edit;
  },
  'Schema.SObjectField getController()': (_x, self: F) => {
    const { definition, field } = self.data;
    const controller = definition.fields.get(field.controllerName?.toLowerCase() ?? '');
    return controller === undefined ? null : sobjectFieldToken(definition, controller);
  },
  'String getReferenceTargetField()': () => null,
  'Integer getRelationshipOrder()': (_x, self: F) => relationshipOrder(self.data),
  'String getCompoundFieldName()': (_x, self: F) => compoundOf(self.data),
  'String getMask()': () => null,
  'String getMaskType()': () => null,
  'Schema.FilteredLookupInfo getFilteredLookupInfo()': (_x, self: F) => filteredLookup(self.data.field),
  'Boolean isAiPredictionField()': () => false,
  'Boolean isAggregatable()': (_x, self: F) => !UNAGGREGATABLE.has(self.data.field.type),
  'Boolean isDependentPicklist()': (_x, self: F) => self.data.field.controllerName !== undefined,
  'Boolean isDisplayLocationInDecimal()': () => false,
  'Boolean isFormulaTreatNullNumberAsZero()': (_x, self: F) => self.data.field.blanksAsZero === true,
  'Boolean isHighScaleNumber()': () => false,
  'Boolean isPolymorphicForeignKey()': (_x, self: F) => self.data.field.referenceTo.length > 1,
  'Boolean isQueryByDistance()': (_x, self: F) => self.data.field.type === 'location',
  'Boolean isSearchPrefilterable()': (_x, self: F) => self.data.field.type === 'reference',
  'Boolean isWriteRequiresMasterRead()': () => false,
  'Boolean isAutoNumber()': (_x, self: F) => self.data.field.autoNumber,
  'Boolean isCalculated()': (_x, self: F) => self.data.field.formula !== null,
  'Boolean isCascadeDelete()': (_x, self: F) => self.data.field.deleteConstraint === 'Cascade',
  'Boolean isCaseSensitive()': (_x, self: F) => self.data.field.caseSensitive,
  'Boolean isCustom()': (_x, self: F) => self.data.field.custom,
  'Boolean isDefaultedOnCreate()': (_x, self: F) => {
    const { field } = self.data;
    return (
      field.defaultFormula !== null || field.autoNumber || field.type === 'boolean' || (field.system && !field.nillable)
    );
  },
  'Boolean isDeprecatedAndHidden()': () => false,
  'Boolean isEncrypted()': (_x, self: F) => self.data.field.type === 'encryptedstring',
  'Boolean isExternalID()': (_x, self: F) => self.data.field.externalId,
  'Boolean isFilterable()': (_x, self: F) => self.data.field.filterable,
  'Boolean isGroupable()': (_x, self: F) =>
    !UNGROUPABLE.has(self.data.field.type) &&
    self.data.field.length <= 255 &&
    self.data.field.type !== 'textarea' &&
    self.data.field.formula === null,
  'Boolean isHtmlFormatted()': (_x, self: F) => self.data.field.htmlFormatted,
  'Boolean isIdLookup()': (_x, self: F) => self.data.field.idLookup,
  'Boolean isNameField()': (_x, self: F) => self.data.field.nameField,
  'Boolean isNamePointing()': (_x, self: F) => self.data.field.referenceTo.length > 1,
  'Boolean isNillable()': (_x, self: F) => self.data.field.nillable,
  'Boolean isPermissionable()': (_x, self: F) => !self.data.field.alwaysVisible && !self.data.field.system,
  'Boolean isRestrictedDelete()': (_x, self: F) => self.data.field.deleteConstraint === 'Restrict',
  'Boolean isRestrictedPicklist()': (_x, self: F) => self.data.field.restrictedPicklist,
  'Boolean isSortable()': (_x, self: F) => self.data.field.sortable,
  'Boolean isUnique()': (_x, self: F) => self.data.field.unique,
};

/** A new record of an object, with an Id where one is given. */
function newRecord(definition: ObjectDefinition, id: ApexId | null): SObjectValue {
  const record = new SObjectValue(definition);
  if (id !== null) record.values.set('id', id);
  return record;
}

type Relationship = PlatformObject<ObjectDefinition['childRelationships'][number]>;

function definitionOf(x: Execution, name: string): ObjectDefinition {
  const definition = x.org.schema.object(name);
  if (definition === null) throw new Error(`The schema names the object ${name} but has none`);
  return definition;
}

function described(x: Execution, names: ApexList): Value {
  const results = names.items.map((name) => {
    if (name === null) throw nullArgument(1);
    const definition = x.org.schema.object(name as string);
    if (definition !== null) return describeSObject(definition);
    throw apexException(
      'InvalidParameterValueException',
      `Invalid sobject provided. The Schema.describeSObject() methods does not support the ${name as string} sobject.`,
    );
  });
  return listOf(DESCRIBE_SOBJECT, results);
}

export const schemaClasses: PlatformClass[] = [
  displayType,
  soapType,
  recordTypeInfoClass,
  platformClass('Schema.SObjectType', {
    'Schema.DescribeSObjectResult getDescribe()': (_x, self: O) => describeSObject(self.data.definition),
    'Schema.DescribeSObjectResult getDescribe(Schema.SObjectDescribeOptions)': (_x, self: O) =>
      describeSObject(self.data.definition),
    'SObject newSObject()': (_x, self: O) => newRecord(self.data.definition, null),
    'SObject newSObject(Id)': (_x, self: O, id: ApexId | null) => newRecord(self.data.definition, id),
  }),
  platformEnum('Schema.SObjectDescribeOptions', ['DEFAULT', 'DEFERRED', 'FULL']),
  platformClass('Schema.SObjectField', {
    'Schema.DescribeFieldResult getDescribe()': (_x, self: F) => describeField(self.data.definition, self.data.field),
  }),
  platformClass('Schema.DescribeSObjectResult', {
    ...objectGetters,
    ...recordTypeMembers,
    'Schema.SObjectTypeFieldSets fieldSets': readOnly(
      (self: O) => new PlatformObject(apexType('Schema.SObjectTypeFieldSets'), self.data),
    ),
    'Schema.SObjectTypeFields fields': readOnly(
      (self: O) => new PlatformObject(apexType('Schema.SObjectTypeFields'), self.data),
    ),
  }),
  platformClass('Schema.SObjectTypeFields', {
    'Map<String,Schema.SObjectField> getMap()': (_x, self: O) => {
      const { definition } = self.data;
      return DescribeMap.of(
        SOBJECT_FIELD,
        [...definition.fields.values()].map((field) => [field.name, sobjectFieldToken(definition, field)]),
      );
    },
  }),
  ...fieldSetClasses,
  platformClass('Schema.DescribeFieldResult', fieldGetters),
  platformClass('Schema.FilteredLookupInfo', {
    // the filters that this model reads are all required ones
    'Boolean isOptionalFilter()': () => false,
  }),
  platformClass('Schema.PicklistEntry', {
    'String getLabel()': (_x, self: PlatformObject<PicklistValue>) => self.data.label,
    'String getValue()': (_x, self: PlatformObject<PicklistValue>) => self.data.value,
    'Boolean isActive()': (_x, self: PlatformObject<PicklistValue>) => self.data.active,
    'Boolean isDefaultValue()': (_x, self: PlatformObject<PicklistValue>) => self.data.isDefault,
  }),
  platformClass('Schema.ChildRelationship', {
    'Schema.SObjectType getChildSObject()': (x, self: Relationship) =>
      sobjectTypeToken(definitionOf(x, self.data.childObject)),
    'Schema.SObjectField getField()': (x, self: Relationship) => {
      const definition = definitionOf(x, self.data.childObject);
      const field = definition.fields.get(self.data.field.toLowerCase());
      if (field === undefined) throw new Error(`${definition.name} has no field ${self.data.field}`);
      return sobjectFieldToken(definition, field);
    },
    'String getRelationshipName()': (_x, self: Relationship) => self.data.relationshipName,
    'Boolean isCascadeDelete()': (_x, self: Relationship) => self.data.cascadeDelete,
  }),
  platformClass('Schema', {
    'static Map<String,Schema.SObjectType> getGlobalDescribe()': (x) =>
      DescribeMap.of(
        SOBJECT_TYPE,
        x.org.schema.all().map((definition) => [definition.name, sobjectTypeToken(definition)]),
      ),
    'static List<Schema.DescribeSObjectResult> describeSObjects(List<String>)': (x, _self, names: ApexList | null) => {
      if (names === null) throw nullArgument(1);
      return described(x, names);
    },
    'static List<Schema.DescribeSObjectResult> describeSObjects(List<String>,Schema.SObjectDescribeOptions)': (
      x,
      _self,
      names: ApexList | null,
    ) => {
      if (names === null) throw nullArgument(1);
      return described(x, names);
    },
  }),
];
