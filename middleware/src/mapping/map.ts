import { createHash } from 'node:crypto';
import type { PlainValue, ResponseEnvelope } from '../ingest/envelope.ts';
import { fillTemplate } from './template.ts';
import { isBlank, readValue } from '../rules/values.ts';
import type { Connection, DeliveryItem, FieldMapping, FieldValue } from '../salesforce/contract.ts';

/**
 * Maps a response to the fields of a connection. A field whose source the response does not hold is left out, so that
 * it is not written; converting to the field's type is the org's work, which knows the type.
 */
export function mapValues(connection: Connection, response: ResponseEnvelope): Record<string, FieldValue> {
  const values: Record<string, FieldValue> = {};
  for (const mapping of connection.fieldMappings) {
    const value = valueOf(mapping, response);
    if (value !== undefined) values[mapping.field] = toFieldValue(value);
  }
  return values;
}

/** The item that goes to the org. */
export function toItem(connection: Connection, response: ResponseEnvelope, replay: boolean): DeliveryItem {
  return {
    responseId: response.responseId,
    connection: connection.name,
    version: Date.parse(response.updatedAt),
    submittedAt: new Date(response.submittedAt ?? response.updatedAt).toISOString(),
    values: mapValues(connection, response),
    ...(replay ? { replay: true } : {}),
  };
}

/**
 * The key under which deliveries to the same record keep their order: object and lookup values, without regard to case
 * and outer blanks. A blank lookup matches no record, so such a response is its own key.
 */
export function lookupKey(connection: Connection, response: ResponseEnvelope): string {
  const values = mapValues(connection, response);
  const looked = connection.lookupFields.map((field) => lookedUp(connection, field, values[field]));
  if (looked.every((value) => isBlank(value))) return `response:${digest([response.responseId])}`;
  const parts = looked.map((value) => (isBlank(value) ? '' : String(value).trim().toLowerCase()));
  return `record:${digest([connection.object, ...connection.lookupFields, ...parts])}`;
}

/** The value as the org will look for it: it applies value map and default to lookup values too. */
function lookedUp(connection: Connection, field: string, value: FieldValue | undefined): FieldValue | undefined {
  const mapping = connection.fieldMappings.find((candidate) => candidate.field === field);
  const map = mapping?.valueMap ?? {};
  const mapped = isBlank(value) ? value : (own(map, String(value).trim().toLowerCase()) ?? own(map, '*') ?? value);
  return isBlank(mapped) ? (mapping?.defaultValue ?? mapped) : mapped;
}

function own(map: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function valueOf(mapping: FieldMapping, response: ResponseEnvelope): PlainValue | undefined {
  if (mapping.source === 'fixed') return mapping.key;
  if (mapping.source === 'template') return fillTemplate(mapping.key, response);
  return readValue(response, mapping.source, mapping.key);
}

function toFieldValue(value: PlainValue): FieldValue {
  if (Array.isArray(value)) return value.map((entry) => clean(String(entry)));
  return typeof value === 'string' ? clean(value) : value;
}

/** Salesforce takes no NUL and no half of a surrogate pair in a text. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '');
}

function digest(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
