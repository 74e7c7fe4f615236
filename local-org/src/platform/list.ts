import type { Execution, Pause } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import type { ApexType } from '../types/type.ts';
import { compareForSort, equals } from '../values/equality.ts';
import { stringOf } from '../values/text.ts';
import { ApexList, ApexObject, PlatformObject, SObjectValue } from '../values/value.ts';
import type { ApexSet, Value } from '../values/value.ts';
import { sameElement } from './collection-keys.ts';
import { collate, isCollator } from './collator.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { elements, outOfBounds } from './native.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';
import { sobjectTypeToken } from './tokens.ts';

/** List and Iterator (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_list.htm). */

const MAXIMUM_SIZE = 2_147_483_647;

/** The element type of a list. */
export function elementType(list: ApexList): ApexType {
  return list.type.args[0] ?? apexType('Object');
}

function at(list: ApexList, index: number | null): number {
  if (index === null) throw nullArgument(1);
  if (index < 0 || index >= list.items.length) throw outOfBounds(index);
  return index;
}

type Compare = (x: Execution, left: Value, right: Value) => Generator<Pause, number, void>;

/** Merge sort: stable as Apex's, and its comparisons can run Apex. */
function* mergeSort(x: Execution, items: Value[], compare: Compare): Generator<Pause, Value[], void> {
  if (items.length < 2) return items;
  const middle = items.length >> 1;
  const left = yield* mergeSort(x, items.slice(0, middle), compare);
  const right = yield* mergeSort(x, items.slice(middle), compare);
  const merged: Value[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    const [a, b] = [left[i] ?? null, right[j] ?? null];
    if ((yield* compare(x, a, b)) <= 0) {
      merged.push(a);
      i++;
    } else {
      merged.push(b);
      j++;
    }
  }
  return [...merged, ...left.slice(i), ...right.slice(j)];
}

/** Records sort by label of their type, then Name, then the standard fields, then the custom ones in order of name. */
function compareRecords(left: SObjectValue, right: SObjectValue): number {
  const types = compareForSort(left.definition.label, right.definition.label);
  if (types !== 0) return types;
  const names = [...left.definition.fields.values()].sort(
    (a, b) =>
      Number(b.nameField) - Number(a.nameField) ||
      Number(a.custom) - Number(b.custom) ||
      compareForSort(a.name, b.name),
  );
  for (const field of names) {
    const key = field.name.toLowerCase();
    const order = compareForSort(left.values.get(key) ?? null, right.values.get(key) ?? null);
    if (order !== 0 && !Number.isNaN(order)) return order;
  }
  return 0;
}

function* naturalOrder(x: Execution, left: Value, right: Value): Generator<Pause, number, void> {
  if (left === null || right === null) return compareForSort(left, right);
  if (left instanceof SObjectValue && right instanceof SObjectValue) return compareRecords(left, right);
  if (left instanceof ApexObject && !(left instanceof PlatformObject)) {
    if (!x.program.hasMethod(left.type, 'compareTo', 1)) {
      throw apexException('ListException', 'One or more of the items in this list is not Comparable.');
    }
    const order = yield* x.program.call(x, left, 'compareTo', [right]);
    if (typeof order !== 'number') throw apexException('NullPointerException', 'Attempt to de-reference a null object');
    return order;
  }
  const order = compareForSort(left, right);
  if (!Number.isNaN(order)) return order;
  throw apexException('ListException', 'One or more of the items in this list is not Comparable.');
}

/** The order of a Comparator, of an own class or the platform's Collator. */
function comparatorOrder(comparator: ApexObject): Compare {
  return function* (x, left, right) {
    if (isCollator(comparator)) return collate(comparator, left as string | null, right as string | null);
    const order = yield* x.program.call(x, comparator, 'compare', [left, right]);
    if (typeof order !== 'number') throw apexException('NullPointerException', 'Attempt to de-reference a null object');
    return order;
  };
}

/** A copy with copied records (`deepClone`): other elements are shared. */
export function deepCopy(value: Value, keepId: boolean, keepTimes: boolean, keepAutoNumber: boolean): Value {
  return value instanceof SObjectValue ? copyRecord(value, { keepId, deep: true, keepTimes, keepAutoNumber }) : value;
}

const TIMESTAMPS = ['createdbyid', 'createddate', 'lastmodifiedbyid', 'lastmodifieddate'];

export interface CopyOptions {
  keepId: boolean;
  deep: boolean;
  keepTimes: boolean;
  keepAutoNumber: boolean;
}

/** sObject.clone(preserveId, isDeepClone, preserveReadonlyTimestamps, preserveAutonumber). */
export function copyRecord(record: SObjectValue, options: CopyOptions): SObjectValue {
  const copy = new SObjectValue(record.definition);
  copy.retrieved = record.retrieved === null ? null : new Set(record.retrieved);
  for (const [name, value] of record.values) {
    if (name === 'id' && !options.keepId) continue;
    if (TIMESTAMPS.includes(name) && !options.keepTimes) continue;
    if (record.definition.fields.get(name)?.autoNumber === true && !options.keepAutoNumber) continue;
    const nested = options.deep && value instanceof SObjectValue;
    copy.values.set(
      name,
      nested ? copyRecord(value, { ...options, keepId: true, keepTimes: true, keepAutoNumber: true }) : value,
    );
  }
  return copy;
}

/** State of an Iterator over a List or Set. */
interface Cursor {
  items: Value[];
  next: number;
  /** the Set or List behind it */
  readonly text: string;
}

export function iteratorOver(element: ApexType, items: Value[]): PlatformObject<Cursor> {
  return new PlatformObject<Cursor>(apexType('Iterator', element), { items: [...items], next: 0, text: 'Iterator' });
}

/** Sizes that an Integer[] of Apex could not have would only exhaust the machine. */
function sized(length: number): number {
  if (length < 0 || length > MAXIMUM_SIZE) throw apexException('ListException', `Invalid list size: ${length}`);
  return length;
}

const listClass = platformClass(
  'List',
  {
    'new()': (_x, type: ApexType) => new ApexList(type),
    'new(Integer)': (_x, type: ApexType, size: number) => new ApexList(type, Array<Value>(sized(size)).fill(null)),
    'new(List<T>)': (_x, type: ApexType, source: ApexList | null) => copyOf(type, source),
    'new(Set<T>)': (_x, type: ApexType, source: ApexSet | null) => copyOf(type, source),
    'void add(T)': (_x, self: ApexList, item: Value) => {
      self.items.push(item);
    },
    'void add(Integer,T)': (_x, self: ApexList, index: number, item: Value) => {
      if (index < 0 || index > self.items.length) throw outOfBounds(index);
      self.items.splice(index, 0, item);
    },
    'void addAll(List<T>)': (_x, self: ApexList, source: ApexList | null) => addAll(self, source),
    'void addAll(Set<T>)': (_x, self: ApexList, source: ApexSet | null) => addAll(self, source),
    'void clear()': (_x, self: ApexList) => {
      self.items = [];
    },
    'List<T> clone()': (_x, self: ApexList) => new ApexList(self.type, [...self.items]),
    'List<T> deepClone()': (_x, self: ApexList) => deepCloned(self, false, false, false),
    'List<T> deepClone(Boolean)': (_x, self: ApexList, id: boolean) => deepCloned(self, id, false, false),
    'List<T> deepClone(Boolean,Boolean)': (_x, self: ApexList, id: boolean, times: boolean) =>
      deepCloned(self, id, times, false),
    'List<T> deepClone(Boolean,Boolean,Boolean)': (_x, self: ApexList, id: boolean, times: boolean, auto: boolean) =>
      deepCloned(self, id, times, auto),
    'Boolean contains(T)': (x, self: ApexList, item: Value) => indexOf(x, self, item) >= 0,
    'Boolean equals(List<T>)': (_x, self: ApexList, other: ApexList | null) => equals(self, other),
    'T get(Integer)': (_x, self: ApexList, index: number | null) => self.items[at(self, index)] ?? null,
    'Integer indexOf(T)': (x, self: ApexList, item: Value) => indexOf(x, self, item),
    'Boolean isEmpty()': (_x, self: ApexList) => self.items.length === 0,
    'Integer size()': (_x, self: ApexList) => self.items.length,
    'T remove(Integer)': (_x, self: ApexList, index: number | null) => self.items.splice(at(self, index), 1)[0] ?? null,
    'void set(Integer,T)': (_x, self: ApexList, index: number | null, item: Value) => {
      self.items[at(self, index)] = item;
    },
    'Iterator<T> iterator()': (_x, self: ApexList) => iteratorOver(elementType(self), self.items),
    'void sort()': function* (x: Execution, self: ApexList): Generator<Pause, void, void> {
      self.items = yield* mergeSort(x, self.items, naturalOrder);
    },
    'void sort(Comparator<T>)': function* (
      x: Execution,
      self: ApexList,
      by: ApexObject | null,
    ): Generator<Pause, void, void> {
      if (by === null) throw nullArgument(1);
      self.items = yield* mergeSort(x, self.items, comparatorOrder(by));
    },
    'Schema.SObjectType getSObjectType()': (x, self: ApexList) => {
      const definition = x.org.schema.object(elementType(self).name);
      return definition === null ? null : sobjectTypeToken(definition);
    },
    'String toString()': function* (x: Execution, self: ApexList): Generator<Pause, Value, void> {
      return yield* stringOf(x, self);
    },
  },
  { typeParameters: ['T'], implements: ['Iterable<T>'] },
);

function copyOf(type: ApexType, source: ApexList | ApexSet | null): ApexList {
  const list = new ApexList(type);
  addAll(list, source);
  return list;
}

function addAll(list: ApexList, source: Value): void {
  if (source === null) throw nullArgument(1);
  for (const item of [...elements(source)]) list.items.push(item);
}

function indexOf(x: Execution, list: ApexList, item: Value): number {
  return list.items.findIndex((other) => sameElement(x, item, other));
}

function deepCloned(list: ApexList, id: boolean, times: boolean, autoNumber: boolean): ApexList {
  return new ApexList(
    list.type,
    list.items.map((item) => deepCopy(item, id, times, autoNumber)),
  );
}

const hasNext = (_x: Execution, { data }: PlatformObject<Cursor>): boolean => data.next < data.items.length;

function next(_x: Execution, { data }: PlatformObject<Cursor>): Value {
  if (data.next >= data.items.length) throw apexException('NoSuchElementException', 'Iterator has no more elements');
  return data.items[data.next++] ?? null;
}

const iteratorClass = platformClass(
  'Iterator',
  { 'Boolean hasNext()': hasNext, 'T next()': next },
  { typeParameters: ['T'], kind: 'interface' },
);

/** The iterator of a Database.QueryLocator. */
export const queryLocatorIterator = platformClass(
  'Database.QueryLocatorIterator',
  { 'Boolean hasNext()': hasNext, 'SObject next()': next },
  { implements: ['Iterator<SObject>'] },
);

const iterableClass = platformClass(
  'Iterable',
  {
    'Iterator<T> iterator()': (_x, self: ApexList | ApexSet) =>
      iteratorOver(self.type.args[0] ?? apexType('Object'), elements(self)),
  },
  { typeParameters: ['T'], kind: 'interface' },
);

export const listClasses: PlatformClass[] = [listClass, iteratorClass, iterableClass];
