import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { apexRestWork, uncaughtResponse, type ApexRestRequest, type ApexRestResponse } from '../../org/apex-rest.ts';
import type { Org } from '../../org/org.ts';
import { runBeside, type TransactionHost } from '../../scheduler/beside.ts';
import type { Environment } from '../environment.ts';
import { recordingHost } from '../transactions/recorder.ts';
import { bearerToken } from '../oauth/identity.ts';
import { ApiError, apiErrorOf, notFound } from './api-error.ts';
import { ApiCall } from './call.ts';
import { restResources } from './catalogue.ts';
import { apiVersions, isApiVersion } from './versions.ts';

/** Resources of the REST API that exist in Salesforce and not here: they say so instead of looking absent. */
const NOT_MODELLED = new Set([
  'actions',
  'analytics',
  'appMenu',
  'async-queries',
  'chatter',
  'connect',
  'consent',
  'dedupe',
  'event',
  'jobs',
  'metadata',
  'parameterizedSearch',
  'process',
  'quickActions',
  'recent',
  'search',
  'tabs',
  'ui-api',
  'wave',
]);

/** Apex REST takes bodies up to 6 MB; the REST API itself more. */
const APEX_BODY_LIMIT = 6_000_000;
const BODY_LIMIT = 50_000_000;

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

  const resources = restResources(env);
  app.all('/services/data/*', async (request, reply) => {
    const { org, user } = await authenticate(request);
    const [, , , version = '', name = ''] = pathOf(request).split('/');
    if (!isApiVersion(version)) throw notFound();
    if (NOT_MODELLED.has(name)) {
      throw new ApiError(501, 'NOT_MODELLED', `Not modelled: REST resource ${request.method} ${pathOf(request)}`);
    }
    const path = request.url.slice(`/services/data/${version}`.length);
    const host = recordingHost(org, `${request.method} ${pathOf(request)}`, env.transactions);
    const answer = await resources.answer(new ApiCall(org, user.id, version, host), request.method, path, {
      headers: headersOf(request),
      text: Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '',
      logFault: (error, message) => request.log.error({ err: error }, message),
    });
    for (const [header, value] of Object.entries(answer.headers)) reply.header(header, value);
    return answer.body === undefined ? reply.code(answer.status).send() : sendJson(reply, answer.status, answer.body);
  });

  app.all('/services/apexrest/*', { bodyLimit: APEX_BODY_LIMIT }, async (request, reply) => {
    const { org, user } = await authenticate(request);
    const answer = await serveApexRest(
      org,
      recordingHost(org, `${request.method} ${pathOf(request)}`, env.transactions),
      user.id,
      {
        method: request.method,
        path: request.url.slice('/services/apexrest'.length),
        headers: headersOf(request),
        body: Buffer.isBuffer(request.body) ? request.body : new Uint8Array(),
        remoteAddress: request.ip,
      },
    );
    for (const [name, value] of Object.entries(answer.headers)) reply.header(name, value);
    return reply.code(answer.statusCode).send(answer.body.length === 0 ? undefined : Buffer.from(answer.body));
  });

  app.all('/services/*', async (request) => {
    await authenticate(request);
    throw new ApiError(501, 'NOT_MODELLED', `Not modelled: ${request.method} ${pathOf(request)}`);
  });
}

function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply.code(status).type('application/json;charset=UTF-8').send(JSON.stringify(body));
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

/** Serves an Apex REST resource beside other requests. */
async function serveApexRest(
  org: Org,
  host: TransactionHost,
  userId: string,
  request: ApexRestRequest,
): Promise<ApexRestResponse> {
  const work = apexRestWork(org.program, request);
  if (typeof work !== 'function') return work;
  try {
    return await runBeside(host, userId, work);
  } catch (error) {
    const response = uncaughtResponse(error);
    if (response === null) throw error;
    return response;
  }
}
