/** The wire types of the package's Apex REST resource (docs/apex-rest.md). */

export type ResponseStatus = 'completed' | 'partial' | 'disqualified' | 'over_quota';

export type ConditionOperator =
  | 'equals'
  | 'not_equals'
  | 'contains'
  | 'not_contains'
  | 'starts_with'
  | 'any_of'
  | 'none_of'
  | 'greater'
  | 'less'
  | 'between'
  | 'answered'
  | 'not_answered'
  | 'before'
  | 'after';

export interface FieldMapping {
  name: string;
  field: string;
  source: 'question' | 'metadata' | 'hidden' | 'fixed' | 'template';
  key: string;
  required: boolean;
  /** Values by answer in lower case, `*` for all others. The org applies it; here it only tells equal lookups. */
  valueMap?: Record<string, string> | null;
  defaultValue?: string | null;
}

export interface TriggerCondition {
  name: string;
  source: 'question' | 'metadata' | 'hidden';
  key: string;
  operator: ConditionOperator;
  values: string[];
}

/** A node of nested trigger conditions: `all` or `any` of its members, each a condition or a group again. */
export interface ConditionGroup {
  logic: 'all' | 'any';
  members: (TriggerCondition | ConditionGroup)[];
}

export interface Connection {
  name: string;
  label: string;
  active: boolean;
  surveyId: string;
  object: string;
  lookupFields: string[];
  statuses: string[];
  conditionLogic: 'all' | 'any';
  fieldMappings: FieldMapping[];
  triggerConditions: TriggerCondition[];
  /** Nested conditions; takes the place of conditionLogic and triggerConditions where the org sends it. */
  conditionGroup?: ConditionGroup | null;
}

export interface Configuration {
  configVersion: string;
  organizationId: string;
  connections: Connection[];
}

/** A value that Apex takes for a field. */
export type FieldValue = string | number | boolean | null | string[];

export interface DeliveryItem {
  responseId: string;
  connection: string;
  version: number;
  submittedAt: string;
  values: Record<string, FieldValue>;
  replay?: true;
}

export interface DroppedField {
  field: string;
  label: string | null;
  code: string;
  message: string;
}

export type Outcome =
  'created' | 'updated' | 'unchanged' | 'skipped' | 'superseded' | 'rejected' | 'retryable' | 'deferred';

export interface ItemOutcome {
  responseId: string;
  connection: string;
  version: number;
  outcome: Outcome;
  recordId: string | null;
  droppedFields: DroppedField[];
  error: { code: string; message: string } | null;
}

export interface ResponsesAnswer {
  configVersion: string;
  items: unknown[];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const OUTCOMES: ReadonlySet<unknown> = new Set<Outcome>([
  'created',
  'updated',
  'unchanged',
  'skipped',
  'superseded',
  'rejected',
  'retryable',
  'deferred',
]);

/**
 * Checks a configuration that an org sent.
 *
 * @throws Error naming the place that is not as the contract says
 */
export function parseConfiguration(body: unknown): Configuration {
  const wrong = (place: string): never => {
    throw new Error(`The org's configuration is not as expected at ${place}`);
  };
  if (!isRecord(body) || !isText(body['configVersion']) || !isText(body['organizationId']))
    return wrong('the top level');
  if (!Array.isArray(body['connections'])) return wrong('connections');
  body['connections'].forEach((connection: unknown, index) => {
    const place = `connections/${index}`;
    if (!isRecord(connection)) return wrong(place);
    for (const key of ['name', 'surveyId', 'object']) if (!isText(connection[key])) return wrong(`${place}/${key}`);
    if (typeof connection['active'] !== 'boolean') return wrong(`${place}/active`);
    if (connection['conditionLogic'] !== 'all' && connection['conditionLogic'] !== 'any')
      return wrong(`${place}/conditionLogic`);
    for (const key of ['lookupFields', 'statuses']) {
      const list = connection[key];
      if (!Array.isArray(list) || !list.every(isText)) return wrong(`${place}/${key}`);
    }
    if (connection['conditionGroup'] != null && !isConditionGroup(connection['conditionGroup'], 0))
      return wrong(`${place}/conditionGroup`);
    for (const key of ['fieldMappings', 'triggerConditions']) {
      const list = connection[key];
      if (!Array.isArray(list)) return wrong(`${place}/${key}`);
      for (const entry of list as unknown[]) {
        if (!isRecord(entry) || !isText(entry['source']) || !isText(entry['key'])) return wrong(`${place}/${key}`);
        if (key === 'fieldMappings' && !isText(entry['field'])) return wrong(`${place}/${key}`);
        if (key === 'triggerConditions' && !isCondition(entry)) return wrong(`${place}/${key}`);
      }
    }
  });
  return body as unknown as Configuration;
}

function isCondition(entry: Record<string, unknown>): boolean {
  const { values } = entry;
  return (
    isText(entry['source']) &&
    isText(entry['key']) &&
    isText(entry['operator']) &&
    Array.isArray(values) &&
    values.every(isText)
  );
}

function isConditionGroup(value: unknown, depth: number): boolean {
  if (!isRecord(value) || (value['logic'] !== 'all' && value['logic'] !== 'any') || depth > 20) return false;
  const { members } = value;
  return (
    Array.isArray(members) &&
    members.every(
      (member: unknown) =>
        isRecord(member) && ('members' in member ? isConditionGroup(member, depth + 1) : isCondition(member)),
    )
  );
}

/** The outcome of one item, or undefined when the answer holds none for it. */
export function parseItemOutcome(body: unknown, item: DeliveryItem): ItemOutcome | undefined {
  if (!isRecord(body) || body['responseId'] !== item.responseId || body['connection'] !== item.connection)
    return undefined;
  if (!OUTCOMES.has(body['outcome'])) return undefined;
  const dropped = Array.isArray(body['droppedFields']) ? (body['droppedFields'] as unknown[]) : [];
  const error = body['error'];
  return {
    responseId: item.responseId,
    connection: item.connection,
    version: item.version,
    outcome: body['outcome'] as Outcome,
    recordId: isText(body['recordId']) ? body['recordId'] : null,
    droppedFields: dropped.filter(isRecord).map((field) => ({
      field: isText(field['field']) ? field['field'] : '',
      label: isText(field['label']) ? field['label'] : null,
      code: isText(field['code']) ? field['code'] : '',
      message: isText(field['message']) ? field['message'] : '',
    })),
    error:
      isRecord(error) && isText(error['code'])
        ? { code: error['code'], message: isText(error['message']) ? error['message'] : '' }
        : null,
  };
}

/** The answer of `POST /v1/responses`, its items still unchecked; undefined when it is none. */
export function parseResponsesAnswer(body: unknown): ResponsesAnswer | undefined {
  if (!isRecord(body) || !isText(body['configVersion']) || !Array.isArray(body['items'])) return undefined;
  return { configVersion: body['configVersion'], items: body['items'] as unknown[] };
}
