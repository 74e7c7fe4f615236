import fs from 'node:fs/promises';
import path from 'node:path';
import csrfProtection from '@fastify/csrf-protection';
import formBody from '@fastify/formbody';
import secureSession from '@fastify/secure-session';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { connectAccount, ConnectError } from '../accounts/connect.ts';
import type { ConnectOptions } from '../accounts/connect.ts';
import { NAMESPACES, registerOAuth } from '../accounts/oauth.ts';
import type { OAuthStateRepository } from '../accounts/oauth-state.ts';
import type { Account } from '../accounts/repository.ts';
import { toProblem } from '../common/errors.ts';
import { describeError } from '../common/loop.ts';
import type { Settings } from '../environment.ts';
import { RequestError, sendRequest } from '../salesforce/http.ts';
import type { WorkspaceRepository } from '../workspaces/repository.ts';
import { workspaceOf } from '../workspaces/authenticate.ts';
import type { DeliveryRepository } from '../delivery/repository.ts';
import type { SurveyRepository } from '../surveys/repository.ts';
import { deliveryPages } from './delivery-routes.ts';
import { beginSession, browserOf, redirectWith, sessionWorkspace, takeNotice } from './session.ts';
import { accountsView, connectForm, errorView, loginView, page } from './views.ts';

export interface PageRoutesOptions extends ConnectOptions {
  app: Settings;
  workspaces: WorkspaceRepository;
  states: OAuthStateRepository;
  deliveries: DeliveryRepository;
  surveys: SurveyRepository;
  /** Called when something is queued again. */
  wake: () => void;
  sessionKey: Buffer;
  /** Called once an account is connected; resolves when its configuration was asked for. */
  onConnected: (account: Account) => Promise<void>;
}

const SESSION_SECONDS = 12 * 60 * 60;
/** Milliseconds for Salesforce to take a grant back; a person waits for it. */
const REVOKE_TIMEOUT = 15_000;
const Form = Type.Object({ _csrf: Type.Optional(Type.String({ maxLength: 200 })) }, { additionalProperties: true });

/** The pages for people: sign in, accounts, connect, disconnect. */
export const pageRoutes: FastifyPluginAsyncTypebox<PageRoutesOptions> = async (app, options) => {
  const { workspaces, accounts, tokens, states } = options;
  const { publicUrl, salesforce, loginRateLimitPerMinute } = options.app;
  const secure = publicUrl.protocol === 'https:';
  await app.register(formBody);
  await app.register(secureSession, {
    key: options.sessionKey,
    cookieName: secure ? '__Host-fieldbridge' : 'fieldbridge',
    expiry: SESSION_SECONDS,
    cookie: { path: '/', httpOnly: true, secure, sameSite: 'lax' },
  });
  await app.register(csrfProtection, {
    sessionPlugin: '@fastify/secure-session',
    getToken: (request) => (request.body as { _csrf?: string } | undefined)?._csrf ?? '',
  });
  await registerOAuth(app, options.app, states);
  const canConnect = salesforce.clientId !== undefined;

  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    title: string,
    content: Parameters<typeof page>[0]['content'],
  ): FastifyReply =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(
        page({
          title,
          content,
          notice: takeNotice(request),
          csrfToken: request.workspace === null ? undefined : reply.generateCsrf(),
        }),
      );

  const requireSession = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const workspace = await sessionWorkspace(workspaces, request);
    if (workspace === undefined) await reply.redirect('/login', 303);
    else request.workspace = workspace;
  };

  app.setErrorHandler((error: Error, request, reply) => {
    const problem = toProblem(error);
    if (problem.statusCode >= 500)
      request.log.error({ err: problem.cause ?? error, code: problem.code }, 'page failed');
    const text =
      problem.code === 'invalid_csrf_token'
        ? 'The form is too old. Go back, load the page again and repeat.'
        : problem.message;
    return send(
      request,
      reply.code(problem.statusCode).headers(problem.headers),
      'Error',
      errorView('That did not work', text),
    );
  });

  for (const [file, type] of [
    ['style.css', 'text/css; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ] as const) {
    const content = await fs.readFile(path.join(import.meta.dirname, file));
    app.get(`/assets/${file}`, { schema: { hide: true } }, (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=3600').send(content),
    );
  }

  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/accounts', 303));
  app.get('/login', { schema: { hide: true } }, (request, reply) =>
    send(request, reply, 'Sign in', loginView(reply.generateCsrf())),
  );

  app.post(
    '/login',
    {
      schema: {
        hide: true,
        body: Type.Object(
          { ...Form.properties, apiKey: Type.String({ minLength: 1, maxLength: 300 }) },
          { additionalProperties: true },
        ),
      },
      config: {
        rateLimit: {
          max: loginRateLimitPerMinute,
          timeWindow: 60_000,
          keyGenerator: (request: FastifyRequest) => `login:${request.ip}`,
        },
      },
      preHandler: app.csrfProtection,
    },
    async (request, reply) => {
      const workspace = await workspaces.byApiKey(request.body.apiKey.trim());
      if (workspace === undefined)
        return redirectWith(request, reply, '/login', { kind: 'error', text: 'This API key is not valid.' });
      beginSession(request, workspace, request.body.apiKey.trim());
      return reply.redirect('/accounts', 303);
    },
  );

  app.post('/logout', { schema: { hide: true, body: Form }, preHandler: app.csrfProtection }, (request, reply) => {
    request.session.delete();
    return reply.redirect('/login', 303);
  });

  app.get('/accounts', { schema: { hide: true }, preHandler: requireSession }, async (request, reply) => {
    const list = await accounts.list(workspaceOf(request).id);
    return send(request, reply, 'Accounts', accountsView(list, reply.generateCsrf(), canConnect, new Date()));
  });

  deliveryPages(app, { ...options, requireSession, send });

  app.get('/accounts/connect', { schema: { hide: true }, preHandler: requireSession }, (request, reply) =>
    send(request, reply, 'Connect an account', connectForm(reply.generateCsrf(), canConnect)),
  );

  app.post(
    '/accounts/connect',
    {
      schema: {
        hide: true,
        body: Type.Object(
          { ...Form.properties, sandbox: Type.Optional(Type.Literal('on')) },
          { additionalProperties: true },
        ),
      },
      preHandler: [requireSession, app.csrfProtection],
    },
    async (request, reply) => {
      if (!canConnect)
        return redirectWith(request, reply, '/accounts', { kind: 'error', text: 'SALESFORCE_CLIENT_ID is not set.' });
      const environment = request.body.sandbox === 'on' ? 'sandbox' : 'production';
      request.connecting = { workspaceId: workspaceOf(request).id, environment };
      return reply.redirect(await app[NAMESPACES[environment]].generateAuthorizationUri(request, reply), 303);
    },
  );

  app.get(
    '/oauth/callback',
    {
      schema: {
        hide: true,
        querystring: Type.Object(
          {
            code: Type.Optional(Type.String()),
            state: Type.Optional(Type.String()),
            error: Type.Optional(Type.String()),
          },
          { additionalProperties: true },
        ),
      },
      preHandler: requireSession,
    },
    async (request, reply) => {
      const refuse = (text: string): FastifyReply => redirectWith(request, reply, '/accounts', { kind: 'error', text });
      const { state, code, error } = request.query;
      const flow = state === undefined ? undefined : await states.peek(state, browserOf(request));
      if (state === undefined || flow?.workspaceId !== workspaceOf(request).id) {
        return refuse('This sign-in was not begun in this browser, was used already, or took too long. Connect again.');
      }
      if (error !== undefined || code === undefined) {
        await states.consume(state, browserOf(request));
        return refuse(
          error === 'access_denied' ? 'Access was not allowed at Salesforce.' : 'Salesforce refused the sign-in.',
        );
      }
      let account: Account;
      try {
        const { token } = await app[NAMESPACES[flow.environment]].getAccessTokenFromAuthorizationCodeFlow(
          request,
          reply,
        );
        account = await connectAccount(
          options,
          flow.workspaceId,
          flow.environment,
          token as unknown as Record<string, unknown>,
        );
      } catch (failure) {
        request.log.warn(
          { reason: describeError(failure), environment: flow.environment },
          'account could not be connected',
        );
        if (failure instanceof ConnectError) return refuse(failure.message);
        if (failure instanceof RequestError) return refuse(`Salesforce could not be reached (${failure.code}).`);
        return refuse(
          'Salesforce did not accept the sign-in. Check the client id, the secret and the callback URL of the External Client App.',
        );
      }
      request.log.info({ accountId: account.id, environment: account.environment }, 'account connected');
      await options.onConnected(account);
      return redirectWith(request, reply, '/accounts', {
        kind: 'success',
        text: `Connected ${account.organizationName ?? account.organizationId}.`,
      });
    },
  );

  app.post(
    '/accounts/:id/disconnect',
    {
      schema: { hide: true, body: Form, params: Type.Object({ id: Type.String({ pattern: '^[1-9]\\d{0,14}$' }) }) },
      preHandler: [requireSession, app.csrfProtection],
    },
    async (request, reply) => {
      const workspaceId = workspaceOf(request).id;
      const account = await accounts.find(workspaceId, Number(request.params.id));
      if (account === undefined)
        return redirectWith(request, reply, '/accounts', { kind: 'error', text: 'There is no such account.' });
      const held = tokens.open(account);
      await accounts.disconnect(workspaceId, account.id);
      const revoked = held === undefined || !canConnect || (await revoke(request, account, held.refreshToken));
      return redirectWith(request, reply, '/accounts', {
        kind: revoked ? 'success' : 'error',
        text: revoked
          ? 'Disconnected.'
          : 'Disconnected here, but Salesforce could not be told: revoke the session in the org’s “Connected Apps OAuth Usage”.',
      });
    },
  );

  /** Salesforce answers 200 with an empty body of no JSON type, which the OAuth library takes for a failure. */
  const revoke = async (request: FastifyRequest, account: Account, refreshToken: string): Promise<boolean> => {
    try {
      const answer = await sendRequest(
        options.policy,
        {
          method: 'POST',
          url: new URL('/services/oauth2/revoke', salesforce.loginUrls[account.environment]).href,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ token: refreshToken }).toString(),
        },
        REVOKE_TIMEOUT,
      );
      if (answer.status === 200) return true;
      request.log.warn({ accountId: account.id, statusCode: answer.status }, 'grant could not be revoked');
    } catch (error) {
      request.log.warn({ accountId: account.id, reason: describeError(error) }, 'grant could not be revoked');
    }
    return false;
  };
};
