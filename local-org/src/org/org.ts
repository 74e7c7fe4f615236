import { join } from 'node:path';
import { ParseCache } from '../apex/parse/cache.ts';
import { platformClasses } from '../platform/index.ts';
import { ApexThrow, NotModelledError } from '../errors.ts';
import type { CompileError } from '../errors.ts';
import { compileProgram } from '../apex/emit/program.ts';
import type { SourceUnit } from '../apex/emit/program.ts';
import { ApexExecution } from '../apex/run/execution.ts';
import { noteOrigin } from '../apex/run/frames.ts';
import type { CompiledProgram } from '../apex/run/program.ts';
import { Store } from '../data/store.ts';
import type { StoreTransaction } from '../data/transaction.ts';
import type { Execution, OrgContext, Pause, RunningUser, StaticResource, TestState } from '../execution/execution.ts';
import { loadSchema } from '../schema/load.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import type { Schema } from '../schema/schema.ts';
import { standardObjects } from '../schema/standard/index.ts';
import type { Permissions } from '../security/permissions.ts';
import type { Seed } from './seed.ts';
import { defaultUsers, seedOrg, standardPricebookId } from './seed.ts';
import { seedCustomMetadata } from '../data/custom-metadata.ts';
import { putApexCode } from './apex-code.ts';
import { readApexSource, withoutTests } from './apex-source.ts';
import { runTests } from '../testing/run.ts';
import type { TestRun } from '../testing/run.ts';
import { to18 } from '../values/id.ts';
import { apexRestWork, uncaughtResponse } from './apex-rest.ts';
import type { ApexRestRequest, ApexRestResponse } from './apex-rest.ts';
import { drive } from './drive.ts';
import { JobQueue } from './jobs.ts';
import { putNotificationTypes, putStaticResources, readStaticResources } from './static-resources.ts';
import { runningUser, userById } from './users.ts';

export interface LoadOptions {
  /** sfdx source folders; empty = an org without customisation */
  sourceFolders: readonly string[];
  /** what the org has before anybody works in it; default: one administrator */
  definition?: Seed | null;
  /** lines of the debug log */
  log?: (text: string) => void;
  /** false leaves out test classes, which an org that only serves never runs; default true */
  tests?: boolean;
  /** count executed lines, for tests */
  coverage?: boolean;
  /** more Apex than the folders hold, e.g. an anonymous block */
  extraSource?: readonly SourceUnit[];
  /**
   * Methods that use what is not modelled do not stop the load but throw when they are called. For looking at a part
   * of a large code base; off, so that nothing unmodelled is found late.
   */
  tolerant?: boolean;
  /** for measuring foreign code: told of every fault in its Apex, which then fails only what runs into it */
  onFault?: (fault: CompileError | NotModelledError) => void;
}

/** the version that anonymous Apex is compiled in */
const API_VERSION = 65;

const DEFAULT_ORGANIZATION = { id: to18('00D000000000001'), name: 'Local org' };

/** Loads an org from its source. @throws CompileFailure, CompileError, NotModelledError naming file and line */
export function loadOrg(options: LoadOptions): Promise<Org> {
  return new Promise((resolve) => resolve(assemble(options)));
}

/** Beside the packages, where other tools keep what they can make again. */
function parseCache(): ParseCache {
  return new ParseCache(join(import.meta.dirname, '../../../node_modules/.cache/local-org-apex'));
}

function assemble(options: LoadOptions): Org {
  const schema = loadSchema(options.sourceFolders, standardObjects(), { tolerant: options.onFault !== undefined });
  for (const fault of schema.notModelled) options.onFault?.(fault);
  const source = readApexSource(options.sourceFolders);
  const compile: OrgParts['compile'] = ({ tests, coverage, anonymous = [] }) =>
    compileProgram({
      schema,
      platform: platformClasses,
      units: [...(tests ? source : withoutTests(source)), ...(options.extraSource ?? []), ...anonymous],
      coverage,
      tolerant: options.tolerant ?? false,
      namespace: options.definition?.organization.namespace ?? null,
      ...(options.onFault === undefined ? {} : { onFault: options.onFault }),
      cache: parseCache(),
    });
  const program = compile({ tests: options.tests ?? true, coverage: options.coverage ?? false });
  const store = new Store(schema);
  const seed = options.definition ?? { organization: DEFAULT_ORGANIZATION, isSandbox: false, users: defaultUsers() };
  const { adminId } = seedOrg(store, seed);
  seedCustomMetadata(store);
  putApexCode(store, adminId, source);
  const staticResources = readStaticResources(options.sourceFolders);
  putStaticResources(store, adminId, staticResources.values());
  putNotificationTypes(store, adminId, options.sourceFolders);
  return new Org({
    schema,
    program,
    store,
    seed,
    adminId,
    staticResources,
    compile,
    log: options.log ?? (() => undefined),
  });
}

/** @throws NotModelledError when the names of objects or fields would have to bear the namespace */
function namespaceOf(seed: Seed, schema: Schema): string | null {
  const namespace = seed.organization.namespace ?? null;
  if (namespace === null) return null;
  const custom = schema.all().find((object) => object.kind !== 'standard' || hasCustomFields(object));
  if (custom !== undefined) {
    throw new NotModelledError(`an org with a namespace that has custom objects or fields (${custom.name})`);
  }
  return namespace;
}

function hasCustomFields(object: ObjectDefinition): boolean {
  return [...object.fields.values()].some((field) => field.custom);
}

interface OrgParts {
  schema: Schema;
  program: CompiledProgram;
  store: Store;
  seed: Seed;
  adminId: string;
  /** by lower-case name */
  staticResources: ReadonlyMap<string, StaticResource>;
  log: (text: string) => void;
  /** compiles the org's source anew */
  compile: (options: { tests: boolean; coverage: boolean; anonymous?: SourceUnit[] }) => CompiledProgram;
}

export interface BeginOptions {
  userId: string;
  /** the running user when `transaction` is not on the org's own rows; default: the User row of `userId` */
  user?: RunningUser;
  transaction: StoreTransaction;
  test?: TestState | null;
  log?: (level: string, message: string) => void;
}

/** A Salesforce org in memory: its metadata, its data and its Apex. */
export class Org {
  readonly id: string;
  readonly name: string;
  readonly isSandbox: boolean;
  readonly schema: Schema;
  readonly store: Store;
  readonly program: CompiledProgram;
  /** the first System Administrator */
  readonly adminId: string;
  /** asynchronous Apex of transactions that have committed */
  readonly jobs = new JobQueue((userId, work) => this.run(userId, work));
  readonly #log: (text: string) => void;
  readonly #context: OrgContext;
  readonly #parts: OrgParts;
  #testOrg: Org | null = null;

  constructor(parts: OrgParts) {
    this.#parts = parts;
    this.id = to18(parts.seed.organization.id.slice(0, 15));
    this.name = parts.seed.organization.name;
    this.isSandbox = parts.seed.isSandbox;
    this.schema = parts.schema;
    this.store = parts.store;
    this.program = parts.program;
    this.#log = parts.log;
    this.#context = {
      id: this.id,
      name: this.name,
      isSandbox: this.isSandbox,
      namespace: namespaceOf(parts.seed, parts.schema),
      schema: this.schema,
      permissionsOf: (x: Execution, userId: string): Permissions =>
        (x.transaction as StoreTransaction).permissionsOf(userId),
      label: (name: string) => this.schema.labels.get(name.toLowerCase()) ?? null,
      staticResource: (name: string) => parts.staticResources.get(name.toLowerCase()) ?? null,
      standardPricebookId: standardPricebookId(parts.store),
    };
    this.adminId = parts.adminId;
  }

  /** The same org and data with its test classes and with line counting; compiled at the first call. */
  testOrg(): Org {
    this.#testOrg ??= new Org({ ...this.#parts, program: this.#parts.compile({ tests: true, coverage: true }) });
    return this.#testOrg;
  }

  /**
   * Compiles an anonymous block with the org's code and runs it as a transaction of the user.
   * @param log receives the lines of its debug log
   * @throws CompileFailure, NotModelledError, and what the block throws
   */
  runAnonymous(userId: string, source: string, log: (line: string) => void): void {
    const anonymous: SourceUnit[] = [{ kind: 'anonymous', file: 'AnonymousBlock', source, apiVersion: API_VERSION }];
    const program = this.#parts.compile({ tests: false, coverage: false, anonymous });
    new Org({ ...this.#parts, program, log }).run(userId, (x) => program.anonymousMain()(x));
  }

  /** A transaction's execution; the caller commits or aborts the transaction. */
  execution(options: BeginOptions): ApexExecution {
    const { transaction } = options;
    return new ApexExecution({
      org: this.#context,
      program: this.program,
      user: options.user ?? userById(this.schema, transaction, options.userId),
      transaction,
      test: options.test ?? null,
      log: options.log ?? ((level, message) => this.#log(`${level} ${message}`)),
      userOf: (x, id) => userById(this.schema, x.transaction, id),
    });
  }

  /** Runs work as one transaction of a user: commits when it ends, aborts and rethrows when it throws. */
  run<R>(userId: string, work: (x: ApexExecution) => Generator<Pause, R, void>): R {
    const transaction = this.store.begin({ userId, isolated: false });
    try {
      const x = this.execution({ userId, transaction });
      const result = this.finish(x, work(x));
      transaction.commit();
      this.jobs.start(x.afterCommit);
      return result;
    } catch (error) {
      transaction.abort();
      throw error;
    }
  }

  /** Drives work to its end; an exception that leaves it carries its stack trace. */
  finish<R>(x: ApexExecution, work: Generator<Pause, R, void>): R {
    try {
      return drive(work);
    } catch (error) {
      if (error instanceof ApexThrow) noteOrigin(x, error.value);
      if (error instanceof RangeError && /call stack/.test(error.message)) {
        throw new NotModelledError('recursion deeper than the stack of this process', x.frames.at(-1)?.method ?? null);
      }
      throw error;
    }
  }

  /** An active user by id; null when there is none. */
  user(id: string): RunningUser | null {
    const object = this.schema.object('User');
    const row = object === null ? undefined : this.store.table(object).get(id);
    return row === undefined || row.values.get('isactive') !== true ? null : runningUser(row);
  }

  userByUsername(username: string): RunningUser | null {
    const object = this.schema.object('User');
    if (object === null) return null;
    for (const row of this.store.table(object).rows.values()) {
      const value = row.values.get('username');
      if (typeof value === 'string' && value.toLowerCase() === username.toLowerCase()) return this.user(row.id);
    }
    return null;
  }

  /** Runs Apex tests. @param filters `Class` or `Class.method`; none = all */
  runTests(filters: readonly string[] = []): TestRun {
    return runTests(this, { filters });
  }

  /** Serves a request to an Apex REST resource in a transaction of its own. */
  apexRest(userId: string, request: ApexRestRequest): ApexRestResponse {
    const work = apexRestWork(this.program, request);
    if (typeof work !== 'function') return work;
    try {
      return this.run(userId, work);
    } catch (error) {
      const response = uncaughtResponse(error);
      if (response === null) throw error;
      return response;
    }
  }
}
