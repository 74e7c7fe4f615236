import type { Org } from '../../org/org.ts';
import { ApexId, type Value } from '../../values/value.ts';
import { toId } from '../../values/id.ts';
import { ApiError, notFound } from '../rest/api-error.ts';
import type { ApiCall } from '../rest/call.ts';
import { queryColumns } from '../rest/columns.ts';
import { QueryLocators } from '../rest/locators.ts';
import { nextRecords, runQuery, type QueryAnswer } from '../rest/query.ts';
import { jsonBody, param, queryParam, type ApiRequest, type Resources } from '../rest/resources.ts';
import { ToolingCall } from './call.ts';
import { executeAnonymous } from './execute-anonymous.ts';
import { readTestRequest } from './selection.ts';
import { ToolingStore } from './store.ts';
import { TestRuns } from './test-runs.ts';

/** What the Tooling API keeps of one org; made at its first use. */
class Tooling {
  readonly store: ToolingStore;
  readonly runs: TestRuns;
  readonly locators = new QueryLocators();

  constructor(org: Org) {
    this.store = new ToolingStore(org);
    this.runs = new TestRuns(this.store);
  }
}

/** `/services/data/vXX.X/tooling`: queries, test runs, test suites and anonymous Apex. */
export function toolingResources(resources: Resources): void {
  const toolings = new WeakMap<Org, Tooling>();
  const of = (org: Org): Tooling => {
    const tooling = toolings.get(org) ?? new Tooling(org);
    toolings.set(org, tooling);
    return tooling;
  };
  const enter = async (call: ApiCall): Promise<{ tooling: Tooling; toolingCall: ToolingCall }> => {
    const tooling = of(call.org);
    return { tooling, toolingCall: await ToolingCall.enter(call, tooling.store) };
  };

  resources.add('GET', '/tooling/query', async (call, request) => {
    const { tooling, toolingCall } = await enter(call);
    const soql = queryParam(request, 'q');
    if (queryParam(request, 'columns') === 'true') return queryColumns(toolingCall, soql);
    return withCoverage(await runQuery(toolingCall, tooling.locators, soql, queryOptions(request)));
  });
  resources.add('GET', '/tooling/query/:locator', async (call, request) => {
    const { tooling, toolingCall } = await enter(call);
    return withCoverage(nextRecords(toolingCall, tooling.locators, param(request, 'locator')));
  });
  resources.add('POST', '/tooling/runTestsSynchronous', async (call, request) => {
    const { tooling } = await enter(call);
    return tooling.runs.synchronous(readTestRequest(tooling.store, jsonBody(request)), call.userId);
  });
  resources.add('POST', '/tooling/runTestsAsynchronous', async (call, request) => {
    const { tooling } = await enter(call);
    return tooling.runs.asynchronous(readTestRequest(tooling.store, jsonBody(request)), call.userId, (error) =>
      request.logFault(error, 'a test run failed'),
    );
  });
  resources.add('GET', '/tooling/executeAnonymous', async (call, request) => {
    await enter(call);
    return executeAnonymous(call.org, call.userId, queryParam(request, 'anonymousBody'));
  });
  resources.add(
    'POST',
    '/tooling/sobjects/:name',
    async (call, request) => {
      const { tooling } = await enter(call);
      return create(tooling.store, param(request, 'name'), jsonBody(request), call.userId);
    },
    201,
  );
  resources.add('PATCH', '/tooling/sobjects/ApexTestQueueItem/:id', async (call, request) => {
    const { tooling } = await enter(call);
    abort(tooling.store, param(request, 'id'), jsonBody(request));
  });
  resources.add('PATCH', '/tooling/composite/sobjects', async (call, request) => {
    const { tooling } = await enter(call);
    const body = jsonBody(request) as { records?: unknown };
    if (!Array.isArray(body.records)) throw new ApiError(400, 'INVALID_INPUT', 'records is required');
    return body.records.map((record: unknown) => {
      const { attributes, ...fields } = record as { attributes?: { type?: string }; Id?: string; id?: string };
      if (attributes?.type !== 'ApexTestQueueItem') throw notUpdateable(attributes?.type ?? '');
      const id = fields.Id ?? fields.id ?? '';
      abort(tooling.store, id, fields);
      return { id, success: true, errors: [] };
    });
  });
}

const queryOptions = (request: ApiRequest): string => request.headers['sforce-query-options'] ?? '';

/** Coverage is a complex value: lists of lines, not text. */
function withCoverage(answer: QueryAnswer): QueryAnswer {
  for (const record of answer.records as Record<string, unknown>[]) {
    if (typeof record['Coverage'] === 'string') record['Coverage'] = JSON.parse(record['Coverage']) as unknown;
  }
  return answer;
}

const CREATEABLE = new Set(['apextestsuite', 'testsuitemembership']);

const notUpdateable = (name: string): ApiError =>
  new ApiError(501, 'NOT_MODELLED', `Not modelled: saving ${name} through the Tooling API`);

function create(store: ToolingStore, name: string, json: unknown, userId: string): unknown {
  const object = store.store.schema.object(name);
  if (object === null) throw notFound();
  if (!CREATEABLE.has(object.name.toLowerCase())) throw notUpdateable(object.name);
  const fields: Record<string, Value> = {};
  for (const [key, value] of Object.entries(json as Record<string, unknown>)) {
    const definition = object.fields.get(key.toLowerCase());
    if (definition === undefined) {
      throw new ApiError(400, 'INVALID_FIELD', `No such column '${key}' on sobject of type ${object.name}`);
    }
    if (typeof value !== 'string') throw new ApiError(400, 'JSON_PARSER_ERROR', `${key} must be a text`);
    fields[definition.name] = definition.type === 'reference' ? toId(value) : value;
  }
  const missing = [...object.fields.values()].filter((f) => !f.nillable && f.createable && !(f.name in fields));
  const wanted = missing.filter((f) => f.type !== 'boolean');
  if (wanted.length > 0) {
    const names = wanted.map((f) => f.name);
    throw new ApiError(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names);
  }
  return { id: store.insert(object.name, userId, fields).value, success: true, errors: [] };
}

/** The one change of a queue item that there is: setting its status to Aborted (Tooling API, ApexTestQueueItem). */
function abort(store: ToolingStore, idText: string, json: unknown): void {
  const id = toId(idText);
  const row = id === null ? undefined : store.rows('ApexTestQueueItem').find((r) => r.id === id.value);
  if (row === undefined) throw notFound();
  const status = (json as { Status?: unknown }).Status;
  if (status !== 'Aborted') throw new ApiError(400, 'INVALID_STATUS', 'Only Aborted can be set');
  const now = row.values.get('status');
  if (now === 'Completed' || now === 'Failed') return;
  store.update('ApexTestQueueItem', new ApexId(row.id), { Status: 'Aborted' });
}
