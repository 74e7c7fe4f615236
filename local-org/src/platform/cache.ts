import type { Execution, OrgContext, Pause, TestState } from '../execution/execution.ts';
import { T } from '../types/type.ts';
import { apexType } from '../types/type.ts';
import { ApexList, ApexMap, ApexObject, ApexSet, PlatformObject } from '../values/value.ts';
import type { EnumValue, Value } from '../values/value.ts';
import { platformInterface } from './async.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { mapOf, setOf } from './native.ts';
import { platformClass, platformEnum } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';
import type { TypeToken } from './tokens.ts';

/**
 * Platform Cache (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_cache_Org.htm).
 * Every partition that is named exists. The org's cache lasts as long as the process, a session's as long as its user's;
 * tests have a cache of their own each, empty at the start (Apex Developer Guide, "Platform Cache Considerations").
 */

interface Entry {
  value: Value;
  /** milliseconds since the epoch */
  expires: number;
}

type Partition = Map<string, Entry>;

const ofOrgs = new WeakMap<OrgContext, Map<string, Partition>>();
const ofTests = new WeakMap<TestState, Map<string, Partition>>();

function caches(x: Execution): Map<string, Partition> {
  const found = x.test === null ? ofOrgs.get(x.org) : ofTests.get(x.test);
  if (found !== undefined) return found;
  const made = new Map<string, Partition>();
  if (x.test === null) ofOrgs.set(x.org, made);
  else ofTests.set(x.test, made);
  return made;
}

type Kind = 'Org' | 'Session';

interface Address {
  kind: Kind;
  /** `local.default` */
  name: string;
}

function partition(x: Execution, { kind, name }: Address): Partition {
  const all = caches(x);
  const key = `${kind === 'Org' ? 'org' : x.user.id}/${name.toLowerCase()}`;
  let found = all.get(key);
  if (found === undefined) {
    found = new Map();
    all.set(key, found);
  }
  return found;
}

const ORG_SECONDS = 86_400;
const SESSION_SECONDS = 28_800;
/** org cache: 48 hours; session cache: 8 hours */
const MAXIMA: Readonly<Record<Kind, number>> = { Org: 172_800, Session: SESSION_SECONDS };

function invalid(kind: Kind, message: string): Error {
  return apexException(`Cache.${kind}.${kind}CacheException`, message);
}

/** A key alone, or `namespace.partition.key`. */
function resolve(address: Address, key: string | null): { address: Address; key: string } {
  if (key === null) throw nullArgument(1);
  const parts = key.split('.');
  const simple = parts.at(-1) ?? '';
  if (parts.length !== 1 && parts.length !== 3) throw invalid(address.kind, `Invalid cache key: ${key}`);
  if (!/^[A-Za-z0-9]{1,50}$/.test(simple)) {
    throw apexException(
      'Cache.InvalidParamException',
      `Invalid key '${simple}': cache keys are alphanumeric and have at most 50 characters`,
    );
  }
  if (parts.length === 1) return { address, key: simple };
  return { address: { kind: address.kind, name: `${parts[0]}.${parts[1]}` }, key: simple };
}

function live(x: Execution, address: Address, text: string | null): Value | undefined {
  const at = resolve(address, text);
  const entries = partition(x, at.address);
  const entry = entries.get(at.key);
  if (entry === undefined) return undefined;
  if (entry.expires > x.now()) return entry.value;
  entries.delete(at.key);
  return undefined;
}

function put(x: Execution, address: Address, text: string | null, value: Value, seconds: number | null): void {
  if (value === null) throw nullArgument(2);
  const at = resolve(address, text);
  const { kind } = address;
  const ttl = seconds === null || seconds === 0 ? (kind === 'Org' ? ORG_SECONDS : SESSION_SECONDS) : seconds;
  if (ttl < 300 || ttl > MAXIMA[kind]) {
    throw apexException(
      'Cache.InvalidParamException',
      `Invalid TTL: ${ttl}; it is from 300 to ${MAXIMA[kind]} seconds`,
    );
  }
  partition(x, at.address).set(at.key, { value: copied(value), expires: x.now() + ttl * 1000 });
}

/** The cache keeps a copy: what is changed afterwards outside does not show in it. Own objects are kept as they are. */
function copied(value: Value): Value {
  if (value instanceof ApexList) return new ApexList(value.type, value.items.map(copied));
  if (value instanceof ApexSet) return setOf(value.type.args[0] ?? T.Object, value.entries.values());
  if (value instanceof ApexMap) {
    const [key = T.Object, item = T.Object] = value.type.args;
    return mapOf(
      key,
      item,
      [...value.entries.values()].map(([k, v]): [Value, Value] => [k, copied(v)]),
    );
  }
  return value;
}

/** Cache.Org.get(MyBuilder.class, 'key'): what is cached, else what doLoad gives, which is cached then. */
function* load(
  x: Execution,
  address: Address,
  builder: TypeToken | null,
  key: string | null,
): Generator<Pause, Value, void> {
  if (builder === null || key === null) throw nullArgument(builder === null ? 1 : 2);
  // A builder's keys are prefixed by its class, with what is not alphanumeric left out [assumption].
  const full = `${builder.data.text}${key}`.replace(/[^A-Za-z0-9]/g, '').slice(-50);
  const known = live(x, address, full);
  if (known !== undefined) return copied(known);
  const object = yield* x.program.newInstance(x, builder.data.type);
  const value = yield* x.program.call(x, object as ApexObject, 'doLoad', [key]);
  if (value !== null) put(x, address, full, value, null);
  return value;
}

type AddressOf = (self: Value) => Address;

/** The members of Cache.Org, Cache.Session (static) and of their partitions. */
function members(prefix: string, of: AddressOf): Record<string, Native> {
  const get: Native = (x, self: Value, key: string | null) => {
    const value = live(x, of(self), key);
    return value === undefined ? null : copied(value);
  };
  const store: Native = (x, self: Value, key: string | null, value: Value, seconds?: number | EnumValue | null) =>
    put(x, of(self), key, value, typeof seconds === 'number' ? seconds : null);
  const removeKey: Native = (x, self: Value, key: string | null) => {
    if (live(x, of(self), key) === undefined) return false;
    const at = resolve(of(self), key);
    return partition(x, at.address).delete(at.key);
  };
  const keys = (x: Execution, self: Value): string[] =>
    [...partition(x, of(self)).keys()].filter((key) => live(x, of(self), key) !== undefined);
  const visibility = 'Cache.Visibility';
  return {
    [`${prefix}Boolean contains(String)`]: (x, self: Value, key: string | null) => live(x, of(self), key) !== undefined,
    [`${prefix}Map<String,Boolean> contains(Set<String>)`]: (x, self: Value, wanted: ApexSet | null) => {
      if (wanted === null) throw nullArgument(1);
      return mapOf(
        T.String,
        T.Boolean,
        [...wanted.entries.values()].map((k): [Value, Value] => [k, live(x, of(self), k as string) !== undefined]),
      );
    },
    [`${prefix}Object get(String)`]: get,
    [`${prefix}Map<String,Object> get(Set<String>)`]: (x, self: Value, wanted: ApexSet | null) => {
      if (wanted === null) throw nullArgument(1);
      const found = [...wanted.entries.values()].flatMap((k): [Value, Value][] => {
        const value = live(x, of(self), k as string);
        return value === undefined ? [] : [[k, copied(value)]];
      });
      return mapOf(T.String, T.Object, found);
    },
    [`${prefix}Object get(Type,String)`]: function* (
      x: Execution,
      self: Value,
      builder: TypeToken | null,
      key: string | null,
    ): Generator<Pause, Value, void> {
      return yield* load(x, of(self), builder, key);
    },
    [`${prefix}Set<String> getKeys()`]: (x, self: Value) => setOf(T.String, keys(x, self)),
    [`${prefix}Long getNumKeys()`]: (x, self: Value) => BigInt(keys(x, self).length),
    [`${prefix}String getName()`]: (_x, self: Value) => of(self).name.split('.').at(-1) ?? '',
    [`${prefix}void put(String,Object)`]: store,
    [`${prefix}void put(String,Object,Integer)`]: store,
    [`${prefix}void put(String,Object,${visibility})`]: store,
    [`${prefix}void put(String,Object,Integer,${visibility},Boolean)`]: store,
    [`${prefix}Boolean remove(String)`]: removeKey,
    [`${prefix}Boolean remove(Type,String)`]: (x, self: Value, builder: TypeToken | null, key: string | null) => {
      if (builder === null || key === null) throw nullArgument(builder === null ? 1 : 2);
      const full = `${builder.data.text}${key}`.replace(/[^A-Za-z0-9]/g, '').slice(-50);
      return partition(x, of(self)).delete(full);
    },
  };
}

type PartitionObject = PlatformObject<Address>;

function kindClasses(kind: Kind): PlatformClass[] {
  const DEFAULT: Address = { kind, name: 'local.default' };
  const partitionType = `Cache.${kind}Partition`;
  const own = members('', (self) => (self as PartitionObject).data);
  return [
    platformClass(`Cache.${kind}`, {
      ...members('static ', () => DEFAULT),
      [`static ${partitionType} getPartition(String)`]: (_x, _self, name: string | null) => {
        if (name === null) throw nullArgument(1);
        const full = name.includes('.') ? name : `local.${name}`;
        return new PlatformObject<Address>(apexType(partitionType), { kind, name: full });
      },
      ...(kind === 'Session'
        ? { 'static Boolean isAvailable()': (x: Execution) => x.test !== null || !isAsync(x) }
        : {}),
      'static Integer MAX_TTL_SECS': { get: () => MAXIMA[kind] },
    }),
    platformClass(partitionType, own, { extends: 'Cache.Partition' }),
  ];
}

/** Session cache is there for a person's requests only. */
function isAsync(x: Execution): boolean {
  return x.statics.has('async.kind');
}

export const cacheClasses: PlatformClass[] = [
  platformEnum('Cache.Visibility', ['ALL', 'NAMESPACE']),
  platformInterface('Cache.CacheBuilder', ['Object doLoad(String)']),
  platformClass(
    'Cache.Partition',
    members('', (self) => (self as PartitionObject).data),
  ),
  ...kindClasses('Org'),
  ...kindClasses('Session'),
];
