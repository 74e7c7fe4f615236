import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { decodeCursor, encodeCursor } from '../common/cursor.ts';
import { ProblemError } from '../common/problem.ts';
import { NullableText, NullableTime, problems, RowId, Time } from '../common/schemas.ts';
import type { DroppedField } from '../salesforce/contract.ts';
import { authenticateApiKey, workspaceOf } from '../workspaces/authenticate.ts';
import type { WorkspaceRepository } from '../workspaces/repository.ts';
import type { DeliveryError, DeliveryRepository, DeliveryRow } from './repository.ts';
import { DELIVERY_STATES } from './states.ts';
import type { DeliveryState } from './states.ts';

export interface DeliveryRoutesOptions {
  workspaces: WorkspaceRepository;
  deliveries: DeliveryRepository;
  wake: () => void;
}

const Explanation = Type.Union([Type.Object({ code: Type.String(), message: Type.String() }), Type.Null()]);

const State = Type.Unsafe<DeliveryState>({ type: 'string', enum: [...DELIVERY_STATES] });

const Delivery = Type.Object({
  id: Type.String(),
  responseId: Type.String(),
  version: Type.Integer({ description: 'updatedAt of the response in epoch milliseconds' }),
  surveyId: Type.String(),
  accountId: Type.String(),
  connection: Type.String(),
  state: State,
  outcome: Type.Union([Type.String(), Type.Null()], {
    description: 'created, updated, unchanged, skipped, superseded, rejected, dead; null while it is open',
  }),
  recordId: NullableText,
  reason: Explanation,
  droppedFields: Type.Array(
    Type.Object({ field: Type.String(), label: NullableText, code: Type.String(), message: Type.String() }),
  ),
  error: Explanation,
  attempts: Type.Integer({ description: 'How often it was sent' }),
  failures: Type.Integer({ description: 'How many of these count against the limit' }),
  createdAt: Time,
  updatedAt: Time,
  settledAt: NullableTime,
  nextAttemptAt: NullableTime,
});

const Page = Type.Object({ items: Type.Array(Delivery), nextCursor: NullableText });
const Params = Type.Object({ id: RowId });
const SECURITY = [{ apiKey: [] }];
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

/** What happened to the responses. */
export const deliveryRoutes: FastifyPluginAsyncTypebox<DeliveryRoutesOptions> = async (app, options) => {
  app.addHook('onRequest', async (request) => {
    request.workspace = await authenticateApiKey(options.workspaces, request);
  });

  app.get(
    '/v1/deliveries',
    {
      schema: {
        operationId: 'listDeliveries',
        summary: 'Deliveries, newest first',
        tags: ['Deliveries'],
        security: SECURITY,
        querystring: Type.Object(
          {
            survey: Type.Optional(Type.String({ maxLength: 100 })),
            connection: Type.Optional(Type.String({ maxLength: 100 })),
            state: Type.Optional(State),
            responseId: Type.Optional(Type.String({ maxLength: 120 })),
            account: Type.Optional(RowId),
            limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$', description: `Up to ${MAX_LIMIT}` })),
            cursor: Type.Optional(Type.String({ maxLength: 100 })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Page, ...problems(400, 401, 429) },
      },
    },
    async (request) => {
      const { survey, connection, state, responseId, account, limit, cursor } = request.query;
      const size = Math.min(limit === undefined ? DEFAULT_LIMIT : Number(limit), MAX_LIMIT);
      const rows = await options.deliveries.list(workspaceOf(request).id, {
        surveyId: survey,
        connection,
        state,
        responseId,
        accountId: account === undefined ? undefined : Number(account),
        before: cursor === undefined ? undefined : decodeCursor(cursor),
        limit: size + 1,
      });
      const items = rows.slice(0, size);
      const last = items.at(-1);
      return { items: items.map(present), nextCursor: rows.length > size && last ? encodeCursor(last.id) : null };
    },
  );

  app.get(
    '/v1/deliveries/:id',
    {
      schema: {
        operationId: 'getDelivery',
        summary: 'One delivery',
        tags: ['Deliveries'],
        security: SECURITY,
        params: Params,
        response: { 200: Delivery, ...problems(401, 404, 429) },
      },
    },
    async (request) => {
      const row = await options.deliveries.find(workspaceOf(request).id, Number(request.params.id));
      if (row === undefined) throw notFound();
      return present(row);
    },
  );

  app.post(
    '/v1/deliveries/:id/replay',
    {
      schema: {
        operationId: 'replayDelivery',
        summary: 'Sends a dead or rejected delivery again',
        tags: ['Deliveries'],
        security: SECURITY,
        params: Params,
        response: { 202: Delivery, ...problems(401, 404, 409, 429) },
      },
    },
    async (request, reply) => {
      const workspaceId = workspaceOf(request).id;
      const id = Number(request.params.id);
      const queued = await options.deliveries.replay(workspaceId, id);
      const row = await options.deliveries.find(workspaceId, id);
      if (row === undefined) throw notFound();
      if (!queued)
        throw new ProblemError(
          409,
          'not_replayable',
          `Only dead and rejected deliveries can be replayed; this one is ${row.state}.`,
        );
      options.wake();
      return reply.code(202).send(present(row));
    },
  );
};

function notFound(): ProblemError {
  return new ProblemError(404, 'delivery_not_found', 'There is no such delivery.');
}

function present(row: DeliveryRow): Static<typeof Delivery> {
  return {
    id: String(row.id),
    responseId: row.responseId,
    version: row.version,
    surveyId: row.surveyId,
    accountId: String(row.accountId),
    connection: row.connection,
    state: row.state,
    outcome: row.outcome,
    recordId: row.recordId,
    reason: row.reason === null ? null : (JSON.parse(row.reason) as DeliveryError),
    droppedFields: JSON.parse(row.droppedFields) as DroppedField[],
    error: row.error === null ? null : (JSON.parse(row.error) as DeliveryError),
    attempts: row.attempts,
    failures: row.failures,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    settledAt: row.settledAt?.toISOString() ?? null,
    nextAttemptAt: row.state === 'pending' ? row.availableAt.toISOString() : null,
  };
}
