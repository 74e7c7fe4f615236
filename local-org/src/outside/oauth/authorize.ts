import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { browserSession, clearBrowserSession, setBrowserSession } from '../cookies.ts';
import type { OAuthClientDefinition } from '../definition.ts';
import type { Environment } from '../environment.ts';
import { field } from '../form.ts';
import { approvePage, loginPage, oauthErrorPage } from '../pages/login.ts';
import { sendPage } from '../pages/send.ts';
import { isChallenge } from './pkce.ts';

interface Pending {
  client: OAuthClientDefinition;
  redirectUri: string;
  state: string;
  scopes: string[];
  codeChallenge: string | null;
  prompts: string[];
  at: number;
}

/** A request that nobody finishes is forgotten. */
const PENDING_MS = 15 * 60_000;

/** The browser's side of OAuth: authorise page, login page, approve page. */
export function authorizeRoutes(app: FastifyInstance, env: Environment, site: string): void {
  const pending = new Map<string, Pending>();

  const redirect = (
    reply: FastifyReply,
    to: Pick<Pending, 'redirectUri' | 'state'>,
    answer: Record<string, string>,
  ) => {
    const url = new URL(to.redirectUri);
    for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
    if (to.state !== '') url.searchParams.set('state', to.state);
    return reply.header('cache-control', 'no-store').redirect(url.href, 302);
  };

  const finish = (reply: FastifyReply, id: string, request: Pending, userId: string) => {
    pending.delete(id);
    const code = env.grants.issueCode({
      clientId: request.client.id,
      userId,
      redirectUri: request.redirectUri,
      scopes: request.scopes,
      codeChallenge: request.codeChallenge,
    });
    return redirect(reply, request, { code });
  };

  const showLogin = (
    reply: FastifyReply,
    requestId: string,
    target: string | null,
    username: string,
    failed: boolean,
  ) =>
    sendPage(
      reply,
      200,
      loginPage({ site, action: '/login', fields: requestId === '' ? {} : { request: requestId }, username, failed }),
      target,
    );

  /** After the login: straight back with a code, or the approve page. */
  const proceed = async (reply: FastifyReply, id: string, request: Pending, userId: string) => {
    const approved = env.grants.hasApproved(userId, request.client.id, request.scopes);
    if (approved && !request.prompts.includes('consent')) return finish(reply, id, request, userId);
    const user = (await env.org()).user(userId);
    if (user === null) return showLogin(reply, id, new URL(request.redirectUri).origin, '', true);
    return sendPage(
      reply,
      200,
      approvePage({
        site,
        client: request.client.name,
        username: user.username,
        scopes: request.scopes,
        action: '/services/oauth2/approve',
        fields: { request: id },
      }),
      new URL(request.redirectUri).origin,
    );
  };

  const authorize = async (request: FastifyRequest, reply: FastifyReply) => {
    const input = request.method === 'POST' ? request.body : request.query;
    const client = env.client(field(input, 'client_id'));
    if (client === null) {
      return sendPage(reply, 400, oauthErrorPage(site, 'invalid_client_id', 'client identifier invalid'));
    }
    const redirectUri = field(input, 'redirect_uri');
    if (!client.redirectUris.includes(redirectUri)) {
      return sendPage(
        reply,
        400,
        oauthErrorPage(site, 'redirect_uri_mismatch', 'redirect_uri must match configuration'),
      );
    }
    const state = field(input, 'state');
    const refuse = (error: string, description: string) =>
      redirect(reply, { redirectUri, state }, { error, error_description: description });
    if (field(input, 'response_type') !== 'code') {
      return refuse('unsupported_response_type', 'response type not supported');
    }
    const wanted = field(input, 'scope')
      .split(/\s+/)
      .filter((scope) => scope !== '');
    const foreign = wanted.find((scope) => !client.scopes.includes(scope) && !client.scopes.includes('full'));
    if (foreign !== undefined) return refuse('invalid_scope', 'the requested scope is not allowed');
    const method = field(input, 'code_challenge_method');
    const challenge = field(input, 'code_challenge');
    if (challenge === '' && client.requirePkce) return refuse('invalid_request', 'missing required code challenge');
    if (challenge !== '' && (!isChallenge(challenge) || (method !== '' && method !== 'S256'))) {
      return refuse('invalid_request', 'invalid code challenge');
    }
    const now = env.now();
    for (const [key, value] of pending) if (now - value.at > PENDING_MS) pending.delete(key);
    const id = randomBytes(24).toString('base64url');
    const entry: Pending = {
      client,
      redirectUri,
      state,
      scopes: wanted.length === 0 ? client.scopes : wanted,
      codeChallenge: challenge === '' ? null : challenge,
      prompts: field(input, 'prompt').split(/\s+/),
      at: now,
    };
    pending.set(id, entry);
    const session = browserSession(env, request);
    if (session === null || entry.prompts.includes('login')) {
      if (entry.prompts.includes('none')) return refuse('login_required', 'user is not logged in');
      return showLogin(reply, id, new URL(redirectUri).origin, field(input, 'login_hint'), false);
    }
    if (entry.prompts.includes('none') && !env.grants.hasApproved(session.session.userId, client.id, entry.scopes)) {
      return refuse('consent_required', 'user has not approved this consumer');
    }
    return proceed(reply, id, entry, session.session.userId);
  };

  app.get('/services/oauth2/authorize', authorize);
  app.post('/services/oauth2/authorize', authorize);

  app.get('/login', (_request, reply) => showLogin(reply, '', null, '', false));

  app.post('/login', async (request, reply) => {
    const id = field(request.body, 'request');
    const entry = pending.get(id);
    if (id !== '' && entry === undefined) {
      return sendPage(reply, 400, oauthErrorPage(site, 'invalid_request', 'the request has expired, start again'));
    }
    const target = entry === undefined ? null : new URL(entry.redirectUri).origin;
    const username = field(request.body, 'username');
    const user = await env.signIn(username, field(request.body, 'password'));
    if (user === null) return showLogin(reply, id, target, username, true);
    setBrowserSession(env, reply, env.grants.issueBrowserSession(user.id));
    if (entry === undefined) return reply.redirect('/', 303);
    return proceed(reply, id, entry, user.id);
  });

  app.post('/services/oauth2/approve', async (request, reply) => {
    const id = field(request.body, 'request');
    const entry = pending.get(id);
    const session = browserSession(env, request);
    if (entry === undefined || session === null) {
      return sendPage(reply, 400, oauthErrorPage(site, 'invalid_request', 'the request has expired, start again'));
    }
    if (field(request.body, 'save') !== 'allow') {
      pending.delete(id);
      return redirect(reply, entry, { error: 'access_denied', error_description: 'end-user denied authorization' });
    }
    return finish(reply, id, entry, session.session.userId);
  });

  app.post('/logout', (request, reply) => {
    const session = browserSession(env, request);
    if (session !== null) env.grants.revoke(session.token);
    clearBrowserSession(env, reply);
    return reply.redirect('/login', 303);
  });
}
