import { NotModelledError } from '../../errors.ts';
import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import type { FieldPath, FormulaTarget } from './scope.ts';

/**
 * The field that a name means: `Email`, `Account.Owner.Name`, `Owner:User.Email`.
 * @throws NotModelledError for a field or relationship that does not exist here
 */
export function resolveField(name: string, target: FormulaTarget): FieldPath {
  const steps = name.split('.');
  const last = steps.pop() ?? '';
  let objects: ObjectDefinition[] = [target.definition];
  const relationships: string[] = [];
  for (const step of steps) {
    const [relationship = '', only = null] = step.split(':');
    const references = objects.flatMap((object) => relationshipFields(object, relationship));
    const names = only === null ? references.flatMap((field) => field.referenceTo) : [only];
    objects = names.map((name) => target.schema.object(name)).filter((parent) => parent !== null);
    const [reference] = references;
    if (reference === undefined || objects.length === 0) throw missing(`relationship ${relationship}`, name, target);
    relationships.push(reference.relationshipName ?? relationship);
  }
  for (const object of objects) {
    const field = object.fields.get(last.toLowerCase());
    if (field !== undefined) return { relationships, field };
  }
  throw missing(`field ${last} of ${objects.map((object) => object.name).join(' or ')}`, name, target);
}

function missing(what: string, name: string, target: FormulaTarget): NotModelledError {
  return new NotModelledError(`${what} in a formula ("Field ${name} does not exist. Check spelling.")`, target.where);
}

function relationshipFields(object: ObjectDefinition, relationship: string): FieldDefinition[] {
  const wanted = relationship.toLowerCase();
  return [...object.fields.values()].filter((field) => field.relationshipName?.toLowerCase() === wanted);
}

/** The record's own field of that name, for functions that take nothing else; null for any other name. */
export function ownField(name: string, target: FormulaTarget): FieldDefinition | null {
  if (name.startsWith('$') || name.includes('.')) return null;
  return resolveField(name, target).field;
}
