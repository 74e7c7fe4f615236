import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { AccountRepository } from '../accounts/repository.ts';
import { decodeCursor, encodeCursor } from '../common/cursor.ts';
import { ProblemError } from '../common/problem.ts';
import { NullableText, NullableTime, problems, RowId, Time } from '../common/schemas.ts';
import type { ConfigurationRepository } from '../configuration/repository.ts';
import { authenticateApiKey, workspaceOf } from '../workspaces/authenticate.ts';
import type { WorkspaceRepository } from '../workspaces/repository.ts';
import { BACKFILL_STATES } from './repository.ts';
import type { Backfill, BackfillRepository, BackfillState } from './repository.ts';

export interface BackfillRoutesOptions {
  workspaces: WorkspaceRepository;
  accounts: AccountRepository;
  configurations: ConfigurationRepository;
  backfills: BackfillRepository;
  wake: () => void;
}

const View = Type.Object({
  id: Type.String(),
  accountId: Type.String(),
  connection: Type.String(),
  surveyId: Type.String(),
  origin: Type.String({ description: 'activation, reconnect, api or org' }),
  state: Type.Unsafe<BackfillState>({ type: 'string', enum: [...BACKFILL_STATES] }),
  total: Type.Integer({ description: 'Stored responses of the survey' }),
  matching: Type.Integer({ description: 'Those of them that the trigger rules take' }),
  lookedAt: Type.Integer({ description: 'Responses that were gone through' }),
  queued: Type.Integer({ description: 'Deliveries that were made for them' }),
  deliveries: Type.Record(Type.String(), Type.Integer(), { description: 'Its deliveries by state' }),
  createdAt: Time,
  updatedAt: Time,
  finishedAt: NullableTime,
});
const Page = Type.Object({ items: Type.Array(View), nextCursor: NullableText });
const Params = Type.Object({ id: RowId });
const SECURITY = [{ apiKey: [] }];
const PAGE = 50;

const ACTIONS = {
  pause: 'Stops a backfill; nothing of it is sent until it is resumed',
  resume: 'Lets a paused backfill go on where it stopped',
  cancel: 'Ends a backfill; what was not sent yet is skipped',
} as const;

/** Runs of connections over the stored responses. */
export const backfillRoutes: FastifyPluginAsyncTypebox<BackfillRoutesOptions> = async (app, options) => {
  const { accounts, backfills, configurations } = options;
  app.addHook('onRequest', async (request) => {
    request.workspace = await authenticateApiKey(options.workspaces, request);
  });
  const view = async (backfill: Backfill): Promise<Static<typeof View>> => ({
    id: String(backfill.id),
    accountId: String(backfill.accountId),
    connection: backfill.connection,
    surveyId: backfill.surveyId,
    origin: backfill.origin,
    state: backfill.state,
    total: backfill.total,
    matching: backfill.matching,
    lookedAt: backfill.lookedAt,
    queued: backfill.queued,
    deliveries: await backfills.progress(backfill.id),
    createdAt: backfill.createdAt.toISOString(),
    updatedAt: backfill.updatedAt.toISOString(),
    finishedAt: backfill.finishedAt?.toISOString() ?? null,
  });
  const existing = async (workspaceId: string, id: string): Promise<Backfill> => {
    const backfill = await backfills.find(workspaceId, Number(id));
    if (backfill === undefined) throw new ProblemError(404, 'backfill_not_found', 'There is no such backfill.');
    return backfill;
  };

  app.get(
    '/v1/backfills',
    {
      schema: {
        operationId: 'listBackfills',
        summary: 'Backfills, newest first',
        tags: ['Backfills'],
        security: SECURITY,
        querystring: Type.Object(
          { cursor: Type.Optional(Type.String({ maxLength: 100 })) },
          { additionalProperties: false },
        ),
        response: { 200: Page, ...problems(400, 401, 429) },
      },
    },
    async (request) => {
      const { cursor } = request.query;
      const before = cursor === undefined ? undefined : decodeCursor(cursor);
      const rows = await backfills.list(workspaceOf(request).id, before, PAGE + 1);
      const items = rows.slice(0, PAGE);
      const last = items.at(-1);
      return {
        items: await Promise.all(items.map(view)),
        nextCursor: rows.length > PAGE && last !== undefined ? encodeCursor(last.id) : null,
      };
    },
  );

  app.post(
    '/v1/backfills',
    {
      schema: {
        operationId: 'startBackfill',
        summary: 'Runs a connection over the stored responses',
        tags: ['Backfills'],
        security: SECURITY,
        body: Type.Object(
          { accountId: RowId, connection: Type.String({ minLength: 1, maxLength: 100 }) },
          { additionalProperties: false },
        ),
        response: { 201: View, ...problems(400, 401, 404, 409, 429) },
      },
    },
    async (request, reply) => {
      const workspaceId = workspaceOf(request).id;
      const account = await accounts.find(workspaceId, Number(request.body.accountId));
      const configuration = account === undefined ? undefined : await configurations.find(account.id);
      const connection = configuration?.connections.find((candidate) => candidate.name === request.body.connection);
      if (account === undefined || connection === undefined)
        throw new ProblemError(404, 'connection_not_found', 'There is no such connection in this account.');
      if (!connection.active)
        throw new ProblemError(409, 'connection_inactive', 'Switch the connection on in the org first.');
      const started = await backfills.start({
        workspaceId,
        accountId: account.id,
        connection: connection.name,
        surveyId: connection.surveyId,
        origin: 'api',
      });
      if (started === undefined)
        throw new ProblemError(409, 'backfill_open', 'A backfill of this connection is under way.');
      options.wake();
      return reply.code(201).send(await view(started));
    },
  );

  app.get(
    '/v1/backfills/:id',
    {
      schema: {
        operationId: 'getBackfill',
        summary: 'One backfill with its progress',
        tags: ['Backfills'],
        security: SECURITY,
        params: Params,
        response: { 200: View, ...problems(401, 404, 429) },
      },
    },
    async (request) => view(await existing(workspaceOf(request).id, request.params.id)),
  );

  for (const action of ['pause', 'resume', 'cancel'] as const) {
    app.post(
      `/v1/backfills/:id/${action}`,
      {
        schema: {
          operationId: `${action}Backfill`,
          summary: ACTIONS[action],
          tags: ['Backfills'],
          security: SECURITY,
          params: Params,
          response: { 200: View, ...problems(401, 404, 409, 429) },
        },
      },
      async (request) => {
        const workspaceId = workspaceOf(request).id;
        const before = await existing(workspaceId, request.params.id);
        if (!(await backfills[action](workspaceId, before.id)))
          throw new ProblemError(409, 'wrong_state', `A backfill that is ${before.state} cannot do this.`);
        options.wake();
        return view(await existing(workspaceId, request.params.id));
      },
    );
  }
};
