import type { DmlOperation, DmlRowResult } from '../../data/contract.ts';
import type { Execution, Pause } from '../../execution/execution.ts';
import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import type { Permissions } from '../../security/permissions.ts';
import type { SoqlOperand, SoqlQuery } from '../../soql/ast.ts';
import { toId } from '../../values/id.ts';
import { ApexId, SObjectValue, type Value } from '../../values/value.ts';
import { ApiError, notFound } from './api-error.ts';
import type { ApiCall } from './call.ts';
import { fieldToJson, jsonToValue, recordUrl } from './values.ts';

const USER = { access: 'USER', withSharing: true } as const;

/** A record to save from JSON. @throws ApiError for unknown and not writable fields, and values of a wrong type */
export function recordFromJson(
  call: ApiCall,
  object: ObjectDefinition,
  json: unknown,
  permissions: Permissions,
  operation: 'insert' | 'update',
): SObjectValue {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ApiError(
      400,
      'JSON_PARSER_ERROR',
      'The HTTP entity body is required, but this request has no entity body.',
    );
  }
  const record = new SObjectValue(object);
  const readOnly: string[] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name === 'attributes') continue;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      const parent = parentByExternalId(call, object, name, value as Record<string, unknown>, permissions);
      record.values.set(name.toLowerCase(), parent);
      continue;
    }
    const field = call.field(object, name, permissions);
    const writable = operation === 'insert' ? field.createable : field.updateable;
    if (!writable || !permissions.field(object.name, field.name).edit) readOnly.push(field.name);
    record.values.set(field.name.toLowerCase(), jsonToValue(value, field));
  }
  if (readOnly.length > 0) {
    throw new ApiError(
      400,
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      `Unable to create/update fields: ${readOnly.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
      readOnly,
    );
  }
  return record;
}

/** `"Account": {"Key__c": "x"}`: a related record by its external id, under the name of the relationship. */
function parentByExternalId(
  call: ApiCall,
  object: ObjectDefinition,
  name: string,
  json: Record<string, unknown>,
  permissions: Permissions,
): SObjectValue {
  const reference = call.schema.parentRelationship(object, name);
  const attributes = json['attributes'] as { type?: unknown } | undefined;
  const targets = reference?.referenceTo ?? [];
  const target = targets.find((to) => targets.length === 1 || to === attributes?.type);
  if (reference === null || target === undefined) {
    throw new ApiError(400, 'INVALID_FIELD', `Cannot reference a foreign key field ${name}.`);
  }
  const parent = call.object(target, permissions);
  const keys = Object.entries(json).filter(([key]) => key !== 'attributes');
  const [key] = keys;
  if (key === undefined || keys.length > 1) {
    throw new ApiError(400, 'INVALID_FIELD', `The external foreign key reference of ${name} must name one field.`);
  }
  const field = externalIdField(call, parent, key[0], permissions);
  const value = new SObjectValue(parent);
  value.values.set(field.name.toLowerCase(), jsonToValue(key[1], field));
  return value;
}

/** One save of several records, in user mode. */
export function* save(
  x: Execution,
  operation: DmlOperation,
  records: SObjectValue[],
  allOrNone: boolean,
  externalIdField: string | null = null,
): Generator<Pause, DmlRowResult[], void> {
  return yield* x.transaction.dml(x, { operation, records, allOrNone, ...USER, externalIdField, options: null });
}

export function createRecord(
  call: ApiCall,
  name: string,
  json: unknown,
): Promise<{ id: string | null; success: boolean; errors: [] }> {
  return call.run(function* (x, permissions) {
    const object = call.object(name, permissions);
    const record = recordFromJson(call, object, json, permissions, 'insert');
    const [result] = yield* save(x, 'insert', [record], true);
    return { id: savedId(result), success: true, errors: [] };
  });
}

export function updateRecord(call: ApiCall, name: string, id: string, json: unknown): Promise<void> {
  return call.run(function* (x, permissions) {
    const object = call.object(name, permissions);
    const record = recordFromJson(call, object, json, permissions, 'update');
    record.values.set('id', recordId(object, id));
    const [result] = yield* save(x, 'update', [record], true);
    savedId(result);
  });
}

export function deleteRecord(call: ApiCall, name: string, id: string): Promise<void> {
  return call.run(function* (x, permissions) {
    const object = call.object(name, permissions);
    const record = new SObjectValue(object);
    record.values.set('id', recordId(object, id));
    const [result] = yield* save(x, 'delete', [record], true);
    savedId(result);
  });
}

/** `PATCH sobjects/X/Field/value`. The status is 201 for a new record, 300 for several matches. */
export function upsertRecord(
  call: ApiCall,
  name: string,
  fieldName: string,
  value: string,
  json: unknown,
): Promise<{ status: number; body: unknown }> {
  return call.run(function* (x, permissions) {
    const object = call.object(name, permissions);
    const field = externalIdField(call, object, fieldName, permissions);
    if (Object.keys(json ?? {}).some((key) => key.toLowerCase() === field.name.toLowerCase())) {
      throw new ApiError(
        400,
        'INVALID_FIELD',
        `The ${object.name}.${field.name} field should not be specified in the sobject data.`,
        [field.name],
      );
    }
    const matches = yield* findByField(
      x,
      object,
      field,
      value,
      [object.fields.get('id')].filter((f) => f !== undefined),
    );
    if (matches.length > 1) {
      return { status: 300, body: matches.map((row) => recordUrl(call.version, object.name, idOf(row))) };
    }
    const existing = matches[0];
    const record = recordFromJson(call, object, json, permissions, existing === undefined ? 'insert' : 'update');
    if (existing === undefined) record.values.set(field.name.toLowerCase(), jsonToValue(value, field));
    else record.values.set('id', toId(idOf(existing)));
    const [result] = yield* save(x, existing === undefined ? 'insert' : 'update', [record], true);
    const created = existing === undefined;
    return { status: created ? 201 : 200, body: { id: savedId(result), success: true, errors: [], created } };
  });
}

/** A record by its Id. @param fieldNames null = all that the user may read */
export function readRecord(call: ApiCall, name: string, id: string, fieldNames: string[] | null): Promise<unknown> {
  return call.run(function* (x, permissions) {
    const object = call.object(name, permissions);
    const key = object.fields.get('id');
    if (key === undefined) throw notFound();
    if (toId(id) === null) {
      throw new ApiError(404, 'NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${id}`);
    }
    return yield* readOne(call, x, object, key, id, fieldNames, permissions);
  });
}

/** A record by an external id field. */
export function readRecordBy(
  call: ApiCall,
  name: string,
  fieldName: string,
  value: string,
  fieldNames: string[] | null,
): Promise<unknown> {
  return call.run(function* (x, permissions) {
    const object = call.object(name, permissions);
    const field = externalIdField(call, object, fieldName, permissions);
    return yield* readOne(call, x, object, field, value, fieldNames, permissions);
  });
}

function* readOne(
  call: ApiCall,
  x: Execution,
  object: ObjectDefinition,
  key: FieldDefinition,
  value: string,
  fieldNames: string[] | null,
  permissions: Permissions,
): Generator<Pause, unknown, void> {
  const fields =
    fieldNames === null
      ? [...object.fields.values()].filter((field) => permissions.field(object.name, field.name).read)
      : fieldNames.map((field) => call.field(object, field, permissions));
  const rows = yield* findByField(x, object, key, value, fields);
  const row = rows[0];
  if (row === undefined) throw notFound();
  if (rows.length > 1) throw new ApiError(300, 'MULTIPLE_CHOICES', 'More than one record has this external id');
  const out: Record<string, unknown> = {
    attributes: { type: object.name, url: recordUrl(call.version, object.name, idOf(row)) },
  };
  for (const field of fields) out[field.name] = fieldToJson(row, object, field, call.version);
  if (fieldNames !== null) out['Id'] = idOf(row);
  return out;
}

/** The rows whose field has the value; at most two, since two are already too many. */
export function* findByField(
  x: Execution,
  object: ObjectDefinition,
  field: FieldDefinition,
  value: string,
  fields: readonly FieldDefinition[],
): Generator<Pause, SObjectValue[], void> {
  // an address is read by its parts
  const parts = fields.flatMap((f) => (f.type === 'address' ? (f.compoundOf ?? []) : [f.name]));
  const names = new Set(['Id', ...parts]);
  const path = (name: string) => ({ kind: 'field' as const, path: [name] });
  const right: SoqlOperand = { kind: 'bind', index: 0 };
  const query: SoqlQuery = {
    select: [...names].map((name) => ({ kind: 'expression', expression: path(name), alias: null })),
    countOnly: false,
    from: object.name,
    alias: null,
    where: { kind: 'comparison', left: path(field.name), operator: '=', right },
    access: null,
    groupBy: [],
    having: null,
    orderBy: [],
    limit: { kind: 'number', text: '2' },
    offset: null,
    forUpdate: false,
  };
  const bind: Value = jsonToValue(value, field);
  return yield* x.transaction.query(x, query, [bind], USER);
}

function externalIdField(
  call: ApiCall,
  object: ObjectDefinition,
  name: string,
  permissions: Permissions,
): FieldDefinition {
  const field = object.fields.get(name.toLowerCase());
  if (field === undefined || !field.idLookup || !permissions.field(object.name, field.name).read) {
    throw new ApiError(404, 'NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${name}`);
  }
  return call.field(object, field.name, permissions);
}

function recordId(object: ObjectDefinition, text: string): ApexId {
  const id = toId(text);
  if (id === null) {
    throw new ApiError(404, 'NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${text}`);
  }
  if (id.value.slice(0, 3) !== object.keyPrefix) {
    throw new ApiError(400, 'MALFORMED_ID', `${object.label} ID: id value of incorrect type: ${text}`, ['Id']);
  }
  return id;
}

export function idOf(row: SObjectValue): string {
  const id = row.values.get('id');
  if (!(id instanceof ApexId)) throw new Error(`A row of ${row.definition.name} has no Id`);
  return id.value;
}

/** @throws ApiError with the errors of the row. Inside `run` this rolls the transaction back. */
function savedId(result: DmlRowResult | undefined): string | null {
  if (result === undefined) throw new Error('The save gave no result');
  if (!result.success) throw ApiError.ofRow(result.errors);
  return result.id?.value ?? null;
}
