import fastifyOauth2 from '@fastify/oauth2';
import type { OAuth2Namespace } from '@fastify/oauth2';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Settings } from '../environment.ts';
import { browserOf } from '../pages/session.ts';
import type { OAuthStateRepository } from './oauth-state.ts';
import type { AccountEnvironment } from './repository.ts';

declare module 'fastify' {
  interface FastifyInstance {
    salesforceProduction: OAuth2Namespace;
    salesforceSandbox: OAuth2Namespace;
  }
  interface FastifyRequest {
    /** For which workspace an OAuth flow is begun. */
    connecting: { workspaceId: string; environment: AccountEnvironment } | null;
  }
}

export const NAMESPACES = { production: 'salesforceProduction', sandbox: 'salesforceSandbox' } as const;

/** Milliseconds for the token endpoint. */
const TOKEN_TIMEOUT = 20_000;

/** Registers @fastify/oauth2 once for each login server, with PKCE and states of our own. */
export async function registerOAuth(
  app: FastifyInstance,
  settings: Settings,
  states: OAuthStateRepository,
): Promise<void> {
  const { clientId, clientSecret, loginUrls, scopes } = settings.salesforce;
  if (clientId === undefined) return;
  const secure = settings.publicUrl.protocol === 'https:';
  app.decorateRequest('connecting', null);
  for (const environment of ['production', 'sandbox'] as const) {
    const host = loginUrls[environment].origin;
    const prefix = secure ? '__Host-' : '';
    await app.register(fastifyOauth2, {
      name: NAMESPACES[environment],
      scope: scopes,
      credentials: {
        client: { id: clientId, secret: clientSecret ?? '' },
        auth: {
          authorizeHost: host,
          authorizePath: '/services/oauth2/authorize',
          tokenHost: host,
          tokenPath: '/services/oauth2/token',
        },
        // A public client (PKCE, no secret) must not send an empty Basic header.
        options: { authorizationMethod: 'body' },
        http: { timeout: TOKEN_TIMEOUT },
      },
      callbackUri: new URL('/oauth/callback', settings.publicUrl).href,
      pkce: 'S256',
      hostPrefixedCookies: secure,
      redirectStateCookieName: `${prefix}fieldbridge-${environment}-state`,
      verifierCookieName: `${prefix}fieldbridge-${environment}-verifier`,
      cookie: { path: '/', secure, httpOnly: true, sameSite: 'lax' },
      generateStateFunction: async (request: FastifyRequest) => {
        if (request.connecting === null) throw new Error('No OAuth flow was begun');
        return states.create(browserOf(request), request.connecting);
      },
      checkStateFunction: async (request: FastifyRequest) => {
        const { state } = request.query as { state?: unknown };
        return typeof state === 'string' && (await states.consume(state, browserOf(request)));
      },
    });
  }
}
