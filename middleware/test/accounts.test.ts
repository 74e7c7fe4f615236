import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { FakeOrg, contactConnection } from './helpers/fake-org.ts';
import {
  API_KEY,
  Browser,
  WEBHOOK_SECRET,
  deliveries,
  getJson,
  post,
  sample,
  settled,
  startApp,
  until,
} from './helpers/harness.ts';

t.setTimeout(120_000);

const org = await new FakeOrg(undefined, [contactConnection()]).start();
const harness = await startApp({ org });
const { app } = harness;
t.teardown(async () => {
  await harness.close();
  await org.stop();
});
const accounts = async (): Promise<{ id: string; state: string; environment: string }[]> =>
  (await getJson<{ items: { id: string; state: string; environment: string }[] }>(app, '/v1/accounts')).items;

await t.test('sign-in: pages need a session, a wrong key and a missing form token are refused', async (t) => {
  const browser = new Browser(app);
  t.equal((await browser.get('/')).headers.location, '/accounts');
  t.equal((await browser.get('/accounts')).headers.location, '/login');
  t.equal((await browser.get('/accounts/connect')).headers.location, '/login');
  t.equal((await browser.get('/oauth/callback?code=x&state=y')).headers.location, '/login');
  t.equal((await browser.submit('/login', '/login', { apiKey: 'fbk_wrong' })).headers.location, '/login');
  t.match((await browser.get('/login')).body, /role="alert">This API key is not valid/);
  const withoutToken = await browser.request({
    method: 'POST',
    url: '/login',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `apiKey=${API_KEY}`,
  });
  t.equal(withoutToken.statusCode, 403);
  t.match(withoutToken.body, /The form is too old/);
  await browser.signIn();
  const page = await browser.get('/accounts');
  t.match(page.body, /No account yet/);
  t.match(page.body, /<label for="sandbox">Use sandbox environment<\/label>/);
  t.equal(page.headers['cache-control'], 'no-store');
  const cookie = (await new Browser(app).get('/login')).headers['set-cookie'];
  t.match(String(cookie), /HttpOnly.*SameSite=Lax/);
  const forged = await browser.request({
    method: 'POST',
    url: '/accounts/connect',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: '_csrf=forged',
  });
  t.equal(forged.statusCode, 403, 'a form from elsewhere begins no flow');
  await browser.submit('/accounts', '/logout', {});
  t.equal((await browser.get('/accounts')).headers.location, '/login');
});

await t.test('the content security policy lets the forms and the style work and nothing else', async (t) => {
  const policy = String((await new Browser(app).get('/login')).headers['content-security-policy']);
  t.match(
    policy,
    new RegExp(`form-action 'self' ${org.origin.replaceAll('.', '\\.')}`),
    'the Connect form may end at the login server',
  );
  t.match(policy, /frame-ancestors 'none'/);
  t.notMatch(policy, /unsafe-inline|upgrade-insecure-requests/);
  t.match((await app.inject('/assets/style.css')).headers['content-type'], /text\/css/);
  t.notMatch((await new Browser(app).get('/login')).body, /style=|<script/);
});

await t.test('connect: PKCE, the chosen environment, identity, configuration; disconnect revokes', async (t) => {
  const browser = await new Browser(app).signIn();
  const start = await browser.submit('/accounts', '/accounts/connect', { sandbox: 'on' });
  t.equal(start.statusCode, 303);
  const authorize = new URL(String(start.headers.location));
  t.equal(authorize.origin, org.origin);
  t.match(Object.fromEntries(authorize.searchParams), {
    response_type: 'code',
    client_id: 'client-id',
    code_challenge_method: 'S256',
    code_challenge: /^[\w-]{43}$/,
    redirect_uri: 'http://127.0.0.1:3000/oauth/callback',
    scope: 'id api refresh_token',
  });
  const page = await browser.connect({ sandbox: 'on' });
  t.match(page.body, /Connected Example Inc/);
  t.match(page.body, /badge good">Connected</);
  t.match(page.body, /integration@example.com/);
  t.match(org.tokenRequests.at(-1)?.get('code_verifier'), /^[\w-]{43}$/);
  t.match((await accounts())[0], {
    state: 'connected',
    environment: 'sandbox',
    connections: [{ name: 'Contact_By_Email', active: true }],
  });
  t.notMatch(JSON.stringify(await accounts()), /5Aep|!/, 'no token in the API');
  const answer = await browser.submit('/accounts', `/accounts/${(await accounts())[0]!.id}/disconnect`, {});
  t.equal(answer.statusCode, 303);
  t.match((await browser.get('/accounts')).body, /badge neutral">Disconnected</);
  t.match(org.revoked, [/^5Aep/], 'the refresh token is revoked');
  t.equal((await browser.submit('/accounts', '/accounts/99/disconnect', {})).statusCode, 303);
  t.match((await browser.get('/accounts')).body, /There is no such account/);
});

await t.test('29. a callback with a wrong, reused or foreign state is refused and asks for no token', async (t) => {
  const victim = await new Browser(app).signIn();
  const attacker = await new Browser(app).signIn();
  const asked = org.tokenRequests.length;
  const refusedAt = async (browser: Browser, url: string): Promise<void> => {
    await browser.get(url);
    t.match((await browser.get('/accounts')).body, /was not begun in this browser/);
  };
  await refusedAt(victim, '/oauth/callback?code=abc&state=wrong');
  await refusedAt(victim, '/oauth/callback?code=abc');
  const attackers = await attacker.authorize();
  await refusedAt(victim, `${attackers.pathname}${attackers.search}`);
  t.equal(org.tokenRequests.length, asked, 'no token request was made');

  const own = await victim.authorize();
  await victim.get(`${own.pathname}${own.search}`);
  t.equal(org.tokenRequests.length, asked + 1);
  await refusedAt(victim, `${own.pathname}${own.search}`);
  t.equal(org.tokenRequests.length, asked + 1, 'a state is good once');

  const denied = await victim.authorize();
  await victim.get(`/oauth/callback?error=access_denied&state=${denied.searchParams.get('state')}`);
  t.match((await victim.get('/accounts')).body, /Access was not allowed at Salesforce/);
  await refusedAt(victim, `${denied.pathname}${denied.search}`);

  const stolen = await victim.authorize();
  for (const name of [...victim.cookies.keys()].filter((name) => name.includes('verifier')))
    victim.cookies.delete(name);
  await victim.get(`${stolen.pathname}${stolen.search}`);
  t.match((await victim.get('/accounts')).body, /Salesforce did not accept the sign-in/, 'without its verifier');
});

await t.test('30. a token answer that points elsewhere is refused before anything is sent there', async (t) => {
  const browser = await new Browser(app).signIn();
  const before = org.requests.length;
  for (const answer of [
    { instance_url: 'https://evil.example.org', id: `${org.origin}/id/a/b` },
    { instance_url: 'http://169.254.169.254', id: `${org.origin}/id/a/b` },
    { instance_url: org.origin, id: 'https://evil.example.org/id/a/b' },
    { instance_url: org.origin, id: `${org.origin}/id/a/b`, refresh_token: undefined },
  ]) {
    org.tokenFault = () => ({ status: 200, body: { access_token: 'x', refresh_token: 'y', ...answer } });
    const callback = await browser.authorize();
    await browser.get(`${callback.pathname}${callback.search}`);
    t.match((await browser.get('/accounts')).body, /is not allowed by SALESFORCE_ALLOWED_HOSTS|gave no refresh token/);
  }
  org.tokenFault = () => undefined;
  t.notOk(org.requests.slice(before).some((request) => request.path.startsWith('/id/')));
});

await t.test('cookies are secure and host-bound behind https', async (t) => {
  const https = await startApp({ org, environment: { PUBLIC_URL: 'https://bridge.example.com' } });
  t.teardown(https.close);
  const browser = new Browser(https.app);
  t.match(
    String((await browser.get('/login')).headers['set-cookie']),
    /^__Host-fieldbridge=.*Path=\/.*HttpOnly.*Secure.*SameSite=Lax/,
  );
  await browser.signIn();
  const start = await browser.submit('/accounts', '/accounts/connect', {});
  const cookies = [start.headers['set-cookie']].flat().map(String);
  t.ok(cookies.filter((cookie) => /-(state|verifier)=/.test(cookie)).length === 2);
  t.ok(
    cookies.every((cookie) => cookie.startsWith('__Host-') && /Secure/.test(cookie)),
    cookies.map((cookie) => cookie.split('=')[0]).join(' '),
  );
  t.match(
    new URL(String(start.headers.location)).searchParams.get('redirect_uri'),
    'https://bridge.example.com/oauth/callback',
  );
  t.ok((await https.app.inject('/livez')).headers['strict-transport-security']);
});

await t.test('without a client id the pages say what to do', async (t) => {
  const bare = await startApp({ environment: { SALESFORCE_CLIENT_ID: '' } });
  t.teardown(bare.close);
  const browser = await new Browser(bare.app).signIn();
  t.match((await browser.get('/accounts')).body, /Set <code>SALESFORCE_CLIENT_ID<\/code>/);
  t.equal((await browser.submit('/accounts', '/accounts/connect', {})).headers.location, '/accounts');
});

await t.test('operations: live, ready, metrics, API description, problem details', async (t) => {
  t.same((await app.inject('/livez')).json(), { status: 'ok' });
  t.same((await app.inject('/readyz')).json(), { status: 'ok' });
  await post(app, sample('metric', 'm@x.org'));
  t.match((await app.inject('/metrics')).body, /fieldbridge_responses_received_total\{result="stored"\} 1/);
  const description = (await app.inject('/documentation/json')).json<{
    openapi: string;
    paths: Record<string, unknown>;
  }>();
  t.match(description.openapi, '3.1.0');
  const committed = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '..', '..', 'docs', 'openapi.json'), 'utf8'),
  ) as { paths: object };
  t.same(
    Object.keys(description.paths)
      .filter((path) => path.startsWith('/v1'))
      .sort(),
    Object.keys(committed.paths)
      .filter((path) => path.startsWith('/v1') && path !== '/v1/workspaces')
      .sort(),
  );
  t.equal((await app.inject('/documentation/')).statusCode, 200);
  t.match((await app.inject('/nowhere')).json(), { status: 404, code: 'not_found' });
  t.match((await app.inject('/v1/accounts')).json(), { status: 401, code: 'missing_credentials' });
  t.match((await app.inject({ url: '/v1/deliveries', headers: { authorization: 'Bearer fbk_wrong' } })).json(), {
    code: 'invalid_api_key',
  });
});

await t.test(
  '32. canaries: with every error forced, no secret, token or answer is in a log line, a metric or an error body',
  async (t) => {
    const answer = 'canary-answer-7f3a';
    const other = await new FakeOrg('00D000000000009AAA', [contactConnection()]).start();
    const scene = await startApp({
      org: other,
      environment: { LOG_LEVEL: 'trace', SALESFORCE_REQUEST_TIMEOUT_SECONDS: '0.3', DELIVERY_MAX_FAILURES: '2' },
    });
    t.teardown(async () => {
      await scene.close();
      await other.stop();
    });
    const bodies: string[] = [];
    const keep = async (pending: Promise<{ body: string; statusCode: number }>): Promise<void> => {
      const { body, statusCode } = await pending;
      if (statusCode >= 400) bodies.push(body);
    };
    const browser = await new Browser(scene.app).signIn();
    await keep(browser.submit('/login', '/login', { apiKey: 'canary-key-93b1' }));
    await browser.connect();
    const canary = (id: string) =>
      sample(id, `${answer}@x.org`, 0, {
        answers: { email: `${answer}@x.org`, last_name: answer },
        hidden: { secret: answer },
      });
    // Intake errors.
    await keep(post(scene.app, JSON.stringify(canary('x')).replace('"status":"completed"', `"status":"${answer}"`)));
    await keep(post(scene.app, `{"responseId": "${answer}", broken`));
    await keep(post(scene.app, JSON.stringify(canary('x')).replace('{', `{"__proto__":"${answer}",`)));
    await keep(post(scene.app, canary('x'), { headers: { 'webhook-signature': 'v1,canary-signature-55c2' } }));
    await keep(post(scene.app, canary('x'), { apiKey: 'canary-key-93b1' }));
    await keep(browser.get(`/oauth/callback?code=canary-code-1d4e&state=canary-state-8a0b`));
    await keep(scene.app.inject({ url: `/v1/nowhere/${answer}` }));
    await keep(
      scene.app.inject({ url: `/v1/deliveries?cursor=${answer}`, headers: { authorization: `Bearer ${API_KEY}` } }),
    );
    // Delivery errors: the org echoes what it got, as core errors of Salesforce do.
    const echo = (status: number, code: string) => ({
      status,
      body: [{ errorCode: code, message: `bad value: ${answer}@x.org` }],
    });
    const faults = [
      'cut_after',
      'half_answer',
      'hang',
      'html',
      echo(400, 'APEX_ERROR'),
      echo(500, 'UNKNOWN_EXCEPTION'),
      echo(403, 'REQUEST_LIMIT_EXCEEDED'),
      echo(503, 'SERVER_UNAVAILABLE'),
      echo(404, 'NOT_FOUND'),
    ] as const;
    for (const [index, fault] of faults.entries()) {
      const from = other.calls.length;
      other.fault = (_items, call) => (call === from ? fault : undefined);
      await keep(post(scene.app, canary(`fault-${index}`)));
      await settled(scene.app, index + 1);
    }
    // OAuth errors, with tokens echoed.
    other.fault = () => undefined;
    other.expireSessions();
    other.tokenFault = (form) => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: `token ${form.get('refresh_token')}` },
    });
    await post(scene.app, canary('refresh'));
    await until(
      async () =>
        (await getJson<{ items: { state: string }[] }>(scene.app, '/v1/accounts')).items[0]?.state ===
        'reconnect_required'
          ? true
          : undefined,
      'reconnect',
    );
    const failing = await browser.authorize();
    await keep(browser.get(`${failing.pathname}${failing.search}`));

    const secrets = [
      answer,
      API_KEY,
      WEBHOOK_SECRET,
      WEBHOOK_SECRET.slice(6),
      'client-secret-canary',
      'canary-key-93b1',
      'canary-signature-55c2',
      'canary-code-1d4e',
      'canary-state-8a0b',
      '5Aep',
      '00D000000000009!',
      failing.searchParams.get('code')!,
      failing.searchParams.get('state')!,
    ];
    const places: Record<string, string> = {
      log: scene.logLines.join(''),
      metrics: (await scene.app.inject('/metrics')).body,
      'error bodies': bodies.join('\n'),
      deliveries: JSON.stringify(await deliveries(scene.app)),
      accounts: JSON.stringify(await getJson(scene.app, '/v1/accounts')),
    };
    t.ok(scene.logLines.length > 30, `${scene.logLines.length} log lines`);
    t.ok(bodies.length >= 6, `${bodies.length} error bodies`);
    for (const [place, text] of Object.entries(places)) {
      for (const secret of secrets) t.notOk(text.includes(secret), `${secret.slice(0, 12)}… is not in ${place}`);
    }
  },
);
