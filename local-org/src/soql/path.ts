import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import type { Schema } from '../schema/schema.ts';
import { noSuchColumn, noSuchRelationship, queryException } from '../data/failure.ts';
import type { RecordReader } from '../data/reader.ts';
import type { Row } from '../data/row.ts';
import type { Value } from '../values/value.ts';

/** A field path of a query joined to the schema: references to follow, then the field. */
export interface ResolvedPath {
  /** each with the object that it is a field of */
  steps: { object: ObjectDefinition; reference: FieldDefinition; relationship: string }[];
  /** the object that `field` belongs to; for polymorphic references the first that has the field */
  object: ObjectDefinition;
  field: FieldDefinition;
}

/** At most five levels of child-to-parent relationships (SOQL Reference, "Understanding Relationship Query Limitations"). */
const MAX_LEVELS = 5;

/**
 * Joins a field path to the schema.
 * @param alias alias of the FROM clause, which may lead the path, as may the object's own name
 * @throws ApexThrow with a QueryException: no such column or relationship
 */
export function resolvePath(
  schema: Schema,
  from: ObjectDefinition,
  alias: string | null,
  path: string[],
): ResolvedPath {
  let names = path;
  const first = names[0]?.toLowerCase();
  if (
    names.length > 1 &&
    (first === alias?.toLowerCase() ||
      (first === from.name.toLowerCase() && schema.parentRelationship(from, first) === null))
  ) {
    names = names.slice(1);
  }
  const steps: ResolvedPath['steps'] = [];
  let objects = [from];
  for (const relationship of names.slice(0, -1)) {
    const object = objects.find((o) => schema.parentRelationship(o, relationship) !== null);
    const reference = object === undefined ? null : schema.parentRelationship(object, relationship);
    if (object === undefined || reference === null) throw queryException(noSuchRelationship(relationship));
    steps.push({ object, reference, relationship: reference.relationshipName ?? relationship });
    objects = reference.referenceTo.map((name) => schema.object(name)).filter((o) => o !== null);
  }
  if (steps.length > MAX_LEVELS) throw queryException('SOQL relationships may not reach more than 5 levels up');
  const last = names.at(-1) ?? '';
  for (const object of objects) {
    const field = object.fields.get(last.toLowerCase());
    if (field !== undefined) return { steps, object, field };
  }
  throw queryException(noSuchColumn(last, objects[0]?.name ?? from.name));
}

/** The row that holds the path's field; null when a reference on the way is empty. */
export function followPath(reader: RecordReader, row: Row, path: ResolvedPath): Row | null {
  let current: Row | null = row;
  for (const step of path.steps) {
    if (current === null) return null;
    current = reader.parent(current, step.reference);
  }
  return current;
}

export function pathValue(reader: RecordReader, row: Row, path: ResolvedPath): Value {
  const holder = followPath(reader, row, path);
  if (holder === null) return null;
  // Through a polymorphic reference the parent may be of another object than the one the path was resolved on.
  const field = holder.object === path.object ? path.field : holder.object.fields.get(path.field.name.toLowerCase());
  return field === undefined ? null : reader.value(holder, field);
}
