import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ProblemError } from '../common/problem.ts';
import { problems } from '../common/schemas.ts';
import { SurveyId } from '../ingest/envelope.ts';
import { authenticateApiKey, workspaceOf } from '../workspaces/authenticate.ts';
import type { WorkspaceRepository } from '../workspaces/repository.ts';
import { readCsv, readNdjson } from './parse.ts';
import type { ImportService } from './service.ts';

export interface ImportRoutesOptions {
  workspaces: WorkspaceRepository;
  imports: ImportService;
}

const ImportId = Type.String({ pattern: '^[A-Za-z0-9._-]{1,100}$' });
const Progress = Type.Object({
  importId: Type.String(),
  surveyId: Type.String(),
  records: Type.Integer({ description: 'Records that are settled, from the beginning of the file' }),
  stored: Type.Integer(),
  duplicates: Type.Integer(),
  superseded: Type.Integer(),
  refused: Type.Integer(),
  errors: Type.Array(Type.Object({ record: Type.Integer(), message: Type.String() }), {
    description: 'The first 100 refused records',
  }),
});
const SECURITY = [{ apiKey: [] }];

const READERS = { 'application/x-ndjson': readNdjson, 'text/csv': readCsv } as const;

/** Takes existing responses from a file. */
export const importRoutes: FastifyPluginAsyncTypebox<ImportRoutesOptions> = async (app, options) => {
  app.addHook('onRequest', async (request) => {
    request.workspace = await authenticateApiKey(options.workspaces, request);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(Object.keys(READERS), (_request, payload, done) => {
    done(null, payload);
  });

  app.post(
    '/v1/surveys/:surveyId/import',
    {
      schema: {
        operationId: 'importResponses',
        summary: 'Stores existing responses from NDJSON or CSV, streamed; the same importId goes on where it stopped',
        tags: ['Imports'],
        security: SECURITY,
        consumes: Object.keys(READERS),
        params: Type.Object({ surveyId: SurveyId }),
        querystring: Type.Object(
          {
            importId: Type.Optional(ImportId),
            offset: Type.Optional(
              Type.String({ pattern: '^\\d{1,12}$', description: 'Records of the file before the first of this body' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: Progress, ...problems(400, 401, 409, 415, 429, 503) },
      },
    },
    async (request) => {
      const { surveyId } = request.params;
      const workspaceId = workspaceOf(request).id;
      const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
      const read = READERS[type as keyof typeof READERS] as (typeof READERS)[keyof typeof READERS] | undefined;
      if (read === undefined)
        throw new ProblemError(415, 'unsupported_media_type', 'Send application/x-ndjson or text/csv.');
      const begun = await options.imports.begin(workspaceId, request.query.importId ?? randomUUID(), surveyId);
      if (begun.surveyId !== surveyId)
        throw new ProblemError(409, 'import_of_another_survey', 'This importId belongs to another survey.');
      const offset = Number(request.query.offset ?? '0');
      if (offset > begun.records)
        throw new ProblemError(409, 'import_gap', `The import is at record ${begun.records}: go on from there.`);
      try {
        return await options.imports.run(workspaceId, begun, read(request.body as Readable), offset);
      } catch (error) {
        if (error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_'))
          throw new ProblemError(400, 'invalid_csv', 'The CSV has a row that does not fit its header.');
        throw error;
      }
    },
  );

  app.get(
    '/v1/imports/:importId',
    {
      schema: {
        operationId: 'getImport',
        summary: 'How far an import got',
        tags: ['Imports'],
        security: SECURITY,
        params: Type.Object({ importId: ImportId }),
        response: { 200: Progress, ...problems(401, 404, 429) },
      },
    },
    async (request) => {
      const progress = await options.imports.find(workspaceOf(request).id, request.params.importId);
      if (progress === undefined) throw new ProblemError(404, 'import_not_found', 'There is no such import.');
      return progress;
    },
  );
};
