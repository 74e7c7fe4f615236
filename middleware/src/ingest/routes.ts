import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ProblemError } from '../common/problem.ts';
import { problems } from '../common/schemas.ts';
import type { SurveyRepository } from '../surveys/repository.ts';
import { authenticateSender, workspaceOf } from '../workspaces/authenticate.ts';
import type { WorkspaceRepository } from '../workspaces/repository.ts';
import { keepRawJson, parseJson } from './body.ts';
import { Accepted, Envelope, SurveyId, versionOf } from './envelope.ts';
import type { IngestService } from './service.ts';

export interface IngestRoutesOptions {
  workspaces: WorkspaceRepository;
  surveys: SurveyRepository;
  ingest: IngestService;
  now: () => number;
  counted: (result: 'stored' | 'duplicate' | 'superseded') => void;
}

const Params = Type.Object({ surveyId: SurveyId });
const Query = Type.Object({
  workspace: Type.Optional(Type.String({ maxLength: 100, description: 'Workspace of a signed request' })),
});
const SECURITY: Record<string, string[]>[] = [{ apiKey: [] }, { webhookSignature: [] }];

const SurveyDefinition = Type.Object(
  {
    label: Type.Optional(Type.String({ maxLength: 255 })),
    questions: Type.Array(
      Type.Object(
        {
          key: Type.String({ minLength: 1, maxLength: 255 }),
          label: Type.String({ maxLength: 1000 }),
          type: Type.String({ minLength: 1, maxLength: 40, description: 'text, single_choice, nps, …' }),
        },
        { additionalProperties: true },
      ),
      { maxItems: 1000 },
    ),
  },
  { additionalProperties: true, description: 'A survey with its questions' },
);

/** What survey platforms send: survey definitions and responses. */
export const ingestRoutes: FastifyPluginAsyncTypebox<IngestRoutesOptions> = async (app, options) => {
  keepRawJson(app);
  app.addHook('preValidation', async (request) => {
    request.workspace = await authenticateSender(options.workspaces, request, options.now());
    // Only now: a body is not looked into before its sender is known.
    request.body = parseJson(request.rawBody ?? Buffer.alloc(0));
  });

  app.put(
    '/v1/surveys/:surveyId',
    {
      schema: {
        operationId: 'putSurvey',
        summary: 'Registers a survey with its questions',
        tags: ['Surveys'],
        security: SECURITY,
        params: Params,
        querystring: Query,
        body: SurveyDefinition,
        response: {
          200: Type.Object({ surveyId: Type.String(), questions: Type.Integer() }),
          ...problems(400, 401, 413, 429, 503),
        },
      },
    },
    async (request) => {
      const { surveyId } = request.params;
      const { label, questions } = request.body;
      const keys = new Set(questions.map((question) => question.key));
      if (keys.size !== questions.length)
        throw new ProblemError(400, 'duplicate_question_key', 'Two questions have the same key.');
      await options.surveys.save(
        workspaceOf(request).id,
        surveyId,
        label ?? surveyId,
        questions.map(({ key, label: text, type }) => ({ key, label: text, type })),
      );
      return { surveyId, questions: questions.length };
    },
  );

  app.post(
    '/v1/surveys/:surveyId/responses',
    {
      schema: {
        operationId: 'postResponse',
        summary: 'Takes a response; 202 once it is stored durably',
        tags: ['Responses'],
        security: SECURITY,
        params: Params,
        querystring: Query,
        body: Envelope,
        response: { 202: Accepted, ...problems(400, 401, 413, 415, 429, 503) },
      },
    },
    async (request, reply) => {
      const envelope = request.body;
      // The format allows a leap second, which JavaScript's clock does not have.
      if (Number.isNaN(versionOf(envelope)) || Number.isNaN(Date.parse(envelope.submittedAt ?? envelope.updatedAt))) {
        throw new ProblemError(400, 'invalid_time', 'updatedAt or submittedAt is not a time.');
      }
      const result = await options.ingest.store({
        workspaceId: workspaceOf(request).id,
        surveyId: request.params.surveyId,
        envelope,
      });
      options.counted(result.duplicate ? 'duplicate' : result.superseded ? 'superseded' : 'stored');
      return reply.code(202).send({ responseId: envelope.responseId, ...result });
    },
  );
};
