import type { RecordReader } from '../data/reader.ts';
import type { Row } from '../data/row.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { ApexId } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { fieldFormulaValue } from './context.ts';
import { resolveField } from './formula/names.ts';
import type { FieldPath, FormulaScope } from './formula/scope.ts';

/** The value of a formula field of a stored row, in the type of the field; null where Salesforce shows #Error!. */
export function evaluateFormulaField(reader: RecordReader, row: Row, field: FieldDefinition): Value {
  return fieldFormulaValue(field, row.object, reader.schema, new RowScope(reader, row));
}

/** The global variables that a formula field may ask for; undefined for the others. */
function globalVariable(reader: RecordReader, name: string): Value | undefined {
  const [root = '', ...rest] = name.split('.');
  const last = rest.join('.');
  switch (root.toLowerCase()) {
    case '$user':
      return ofRow(reader, userRow(reader), last, name);
    case '$profile': {
      const id = userRow(reader)?.values.get('profileid');
      return ofRow(reader, id instanceof ApexId ? reader.byId(id.value) : null, last, name);
    }
    case '$label':
      return reader.schema.labels.get(last.toLowerCase());
    default:
      return undefined;
  }
}

function userRow(reader: RecordReader): Row | null {
  return reader.byId(reader.context.userId);
}

function ofRow(reader: RecordReader, row: Row | null, name: string, where: string): Value | undefined {
  if (row === null) return undefined;
  const path = resolveField(name, { definition: row.object, schema: reader.schema, where });
  return new RowScope(reader, row).field(path);
}

/** Reads a stored row and its parents for a formula. */
class RowScope implements FormulaScope {
  readonly isNew = false;
  readonly #reader: RecordReader;
  readonly #row: Row;

  constructor(reader: RecordReader, row: Row) {
    this.#reader = reader;
    this.#row = row;
  }

  get now(): number {
    return this.#reader.context.now;
  }

  get timeZone(): string {
    const zone = userRow(this.#reader)?.values.get('timezonesidkey');
    return typeof zone === 'string' ? zone : 'GMT';
  }

  field({ relationships, field }: FieldPath): Value {
    let row: Row | null = this.#row;
    for (const relationship of relationships) {
      const reference: FieldDefinition | null = row === null ? null : relationshipField(row.object, relationship);
      row = row === null || reference === null ? null : this.#reader.parent(row, reference);
    }
    // A polymorphic parent may be of an object that lacks the field.
    const own = row?.object.fields.get(field.name.toLowerCase());
    return row === null || own === undefined ? null : this.#reader.value(row, own);
  }

  prior(field: FieldDefinition): Value {
    return this.#reader.value(this.#row, field);
  }

  global(name: string): Value | undefined {
    return globalVariable(this.#reader, name);
  }
}

function relationshipField(object: ObjectDefinition, relationship: string): FieldDefinition | null {
  const wanted = relationship.toLowerCase();
  return [...object.fields.values()].find((field) => field.relationshipName?.toLowerCase() === wanted) ?? null;
}
