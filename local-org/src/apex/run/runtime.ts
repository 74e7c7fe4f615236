/** What emitted code calls, under the name `R`. */
import { NotModelledError } from '../../errors.ts';
import type { Pause } from '../../execution/execution.ts';
import { GovernorLimits } from '../../execution/limits.ts';
import { runtimeType } from '../../values/convert.ts';
import { equals, identical as identicalValues } from '../../values/equality.ts';
import { concatenationText, stringOf } from '../../values/text.ts';
import { ApexId, ApexList, ApexMap, ApexObject, ApexSet, SObjectValue } from '../../values/value.ts';
import type { Value } from '../../values/value.ts';
import { chooseOverload, methodsNamed } from '../resolve/members.ts';
import { enqueueFuture } from '../../platform/async.ts';
import { npe } from './arithmetic.ts';
import { dml } from './statements.ts';
import type { EmittedFunction } from './program.ts';
import type { ApexExecution } from './execution.ts';

export { ApexObject, ExceptionValue } from '../../values/value.ts';
export type { OwnObject } from './program.ts';
export * from './arithmetic.ts';
export * from './collections.ts';
export * from './frames.ts';
export * from './records.ts';
export * from './statements.ts';
export * from './types.ts';
export { triggerVariable } from './trigger.ts';

/** A String in a concatenation. */
export function stringText(value: string | null): string {
  return value ?? 'null';
}

/** A value whose text needs no Apex in a concatenation. */
export function plainText(value: Value): string {
  return concatenationText(value);
}

/** Any value in a concatenation; an own toString() is called. */
export function* textOf(x: ApexExecution, value: Value): Generator<Pause, string, void> {
  return yield* stringOf(x, value, 'concatenation');
}

/** `==` where no own class can be involved. */
export function equal(left: Value, right: Value): boolean {
  return equals(left, right);
}

/** `===`: the same object; Strings with the same characters, capitals included. */
export function identical(left: Value, right: Value): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left === right;
  return identicalValues(left, right);
}

/** `==` between objects: an own equals() decides. */
export function* equalObjects(x: ApexExecution, left: Value, right: Value): Generator<Pause, boolean, void> {
  if (left === right) return true;
  if (left === null || right === null) return false;
  if (left instanceof ApexObject && x.program.hasMethod(left.type, 'equals', 1)) {
    return (yield* x.program.call(x, left, 'equals', [right])) === true;
  }
  if (left instanceof ApexList && right instanceof ApexList) {
    if (left.items.length !== right.items.length) return false;
    for (const [i, item] of left.items.entries()) {
      if (!(yield* equalObjects(x, item, right.items[i]!))) return false;
    }
    return true;
  }
  // keys stand under what their equals() and hashCode() make of them
  if (left instanceof ApexSet && right instanceof ApexSet) {
    return left.entries.size === right.entries.size && [...left.entries.keys()].every((key) => right.entries.has(key));
  }
  if (left instanceof ApexMap && right instanceof ApexMap) {
    if (left.entries.size !== right.entries.size) return false;
    for (const [key, [, value]] of left.entries) {
      const other = right.entries.get(key);
      if (other === undefined || !(yield* equalObjects(x, value, other[1]))) return false;
    }
    return true;
  }
  return equals(left, right);
}

/** Calls a method by the object's run-time type: an own class's, else the platform's. */
export function* callDynamic(
  x: ApexExecution,
  target: Value,
  name: string,
  args: Value[],
): Generator<Pause, Value, void> {
  if (target === null) return npe();
  if (target instanceof ApexObject && x.program.hasMethod(target.type, name, args.length)) {
    return yield* x.program.call(x, target, name, args);
  }
  const { world } = x.program;
  const type = runtimeType(target);
  const candidates = methodsNamed(world, type, name).filter((c) => !c.isStatic && c.platform !== null);
  const choice = chooseOverload(world, candidates, args.map(runtimeType));
  if (!('callable' in choice)) throw new NotModelledError(`method ${type.text}.${name}`);
  const { run, suspends } = choice.callable.platform!.method;
  const native = run as unknown as (x: ApexExecution, self: Value, ...args: Value[]) => unknown;
  const result = native(x, target, ...args);
  return ((suspends ? yield* result as Generator<Pause, Value, void> : result) as Value | undefined) ?? null;
}

/** The iterator behind `for (T t : iterable)`. */
export function* iteratorOf(x: ApexExecution, iterable: Value): Generator<Pause, Value, void> {
  if (iterable instanceof ApexObject && x.program.hasMethod(iterable.type, 'next', 0)) return iterable;
  return yield* callDynamic(x, iterable, 'iterator', []);
}

/** The call of a @future method. */
export function future(x: ApexExecution, run: EmittedFunction, className: string, name: string, args: Value[]): void {
  enqueueFuture(x, className, name, args, (inner, copies) => run(inner as ApexExecution, ...copies));
}

/** A custom label. */
export function label(x: ApexExecution, name: string): string {
  const text = x.org.label(name);
  if (text === null) throw new NotModelledError(`label ${name}, which the org does not have`);
  return text;
}

/** Reads the bind `account.Name` of a dynamic query by way of the head's variable. */
export function scope<Self>(
  self: Self,
  read: (name: string, self: Self) => Value | undefined,
): (name: string) => Value | undefined {
  return (path) => {
    const [head = '', ...rest] = path.toLowerCase().split('.');
    let value = read(head, self);
    for (const name of rest) {
      if (!(value instanceof SObjectValue)) return undefined;
      value = value.values.get(name) ?? null;
    }
    return value;
  };
}

function* insertUser(x: ApexExecution, user: SObjectValue): Generator<Pause, void, void> {
  const { limits } = x;
  x.limits = new GovernorLimits();
  try {
    yield* dml(x, 'insert', user, 'SYSTEM', null);
  } finally {
    x.limits = limits;
  }
}

/** Switches to the user of System.runAs; the result switches back. */
export function* beginRunAs(x: ApexExecution, user: Value): Generator<Pause, () => void, void> {
  if (!(user instanceof SObjectValue)) return npe();
  if (x.test === null) throw new NotModelledError('System.runAs outside of a test');
  // "Every call to runAs counts against the total number of DML statements" (Apex Developer Guide, "Using the runAs
  // Method"), whose example hands over a User that was not inserted: the platform does that
  x.limits.use('dmlStatements');
  const previous = x.user;
  const end = x.transaction.enterRunAs();
  if (!(user.values.get('id') instanceof ApexId)) yield* insertUser(x, user);
  const id = user.values.get('id');
  if (!(id instanceof ApexId)) throw new Error('An inserted User has no Id');
  x.user = x.userOf(x, id.value);
  return () => {
    x.user = previous;
    end();
  };
}
