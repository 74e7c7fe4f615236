import {
  ApexList,
  ApexMap,
  ApexObject,
  ApexSet,
  ExceptionValue,
  PlatformObject,
  SObjectValue,
} from '../../values/value.ts';
import type { Value } from '../../values/value.ts';
import type { CompiledProgram, OwnObject } from './program.ts';
import type { ApexExecution } from './execution.ts';
import { isStub } from './stub.ts';

/**
 * A copy of a value with all that it holds, as if it had been serialised: what is done to the one does not show in the
 * other, and transient fields are empty. This is how a job gets the object that was enqueued.
 */
export function copyOf<V extends Value>(x: ApexExecution, program: CompiledProgram, value: V): V {
  const known = new Map<object, Value>();
  const copy = (given: Value): Value => {
    if (given === null || typeof given !== 'object') return given;
    const before = known.get(given);
    if (before !== undefined) return before;
    const made = empty(given);
    if (made === null) return given;
    known.set(given, made);
    fill(given, made);
    return made;
  };
  /** null: the value cannot change, so it is its own copy */
  const empty = (given: object): Exclude<Value, null> | null => {
    if (given instanceof ApexList) return new ApexList(given.type);
    if (given instanceof ApexSet) return new ApexSet(given.type);
    if (given instanceof ApexMap) return new ApexMap(given.type);
    if (given instanceof SObjectValue) return new SObjectValue(given.definition);
    if (!(given instanceof ApexObject) || given instanceof PlatformObject || given instanceof ExceptionValue)
      return null;
    if (isStub(given)) return null;
    return program.allocate(x, given.type);
  };
  const fill = (given: object, made: Value): void => {
    if (given instanceof ApexList && made instanceof ApexList) made.items.push(...given.items.map(copy));
    else if (given instanceof ApexSet && made instanceof ApexSet) {
      for (const [key, item] of given.entries) made.entries.set(keyOf(key), copy(item));
    } else if (given instanceof ApexMap && made instanceof ApexMap) {
      for (const [key, [k, v]] of given.entries) made.entries.set(keyOf(key), [copy(k), copy(v)]);
    } else if (given instanceof SObjectValue && made instanceof SObjectValue) {
      for (const [name, v] of given.values) made.values.set(name, copy(v));
      made.retrieved = given.retrieved;
    } else if (given instanceof ApexObject && made instanceof ApexObject) {
      const from = given as OwnObject;
      const to = made as Record<string, Value> & ApexObject;
      for (const key of program.storedFields(given.type)) to[key] = copy(from[key] as Value);
    }
  };
  /** an own object stands under itself as key, so under its copy in the copy */
  const keyOf = (key: unknown): unknown => (key instanceof ApexObject ? copy(key) : key);
  return copy(value) as V;
}
