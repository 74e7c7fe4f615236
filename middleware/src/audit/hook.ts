import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sha256 } from '../common/hash.ts';
import { describeError } from '../common/loop.ts';
import type { AuditRepository } from './repository.ts';

/** The intake has its own records; auditing each response would double them. */
const NOT_AUDITED = new Set(['postResponse', 'postSourceEvent', 'putSurvey']);

/**
 * Writes what changes something, and every id that was not found (it may be another workspace's), before the answer
 * goes out. The subject is the id in the path; the id of an erased response is left out.
 */
export function auditRequests(app: FastifyInstance, audit: AuditRepository): void {
  app.addHook('onSend', async (request, reply) => {
    const { workspace } = request;
    const schema = request.routeOptions.schema;
    const action = schema?.operationId ?? `${request.method} ${request.routeOptions.url ?? ''}`;
    if (workspace === null || NOT_AUDITED.has(action)) return;
    const subject = subjectOf(request, action);
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    if (!changes && !(reply.statusCode === 404 && subject !== null)) return;
    try {
      await audit.record(workspace.id, { actor: actorOf(request), action, subject, status: reply.statusCode });
    } catch (error) {
      request.log.error({ action, reason: describeError(error) }, 'audit event could not be written');
    }
  });
}

function subjectOf(request: FastifyRequest, action: string): string | null {
  if (action === 'eraseResponse') return null;
  const values = Object.values((request.params ?? {}) as Record<string, string>);
  return values.length === 0 ? null : values.join('/').slice(0, 200);
}

/** Keys by the beginning of their hash, which `GET /v1/keys` shows too. */
function actorOf(request: FastifyRequest): string {
  const key = request.headers.authorization?.split(' ')[1];
  if (key !== undefined) return `key:${sha256(key).slice(0, 12)}`;
  const session = (request as { session?: { get(name: string): string | undefined } }).session?.get('keyHash');
  return session === undefined ? 'signature' : `page:${session.slice(0, 12)}`;
}
