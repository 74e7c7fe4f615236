import type { Environment } from '../environment.ts';
import { toolingResources } from '../tooling/routes.ts';
import type { ApiCall } from './call.ts';
import { compositeResources } from './composite.ts';
import { queryColumns } from './columns.ts';
import { deleteCollection, readCollection, saveCollection, upsertCollection } from './collections.ts';
import { describeGlobalEntry, describeObject } from './describe.ts';
import { nextRecords, runQuery } from './query.ts';
import { createRecord, deleteRecord, readRecord, readRecordBy, updateRecord, upsertRecord } from './records.ts';
import { ApiAnswer, jsonBody, param, queryParam, Resources, type ApiRequest } from './resources.ts';

/** Every resource of the REST API that is modelled. */
export function restResources(env: Environment): Resources {
  const resources = new Resources();
  resources.add('GET', '/', (call) => index(env, call));
  resources.add('GET', '/limits', () => ({
    DailyApiRequests: { Max: env.usage.allowance, Remaining: env.usage.allowance - env.usage.used() },
  }));
  resources.add('GET', '/query', (call, request) => {
    const soql = queryParam(request, 'q');
    if (queryParam(request, 'columns') === 'true') return queryColumns(call, soql);
    return runQuery(call, env.locators, soql, request.headers['sforce-query-options'] ?? '');
  });
  resources.add('GET', '/queryAll', (call, request) =>
    runQuery(call, env.locators, queryParam(request, 'q'), request.headers['sforce-query-options'] ?? '', true),
  );
  for (const path of ['/query/:locator', '/queryAll/:locator'])
    resources.add('GET', path, (call, request) => nextRecords(call, env.locators, param(request, 'locator')));
  sobjectResources(resources);
  collectionResources(resources);
  compositeResources(resources);
  toolingResources(resources);
  return resources;
}

function index(env: Environment, call: ApiCall): Record<string, string> {
  return {
    composite: `${call.base}/composite`,
    identity: env.identityUrl(call.userId),
    limits: `${call.base}/limits`,
    query: `${call.base}/query`,
    sobjects: `${call.base}/sobjects`,
    tooling: `${call.base}/tooling`,
  };
}

function sobjectResources(resources: Resources): void {
  const name = (request: ApiRequest) => param(request, 'name');
  const id = (request: ApiRequest) => param(request, 'id');
  const fields = (request: ApiRequest): string[] | null => {
    const text = queryParam(request, 'fields');
    return text === '' ? null : text.split(',').map((part) => part.trim());
  };

  resources.add('GET', '/sobjects', (call) =>
    call.run(function* (_x, permissions) {
      const visible = call.org.schema.all().filter((o) => o.kind !== 'aggregate' && permissions.object(o.name).read);
      return {
        encoding: 'UTF-8',
        maxBatchSize: 200,
        sobjects: visible.map((object) => describeGlobalEntry(object, permissions, call.base)),
      };
    }),
  );
  resources.add('GET', '/sobjects/:name', (call, request) =>
    call.run(function* (_x, permissions) {
      const object = call.object(name(request), permissions);
      return { objectDescribe: describeGlobalEntry(object, permissions, call.base), recentItems: [] };
    }),
  );
  resources.add('GET', '/sobjects/:name/describe', (call, request) =>
    call.run(function* (_x, permissions) {
      return describeObject(call.object(name(request), permissions), permissions, call.base);
    }),
  );
  resources.add('POST', '/sobjects/:name', async (call, request) => {
    const created = await createRecord(call, name(request), jsonBody(request));
    const location = `${call.base}/sobjects/${name(request)}/${created.id ?? ''}`;
    return new ApiAnswer(201, created, { Location: location });
  });
  resources.add('GET', '/sobjects/:name/:id', (call, request) =>
    readRecord(call, name(request), id(request), fields(request)),
  );
  resources.add('PATCH', '/sobjects/:name/:id', (call, request) =>
    updateRecord(call, name(request), id(request), jsonBody(request)),
  );
  resources.add('DELETE', '/sobjects/:name/:id', (call, request) => deleteRecord(call, name(request), id(request)));
  resources.add('GET', '/sobjects/:name/:field/:value', (call, request) =>
    readRecordBy(call, name(request), param(request, 'field'), param(request, 'value'), fields(request)),
  );
  resources.add('PATCH', '/sobjects/:name/:field/:value', async (call, request) => {
    const key = param(request, 'field');
    const { status, body } = await upsertRecord(call, name(request), key, param(request, 'value'), jsonBody(request));
    return new ApiAnswer(status, body);
  });
}

function collectionResources(resources: Resources): void {
  resources.add('POST', '/composite/sobjects', (call, request) => saveCollection(call, 'insert', jsonBody(request)));
  resources.add('PATCH', '/composite/sobjects', (call, request) => saveCollection(call, 'update', jsonBody(request)));
  resources.add('GET', '/composite/sobjects/:name', (call, request) => {
    const list = (name: string): string[] =>
      queryParam(request, name)
        .split(',')
        .filter((part) => part !== '');
    return readCollection(call, param(request, 'name'), list('ids'), list('fields'));
  });
  resources.add('POST', '/composite/sobjects/:name', (call, request) => {
    const body = jsonBody(request) as { ids?: unknown; fields?: unknown };
    const list = (value: unknown): string[] => (Array.isArray(value) ? value.filter((v) => typeof v === 'string') : []);
    return readCollection(call, param(request, 'name'), list(body.ids), list(body.fields));
  });
  resources.add('DELETE', '/composite/sobjects', (call, request) =>
    deleteCollection(call, queryParam(request, 'ids'), queryParam(request, 'allOrNone') === 'true'),
  );
  resources.add('PATCH', '/composite/sobjects/:name/:field', (call, request) =>
    upsertCollection(call, param(request, 'name'), param(request, 'field'), jsonBody(request)),
  );
}
