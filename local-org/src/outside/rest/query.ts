import type { ObjectDefinition } from '../../schema/definition.ts';
import { isAggregate, type SelectItem, type SoqlQuery } from '../../soql/ast.ts';
import { parseSoql } from '../../soql/parse.ts';
import { ApexId, ApexList, SObjectValue } from '../../values/value.ts';
import { ApiError, notFound } from './api-error.ts';
import type { QueryOptions } from '../../data/contract.ts';
import type { Execution, Pause } from '../../execution/execution.ts';
import type { Schema } from '../../schema/schema.ts';
import type { QueryLocators } from './locators.ts';
import { fieldToJson, recordUrl, valueToJson } from './values.ts';

const BATCH = 2000;

/** Who asks, and whose rows and objects are asked. */
export interface QueryCall {
  readonly userId: string;
  /** e.g. v65.0 */
  readonly version: string;
  /** path of the API, e.g. /services/data/v65.0 */
  readonly base: string;
  readonly schema: Schema;
  readonly access: QueryOptions;
  read<T>(work: (x: Execution) => Generator<Pause, T, void>): Promise<T>;
}

export interface QueryAnswer {
  totalSize: number;
  done: boolean;
  nextRecordsUrl?: string;
  records: unknown[];
}

/** `query?q=` and `queryAll?q=`, which sees deleted records too: runs in user mode with sharing. @param options the Sforce-Query-Options header, e.g. batchSize=200 */
export async function runQuery(
  call: QueryCall,
  locators: QueryLocators,
  soql: string,
  options: string,
  deletedToo = false,
): Promise<QueryAnswer> {
  if (soql.trim() === '') throw new ApiError(400, 'MALFORMED_QUERY', 'SOQL statements cannot be empty or null');
  const parsed = parseSoql(soql);
  const { binds } = parsed;
  const query = deletedToo ? { ...parsed.query, allRows: true } : parsed.query;
  if (binds.length > 0) throw new ApiError(400, 'MALFORMED_QUERY', `unexpected token: ':'`);
  if (query.countOnly) {
    const totalSize = await call.read((x) => x.transaction.count(x, query, [], call.access));
    return { totalSize, done: true, records: [] };
  }
  const rows = await call.read((x) => x.transaction.query(x, query, [], call.access));
  const asked = /batchSize\s*=\s*(\d+)/i.exec(options)?.[1];
  const batchSize = asked === undefined ? BATCH : Math.min(BATCH, Math.max(200, Number(asked)));
  const records = rows.map((row) => queryRow(call, row, query));
  if (records.length <= batchSize) return { totalSize: records.length, done: true, records };
  const id = locators.open({ userId: call.userId, rows: records, batchSize });
  return {
    totalSize: records.length,
    done: false,
    nextRecordsUrl: `${call.base}/query/${id}-${batchSize}`,
    records: records.slice(0, batchSize),
  };
}

/** `query/{locator}-{offset}` */
export function nextRecords(call: QueryCall, locators: QueryLocators, name: string): QueryAnswer {
  const [, id = '', offset = ''] = /^(0r8\w+)-(\d+)$/.exec(name) ?? [];
  if (id === '') throw notFound();
  const locator = locators.find(id, call.userId);
  if (locator === null) throw new ApiError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  const from = Number(offset);
  const to = from + locator.batchSize;
  const done = to >= locator.rows.length;
  return {
    totalSize: locator.rows.length,
    done,
    ...(done ? {} : { nextRecordsUrl: `${call.base}/query/${id}-${to}` }),
    records: locator.rows.slice(from, to),
  };
}

/** One row as JSON: the selected fields in the order of the query. */
function queryRow(call: QueryCall, row: SObjectValue, query: SoqlQuery): Record<string, unknown> {
  if (isAggregate(query)) return aggregateRow(row, query);
  const out = emptyRecord(call, row);
  for (const item of query.select) addItem(call, out, row, item);
  return out;
}

function emptyRecord(call: QueryCall, row: SObjectValue): Record<string, unknown> {
  const id = row.values.get('id');
  const type = row.definition.name;
  return { attributes: id instanceof ApexId ? { type, url: recordUrl(call.version, type, id.value) } : { type } };
}

function addItem(call: QueryCall, out: Record<string, unknown>, row: SObjectValue, item: SelectItem): void {
  if (item.kind === 'subquery') {
    const children = row.values.get(item.query.from.toLowerCase());
    const name = childName(row.definition, item.query.from);
    const records = children instanceof ApexList ? children.items.filter((c) => c instanceof SObjectValue) : [];
    out[name] =
      records.length === 0
        ? null
        : { totalSize: records.length, done: true, records: records.map((child) => queryRow(call, child, item.query)) };
    return;
  }
  if (item.kind === 'fields') {
    for (const field of row.definition.fields.values()) {
      const wanted = item.which === 'ALL' || (item.which === 'CUSTOM') === field.custom;
      const retrieved = row.retrieved === null || row.retrieved.has(field.name.toLowerCase());
      if (wanted && retrieved) out[field.name] = fieldToJson(row, row.definition, field, call.version);
    }
    return;
  }
  if (item.kind === 'typeof') {
    const parent = row.values.get(item.relationship.toLowerCase());
    const wanted = parent instanceof SObjectValue ? parent.definition.name.toLowerCase() : '';
    const branch = item.branches.find((b) => b.object.toLowerCase() === wanted)?.fields ?? item.otherwise;
    if (wanted === '') out[item.relationship] = null;
    else for (const path of branch) addPath(call, out, row, [item.relationship, ...path], row.definition.name);
    return;
  }
  const expression = item.expression;
  if (expression.kind === 'field') {
    addPath(call, out, row, expression.path, row.definition.name);
    return;
  }
  const argument = expression.argument?.kind === 'field' ? expression.argument.path : [];
  const name = item.alias ?? argument.at(-1) ?? expression.name;
  const value = row.values.get(name.toLowerCase());
  out[row.definition.fields.get(name.toLowerCase())?.name ?? name] = value === undefined ? null : valueToJson(value);
}

function addPath(
  call: QueryCall,
  out: Record<string, unknown>,
  row: SObjectValue,
  path: readonly string[],
  object: string,
): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    const field = row.definition.fields.get(first.toLowerCase());
    if (field !== undefined) out[field.name] = fieldToJson(row, row.definition, field, call.version);
    return;
  }
  const reference = call.schema.parentRelationship(row.definition, first);
  if (reference === null) {
    // `Contact.Email` in a query on Contact: the object or its alias may stand in front
    addPath(call, out, row, rest, object);
    return;
  }
  const name = reference.relationshipName ?? first;
  const parent = row.values.get(first.toLowerCase());
  if (!(parent instanceof SObjectValue)) {
    out[name] = null;
    return;
  }
  const existing = out[name];
  const target =
    typeof existing === 'object' && existing !== null
      ? (existing as Record<string, unknown>)
      : emptyRecord(call, parent);
  out[name] = target;
  addPath(call, target, parent, rest, parent.definition.name);
}

function childName(object: ObjectDefinition, name: string): string {
  const found = object.childRelationships.find((c) => c.relationshipName?.toLowerCase() === name.toLowerCase());
  return found?.relationshipName ?? name;
}

function aggregateRow(row: SObjectValue, query: SoqlQuery): Record<string, unknown> {
  const out: Record<string, unknown> = { attributes: { type: 'AggregateResult' } };
  let unnamed = 0;
  for (const item of query.select) {
    if (item.kind !== 'expression') continue;
    const { expression, alias } = item;
    const name = alias ?? (expression.kind === 'field' ? (expression.path.at(-1) ?? '') : `expr${unnamed++}`);
    const value = row.values.get(name.toLowerCase());
    out[name] = value === undefined ? null : valueToJson(value);
  }
  return out;
}
