import type { FieldSetDefinition, ObjectDefinition } from './definition.ts';
import type { XmlElement } from './xml.ts';

/** Reads a FieldSet onto its object. The fields that an admin may still add to it are no part of it. */
export function addFieldSet(object: ObjectDefinition, xml: XmlElement): void {
  const set: FieldSetDefinition = {
    name: xml.required('fullName'),
    label: xml.required('label'),
    description: xml.text('description'),
    members: xml.all('displayedFields').map((field) => {
      const member = { path: field.required('field'), required: field.flag('isRequired') };
      field.ignore('isFieldManaged');
      field.close('FieldSetItem');
      return member;
    }),
  };
  xml.ignore('availableFields');
  xml.close('FieldSet');
  object.fieldSets ??= new Map();
  object.fieldSets.set(set.name.toLowerCase(), set);
}
