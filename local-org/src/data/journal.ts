import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { NotModelledError } from '../errors.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { ApexBlob, ApexDate, ApexDatetime, ApexDouble, ApexId, ApexTime } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { DeletedRow, Row } from './row.ts';

type Json = string | number | boolean;

/** What one committed transaction changed, as plain JSON: one line of the journal file. */
export interface JournalEntry {
  /** epoch milliseconds of the commit */
  at: number;
  put: { object: string; id: string; values: Record<string, Json> }[];
  removed: {
    object: string;
    id: string;
    /** as it goes into the recycle bin; absent in journals of before there was one */
    values?: Record<string, Json>;
    root?: string;
    cleared?: { object: string; id: string; field: string }[];
  }[];
  /** counters of ids and auto-numbers after the commit */
  counters: Record<string, number>;
}

/** A row as JSON; null fields are left out. */
export function rowToJson(row: Row): JournalEntry['put'][number] {
  const values: Record<string, Json> = {};
  for (const [name, value] of row.values) {
    if (value !== null) values[name] = valueToJson(value);
  }
  return { object: row.object.name, id: row.id, values };
}

export function deletedToJson({ row, root, cleared }: DeletedRow): JournalEntry['removed'][number] {
  return { ...rowToJson(row), root, cleared: [...cleared] };
}

/** @throws Error when a field is gone from the schema */
export function deletedFromJson(object: ObjectDefinition, json: JournalEntry['removed'][number]): DeletedRow {
  const { id, values, root, cleared } = json;
  const row = rowFromJson(object, { object: object.name, id, values: values ?? { isdeleted: true } });
  return { row, root: root ?? id, cleared: cleared ?? [] };
}

/** @throws Error when a field is gone from the schema: the journal belongs to other metadata */
export function rowFromJson(object: ObjectDefinition, json: JournalEntry['put'][number]): Row {
  const values = new Map<string, Value>();
  for (const [name, value] of Object.entries(json.values)) {
    const field = object.fields.get(name);
    if (field === undefined)
      throw new Error(`The journal holds ${object.name}.${name}, which the metadata no longer has`);
    values.set(name, valueFromJson(field, value));
  }
  return { id: json.id, object, values };
}

function valueToJson(value: NonNullable<Value>): Json {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof ApexId) return value.value;
  if (value instanceof ApexDecimal) return value.toPlainString();
  if (value instanceof ApexDouble) return String(value.value);
  if (value instanceof ApexDate) return value.day;
  if (value instanceof ApexDatetime || value instanceof ApexTime) return value.ms;
  if (value instanceof ApexBlob) return Buffer.from(value.bytes).toString('base64');
  throw new NotModelledError(`storing a ${value.constructor.name} in a field`);
}

function valueFromJson(field: FieldDefinition, json: Json): Value {
  switch (field.type) {
    case 'id':
    case 'reference':
      return new ApexId(String(json));
    case 'double':
    case 'currency':
    case 'percent': {
      const decimal = ApexDecimal.parse(String(json));
      if (decimal === null) throw new Error(`The journal holds ${String(json)} in the number field ${field.name}`);
      return decimal;
    }
    case 'date':
      return new ApexDate(Number(json));
    case 'datetime':
      return new ApexDatetime(Number(json));
    case 'time':
      return new ApexTime(Number(json));
    case 'base64':
      return new ApexBlob(Buffer.from(String(json), 'base64'));
    default:
      return json;
  }
}
