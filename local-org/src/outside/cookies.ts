import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from './environment.ts';
import type { Session } from './oauth/grants.ts';

/** Cookies know no ports: each environment has a name of its own. */
const cookieName = (env: Environment): string => `local_org_${env.kind}_sid`;

/** The browser's session, if it has a live one. */
export function browserSession(env: Environment, request: FastifyRequest): { token: string; session: Session } | null {
  const prefix = `${cookieName(env)}=`;
  const pair = (request.headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(prefix));
  if (pair === undefined) return null;
  const token = pair.slice(prefix.length);
  const session = env.grants.session(token);
  // an API token is no browser session, and the other way round
  return session === null || session.grantId !== null ? null : { token, session };
}

export function setBrowserSession(env: Environment, reply: FastifyReply, token: string): void {
  reply.header('set-cookie', `${cookieName(env)}=${token}; Path=/; HttpOnly; SameSite=Lax`);
}

export function clearBrowserSession(env: Environment, reply: FastifyReply): void {
  reply.header('set-cookie', `${cookieName(env)}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`);
}
