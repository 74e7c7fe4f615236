import { NotModelledError } from '../errors.ts';
import type { Filter, FilterItem } from '../schema/definition.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { numberOfValue } from './number.ts';
import { ApexDate, ApexDatetime, ApexId } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/** Reads a field of a filter by its path as in the metadata; @throws NotModelledError for a path that is not known */
export type FilterReader = (field: string) => Value;

/**
 * Whether a record meets a filter of the metadata (roll-up summaries, lookup filters, duplicate rules). Commas separate
 * several values, of which one must match (Salesforce Help, "Notes on Filter Criteria").
 */
export function meetsFilter(filter: Filter, read: FilterReader): boolean {
  return combine(
    filter.items.map((item) => meetsItem(item, read)),
    filter.logic,
  );
}

/** `1 AND (2 OR NOT 3)` over the outcomes of the lines; null = all of them. */
export function combine(outcomes: readonly boolean[], logic: string | null): boolean {
  if (logic === null) return outcomes.every(Boolean);
  const tokens = logic.match(/\(|\)|\d+|AND|OR|NOT/gi) ?? [];
  let at = 0;
  const peek = (): string => (tokens[at] ?? '').toUpperCase();
  function either(): boolean {
    let result = both();
    while (peek() === 'OR') {
      at++;
      const right = both();
      result ||= right;
    }
    return result;
  }
  function both(): boolean {
    let result = single();
    while (peek() === 'AND') {
      at++;
      const right = single();
      result &&= right;
    }
    return result;
  }
  function single(): boolean {
    const token = peek();
    at++;
    if (token === 'NOT') return !single();
    if (token === '(') {
      const result = either();
      if (peek() !== ')') throw new NotModelledError(`filter logic ${logic}`);
      at++;
      return result;
    }
    const outcome = outcomes[Number(token) - 1];
    if (outcome === undefined) throw new NotModelledError(`filter logic ${logic}`);
    return outcome;
  }
  const result = either();
  if (at !== tokens.length) throw new NotModelledError(`filter logic ${logic}`);
  return result;
}

function meetsItem(item: FilterItem, read: FilterReader): boolean {
  const value = read(item.field);
  if (item.valueField !== null) {
    const other = read(item.valueField);
    return compare(item, value, other === null ? '' : textOf(other));
  }
  const wanted = item.value === '' ? [''] : item.value.split(',').map((part) => part.trim());
  const negative = item.operation === 'notEqual' || item.operation === 'notContain' || item.operation === 'excludes';
  return negative
    ? wanted.every((text) => compare(item, value, text))
    : wanted.some((text) => compare(item, value, text));
}

function compare({ operation }: FilterItem, value: Value, text: string): boolean {
  const actual = value === null ? '' : textOf(value).toLowerCase();
  const wanted = text.toLowerCase();
  switch (operation) {
    case 'equals':
      return same(value, text);
    case 'notEqual':
      return !same(value, text);
    case 'contains':
      return actual.includes(wanted);
    case 'notContain':
      return !actual.includes(wanted);
    case 'startsWith':
      return actual.startsWith(wanted);
    case 'includes':
      return actual.split(';').includes(wanted);
    case 'excludes':
      return !actual.split(';').includes(wanted);
    default: {
      if (value === null || text === '') return false;
      const order = orderOf(value, text);
      if (operation === 'lessThan') return order < 0;
      if (operation === 'lessOrEqual') return order <= 0;
      return operation === 'greaterThan' ? order > 0 : order >= 0;
    }
  }
}

function same(value: Value, text: string): boolean {
  if (value === null || text === '') return value === null && text === '';
  if (typeof value === 'boolean') return value === /^(true|1)$/i.test(text);
  if (typeof value === 'string') return value.toLowerCase() === text.toLowerCase();
  if (value instanceof ApexId) return value.value.slice(0, 15) === text.slice(0, 15);
  return orderOf(value, text) === 0;
}

function orderOf(value: NonNullable<Value>, text: string): number {
  const number = numberOfValue(value);
  if (number !== null) {
    const wanted = ApexDecimal.parse(text.replace('%', ''));
    if (wanted === null) throw new NotModelledError(`number ${text} in a filter`);
    return number.compare(wanted);
  }
  if (value instanceof ApexDate) return value.day - dateOf(text) / 86_400_000;
  if (value instanceof ApexDatetime) return value.ms - dateOf(text);
  return textOf(value).toLowerCase() < text.toLowerCase()
    ? -1
    : textOf(value).toLowerCase() > text.toLowerCase()
      ? 1
      : 0;
}

function dateOf(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) throw new NotModelledError(`date ${text} in a filter`);
  return at;
}

function textOf(value: NonNullable<Value>): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof ApexId) return value.value;
  const number = numberOfValue(value);
  if (number !== null) return number.toPlainString();
  if (value instanceof ApexDate) return new Date(value.day * 86_400_000).toISOString().slice(0, 10);
  if (value instanceof ApexDatetime) return new Date(value.ms).toISOString();
  throw new NotModelledError('a filter on a field of this type');
}
