import { SObjectValue } from '../../values/value.ts';
import { ApiError, apiErrorOf } from './api-error.ts';
import type { ApiCall } from './call.ts';
import { ApiAnswer, jsonBody, param, type ApiRequest, type Resources } from './resources.ts';
import { recordFromJson, save } from './records.ts';

type Json = Record<string, unknown>;

const SUBREQUESTS = 25;
const TREE_RECORDS = 200;

/** `composite`, `composite/batch` and `composite/tree` (REST API Developer Guide, "Composite Resources"). */
export function compositeResources(resources: Resources): void {
  resources.add('POST', '/composite', (call, request) => composite(resources, call, request));
  resources.add('POST', '/composite/batch', (call, request) => batch(resources, call, request));
  resources.add('POST', '/composite/tree/:name', (call, request) =>
    tree(call, param(request, 'name'), jsonBody(request)),
  );
  resources.add('POST', '/composite/graph', () => {
    throw new ApiError(501, 'NOT_MODELLED', 'Not modelled: composite/graph');
  });
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The list of that name in a body, with at most `most` entries. */
function listOf(body: unknown, name: string, most: number): Json[] {
  const list = isObject(body) ? body[name] : undefined;
  if (!Array.isArray(list) || !list.every(isObject))
    throw new ApiError(400, 'JSON_PARSER_ERROR', `${name} is required`);
  if (list.length > most) {
    throw new ApiError(400, 'LIMIT_EXCEEDED', `The maximum number of entries of ${name} is ${most}`);
  }
  return list;
}

/** One subrequest, run as if it had come by itself. Faults of this program are thrown, refusals are its answer. */
async function subrequest(
  resources: Resources,
  call: ApiCall,
  outer: ApiRequest,
  part: { method: string; url: string; headers: Json; body: unknown },
): Promise<ApiAnswer> {
  const headers = Object.entries(part.headers).map(([name, value]) => [name.toLowerCase(), text(value)] as const);
  try {
    const path = /^(?:\/services\/data)?\/?(v\d+\.\d)(\/.*)?$/.exec(part.url);
    if (path === null)
      throw new ApiError(400, 'INVALID_INPUT', `The url must begin with /services/data/vXX.X/: ${part.url}`);
    if (/^\/composite(?!\/(sobjects|tree))/.test(path[2] ?? '')) {
      throw new ApiError(400, 'INVALID_INPUT', 'A composite request cannot be part of another');
    }
    return await resources.answer(call.ofVersion(path[1] ?? ''), part.method, path[2] ?? '/', {
      headers: Object.fromEntries(headers),
      text: part.body === undefined ? '' : JSON.stringify(part.body),
      logFault: outer.logFault,
    });
  } catch (error) {
    const known = apiErrorOf(error);
    if (known === null) throw error;
    return new ApiAnswer(known.status, known.errors);
  }
}

/** Ends a transaction whose parts do not all succeed; the answers are what the caller gets. */
class Undone extends Error {
  readonly answers: Json[];
  constructor(answers: Json[]) {
    super('allOrNone');
    this.answers = answers;
  }
}

const HALTED = 'The transaction was rolled back since another operation in the same transaction failed.';

async function composite(resources: Resources, call: ApiCall, request: ApiRequest): Promise<Json> {
  const body = jsonBody(request);
  const parts = listOf(body, 'compositeRequest', SUBREQUESTS);
  const ids = parts.map((part) => text(part['referenceId']));
  if (ids.some((id) => !/^\w+$/.test(id)) || new Set(ids).size < ids.length) {
    throw new ApiError(
      400,
      'INVALID_INPUT',
      'Each subrequest needs a referenceId of its own: letters, digits, underscores',
    );
  }
  const allOrNone = isObject(body) && body['allOrNone'] === true;
  const run = async (inner: ApiCall): Promise<Json[]> => {
    const answers: Json[] = [];
    const values = new Map<string, unknown>();
    let failed = false;
    for (const part of parts) {
      const referenceId = text(part['referenceId']);
      const answer = await runPart(resources, inner, request, part, values);
      failed ||= answer.status >= 400;
      if (answer.status < 400) values.set(referenceId, answer.body);
      answers.push({
        body: answer.body ?? null,
        httpHeaders: answer.headers,
        httpStatusCode: answer.status,
        referenceId,
      });
      if (failed && allOrNone) break;
    }
    if (!failed || !allOrNone) return answers;
    throw new Undone(
      parts.map((part, i) => {
        const answer = answers[i];
        if (answer !== undefined && Number(answer['httpStatusCode']) >= 400) return answer;
        const halted = [{ errorCode: 'PROCESSING_HALTED', message: HALTED }];
        return { body: halted, httpHeaders: {}, httpStatusCode: 400, referenceId: text(part['referenceId']) };
      }),
    );
  };
  try {
    return { compositeResponse: allOrNone ? await call.transaction(run) : await run(call) };
  } catch (error) {
    if (error instanceof Undone) return { compositeResponse: error.answers };
    throw error;
  }
}

async function runPart(
  resources: Resources,
  call: ApiCall,
  request: ApiRequest,
  part: Json,
  values: ReadonlyMap<string, unknown>,
): Promise<ApiAnswer> {
  let url: string;
  let body: unknown;
  try {
    url = text(substituted(part['url'], values));
    body = substituted(part['body'], values);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return new ApiAnswer(error.status, error.errors);
  }
  const headers = isObject(part['httpHeaders']) ? part['httpHeaders'] : {};
  return subrequest(resources, call, request, { method: text(part['method']).toUpperCase(), url, headers, body });
}

/** `@{NewAccount.id}` put in place. @throws ApiError PROCESSING_HALTED when there is no such value */
function substituted(value: unknown, values: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((entry) => substituted(entry, values));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, substituted(v, values)]));
  if (typeof value !== 'string') return value;
  return value.replace(/@\{(\w+)((?:\.\w+|\[\d+\])*)\}/g, (whole, id: string, path: string) => {
    const steps = path.match(/\w+/g) ?? [];
    let found: unknown = values.get(id);
    for (const step of steps) {
      const at: unknown = found;
      if (Array.isArray(at)) found = at[Number(step)];
      else
        found = isObject(at)
          ? Object.entries(at).find(([k]) => k.toLowerCase() === step.toLowerCase())?.[1]
          : undefined;
    }
    if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return String(found);
    const name = whole.slice(2, -1);
    const message = `Invalid reference specified. No value for ${name} found in ${id}`;
    throw new ApiError(400, 'PROCESSING_HALTED', message);
  });
}

async function batch(resources: Resources, call: ApiCall, request: ApiRequest): Promise<Json> {
  const body = jsonBody(request);
  const haltOnError = isObject(body) && body['haltOnError'] === true;
  const results: { statusCode: number; result: unknown }[] = [];
  let halted = false;
  for (const part of listOf(body, 'batchRequests', SUBREQUESTS)) {
    if (halted) {
      const result = [{ errorCode: 'BATCH_PROCESSING_HALTED', message: 'Batch processing halted per request' }];
      results.push({ statusCode: 412, result });
      continue;
    }
    const answer = await subrequest(resources, call, request, {
      method: text(part['method']).toUpperCase(),
      url: text(part['url']),
      headers: {},
      body: part['richInput'],
    });
    results.push({ statusCode: answer.status, result: answer.body ?? null });
    halted = haltOnError && answer.status >= 400;
  }
  return { hasErrors: results.some((result) => result.statusCode >= 400), results };
}

interface TreeNode {
  object: string;
  referenceId: string;
  fields: Json;
  parent: { node: TreeNode; relationship: string } | null;
  id: string | null;
}

/** The records of a tree, parents before their children. */
function nodesOf(objectName: string, json: unknown, parent: TreeNode['parent'], out: TreeNode[]): void {
  for (const entry of listOf(json, 'records', TREE_RECORDS)) {
    const attributes = isObject(entry['attributes']) ? entry['attributes'] : {};
    const [type, referenceId] = [text(attributes['type']), text(attributes['referenceId'])];
    if (referenceId === '')
      throw new ApiError(400, 'INVALID_INPUT', 'Include a reference ID for each record in the request.');
    if (type === '')
      throw new ApiError(400, 'INVALID_INPUT', 'Include the attributes.type of each record in the request.');
    if (parent === null && type.toLowerCase() !== objectName.toLowerCase()) {
      throw new ApiError(400, 'INVALID_INPUT', `The record type ${type} is not the one of the request, ${objectName}`);
    }
    const fields: Json = {};
    const node: TreeNode = { object: type, referenceId, fields, parent, id: null };
    out.push(node);
    for (const [key, value] of Object.entries(entry)) {
      if (key === 'attributes') continue;
      if (isObject(value) && Array.isArray(value['records'])) nodesOf(type, value, { node, relationship: key }, out);
      else fields[key] = value;
    }
  }
}

async function tree(call: ApiCall, name: string, body: unknown): Promise<ApiAnswer> {
  const nodes: TreeNode[] = [];
  nodesOf(name, body, null, nodes);
  if (nodes.length > TREE_RECORDS) {
    throw new ApiError(400, 'INVALID_INPUT', `The request has more than ${TREE_RECORDS} records`);
  }
  if (new Set(nodes.map((node) => node.referenceId)).size < nodes.length) {
    throw new ApiError(400, 'INVALID_INPUT', 'Each reference ID must be unique in the request.');
  }
  try {
    await call.transaction(async (inner) => {
      let level = nodes.filter((node) => node.parent === null);
      while (level.length > 0) {
        for (const object of new Set(level.map((node) => node.object))) {
          await insertLevel(
            inner,
            object,
            level.filter((node) => node.object === object),
          );
        }
        const before = level;
        level = nodes.filter((node) => node.parent !== null && before.includes(node.parent.node));
      }
    });
  } catch (error) {
    if (error instanceof Undone) return new ApiAnswer(400, { hasErrors: true, results: error.answers });
    throw error;
  }
  const results = nodes.map(({ referenceId, id }) => ({ referenceId, id }));
  return new ApiAnswer(201, { hasErrors: false, results });
}

async function insertLevel(call: ApiCall, objectName: string, nodes: readonly TreeNode[]): Promise<void> {
  const errors: Json[] = [];
  await call.run(function* (x, permissions) {
    const object = call.object(objectName, permissions);
    const records: SObjectValue[] = [];
    for (const node of nodes) {
      const link = node.parent === null ? {} : { [lookupOf(call, node)]: node.parent.node.id };
      try {
        records.push(recordFromJson(call, object, { ...node.fields, ...link }, permissions, 'insert'));
      } catch (error) {
        if (!(error instanceof ApiError) || error.status === 501) throw error;
        const list = error.errors.map((e) => ({ statusCode: e.errorCode, message: e.message, fields: e.fields ?? [] }));
        throw new Undone([{ referenceId: node.referenceId, errors: list }]);
      }
    }
    const results = yield* save(x, 'insert', records, false);
    for (const [i, result] of results.entries()) {
      const node = nodes[i];
      if (node === undefined) throw new Error('More results than records');
      node.id = result.id?.value ?? null;
      if (!result.success) errors.push({ referenceId: node.referenceId, errors: result.errors });
    }
  });
  if (errors.length > 0) throw new Undone(errors);
}

/** The lookup field of a child that its parent's relationship is made of. */
function lookupOf(call: ApiCall, node: TreeNode): string {
  const parent = call.schema.object(node.parent?.node.object ?? '');
  const relationship = node.parent?.relationship ?? '';
  const child = parent === null ? null : call.schema.childRelationship(parent, relationship);
  if (child === null) {
    throw new ApiError(
      400,
      'INVALID_FIELD',
      `No such column '${relationship}' on sobject of type ${parent?.name ?? ''}`,
    );
  }
  return child.field;
}
