import { NotModelledError } from '../../errors.ts';
import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import {
  AGGREGATE_FUNCTIONS,
  isAggregate,
  type SelectItem,
  type SoqlExpression,
  type SoqlQuery,
} from '../../soql/ast.ts';
import { parseSoql } from '../../soql/parse.ts';
import { ApiError } from './api-error.ts';
import type { QueryCall } from './query.ts';

/** A column of a query, as `query?columns=true` describes it. */
interface Column {
  aggregate: boolean;
  apexType: string | null;
  booleanType: boolean;
  columnName: string;
  custom: boolean;
  displayName: string;
  foreignKeyName: string | null;
  insertable: boolean;
  joinColumns: Column[];
  numberType: boolean;
  textType: boolean;
  updatable: boolean;
}

/**
 * `query?q=…&columns=true`: the columns of a query instead of its rows. Salesforce does not document it; the sf command
 * line and the Developer Console use it, and the shape is what they read [assumption: values they do not read].
 */
export async function queryColumns(call: QueryCall, soql: string): Promise<unknown> {
  const { query } = parseSoql(soql);
  const object = objectOf(call, query.from);
  // the query itself is checked as it would run, without its rows
  const limited: SoqlQuery = { ...query, limit: { kind: 'number', text: '0' } };
  if (!query.countOnly) await call.read((x) => x.transaction.query(x, limited, [], call.access));
  return {
    columnMetadata: columnsOf(call, object, query),
    entityName: object.name,
    groupBy: query.groupBy.length > 0,
    idSelected: query.select.some((item) => isField(item, ['id'])),
    keyPrefix: object.keyPrefix,
  };
}

function objectOf(call: QueryCall, name: string): ObjectDefinition {
  const object = call.schema.object(name);
  if (object === null) throw new ApiError(400, 'INVALID_TYPE', `sObject type '${name}' is not supported.`);
  return object;
}

const isField = (item: SelectItem, path: string[]): boolean =>
  item.kind === 'expression' &&
  item.expression.kind === 'field' &&
  item.expression.path.map((part) => part.toLowerCase()).join('.') === path.join('.');

function columnsOf(call: QueryCall, object: ObjectDefinition, query: SoqlQuery): Column[] {
  const columns: Column[] = [];
  let unnamed = 0;
  for (const item of query.select) {
    if (item.kind === 'expression') {
      const { expression, alias } = item;
      if (expression.kind === 'field' && !isAggregate(query)) {
        addPath(call, columns, object, withoutAlias(call, object, query, expression.path));
        continue;
      }
      const aggregate = expression.kind === 'function' && AGGREGATE_FUNCTIONS.has(expression.name);
      const name = alias ?? (expression.kind === 'field' ? (expression.path.at(-1) ?? '') : `expr${unnamed++}`);
      columns.push({ ...column(name, null), aggregate, displayName: textOf(expression), numberType: aggregate });
    } else if (item.kind === 'subquery') {
      const child = call.schema.childRelationship(object, item.query.from);
      const name = child?.relationshipName ?? item.query.from;
      const childObject = objectOf(call, child?.childObject ?? item.query.from);
      columns.push({ ...column(name, null), aggregate: true, joinColumns: columnsOf(call, childObject, item.query) });
    } else if (item.kind === 'fields') {
      const wanted = (field: FieldDefinition): boolean =>
        item.which === 'ALL' || (item.which === 'CUSTOM') === field.custom;
      for (const field of object.fields.values()) if (wanted(field)) columns.push(column(field.name, field));
    } else {
      throw new NotModelledError('columns of a query with TYPEOF');
    }
  }
  return columns;
}

/** The path without the object's name or alias in front. */
function withoutAlias(call: QueryCall, object: ObjectDefinition, query: SoqlQuery, path: readonly string[]): string[] {
  const [first = '', ...rest] = path;
  const isAlias =
    first.toLowerCase() === query.alias?.toLowerCase() || first.toLowerCase() === object.name.toLowerCase();
  return rest.length > 0 && isAlias && call.schema.parentRelationship(object, first) === null ? rest : [...path];
}

function addPath(call: QueryCall, columns: Column[], object: ObjectDefinition | null, path: readonly string[]): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    const field = object?.fields.get(first.toLowerCase()) ?? null;
    columns.push(column(field?.name ?? first, field));
    return;
  }
  const reference = object === null ? null : call.schema.parentRelationship(object, first);
  const name = reference?.relationshipName ?? first;
  let parent = columns.find((c) => c.columnName === name && !c.aggregate);
  if (parent === undefined) {
    parent = { ...column(name, null), foreignKeyName: reference?.name ?? null };
    columns.push(parent);
  }
  // of a polymorphic reference, the object that has the field
  const parents = (reference?.referenceTo ?? []).map((target) => call.schema.object(target)).filter((o) => o !== null);
  const next = rest[0]?.toLowerCase() ?? '';
  const target = parents.find((o) => o.fields.has(next) || call.schema.parentRelationship(o, next) !== null);
  addPath(call, parent.joinColumns, target ?? parents[0] ?? null, rest);
}

const NUMBERS = ['int', 'double', 'currency', 'percent'];

function column(name: string, field: FieldDefinition | null): Column {
  const number = field !== null && NUMBERS.includes(field.type);
  const boolean = field?.type === 'boolean';
  return {
    aggregate: false,
    apexType: field === null ? null : field.type,
    booleanType: boolean,
    columnName: name,
    custom: field?.custom ?? false,
    displayName: name,
    foreignKeyName: null,
    insertable: field?.createable ?? false,
    joinColumns: [],
    numberType: number,
    textType: field !== null && !number && !boolean,
    updatable: field?.updateable ?? false,
  };
}

/** As the sf command line heads such a column: `count(Id)`. */
function textOf(expression: SoqlExpression): string {
  if (expression.kind === 'field') return expression.path.join('.');
  return `${expression.name.toLowerCase()}(${expression.argument === null ? '' : textOf(expression.argument)})`;
}
