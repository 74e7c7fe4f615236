import type { DmlOperation, DmlRequest, Savepoint } from '../data/contract.ts';
import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { isAggregate } from '../soql/ast.ts';
import type { ParsedSoql } from '../soql/ast.ts';
import { parseSoql, SoqlSyntaxError } from '../soql/parse.ts';
import { apexType, T } from '../types/type.ts';
import { ApexId, ApexList, PlatformObject, SObjectValue } from '../values/value.ts';
import type { ApexMap, Value } from '../values/value.ts';
import { accessOptions } from './access.ts';
import type { AccessLevel } from './access.ts';
import { RESULT_TYPES, resultObject } from './database-results.ts';
import { dmlOptionsOf } from './dml-options.ts';
import type { DmlOptionsData } from './dml-options.ts';
import { apexException, dmlException, nullArgument, nullPointer } from './exceptions.ts';
import { iteratorOver, queryLocatorIterator } from './list.ts';
import { leadConvertClasses, leadConvertMembers } from './lead-convert.ts';
import { mergeMembers, mergeResultClass } from './merge.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';
import type { SObjectFieldToken } from './tokens.ts';

/** Database (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_database.htm). */

/** Reads a variable of the calling method by its bind name (`ids`, `this.limitTo`); undefined = there is none. */
export type Scope = (name: string) => Value | undefined;

type Run<R> = Generator<Pause, R, void>;

// --- DML ---------------------------------------------------------------------------------------------------------

interface Choices {
  allOrNone: boolean;
  options: PlatformObject<DmlOptionsData> | null;
  level: AccessLevel | undefined;
  externalId: SObjectFieldToken | null;
}

/** Sorts the optional arguments behind the records by what they are; the signatures have checked their order. */
function choices(args: Value[]): Choices {
  const chosen: Choices = { allOrNone: true, options: null, level: undefined, externalId: null };
  args.forEach((arg, position) => {
    if (typeof arg === 'boolean') chosen.allOrNone = arg;
    else if (arg instanceof PlatformObject && arg.type.name === 'AccessLevel') chosen.level = arg as AccessLevel;
    else if (arg instanceof PlatformObject && arg.type.name === 'Database.DMLOptions') {
      chosen.options = arg as PlatformObject<DmlOptionsData>;
      chosen.allOrNone = chosen.options.data.optAllOrNone ?? false;
    } else if (arg instanceof PlatformObject) chosen.externalId = arg as SObjectFieldToken;
    else throw nullArgument(position + 2);
  });
  return chosen;
}

function recordOfId(x: Execution, id: ApexId): SObjectValue {
  const definition = x.org.schema.objectByKeyPrefix(id.value.slice(0, 3));
  if (definition === null) throw apexException('SObjectException', `Cannot locate Apex Type for ID: ${id.value}`);
  const record = new SObjectValue(definition);
  record.values.set('id', id);
  return record;
}

function recordsOf(x: Execution, target: Value): SObjectValue[] {
  const items = target instanceof ApexList ? target.items : [target];
  return items.map((item) => {
    if (item instanceof ApexId) return recordOfId(x, item);
    if (item instanceof SObjectValue) return item;
    throw nullPointer();
  });
}

function dml(operation: DmlOperation): Native {
  return function* (x: Execution, _self: null, target: Value, ...args: Value[]): Run<Value> {
    const { allOrNone, options, level, externalId } = choices(args);
    const request: DmlRequest = {
      operation,
      records: recordsOf(x, target),
      allOrNone,
      ...accessOptions(x, level),
      externalIdField: externalId?.data.field.name ?? null,
      options: options === null ? null : dmlOptionsOf(options.data),
    };
    const results = yield* x.transaction.dml(x, request);
    if (allOrNone && results.some((result) => !result.success)) throw dmlException(operation, results);
    const type = RESULT_TYPES[operation];
    const objects = results.map((result) => resultObject(type, result));
    return target instanceof ApexList ? new ApexList(apexType('List', type), objects) : (objects[0] ?? null);
  };
}

/** The overloads of a DML method: one record or a list, each with every allowed tail of options. */
function overloads(operation: DmlOperation, targets: string[], tails: string[]): Record<string, Native> {
  const members: Record<string, Native> = {};
  const result = RESULT_TYPES[operation].name;
  for (const target of targets) {
    const returns = target.startsWith('List') ? `List<${result}>` : result;
    for (const tail of tails) {
      members[`static ${returns} ${operation}(${target}${tail})`] = dml(operation);
    }
  }
  return members;
}

const RECORDS = ['SObject', 'List<SObject>'];
const RECORDS_OR_IDS = [...RECORDS, 'Id', 'List<Id>'];
const PLAIN = ['', ',Boolean', ',AccessLevel', ',Boolean,AccessLevel'];
const WITH_OPTIONS = [...PLAIN, ',Database.DMLOptions', ',Database.DMLOptions,AccessLevel'];
const EXTERNAL_ID = PLAIN.map((tail) => `,Schema.SObjectField${tail}`);

const dmlMethods: Record<string, Native> = {
  ...overloads('insert', RECORDS, WITH_OPTIONS),
  ...overloads('update', RECORDS, WITH_OPTIONS),
  ...overloads('upsert', RECORDS, [...PLAIN, ...EXTERNAL_ID]),
  ...overloads('delete', RECORDS_OR_IDS, PLAIN),
  ...overloads('undelete', RECORDS_OR_IDS, PLAIN),
};

// --- Queries -----------------------------------------------------------------------------------------------------

function parsed(text: string | null): ParsedSoql<string> {
  if (text === null) throw nullArgument(1);
  try {
    return parseSoql(text);
  } catch (error) {
    if (error instanceof SoqlSyntaxError) throw apexException('QueryException', error.message);
    throw error;
  }
}

function boundByScope(names: string[], scope: Scope): Value[] {
  return names.map((name) => {
    const value = scope(name);
    if (value === undefined) throw apexException('QueryException', `Variable does not exist: ${name}`);
    return value;
  });
}

function duplicateBinds(binds: ApexMap, name: string): Error {
  const keys = [...binds.entries.values()].map(([key]) => key as string).filter((key) => key.toLowerCase() === name);
  return apexException(
    'QueryException',
    `The bindMap consists of duplicate case-insensitive keys: [${keys.join(', ')}]`,
  );
}

function boundByMap(names: string[], binds: ApexMap | null): Value[] {
  if (binds === null) throw nullArgument(2);
  const byName = new Map<string, Value>();
  for (const [key, value] of binds.entries.values()) {
    const name = (key as string).toLowerCase();
    if (byName.has(name)) throw duplicateBinds(binds, name);
    byName.set(name, value);
  }
  return names.map((name) => {
    const value = byName.get(name.toLowerCase());
    if (value === undefined) throw apexException('QueryException', `Key '${name}' does not exist in the bindMap`);
    return value;
  });
}

function* rows(x: Execution, soql: ParsedSoql<string>, binds: Value[], level?: AccessLevel | null): Run<ApexList> {
  if (soql.query.countOnly) throw new NotModelledError('Database.query with SELECT COUNT()');
  const records = yield* x.transaction.query(x, soql.query, binds, accessOptions(x, level));
  const name = isAggregate(soql.query) ? 'AggregateResult' : (x.org.schema.object(soql.query.from)?.name ?? 'SObject');
  return new ApexList(apexType('List', apexType(name)), records);
}

function* count(x: Execution, soql: ParsedSoql<string>, binds: Value[], level?: AccessLevel | null): Run<number> {
  if (!soql.query.countOnly) throw new NotModelledError('Database.countQuery of a query other than SELECT COUNT()');
  return yield* x.transaction.count(x, soql.query, binds, accessOptions(x, level));
}

/** State of a Database.QueryLocator. */
export interface Locator {
  query: string;
  rows: Value[];
  rowType: ApexList['type'];
}

function locator(x: Execution, query: string, list: ApexList): PlatformObject<Locator> {
  x.limits.use('queryLocatorRows', list.items.length);
  return new PlatformObject<Locator>(apexType('Database.QueryLocator'), {
    query,
    rows: list.items,
    rowType: list.type,
  });
}

/** A method of dynamic SOQL with binds from the caller's variables: `scope` is the hidden last argument. */
function scopedQuery<R extends Value>(
  run: (
    x: Execution,
    soql: ParsedSoql<string>,
    binds: Value[],
    level: AccessLevel | null | undefined,
    text: string,
  ) => Run<R>,
): { plain: Native; leveled: Native } {
  return {
    plain: function* (x: Execution, _self: null, text: string | null, scope: Scope): Run<R> {
      const soql = parsed(text);
      return yield* run(x, soql, boundByScope(soql.binds, scope), undefined, text ?? '');
    },
    leveled: function* (
      x: Execution,
      _self: null,
      text: string | null,
      level: AccessLevel | null,
      scope: Scope,
    ): Run<R> {
      const soql = parsed(text);
      return yield* run(x, soql, boundByScope(soql.binds, scope), level, text ?? '');
    },
  };
}

const query = scopedQuery((x, soql, binds, level) => rows(x, soql, binds, level));
const countQuery = scopedQuery((x, soql, binds, level) => count(x, soql, binds, level));
const getQueryLocator = scopedQuery(function* (x, soql, binds, level, text) {
  return locator(x, text, yield* rows(x, soql, binds, level));
});

/** The members whose `run` takes the scope of the calling method as one more argument. */
export const scopedMembers: Record<string, Native> = {
  'static List<SObject> query(String)': query.plain,
  'static List<SObject> query(String,AccessLevel)': query.leveled,
  'static Integer countQuery(String)': countQuery.plain,
  'static Integer countQuery(String,AccessLevel)': countQuery.leveled,
  'static Database.QueryLocator getQueryLocator(String)': getQueryLocator.plain,
  'static Database.QueryLocator getQueryLocator(String,AccessLevel)': getQueryLocator.leveled,
};

const boundMembers: Record<string, Native> = {
  'static List<SObject> queryWithBinds(String,Map<String,Object>,AccessLevel)': function* (
    x: Execution,
    _self: null,
    text: string | null,
    binds: ApexMap | null,
    level: AccessLevel | null,
  ): Run<Value> {
    const soql = parsed(text);
    return yield* rows(x, soql, boundByMap(soql.binds, binds), level);
  },
  'static Integer countQueryWithBinds(String,Map<String,Object>,AccessLevel)': function* (
    x: Execution,
    _self: null,
    text: string | null,
    binds: ApexMap | null,
    level: AccessLevel | null,
  ): Run<Value> {
    const soql = parsed(text);
    return yield* count(x, soql, boundByMap(soql.binds, binds), level);
  },
  'static Database.QueryLocator getQueryLocatorWithBinds(String,Map<String,Object>,AccessLevel)': function* (
    x: Execution,
    _self: null,
    text: string | null,
    binds: ApexMap | null,
    level: AccessLevel | null,
  ): Run<Value> {
    const soql = parsed(text);
    return locator(x, text ?? '', yield* rows(x, soql, boundByMap(soql.binds, binds), level));
  },
  'static Database.QueryLocator getQueryLocator(List<SObject>)': (x, _self, list: ApexList | null) => {
    if (list === null) throw nullArgument(1);
    return locator(x, '', list);
  },
};

// --- Savepoints --------------------------------------------------------------------------------------------------

type SavepointObject = PlatformObject<{ savepoint: Savepoint; text: string }>;

const savepointMembers: Record<string, Native> = {
  'static Savepoint setSavepoint()': (x) => {
    const savepoint = x.transaction.setSavepoint(x);
    return new PlatformObject(apexType('Savepoint'), { savepoint, text: 'Savepoint' });
  },
  'static void rollback(Savepoint)': (x, _self, savepoint: SavepointObject | null) => {
    if (savepoint === null) throw nullArgument(1);
    x.transaction.rollback(x, savepoint.data.savepoint);
  },
  'static void releaseSavepoint(Savepoint)': (x, _self, savepoint: SavepointObject | null) => {
    if (savepoint === null) throw nullArgument(1);
    x.transaction.releaseSavepoint(x, savepoint.data.savepoint);
  },
};

/** Members that other modules add to Database (executeBatch) come in through `more`. */
export function databaseClasses(more: Record<string, Native>): PlatformClass[] {
  return [
    platformClass('Database', {
      ...dmlMethods,
      ...mergeMembers,
      ...leadConvertMembers,
      ...scopedMembers,
      ...boundMembers,
      ...savepointMembers,
      ...more,
    }),
    platformClass('Savepoint', {}),
    mergeResultClass,
    ...leadConvertClasses,
    platformClass('Database.QueryLocator', {
      'String getQuery()': (_x, self: PlatformObject<Locator>) => {
        if (self.data.query === '') throw new NotModelledError('Database.QueryLocator.getQuery() of an inline query');
        return self.data.query;
      },
      'Database.QueryLocatorIterator iterator()': (_x, self: PlatformObject<Locator>) =>
        new PlatformObject(apexType('Database.QueryLocatorIterator'), iteratorOver(T.SObject, self.data.rows).data),
    }),
    queryLocatorIterator,
  ];
}
