import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import secureJson from 'secure-json-parse';
import { Type } from 'typebox';
import { decodeCursor, encodeCursor } from '../common/cursor.ts';
import { ProblemError } from '../common/problem.ts';
import { NullableText, problems, Time } from '../common/schemas.ts';
import type { IngestService } from '../ingest/service.ts';
import type { SurveyRepository } from '../surveys/repository.ts';
import { authenticateApiKey, workspaceOf } from '../workspaces/authenticate.ts';
import type { WorkspaceRepository } from '../workspaces/repository.ts';
import type { NormalisedEvent } from './adapter.ts';
import { ADAPTERS } from './adapters/index.ts';
import type { EventState, SourceRepository } from './repository.ts';

export interface SourceRoutesOptions {
  workspaces: WorkspaceRepository;
  sources: SourceRepository;
  surveys: SurveyRepository;
  ingest: IngestService;
  publicUrl: URL;
  now: () => number;
}

const SourceId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,60}$' });
const View = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  name: Type.String(),
  url: Type.String({ description: 'Where the platform posts to' }),
  createdAt: Time,
});
const Kind = Type.Unsafe<string>({ type: 'string', enum: [...ADAPTERS.keys()] });
const State = Type.Unsafe<EventState>({ type: 'string', enum: ['stored', 'ignored', 'unreadable'] });
const SECURITY = [{ apiKey: [] }];
const PAGE = 50;

/** The webhooks of survey platforms: never 404 or 410, at which many platforms switch a webhook off. */
export const sourceEventRoutes: FastifyPluginAsyncTypebox<SourceRoutesOptions> = async (app, options) => {
  const { sources, surveys, ingest, now } = options;
  app.removeAllContentTypeParsers();
  // Whatever its type: what cannot be read is kept.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });

  app.post(
    '/v1/sources/:sourceId/events',
    {
      schema: {
        operationId: 'postSourceEvent',
        summary: 'Takes a platform’s own webhook; 202 once it is stored durably',
        tags: ['Sources'],
        params: Type.Object({ sourceId: SourceId }),
        response: {
          202: Type.Object({ result: State, duplicate: Type.Boolean() }),
          ...problems(401, 413, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const opened = await sources.open(request.params.sourceId).catch((cause: unknown) => {
        throw unavailable(cause);
      });
      const adapter = opened === undefined ? undefined : ADAPTERS.get(opened.source.kind);
      const header = (name: string): string | undefined => {
        const value = request.headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      if (opened === undefined || adapter === undefined || !adapter.verify(body, header, [opened.secret], now()))
        throw new ProblemError(401, 'invalid_signature', 'The signature does not match, or there is no such source.');
      const { source } = opened;
      const event = read(body, (parsed) => adapter.normalise(parsed, header, now()));
      try {
        if (event.kind !== 'response') {
          const fresh = await sources.note(source, {
            dedupeKey:
              event.kind === 'ignored' ? event.dedupeKey : createHash('sha256').update(body).digest('base64url'),
            state: event.kind,
            reason: event.reason,
            ...(event.kind === 'unreadable' ? { body: keep(body) } : {}),
          });
          return await reply.code(202).send({ result: event.kind, duplicate: !fresh });
        }
        const { surveyId, envelope, survey } = event;
        if (survey !== undefined) await surveys.save(source.workspaceId, surveyId, survey.label, survey.questions);
        const stored = await ingest.store({ workspaceId: source.workspaceId, surveyId, envelope });
        const { dedupeKey } = event;
        await sources.note(source, { dedupeKey, state: 'stored', surveyId, responseId: envelope.responseId });
        return await reply.code(202).send({ result: 'stored' as const, duplicate: stored.duplicate });
      } catch (cause) {
        throw cause instanceof ProblemError ? cause : unavailable(cause);
      }
    },
  );
};

/** A body that is no JSON is unreadable like one of an unknown shape. */
function read(body: Buffer, normalise: (parsed: unknown) => NormalisedEvent): NormalisedEvent {
  if (!isUtf8(body)) return { kind: 'unreadable', reason: 'The body is not UTF-8' };
  let parsed: unknown;
  try {
    parsed = secureJson.parse(body.toString('utf8'), { protoAction: 'error', constructorAction: 'error' });
  } catch {
    return { kind: 'unreadable', reason: 'The body is not JSON' };
  }
  return normalise(parsed);
}

/** Text where it is text that the storage can hold, else base64. */
function keep(body: Buffer): string {
  return isUtf8(body) && !body.includes(0) ? body.toString('utf8') : `base64:${body.toString('base64')}`;
}

function unavailable(cause: unknown): ProblemError {
  return new ProblemError(503, 'storage_unavailable', 'The event could not be stored. Send it again later.', {
    headers: { 'retry-after': '5' },
    cause,
  });
}

/** Sources of a workspace and what they sent. */
export const sourceRoutes: FastifyPluginAsyncTypebox<SourceRoutesOptions> = async (app, options) => {
  const { sources } = options;
  const url = (id: string): string => new URL(`/v1/sources/${id}/events`, options.publicUrl).href;
  app.addHook('onRequest', async (request) => {
    request.workspace = await authenticateApiKey(options.workspaces, request);
  });

  app.get(
    '/v1/sources',
    {
      schema: {
        operationId: 'listSources',
        summary: 'Platforms that post their own webhooks',
        tags: ['Sources'],
        security: SECURITY,
        response: { 200: Type.Object({ items: Type.Array(View) }), ...problems(401, 429) },
      },
    },
    async (request) => ({
      items: (await sources.list(workspaceOf(request).id)).map(({ id, kind, name, createdAt }) => ({
        id,
        kind,
        name,
        url: url(id),
        createdAt: createdAt.toISOString(),
      })),
    }),
  );

  app.post(
    '/v1/sources',
    {
      schema: {
        operationId: 'createSource',
        summary: 'Makes a source; its secret is shown once',
        tags: ['Sources'],
        security: SECURITY,
        body: Type.Object(
          {
            kind: Kind,
            name: Type.String({ minLength: 1, maxLength: 100 }),
            secret: Type.Optional(Type.String({ minLength: 16, maxLength: 200, description: 'Made when left out' })),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ ...View.properties, secret: Type.String() }), ...problems(400, 401, 429) },
      },
    },
    async (request, reply) => {
      const { kind, name } = request.body;
      const adapter = ADAPTERS.get(kind);
      if (adapter === undefined) throw new ProblemError(400, 'unknown_kind', 'This kind of source is not known.');
      const secret = request.body.secret ?? adapter.newSecret();
      const source = await sources.create(workspaceOf(request).id, kind, name, secret);
      return reply
        .code(201)
        .send({ id: source.id, kind, name, url: url(source.id), createdAt: source.createdAt.toISOString(), secret });
    },
  );

  app.delete(
    '/v1/sources/:sourceId',
    {
      schema: {
        operationId: 'deleteSource',
        summary: 'Switches a source off',
        tags: ['Sources'],
        security: SECURITY,
        params: Type.Object({ sourceId: SourceId }),
        response: { 204: Type.Null(), ...problems(401, 404, 429) },
      },
    },
    async (request, reply) => {
      if (!(await sources.disable(workspaceOf(request).id, request.params.sourceId)))
        throw new ProblemError(404, 'source_not_found', 'There is no such source.');
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/v1/sources/:sourceId/events',
    {
      schema: {
        operationId: 'listSourceEvents',
        summary: 'What a source sent, newest first; unreadable events with their body',
        tags: ['Sources'],
        security: SECURITY,
        params: Type.Object({ sourceId: SourceId }),
        querystring: Type.Object(
          { state: Type.Optional(State), cursor: Type.Optional(Type.String({ maxLength: 100 })) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                id: Type.String(),
                state: State,
                reason: NullableText,
                surveyId: NullableText,
                responseId: NullableText,
                body: NullableText,
                receivedAt: Time,
              }),
            ),
            nextCursor: NullableText,
          }),
          ...problems(400, 401, 429),
        },
      },
    },
    async (request) => {
      const { state, cursor } = request.query;
      const before = cursor === undefined ? undefined : decodeCursor(cursor);
      const rows = await sources.events(workspaceOf(request).id, request.params.sourceId, {
        state,
        before,
        limit: PAGE + 1,
      });
      const page = rows.slice(0, PAGE);
      const last = page.at(-1);
      return {
        items: page.map((row) => ({ ...row, id: String(row.id), receivedAt: row.receivedAt.toISOString() })),
        nextCursor: rows.length > PAGE && last !== undefined ? encodeCursor(last.id) : null,
      };
    },
  );
};
