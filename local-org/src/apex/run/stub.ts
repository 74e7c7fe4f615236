import type { Execution, Pause, StubbedCall } from '../../execution/execution.ts';
import { apexException } from '../../platform/exceptions.ts';
import type { ApexType } from '../../types/type.ts';
import { T } from '../../types/type.ts';
import { convertTo, runtimeType } from '../../values/convert.ts';
import { ApexObject } from '../../values/value.ts';
import type { Value } from '../../values/value.ts';
import { isAssignable, supertypes } from '../resolve/relations.ts';
import type { ClassSymbol, MethodSymbol } from '../resolve/symbols.ts';
import type { World } from '../resolve/world.ts';
import type { ApexExecution } from './execution.ts';
import type { EmittedFunction, OwnObject } from './program.ts';

const stubs = new WeakSet<ApexObject>();

/** Whether an object was made by Test.createStub. */
export function isStub(object: ApexObject): boolean {
  return stubs.has(object);
}

/** The methods that a stub answers: all instance methods that are not private, those of its supertypes included. */
function stubbedMethods(world: World, cls: ClassSymbol): MethodSymbol[] {
  const methods = new Map<string, MethodSymbol>();
  for (const type of supertypes(world, cls.type)) {
    for (const method of [...(world.own(type)?.methods.values() ?? [])].flat()) {
      if (method.isStatic || method.visibility === 'private' || methods.has(method.js)) continue;
      methods.set(method.js, method);
    }
  }
  return [...methods.values()];
}

/** What the provider gave, as the method gives it. @throws ApexThrow TypeException for a value of another type */
function answer(world: World, value: Value, returns: ApexType): Value {
  if (returns === T.Void || value === null) return null;
  if (!isAssignable(world, runtimeType(value), returns)) {
    throw apexException(
      'TypeException',
      `Invalid conversion from runtime type ${runtimeType(value).text} to ${returns.text}`,
    );
  }
  return convertTo(value, returns);
}

/**
 * Test.createStub: an object of the class without its constructor run, whose methods ask `handle`. Static and private
 * methods and the accessors of properties stay as they are (Apex Developer Guide, "Build a Mocking Framework with the
 * Stub API").
 * @param construct the emitted class; null for an interface
 */
export function makeStub(
  world: World,
  cls: ClassSymbol,
  construct: (new (type: ApexType) => OwnObject) | null,
  handle: (x: Execution, call: StubbedCall, args: Value[]) => Generator<Pause, Value, void>,
): ApexObject {
  const stub = construct === null ? new ApexObject(cls.type) : new construct(cls.type);
  for (const method of stubbedMethods(world, cls)) {
    const { name, returns, parameters } = method;
    const run: EmittedFunction = function* (x: ApexExecution, ...args: Value[]) {
      return answer(world, yield* handle(x, { target: stub, name, returns, parameters }, args), returns);
    };
    (stub as OwnObject)[method.js] = run;
  }
  stubs.add(stub);
  return stub;
}
