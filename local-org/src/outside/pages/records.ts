import type { ChildRelationship, FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import type { Permissions } from '../../security/permissions.ts';
import type { SelectItem, SoqlCondition, SoqlQuery } from '../../soql/ast.ts';
import { SObjectValue } from '../../values/value.ts';
import type { ApiCall } from '../rest/call.ts';
import { notFound } from '../rest/api-error.ts';
import { idOf } from '../rest/records.ts';
import { fieldToJson } from '../rest/values.ts';
import { toId } from '../../values/id.ts';
import { html, type Html } from './html.ts';
import { kindOf } from './setup.ts';
import { plural, table } from './table.ts';

const ROWS = 200;
const RELATED = 5;
const COLUMNS = 8;

/** A page whose title is known only with its content. */
export interface Content {
  title: string;
  body: Html;
}

/** All objects that the user may read. */
export async function objectsBody(call: ApiCall): Promise<Html> {
  const objects = await call.run(function* (_x, permissions) {
    const readable = call.schema
      .all()
      .filter((o) => o.kind !== 'aggregate' && o.queryable && permissions.object(o.name).read);
    return readable.map((object) => ({ object, count: call.org.store.table(object).rows.size }));
  });
  const sorted = objects.sort((a, b) => a.object.label.localeCompare(b.object.label));
  const link = (o: ObjectDefinition): Html => html`<a href="/objects/${o.name}">${o.labelPlural}</a>`;
  return table(
    'Objects',
    `${plural(sorted.length, 'object')} that you can read`,
    [
      { head: 'Records of', cell: ({ object }) => link(object), header: true },
      { head: 'API name', cell: ({ object }) => object.name },
      { head: 'Kind', cell: ({ object }) => kindOf(object) },
      { head: 'In the org', cell: ({ count }) => count || '', number: true },
    ],
    sorted,
  );
}

/** The newest records of an object, with the columns that hold something. */
export async function recordsBody(call: ApiCall, name: string): Promise<Html> {
  const { object, fields, rows } = await call.run(function* (x, permissions) {
    const object = call.object(name, permissions);
    const fields = readable(object, permissions);
    const query = queryOf(call, object, fields, null, ROWS);
    const rows = yield* x.transaction.query(x, query, [], { access: 'USER', withSharing: true });
    return { object, fields, rows };
  });
  const links = html`<p>
    <a href="/objects">All objects</a> <a href="/setup/objects/${object.name}">${object.label} in Setup</a>
  </p>`;
  if (rows.length === 0)
    return html`<p class="empty">No records that you can see.</p>
      ${links}`;
  const caption =
    rows.length === ROWS ? `The newest ${ROWS} records` : `${plural(rows.length, 'record')}, newest first`;
  return html`${rowsTable(call, object.labelPlural, caption, object, columnsOf(fields, rows), rows)}${links}`;
}

/** The fields that hold something, the name first. */
function columnsOf(fields: readonly FieldDefinition[], rows: readonly SObjectValue[]): FieldDefinition[] {
  const parts = new Set(fields.filter((f) => f.nameField).flatMap((f) => f.compoundOf ?? []));
  const holds = (f: FieldDefinition): boolean =>
    rows.some((row) => (row.values.get(f.name.toLowerCase()) ?? null) !== null);
  return fields
    .filter((f) => !f.system && f.type !== 'id' && f.type !== 'address' && f.type !== 'base64')
    .filter((f) => f.type !== 'boolean' || f.custom)
    .filter((f) => !parts.has(f.name) && f.name !== 'OwnerId')
    .filter(holds)
    .sort((a, b) => Number(b.nameField) - Number(a.nameField))
    .slice(0, COLUMNS);
}

function rowsTable(
  call: ApiCall,
  label: string,
  caption: string,
  object: ObjectDefinition,
  columns: readonly FieldDefinition[],
  rows: readonly SObjectValue[],
): Html {
  const link = (row: SObjectValue, text: Html | string): Html =>
    html`<a href="/objects/${object.name}/${idOf(row)}">${text}</a>`;
  const [name, ...others] = columns;
  const isName = name?.nameField === true;
  const head = isName
    ? { head: name.label, cell: (row: SObjectValue) => link(row, cell(call, row, object, name)), header: true }
    : { head: 'Id', cell: (row: SObjectValue) => link(row, idOf(row)), header: true };
  const rest = (isName ? others : columns).map((f) => ({
    head: f.label,
    cell: (row: SObjectValue) => cell(call, row, object, f),
    number: ['int', 'double', 'currency', 'percent'].includes(f.type),
  }));
  return table(label, caption, [head, ...rest], rows);
}

/** One record: its fields, then the records that point at it. */
export async function recordContent(call: ApiCall, name: string, id: string): Promise<Content> {
  const { object, fields, row, related } = await call.run(function* (x, permissions) {
    const object = call.object(name, permissions);
    const key = toId(id);
    if (key === null) throw notFound();
    const user = { access: 'USER', withSharing: true } as const;
    const fields = readable(object, permissions);
    const [row] = yield* x.transaction.query(x, queryOf(call, object, fields, 'Id', 1), [key], user);
    if (row === undefined) throw notFound();
    const related: Related[] = [];
    for (const child of object.childRelationships) {
      const childObject = call.schema.object(child.childObject);
      if (child.relationshipName === null || childObject === null || !childObject.queryable) continue;
      if (!permissions.object(childObject.name).read || !permissions.field(childObject.name, child.field).read)
        continue;
      const childFields = readable(childObject, permissions);
      const query = queryOf(call, childObject, childFields, child.field, RELATED + 1);
      const rows = yield* x.transaction.query(x, query, [key], user);
      related.push({ child, object: childObject, fields: childFields, rows });
    }
    return { object, fields, row, related };
  });
  const nameField = fields.find((field) => field.nameField);
  const named = nameField === undefined ? null : fieldToJson(row, object, nameField, call.version);
  const title = typeof named === 'string' ? named : id;
  const own = fields.filter((field) => !field.system);
  const holds = (field: FieldDefinition): boolean => fieldToJson(row, object, field, call.version) !== null;
  const blank = own.filter((field) => !holds(field));
  const system = fields.filter((field) => field.system);
  const filled = related.filter(({ rows }) => rows.length > 0);
  const empty = related.filter(({ rows }) => rows.length === 0).map(({ child }) => child.relationshipName ?? '');
  const body = html`<p>
      <a href="/objects/${object.name}">${object.labelPlural}</a> · ${object.name} · ${idOf(row)} ·
      <a href="/setup/objects/${object.name}">Setup</a>
    </p>
    ${fieldsTable(call, 'Fields', object, row, own.filter(holds))}
    ${
      blank.length === 0
        ? null
        : html`<details>
            <summary>${plural(blank.length, 'field')} without a value</summary>
            ${fieldsTable(call, 'Without a value', object, row, blank)}
          </details>`
    }
    <h2>Related lists</h2>
    ${filled.map((list) => relatedList(call, list))}
    ${empty.length === 0 ? null : html`<p class="empty">Without records: ${empty.join(', ')}</p>`}
    ${related.length === 0 ? html`<p class="empty">No object has a relationship to this one.</p>` : null}
    <h2>System</h2>
    ${fieldsTable(call, 'System fields', object, row, system)}`;
  return { title: `${object.label}: ${title}`, body };
}

interface Related {
  child: ChildRelationship;
  object: ObjectDefinition;
  fields: FieldDefinition[];
  /** one more than is shown */
  rows: SObjectValue[];
}

function relatedList(call: ApiCall, { child, object, fields, rows }: Related): Html {
  const label = `${object.labelPlural} (${child.relationshipName ?? ''})`;
  const shown = rows.slice(0, RELATED);
  const caption = rows.length > RELATED ? `the newest ${RELATED}` : plural(rows.length, 'record');
  const columns = columnsOf(fields, shown).filter((field) => field.name !== child.field);
  return html`<h3>${label}</h3>
    ${rowsTable(call, label, caption, object, columns.slice(0, 5), shown)}`;
}

function fieldsTable(
  call: ApiCall,
  label: string,
  object: ObjectDefinition,
  row: SObjectValue,
  fields: readonly FieldDefinition[],
): Html {
  return html`<table class="fields">
    <caption>
      ${label}
    </caption>
    <tbody>
      ${fields.map(
        (f) =>
          html`<tr>
            <th scope="row">${f.label}<small>${f.name}</small></th>
            <td>${cell(call, row, object, f)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function readable(object: ObjectDefinition, permissions: Permissions): FieldDefinition[] {
  return [...object.fields.values()].filter((f) => permissions.field(object.name, f.name).read);
}

/** The newest rows with these fields and the names of the records that they point at. @param key field that is the first bind */
function queryOf(
  call: ApiCall,
  object: ObjectDefinition,
  fields: readonly FieldDefinition[],
  key: string | null,
  limit: number,
): SoqlQuery {
  const item = (path: string[]): SelectItem => ({
    kind: 'expression',
    expression: { kind: 'field', path },
    alias: null,
  });
  const select: SelectItem[] = [];
  for (const field of fields) {
    if (field.type !== 'address') select.push(item([field.name]));
    const name = nameOfParent(call, field);
    if (name !== null && field.relationshipName !== null) select.push(item([field.relationshipName, name]));
  }
  const where: SoqlCondition | null =
    key === null
      ? null
      : { kind: 'comparison', left: { kind: 'field', path: [key] }, operator: '=', right: { kind: 'bind', index: 0 } };
  return {
    select,
    countOnly: false,
    from: object.name,
    alias: null,
    where,
    access: null,
    groupBy: [],
    having: null,
    orderBy: [{ expression: { kind: 'field', path: ['Id'] }, descending: true, nullsLast: false }],
    limit: { kind: 'number', text: String(limit) },
    offset: null,
    forUpdate: false,
  };
}

/** The field that names the records which a lookup points at; null when they have none. */
function nameOfParent(call: ApiCall, field: FieldDefinition): string | null {
  if (field.type !== 'reference') return null;
  const names = field.referenceTo.map((to) => {
    const object = call.schema.object(to);
    return object === null ? null : ([...object.fields.values()].find((f) => f.nameField)?.name ?? null);
  });
  const [first = null] = names;
  return names.every((name) => name === first) ? first : null;
}

function cell(call: ApiCall, row: SObjectValue, object: ObjectDefinition, field: FieldDefinition): Html {
  const value = fieldToJson(row, object, field, call.version) as string | number | boolean | object | null;
  if (value === null) return html``;
  if (field.type === 'reference' && typeof value === 'string') {
    const parent = field.relationshipName === null ? null : row.values.get(field.relationshipName.toLowerCase());
    const name = nameOfParent(call, field);
    const text = parent instanceof SObjectValue && name !== null ? parent.values.get(name.toLowerCase()) : null;
    return html`<a href="/${value}">${typeof text === 'string' ? text : value}</a>`;
  }
  if (field.type === 'boolean') return html`${value === true ? 'yes' : 'no'}`;
  if (typeof value === 'object') {
    const parts = Object.values(value as Record<string, string | number | null>);
    return html`${parts.filter((part) => part !== null).join(', ')}`;
  }
  return html`${String(value)}`;
}
