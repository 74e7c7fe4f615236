import type { ApexType } from '../types/type.ts';
import { apexType, T } from '../types/type.ts';
import { hashKey } from '../values/equality.ts';
import { ApexList, ApexMap, ApexObject, ApexSet, PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { apexException, nullArgument, nullPointer } from './exceptions.ts';
import type { Native, Property } from './signature.ts';

/**
 * The same members, refusing null arguments with the platform's NullPointerException ("Argument 1 cannot be null").
 * For methods where null has no meaning; the others stand outside.
 */
export function nonNull(members: Record<string, Native>): Record<string, Native> {
  return Object.fromEntries(
    Object.entries(members).map(([signature, run]) => [signature, signature.endsWith('()') ? run : guarded(run)]),
  );
}

const GeneratorFunction = function* () {}.constructor as new () => unknown;

function guarded(run: Native): Native {
  const code = run as (...args: unknown[]) => unknown;
  const check = (args: Value[]): void => {
    const position = args.indexOf(null);
    if (position >= 0) throw nullArgument(position + 1);
  };
  if (run instanceof GeneratorFunction) {
    return function* (x: Execution, self: never, ...args: Value[]) {
      check(args);
      return yield* code(x, self, ...args) as Generator<never, Value, void>;
    };
  }
  return (x: Execution, self: never, ...args: never[]) => {
    check(args);
    return code(x, self, ...args) as Value;
  };
}

/** A property that is read from the object's own state. */
export function readOnly<S>(get: (self: S, x: Execution) => Value): Property {
  return { get: (x, self) => get(self, x) };
}

/** A property kept under its name in the object's `data`. */
export function stored<D extends object>(key: keyof D & string): Property {
  return {
    get: (_x, self) => (self as PlatformObject<D>).data[key] as Value,
    set: (_x, self, value) => {
      (self as PlatformObject<D>).data[key] = value;
    },
  };
}

export function listOf(element: ApexType, items: Value[]): ApexList {
  return new ApexList(apexType('List', element), items);
}

export function strings(items: readonly string[]): ApexList {
  return listOf(T.String, [...items]);
}

export function setOf(element: ApexType, items: Iterable<Value>): ApexSet {
  const set = new ApexSet(apexType('Set', element));
  for (const item of items) set.entries.set(hashKey(item), item);
  return set;
}

export function mapOf(key: ApexType, value: ApexType, entries: Iterable<[Value, Value]>): ApexMap {
  const map = new ApexMap(apexType('Map', key, value));
  for (const entry of entries) map.entries.set(hashKey(entry[0]), entry);
  return map;
}

/** The elements of a List or Set. @throws NotModelledError for own Iterables, which would have to run Apex */
export function elements(value: Value): Value[] {
  if (value instanceof ApexList) return value.items;
  if (value instanceof ApexSet) return [...value.entries.values()];
  throw new NotModelledError('iterating an Iterable other than List and Set in a platform method');
}

/** The elements of any Iterable; those of an own class by its iterator(). */
export function* allElements(x: Execution, value: Value): Generator<Pause, Value[], void> {
  const own = value instanceof ApexObject && !(value instanceof PlatformObject);
  if (!own || !x.program.hasMethod(value.type, 'iterator', 0)) return elements(value);
  const iterator = yield* x.program.call(x, value, 'iterator', []);
  if (iterator instanceof PlatformObject) {
    const { items, next } = (iterator as PlatformObject<{ items: Value[]; next: number }>).data;
    return items.slice(next);
  }
  if (!(iterator instanceof ApexObject)) throw nullPointer();
  const items: Value[] = [];
  while ((yield* x.program.call(x, iterator, 'hasNext', [])) === true) {
    items.push(yield* x.program.call(x, iterator, 'next', []));
  }
  return items;
}

/** A List access outside its bounds: "List index out of bounds: 3". */
export function outOfBounds(index: number): Error {
  return apexException('ListException', `List index out of bounds: ${index}`);
}

/** The one object of a platform class for each key, so that tokens such as Schema.SObjectType compare by identity. */
export function interner<K extends WeakKey, O>(make: (key: K) => O): (key: K) => O {
  const known = new WeakMap<K, O>();
  return (key) => {
    let object = known.get(key);
    if (object === undefined) {
      object = make(key);
      known.set(key, object);
    }
    return object;
  };
}
