import { CompileError, NotModelledError } from '../errors.ts';
import { checkFormulas } from '../rules/index.ts';
import { customField, picklistValue } from './custom-field.ts';
import { checkStandardObject, customObject, keyPrefix, validationRule } from './custom-object.ts';
import type { FieldDefinition, ObjectDefinition, PicklistValue } from './definition.ts';
import { addPermissionSet, permissionSet } from './permission-set.ts';
import { Schema } from './schema.ts';
import type { CustomMetadataRecord } from './schema.ts';
import { findSource, nameOfFile, objectOfPart } from './source.ts';
import type { SourceFiles } from './source.ts';
import { readXml } from './xml.ts';
import type { XmlElement } from './xml.ts';

/**
 * Loads the metadata of sfdx source folders onto the standard objects.
 * @param folders source folders, decomposed (`objects/X/fields/…`) or flat
 * @param standard the standard objects; the definitions are extended in place, so give a fresh set
 * @throws CompileError for what Salesforce would refuse to deploy, NotModelledError for what is not modelled
 */
export function loadSchema(folders: readonly string[], standard: ObjectDefinition[]): Schema {
  const schema = new Schema(standard);
  const files = findSource(folders);
  const valueSets = readValueSets(files);
  const objectXml = readObjects(files, schema);
  const fieldSources = [
    ...files.fields.map((file) => ({ object: objectOfPart(file), xml: readXml(file, 'CustomField') })),
    ...parts(objectXml, 'fields'),
  ];
  for (const { object, xml } of fieldSources) addField(schema, object, xml, valueSets);
  linkReferences(schema);
  const ruleSources = [
    ...files.validationRules.map((file) => ({ object: objectOfPart(file), xml: readXml(file, 'ValidationRule') })),
    ...parts(objectXml, 'validationRules'),
  ];
  for (const { object, xml } of ruleSources) addRule(schema, object, xml);
  // The platform states no order; by name, the errors of a record do not depend on how the source is laid out.
  for (const object of schema.all()) object.validationRules.sort((a, b) => (a.name < b.name ? -1 : 1));
  readLabels(files, schema);
  for (const file of files.customPermissions) {
    const xml = readXml(file, 'CustomPermission');
    const name = nameOfFile(file);
    schema.customPermissions.set(name.toLowerCase(), { name, label: xml.required('label') });
    xml.ignore('description', 'isLicensed');
    xml.refuse('CustomPermission', 'requiredPermission', 'connectedApp');
    xml.close('CustomPermission');
  }
  checkFormulas(schema);
  for (const file of files.customMetadata) schema.customMetadataRecords.push(customMetadataRecord(file, schema));
  for (const file of files.permissionSets) {
    addPermissionSet(schema, permissionSet(readXml(file, 'PermissionSet'), nameOfFile(file), schema));
  }
  return schema;
}

function readValueSets(files: SourceFiles): Map<string, { values: PicklistValue[] }> {
  const sets = new Map<string, { values: PicklistValue[] }>();
  for (const file of files.globalValueSets) {
    const xml = readXml(file, 'GlobalValueSet');
    sets.set(nameOfFile(file).toLowerCase(), { values: xml.all('customValue').map(picklistValue) });
    xml.ignore('masterLabel', 'sorted', 'description');
    xml.close('GlobalValueSet');
  }
  return sets;
}

interface ObjectXml {
  object: string;
  xml: XmlElement;
}

function readObjects(files: SourceFiles, schema: Schema): ObjectXml[] {
  const sources = files.objects.map((file) => ({ object: nameOfFile(file), xml: readXml(file, 'CustomObject') }));
  // Key prefixes follow the names, so that they do not depend on the order of the folders.
  const custom = sources.filter((s) => schema.object(s.object) === null);
  custom.sort((a, b) => a.object.localeCompare(b.object, 'en'));
  let [objects, types] = [0, 0];
  for (const { object, xml } of custom) {
    const prefix = object.endsWith('__mdt') ? keyPrefix('m', types++) : keyPrefix('a', objects++);
    schema.add(customObject(xml, object, prefix));
  }
  for (const { object, xml } of sources.filter((s) => !custom.includes(s))) {
    const definition = schema.object(object);
    if (definition?.kind !== 'standard') throw new CompileError(`Object ${object} is defined twice`, xml.file, 1);
    checkStandardObject(xml, definition);
  }
  return sources;
}

function parts(objects: ObjectXml[], element: string): ObjectXml[] {
  return objects.flatMap(({ object, xml }) => xml.all(element).map((part) => ({ object, xml: part })));
}

function objectOf(schema: Schema, name: string, file: string): ObjectDefinition {
  const object = schema.object(name);
  if (object === null)
    throw new CompileError(`Entity Enumeration Or ID: bad value for restricted picklist field: ${name}`, file, 1);
  return object;
}

function addField(
  schema: Schema,
  objectName: string,
  xml: XmlElement,
  valueSets: Map<string, { values: PicklistValue[] }>,
): void {
  const object = objectOf(schema, objectName, xml.file);
  const name = xml.required('fullName');
  if (!name.endsWith('__c')) {
    // A standard field's file may turn on history tracking; anything else would change the field.
    if (!object.fields.has(name.toLowerCase()))
      throw new CompileError(`Could not resolve standard field's name: ${name}`, xml.file, 1);
    xml.ignore('trackHistory', 'trackFeedHistory', 'description', 'securityClassification', 'complianceGroup');
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

function readLabels(files: SourceFiles, schema: Schema): void {
  for (const file of files.labels) {
    const xml = readXml(file, 'CustomLabels');
    for (const label of xml.all('labels')) {
      schema.labels.set(label.required('fullName').toLowerCase(), label.required('value'));
      label.ignore('language', 'protected', 'shortDescription', 'categories');
      label.close('CustomLabel');
    }
    xml.close('CustomLabels');
  }
}

/** Reads `Type.Record.md-meta.xml`; the type of the file name has no `__mdt`. */
function customMetadataRecord(file: string, schema: Schema): CustomMetadataRecord {
  const [typeName = '', developerName = ''] = nameOfFile(file).split('.');
  const type = schema.object(`${typeName}__mdt`);
  if (type?.kind !== 'customMetadata')
    throw new CompileError(`In field: type - no CustomMetadata named ${typeName}__mdt found`, file, 1);
  const xml = readXml(file, 'CustomMetadata');
  const values = new Map<string, string | null>();
  for (const entry of xml.all('values')) {
    const field = entry.required('field');
    if (!type.fields.has(field.toLowerCase())) {
      throw new CompileError(`Cannot find field ${field} on CustomMetadata type ${type.name}`, file, 1);
    }
    const value = entry.one('value');
    const nil = value === null || value.attributes.get('xsi:nil') === 'true';
    if (!nil && value.content === '' && value.attributes.get('xsi:type') === undefined) {
      throw new NotModelledError(`custom metadata value without xsi:type for ${field}`, file);
    }
    values.set(field.toLowerCase(), nil ? null : value.content);
    entry.close('CustomMetadataValue');
  }
  const record = {
    type: type.name,
    developerName,
    label: xml.required('label'),
    protected: xml.flag('protected'),
    values,
    file,
  };
  xml.ignore('description');
  xml.close('CustomMetadata');
  return record;
}
