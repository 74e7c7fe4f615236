import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from '../environment.ts';
import { field } from '../form.ts';
import { bearerToken } from '../oauth/identity.ts';
import { ApiError, apiErrorOf, notFound } from './api-error.ts';
import { ApiCall } from './call.ts';
import { deleteCollection, saveCollection, upsertCollection } from './collections.ts';
import { describeGlobalEntry, describeObject } from './describe.ts';
import { nextRecords, runQuery } from './query.ts';
import { createRecord, deleteRecord, readRecord, readRecordBy, updateRecord, upsertRecord } from './records.ts';
import { apiVersions, isApiVersion } from './versions.ts';

/** Resources of the REST API that exist in Salesforce and not here: they say so instead of looking absent. */
const NOT_MODELLED = new Set([
  'actions',
  'analytics',
  'appMenu',
  'async-queries',
  'chatter',
  'composite',
  'connect',
  'consent',
  'dedupe',
  'event',
  'jobs',
  'metadata',
  'parameterizedSearch',
  'process',
  'queryAll',
  'quickActions',
  'recent',
  'search',
  'tabs',
  'tooling',
  'ui-api',
  'wave',
]);

/** Apex REST takes bodies up to 6 MB; the REST API itself more. */
const APEX_BODY_LIMIT = 6_000_000;
const BODY_LIMIT = 50_000_000;

type Work = (call: ApiCall, request: FastifyRequest, reply: FastifyReply) => unknown;

/** `/services/data` and `/services/apexrest`, for callers with an access token. */
export function apiRoutes(app: FastifyInstance, env: Environment): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
    done(null, body),
  );

  app.addHook('onSend', async (_request, reply, payload) => {
    reply.header('sforce-limit-info', env.usage.header());
    reply.header('cache-control', 'no-cache,must-revalidate,max-age=0,no-store,private');
    return payload;
  });

  app.setErrorHandler((error: unknown, request, reply) => {
    const known = apiErrorOf(error) ?? tooLarge(error);
    if (known !== null) {
      if (known.status === 501) request.log.error({ path: pathOf(request) }, known.message);
      return reply.code(known.status).type('application/json;charset=UTF-8').send(JSON.stringify(known.errors));
    }
    request.log.error({ err: error, path: pathOf(request) }, 'request failed');
    const message = `An unexpected error occurred. Please include this ErrorId if you contact support: ${request.id}`;
    return reply
      .code(500)
      .type('application/json;charset=UTF-8')
      .send(JSON.stringify([{ message, errorCode: 'UNKNOWN_EXCEPTION' }]));
  });

  /** The caller of the request, counted against the daily allowance. */
  const authenticate = async (request: FastifyRequest) => {
    const session = env.grants.session(bearerToken(request));
    const org = session === null ? null : await env.org();
    const user = session === null || org === null ? null : org.user(session.userId);
    if (session === null || org === null || user === null) {
      throw new ApiError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    }
    if (!session.scopes.some((scope) => scope === 'api' || scope === 'full')) {
      throw new ApiError(403, 'INVALID_SESSION_ID', 'This session is not valid for use with the REST API');
    }
    callers.set(request, user.username);
    const allowed = org.run(user.id, function* (x) {
      return x.org.permissionsOf(x, user.id).userPermission('ApiEnabled');
    });
    if (!allowed) {
      throw new ApiError(403, 'API_DISABLED_FOR_ORG', 'API is not enabled for this Organization or Partner');
    }
    if (!env.usage.take()) throw new ApiError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    return { org, user };
  };

  const callers = new WeakMap<FastifyRequest, string>();
  app.addHook('onResponse', async (request, reply) => {
    env.requests.add({
      at: env.now(),
      method: request.method,
      path: pathOf(request),
      status: reply.statusCode,
      milliseconds: reply.elapsedTime,
      username: callers.get(request) ?? null,
    });
  });

  app.get('/services/data', (_request, reply) => sendJson(reply, 200, apiVersions()));
  app.get('/services/data/', (_request, reply) => sendJson(reply, 200, apiVersions()));

  /** A resource below the version. Work that gives undefined is answered without a body. */
  const resource = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, work: Work, status = 200) => {
    app.route({
      method,
      url: `/services/data/:version${path}`,
      handler: async (request, reply) => {
        const version = field(request.params, 'version');
        const { org, user } = await authenticate(request);
        if (!isApiVersion(version)) throw notFound();
        const result = work(new ApiCall(org, user.id, version), request, reply);
        // work that has its own status has sent the answer
        if (result === reply) return reply;
        return result === undefined ? reply.code(204).send() : sendJson(reply, status, result);
      },
    });
  };

  const resources: Work = (call) => ({
    limits: `${call.base}/limits`,
    query: `${call.base}/query`,
    sobjects: `${call.base}/sobjects`,
    identity: env.identityUrl(call.userId),
  });
  resource('GET', '', resources);
  resource('GET', '/', resources);

  resource('GET', '/limits', () => ({
    DailyApiRequests: { Max: env.usage.allowance, Remaining: env.usage.allowance - env.usage.used() },
  }));

  const query: Work = (call, request) => {
    const options = request.headers['sforce-query-options'];
    return runQuery(call, env.locators, field(request.query, 'q'), typeof options === 'string' ? options : '');
  };
  resource('GET', '/query', query);
  resource('GET', '/query/', query);
  resource('GET', '/query/:locator', (call, request) =>
    nextRecords(call, env.locators, field(request.params, 'locator')),
  );

  sobjectResources(resource);
  collectionResources(resource);

  app.all('/services/apexrest/*', { bodyLimit: APEX_BODY_LIMIT }, async (request, reply) => {
    const { org, user } = await authenticate(request);
    const answer = org.apexRest(user.id, {
      method: request.method,
      path: request.url.slice('/services/apexrest'.length),
      headers: headersOf(request),
      body: Buffer.isBuffer(request.body) ? request.body : new Uint8Array(),
      remoteAddress: request.ip,
    });
    for (const [name, value] of Object.entries(answer.headers)) reply.header(name, value);
    return reply.code(answer.statusCode).send(answer.body.length === 0 ? undefined : Buffer.from(answer.body));
  });

  app.all('/services/*', async (request) => {
    const [, , kind = '', version = '', name = ''] = pathOf(request).split('/');
    await authenticate(request);
    if (kind === 'data' && isApiVersion(version) && NOT_MODELLED.has(name)) {
      throw new ApiError(501, 'NOT_MODELLED', `Not modelled: REST resource ${request.method} ${pathOf(request)}`);
    }
    if (kind !== 'data') {
      throw new ApiError(501, 'NOT_MODELLED', `Not modelled: ${request.method} ${pathOf(request)}`);
    }
    throw notFound();
  });
}

type Resource = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, work: Work, status?: number) => void;

function sobjectResources(resource: Resource): void {
  const name = (request: FastifyRequest) => field(request.params, 'name');
  const id = (request: FastifyRequest) => field(request.params, 'id');
  const fields = (request: FastifyRequest): string[] | null => {
    const text = field(request.query, 'fields');
    return text === '' ? null : text.split(',').map((part) => part.trim());
  };

  resource('GET', '/sobjects', (call) =>
    call.run(function* (_x, permissions) {
      const visible = call.org.schema.all().filter((o) => o.kind !== 'aggregate' && permissions.object(o.name).read);
      return {
        encoding: 'UTF-8',
        maxBatchSize: 200,
        sobjects: visible.map((object) => describeGlobalEntry(object, permissions, call.base)),
      };
    }),
  );
  resource('GET', '/sobjects/:name', (call, request) =>
    call.run(function* (_x, permissions) {
      const object = call.object(name(request), permissions);
      return { objectDescribe: describeGlobalEntry(object, permissions, call.base), recentItems: [] };
    }),
  );
  resource('GET', '/sobjects/:name/describe', (call, request) =>
    call.run(function* (_x, permissions) {
      return describeObject(call.object(name(request), permissions), permissions, call.base);
    }),
  );
  resource('POST', '/sobjects/:name', (call, request) => createRecord(call, name(request), jsonBody(request)), 201);
  resource('POST', '/sobjects/:name/', (call, request) => createRecord(call, name(request), jsonBody(request)), 201);
  resource('GET', '/sobjects/:name/:id', (call, request) =>
    readRecord(call, name(request), id(request), fields(request)),
  );
  resource('PATCH', '/sobjects/:name/:id', (call, request) =>
    updateRecord(call, name(request), id(request), jsonBody(request)),
  );
  resource('DELETE', '/sobjects/:name/:id', (call, request) => deleteRecord(call, name(request), id(request)));
  resource('GET', '/sobjects/:name/:field/:value', (call, request) =>
    readRecordBy(call, name(request), field(request.params, 'field'), field(request.params, 'value'), fields(request)),
  );
  resource('PATCH', '/sobjects/:name/:field/:value', (call, request, reply) => {
    const key = field(request.params, 'field');
    const value = field(request.params, 'value');
    const { status, body } = upsertRecord(call, name(request), key, value, jsonBody(request));
    return sendJson(reply, status, body);
  });
}

function collectionResources(resource: Resource): void {
  resource('POST', '/composite/sobjects', (call, request) => saveCollection(call, 'insert', jsonBody(request)));
  resource('PATCH', '/composite/sobjects', (call, request) => saveCollection(call, 'update', jsonBody(request)));
  resource('DELETE', '/composite/sobjects', (call, request) =>
    deleteCollection(call, field(request.query, 'ids'), field(request.query, 'allOrNone') === 'true'),
  );
  resource('PATCH', '/composite/sobjects/:name/:field', (call, request) =>
    upsertCollection(call, field(request.params, 'name'), field(request.params, 'field'), jsonBody(request)),
  );
}

function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply.code(status).type('application/json;charset=UTF-8').send(JSON.stringify(body));
}

/** @throws ApiError JSON_PARSER_ERROR */
function jsonBody(request: FastifyRequest): unknown {
  const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
  if (text.trim() === '') {
    throw new ApiError(
      400,
      'JSON_PARSER_ERROR',
      'The HTTP entity body is required, but this request has no entity body.',
    );
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ApiError(400, 'JSON_PARSER_ERROR', (error as Error).message);
  }
}

function tooLarge(error: unknown): ApiError | null {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return code === 'FST_ERR_CTP_BODY_TOO_LARGE'
    ? new ApiError(413, 'EXCEEDED_MAX_SIZE_REQUEST', 'The request exceeds the maximum size')
    : null;
}

function headersOf(request: FastifyRequest): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    // Apex never sees the token
    if (value !== undefined && name !== 'authorization') out[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return out;
}

/** Without the query string. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '';
}
