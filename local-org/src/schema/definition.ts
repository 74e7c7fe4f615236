import { apexType, T } from '../types/type.ts';
import type { ApexType } from '../types/type.ts';

/** Field types as describe names them (Schema.DisplayType in lower case, as in REST describe). */
export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'url'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'time'
  | 'picklist'
  | 'multipicklist'
  | 'combobox'
  | 'reference'
  | 'base64'
  | 'address'
  | 'location'
  | 'encryptedstring'
  | 'anyType';

export interface PicklistValue {
  value: string;
  label: string;
  active: boolean;
  isDefault: boolean;
}

/** One line of a filter: `Contact.AccountId equals 'x'`, or compared with another field. */
export interface FilterItem {
  /** as in the metadata, e.g. `Opportunity.IsWon`, `$Source.AccountId`, `$User.Id` */
  field: string;
  operation: string;
  value: string;
  /** compared with this field instead of a value; null = with the value */
  valueField: string | null;
}

export interface Filter {
  items: FilterItem[];
  /** `1 AND (2 OR 3)`; null = all of them */
  logic: string | null;
}

export interface LookupFilter extends Filter {
  /** null = the platform's own words */
  message: string | null;
}

/** What a roll-up summary field sums up. Names are API names. */
export interface RollupSummary {
  operation: 'count' | 'sum' | 'min' | 'max';
  childObject: string;
  /** the master-detail field of the child */
  childField: string;
  /** null for count */
  summarizedField: string | null;
  filter: Filter;
}

export interface RecordTypeDefinition {
  /** developer name */
  name: string;
  label: string;
  active: boolean;
  description: string | null;
  /** values of picklists that this record type offers, by lower-case field name */
  picklists: Map<string, { values: string[]; defaultValue: string | null }>;
}

/** A duplicate rule of an object, joined to its matching rules. */
export interface DuplicateRule {
  name: string;
  label: string;
  active: boolean;
  actionOnInsert: 'Allow' | 'Block';
  actionOnUpdate: 'Allow' | 'Block';
  /** an allowed duplicate raises an alert that DuplicateRuleHeader.allowSave passes over */
  alertOnInsert: boolean;
  alertOnUpdate: boolean;
  alertText: string | null;
  enforceSharing: boolean;
  filter: Filter;
  sortOrder: number;
  matches: { object: string; items: MatchingItem[]; logic: string | null }[];
}

export interface MatchingItem {
  field: string;
  method: string;
  blanks: 'MatchBlanks' | 'NullNotAllowed';
}

export interface FieldDefinition {
  name: string;
  label: string;
  type: FieldType;
  custom: boolean;
  /** characters; 0 for types without a length */
  length: number;
  /** digits in all, and behind the point; 0 for other types */
  precision: number;
  scale: number;
  /** false: required on every save (the "required" of the field definition, or of the platform) */
  nillable: boolean;
  createable: boolean;
  updateable: boolean;
  filterable: boolean;
  sortable: boolean;
  unique: boolean;
  caseSensitive: boolean;
  externalId: boolean;
  idLookup: boolean;
  nameField: boolean;
  autoNumber: boolean;
  /** auto-number display format, e.g. OP-{0000} */
  displayFormat: string | null;
  /** number of the first record; absent = 1 */
  startingNumber?: number;
  htmlFormatted: boolean;
  restrictedPicklist: boolean;
  picklistValues: PicklistValue[];
  referenceTo: string[];
  relationshipName: string | null;
  /** on delete of the parent, for references */
  deleteConstraint: 'SetNull' | 'Restrict' | 'Cascade' | null;
  masterDetail: boolean;
  /** a formula field's text; such a field is calculated and not writable */
  formula: string | null;
  /** formula fields: empty numbers count as 0 (formulaTreatBlanksAs BlankAsZero); absent = blank stays blank */
  blanksAsZero?: boolean;
  /** default value formula as in the metadata */
  defaultFormula: string | null;
  inlineHelpText: string | null;
  /** what records a lookup may name; absent = all */
  lookupFilter?: LookupFilter;
  /** a roll-up summary: kept by the platform, not writable */
  summary?: RollupSummary;
  /** dependent picklists: the controlling field. The API does not enforce the dependency. */
  controllerName?: string;
  /** fields such as CreatedDate that the platform sets */
  system: boolean;
  /** the fields that a compound field is put together from: Name of a person, addresses; such a field is not writable */
  compoundOf?: string[];
  /** always readable and, where createable, writable whatever the field-level security says (Id, Name of a custom object, required fields) */
  alwaysVisible: boolean;
}

export interface ValidationRule {
  name: string;
  active: boolean;
  formula: string;
  message: string;
  /** API name of the field the error is shown at, null = top of the page */
  errorDisplayField: string | null;
}

export interface ChildRelationship {
  childObject: string;
  field: string;
  relationshipName: string | null;
  cascadeDelete: boolean;
}

/** Fields under a name, for pages and queries. */
export interface FieldSetDefinition {
  name: string;
  label: string;
  description: string | null;
  /** paths such as `Account.Name`, in order */
  members: { path: string; required: boolean }[];
}

export interface ObjectDefinition {
  name: string;
  label: string;
  labelPlural: string;
  keyPrefix: string;
  kind: 'standard' | 'custom' | 'customMetadata' | 'customSetting' | 'platformEvent' | 'aggregate';
  /** setup objects (User, Profile, PermissionSet…) are seen by tests without seeAllData */
  setup: boolean;
  createable: boolean;
  updateable: boolean;
  deletable: boolean;
  queryable: boolean;
  /** organisation-wide default */
  sharingModel: 'Private' | 'Read' | 'ReadWrite' | 'ControlledByParent';
  /** by lower-case API name */
  fields: Map<string, FieldDefinition>;
  childRelationships: ChildRelationship[];
  validationRules: ValidationRule[];
  /** by name; absent = none but the master */
  recordTypes?: RecordTypeDefinition[];
  duplicateRules?: DuplicateRule[];
  /** platform events only: published at once, whatever becomes of the transaction; default after its commit */
  publishImmediately?: boolean;
  /** by lower-case name; absent = none */
  fieldSets?: Map<string, FieldSetDefinition>;
  /** custom settings only */
  settingType?: 'Hierarchy' | 'List';
}

/** The Apex static type of a field: custom numbers are Decimal whatever their scale, standard ints Integer. */
export function apexTypeOfField(field: FieldDefinition): ApexType {
  switch (field.type) {
    case 'id':
    case 'reference':
      return T.Id;
    case 'boolean':
      return T.Boolean;
    case 'int':
      return T.Integer;
    case 'double':
    case 'currency':
    case 'percent':
      return T.Decimal;
    case 'date':
      return T.Date;
    case 'datetime':
      return T.Datetime;
    case 'time':
      return T.Time;
    case 'base64':
      return T.Blob;
    case 'address':
      return apexType('Address');
    case 'location':
      return apexType('Location');
    case 'anyType':
      return T.Object;
    default:
      return T.String;
  }
}
