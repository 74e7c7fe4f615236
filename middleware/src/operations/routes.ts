import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ProblemError } from '../common/problem.ts';
import { problems } from '../common/schemas.ts';
import type { DeliveryRepository } from '../delivery/repository.ts';
import type { Database } from '../storage/database.ts';
import type { Metrics } from './metrics.ts';

export interface OperationsRoutesOptions {
  database: Database;
  deliveries: DeliveryRepository;
  metrics: Metrics;
}

const Ok = Type.Object({ status: Type.Literal('ok') });

/** For orchestrators and monitoring. Readiness asks the storage only: an org that is away must not stop the intake. */
export const operationsRoutes: FastifyPluginAsyncTypebox<OperationsRoutesOptions> = async (app, options) => {
  app.get(
    '/livez',
    {
      config: { rateLimit: false },
      schema: { summary: 'The process runs', tags: ['Operations'], response: { 200: Ok } },
    },
    async () => ({
      status: 'ok' as const,
    }),
  );

  app.get(
    '/readyz',
    {
      config: { rateLimit: false },
      schema: { summary: 'The storage answers', tags: ['Operations'], response: { 200: Ok, ...problems(503) } },
    },
    async () => {
      try {
        await options.database.query('select 1');
      } catch (error) {
        throw new ProblemError(503, 'storage_unavailable', 'The storage does not answer.', { cause: error });
      }
      return { status: 'ok' as const };
    },
  );

  app.get(
    '/metrics',
    { config: { rateLimit: false }, schema: { summary: 'Prometheus metrics', tags: ['Operations'] } },
    async (_request, reply) => {
      options.metrics.deliveries(await options.deliveries.countByState());
      return reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics());
    },
  );
};
