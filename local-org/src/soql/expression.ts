import { NotModelledError } from '../errors.ts';
import type { RecordReader } from '../data/reader.ts';
import { isIndexed } from '../data/row.ts';
import type { Row } from '../data/row.ts';
import type { FieldType, ObjectDefinition } from '../schema/definition.ts';
import { civilOf, DAY_MS, dayOf, timeOf, weekdayOf } from '../values/date.ts';
import { ApexDate, ApexDatetime } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { SoqlExpression } from './ast.ts';
import { AGGREGATE_FUNCTIONS } from './ast.ts';
import { pathValue, resolvePath } from './path.ts';
import type { ResolvedPath } from './path.ts';

/** An expression joined to the schema and ready to be read from rows. */
export interface CompiledExpression {
  /** for messages: the field's name or the function's text */
  name: string;
  type: FieldType;
  read: (row: Row) => Value;
  /** every field that it touches, for access checks */
  paths: ResolvedPath[];
  filterable: boolean;
  sortable: boolean;
  /** lower-case name when it is an indexed field of the row itself, or `id` */
  indexedField: string | null;
}

export interface ExpressionContext {
  object: ObjectDefinition;
  alias: string | null;
  reader: RecordReader;
}

/** @throws ApexThrow with a QueryException for unknown fields; NotModelledError for functions that are not modelled */
export function compileExpression(expression: SoqlExpression, context: ExpressionContext): CompiledExpression {
  if (expression.kind === 'field') return compileField(expression.path, context);
  if (AGGREGATE_FUNCTIONS.has(expression.name))
    throw new NotModelledError(`SOQL ${expression.name} outside of SELECT and HAVING`);
  if (expression.argument === null) throw new NotModelledError(`SOQL function ${expression.name}()`);
  const argument = compileExpression(expression.argument, context);
  const name = `${expression.name}(${argument.name})`;
  if (expression.name === 'TOLABEL') {
    const field = argument.paths[0]?.field;
    const labels = new Map(field?.picklistValues.map((v) => [v.value, v.label]));
    const read = (row: Row): Value => {
      const value = argument.read(row);
      return typeof value === 'string' ? (labels.get(value) ?? value) : value;
    };
    return { ...argument, name, read, indexedField: null };
  }
  const part = DATE_PARTS[expression.name];
  if (part === undefined) throw new NotModelledError(`SOQL function ${expression.name}`);
  return {
    name,
    type: expression.name === 'DAY_ONLY' ? 'date' : 'int',
    read: (row) => {
      const local = localMs(argument.read(row), context);
      return local === null ? null : part(local);
    },
    paths: argument.paths,
    filterable: argument.filterable,
    sortable: argument.sortable,
    indexedField: null,
  };
}

function compileField(names: string[], context: ExpressionContext): CompiledExpression {
  const path = resolvePath(context.reader.schema, context.object, context.alias, names);
  const own = path.steps.length === 0;
  const indexed = own && (path.field.type === 'id' || isIndexed(path.field));
  return {
    name: path.field.name,
    type: path.field.type,
    read: (row) => pathValue(context.reader, row, path),
    paths: [path],
    filterable: path.field.filterable,
    sortable: path.field.sortable,
    indexedField: indexed ? path.field.name.toLowerCase() : null,
  };
}

function localMs(value: Value, context: ExpressionContext): number | null {
  if (value instanceof ApexDate) return value.day * DAY_MS;
  // Date functions of SOQL work in GMT unless convertTimezone is used (SOQL Reference, "Date Functions").
  if (value instanceof ApexDatetime) return value.ms;
  if (value === null) return null;
  throw new NotModelledError(`date function of a field of ${context.object.name} that is no date`);
}

const dayIn = (ms: number): number => Math.floor(ms / DAY_MS);
const dayInYear = (ms: number): number => dayIn(ms) - dayOf(civilOf(dayIn(ms)).year, 1, 1) + 1;

const DATE_PARTS: Record<string, (ms: number) => Value> = {
  CALENDAR_YEAR: (ms) => civilOf(dayIn(ms)).year,
  CALENDAR_QUARTER: (ms) => Math.ceil(civilOf(dayIn(ms)).month / 3),
  CALENDAR_MONTH: (ms) => civilOf(dayIn(ms)).month,
  DAY_IN_MONTH: (ms) => civilOf(dayIn(ms)).day,
  DAY_IN_WEEK: (ms) => weekdayOf(dayIn(ms)) + 1,
  DAY_IN_YEAR: dayInYear,
  DAY_ONLY: (ms) => new ApexDate(dayIn(ms)),
  HOUR_IN_DAY: (ms) => timeOf(ms - dayIn(ms) * DAY_MS).hour,
  WEEK_IN_MONTH: (ms) => Math.ceil(civilOf(dayIn(ms)).day / 7),
  WEEK_IN_YEAR: (ms) => Math.ceil(dayInYear(ms) / 7),
  FISCAL_YEAR: (ms) => civilOf(dayIn(ms)).year,
  FISCAL_QUARTER: (ms) => Math.ceil(civilOf(dayIn(ms)).month / 3),
  FISCAL_MONTH: (ms) => civilOf(dayIn(ms)).month,
};
