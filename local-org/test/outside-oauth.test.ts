import { createHash, randomBytes } from 'node:crypto';
import { OAuth2 } from 'jsforce';
import t from 'tap';
import type { RunningUser } from '../src/execution/execution.ts';
import type { Org } from '../src/org/org.ts';
import { parseDefinition, DefinitionError } from '../src/outside/definition.ts';
import { startServers, type RunningServers } from '../src/outside/server.ts';
import { Browser, formOf } from './support/browser.ts';

const REDIRECT = 'http://127.0.0.1:9/callback';

const definition = () =>
  parseDefinition(
    {
      organization: { id: '00D000000000001', name: 'Test & Co' },
      sandbox: { id: '00D000000000002', name: 'dev' },
      sessionTimeoutMinutes: 10,
      codeLifetimeSeconds: 60,
      users: [
        { username: 'ada@example.com', password: 'right horse', lastName: 'Lovelace', firstName: 'Ada', profile: 'P' },
        { username: 'gone@example.com', password: 'right horse', lastName: 'Gone', profile: 'P' },
      ],
      oauthClients: [
        { id: 'rotating', name: 'The <client>', secret: 's3cret/+', redirectUris: [REDIRECT] },
        {
          id: 'plain',
          name: 'Plain',
          secret: 'other',
          redirectUris: [REDIRECT],
          requirePkce: false,
          requireSecret: false,
          rotateRefreshTokens: false,
        },
      ],
    },
    'test.json',
  );

/** Who may sign in is all that OAuth asks of an org, so these tests run without one. */
function directory(suffix: string): Org {
  const user = (id: string, username: string, name: string): RunningUser => ({
    id,
    username: username + suffix,
    name,
    email: username,
    profileId: '00e000000000001AAA',
    timeZone: 'Europe/Berlin',
    locale: 'en_GB',
    language: 'en_US',
  });
  const users = [user('005000000000001AAA', 'ada@example.com', 'Ada Lovelace')];
  return {
    user: (id: string) => users.find((u) => u.id === id) ?? null,
    userByUsername: (username: string) => users.find((u) => u.username === username) ?? null,
  } as unknown as Org;
}

let now = Date.UTC(2026, 10, 23, 12);
let servers: RunningServers;
t.before(async () => {
  servers = await startServers({
    definition: definition(),
    load: async (kind) => directory(kind === 'sandbox' ? '.dev' : ''),
    now: () => now,
  });
});
t.teardown(() => servers.close());

const pkce = () => {
  const verifier = randomBytes(64).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
};

function authorizeUrl(host: string, extra: Record<string, string>): string {
  const parameters = { response_type: 'code', client_id: 'rotating', redirect_uri: REDIRECT, state: 'st&te', ...extra };
  return `${host}/services/oauth2/authorize?${new URLSearchParams(parameters).toString()}`;
}

/** Through login and approve page to the redirect. */
async function signIn(browser: Browser, url: string, username = 'ada@example.com'): Promise<URL> {
  let answer = await browser.get(url);
  if (answer.status === 200 && answer.text.includes('name="password"')) {
    const { action, fields } = formOf(answer.text);
    answer = await browser.post(new URL(action, url).href, { ...fields, username, password: 'right horse' });
  }
  if (answer.status === 200) {
    const { action, fields } = formOf(answer.text);
    answer = await browser.post(new URL(action, url).href, { ...fields, save: 'allow' });
  }
  return new URL(answer.location ?? 'about:blank');
}

async function token(host: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${host}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

async function connect(client = 'rotating', secret = 's3cret/+'): Promise<Record<string, string>> {
  const { verifier, challenge } = pkce();
  const host = servers.production.loginUrl;
  const back = await signIn(
    new Browser(),
    authorizeUrl(host, { client_id: client, code_challenge: challenge, code_challenge_method: 'S256' }),
  );
  const answer = await token(host, {
    grant_type: 'authorization_code',
    code: back.searchParams.get('code') ?? '',
    client_id: client,
    client_secret: secret,
    redirect_uri: REDIRECT,
    code_verifier: verifier,
  });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

t.test('the code flow with PKCE, from the login page to the identity', async (t) => {
  const host = servers.production.loginUrl;
  const { verifier, challenge } = pkce();
  const url = authorizeUrl(host, {
    code_challenge: challenge,
    code_challenge_method: 'S256',
    scope: 'api refresh_token id',
  });
  const browser = new Browser();

  const login = await browser.get(url);
  t.equal(login.status, 200);
  t.match(login.text, /<label for="username">Username<\/label>/);
  t.match(login.headers.get('content-security-policy'), /default-src 'none'.*frame-ancestors 'none'/);

  const form = formOf(login.text);
  const refused = await browser.post(new URL(form.action, url).href, {
    ...form.fields,
    username: 'ada@example.com',
    password: 'wrong',
  });
  t.equal(refused.status, 200);
  t.match(refused.text, /role="alert"[^>]*>\s*Please check your username and password/);

  const approve = await browser.post(new URL(form.action, url).href, {
    ...form.fields,
    username: ' ADA@example.com',
    password: 'right horse',
  });
  t.match(approve.text, /The &lt;client&gt;/, 'the name of the client is escaped');
  t.match(approve.text, /Perform requests at any time/);

  const decision = formOf(approve.text);
  const back = await browser.post(new URL(decision.action, url).href, { ...decision.fields, save: 'allow' });
  t.equal(back.status, 302);
  const location = new URL(back.location ?? '');
  t.equal(location.searchParams.get('state'), 'st&te');
  const exchange = {
    grant_type: 'authorization_code',
    code: location.searchParams.get('code') ?? '',
    client_id: 'rotating',
    client_secret: 's3cret/+',
    redirect_uri: REDIRECT,
    code_verifier: verifier,
  };

  t.same((await token(host, { ...exchange, code_verifier: pkce().verifier })).body, {
    error: 'invalid_grant',
    error_description: 'invalid code verifier',
  });
  t.same((await token(host, { ...exchange, redirect_uri: `${REDIRECT}/x` })).body, {
    error: 'redirect_uri_mismatch',
    error_description: 'redirect_uri must match configuration',
  });
  t.same((await token(host, { ...exchange, client_secret: 'wrong' })).body, {
    error: 'invalid_client',
    error_description: 'invalid client credentials',
  });
  t.same((await token(host, { ...exchange, client_id: 'nobody' })).body.error, 'invalid_client_id');
  t.same((await token(host, { ...exchange, grant_type: 'password' })).body, {
    error: 'unsupported_grant_type',
    error_description: 'grant type not supported',
  });

  const answer = await token(host, exchange);
  t.equal(answer.status, 200);
  t.match(answer.body, {
    token_type: 'Bearer',
    scope: 'api refresh_token id',
    instance_url: servers.production.orgUrl,
    id: `${host}/id/00D000000000001EAA/005000000000001AAA`,
    issued_at: String(now),
  });
  t.match(answer.body['access_token'], /^00D000000000001!/);
  t.ok(answer.body['signature']);

  const again = await token(host, exchange);
  t.same(again.body, { error: 'invalid_grant', error_description: 'expired authorization code' });
  const dead = await fetch(`${host}/services/oauth2/userinfo`, {
    headers: { authorization: `Bearer ${answer.body['access_token']}` },
  });
  t.equal(dead.status, 403, 'a code used twice ends what it gave');
});

t.test('a code that was not used in time', async (t) => {
  const host = servers.production.loginUrl;
  const { verifier, challenge } = pkce();
  const back = await signIn(new Browser(), authorizeUrl(host, { code_challenge: challenge }));
  now += 61_000;
  const answer = await token(host, {
    grant_type: 'authorization_code',
    code: back.searchParams.get('code') ?? '',
    client_id: 'rotating',
    client_secret: 's3cret/+',
    redirect_uri: REDIRECT,
    code_verifier: verifier,
  });
  t.equal(answer.status, 400);
  t.same(answer.body, { error: 'invalid_grant', error_description: 'expired authorization code' });
  t.same((await token(host, { grant_type: 'authorization_code', code: 'x', client_id: 'plain' })).body, {
    error: 'invalid_grant',
    error_description: 'invalid authorization code',
  });
});

t.test('what the authorise page refuses', async (t) => {
  const host = servers.production.loginUrl;
  const browser = new Browser();
  const unknown = await browser.get(authorizeUrl(host, { client_id: '<b>nobody' }));
  t.equal(unknown.status, 400);
  t.match(unknown.text, /error=invalid_client_id&amp;error_description=client identifier invalid/);
  const mismatch = await browser.get(authorizeUrl(host, { redirect_uri: 'http://evil.example/' }));
  t.equal(mismatch.status, 400, 'nothing is sent to a foreign redirect URI');
  t.match(mismatch.text, /redirect_uri_mismatch/);

  const error = async (extra: Record<string, string>) =>
    new URL((await browser.get(authorizeUrl(host, extra))).location ?? 'about:blank').searchParams;
  t.same(
    [...(await error({}))],
    [
      ['error', 'invalid_request'],
      ['error_description', 'missing required code challenge'],
      ['state', 'st&te'],
    ],
  );
  t.equal(
    (await error({ code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' })).get('error'),
    'invalid_request',
  );
  t.equal((await error({ response_type: 'token' })).get('error'), 'unsupported_response_type');
  t.equal((await error({ scope: 'api web' })).get('error'), 'invalid_scope');
  t.equal((await error({ code_challenge: pkce().challenge, prompt: 'none' })).get('error'), 'login_required');

  const url = authorizeUrl(host, { client_id: 'plain' });
  const login = formOf((await browser.get(url)).text);
  const approve = await browser.post(new URL(login.action, url).href, {
    ...login.fields,
    username: 'ada@example.com',
    password: 'right horse',
  });
  const form = formOf(approve.text);
  const stranger = await new Browser().post(new URL(form.action, url).href, { ...form.fields, save: 'allow' });
  t.equal(stranger.status, 400, 'another browser cannot approve');
  const denied = await browser.post(new URL(form.action, url).href, { ...form.fields, save: 'deny' });
  t.match(denied.location, /error=access_denied&error_description=end-user\+denied\+authorization/);

  const inactive = await new Browser().post(`${host}/login`, { username: 'gone@example.com', password: 'right horse' });
  t.match(inactive.text, /Please check your username and password/, 'a user that the org does not have');
});

t.test('an approval is remembered, and prompt asks again', async (t) => {
  const host = servers.production.loginUrl;
  const browser = new Browser();
  await signIn(browser, authorizeUrl(host, { client_id: 'plain' }));
  await connect('plain', 'other');
  const direct = await browser.get(authorizeUrl(host, { client_id: 'plain' }));
  t.match(direct.location, /[?&]code=/, 'neither login nor approve page');
  const silent = await browser.get(authorizeUrl(host, { client_id: 'plain', prompt: 'none' }));
  t.match(silent.location, /[?&]code=/);
  t.match((await browser.get(authorizeUrl(host, { client_id: 'plain', prompt: 'consent' }))).text, /Allow access\?/);
  t.match((await browser.get(authorizeUrl(host, { client_id: 'plain', prompt: 'login' }))).text, /name="password"/);
});

t.test('refresh with rotation: an old token used again ends everything', async (t) => {
  const host = servers.production.loginUrl;
  const client = { client_id: 'rotating', client_secret: 's3cret/+' };
  const first = await connect();
  const refresh = (value: string) => token(host, { grant_type: 'refresh_token', refresh_token: value, ...client });
  const second = await refresh(first['refresh_token'] ?? '');
  t.equal(second.status, 200);
  t.not(second.body['refresh_token'], first['refresh_token']);
  t.not(second.body['access_token'], first['access_token']);
  const userinfo = async (accessToken: string | undefined) =>
    (await fetch(`${host}/services/oauth2/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })).status;
  t.equal(await userinfo(second.body['access_token']), 200);

  t.same((await refresh(first['refresh_token'] ?? '')).body, {
    error: 'invalid_grant',
    error_description: 'expired access/refresh token',
  });
  t.equal((await refresh(second.body['refresh_token'] ?? '')).status, 400, 'the current one is revoked too');
  t.equal(await userinfo(second.body['access_token']), 403, 'and its access tokens');
  t.equal(await userinfo(first['access_token']), 403);
});

t.test('refresh without rotation keeps the token', async (t) => {
  const host = servers.production.loginUrl;
  const first = await connect('plain', '');
  for (let i = 0; i < 2; i++) {
    const next = await token(host, {
      grant_type: 'refresh_token',
      refresh_token: first['refresh_token'] ?? '',
      client_id: 'plain',
    });
    t.equal(next.status, 200);
    t.notOk('refresh_token' in next.body);
  }
  const foreign = await token(host, {
    grant_type: 'refresh_token',
    refresh_token: first['refresh_token'] ?? '',
    client_id: 'rotating',
    client_secret: 's3cret/+',
  });
  t.equal(foreign.body['error'], 'invalid_grant', 'a token of another client');
});

t.test('session time, identity, introspection and revocation', async (t) => {
  const host = servers.production.loginUrl;
  const grant = await connect();
  const accessToken = grant['access_token'] ?? '';
  const identity = await fetch(`${grant['id']}?oauth_token=${encodeURIComponent(accessToken)}`);
  t.match(await identity.json(), {
    user_id: '005000000000001AAA',
    username: 'ada@example.com',
    asserted_user: true,
    utcOffset: 3_600_000,
    urls: { custom_domain: servers.production.orgUrl },
  });
  t.equal(await (await fetch(grant['id'] ?? '')).text(), 'Missing_OAuth_Token');
  t.equal((await fetch(`${host}/id/00D000000000009AAA/005000000000001AAA?oauth_token=${accessToken}`)).status, 404);

  const introspect = async (value: string) =>
    (await (
      await fetch(`${host}/services/oauth2/introspect`, {
        method: 'POST',
        body: new URLSearchParams({ token: value }),
        headers: { authorization: `Basic ${Buffer.from('rotating:s3cret%2F%2B').toString('base64')}` },
      })
    ).json()) as Record<string, unknown>;
  t.match(await introspect(accessToken), { active: true, client_id: 'rotating', username: 'ada@example.com' });
  now += 9 * 60_000;
  t.match(await introspect(accessToken), { active: true }, 'use prolongs the session');
  now += 9 * 60_000;
  t.match(await introspect(accessToken), { active: true });
  now += 11 * 60_000;
  t.same(await introspect(accessToken), { active: false });

  const revoke = (value: string) =>
    fetch(`${host}/services/oauth2/revoke`, { method: 'POST', body: new URLSearchParams({ token: value }) });
  t.equal((await revoke(grant['refresh_token'] ?? '')).status, 200);
  t.equal((await revoke(grant['refresh_token'] ?? '')).status, 400);
  t.equal((await introspect(grant['refresh_token'] ?? ''))['active'], false);
});

t.test('the sandbox has its own login host, users and tokens', async (t) => {
  const host = servers.sandbox.loginUrl;
  const { verifier, challenge } = pkce();
  const url = authorizeUrl(host, { code_challenge: challenge });
  const browser = new Browser();
  const form = formOf((await browser.get(url)).text);
  const production = await browser.post(new URL(form.action, url).href, {
    ...form.fields,
    username: 'ada@example.com',
    password: 'right horse',
  });
  t.match(production.text, /Please check your username and password/, 'sandbox usernames end with its name');
  const back = await signIn(new Browser(), url, 'ada@example.com.dev');
  const oauth2 = new OAuth2({ loginUrl: host, clientId: 'rotating', clientSecret: 's3cret/+', redirectUri: REDIRECT });
  const answer = await oauth2.requestToken(back.searchParams.get('code') ?? '', { code_verifier: verifier });
  t.equal(answer.instance_url, servers.sandbox.orgUrl);
  t.match(answer.access_token, /^00D000000000002!/);
  await t.rejects(
    new OAuth2({ loginUrl: servers.production.loginUrl, clientId: 'rotating', clientSecret: 's3cret/+' }).refreshToken(
      answer.refresh_token ?? '',
    ),
    { name: 'invalid_grant', message: 'expired access/refresh token' },
  );
  const next = await oauth2.refreshToken(answer.refresh_token ?? '');
  t.ok(next.access_token);
  await oauth2.revokeToken(next.access_token);
  await t.rejects(oauth2.revokeToken(next.access_token));
});

t.test('a definition with faults names them all', (t) => {
  try {
    parseDefinition({ organization: { id: 'x', name: 'A' }, users: [{ username: 'a' }], colour: 1 }, 'bad.json');
    t.fail('accepted');
  } catch (error) {
    t.ok(error instanceof DefinitionError);
    const { message } = error as Error;
    for (const part of ['bad.json', 'organization.id', 'unknown key "colour"', 'users[0].password', 'sandbox.name']) {
      t.ok(message.includes(part), part);
    }
  }
  t.end();
});
