import type { Execution, Pause } from '../execution/execution.ts';
import { apexType, T } from '../types/type.ts';
import type { ApexType } from '../types/type.ts';
import { equals } from '../values/equality.ts';
import { stringOf } from '../values/text.ts';
import { ApexList, ApexMap, ApexSet, SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { elementKey, mapKey } from './collection-keys.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { deepCopy } from './list.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';
import { sobjectTypeToken } from './tokens.ts';

/** Map (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_map.htm). */

function put(x: Execution, map: ApexMap, key: Value, value: Value): Value {
  const hash = mapKey(x, map, key);
  const before = map.entries.get(hash);
  if (before === undefined) map.entries.set(hash, [key, value]);
  else {
    const old = before[1];
    before[1] = value;
    return old;
  }
  return null;
}

/** Records by their Id; a record without one, or twice, is refused. */
function putRecords(x: Execution, map: ApexMap, records: ApexList | null): void {
  if (records === null) throw nullArgument(1);
  records.items.forEach((record, row) => {
    if (!(record instanceof SObjectValue)) throw nullArgument(1);
    const id = record.values.get('id') ?? null;
    if (id === null) throw apexException('ListException', `Row with null Id at index: ${row}`);
    const key = map.type.args[0] === T.String && typeof id === 'object' && 'value' in id ? (id.value as string) : id;
    put(x, map, key, record);
  });
}

function putAll(x: Execution, map: ApexMap, source: ApexMap | null): void {
  if (source === null) throw nullArgument(1);
  for (const [key, value] of [...source.entries.values()]) put(x, map, key, value);
}

function copyOf(x: Execution, type: ApexType, source: ApexMap | null): ApexMap {
  const map = new ApexMap(type);
  putAll(x, map, source);
  return map;
}

export const mapClass: PlatformClass = platformClass(
  'Map',
  {
    'new()': (_x, type: ApexType) => new ApexMap(type),
    'new(Map<K,V>)': (x, type: ApexType, source: ApexMap | null) => copyOf(x, type, source),
    'new(List<SObject>)': (x, type: ApexType, records: ApexList | null) => {
      const map = new ApexMap(type);
      putRecords(x, map, records);
      return map;
    },
    'void clear()': (_x, self: ApexMap) => self.entries.clear(),
    'Map<K,V> clone()': (x, self: ApexMap) => copyOf(x, self.type, self),
    'Map<K,V> deepClone()': (_x, self: ApexMap) => {
      const map = new ApexMap(self.type);
      for (const [hash, [key, value]] of self.entries) map.entries.set(hash, [key, deepCopy(value, true, true, true)]);
      return map;
    },
    'Boolean containsKey(K)': (x, self: ApexMap, key: Value) => self.entries.has(mapKey(x, self, key)),
    'Boolean equals(Map<K,V>)': (_x, self: ApexMap, other: ApexMap | null) => equals(self, other),
    'V get(K)': (x, self: ApexMap, key: Value) => self.entries.get(mapKey(x, self, key))?.[1] ?? null,
    'Boolean isEmpty()': (_x, self: ApexMap) => self.entries.size === 0,
    'Integer size()': (_x, self: ApexMap) => self.entries.size,
    'Set<K> keySet()': (x, self: ApexMap) => {
      const keys = new ApexSet(apexType('Set', self.type.args[0] ?? T.Object));
      for (const [key] of self.entries.values()) keys.entries.set(elementKey(x, key), key);
      return keys;
    },
    'List<V> values()': (_x, self: ApexMap) =>
      new ApexList(
        apexType('List', self.type.args[1] ?? T.Object),
        [...self.entries.values()].map(([, value]) => value),
      ),
    'V put(K,V)': (x, self: ApexMap, key: Value, value: Value) => put(x, self, key, value),
    'void putAll(Map<K,V>)': (x, self: ApexMap, source: ApexMap | null) => putAll(x, self, source),
    'void putAll(List<SObject>)': (x, self: ApexMap, records: ApexList | null) => putRecords(x, self, records),
    'V remove(K)': (x, self: ApexMap, key: Value) => {
      const hash = mapKey(x, self, key);
      const entry = self.entries.get(hash);
      self.entries.delete(hash);
      return entry?.[1] ?? null;
    },
    'Schema.SObjectType getSObjectType()': (x, self: ApexMap) => {
      const definition = x.org.schema.object(self.type.args[1]?.name ?? '');
      return definition === null ? null : sobjectTypeToken(definition);
    },
    'String toString()': function* (x: Execution, self: ApexMap): Generator<Pause, Value, void> {
      return yield* stringOf(x, self);
    },
  },
  { typeParameters: ['K', 'V'] },
);
