import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ProblemError } from '../common/problem.ts';
import { problems, RowId, Time } from '../common/schemas.ts';
import { authenticateApiKey, workspaceOf } from '../workspaces/authenticate.ts';
import type { WorkspaceRepository } from '../workspaces/repository.ts';
import type { AlertService } from './service.ts';

export interface AlertRoutesOptions {
  workspaces: WorkspaceRepository;
  alerts: AlertService;
}

const SECURITY = [{ apiKey: [] }];

/** Where changes of an account's state are told. */
export const alertRoutes: FastifyPluginAsyncTypebox<AlertRoutesOptions> = async (app, options) => {
  const { alerts } = options;
  app.addHook('onRequest', async (request) => {
    request.workspace = await authenticateApiKey(options.workspaces, request);
  });

  app.get(
    '/v1/alert-targets',
    {
      schema: {
        operationId: 'listAlertTargets',
        summary: 'Where changes of state are told',
        tags: ['Alerts'],
        security: SECURITY,
        response: {
          200: Type.Object({
            items: Type.Array(Type.Object({ id: Type.String(), url: Type.String(), createdAt: Time })),
          }),
          ...problems(401, 429),
        },
      },
    },
    async (request) => ({
      items: (await alerts.targets(workspaceOf(request).id)).map(({ id, url, createdAt }) => ({
        id: String(id),
        url,
        createdAt: createdAt.toISOString(),
      })),
    }),
  );

  app.post(
    '/v1/alert-targets',
    {
      schema: {
        operationId: 'createAlertTarget',
        summary: 'Tells changes of state to an address, signed by Standard Webhooks; the secret is shown once',
        tags: ['Alerts'],
        security: SECURITY,
        body: Type.Object(
          { url: Type.String({ pattern: '^https://', maxLength: 1000 }) },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ id: Type.String(), secret: Type.String() }), ...problems(400, 401, 429) },
      },
    },
    async (request, reply) => {
      const { url } = request.body;
      const parsed = URL.canParse(url) ? new URL(url) : undefined;
      if (parsed === undefined || parsed.username !== '' || parsed.password !== '')
        throw new ProblemError(400, 'invalid_url', 'Give an https address without user and password.');
      const { id, secret } = await alerts.addTarget(workspaceOf(request).id, parsed.href);
      return reply.code(201).send({ id: String(id), secret });
    },
  );

  app.delete(
    '/v1/alert-targets/:id',
    {
      schema: {
        operationId: 'deleteAlertTarget',
        summary: 'Tells an address no more',
        tags: ['Alerts'],
        security: SECURITY,
        params: Type.Object({ id: RowId }),
        response: { 204: Type.Null(), ...problems(401, 404, 429) },
      },
    },
    async (request, reply) => {
      if (!(await alerts.removeTarget(workspaceOf(request).id, Number(request.params.id))))
        throw new ProblemError(404, 'alert_target_not_found', 'There is no such address.');
      return reply.code(204).send(null);
    },
  );
};
