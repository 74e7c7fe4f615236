import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import type { Permissions } from '../../security/permissions.ts';
import type { SoqlQuery } from '../../soql/ast.ts';
import { SObjectValue } from '../../values/value.ts';
import type { ApiCall } from '../rest/call.ts';
import { notFound } from '../rest/api-error.ts';
import { findByField, idOf } from '../rest/records.ts';
import { fieldToJson } from '../rest/values.ts';
import { toId } from '../../values/id.ts';
import { html, type Html } from './html.ts';

const ROWS = 200;
const COLUMNS = 8;

/** All objects that the user may read. */
export async function objectsBody(call: ApiCall): Promise<Html> {
  const objects = await call.run(function* (_x, permissions) {
    return call.org.schema
      .all()
      .filter((o) => o.kind !== 'aggregate' && o.queryable && permissions.object(o.name).read);
  });
  const sorted = objects.sort((a, b) => a.label.localeCompare(b.label));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Objects">
    <table>
      <caption>
        ${sorted.length} objects
      </caption>
      <thead>
        <tr>
          <th scope="col">Label</th>
          <th scope="col">API name</th>
          <th scope="col">Kind</th>
        </tr>
      </thead>
      <tbody>
        ${sorted.map(
          (o) =>
            html`<tr>
              <td><a href="/objects/${o.name}">${o.labelPlural}</a></td>
              <td>${o.name}</td>
              <td>${kindOf(o)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function kindOf(object: ObjectDefinition): string {
  if (object.kind === 'customMetadata') return 'custom metadata type';
  return object.setup ? 'setup' : object.kind;
}

/** The newest records of an object, with the columns that hold something. */
export async function recordsBody(call: ApiCall, name: string): Promise<Html> {
  const { object, fields, rows } = await call.run(function* (x, permissions) {
    const object = call.object(name, permissions);
    const fields = readable(object, permissions);
    const query: SoqlQuery = {
      select: fields
        .filter((f) => f.type !== 'address')
        .map((f) => ({ kind: 'expression', expression: path(f), alias: null })),
      countOnly: false,
      from: object.name,
      alias: null,
      where: null,
      access: null,
      groupBy: [],
      having: null,
      orderBy: [{ expression: { kind: 'field', path: ['Id'] }, descending: true, nullsLast: false }],
      limit: { kind: 'number', text: String(ROWS) },
      offset: null,
      forUpdate: false,
    };
    const rows = yield* x.transaction.query(x, query, [], { access: 'USER', withSharing: true });
    return { object, fields, rows };
  });
  if (rows.length === 0) return html`<p>No records that you can see. ${fieldsLink()}</p>`;
  const columns = fields
    .filter((f) => !f.system && f.type !== 'id' && f.type !== 'address' && f.type !== 'base64')
    .filter((f) => rows.some((row) => (row.values.get(f.name.toLowerCase()) ?? null) !== null))
    .sort((a, b) => Number(b.nameField) - Number(a.nameField))
    .slice(0, COLUMNS);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${object.labelPlural}">
      <table>
        <caption>
          ${rows.length === ROWS ? `The newest ${ROWS} records` : `${rows.length} records`}, newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">Id</th>
            ${columns.map((f) => html`<th scope="col">${f.label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                <td><a href="/objects/${object.name}/${idOf(row)}">${idOf(row)}</a></td>
                ${columns.map((f) => html`<td>${cell(call, row, object, f)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p>${fieldsLink()}</p>`;
}

const fieldsLink = (): Html => html`<a href="/objects">All objects</a>`;

/** One record with all its fields. */
export async function recordBody(call: ApiCall, name: string, id: string): Promise<Html> {
  const { object, fields, row } = await call.run(function* (x, permissions) {
    const object = call.object(name, permissions);
    const key = object.fields.get('id');
    if (key === undefined || toId(id) === null) throw notFound();
    const fields = readable(object, permissions);
    const [row] = yield* findByField(x, object, key, id, fields);
    if (row === undefined) throw notFound();
    return { object, fields, row };
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Fields">
      <table>
        <caption>
          All fields that you can see
        </caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">API name</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          ${fields.map(
            (f) =>
              html`<tr>
                <th scope="row">${f.label}</th>
                <td>${f.name}</td>
                <td>${cell(call, row, object, f)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p><a href="/objects/${object.name}">All ${object.labelPlural}</a></p>`;
}

function readable(object: ObjectDefinition, permissions: Permissions): FieldDefinition[] {
  return [...object.fields.values()].filter((f) => permissions.field(object.name, f.name).read);
}

const path = (field: FieldDefinition) => ({ kind: 'field' as const, path: [field.name] });

function cell(call: ApiCall, row: SObjectValue, object: ObjectDefinition, field: FieldDefinition): Html {
  const value = fieldToJson(row, object, field, call.version) as string | number | boolean | object | null;
  if (value === null) return html``;
  if (field.type === 'reference' && typeof value === 'string') return html`<a href="/${value}">${value}</a>`;
  if (typeof value === 'object') {
    const parts = Object.values(value as Record<string, string | number | null>);
    return html`${parts.filter((part) => part !== null).join(', ')}`;
  }
  return html`${String(value)}`;
}
