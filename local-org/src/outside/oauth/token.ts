import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OAuthClientDefinition } from '../definition.ts';
import type { Environment } from '../environment.ts';
import { field } from '../form.ts';
import type { Grant } from './grants.ts';
import { claimsOf, isSignedBy } from './jwt.ts';
import { verifies } from './pkce.ts';

/** An answer of the token endpoint in Salesforce's words. */
class OAuthError extends Error {
  readonly error: string;
  readonly status: number;
  constructor(error: string, description: string, status = 400) {
    super(description);
    this.error = error;
    this.status = status;
  }
}

/** The client's side of OAuth: token, revoke, introspect. */
export function tokenRoutes(app: FastifyInstance, env: Environment): void {
  const answer = async (reply: FastifyReply, work: () => Promise<unknown>) => {
    reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
    try {
      return await reply.send(await work());
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      return reply.code(error.status).send({ error: error.error, error_description: error.message });
    }
  };

  app.post('/services/oauth2/token', (request, reply) =>
    answer(reply, async () => {
      if (field(request.body, 'grant_type') === JWT_BEARER) return jwtBearer(env, field(request.body, 'assertion'));
      const client = authenticate(env, request, (c) => c.requireSecret);
      switch (field(request.body, 'grant_type')) {
        case 'authorization_code':
          return redeemCode(env, client, request.body);
        case 'refresh_token':
          return refresh(env, client, request.body);
        default:
          throw new OAuthError('unsupported_grant_type', 'grant type not supported');
      }
    }),
  );

  const revoke = (request: FastifyRequest, reply: FastifyReply) =>
    answer(reply, async () => {
      const token = field(request.method === 'GET' ? request.query : request.body, 'token');
      if (token === '' || !env.grants.revoke(token)) throw new OAuthError('invalid_token', 'invalid token');
      return '';
    });
  app.get('/services/oauth2/revoke', revoke);
  app.post('/services/oauth2/revoke', revoke);

  app.post('/services/oauth2/introspect', (request, reply) =>
    answer(reply, async () => {
      const client = authenticate(env, request, () => true);
      return introspect(env, client, field(request.body, 'token'));
    }),
  );
}

/** The client of the request, from its body or its Authorization header. @throws OAuthError when it is not the one it says */
function authenticate(
  env: Environment,
  request: FastifyRequest,
  needsSecret: (client: OAuthClientDefinition) => boolean,
): OAuthClientDefinition {
  let id = field(request.body, 'client_id');
  let secret = field(request.body, 'client_secret');
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '');
  if (basic?.[1] !== undefined) {
    const [user = '', ...rest] = Buffer.from(basic[1], 'base64').toString('utf8').split(':');
    [id, secret] = [formDecode(user), formDecode(rest.join(':'))];
  }
  const client = env.client(id);
  if (client === null) throw new OAuthError('invalid_client_id', 'client identifier invalid');
  if (secret === '' ? needsSecret(client) : !sameText(client.secret, secret)) {
    throw new OAuthError('invalid_client', 'invalid client credentials');
  }
  return client;
}

/** RFC 6749 2.3.1: the two parts of the header are form-encoded. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function sameText(expected: string, actual: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(actual);
  return a.length === b.length && timingSafeEqual(a, b);
}

async function redeemCode(env: Environment, client: OAuthClientDefinition, body: unknown): Promise<unknown> {
  const code = env.grants.findCode(field(body, 'code'));
  if (code === 'expired') throw new OAuthError('invalid_grant', 'expired authorization code');
  if (code === 'unknown' || code.clientId !== client.id) {
    throw new OAuthError('invalid_grant', 'invalid authorization code');
  }
  if (code.redirectUri !== field(body, 'redirect_uri')) {
    throw new OAuthError('redirect_uri_mismatch', 'redirect_uri must match configuration');
  }
  const verifier = field(body, 'code_verifier');
  if (code.codeChallenge !== null && !verifies(code.codeChallenge, verifier)) {
    throw new OAuthError('invalid_grant', 'invalid code verifier');
  }
  await requireActive(env, code.userId);
  const { grant, refreshToken } = env.grants.redeem(code);
  return tokenAnswer(env, client, grant, refreshToken);
}

async function refresh(env: Environment, client: OAuthClientDefinition, body: unknown): Promise<unknown> {
  const outcome = env.grants.useRefreshToken(field(body, 'refresh_token'), client.id);
  if (outcome.kind !== 'ok') throw new OAuthError('invalid_grant', 'expired access/refresh token');
  await requireActive(env, outcome.grant.userId);
  const next = client.rotateRefreshTokens ? env.grants.rotate(outcome.grant) : null;
  return tokenAnswer(env, client, outcome.grant, next);
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** An assertion is good for three minutes (Salesforce Help, "OAuth 2.0 JWT Bearer Flow"). */
const ASSERTION_SECONDS = 180;

const PUBLIC_HOSTS = { production: 'https://login.salesforce.com', sandbox: 'https://test.salesforce.com' };

/** The JWT bearer flow: a server signs for a user who has allowed the client, or whom the admin has. No refresh token. */
async function jwtBearer(env: Environment, assertion: string): Promise<unknown> {
  const claims = claimsOf(assertion);
  if (claims === null) throw new OAuthError('invalid_grant', 'invalid assertion');
  const client = env.client(claims.iss);
  if (client === null) throw new OAuthError('invalid_client_id', 'client identifier invalid');
  if (client.certificate === null || !isSignedBy(assertion, client.certificate)) {
    throw new OAuthError('invalid_grant', 'invalid assertion');
  }
  const audiences = [env.loginUrl, env.orgUrl, PUBLIC_HOSTS[env.kind]].flatMap((u) => [
    u,
    `${u}/services/oauth2/token`,
  ]);
  if (![claims.aud].flat().some((aud) => audiences.includes(aud.replace(/\/$/, '')))) {
    throw new OAuthError('invalid_grant', 'audience is invalid');
  }
  const now = env.now() / 1000;
  if (claims.exp <= now || claims.exp > now + ASSERTION_SECONDS) {
    throw new OAuthError('invalid_grant', 'expired authorization code');
  }
  const user = (await env.org()).userByUsername(claims.sub);
  const preauthorized = client.preauthorizedUsers.some((name) => name.toLowerCase() === claims.sub.toLowerCase());
  if (user === null || !(preauthorized || env.grants.hasApproved(user.id, client.id, []))) {
    if (client.preauthorizedUsers.length === 0) {
      throw new OAuthError('invalid_grant', "user hasn't approved this consumer");
    }
    throw new OAuthError('invalid_app_access', 'user is not admin approved to access this app');
  }
  const grant = env.grants.standing(client.id, user.id, client.scopes);
  return tokenAnswer(env, client, grant, null);
}

async function requireActive(env: Environment, userId: string): Promise<void> {
  if ((await env.org()).user(userId) === null) throw new OAuthError('inactive_user', 'user is inactive');
}

/** @param refreshToken sent only when it is new: Salesforce's answer to a refresh without rotation carries none */
function tokenAnswer(
  env: Environment,
  client: OAuthClientDefinition,
  grant: Grant,
  refreshToken: string | null,
): Record<string, string> {
  const id = env.identityUrl(grant.userId);
  const issuedAt = String(env.now());
  return {
    access_token: env.grants.issueAccessToken(grant),
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    signature: createHmac('sha256', client.secret)
      .update(id + issuedAt)
      .digest('base64'),
    scope: grant.scopes.join(' '),
    instance_url: env.orgUrl,
    id,
    token_type: 'Bearer',
    issued_at: issuedAt,
  };
}

async function introspect(env: Environment, client: OAuthClientDefinition, token: string): Promise<unknown> {
  const org = await env.org();
  const session = env.grants.session(token);
  const grant = session === null ? env.grants.refreshTokenGrant(token) : null;
  const owner = session ?? grant;
  if (owner === null || owner.clientId !== client.id) return { active: false };
  return {
    active: true,
    scope: owner.scopes.join(' '),
    client_id: client.id,
    username: org.user(owner.userId)?.username ?? null,
    sub: env.identityUrl(owner.userId),
    token_type: session === null ? 'refresh_token' : 'access_token',
    ...(session === null
      ? {}
      : {
          exp: Math.floor(env.grants.endOf(session) / 1000),
          iat: Math.floor(session.issuedAt / 1000),
          nbf: Math.floor(session.issuedAt / 1000),
        }),
  };
}
