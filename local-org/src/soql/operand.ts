import { NotModelledError } from '../errors.ts';
import { queryException } from '../data/failure.ts';
import type { FieldType } from '../schema/definition.ts';
import { DAY_MS } from '../values/date.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { parseId } from '../values/id.ts';
import { ApexDate, ApexDatetime, ApexDouble, ApexId, ApexList, ApexSet, SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { SoqlOperand } from './ast.ts';
import { dayRange, startOfDay } from './date-formula.ts';

/** What operands need to become values. */
export interface OperandContext {
  binds: Value[];
  /** today in the running user's time zone, days since 1970-01-01 */
  today: number;
  timeZone: string;
}

/**
 * An operand in the form that values of the field's kind are compared in: text in lower case, ids in 18 characters,
 * numbers as decimals, days and instants as the half-open range of milliseconds that they stand for.
 */
export type Comparable =
  | { kind: 'null' }
  | { kind: 'text'; text: string }
  | { kind: 'number'; number: ApexDecimal }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'range'; from: number; to: number };

export type ComparedAs = 'text' | 'id' | 'number' | 'boolean' | 'date' | 'datetime';

export function comparedAs(type: FieldType): ComparedAs {
  switch (type) {
    case 'id':
    case 'reference':
      return 'id';
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      return 'number';
    case 'boolean':
    case 'date':
    case 'datetime':
      return type;
    case 'time':
    case 'base64':
    case 'address':
    case 'location':
    case 'anyType':
      throw new NotModelledError(`filtering by a field of type ${type}`);
    default:
      return 'text';
  }
}

/** How Salesforce names the types in "must be of type …". */
const TYPE_NAMES: Record<ComparedAs, string> = {
  text: 'string',
  id: 'ID',
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  datetime: 'dateTime',
};

/** The field's own value as a Comparable. */
export function comparableOfValue(value: Value, as: ComparedAs): Comparable {
  if (value === null) return { kind: 'null' };
  if (as === 'date' && value instanceof ApexDate)
    return { kind: 'range', from: value.day * DAY_MS, to: value.day * DAY_MS };
  if (as === 'datetime' && value instanceof ApexDatetime) return { kind: 'range', from: value.ms, to: value.ms };
  return plain(value) ?? fault(`A field compared as ${as} holds another type`);
}

function plain(value: Value): Comparable | null {
  if (typeof value === 'string') return { kind: 'text', text: value.toLowerCase() };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'number', number: ApexDecimal.of(value) };
  if (value instanceof ApexDecimal) return { kind: 'number', number: value };
  if (value instanceof ApexDouble) return { kind: 'number', number: ApexDecimal.fromDouble(value.value) };
  if (value instanceof ApexId) return { kind: 'text', text: value.value };
  return null;
}

/** All values that an operand of IN, INCLUDES or LIKE stands for; a single value stands for itself. */
export function comparables(
  operand: SoqlOperand,
  as: ComparedAs,
  field: string,
  context: OperandContext,
): Comparable[] {
  if (operand.kind === 'list') return operand.items.flatMap((item) => comparables(item, as, field, context));
  if (operand.kind === 'bind') {
    const bound = bindValue(operand.index, context);
    if (bound instanceof ApexList) return bound.items.map((item) => boundComparable(item, as, field, context));
    if (bound instanceof ApexSet)
      return [...bound.entries.values()].map((item) => boundComparable(item, as, field, context));
    return [boundComparable(bound, as, field, context)];
  }
  return [comparable(operand, as, field, context)];
}

/** @throws ApexThrow with a QueryException when the operand does not fit the field's type */
export function comparable(operand: SoqlOperand, as: ComparedAs, field: string, context: OperandContext): Comparable {
  switch (operand.kind) {
    case 'null':
      return { kind: 'null' };
    case 'bind':
      return boundComparable(bindValue(operand.index, context), as, field, context);
    case 'string':
      if (as === 'id') return idComparable(operand.value, field);
      if (as !== 'text') throw mistyped(field, as, true);
      // An empty text and no text are the same to the database.
      return operand.value === '' ? { kind: 'null' } : { kind: 'text', text: operand.value.toLowerCase() };
    case 'number': {
      if (as !== 'number') throw mistyped(field, as, as === 'text');
      const number = ApexDecimal.parse(operand.text);
      if (number === null) throw queryException(`unexpected token: '${operand.text}'`);
      return { kind: 'number', number };
    }
    case 'boolean':
      if (as !== 'boolean') throw mistyped(field, as, as === 'text');
      return { kind: 'boolean', value: operand.value };
    case 'date': {
      if (as !== 'date') throw mistyped(field, as, as === 'text');
      const from = Date.parse(`${operand.text}T00:00:00Z`);
      return { kind: 'range', from, to: from };
    }
    case 'datetime': {
      if (as !== 'datetime') throw mistyped(field, as, as === 'text');
      const from = Date.parse(operand.text.replace(/ /g, '+'));
      return { kind: 'range', from, to: from };
    }
    case 'dateFormula': {
      if (as !== 'date' && as !== 'datetime') throw mistyped(field, as, as === 'text');
      const { from, to } = dayRange(operand.name, operand.n, context.today);
      if (as === 'date') return { kind: 'range', from: from * DAY_MS, to: (to - 1) * DAY_MS };
      return { kind: 'range', from: startOfDay(from, context.timeZone), to: startOfDay(to, context.timeZone) - 1 };
    }
    default:
      throw queryException(`unexpected token: '('`);
  }
}

export function bindValue(index: number, context: OperandContext): Value {
  const value = context.binds[index];
  if (value === undefined) throw new Error(`The query has no bind ${index}`);
  return value;
}

function boundComparable(value: Value, as: ComparedAs, field: string, context: OperandContext): Comparable {
  if (value === null) return { kind: 'null' };
  if (value instanceof SObjectValue && as === 'id')
    return boundComparable(value.values.get('id') ?? null, as, field, context);
  if (typeof value === 'string') {
    if (as === 'id') return idComparable(value, field);
    if (as !== 'text') throw mistyped(field, as, true);
    return value === '' ? { kind: 'null' } : { kind: 'text', text: value.toLowerCase() };
  }
  if (value instanceof ApexId && (as === 'id' || as === 'text')) {
    return { kind: 'text', text: as === 'id' ? value.value : value.value.toLowerCase() };
  }
  if (value instanceof ApexDate) {
    if (as === 'date') return { kind: 'range', from: value.day * DAY_MS, to: value.day * DAY_MS };
    // A date against a datetime field means that day's first moment in GMT.
    if (as === 'datetime') return { kind: 'range', from: value.day * DAY_MS, to: value.day * DAY_MS };
  }
  if (value instanceof ApexDatetime && (as === 'datetime' || as === 'date')) {
    const ms = as === 'datetime' ? value.ms : Math.floor(value.ms / DAY_MS) * DAY_MS;
    return { kind: 'range', from: ms, to: ms };
  }
  const simple = plain(value);
  if (simple !== null && simple.kind === as) return simple;
  throw mistyped(field, as, false);
}

function idComparable(text: string, field: string): Comparable {
  if (text === '') return { kind: 'null' };
  const id = parseId(text);
  if (id === null) throw queryException(`invalid ID field: ${text === '' ? field : text}`);
  return { kind: 'text', text: id };
}

function mistyped(field: string, as: ComparedAs, quotes: boolean): Error {
  const hint = !quotes
    ? ''
    : as === 'text'
      ? ' and should be enclosed in quotes'
      : ' and should not be enclosed in quotes';
  return queryException(`value of filter criterion for field '${field}' must be of type ${TYPE_NAMES[as]}${hint}`);
}

function fault(message: string): never {
  throw new Error(message);
}
