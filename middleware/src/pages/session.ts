import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { sha256 } from '../common/hash.ts';
import type { Workspace, WorkspaceRepository } from '../workspaces/repository.ts';
import type { Notice } from './views.ts';

declare module '@fastify/secure-session' {
  interface SessionData {
    workspaceId: string;
    /** SHA-256 of the API key that signed in: when the key is revoked the session ends. */
    keyHash: string;
    /** Random name of this browser session, to which an OAuth state is bound. */
    browser: string;
    notice: Notice;
  }
}

/** Begins a session after a sign-in. */
export function beginSession(request: FastifyRequest, workspace: Workspace, apiKey: string): void {
  request.session.regenerate();
  request.session.set('workspaceId', workspace.id);
  request.session.set('keyHash', sha256(apiKey));
  request.session.set('browser', randomBytes(32).toString('base64url'));
}

/** The workspace of a signed-in browser, or undefined. */
export async function sessionWorkspace(
  workspaces: WorkspaceRepository,
  request: FastifyRequest,
): Promise<Workspace | undefined> {
  const hash = request.session.get('keyHash');
  const workspace = hash === undefined ? undefined : await workspaces.byApiKeyHash(hash);
  return workspace !== undefined && workspace.id === request.session.get('workspaceId') ? workspace : undefined;
}

/** The name of the browser session; empty when nobody is signed in. */
export function browserOf(request: FastifyRequest): string {
  return request.session.get('browser') ?? '';
}

/** Shows a message on the next page. */
export function redirectWith(request: FastifyRequest, reply: FastifyReply, path: string, notice: Notice): FastifyReply {
  request.session.set('notice', notice);
  return reply.redirect(path, 303);
}

export function takeNotice(request: FastifyRequest): Notice | undefined {
  const notice = request.session.get('notice');
  if (notice !== undefined) request.session.set('notice', undefined);
  return notice;
}
