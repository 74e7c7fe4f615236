import { parse } from 'csv-parse/sync';
import { NotModelledError } from '../errors.ts';
import type { Execution, Pause, StaticResource } from '../execution/execution.ts';
import type { FieldDefinition } from '../schema/definition.ts';
import { apexType } from '../types/type.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { ApexDatetime, ApexList, SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { idOrThrow } from '../values/convert.ts';
import { accessOptions } from './access.ts';
import { readDate } from './date.ts';
import { apexException, dmlException, nullArgument } from './exceptions.ts';
import type { SObjectTypeToken } from './tokens.ts';

/** Static resources as Apex reads them: Test.loadData and the callout mocks. */

/** @throws ApexThrow when the org has no resource of that name [assumption as to the exception] */
export function staticResource(x: Execution, name: string): StaticResource {
  const found = x.org.staticResource?.(name) ?? null;
  if (found === null) throw apexException('StringException', `Static Resource not found: ${name}`);
  return found;
}

/** A cell of a CSV file as the field's value; an empty cell sets nothing. */
function cellValue(field: FieldDefinition, text: string): Value {
  switch (field.type) {
    case 'boolean':
      return text.toLowerCase() === 'true' || text === '1';
    case 'int':
    case 'double':
    case 'currency':
    case 'percent': {
      const number = ApexDecimal.parse(text);
      if (number === null) throw apexException('TypeException', `Invalid decimal: ${text}`);
      return field.type === 'int' ? number.toNumber() : number;
    }
    case 'date':
      return readDate(text);
    case 'datetime':
      return readInstant(text);
    case 'id':
    case 'reference':
      return idOrThrow(text);
    case 'time':
    case 'base64':
      throw new NotModelledError(`Test.loadData of a ${field.type} field (${field.name})`);
    default:
      return text;
  }
}

function readInstant(text: string): ApexDatetime {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw apexException('TypeException', `Invalid date/time: ${text}`);
  return new ApexDatetime(ms);
}

/** Test.loadData: inserts the rows of a CSV file whose first line names the fields, and gives the records back. */
export function* loadData(
  x: Execution,
  _self: null,
  token: SObjectTypeToken | null,
  name: string | null,
): Generator<Pause, Value, void> {
  if (token === null || name === null) throw nullArgument(token === null ? 1 : 2);
  const { definition } = token.data;
  const text = Buffer.from(staticResource(x, name).bytes).toString('utf8');
  const rows = parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true }) as Record<
    string,
    string
  >[];
  const records = rows.map((row) => {
    const record = new SObjectValue(definition);
    for (const [column, cell] of Object.entries(row)) {
      const field = definition.fields.get(column.toLowerCase());
      if (field === undefined) {
        throw new NotModelledError(`Test.loadData with the column ${column}, which is no field of ${definition.name}`);
      }
      if (cell !== '') record.values.set(field.name.toLowerCase(), cellValue(field, cell));
    }
    return record;
  });
  const results = yield* x.transaction.dml(x, {
    operation: 'insert',
    records,
    allOrNone: true,
    ...accessOptions(x),
    externalIdField: null,
    options: null,
  });
  if (results.some((result) => !result.success)) throw dmlException('insert', results);
  return new ApexList(apexType('List', apexType(definition.name)), records);
}
