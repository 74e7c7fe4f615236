import { noSuchRelationship, queryException } from '../data/failure.ts';
import type { Row } from '../data/row.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { apexType } from '../types/type.ts';
import { ApexId, ApexList, SObjectValue } from '../values/value.ts';
import type { SelectItem, SoqlQuery } from './ast.ts';
import type { CompiledExpression } from './expression.ts';
import type { QueryRun } from './execute.ts';

/** A SELECT list joined to the schema. */
export interface CompiledSelect {
  columns: { alias: string | null; compiled: CompiledExpression }[];
  typeOfs: {
    reference: FieldDefinition;
    relationship: string;
    /** by the lower-case name of the parent's object */
    branches: Map<string, CompiledExpression[]>;
    otherwise: (object: ObjectDefinition) => CompiledExpression[];
  }[];
  subqueries: {
    name: string;
    object: ObjectDefinition;
    children: (parentId: string) => Row[];
    select: CompiledSelect;
  }[];
}

/** @throws ApexThrow with a QueryException for unknown fields and relationships */
export function compileSelect(run: QueryRun, object: ObjectDefinition, query: SoqlQuery): CompiledSelect {
  const select: CompiledSelect = { columns: [], typeOfs: [], subqueries: [] };
  const seen = new Set<string>();
  for (const item of query.select.flatMap((i) => expand(object, query, i))) {
    if (item.kind === 'subquery') {
      const child = run.host.schema.childRelationship(object, item.query.from);
      if (child === null)
        throw queryException(
          `Didn't understand relationship '${item.query.from}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
        );
      const childObject = run.object(child.childObject);
      const name = child.relationshipName ?? item.query.from;
      const inner = compileSelect(run, childObject, item.query);
      const children = run.prepareChildren(item.query, childObject, child.field);
      select.subqueries.push({ name, object: childObject, children, select: inner });
    } else if (item.kind === 'typeof') {
      select.typeOfs.push(compileTypeOf(run, object, item));
    } else if (item.kind === 'expression') {
      const compiled = run.selected(run.expression(object, query.alias, item.expression));
      const key = item.alias ?? (item.expression.kind === 'field' ? item.expression.path.join('.') : compiled.name);
      if (seen.has(key.toLowerCase())) throw queryException(`duplicate field selected: ${key}`);
      seen.add(key.toLowerCase());
      select.columns.push({
        alias: item.expression.kind === 'function' ? (item.alias ?? compiled.name) : null,
        compiled,
      });
    }
  }
  return select;
}

/** SOQL Reference, "TYPEOF": the fields depend on the object that the polymorphic reference leads to. */
function compileTypeOf(
  run: QueryRun,
  object: ObjectDefinition,
  item: SelectItem & { kind: 'typeof' },
): CompiledSelect['typeOfs'][number] {
  const reference = run.host.schema.parentRelationship(object, item.relationship);
  if (reference === null) throw queryException(noSuchRelationship(item.relationship));
  const compile = (parent: ObjectDefinition, fields: string[][]): CompiledExpression[] =>
    fields.map((path) => run.selected(run.expression(parent, null, { kind: 'field', path })));
  const branches = new Map<string, CompiledExpression[]>();
  for (const { object: name, fields } of item.branches) {
    const parent = run.object(name);
    if (!reference.referenceTo.includes(parent.name)) {
      throw queryException(`TYPEOF condition is not valid: ${reference.name} does not reference ${parent.name}`);
    }
    branches.set(parent.name.toLowerCase(), compile(parent, fields));
  }
  const otherwise = (parent: ObjectDefinition): CompiledExpression[] => compile(parent, item.otherwise);
  return { reference, relationship: reference.relationshipName ?? item.relationship, branches, otherwise };
}

function expand(object: ObjectDefinition, query: SoqlQuery, item: SelectItem): SelectItem[] {
  if (item.kind !== 'fields') return [item];
  if (item.which !== 'STANDARD' && query.limit === null) {
    throw queryException(`The SOQL FIELDS function must have a LIMIT of at most 200`);
  }
  return [...object.fields.values()]
    .filter((f) => (item.which === 'ALL' || f.custom === (item.which === 'CUSTOM')) && f.type !== 'address')
    .map((f) => ({ kind: 'expression', expression: { kind: 'field', path: [f.name] }, alias: null }));
}

/** The record that Apex sees for a row: the fields asked for, and the Id, which always comes along. */
export function projectRow(run: QueryRun, row: Row, select: CompiledSelect): SObjectValue {
  const record = start(row);
  for (const { alias, compiled } of select.columns) {
    const path = compiled.paths[0];
    if (alias !== null || path === undefined) set(record, alias ?? compiled.name, compiled.read(row));
    else if (path.steps.length === 0) set(record, path.field.name, compiled.read(row));
    else placeInParent(run, record, row, path.steps, path.field);
  }
  for (const typeOf of select.typeOfs) placeTypeOf(run, record, row, typeOf);
  for (const { name, object, children, select: inner } of select.subqueries) {
    const records = children(row.id).map((child) => projectRow(run, child, inner));
    run.x.limits.use('queryRows', records.length);
    set(record, name, new ApexList(apexType('List', apexType(object.name)), records));
  }
  return record;
}

function placeTypeOf(run: QueryRun, record: SObjectValue, row: Row, typeOf: CompiledSelect['typeOfs'][number]): void {
  const { reference, relationship, branches, otherwise } = typeOf;
  set(record, reference.name, run.reader.value(row, reference));
  const parentRow = run.reader.parent(row, reference);
  if (parentRow === null) return set(record, relationship, null);
  const parent = start(parentRow);
  for (const compiled of branches.get(parentRow.object.name.toLowerCase()) ?? otherwise(parentRow.object)) {
    const path = compiled.paths[0];
    if (path === undefined || path.steps.length === 0)
      set(parent, path?.field.name ?? compiled.name, compiled.read(parentRow));
    else placeInParent(run, parent, parentRow, path.steps, path.field);
  }
  set(record, relationship, parent);
}

function start(row: Row): SObjectValue {
  const record = new SObjectValue(row.object);
  record.retrieved = new Set();
  if (row.object.fields.has('id')) set(record, 'id', new ApexId(row.id));
  return record;
}

function set(
  record: SObjectValue,
  name: string,
  value: SObjectValue['values'] extends Map<string, infer V> ? V : never,
): void {
  record.values.set(name.toLowerCase(), value);
  record.retrieved?.add(name.toLowerCase());
}

/** `Account.Owner.Name` goes into the record's Account, there into the Owner; the reference fields come along. */
function placeInParent(
  run: QueryRun,
  record: SObjectValue,
  row: Row,
  steps: { reference: FieldDefinition; relationship: string }[],
  field: FieldDefinition,
): void {
  let [currentRecord, currentRow] = [record, row];
  for (const { reference, relationship } of steps) {
    set(currentRecord, reference.name, run.reader.value(currentRow, reference));
    const parentRow = run.reader.parent(currentRow, reference);
    if (parentRow === null) {
      set(currentRecord, relationship, null);
      return;
    }
    const existing = currentRecord.values.get(relationship.toLowerCase());
    const parent: SObjectValue = existing instanceof SObjectValue ? existing : start(parentRow);
    set(currentRecord, relationship, parent);
    [currentRecord, currentRow] = [parent, parentRow];
  }
  const own = currentRow.object.fields.get(field.name.toLowerCase());
  set(currentRecord, field.name, own === undefined ? null : run.reader.value(currentRow, own));
}
