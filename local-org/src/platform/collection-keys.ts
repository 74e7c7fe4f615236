import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { equals, hashKey } from '../values/equality.ts';
import { ApexObject, ExceptionValue, PlatformObject } from '../values/value.ts';
import type { ApexMap, Value } from '../values/value.ts';
import { DescribeMap } from './tokens.ts';

/**
 * For each run: objects of own classes with equals() and hashCode(), by class and hash. The first of those that are
 * equal stands for all of them as key of a Set or Map.
 */
const representatives = new WeakMap<Execution, Map<string, ApexObject[]>>();

function isOwn(value: Value): value is ApexObject {
  return value instanceof ApexObject && !(value instanceof PlatformObject) && !(value instanceof ExceptionValue);
}

/** Runs equals() or hashCode() to its end; a statement on the data inside it would need a scheduling point here. */
function runNow(call: Generator<Pause, Value, void>, what: string): Value {
  const step = call.next();
  if (step.done !== true) throw new NotModelledError(`SOQL or DML inside ${what} called by a collection`);
  return step.value;
}

function ownEquals(x: Execution, left: ApexObject, right: Value): boolean {
  return runNow(x.program.call(x, left, 'equals', [right]), `${left.type.text}.equals`) === true;
}

/**
 * The hash key of a value in a Set or of a Map's key. Own classes with equals() and hashCode() are asked, as
 * https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_collections_maps_keys_userdefined.htm
 * describes; those without are told apart by identity.
 */
export function elementKey(x: Execution, value: Value): unknown {
  if (
    !isOwn(value) ||
    !x.program.hasMethod(value.type, 'hashCode', 0) ||
    !x.program.hasMethod(value.type, 'equals', 1)
  ) {
    return hashKey(value);
  }
  const hash = runNow(x.program.call(x, value, 'hashCode', []), `${value.type.text}.hashCode`);
  const known = representatives.get(x) ?? new Map<string, ApexObject[]>();
  representatives.set(x, known);
  const place = `${value.type.text} ${typeof hash === 'number' ? hash : 'null'}`;
  const bucket = known.get(place) ?? [];
  known.set(place, bucket);
  const found = bucket.find((other) => other === value || ownEquals(x, value, other));
  if (found !== undefined) return found;
  bucket.push(value);
  return value;
}

/** The key under which a map holds a value; describe maps do not mind capitals. */
export function mapKey(x: Execution, map: ApexMap, value: Value): unknown {
  if (map instanceof DescribeMap && typeof value === 'string') return hashKey(value.toLowerCase());
  return elementKey(x, value);
}

/** The equality of List.contains() and indexOf(): strings with their case, own classes by their equals(). */
export function sameElement(x: Execution, left: Value, right: Value): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left === right;
  if (isOwn(left) && x.program.hasMethod(left.type, 'equals', 1)) return left === right || ownEquals(x, left, right);
  return equals(left, right);
}
