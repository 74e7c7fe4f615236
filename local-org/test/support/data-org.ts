import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DmlOperation, DmlRequest, DmlRowResult, QueryOptions } from '../../src/data/contract.ts';
import { seedCustomMetadata } from '../../src/data/custom-metadata.ts';
import { Store } from '../../src/data/store.ts';
import type { StoreOptions } from '../../src/data/store.ts';
import type { StoreTransaction } from '../../src/data/transaction.ts';
import type { Execution, Pause, TriggerEvent } from '../../src/execution/execution.ts';
import { GovernorLimits } from '../../src/execution/limits.ts';
import { seedOrg } from '../../src/org/seed.ts';
import { loadSchema } from '../../src/schema/load.ts';
import type { Schema } from '../../src/schema/schema.ts';
import { standardObjects } from '../../src/schema/standard/index.ts';
import { parseSoql } from '../../src/soql/parse.ts';
import { ApexDecimal } from '../../src/values/decimal.ts';
import { toId } from '../../src/values/id.ts';
import { ApexDate, ApexDatetime, ApexId, SObjectValue } from '../../src/values/value.ts';
import type { Value } from '../../src/values/value.ts';

export const USERS = {
  admin: 'admin@example.com',
  standard: 'standard@example.com',
  minimum: 'minimum@example.com',
};

/** Writes source files under a new folder: path -> content, XML without its declaration. */
export function sourceFolder(files: Record<string, string>): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'local-org-'));
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    const head = path.endsWith('.xml') ? '<?xml version="1.0" encoding="UTF-8"?>\n' : '';
    writeFileSync(file, head + content);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Loads a schema from source files that exist only for the call. */
export function schemaOf(...sources: Record<string, string>[]): Schema {
  const folders = sources.map(sourceFolder);
  try {
    return loadSchema(
      folders.map((f) => f.folder),
      standardObjects(),
    );
  } finally {
    for (const f of folders) f.remove();
  }
}

export type Handler = (event: TriggerEvent, x: Execution) => Generator<Pause, void, void>;

export interface DataOrg {
  schema: Schema;
  store: Store;
  userId(username: string): string;
  /** Apex triggers of an object, played by the test */
  triggers: Map<string, Handler>;
  begin(username?: string, options?: { isolated?: boolean }): Session;
  clock: { now: number };
}

/** A seeded store with an administrator, a standard user and one with minimum access. */
export function dataOrg(
  source: Record<string, string>,
  options: StoreOptions & { permissionSets?: string[] } = {},
): DataOrg {
  const schema = schemaOf(source);
  const clock = { now: Date.UTC(2026, 10, 23, 12, 34, 56, 789) };
  const store = new Store(schema, { now: () => clock.now, ...options });
  const user = (username: string, profile: string, permissionSets: string[] = []) => ({
    username,
    firstName: 'Test',
    lastName: username.split('@')[0] ?? '',
    email: username,
    profile,
    permissionSets,
    timeZone: 'Europe/Berlin',
    locale: 'en_US',
    language: 'en_US',
  });
  seedOrg(store, {
    organization: { id: '00D000000000001', name: 'Test org' },
    isSandbox: false,
    users: [
      user(USERS.admin, 'System Administrator'),
      user(USERS.standard, 'Standard User'),
      user(USERS.minimum, 'Minimum Access - Salesforce', options.permissionSets ?? []),
    ],
  });
  seedCustomMetadata(store);
  const org: DataOrg = {
    schema,
    store,
    clock,
    triggers: new Map(),
    userId: (username) => {
      const object = schema.object('User');
      const rows = object === null ? [] : [...store.table(object).rows.values()];
      const row = rows.find((r) => r.values.get('username') === username);
      if (row === undefined) throw new Error(`No user ${username}`);
      return row.id;
    },
    begin: (username = USERS.admin, begin = {}) => new Session(org, username, begin.isolated ?? false),
  };
  return org;
}

/** Runs a generator to its end and counts its pauses. */
export function drive<R>(generator: Generator<Pause, R, void>): R {
  for (;;) {
    const step = generator.next();
    if (step.done === true) return step.value;
  }
}

/** One transaction, driven to the end statement by statement. */
export class Session {
  readonly org: DataOrg;
  readonly tx: StoreTransaction;
  readonly x: Execution;

  constructor(org: DataOrg, username: string, isolated: boolean) {
    this.org = org;
    const id = org.userId(username);
    this.tx = org.store.begin({ userId: id, isolated });
    const tx = this.tx;
    const fake = {
      org: {
        id: '00D000000000001AAA',
        name: 'Test org',
        isSandbox: false,
        namespace: null,
        schema: org.schema,
        permissionsOf: (_x: Execution, userId: string) => tx.permissionsOf(userId),
        label: () => null,
      },
      program: {
        hasTriggers: (object: string) => org.triggers.has(object),
        fireTriggers: (x: Execution, event: TriggerEvent) => {
          const handler = org.triggers.get(event.object);
          if (handler === undefined) throw new Error(`No trigger on ${event.object}`);
          return handler(event, x);
        },
      },
      user: {
        id,
        username,
        name: username,
        email: username,
        profileId: '',
        timeZone: 'Europe/Berlin',
        locale: 'en_US',
        language: 'en_US',
      },
      transaction: tx,
      limits: new GovernorLimits(),
      test: null,
      restContext: { request: null, response: null },
      frames: [],
      statics: new Map(),
      requestId: 'test',
      now: () => org.clock.now,
      log: () => undefined,
    };
    // The parts of a compiled program that the data layer does not call are left out.
    this.x = fake as unknown as Execution;
  }

  record(object: string, values: Record<string, Value | undefined>): SObjectValue {
    const definition = this.org.schema.object(object);
    if (definition === null) throw new Error(`No object ${object}`);
    const record = new SObjectValue(definition);
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined)
        record.values.set(name.toLowerCase(), name === 'Id' && typeof value === 'string' ? toId(value) : value);
    }
    return record;
  }

  dml(operation: DmlOperation, records: SObjectValue[], more: Partial<DmlRequest> = {}): DmlRowResult[] {
    return drive(
      this.tx.dml(this.x, {
        operation,
        records,
        allOrNone: false,
        access: 'SYSTEM',
        withSharing: false,
        externalIdField: null,
        options: null,
        ...more,
      }),
    );
  }

  /** Inserts one record and returns its id; throws with the errors when it fails. */
  insert(object: string, values: Record<string, Value>): string {
    const [result] = this.dml('insert', [this.record(object, values)]);
    if (result?.id == null) throw new Error(JSON.stringify(result?.errors));
    return result.id.value;
  }

  /** The errors of inserting one record, as `CODE, message: [fields]`. */
  insertErrors(object: string, values: Record<string, Value>, more: Partial<DmlRequest> = {}): string[] {
    return texts(this.dml('insert', [this.record(object, values)], more)[0]);
  }

  query(soql: string, binds: Value[] = [], options: Partial<QueryOptions> = {}): SObjectValue[] {
    const { query } = parseSoql(soql);
    return drive(this.tx.query(this.x, query, binds, { access: 'SYSTEM', withSharing: false, ...options }));
  }

  count(soql: string, binds: Value[] = [], options: Partial<QueryOptions> = {}): number {
    const { query } = parseSoql(soql);
    return drive(this.tx.count(this.x, query, binds, { access: 'SYSTEM', withSharing: false, ...options }));
  }

  /** The first column of a query, in plain JavaScript values. */
  column(soql: string, binds: Value[] = [], options: Partial<QueryOptions> = {}): unknown[] {
    const name = (/SELECT (\w+(?:\(\w+\))?)/i.exec(soql)?.[1] ?? '').toLowerCase();
    return this.query(soql, binds, options).map((r) => plain(r.values.get(name) ?? null));
  }
}

export function texts(result: DmlRowResult | undefined): string[] {
  return (result?.errors ?? []).map((e) => `${e.statusCode}, ${e.message}: [${e.fields.join(', ')}]`);
}

/** A value as a test compares it. */
export function plain(value: Value): unknown {
  if (value instanceof ApexId) return value.value;
  if (value instanceof ApexDecimal) return Number(value.toPlainString());
  if (value instanceof ApexDate) return new Date(value.day * 86_400_000).toISOString().slice(0, 10);
  if (value instanceof ApexDatetime) return new Date(value.ms).toISOString();
  return value;
}

export const decimal = (text: string): ApexDecimal => ApexDecimal.parse(text) ?? ApexDecimal.ZERO;
export const id = (text: string): ApexId => toId(text) ?? new ApexId(text);

/** A custom object's file. */
export function objectXml(label: string, name = '<type>Text</type>', sharing = 'ReadWrite'): string {
  return `<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata"><label>${label}</label><pluralLabel>${label}s</pluralLabel><nameField><label>${label} Name</label>${name}</nameField><deploymentStatus>Deployed</deploymentStatus><sharingModel>${sharing}</sharingModel></CustomObject>`;
}

/** A field's file. */
export function fieldXml(name: string, type: string, more = ''): string {
  return `<CustomField xmlns="http://soap.sforce.com/2006/04/metadata"><fullName>${name}</fullName><label>${name.replace('__c', '').replaceAll('_', ' ')}</label><type>${type}</type>${more}</CustomField>`;
}

export function ruleXml(name: string, formula: string, message: string, field: string | null = null): string {
  const shown = field === null ? '' : `<errorDisplayField>${field}</errorDisplayField>`;
  const text = formula.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<ValidationRule xmlns="http://soap.sforce.com/2006/04/metadata"><fullName>${name}</fullName><active>true</active><errorConditionFormula>${text}</errorConditionFormula>${shown}<errorMessage>${message}</errorMessage></ValidationRule>`;
}

export function picklistXml(values: string[], restricted: boolean): string {
  const list = values
    .map((v) => `<value><fullName>${v}</fullName><default>false</default><label>${v}</label></value>`)
    .join('');
  return `<valueSet><restricted>${restricted}</restricted><valueSetDefinition><sorted>false</sorted>${list}</valueSetDefinition></valueSet>`;
}
