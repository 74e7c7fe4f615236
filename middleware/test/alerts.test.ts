import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { Webhook } from 'standardwebhooks';
import { ForbiddenAddressError, isPublicAddress, postGuarded } from '../src/alerts/guard.ts';
import { API_KEY, sample, until } from './helpers/harness.ts';
import { scene } from './helpers/scene.ts';

t.setTimeout(240_000);

/** A server that keeps what it gets and answers with a status. */
async function listener(status: () => number) {
  const got: { headers: Record<string, string>; body: string; path: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      got.push({ headers: request.headers as Record<string, string>, body, path: request.url ?? '' });
      response.writeHead(status(), { location: '/redirected' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { got, origin, stop: () => server.close() };
}

await t.test('30. addresses inside the network are refused when dialling; redirects are not followed', async (t) => {
  const refused = [
    '127.0.0.1',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
  ];
  refused.push(
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    'not an address',
    '',
  );
  for (const address of refused) t.equal(isPublicAddress(address), false, address);
  for (const address of ['8.8.8.8', '93.184.216.34', '2606:4700::1111'])
    t.equal(isPublicAddress(address), true, address);
  const { got, origin, stop } = await listener(() => 302);
  t.teardown(stop);
  const { port } = new URL(origin);
  for (const url of [
    origin,
    `http://localhost:${port}`,
    `http://[::ffff:127.0.0.1]:${port}`,
    `http://2130706433:${port}`,
    `http://0x7f.1:${port}`,
  ])
    await t.rejects(postGuarded(url, {}, '{}', 2_000), ForbiddenAddressError, url);
  t.equal(got.length, 0, 'nothing was sent');
  // A name that answers with another address the second time: the checked address is the dialled one.
  let asked = 0;
  await t.rejects(
    postGuarded(`http://localhost:${port}`, {}, '{}', 2_000, () => (asked += 1) > 1),
    ForbiddenAddressError,
  );
  t.equal(await postGuarded(origin, {}, '{}', 2_000, () => true), 302);
  t.same(
    got.map(({ path }) => path),
    ['/'],
    'the redirect was not followed',
  );
});

await t.test('a change of state is told once, signed, and again until it is taken', async (t) => {
  let status = 500;
  const receiver = await listener(() => status);
  t.teardown(receiver.stop);
  const s = await scene(t, {}, undefined, { alertAddresses: () => true });
  const call = (method: 'GET' | 'POST' | 'DELETE', url: string, body?: object) =>
    s.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${API_KEY}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { payload: JSON.stringify(body) } : {}),
    });
  for (const url of ['http://example.com', 'ftp://x', 'https://user:pw@example.com'])
    t.equal((await call('POST', '/v1/alert-targets', { url })).statusCode, 400, url);
  const made = await call('POST', '/v1/alert-targets', { url: 'https://alerts.example.com/hook' });
  t.equal(made.statusCode, 201);
  const { id, secret } = made.json<{ id: string; secret: string }>();
  await s.database.query('update alert_target set url = $1', [`${receiver.origin}/hook`]);
  s.org.revokeGrant();
  await s.send(sample('r', 'r@x.org'));
  const first = await until(() => receiver.got[0], 'the alert');
  t.match(JSON.parse(first.body), {
    type: 'account.state_changed',
    data: { from: 'connected', to: 'reconnect_required', organizationId: s.org.organizationId },
  });
  t.ok(new Webhook(secret).verify(first.body, first.headers));
  status = 204;
  await s.database.query(`update alert set available_at = now()`);
  const second = await until(() => receiver.got[1], 'the second try');
  t.equal(second.headers['webhook-id'], first.headers['webhook-id'], 'the same alert');
  await s.browser.connect();
  const back = await until(() => receiver.got[2], 'the way back');
  t.match(JSON.parse(back.body), { data: { from: 'reconnect_required', to: 'connected' } });
  t.equal((await call('DELETE', `/v1/alert-targets/${id}`)).statusCode, 204);
  t.equal((await call('DELETE', `/v1/alert-targets/${id}`)).statusCode, 404);
});
