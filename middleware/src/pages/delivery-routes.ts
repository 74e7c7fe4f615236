import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import { decodeCursor, encodeCursor } from '../common/cursor.ts';
import { ProblemError } from '../common/problem.ts';
import type { DeliveryRepository } from '../delivery/repository.ts';
import { DELIVERY_STATES } from '../delivery/states.ts';
import type { SurveyRepository } from '../surveys/repository.ts';
import { workspaceOf } from '../workspaces/authenticate.ts';
import { deliveriesView, deliveryView, surveysView } from './deliveries.ts';
import type { DeliveryQuery } from './deliveries.ts';
import type { Html } from './html.ts';
import { redirectWith } from './session.ts';

export interface DeliveryPagesOptions {
  deliveries: DeliveryRepository;
  surveys: SurveyRepository;
  requireSession: preHandlerAsyncHookHandler;
  send: (request: FastifyRequest, reply: FastifyReply, title: string, content: Html) => FastifyReply;
  wake: () => void;
}

const PAGE = 50;
const ID = /^[1-9]\d{0,14}$/;

/** The pages of surveys and deliveries, inside the plugin of the pages. */
export function deliveryPages(app: FastifyInstance, options: DeliveryPagesOptions): void {
  const { deliveries, requireSession, send } = options;

  app.get('/surveys', { schema: { hide: true }, preHandler: requireSession }, async (request, reply) =>
    send(request, reply, 'Surveys', surveysView(await options.surveys.feeds(workspaceOf(request).id))),
  );

  app.get('/deliveries', { schema: { hide: true }, preHandler: requireSession }, async (request, reply) => {
    const given = request.query as Record<string, unknown>;
    const read = (name: string): string | undefined => {
      const value = given[name];
      return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined;
    };
    const cursor = read('cursor');
    const query: DeliveryQuery = {
      state: read('state'),
      survey: read('survey'),
      connection: read('connection'),
      responseId: read('responseId'),
    };
    const rows = await deliveries.list(workspaceOf(request).id, {
      state: DELIVERY_STATES.find((state) => state === query.state),
      surveyId: query.survey,
      connection: query.connection,
      responseId: query.responseId,
      before: cursor === undefined ? undefined : decodeCursor(cursor),
      limit: PAGE + 1,
    });
    const page = rows.slice(0, PAGE);
    const last = page.at(-1);
    const filters = new URLSearchParams();
    for (const [name, value] of Object.entries(query) as [string, string | undefined][])
      if (value !== undefined) filters.set(name, value);
    if (last !== undefined) filters.set('cursor', encodeCursor(last.id));
    const next = rows.length > PAGE ? `/deliveries?${filters.toString()}` : undefined;
    return send(request, reply, 'Deliveries', deliveriesView(page, query, next));
  });

  const idOf = (request: FastifyRequest): number => {
    const { id } = request.params as { id: string };
    if (!ID.test(id)) throw notFound();
    return Number(id);
  };

  app.get('/deliveries/:id', { schema: { hide: true }, preHandler: requireSession }, async (request, reply) => {
    const workspaceId = workspaceOf(request).id;
    const row = await deliveries.find(workspaceId, idOf(request));
    if (row === undefined) throw notFound();
    const all = await deliveries.list(workspaceId, { surveyId: row.surveyId, responseId: row.responseId, limit: PAGE });
    const others = all.filter((other) => other.id !== row.id);
    return send(request, reply, `Response ${row.responseId}`, deliveryView(row, others, reply.generateCsrf()));
  });

  app.post(
    '/deliveries/:id/replay',
    { schema: { hide: true }, preHandler: [requireSession, app.csrfProtection] },
    async (request, reply) => {
      const id = idOf(request);
      const queued = await deliveries.replay(workspaceOf(request).id, id);
      if (queued) options.wake();
      return redirectWith(
        request,
        reply,
        `/deliveries/${id}`,
        queued
          ? { kind: 'success', text: 'It is sent again.' }
          : { kind: 'error', text: 'Only dead and rejected deliveries can be sent again.' },
      );
    },
  );
}

function notFound(): ProblemError {
  return new ProblemError(404, 'delivery_not_found', 'There is no such delivery.');
}
