import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RunningUser } from '../../execution/execution.ts';
import type { Environment } from '../environment.ts';
import { field } from '../form.ts';

/** The identity URL `/id/{organization}/{user}` and `userinfo`: who a token belongs to. */
export function identityRoutes(app: FastifyInstance, env: Environment): void {
  const whose = async (request: FastifyRequest): Promise<RunningUser | string> => {
    const token = bearerToken(request);
    if (token === '') return 'Missing_OAuth_Token';
    const session = env.grants.session(token);
    const user = session === null ? null : (await env.org()).user(session.userId);
    return user ?? 'Bad_OAuth_Token';
  };

  const refuse = (reply: FastifyReply, status: number, text: string) => reply.code(status).type('text/html').send(text);

  app.get('/id/:organization/:user', async (request, reply) => {
    const user = await whose(request);
    if (typeof user === 'string') return refuse(reply, 403, user);
    const wanted = [field(request.params, 'organization'), field(request.params, 'user')].map((id) => id.slice(0, 15));
    if (wanted[0] !== env.organization.id.slice(0, 15)) return refuse(reply, 404, 'Bad_Id');
    if (wanted[1] !== user.id.slice(0, 15)) return refuse(reply, 404, 'Bad_Id');
    return reply.header('cache-control', 'no-store').send(identity(env, user));
  });

  const userinfo = async (request: FastifyRequest, reply: FastifyReply) => {
    const user = await whose(request);
    if (typeof user === 'string') return refuse(reply, 403, user);
    return reply.header('cache-control', 'no-store').send(userInfo(env, user));
  };
  app.get('/services/oauth2/userinfo', userinfo);
  app.post('/services/oauth2/userinfo', userinfo);
}

/** The token of a request: Authorization header (Bearer or OAuth), or the parameter that jsforce sends to the identity URL. */
export function bearerToken(request: FastifyRequest): string {
  const header = /^(?:Bearer|OAuth)\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '');
  return header?.[1] ?? (field(request.query, 'oauth_token') || field(request.query, 'access_token'));
}

function urls(env: Environment, user: RunningUser): Record<string, string> {
  const rest = `${env.orgUrl}/services/data/v{version}/`;
  return {
    rest,
    sobjects: `${rest}sobjects/`,
    query: `${rest}query/`,
    profile: `${env.orgUrl}/${user.id}`,
    custom_domain: env.orgUrl,
  };
}

function identity(env: Environment, user: RunningUser): Record<string, unknown> {
  return {
    id: env.identityUrl(user.id),
    asserted_user: true,
    user_id: user.id,
    organization_id: env.organization.id,
    username: user.username,
    nick_name: user.username.split('@')[0] ?? user.username,
    display_name: user.name,
    email: user.email,
    email_verified: true,
    timezone: user.timeZone,
    active: true,
    user_type: 'STANDARD',
    language: user.language,
    locale: user.locale,
    utcOffset: utcOffset(user.timeZone),
    urls: urls(env, user),
  };
}

function userInfo(env: Environment, user: RunningUser): Record<string, unknown> {
  return {
    sub: env.identityUrl(user.id),
    user_id: user.id,
    organization_id: env.organization.id,
    preferred_username: user.username,
    nickname: user.username.split('@')[0] ?? user.username,
    name: user.name,
    email: user.email,
    email_verified: true,
    zoneinfo: user.timeZone,
    profile: `${env.orgUrl}/${user.id}`,
    active: true,
    user_type: 'STANDARD',
    language: user.language,
    locale: user.locale,
    utcOffset: utcOffset(user.timeZone),
    urls: urls(env, user),
  };
}

/** Milliseconds between UTC and standard time of a zone, without daylight saving. */
function utcOffset(timeZone: string): number {
  const offsetAt = (month: number): number => {
    const at = new Date(Date.UTC(2026, month, 1));
    const name = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
    const match = /GMT([+-])(\d\d):(\d\d)/.exec(name.find((part) => part.type === 'timeZoneName')?.value ?? '');
    if (match === null) return 0;
    return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
  };
  return Math.min(offsetAt(0), offsetAt(6));
}
