import { hasAnnotation } from '../../apex/resolve/symbols.ts';
import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import { ApiError, notFound } from '../rest/api-error.ts';
import type { ApiCall } from '../rest/call.ts';
import { html, type Html } from './html.ts';
import { facts, plural, table } from './table.ts';

/** @throws ApiError for users who may not see Setup */
async function requireSetup(call: ApiCall): Promise<void> {
  const allowed = await call.run(function* (_x, permissions) {
    return permissions.userPermission('ViewSetup');
  });
  if (!allowed) throw new ApiError(403, 'INSUFFICIENT_ACCESS', 'Your profile does not let you see Setup.');
}

/** What Setup holds, and every object. */
export async function setupBody(call: ApiCall): Promise<Html> {
  await requireSetup(call);
  const { schema, program } = call.org;
  const objects = schema
    .all()
    .filter((o) => o.kind !== 'aggregate')
    .sort((a, b) => a.label.localeCompare(b.label));
  return html`<ul class="cards">
      <li><a href="/users">Users</a> with their profiles and permission sets</li>
      <li><a href="/permission-sets">Permission sets</a>: ${schema.permissionSets.size}</li>
      <li>
        <a href="/setup/apex">Apex classes and triggers</a>: ${program.classes.filter((c) => c.outer === null).length}
      </li>
    </ul>
    <h2>Objects</h2>
    ${table(
      'Objects',
      plural(objects.length, 'object'),
      [
        { head: 'Label', cell: (o) => html`<a href="/setup/objects/${o.name}">${o.label}</a>`, header: true },
        { head: 'API name', cell: (o) => o.name },
        { head: 'Kind', cell: kindOf },
        { head: 'Sharing', cell: (o) => o.sharingModel },
        { head: 'Fields', cell: (o) => o.fields.size, number: true },
        { head: 'Custom', cell: (o) => customFields(o).length || '', number: true },
        { head: 'Validation rules', cell: (o) => o.validationRules.length || '', number: true },
      ],
      objects,
    )}`;
}

const customFields = (object: ObjectDefinition): FieldDefinition[] =>
  [...object.fields.values()].filter((f) => f.custom);

export function kindOf(object: ObjectDefinition): string {
  if (object.kind === 'customMetadata') return 'custom metadata type';
  if (object.kind === 'customSetting') return 'custom setting';
  return object.setup ? 'setup' : object.kind;
}

/** One object: its fields, its children and its rules. */
export async function setupObjectBody(call: ApiCall, name: string): Promise<Html> {
  await requireSetup(call);
  const object = call.org.schema.object(name);
  if (object === null || object.kind === 'aggregate') throw notFound();
  const children = object.childRelationships.filter((child) => child.relationshipName !== null);
  return html`${facts([
      ['API name', object.name],
      ['Kind', kindOf(object)],
      ['Key prefix', object.keyPrefix || 'none'],
      ['Organisation-wide default', object.sharingModel],
      ['Records', html`<a href="/objects/${object.name}">Show</a>`],
    ])}
    <h2>Fields</h2>
    ${table(
      'Fields',
      plural(object.fields.size, 'field'),
      [
        { head: 'Label', cell: (f) => f.label, header: true },
        { head: 'API name', cell: (f) => f.name },
        { head: 'Type', cell: typeOf },
        { head: 'Properties', cell: propertiesOf },
      ],
      [...object.fields.values()],
    )}
    ${
      object.validationRules.length === 0
        ? null
        : html`<h2>Validation rules</h2>
            ${table(
              'Validation rules',
              plural(object.validationRules.length, 'rule'),
              [
                { head: 'Name', cell: (rule) => rule.name, header: true },
                { head: 'Active', cell: (rule) => (rule.active ? 'yes' : 'no') },
                { head: 'Error when', cell: (rule) => html`<code>${rule.formula}</code>` },
                { head: 'Message', cell: (rule) => rule.message },
                { head: 'At', cell: (rule) => rule.errorDisplayField ?? 'the page' },
              ],
              object.validationRules,
            )}`
    }
    ${
      children.length === 0
        ? null
        : html`<h2>Child relationships</h2>
            ${table(
              'Child relationships',
              plural(children.length, 'relationship'),
              [
                { head: 'Name', cell: (child) => child.relationshipName, header: true },
                {
                  head: 'Object',
                  cell: (child) => html`<a href="/setup/objects/${child.childObject}">${child.childObject}</a>`,
                },
                { head: 'Field', cell: (child) => child.field },
                { head: 'When the parent goes', cell: (child) => (child.cascadeDelete ? 'goes too' : 'stays') },
              ],
              children,
            )}`
    }`;
}

function typeOf(field: FieldDefinition): Html {
  if (field.type === 'reference') {
    const targets = field.referenceTo.map(
      (to, i) => html`${i === 0 ? '' : ', '}<a href="/setup/objects/${to}">${to}</a>`,
    );
    return html`${field.masterDetail ? 'master-detail' : 'lookup'} (${targets})`;
  }
  if (field.precision > 0) return html`${field.type} (${field.precision - field.scale}, ${field.scale})`;
  return html`${field.type}${field.length > 0 ? ` (${field.length})` : ''}`;
}

function propertiesOf(field: FieldDefinition): string {
  const words = [
    field.formula === null ? '' : `formula: ${field.formula}`,
    field.autoNumber ? `auto-number ${field.displayFormat ?? ''}`.trim() : '',
    !field.nillable && field.type !== 'boolean' ? 'required' : '',
    field.unique ? 'unique' : '',
    field.externalId ? 'external id' : '',
    field.restrictedPicklist ? 'restricted' : '',
    field.picklistValues.length > 0 ? plural(field.picklistValues.length, 'value') : '',
    field.custom ? 'custom' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** Classes and triggers of the org's source. */
export async function setupApexBody(call: ApiCall): Promise<Html> {
  await requireSetup(call);
  const classes = call.org.program.classes
    .filter((cls) => cls.outer === null)
    .sort((a, b) => a.name.localeCompare(b.name));
  return table(
    'Apex classes',
    plural(classes.length, 'class and trigger', 'classes and triggers'),
    [
      { head: 'Name', cell: (cls) => cls.name, header: true },
      { head: 'File', cell: (cls) => cls.file },
      { head: 'Kind', cell: (cls) => (cls.file.endsWith('.trigger') ? 'trigger' : cls.kind) },
      { head: 'REST resource', cell: restMapping },
    ],
    classes,
  );
}

type ClassSymbol = ApiCall['org']['program']['classes'][number];

function restMapping(cls: ClassSymbol): string {
  if (!hasAnnotation(cls.node, 'restresource')) return '';
  const annotation = cls.node.modifiers.annotations.find((a) => a.name === 'restresource');
  return `/services/apexrest${annotation?.parameters.get('urlmapping') ?? ''}`;
}
