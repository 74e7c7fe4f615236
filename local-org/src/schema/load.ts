import { CompileError, NotModelledError } from '../errors.ts';
import { checkFormulas } from '../rules/index.ts';
import { customField, picklistValue } from './custom-field.ts';
import { checkStandardObject, customObject, keyPrefix, validationRule } from './custom-object.ts';
import type { FieldDefinition, ObjectDefinition, PicklistValue } from './definition.ts';
import { duplicateRule, matchingRules } from './duplicate-rule.ts';
import type { MatchingRule } from './duplicate-rule.ts';
import { addFieldSet } from './field-set.ts';
import { customMetadataRecord, readCustomPermission, readLabels } from './metadata-records.ts';
import { addPermissionSet, permissionSet } from './permission-set.ts';
import { addRecordType } from './record-type.ts';
import { Schema } from './schema.ts';
import { addShareObjects } from './share.ts';
import { findSource, nameOfFile, objectOfPart } from './source.ts';
import type { SourceFiles } from './source.ts';
import { readXml } from './xml.ts';
import type { Tolerate, XmlElement } from './xml.ts';

export interface LoadSchemaOptions {
  /** what is not modelled is listed in `schema.notModelled` and passed over, instead of stopping the load */
  tolerant?: boolean;
}

/**
 * Loads the metadata of sfdx source folders onto the standard objects.
 * @param folders source folders, decomposed (`objects/X/fields/…`) or flat
 * @param standard the standard objects; the definitions are extended in place, so give a fresh set
 * @throws CompileError for what Salesforce would refuse to deploy, NotModelledError for what is not modelled
 */
export function loadSchema(
  folders: readonly string[],
  standard: ObjectDefinition[],
  options: LoadSchemaOptions = {},
): Schema {
  const schema = new Schema(standard);
  const files = findSource(folders);
  new MetadataLoader(schema, options.tolerant ?? false).load(files);
  return schema;
}

interface Part {
  object: string;
  xml: XmlElement;
}

type ValueSetMap = Map<string, { values: PicklistValue[] }>;

class MetadataLoader {
  readonly #schema: Schema;
  readonly #tolerate: Tolerate | null;
  readonly #valueSets: ValueSetMap = new Map();
  readonly #matching = new Map<string, MatchingRule>();

  constructor(schema: Schema, tolerant: boolean) {
    this.#schema = schema;
    this.#tolerate = tolerant ? (error) => schema.notModelled.push(error) : null;
  }

  load(files: SourceFiles): void {
    const schema = this.#schema;
    for (const { type, file } of files.notModelled) {
      this.#attempt(() => {
        throw new NotModelledError(`metadata type .${type}`, file);
      });
    }
    this.#each(files.globalValueSets, 'GlobalValueSet', (xml) => addValueSet(xml, this.#valueSets));
    const objects = this.#objects(files);
    const parts = (group: string[], root: string, element: string): Part[] => [
      ...group.map((file) => ({ object: objectOfPart(file), xml: readXml(file, root, this.#tolerate) })),
      ...objects.flatMap(({ object, xml }) => xml.all(element).map((part) => ({ object, xml: part }))),
    ];
    const late: RollupField[] = [];
    for (const { object, xml } of parts(files.fields, 'CustomField', 'fields')) {
      this.#attempt(() => addField(schema, object, xml, this.#valueSets, late));
    }
    for (const field of late) this.#attempt(() => finishRollup(schema, field));
    linkReferences(schema);
    addShareObjects(schema);
    for (const { object, xml } of parts(files.recordTypes, 'RecordType', 'recordTypes')) {
      this.#attempt(() => addRecordType(objectOf(schema, object, xml.file), xml));
    }
    for (const { object, xml } of parts(files.validationRules, 'ValidationRule', 'validationRules')) {
      this.#attempt(() => addRule(schema, object, xml));
    }
    for (const { object, xml } of parts(files.fieldSets, 'FieldSet', 'fieldSets')) {
      this.#attempt(() => addFieldSet(objectOf(schema, object, xml.file), xml));
    }
    // The platform states no order; by name, the errors of a record do not depend on how the source is laid out.
    for (const object of schema.all()) object.validationRules.sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#each(files.labels, 'CustomLabels', (xml) => readLabels(xml, schema));
    this.#each(files.customPermissions, 'CustomPermission', (xml) => readCustomPermission(xml, schema));
    this.#checkFormulas();
    this.#each(files.matchingRules, 'MatchingRules', (xml) => this.#addMatchingRules(xml));
    this.#each(files.duplicateRules, 'DuplicateRule', (xml) => this.#addDuplicateRule(xml));
    this.#each(files.customMetadata, 'CustomMetadata', (xml) => {
      schema.customMetadataRecords.push(customMetadataRecord(xml, schema));
    });
    this.#each(files.permissionSets, 'PermissionSet', (xml) => {
      addPermissionSet(schema, permissionSet(xml, nameOfFile(xml.file), schema));
    });
  }

  #each(files: string[], root: string, read: (xml: XmlElement) => void): void {
    for (const file of files) this.#attempt(() => read(readXml(file, root, this.#tolerate)));
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (this.#tolerate === null || !(error instanceof NotModelledError)) throw error;
      this.#tolerate(error);
    }
  }

  #objects(files: SourceFiles): Part[] {
    const schema = this.#schema;
    const sources = files.objects.map((file) => ({
      object: nameOfFile(file),
      xml: readXml(file, 'CustomObject', this.#tolerate),
    }));
    // Key prefixes follow the names, so that they do not depend on the order of the folders.
    const custom = sources.filter((s) => schema.object(s.object) === null);
    custom.sort((a, b) => a.object.localeCompare(b.object, 'en'));
    const counts = { m: 0, a: 0, e: 0 };
    for (const { object, xml } of custom) {
      const letter = object.endsWith('__mdt') ? 'm' : object.endsWith('__e') ? 'e' : 'a';
      this.#attempt(() => schema.add(customObject(xml, object, keyPrefix(letter, counts[letter]++))));
    }
    for (const { object, xml } of sources.filter((s) => !custom.includes(s))) {
      const definition = schema.object(object);
      if (definition?.kind !== 'standard') throw new CompileError(`Object ${object} is defined twice`, xml.file, 1);
      this.#attempt(() => checkStandardObject(xml, definition));
    }
    return sources.filter((s) => schema.object(s.object) !== null);
  }

  #checkFormulas(): void {
    if (this.#tolerate === null) return checkFormulas(this.#schema);
    for (const object of this.#schema.all()) {
      this.#attempt(() => checkFormulas({ object: (name) => this.#schema.object(name), all: () => [object] }));
    }
  }

  #addMatchingRules(xml: XmlElement): void {
    const object = nameOfFile(xml.file);
    for (const rule of matchingRules(xml)) this.#matching.set(`${object}.${rule.name}`.toLowerCase(), rule);
  }

  #addDuplicateRule(xml: XmlElement): void {
    const [objectName = '', name = ''] = nameOfFile(xml.file).split('.');
    const object = objectOf(this.#schema, objectName, xml.file);
    const rules = [...(object.duplicateRules ?? []), duplicateRule(xml, name, this.#matching)];
    object.duplicateRules = rules.sort((a, b) => a.sortOrder - b.sortOrder);
  }
}

function addValueSet(xml: XmlElement, sets: ValueSetMap): void {
  sets.set(nameOfFile(xml.file).toLowerCase(), { values: xml.all('customValue').map(picklistValue) });
  xml.ignore('masterLabel', 'sorted', 'description');
  xml.close('GlobalValueSet');
}

function objectOf(schema: Schema, name: string, file: string): ObjectDefinition {
  const object = schema.object(name);
  if (object === null && !/__(c|mdt|e)$/i.test(name)) throw new NotModelledError(`standard object ${name}`, file);
  if (object === null)
    throw new CompileError(`Entity Enumeration Or ID: bad value for restricted picklist field: ${name}`, file, 1);
  return object;
}

function addField(
  schema: Schema,
  objectName: string,
  xml: XmlElement,
  valueSets: ValueSetMap,
  late: RollupField[],
): void {
  const object = objectOf(schema, objectName, xml.file);
  const name = xml.required('fullName');
  if (!name.endsWith('__c')) {
    // A standard field's file may turn on history tracking; anything else would change the field.
    if (!object.fields.has(name.toLowerCase()))
      throw new CompileError(`Could not resolve standard field's name: ${name}`, xml.file, 1);
    xml.ignore('trackHistory', 'trackFeedHistory', 'description', 'securityClassification', 'complianceGroup');
    xml.ignore('inlineHelpText', 'type', 'label', 'trackTrending');
    xml.close('CustomField (standard field)');
    return;
  }
  if (object.fields.has(name.toLowerCase()))
    throw new CompileError(`Duplicate field ${objectName}.${name}`, xml.file, 1);
  const field = customField(xml, object.name, valueSets);
  if (object.kind === 'customMetadata') {
    field.createable = field.updateable = false;
    field.alwaysVisible = true;
  }
  if (field.summary !== undefined) late.push({ object, field, file: xml.file });
  const relationshipName = xml.text('relationshipName');
  object.fields.set(name.toLowerCase(), field);
  for (const target of field.referenceTo) {
    const parent = objectOf(schema, target, xml.file);
    parent.childRelationships.push({
      childObject: object.name,
      field: field.name,
      relationshipName: relationshipName === null ? null : `${relationshipName}__r`,
      cascadeDelete: field.deleteConstraint === 'Cascade',
    });
    field.referenceTo = [parent.name];
  }
}

interface RollupField {
  object: ObjectDefinition;
  field: FieldDefinition;
  file: string;
}

/** A roll-up summary has the type of what it sums up. */
function finishRollup(schema: Schema, { object, field, file }: RollupField): void {
  const { summary } = field;
  if (summary === undefined) return;
  const child = objectOf(schema, summary.childObject, file);
  const link = child.fields.get(summary.childField.toLowerCase());
  if (link?.masterDetail !== true && !(child.kind === 'standard' && link?.referenceTo.includes(object.name) === true)) {
    throw new CompileError(`Field ${summary.childField} of ${child.name} is no master-detail relationship`, file, 1);
  }
  if (summary.summarizedField === null) return;
  const summed = child.fields.get(summary.summarizedField.toLowerCase());
  if (summed === undefined) {
    throw new CompileError(`Field ${summary.summarizedField} does not exist. Check spelling.`, file, 1);
  }
  field.type = summed.type;
  [field.precision, field.scale] = [summed.type === 'date' || summed.type === 'datetime' ? 0 : 18, summed.scale];
}

/** The system references of custom objects (owner, created by …) as children of User, without a name, as in a describe. */
function linkReferences(schema: Schema): void {
  for (const object of schema.all()) {
    if (object.kind === 'standard') continue;
    for (const field of object.fields.values()) {
      if (field.custom || field.type !== 'reference') continue;
      for (const target of field.referenceTo) linkSystemReference(schema, object, field, target);
    }
  }
}

function linkSystemReference(schema: Schema, object: ObjectDefinition, field: FieldDefinition, target: string): void {
  schema.object(target)?.childRelationships.push({
    childObject: object.name,
    field: field.name,
    relationshipName: null,
    cascadeDelete: false,
  });
}

function addRule(schema: Schema, objectName: string, xml: XmlElement): void {
  const object = objectOf(schema, objectName, xml.file);
  const rule = validationRule(xml);
  const shown = rule.errorDisplayField;
  if (shown !== null && !object.fields.has(shown.toLowerCase())) {
    throw new CompileError(`Validation rule ${rule.name}: field ${shown} does not exist. Check spelling.`, xml.file, 1);
  }
  object.validationRules.push(rule);
}
