import type { Execution, Pause } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import type { ApexType } from '../types/type.ts';
import { equals } from '../values/equality.ts';
import { stringOf } from '../values/text.ts';
import { ApexSet } from '../values/value.ts';
import type { ApexList, Value } from '../values/value.ts';
import { elementKey } from './collection-keys.ts';
import { nullArgument } from './exceptions.ts';
import { iteratorOver } from './list.ts';
import { elements } from './native.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/** Set (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_set.htm). */

type Source = ApexList | ApexSet | null;

function add(x: Execution, set: ApexSet, item: Value): boolean {
  const key = elementKey(x, item);
  if (set.entries.has(key)) return false;
  set.entries.set(key, item);
  return true;
}

function all(source: Source): Value[] {
  if (source === null) throw nullArgument(1);
  return elements(source);
}

function addAll(x: Execution, set: ApexSet, source: Source): boolean {
  return all(source).reduce((changed: boolean, item) => add(x, set, item) || changed, false);
}

function containsAll(x: Execution, set: ApexSet, source: Source): boolean {
  return all(source).every((item) => set.entries.has(elementKey(x, item)));
}

function removeAll(x: Execution, set: ApexSet, source: Source): boolean {
  return all(source).reduce((changed: boolean, item) => set.entries.delete(elementKey(x, item)) || changed, false);
}

function retainAll(x: Execution, set: ApexSet, source: Source): boolean {
  const kept = new Set(all(source).map((item) => elementKey(x, item)));
  const before = set.entries.size;
  for (const key of [...set.entries.keys()]) if (!kept.has(key)) set.entries.delete(key);
  return set.entries.size !== before;
}

function copyOf(x: Execution, type: ApexType, source: Source): ApexSet {
  const set = new ApexSet(type);
  addAll(x, set, source);
  return set;
}

export const setClass: PlatformClass = platformClass(
  'Set',
  {
    'new()': (_x, type: ApexType) => new ApexSet(type),
    'new(Set<T>)': (x, type: ApexType, source: Source) => copyOf(x, type, source),
    'new(List<T>)': (x, type: ApexType, source: Source) => copyOf(x, type, source),
    'Boolean add(T)': (x, self: ApexSet, item: Value) => add(x, self, item),
    'Boolean addAll(List<T>)': (x, self: ApexSet, source: Source) => addAll(x, self, source),
    'Boolean addAll(Set<T>)': (x, self: ApexSet, source: Source) => addAll(x, self, source),
    'void clear()': (_x, self: ApexSet) => self.entries.clear(),
    'Set<T> clone()': (x, self: ApexSet) => copyOf(x, self.type, self),
    'Boolean contains(T)': (x, self: ApexSet, item: Value) => self.entries.has(elementKey(x, item)),
    'Boolean containsAll(List<T>)': (x, self: ApexSet, source: Source) => containsAll(x, self, source),
    'Boolean containsAll(Set<T>)': (x, self: ApexSet, source: Source) => containsAll(x, self, source),
    'Boolean equals(Set<T>)': (_x, self: ApexSet, other: ApexSet | null) => equals(self, other),
    'Boolean isEmpty()': (_x, self: ApexSet) => self.entries.size === 0,
    'Integer size()': (_x, self: ApexSet) => self.entries.size,
    'Boolean remove(T)': (x, self: ApexSet, item: Value) => self.entries.delete(elementKey(x, item)),
    'Boolean removeAll(List<T>)': (x, self: ApexSet, source: Source) => removeAll(x, self, source),
    'Boolean removeAll(Set<T>)': (x, self: ApexSet, source: Source) => removeAll(x, self, source),
    'Boolean retainAll(List<T>)': (x, self: ApexSet, source: Source) => retainAll(x, self, source),
    'Boolean retainAll(Set<T>)': (x, self: ApexSet, source: Source) => retainAll(x, self, source),
    'Iterator<T> iterator()': (_x, self: ApexSet) =>
      iteratorOver(self.type.args[0] ?? apexType('Object'), [...self.entries.values()]),
    'String toString()': function* (x: Execution, self: ApexSet): Generator<Pause, Value, void> {
      return yield* stringOf(x, self);
    },
  },
  { typeParameters: ['T'], implements: ['Iterable<T>'] },
);
