// The fault console: an org that fails as Salesforce does, and only where its definition file allows it.
import t from 'tap';
import { outsideOrg, type OutsideOrg } from './support/outside.ts';
import { apexClass } from './support/source.ts';

const DATA = '/services/data/v65.0';
let outside: OutsideOrg;

const source = apexClass(
  'Counter',
  `@RestResource(urlMapping='/touch/*')
global class Counter {
    @HttpPost
    global static String touch(Id id) {
        Account found = [SELECT Id FROM Account WHERE Id = :id FOR UPDATE];
        return found.Id;
    }
}`,
);

t.before(async () => {
  outside = await outsideOrg(source, {
    faultConsole: true,
    oauthClients: [{ id: 'c', name: 'C', secret: 's', redirectUris: ['http://127.0.0.1:9/cb'], requirePkce: false }],
  });
});
t.afterEach(() => outside.servers.production.faults?.clear());

const control = (method: string, body?: unknown, path = '') => outside.request(method, `/_faults${path}`, body);
const accounts = async (): Promise<number> => {
  const answer = await outside.request('GET', `${DATA}/query?q=SELECT+COUNT()+FROM+Account`);
  return (answer.json as { totalSize: number }).totalSize;
};

t.test('refusals of the platform: maintenance, limits, server errors', async (t) => {
  const cases = [
    ['maintenance', 503, 'SERVER_UNAVAILABLE'],
    ['apiLimit', 403, 'REQUEST_LIMIT_EXCEEDED'],
    ['concurrentLimit', 403, 'REQUEST_LIMIT_EXCEEDED'],
    ['serverError', 500, 'UNKNOWN_EXCEPTION'],
  ] as const;
  for (const [kind, status, errorCode] of cases) {
    t.equal((await control('POST', { kind, times: 1 })).status, 201);
    const failed = await outside.request('GET', `${DATA}/limits`);
    t.match([failed.status, failed.json], [status, [{ errorCode }]], kind);
    t.equal((await outside.request('GET', `${DATA}/limits`)).status, 200, 'once only');
  }
  await control('POST', { kind: 'maintenance', path: `${DATA}/sobjects`, method: 'POST' });
  t.equal((await outside.request('GET', `${DATA}/sobjects/Account`)).status, 200, 'another method');
  t.equal((await outside.request('POST', `${DATA}/sobjects/Account`, { Name: 'x' })).status, 503);
  t.match((await control('GET')).json, { environment: 'production', rules: [{ kind: 'maintenance', hits: 1 }] });
  t.equal((await control('DELETE')).status, 204);
  t.same((await control('GET')).json, { environment: 'production', rules: [], held: [] });
});

t.test('answers that are slow, or never come', async (t) => {
  const faults = outside.servers.production.faults;
  faults?.add({ kind: 'slow', milliseconds: 300, times: 1 });
  const begin = performance.now();
  t.equal((await outside.request('GET', `${DATA}/limits`)).status, 200);
  t.ok(performance.now() - begin >= 295, 'late');
  const before = await accounts();
  faults?.add({ kind: 'cutBefore', times: 1 });
  await t.rejects(outside.request('POST', `${DATA}/sobjects/Account`, { Name: 'Not made' }), /fetch failed/);
  t.equal(await accounts(), before, 'nothing was done');
  faults?.add({ kind: 'cutAfter', times: 1 });
  await t.rejects(outside.request('POST', `${DATA}/sobjects/Account`, { Name: 'Made' }), /fetch failed/);
  t.equal(await accounts(), before + 1, 'the work was committed');
});

t.test('sessions that expire and tokens that are revoked', async (t) => {
  const { grants } = outside.servers.production;
  const userId = outside.org.adminId;
  const code = { clientId: 'c', userId, redirectUri: 'http://127.0.0.1:9/cb', codeChallenge: null };
  const found = grants.findCode(grants.issueCode({ ...code, scopes: ['api', 'refresh_token'] }));
  if (typeof found === 'string') throw new Error(found);
  const { grant, refreshToken } = grants.redeem(found);
  const token = grants.issueAccessToken(grant);
  const call = async () => (await outside.request('GET', `${DATA}/limits`, undefined, { token })).status;
  const refresh = async (): Promise<number> => {
    const body = { grant_type: 'refresh_token', client_id: 'c', client_secret: 's', refresh_token: refreshToken ?? '' };
    const form = { method: 'POST', body: new URLSearchParams(body) };
    return (await fetch(`${outside.servers.production.loginUrl}/services/oauth2/token`, form)).status;
  };
  t.equal(await call(), 200);
  t.match((await control('POST', { do: 'expireSessions', username: 'nobody@example.com' })).status, 400);
  const ended = await control('POST', { do: 'expireSessions', username: 'admin@example.com' });
  t.ok((ended.json as { ended: number }).ended >= 1);
  t.equal(await call(), 401);
  const next = grants.issueAccessToken(grant);
  t.same((await control('POST', { do: 'revokeTokens' })).json, { ended: 1 });
  t.equal((await outside.request('GET', `${DATA}/limits`, undefined, { token: next })).status, 401);
  t.equal(await refresh(), 400, 'the refresh token is gone too');
});

t.test('rows that a long transaction holds', async (t) => {
  const token = outside.token('admin@example.com');
  const made = await outside.request('POST', `${DATA}/sobjects/Account`, { Name: 'Locked' }, { token });
  const { id } = made.json as { id: string };
  const { json } = await control('POST', { do: 'holdRows', rows: [id] });
  const held = (json as { id: string }).id;
  t.match((await control('POST', { do: 'holdRows', rows: [id] })).json, { problems: [{ message: /is locked/ }] });
  const touching = outside.request('POST', '/services/apexrest/touch', { id }, { token });
  const other = await outside.request('GET', `${DATA}/limits`, undefined, { token });
  t.equal(other.status, 200, 'other requests are answered while one waits');
  t.equal((await control('DELETE', undefined, `/${held}`)).status, 204);
  t.equal((await touching).text, `"${id}"`, 'the waiting request goes on when the row is free');
});

t.test('only for those who may', async (t) => {
  const page = await outside.request(
    'POST',
    '/_faults',
    { kind: 'maintenance' },
    { headers: { origin: 'https://example.com' } },
  );
  t.equal(page.status, 403);
  t.match((await control('POST', { kind: 'nothing' })).json, { problems: [{ path: 'kind' }] });
  const without = await outsideOrg({});
  t.equal(without.servers.production.faults, null);
  t.equal((await without.request('GET', '/_faults')).status, 404);
});
