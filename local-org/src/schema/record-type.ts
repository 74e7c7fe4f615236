import type { FieldDefinition, ObjectDefinition, RecordTypeDefinition } from './definition.ts';
import { blankField } from './custom-field.ts';
import type { XmlElement } from './xml.ts';

/** Reads a RecordType and adds it to its object, with the field RecordTypeId where the object has none yet. */
export function addRecordType(object: ObjectDefinition, xml: XmlElement): void {
  const type: RecordTypeDefinition = {
    name: xml.required('fullName'),
    label: xml.required('label'),
    active: xml.required('active') === 'true',
    description: xml.text('description'),
    picklists: new Map(),
  };
  for (const element of xml.all('picklistValues')) {
    const values = element.all('values');
    const chosen = values.find((value) => value.flag('default'));
    type.picklists.set(element.required('picklist').toLowerCase(), {
      values: values.map((value) => decodeURIComponent(value.required('fullName'))),
      defaultValue: chosen === undefined ? null : decodeURIComponent(chosen.required('fullName')),
    });
    element.close('RecordTypePicklistValue');
  }
  xml.ignore('businessProcess', 'compactLayoutAssignment');
  xml.close('RecordType');
  object.recordTypes = [...(object.recordTypes ?? []), type];
  if (!object.fields.has('recordtypeid')) object.fields.set('recordtypeid', recordTypeField());
}

function recordTypeField(): FieldDefinition {
  return {
    ...blankField('RecordTypeId', 'Record Type ID', 'reference'),
    length: 18,
    referenceTo: ['RecordType'],
    relationshipName: 'RecordType',
    deleteConstraint: 'Restrict',
    alwaysVisible: true,
  };
}
