import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Check, type Problem } from '../check.ts';
import type { Environment } from '../environment.ts';
import { FAULT_KINDS, type FaultConsole, type FaultKind, type FaultRule, type StandingRule } from './console.ts';

const CONTROL = '/_faults';

/** Requests of this listener meet the faults that stand. */
export function injectFaults(app: FastifyInstance, faults: FaultConsole): void {
  const met = new WeakMap<FastifyRequest, StandingRule>();
  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    if (path.startsWith(CONTROL)) return;
    const rule = faults.meet(request.method, path);
    if (rule === null) return;
    met.set(request, rule);
    if (rule.kind === 'cutBefore') {
      reply.hijack();
      request.raw.socket.destroy();
      return reply;
    }
    if (rule.kind !== 'slow' && rule.kind !== 'cutAfter') return refuse(reply, rule.kind);
  });
  app.addHook('onSend', async (request, _reply, payload) => {
    const rule = met.get(request);
    if (rule?.kind === 'slow') await faults.delay(rule);
    if (rule?.kind === 'cutAfter') request.raw.socket.destroy();
    return payload;
  });
}

function refuse(reply: FastifyReply, kind: FaultKind): FastifyReply {
  const [status, errorCode, message] = answerOf(kind);
  return reply
    .code(status)
    .type('application/json;charset=UTF-8')
    .send(JSON.stringify([{ message, errorCode }]));
}

/** Status, code and words as the REST API gives them ("Status Codes and Error Responses", "API Request Limits"). */
function answerOf(kind: FaultKind): [number, string, string] {
  if (kind === 'maintenance') return [503, 'SERVER_UNAVAILABLE', 'We are down for maintenance.'];
  if (kind === 'apiLimit') return [403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'];
  if (kind === 'concurrentLimit') {
    return [403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'];
  }
  return [500, 'UNKNOWN_EXCEPTION', 'An unexpected error occurred. Please include this ErrorId if you contact support'];
}

/**
 * The control of the console over HTTP, at the org host: `GET /_faults`, `POST /_faults` (a rule, or
 * `{"do": "expireSessions" | "revokeTokens" | "holdRows", …}`), `DELETE /_faults` and `/_faults/{id}`.
 */
export function faultRoutes(app: FastifyInstance, env: Environment, faults: FaultConsole): void {
  app.addHook('onRequest', async (request, reply) => {
    // no page of another site may switch faults on from a browser
    if (request.headers.origin !== undefined) return reply.code(403).send({ error: 'not from a page' });
  });
  const state = () => ({
    environment: env.kind,
    rules: faults.rules(),
    held: faults.held().map(({ id, rows }) => ({ id, rows })),
  });
  app.get(CONTROL, () => state());
  app.post(CONTROL, async (request, reply) => {
    const problems: Problem[] = [];
    const at = new Check(request.body, '', problems);
    const action = at.get('do', 'rule').oneOf(['rule', 'expireSessions', 'revokeTokens', 'holdRows']);
    if (action === 'rule') {
      const rule = readRule(at, request.body);
      if (problems.length > 0) return reply.code(400).send({ problems });
      return reply.code(201).send({ id: faults.add(rule) });
    }
    at.onlyKeys(action === 'holdRows' ? ['do', 'rows'] : ['do', 'username']);
    const username = action === 'holdRows' ? null : at.get('username', null).textOrNull();
    const rows = action === 'holdRows' ? at.get('rows').list((entry) => entry.text()) : [];
    if (problems.length > 0) return reply.code(400).send({ problems });
    try {
      if (action === 'holdRows') return await reply.code(201).send({ id: (await faults.holdRows(rows)).id });
      const work = action === 'expireSessions' ? faults.expireSessions(username) : faults.revokeTokens(username);
      return await reply.send({ ended: await work });
    } catch (error) {
      return reply.code(400).send({ problems: [{ path: 'body', message: (error as Error).message }] });
    }
  });
  app.delete(CONTROL, (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  app.delete<{ Params: { id: string } }>(`${CONTROL}/:id`, (request, reply) =>
    reply.code(faults.remove(request.params.id) ? 204 : 404).send(),
  );
}

function readRule(at: Check, body: unknown): FaultRule {
  at.onlyKeys(['do', 'kind', 'path', 'method', 'times', 'milliseconds']);
  const given = (key: string): boolean => typeof body === 'object' && body !== null && key in body;
  return {
    kind: at.get('kind').oneOf(FAULT_KINDS) as FaultKind,
    ...(given('path') ? { path: at.get('path').matching(/^\//, 'a path') } : {}),
    ...(given('method') ? { method: at.get('method').oneOf(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']) } : {}),
    ...(given('times') ? { times: at.get('times').integer(1, 1_000_000) } : {}),
    ...(given('milliseconds') ? { milliseconds: at.get('milliseconds').integer(0, 600_000) } : {}),
  };
}
