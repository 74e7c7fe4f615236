import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { problems } from '../common/schemas.ts';
import { authenticateApiKey, workspaceOf } from '../workspaces/authenticate.ts';
import type { WorkspaceRepository } from '../workspaces/repository.ts';
import type { ErasureService } from './service.ts';

export interface ErasureRoutesOptions {
  workspaces: WorkspaceRepository;
  erasure: ErasureService;
  /** Called when orgs have something to erase. */
  wake: () => void;
}

/** Erasure of a respondent's data. */
export const erasureRoutes: FastifyPluginAsyncTypebox<ErasureRoutesOptions> = async (app, options) => {
  app.addHook('onRequest', async (request) => {
    request.workspace = await authenticateApiKey(options.workspaces, request);
  });

  app.delete(
    '/v1/responses/:responseId',
    {
      schema: {
        operationId: 'eraseResponse',
        summary: 'Erases a response here at once and in the orgs as soon as they answer',
        tags: ['Responses'],
        security: [{ apiKey: [] }],
        params: Type.Object({ responseId: Type.String({ minLength: 1, maxLength: 120 }) }),
        querystring: Type.Object(
          { survey: Type.Optional(Type.String({ maxLength: 100, description: 'Only in this survey' })) },
          { additionalProperties: false },
        ),
        response: {
          202: Type.Object({
            erased: Type.Integer({ description: 'Stored responses that were erased here' }),
            pendingInOrgs: Type.Integer({ description: 'Erasures of the workspace that orgs have not done yet' }),
          }),
          ...problems(400, 401, 429),
        },
      },
    },
    async (request, reply) => {
      const workspaceId = workspaceOf(request).id;
      const erased = await options.erasure.erase(workspaceId, request.query.survey, request.params.responseId);
      options.wake();
      return reply.code(202).send({ erased, pendingInOrgs: await options.erasure.pending(workspaceId) });
    },
  );
};
