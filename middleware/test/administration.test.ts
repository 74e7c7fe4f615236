import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { FastifyInstance } from 'fastify';
import { contactConnection } from './helpers/fake-org.ts';
import { API_KEY, deliveries, getJson, post, sample, settled, sign, startApp, until } from './helpers/harness.ts';
import { many, scene } from './helpers/scene.ts';

t.setTimeout(240_000);

const ADMIN_KEY = 'fbk_operator_0123456789abcdef';

function request(
  server: FastifyInstance,
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  body?: object,
  key = API_KEY,
) {
  return server.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { payload: JSON.stringify(body) } : {}),
  });
}

interface AuditView {
  actor: string;
  action: string;
  subject: string | null;
  status: number;
}
const auditOf = async (server: FastifyInstance): Promise<AuditView[]> =>
  (await getJson<{ items: AuditView[] }>(server, '/v1/audit')).items;

await t.test('workspaces are made by the operator; keys and secrets are rotated; everything is audited', async (t) => {
  const harness = await startApp({ environment: { ADMIN_API_KEY: ADMIN_KEY } });
  t.teardown(harness.close);
  const { app } = harness;
  t.equal((await request(app, 'GET', '/v1/workspaces')).statusCode, 401, 'a workspace key is not the operator’s');
  const made = await request(app, 'POST', '/v1/workspaces', { id: 'acme', name: 'Acme' }, ADMIN_KEY);
  t.equal(made.statusCode, 201, made.body);
  const { apiKey, webhookSecret } = made.json<{ apiKey: string; webhookSecret: string }>();
  t.equal((await request(app, 'POST', '/v1/workspaces', { id: 'acme', name: 'A' }, ADMIN_KEY)).statusCode, 409);
  t.equal((await request(app, 'GET', '/v1/workspaces', undefined, ADMIN_KEY)).json<{ items: [] }>().items.length, 2);

  const second = await request(app, 'POST', '/v1/keys', { name: 'second' }, apiKey);
  const { key } = second.json<{ key: string }>();
  const keys = (await request(app, 'GET', '/v1/keys', undefined, key)).json<{ items: { id: string; name: string }[] }>()
    .items;
  t.same(
    keys.map(({ name }) => name),
    ['first', 'second'],
  );
  t.notMatch(JSON.stringify(keys), new RegExp(apiKey.slice(4)));
  t.equal((await request(app, 'DELETE', `/v1/keys/${keys[0]!.id}`, undefined, key)).statusCode, 204);
  t.equal((await request(app, 'GET', '/v1/keys', undefined, apiKey)).statusCode, 401, 'revoked at once');
  t.equal((await request(app, 'DELETE', `/v1/keys/${keys[1]!.id}`, undefined, key)).statusCode, 409, 'the last stays');

  const body = JSON.stringify(sample('s1', 's@x.org'));
  const signed = (secret: string) => post(app, body, { headers: sign(body, secret), survey: 'x' });
  const toAcme = async (secret: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/surveys/x/responses?workspace=acme',
      headers: { 'content-type': 'application/json', ...sign(body, secret) },
      payload: body,
    });
  t.equal((await toAcme(webhookSecret)).statusCode, 202);
  t.equal((await signed(webhookSecret)).statusCode, 401, 'a secret is for its workspace only');
  const rotated = await request(app, 'POST', '/v1/webhook-secrets', { name: 'next', overlapSeconds: 2 }, key);
  const { secret } = rotated.json<{ secret: string }>();
  t.equal((await request(app, 'POST', '/v1/webhook-secrets', { name: 'next' }, key)).statusCode, 409);
  t.equal((await toAcme(secret)).statusCode, 202);
  t.equal((await toAcme(webhookSecret)).statusCode, 202, '8. both are accepted during the overlap');
  await until(
    async () => ((await toAcme(webhookSecret)).statusCode === 401 ? true : undefined),
    'the end of the old one',
  );

  // 28. Ids of another workspace are not found, and that is audited.
  const foreign = (await auditOf(app)).length;
  for (const url of [`/v1/keys/${keys[1]!.id}`, '/v1/sources/src_foreign'])
    t.equal((await request(app, 'DELETE', url)).statusCode, 404);
  for (const url of ['/v1/deliveries/999', '/v1/backfills/999', '/v1/imports/first'])
    t.equal((await request(app, 'GET', url)).statusCode, 404);
  const audit = await auditOf(app);
  t.equal(audit.length, foreign + 5);
  t.match(audit[0], { action: 'getImport', subject: 'first', status: 404, actor: /^key:[0-9a-f]{12}$/ });
  const acme = (await request(app, 'GET', '/v1/audit', undefined, key)).json<{ items: AuditView[] }>().items;
  t.same(acme.map(({ action, status }) => `${action} ${status}`).reverse(), [
    'createWorkspace 201',
    'createKey 201',
    'revokeKey 204',
    'revokeKey 409',
    'rotateWebhookSecret 201',
    'rotateWebhookSecret 409',
  ]);
});

await t.test('33. an erased response is gone here, in the queue and in the org, and cannot come back', async (t) => {
  const s = await scene(t);
  s.org.outcome = (item) =>
    item.responseId === 'person' ? { outcome: 'rejected', error: { code: 'X', message: 'x' } } : undefined;
  const person = sample('person', 'person-canary@x.org', 3, {
    answers: { email: 'person-canary@x.org', last_name: 'Canary' },
  });
  await s.send(...many(2), person);
  const rejected = (await settled(s.app, 3)).find((delivery) => delivery.responseId === 'person')!;
  s.org.revokeGrant(); // the second version stays in the queue
  await s.send({ ...person, updatedAt: '2026-11-23T13:00:00.000Z' });
  await until(async () => ((await s.account()).state === 'reconnect_required' ? true : undefined), 'the lost grant');
  t.equal((await deliveries(s.app, '&responseId=person')).length, 2, 'one dead, one queued');

  const erased = await request(s.app, 'DELETE', '/v1/responses/person');
  t.match(erased.json(), { erased: 1, pendingInOrgs: 1 });
  t.same(await deliveries(s.app, '&responseId=person'), []);
  t.equal((await request(s.app, 'POST', `/v1/deliveries/${rejected.id}/replay`)).statusCode, 404, 'no replay');
  t.match((await post(s.app, person)).json(), { duplicate: true, erased: true }, 'the sender’s repeat stores nothing');
  const newer = await post(s.app, { ...person, updatedAt: '2026-11-24T13:00:00.000Z' });
  t.match(newer.json(), { erased: true });
  const imported = await s.app.inject({
    method: 'POST',
    url: '/v1/surveys/feedback/import',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/x-ndjson' },
    payload: JSON.stringify(person),
  });
  t.match(imported.json(), { duplicates: 1, stored: 0 });
  s.org.outcome = () => undefined;
  await s.browser.connect();
  await until(() => (s.org.erased.includes('person') ? true : undefined), 'the org to be asked');
  await until(async () => {
    const again = await request(s.app, 'DELETE', '/v1/responses/nobody');
    return again.json<{ pendingInOrgs: number }>().pendingInOrgs <= 1 ? true : undefined;
  }, 'the erasure to be done');
  await s.send(sample('later', 'later@x.org', 50));
  await settled(s.app, 1, '&responseId=later');
  t.notOk(
    [...s.org.records.keys()].some((key) => key.includes('canary')),
    'nothing of it reached the org',
  );
  t.notMatch(JSON.stringify(await auditOf(s.app)), /person/, 'the audit log does not keep the id');
  t.notMatch(s.logLines.join(''), /person/, 'nor does the log');
});

await t.test('34. the encryption key is rotated: old secrets are sealed again, the old key can go', async (t) => {
  const [old, next] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  const s = await scene(t, { ENCRYPTION_KEY: old });
  await s.send(sample('before', 'b@x.org'));
  await settled(s.app, 1);
  const source = await request(s.app, 'POST', '/v1/sources', { kind: 'canonical', name: 'c' });
  const { url, secret } = source.json<{ url: string; secret: string }>();
  await request(s.app, 'DELETE', '/v1/responses/gone?survey=feedback');
  await s.app.close();
  const both = await startApp({ org: s.org, folder: s.folder, environment: { ENCRYPTION_KEY: `${next},${old}` } });
  await both.app.close();
  const only = await startApp({ org: s.org, folder: s.folder, environment: { ENCRYPTION_KEY: next } });
  t.teardown(() => only.close());
  t.equal((await post(only.app, sample('after', 'a@x.org'))).statusCode, 202, 'webhook secrets open');
  t.equal((await settled(only.app, 1, '&responseId=after'))[0]?.state, 'synced', 'tokens open');
  const body = JSON.stringify({ surveyId: 'feedback', ...sample('by-source', 'c@x.org') });
  const answer = await only.app.inject({
    method: 'POST',
    url: new URL(url).pathname,
    headers: { 'content-type': 'application/json', ...sign(body, secret) },
    payload: body,
  });
  t.equal(answer.statusCode, 202, 'secrets of sources open');
  t.match((await post(only.app, sample('gone', 'g@x.org'))).json(), { erased: true }, 'tombstones still hold');
});

await t.test('requests of people in the org: retry, backfill, erasure, acknowledged with their progress', async (t) => {
  const s = await scene(t, { CONFIGURATION_POLL_SECONDS: '0.2' });
  s.org.outcome = (item) =>
    item.responseId === 'r1' && item.replay !== true
      ? { outcome: 'rejected', error: { code: 'X', message: 'x' } }
      : undefined;
  await s.send(...many(4));
  await settled(s.app, 4);
  const ask = (id: string, type: string, more: object = {}): void =>
    void s.org.requestsOfPeople.set(id, { id, kind: type, connection: null, responseId: null, ...more });
  ask('q1', 'retry', { responseId: 'r1' });
  ask('q2', 'erase', { responseId: 'r2', surveyId: 'feedback' });
  ask('q3', 'backfill_start', { connection: 'Contact_By_Email' });
  ask('q4', 'backfill_start', { connection: 'None' });
  ask('q5', 'from_the_future');
  const replies = await until(() => {
    const known = s.org.replies;
    return ['q1', 'q2', 'q3', 'q4'].every((id) => known.some((reply) => reply.id === id && reply.status !== 'running'))
      ? known
      : undefined;
  }, 'the acknowledgements');
  const last = (id: string) => replies.findLast((reply) => reply.id === id);
  t.match(last('q1'), { status: 'done', done: 1 });
  t.match(last('q2'), { status: 'done' });
  t.match(last('q3'), { status: 'done', message: 'completed' });
  t.match(last('q4'), { status: 'failed', message: /no active connection/ });
  t.equal(last('q5'), undefined);
  t.match((await settled(s.app, 1, '&responseId=r1'))[0], { state: 'synced' });
  t.same(await deliveries(s.app, '&responseId=r2'), []);
  t.ok(s.org.erased.includes('r2'));
});

await t.test('31. SOQL in an answer, a key or a mapping has no effect', async (t) => {
  const evil = "' OR Name LIKE '%'; drop table delivery; --";
  const s = await scene(t, {}, [
    contactConnection({
      fieldMappings: [
        ...contactConnection().fieldMappings,
        { name: 'e', field: evil, source: 'question', key: evil, required: false },
      ],
    }),
  ]);
  await s.send(sample(evil, `${evil}@x.org`, 0, { answers: { email: evil, last_name: evil, [evil]: evil } }));
  const [delivery] = await settled(s.app, 1);
  t.match(delivery, { state: 'synced', responseId: evil });
  t.equal(s.org.calls.flat()[0]?.values['Email'], evil, 'it travels as a value only');
  t.equal((await deliveries(s.app, `&survey=${encodeURIComponent(evil)}`)).length, 0);
});
