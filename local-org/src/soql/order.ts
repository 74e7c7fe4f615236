import type { Row } from '../data/row.ts';
import type { FieldType } from '../schema/definition.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { ApexDate, ApexDatetime, ApexDouble, ApexId, ApexTime } from '../values/value.ts';
import type { Value } from '../values/value.ts';

export interface OrderKey<T> {
  read: (item: T) => Value;
  descending: boolean;
  nullsLast: boolean;
}

/** Picklists are sorted by their values here, not by the order of the list. */
export function sortItems<T>(items: T[], keys: OrderKey<T>[]): T[] {
  if (keys.length === 0) return items;
  const decorated = items.map((item) => ({ item, values: keys.map((key) => key.read(item)) }));
  decorated.sort((a, b) => {
    for (const [i, key] of keys.entries()) {
      const [left = null, right = null] = [a.values[i], b.values[i]];
      if (left === null && right === null) continue;
      if (left === null) return key.nullsLast ? 1 : -1;
      if (right === null) return key.nullsLast ? -1 : 1;
      const order = compareStored(left, right);
      if (order !== 0) return key.descending ? -order : order;
    }
    return 0;
  });
  return decorated.map((d) => d.item);
}

/** Orders two values of one field, as ORDER BY, MIN and MAX do: text without regard to case. */
export function compareStored(left: NonNullable<Value>, right: NonNullable<Value>): number {
  if (typeof left === 'string' && typeof right === 'string') {
    const [a, b] = [left.toLowerCase(), right.toLowerCase()];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (left instanceof ApexId && right instanceof ApexId)
    return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
  if (left instanceof ApexDecimal && right instanceof ApexDecimal) return left.compare(right);
  const [a, b] = [magnitude(left), magnitude(right)];
  if (a === null || b === null) throw new Error('Values of one field are of different types');
  return a < b ? -1 : a > b ? 1 : 0;
}

function magnitude(value: NonNullable<Value>): number | null {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof ApexDouble) return value.value;
  if (value instanceof ApexDecimal) return value.toNumber();
  if (value instanceof ApexDate) return value.day;
  if (value instanceof ApexDatetime || value instanceof ApexTime) return value.ms;
  return null;
}

/** Rows as they were inserted: ids of one object count upwards. */
export function byId(a: Row, b: Row): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export function isNumeric(type: FieldType): boolean {
  return type === 'int' || type === 'double' || type === 'currency' || type === 'percent';
}
