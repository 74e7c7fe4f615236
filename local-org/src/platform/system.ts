import type { Execution, Pause } from '../execution/execution.ts';
import { runtimeType } from '../values/convert.ts';
import { equals } from '../values/equality.ts';
import { declareEnum, enumConstant } from '../values/enums.ts';
import { stringOf } from '../values/text.ts';
import { apexType } from '../types/type.ts';
import { ApexDatetime, ApexObject, PlatformObject } from '../values/value.ts';
import type { EnumValue, Value } from '../values/value.ts';
import { asyncSystemMembers } from './async.ts';
import { today } from './date.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { hashCodeOf } from './object.ts';
import { pageState } from './pages.ts';
import { platformClass, platformEnum } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';
import type { TypeToken } from './tokens.ts';

/** System and Assert (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_system.htm). */

type Run<R> = Generator<Pause, R, void>;

/** The equality of assertions and collections: strings with their case, own classes by their equals(). */
function* same(x: Execution, left: Value, right: Value): Run<boolean> {
  if (typeof left === 'string' && typeof right === 'string') return left === right;
  if (left instanceof ApexObject && !(left instanceof PlatformObject) && x.program.hasMethod(left.type, 'equals', 1)) {
    return (yield* x.program.call(x, left, 'equals', [right])) === true;
  }
  return equals(left, right);
}

function* failed(x: Execution, message: Value | undefined, detail: string | null): Run<never> {
  const parts = ['Assertion Failed'];
  if (message !== undefined && message !== null) parts.push(yield* stringOf(x, message));
  if (detail !== null) parts.push(detail);
  throw apexException('AssertException', parts.join(': '));
}

function* areEqual(x: Execution, _self: null, expected: Value, actual: Value, message?: Value): Run<void> {
  if (yield* same(x, expected, actual)) return;
  const texts = `Expected: ${yield* stringOf(x, expected, 'concatenation')}, Actual: ${yield* stringOf(x, actual, 'concatenation')}`;
  yield* failed(x, message, texts);
}

function* areNotEqual(x: Execution, _self: null, expected: Value, actual: Value, message?: Value): Run<void> {
  if (!(yield* same(x, expected, actual))) return;
  yield* failed(x, message, `Same value: ${yield* stringOf(x, actual, 'concatenation')}`);
}

function* isTrue(x: Execution, _self: null, condition: boolean | null, message?: Value): Run<void> {
  if (condition !== true) yield* failed(x, message, null);
}

function* debug(x: Execution, level: string, value: Value): Run<void> {
  x.log(level, yield* stringOf(x, value, 'concatenation'));
}

const LOGGING_LEVEL = apexType('LoggingLevel');
const LEVELS = ['NONE', 'INTERNAL', 'FINEST', 'FINER', 'FINE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];
declareEnum(LOGGING_LEVEL, LEVELS);

/** Apex Reference Guide, Quiddity Enum: the codes of event monitoring. */
const QUIDDITY_CODES: Readonly<Record<string, string>> = {
  ANONYMOUS: 'X',
  AURA: 'A',
  BATCH_ACS: 'BA',
  BATCH_APEX: 'B',
  BATCH_CHUNK_PARALLEL: 'BP',
  BATCH_CHUNK_SERIAL: 'BC',
  BULK_API: 'K',
  COMMERCE_INTEGRATION: 'C',
  FUTURE: 'F',
  INBOUND_EMAIL_SERVICE: 'E',
  INVOCABLE_ACTION: 'I',
  QUEUEABLE: 'Q',
  REMOTE_ACTION: 'RA',
  REST: 'R',
  RUNTEST_ASYNC: 'T',
  RUNTEST_DEPLOY: 'TD',
  RUNTEST_SYNC: 'TS',
  SCHEDULED: 'S',
  SOAP: 'W',
  SYNCHRONOUS: 'L',
  TRANSACTION_FINALIZER_QUEUEABLE: 'TF',
  UNDEFINED: 'U',
  VF: 'V',
};

const systemMembers: Record<string, Native> = {
  ...asyncSystemMembers,
  'static void debug(Object)': function* (x: Execution, _self: null, value: Value): Run<void> {
    yield* debug(x, 'DEBUG', value);
  },
  'static void debug(LoggingLevel,Object)': function* (
    x: Execution,
    _self: null,
    level: EnumValue | null,
    value: Value,
  ): Run<void> {
    yield* debug(x, level?.name ?? 'DEBUG', value);
  },
  'static void assert(Boolean)': isTrue,
  'static void assert(Boolean,Object)': isTrue,
  'static void assertEquals(Object,Object)': areEqual,
  'static void assertEquals(Object,Object,Object)': areEqual,
  'static void assertNotEquals(Object,Object)': areNotEqual,
  'static void assertNotEquals(Object,Object,Object)': areNotEqual,
  'static Datetime now()': (x) => new ApexDatetime(x.now()),
  'static Date today()': (x) => today(x),
  'static Long currentTimeMillis()': (x) => BigInt(x.now()),
  'static PageReference currentPageReference()': (x) => pageState(x).current,
  'static ApplicationReadWriteMode getApplicationReadWriteMode()': () =>
    enumConstant(apexType('ApplicationReadWriteMode'), 'DEFAULT'),
  // the version of the managed package that asks: none here, which Salesforce shows as null
  'static Version requestVersion()': () => null,
  'static String getQuiddityShortCode(Quiddity)': (_x, _self, quiddity: EnumValue | null) => {
    if (quiddity === null) throw nullArgument(1);
    return QUIDDITY_CODES[quiddity.name] ?? 'U';
  },
  'static Integer hashCode(Object)': function* (x: Execution, _self: null, value: Value): Run<number> {
    if (value === null) return 0;
    return yield* hashCodeOf(x, value);
  },
  'static Boolean equals(Object,Object)': function* (
    x: Execution,
    _self: null,
    left: Value,
    right: Value,
  ): Run<boolean> {
    return yield* same(x, left, right);
  },
};

function* isInstance(x: Execution, value: Value, type: TypeToken | null, wanted: boolean, message?: Value): Run<void> {
  if (type === null) throw nullArgument(2);
  const is = value !== null && x.program.isAssignable(runtimeType(value), type.data.type);
  if (is === wanted) return;
  const word = wanted ? 'is not' : 'is';
  yield* failed(x, message, `Value ${word} an instance of type ${type.data.text}`);
}

const assertMembers: Record<string, Native> = {
  'static void areEqual(Object,Object)': areEqual,
  'static void areEqual(Object,Object,String)': areEqual,
  'static void areNotEqual(Object,Object)': areNotEqual,
  'static void areNotEqual(Object,Object,String)': areNotEqual,
  'static void isTrue(Boolean)': isTrue,
  'static void isTrue(Boolean,String)': isTrue,
  'static void isFalse(Boolean)': isFalse,
  'static void isFalse(Boolean,String)': isFalse,
  'static void isNull(Object)': isNull,
  'static void isNull(Object,String)': isNull,
  'static void isNotNull(Object)': isNotNull,
  'static void isNotNull(Object,String)': isNotNull,
  'static void fail()': fail,
  'static void fail(String)': fail,
  'static void isInstanceOfType(Object,Type)': isInstanceOfType,
  'static void isInstanceOfType(Object,Type,String)': isInstanceOfType,
  'static void isNotInstanceOfType(Object,Type)': isNotInstanceOfType,
  'static void isNotInstanceOfType(Object,Type,String)': isNotInstanceOfType,
};

function* isFalse(x: Execution, _self: null, condition: boolean | null, message?: Value): Run<void> {
  if (condition !== false) yield* failed(x, message, null);
}

function* isNull(x: Execution, _self: null, value: Value, message?: Value): Run<void> {
  if (value !== null)
    yield* failed(x, message, `Expected: null, Actual: ${yield* stringOf(x, value, 'concatenation')}`);
}

function* isNotNull(x: Execution, _self: null, value: Value, message?: Value): Run<void> {
  if (value === null) yield* failed(x, message, 'Same value: null');
}

function* fail(x: Execution, _self: null, message?: Value): Run<void> {
  yield* failed(x, message, null);
}

function* isInstanceOfType(
  x: Execution,
  _self: null,
  value: Value,
  type: TypeToken | null,
  message?: Value,
): Run<void> {
  yield* isInstance(x, value, type, true, message);
}

function* isNotInstanceOfType(
  x: Execution,
  _self: null,
  value: Value,
  type: TypeToken | null,
  message?: Value,
): Run<void> {
  yield* isInstance(x, value, type, false, message);
}

export const systemClasses: PlatformClass[] = [
  platformClass('System', systemMembers),
  platformClass('Assert', assertMembers),
  platformEnum('LoggingLevel', LEVELS),
  platformEnum('ApplicationReadWriteMode', ['DEFAULT', 'READ_ONLY']),
];
