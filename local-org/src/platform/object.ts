import type { Execution, Pause } from '../execution/execution.ts';
import { to18, toId } from '../values/id.ts';
import { equals, hashKey } from '../values/equality.ts';
import { stringOf } from '../values/text.ts';
import { ApexId, ApexObject, PlatformObject, ExceptionValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { idOrThrow } from '../values/convert.ts';
import { apexException, nullPointer } from './exceptions.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';
import { javaHashCode } from './text-functions.ts';
import { sobjectTypeToken } from './tokens.ts';

function isOwn(value: Value): value is ApexObject {
  return value instanceof ApexObject && !(value instanceof PlatformObject) && !(value instanceof ExceptionValue);
}

const identityHashes = new WeakMap<object, number>();
let lastHash = 0;

/** The hash of a value; objects without a hashCode() of their own are told apart by identity. */
function hashOf(value: Value): number {
  const key = hashKey(value);
  if (typeof key !== 'object' || key === null) return typeof key === 'number' ? key : javaHashCode(String(key));
  let hash = identityHashes.get(key);
  if (hash === undefined) {
    hash = ++lastHash;
    identityHashes.set(key, hash);
  }
  return hash;
}

/** hashCode() of any value, the own one of an own class. */
export function* hashCodeOf(x: Execution, value: Value): Generator<Pause, number, void> {
  if (!isOwn(value) || !x.program.hasMethod(value.type, 'hashCode', 0)) return hashOf(value);
  const hash = yield* x.program.call(x, value, 'hashCode', []);
  return typeof hash === 'number' ? hash : 0;
}

/** Object: what every value has. Own classes' overrides are called. */
const objectClass = platformClass('Object', {
  'Boolean equals(Object)': function* (x: Execution, self: Value, other: Value): Generator<Pause, Value, void> {
    if (isOwn(self) && x.program.hasMethod(self.type, 'equals', 1))
      return yield* x.program.call(x, self, 'equals', [other]);
    return typeof self === 'string' ? self === other : equals(self, other);
  },
  'Integer hashCode()': function* (x: Execution, self: Value): Generator<Pause, Value, void> {
    if (isOwn(self) && x.program.hasMethod(self.type, 'hashCode', 0))
      return yield* x.program.call(x, self, 'hashCode', []);
    return hashOf(self);
  },
  'String toString()': function* (x: Execution, self: Value): Generator<Pause, Value, void> {
    return yield* stringOf(x, self);
  },
});

/** Id (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_id.htm). */
const idClass = platformClass('Id', {
  'static Id valueOf(String)': (_x, _self, text: string | null) => {
    if (text === null) throw nullPointer('Argument cannot be null.');
    return idOrThrow(text);
  },
  'static Id valueOf(String,Boolean)': (_x, _self, text: string | null, restoreCasing: boolean | null) => {
    if (text === null) throw nullPointer('Argument cannot be null.');
    const id =
      restoreCasing === true
        ? toId(text)
        : /^[a-zA-Z0-9]{15,18}$/.test(text)
          ? new ApexId(to18(text.slice(0, 15)))
          : null;
    if (id === null || (text.length !== 15 && text.length !== 18))
      throw apexException('StringException', `Invalid id: ${text}`);
    return id;
  },
  'String to15()': (_x, self: ApexId) => self.value.slice(0, 15),
  'Schema.SObjectType getSObjectType()': (x, self: ApexId) => {
    const definition = x.org.schema.objectByKeyPrefix(self.value.slice(0, 3));
    if (definition === null) throw apexException('SObjectException', `Cannot locate Apex Type for ID: ${self.value}`);
    return sobjectTypeToken(definition);
  },
});

export const objectClasses: PlatformClass[] = [objectClass, idClass];
