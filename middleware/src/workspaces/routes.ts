import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AuditRepository } from '../audit/repository.ts';
import { decodeCursor, encodeCursor } from '../common/cursor.ts';
import { sha256 } from '../common/hash.ts';
import { ProblemError } from '../common/problem.ts';
import { NullableText, NullableTime, problems, RowId, Time } from '../common/schemas.ts';
import { authenticateApiKey, workspaceOf } from './authenticate.ts';
import type { WorkspaceRepository } from './repository.ts';

export interface WorkspaceRoutesOptions {
  workspaces: WorkspaceRepository;
  audit: AuditRepository;
  /** The operator's key; without it workspaces cannot be made by the API. */
  adminApiKey: string | undefined;
}

const SECURITY = [{ apiKey: [] }];
const Name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$' });
const WorkspaceId = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,49}$' });
const KeyView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  fingerprint: Type.String({ description: 'The beginning of its SHA-256, as the audit log names it' }),
  createdAt: Time,
});
const SecretView = Type.Object({ name: Type.String(), createdAt: Time, expiresAt: NullableTime });
const PAGE = 100;

const newApiKey = (): string => `fbk_${randomBytes(24).toString('base64url')}`;
const newSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;

/** Keys, webhook secrets and the audit log of a workspace, by one of its API keys. */
export const workspaceRoutes: FastifyPluginAsyncTypebox<WorkspaceRoutesOptions> = async (app, options) => {
  const { workspaces } = options;
  app.addHook('onRequest', async (request) => {
    request.workspace = await authenticateApiKey(workspaces, request);
  });

  app.get(
    '/v1/keys',
    {
      schema: {
        operationId: 'listKeys',
        summary: 'API keys of the workspace',
        tags: ['Workspace'],
        security: SECURITY,
        response: { 200: Type.Object({ items: Type.Array(KeyView) }), ...problems(401, 429) },
      },
    },
    async (request) => ({
      items: (await workspaces.apiKeys(workspaceOf(request).id)).map((key) => ({
        id: String(key.id),
        name: key.name,
        fingerprint: key.hash.slice(0, 12),
        createdAt: key.createdAt.toISOString(),
      })),
    }),
  );

  app.post(
    '/v1/keys',
    {
      schema: {
        operationId: 'createKey',
        summary: 'Makes an API key; it is shown once',
        tags: ['Workspace'],
        security: SECURITY,
        body: Type.Object({ name: Name }, { additionalProperties: false }),
        response: { 201: Type.Object({ key: Type.String() }), ...problems(400, 401, 429) },
      },
    },
    async (request, reply) => {
      const key = newApiKey();
      await workspaces.addApiKey(workspaceOf(request).id, key, request.body.name);
      return reply.code(201).send({ key });
    },
  );

  app.delete(
    '/v1/keys/:id',
    {
      schema: {
        operationId: 'revokeKey',
        summary: 'Revokes an API key; the last one stays',
        tags: ['Workspace'],
        security: SECURITY,
        params: Type.Object({ id: RowId }),
        response: { 204: Type.Null(), ...problems(401, 404, 409, 429) },
      },
    },
    async (request, reply) => {
      const workspaceId = workspaceOf(request).id;
      const keys = await workspaces.apiKeys(workspaceId);
      if (!keys.some((key) => String(key.id) === request.params.id))
        throw new ProblemError(404, 'key_not_found', 'There is no such key.');
      if (!(await workspaces.revokeApiKey(workspaceId, Number(request.params.id))))
        throw new ProblemError(409, 'last_key', 'This is the last key: make another one first.');
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/v1/webhook-secrets',
    {
      schema: {
        operationId: 'listWebhookSecrets',
        summary: 'Webhook secrets of the workspace, without the secrets',
        tags: ['Workspace'],
        security: SECURITY,
        response: { 200: Type.Object({ items: Type.Array(SecretView) }), ...problems(401, 429) },
      },
    },
    async (request) => ({
      items: (await workspaces.listWebhookSecrets(workspaceOf(request).id)).map(({ name, createdAt, expiresAt }) => ({
        name,
        createdAt: createdAt.toISOString(),
        expiresAt: expiresAt?.toISOString() ?? null,
      })),
    }),
  );

  app.post(
    '/v1/webhook-secrets',
    {
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Makes a webhook secret, shown once; the ones before end after the overlap',
        tags: ['Workspace'],
        security: SECURITY,
        body: Type.Object(
          {
            name: Name,
            overlapSeconds: Type.Optional(
              Type.Integer({ minimum: 0, maximum: 2_592_000, description: 'Default: a day' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ secret: Type.String() }), ...problems(400, 401, 409, 429) },
      },
    },
    async (request, reply) => {
      const { name, overlapSeconds = 86_400 } = request.body;
      const secret = newSecret();
      if (!(await workspaces.rotateWebhookSecret(workspaceOf(request).id, name, secret, overlapSeconds)))
        throw new ProblemError(409, 'name_taken', 'A secret of this name is there already.');
      return reply.code(201).send({ secret });
    },
  );

  app.get(
    '/v1/audit',
    {
      schema: {
        operationId: 'listAuditEvents',
        summary: 'What was done in the workspace, newest first',
        tags: ['Workspace'],
        security: SECURITY,
        querystring: Type.Object(
          { cursor: Type.Optional(Type.String({ maxLength: 100 })) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                id: Type.String(),
                actor: Type.String(),
                action: Type.String(),
                subject: NullableText,
                status: Type.Integer(),
                at: Time,
              }),
            ),
            nextCursor: NullableText,
          }),
          ...problems(400, 401, 429),
        },
      },
    },
    async (request) => {
      const { cursor } = request.query;
      const before = cursor === undefined ? undefined : decodeCursor(cursor);
      const rows = await options.audit.list(workspaceOf(request).id, before, PAGE + 1);
      const page = rows.slice(0, PAGE);
      const last = page.at(-1);
      return {
        items: page.map((row) => ({ ...row, id: String(row.id), at: row.at.toISOString() })),
        nextCursor: rows.length > PAGE && last !== undefined ? encodeCursor(last.id) : null,
      };
    },
  );
};

/** Workspaces, by the operator's key (`ADMIN_API_KEY`). */
export const adminRoutes: FastifyPluginAsyncTypebox<WorkspaceRoutesOptions> = async (app, options) => {
  const { workspaces, adminApiKey } = options;
  if (adminApiKey === undefined) return;
  const expected = Buffer.from(sha256(adminApiKey));
  app.addHook('onRequest', async (request: FastifyRequest) => {
    const given = Buffer.from(sha256(/^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''));
    if (!timingSafeEqual(given, expected))
      throw new ProblemError(401, 'invalid_api_key', 'Send the operator’s key as a bearer token.');
  });
  const View = Type.Object({ id: Type.String(), name: Type.String() });

  app.get(
    '/v1/workspaces',
    {
      schema: {
        operationId: 'listWorkspaces',
        summary: 'Workspaces of the installation',
        tags: ['Operator'],
        security: SECURITY,
        response: { 200: Type.Object({ items: Type.Array(View) }), ...problems(401, 429) },
      },
    },
    async () => ({ items: await workspaces.list() }),
  );

  app.post(
    '/v1/workspaces',
    {
      schema: {
        operationId: 'createWorkspace',
        summary: 'Makes a workspace; its key and webhook secret are shown once',
        tags: ['Operator'],
        security: SECURITY,
        body: Type.Object({ id: WorkspaceId, name: Name }, { additionalProperties: false }),
        response: {
          201: Type.Object({ ...View.properties, apiKey: Type.String(), webhookSecret: Type.String() }),
          ...problems(400, 401, 409, 429),
        },
      },
    },
    async (request, reply) => {
      if (!(await workspaces.create(request.body)))
        throw new ProblemError(409, 'workspace_exists', 'There is a workspace of this id.');
      const apiKey = newApiKey();
      const webhookSecret = newSecret();
      await workspaces.addApiKey(request.body.id, apiKey, 'first');
      await workspaces.setWebhookSecret(request.body.id, 'first', webhookSecret);
      await options.audit.record(request.body.id, {
        actor: 'operator',
        action: 'createWorkspace',
        subject: request.body.id,
        status: 201,
      });
      return reply.code(201).send({ ...request.body, apiKey, webhookSecret });
    },
  );
};
