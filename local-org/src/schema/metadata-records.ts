import { CompileError, NotModelledError } from '../errors.ts';
import type { CustomMetadataRecord, Schema } from './schema.ts';
import { nameOfFile } from './source.ts';
import type { XmlElement } from './xml.ts';

/** Reads CustomLabels. */
export function readLabels(xml: XmlElement, schema: Schema): void {
  for (const label of xml.all('labels')) {
    schema.labels.set(label.required('fullName').toLowerCase(), label.required('value'));
    label.ignore('language', 'protected', 'shortDescription', 'categories');
    label.close('CustomLabel');
  }
  xml.close('CustomLabels');
}

/** Reads a CustomPermission. */
export function readCustomPermission(xml: XmlElement, schema: Schema): void {
  const name = nameOfFile(xml.file);
  schema.customPermissions.set(name.toLowerCase(), { name, label: xml.required('label') });
  xml.ignore('description', 'isLicensed');
  xml.refuse('CustomPermission', 'requiredPermission', 'connectedApp');
  xml.close('CustomPermission');
}

/** Reads `Type.Record.md-meta.xml`; the type of the file name has no `__mdt`. */
export function customMetadataRecord(xml: XmlElement, schema: Schema): CustomMetadataRecord {
  const { file } = xml;
  const [typeName = '', developerName = ''] = nameOfFile(file).split('.');
  const type = schema.object(`${typeName}__mdt`);
  if (type?.kind !== 'customMetadata')
    throw new CompileError(`In field: type - no CustomMetadata named ${typeName}__mdt found`, file, 1);
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
