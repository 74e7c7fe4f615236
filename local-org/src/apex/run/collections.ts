import { apexException } from '../../platform/exceptions.ts';
import { elementKey, mapKey } from '../../platform/collection-keys.ts';
import type { ApexType } from '../../types/type.ts';
import { ApexList, ApexMap, ApexSet } from '../../values/value.ts';
import type { Value } from '../../values/value.ts';
import { npe } from './arithmetic.ts';
import type { ApexExecution } from './execution.ts';

function outOfBounds(index: number): Error {
  return apexException('ListException', `List index out of bounds: ${index}`);
}

/** `list[i]` */
export function listGet(list: ApexList, index: number | null): Value {
  const at = index ?? npe();
  if (at < 0 || at >= list.items.length) throw outOfBounds(at);
  return list.items[at]!;
}

/** `list[i] = value` */
export function listSet(list: ApexList, index: number | null, value: Value): Value {
  const at = index ?? npe();
  if (at < 0 || at >= list.items.length) throw outOfBounds(at);
  list.items[at] = value;
  return value;
}

/** `new Integer[3]`: that many nulls */
export function newArray(type: ApexType, size: number | null): ApexList {
  const length = size ?? npe();
  if (length < 0) throw apexException('ListException', `Invalid array size: ${length}`);
  return new ApexList(type, new Array<Value>(length).fill(null));
}

export function newList(type: ApexType, items: Value[]): ApexList {
  return new ApexList(type, items);
}

export function newSet(x: ApexExecution, type: ApexType, items: readonly Value[]): ApexSet {
  const set = new ApexSet(type);
  for (const item of items) set.entries.set(elementKey(x, item), item);
  return set;
}

export function newMap(x: ApexExecution, type: ApexType, pairs: readonly [Value, Value][]): ApexMap {
  const map = new ApexMap(type);
  for (const [key, value] of pairs) map.entries.set(mapKey(x, map, key), [key, value]);
  return map;
}

/** Walks a list. @throws ApexThrow FinalException when the loop's body adds or removes elements */
export function* iterateList(list: ApexList): Generator<Value> {
  const { length } = list.items;
  for (let i = 0; i < list.items.length; i++) {
    yield list.items[i]!;
    if (list.items.length !== length) throw changed();
  }
}

export function* iterateSet(set: ApexSet): Generator<Value> {
  const { size } = set.entries;
  for (const value of set.entries.values()) {
    yield value;
    if (set.entries.size !== size) throw changed();
  }
}

function changed(): Error {
  return apexException('FinalException', 'Cannot modify a collection while it is being iterated.');
}

/** The records of a query in lists of `size`. */
export function* chunks(list: ApexList, size: number): Generator<ApexList> {
  for (let i = 0; i < list.items.length; i += size) yield new ApexList(list.type, list.items.slice(i, i + size));
}
