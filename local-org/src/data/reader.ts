import { NotModelledError } from '../errors.ts';
import { evaluateFormulaField } from '../rules/formula-field.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import type { Schema } from '../schema/schema.ts';
import { addressOf } from '../values/address.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { ApexId } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { Row } from './row.ts';

/** Finds rows; a transaction's view. */
export interface RowSource {
  get(object: ObjectDefinition, id: string): Row | null;
}

/** The moment and person that formulas may ask for. */
export interface ReadContext {
  /** epoch milliseconds */
  now: number;
  userId: string;
}

/** Reads the fields of rows, put-together and calculated ones included, and follows references to parents. */
export class RecordReader {
  readonly schema: Schema;
  readonly context: ReadContext;
  readonly #rows: RowSource;

  constructor(schema: Schema, rows: RowSource, context: ReadContext) {
    this.schema = schema;
    this.context = context;
    this.#rows = rows;
  }

  value(row: Row, field: FieldDefinition): Value {
    if (field.type === 'id') return new ApexId(row.id);
    if (field.compoundOf !== undefined) return this.#compound(row, field);
    if (field.formula !== null) return evaluateFormulaField(this, row, field);
    if (field.summary !== undefined && (field.summary.operation === 'count' || field.summary.operation === 'sum')) {
      return row.values.get(field.name.toLowerCase()) ?? ApexDecimal.of(0);
    }
    return row.values.get(field.name.toLowerCase()) ?? (field.type === 'boolean' ? false : null);
  }

  /** The parent row behind a reference field; null when it is empty or the parent cannot be seen. */
  parent(row: Row, reference: FieldDefinition): Row | null {
    const id = this.value(row, reference);
    return id instanceof ApexId ? this.byId(id.value) : null;
  }

  byId(id: string): Row | null {
    const object = this.schema.objectByKeyPrefix(id.slice(0, 3));
    return object === null ? null : this.#rows.get(object, id);
  }

  #compound(row: Row, field: FieldDefinition): Value {
    if (field.type === 'address') {
      const prefix = field.name.slice(0, -'Address'.length).length;
      const named = (field.compoundOf ?? []).map((name): [string, Value] => {
        const part = row.object.fields.get(name.toLowerCase());
        return [name.slice(prefix).toLowerCase(), part === undefined ? null : this.value(row, part)];
      });
      return addressOf(new Map(named));
    }
    if (field.type === 'location') {
      throw new NotModelledError(`reading the compound field ${row.object.name}.${field.name}`);
    }
    const parts = (field.compoundOf ?? []).map((name) => row.values.get(name.toLowerCase()));
    const text = parts.filter((part): part is string => typeof part === 'string' && part !== '').join(' ');
    return text === '' ? null : text;
  }
}
