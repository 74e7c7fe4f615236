import type { DmlRequest, DmlRowResult, QueryOptions } from '../../src/data/contract.ts';
import { ApexThrow } from '../../src/errors.ts';
import type { Execution, TestState } from '../../src/execution/execution.ts';
import { GovernorLimits } from '../../src/execution/limits.ts';
import { platformClasses } from '../../src/platform/index.ts';
import { Schema } from '../../src/schema/schema.ts';
import type { ObjectDefinition } from '../../src/schema/definition.ts';
import { standardObjects } from '../../src/schema/standard/index.ts';
import type { SoqlQuery } from '../../src/soql/ast.ts';
import { apexType, parseType, T } from '../../src/types/type.ts';
import { hashKey } from '../../src/values/equality.ts';
import { ApexId, ApexList, ApexMap, ApexObject, SObjectValue } from '../../src/values/value.ts';
import type { Value } from '../../src/values/value.ts';

/** Calls platform methods through their tables, against an Execution whose data, permissions and program are scripted. */

export const schema = new Schema(standardObjects());

export function object(name: string): ObjectDefinition {
  const definition = schema.object(name);
  if (definition === null) throw new Error(`No object ${name}`);
  return definition;
}

export function field(
  objectName: string,
  name: string,
): SObjectValue['definition']['fields'] extends Map<string, infer F> ? F : never {
  const found = object(objectName).fields.get(name.toLowerCase());
  if (found === undefined) throw new Error(`No field ${objectName}.${name}`);
  return found;
}

export function record(
  name: string,
  values: Record<string, Value> = {},
  queried: string[] | null = null,
): SObjectValue {
  const made = new SObjectValue(object(name));
  for (const [key, value] of Object.entries(values)) made.values.set(key.toLowerCase(), value);
  if (queried !== null) made.retrieved = new Set(queried.map((key) => key.toLowerCase()));
  return made;
}

export const listOf = (type: string, ...items: Value[]): ApexList => new ApexList(parseType(`List<${type}>`), items);

export function mapOf(type: string, entries: Record<string, Value>): ApexMap {
  const map = new ApexMap(parseType(type));
  for (const [key, value] of Object.entries(entries)) map.entries.set(hashKey(key), [key, value]);
  return map;
}

export const texts = (value: Value): unknown[] => (value as ApexList).items;

export interface Fake {
  /** answers of the data layer to the next DML statement */
  results?: Partial<DmlRowResult>[];
  rows?: SObjectValue[];
  /** object or object.field -> what is not allowed */
  denied?: string[];
  customPermissions?: string[];
  test?: boolean;
  access?: 'USER' | 'SYSTEM';
}

export interface Harness {
  x: Execution;
  requests: DmlRequest[];
  queries: { query: SoqlQuery; binds: Value[]; options: QueryOptions }[];
  log: string[];
  /** methods of own classes that were called */
  calls: [string, Value[]][];
  reply: (method: string, args: Value[]) => Value;
}

/** An Execution whose data, permissions and program are scripted. */
export function harness(fake: Fake = {}): Harness {
  const made: Harness = {
    x: null as unknown as Execution,
    requests: [],
    queries: [],
    log: [],
    calls: [],
    reply: () => null,
  };
  const denied = new Set((fake.denied ?? []).map((name) => name.toLowerCase()));
  const allows = (name: string, right: string): boolean =>
    !denied.has(name.toLowerCase()) && !denied.has(`${name}:${right}`.toLowerCase());
  const test: TestState | null =
    fake.test === true ? { started: false, stopped: false, queued: [], mocks: new Map(), outerLimits: null } : null;
  const x = {
    org: {
      id: '00D000000000001EAA',
      name: 'Acme',
      isSandbox: false,
      namespace: null,
      schema,
      permissionsOf: () => ({
        object: (name: string) => ({
          create: allows(name, 'create'),
          read: allows(name, 'read'),
          edit: allows(name, 'edit'),
          delete: allows(name, 'delete'),
          viewAll: false,
          modifyAll: false,
        }),
        field: (name: string, fieldName: string) => ({
          read: allows(`${name}.${fieldName}`, 'read'),
          edit: allows(`${name}.${fieldName}`, 'edit'),
        }),
        classAccess: () => true,
        customPermission: (name: string) => (fake.customPermissions ?? []).includes(name),
        userPermission: () => false,
      }),
      label: () => null,
    },
    program: {
      typeNamed: (name: string) => (name.toLowerCase() === 'account' ? apexType('Account') : null),
      newInstance: function* (_x: Execution, type: typeof T.Id) {
        return new ApexObject(type);
      },
      call: function* (_x: Execution, _target: ApexObject, method: string, args: Value[]) {
        made.calls.push([method, args]);
        return made.reply(method, args);
      },
      hasMethod: () => false,
      isAssignable: (from: typeof T.Id, to: typeof T.Id) => from === to || to === T.Object,
    },
    user: {
      id: '005000000000001AAA',
      username: 'ada@example.com',
      name: 'Ada Lovelace',
      email: 'ada@example.org',
      profileId: '00e000000000001AAA',
      timeZone: 'Europe/Amsterdam',
      locale: 'en_GB',
      language: 'en_US',
    },
    transaction: {
      dml: function* (_x: Execution, request: DmlRequest) {
        made.requests.push(request);
        return request.records.map((row, i) => ({
          success: true,
          id: (row.values.get('id') as ApexId | undefined) ?? null,
          created: false,
          errors: [],
          ...fake.results?.[i],
        }));
      },
      query: function* (_x: Execution, query: SoqlQuery, binds: Value[], options: QueryOptions) {
        made.queries.push({ query, binds, options });
        return fake.rows ?? [];
      },
      count: function* (_x: Execution, query: SoqlQuery, binds: Value[], options: QueryOptions) {
        made.queries.push({ query, binds, options });
        return 42;
      },
      setCreatedDate: (record: ApexId) => record === CONTACT_ID,
      setSavepoint: () => ({ number: 7 }),
      rollback: (_x: Execution, savepoint: { number: number }) => made.log.push(`rollback ${savepoint.number}`),
      releaseSavepoint: (_x: Execution, savepoint: { number: number }) => made.log.push(`release ${savepoint.number}`),
    },
    limits: new GovernorLimits(),
    test,
    restContext: { request: null, response: null },
    frames: [{ method: 'Some.run', withSharing: true, line: 1, access: fake.access ?? 'SYSTEM' }],
    statics: new Map(),
    requestId: 'request-1',
    now: () => Date.UTC(2026, 10, 23, 23, 30),
    log: (level: string, message: string) => made.log.push(`${level} ${message}`),
  };
  made.x = x as unknown as Execution;
  return made;
}

type Run = (x: Execution, self: unknown, ...args: unknown[]) => unknown;

function methodOf(className: string, signature: string): { run: Run; suspends: boolean } {
  const cls = platformClasses.find((c) => c.name === className);
  const match = /^(\w+)\((.*)\)$/.exec(signature);
  if (cls === undefined || match === null) throw new Error(`No class ${className} or bad signature ${signature}`);
  const method = cls.methods.find((m) => m.name === match[1] && m.parameters.map((p) => p.text).join() === match[2]);
  if (method === undefined) throw new Error(`No method ${className}.${signature}`);
  return { run: method.run as unknown as Run, suspends: method.suspends };
}

/** Calls a platform method to its end; null stands for undefined. */
export function call(
  x: Execution,
  className: string,
  signature: string,
  self: unknown = null,
  ...args: unknown[]
): Value {
  const { run, suspends } = methodOf(className, signature);
  const result = run(x, self, ...args);
  if (!suspends) return (result ?? null) as Value;
  const steps = result as Generator<unknown, Value | undefined, void>;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value ?? null;
  }
}

export function property(
  className: string,
  name: string,
): { get: (x: Execution, self: unknown) => Value; set: (x: Execution, self: unknown, value: Value) => void } {
  const found = platformClasses.find((c) => c.name === className)?.properties.find((p) => p.name === name);
  if (found === undefined) throw new Error(`No property ${className}.${name}`);
  return found.property as unknown as ReturnType<typeof property>;
}

/** The Apex exception that something throws, as `Type: message`. */
export function thrown(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ApexThrow) return `${error.value.type.name}: ${error.value.message}`;
    throw error;
  }
  return 'nothing was thrown';
}

export const id = (text: string): ApexId => new ApexId(text);
export const CONTACT_ID = id('003000000000001AAA');
export const ACCOUNT_ID = id('001000000000001AAA');
