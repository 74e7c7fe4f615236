import t from 'tap';
import type { DeliveryItem } from '../src/salesforce/contract.ts';
import { FakeOrg, contactConnection } from './helpers/fake-org.ts';
import { API_KEY, Browser, deliveries, getJson, post, sample, settled, startApp, until } from './helpers/harness.ts';
import type { DeliveryView } from './helpers/harness.ts';
import { accountsOf, coreError, many, problem, scene, states } from './helpers/scene.ts';

t.setTimeout(240_000);

await t.test('outcomes, batches, skips, repeats, versions', async (t) => {
  const consent = contactConnection({
    triggerConditions: [{ name: 'c', source: 'question', key: 'consent', operator: 'not_equals', values: ['no'] }],
  });
  const s = await scene(t, {}, [consent]);
  s.org.outcome = (item) => {
    if (item.values['Email'] === 'fallback@x.org') {
      return {
        outcome: 'created',
        droppedFields: [
          { field: 'Phone', label: 'Phone', code: 'STRING_TOO_LONG', message: 'Phone: data value too large' },
        ],
      };
    }
    if (item.values['Email'] === '')
      return { outcome: 'rejected', error: { code: 'BLANK_LOOKUP', message: 'The lookup value is blank' } };
    return item.values['Email'] === 'policy@x.org' ? { outcome: 'skipped' } : undefined;
  };
  await s.send(
    sample('ok', 'Ada@x.org', 1),
    sample('again', 'ada@X.org ', 2),
    sample('fallback', 'fallback@x.org'),
    sample('blank', ''),
    sample('policy', 'policy@x.org'),
    sample('status', 's@x.org', 0, { status: 'disqualified' }),
    sample('condition', 'c@x.org', 0, { answers: { email: 'c@x.org', consent: 'No' } }),
    ...many(250, 'bulk'),
  );
  const list = await settled(s.app, 257);
  const by = (responseId: string): DeliveryView => list.find((delivery) => delivery.responseId === responseId)!;
  t.match(by('ok'), { state: 'synced', outcome: 'created', recordId: /^003/ });
  t.match(by('again'), { state: 'synced', outcome: 'updated', recordId: by('ok').recordId! });
  t.match(by('fallback'), {
    state: 'synced_with_fallback',
    droppedFields: [{ field: 'Phone', code: 'STRING_TOO_LONG' }],
  });
  t.match(by('blank'), { state: 'rejected', error: { code: 'BLANK_LOOKUP' } });
  t.match(by('policy'), { state: 'skipped', outcome: 'skipped' });
  t.match(by('status'), { state: 'skipped', reason: { code: 'status' }, attempts: 0 });
  t.match(by('condition'), { state: 'skipped', reason: { code: 'condition', message: /consent/ }, attempts: 0 });
  t.equal(list.filter((delivery) => delivery.responseId.startsWith('bulk') && delivery.state === 'synced').length, 250);
  t.ok(s.org.calls.length < 20, `${s.org.calls.length} calls for 255 responses`);
  t.ok(s.org.calls.every((items) => items.length <= 200));
  t.match(
    s.org.calls.flat().find((item) => item.responseId === 'ok'),
    {
      values: { Email: 'Ada@x.org', LastName: 'Name ok', LeadSource: 'Web' },
      version: Date.parse('2026-11-23T12:01:00Z'),
    },
  );

  const repeat = await post(s.app, sample('ok', 'Ada@x.org', 1));
  t.match(repeat.json(), { duplicate: true });
  await s.send(sample('ok', 'Ada@x.org', 30, { answers: { email: 'Ada@x.org', last_name: 'Lovelace' } }));
  const versions = await until(async () => {
    const found = await settled(s.app, 2, '&responseId=ok');
    return found.length === 2 ? found : undefined;
  }, 'the second version');
  t.match(versions[0], { outcome: 'updated' });
  t.equal(s.org.log.get('Contact_By_Email|ok')?.times, 2, 'a repeat had no effect, a newer version had');

  await t.test('paging, filters, one delivery', async (t) => {
    const seen = new Set<string>();
    let cursor: string | null = '';
    let pages = 0;
    while (cursor !== null) {
      const page: { items: DeliveryView[]; nextCursor: string | null } = await getJson(
        s.app,
        `/v1/deliveries?limit=100${cursor ? `&cursor=${cursor}` : ''}`,
      );
      for (const item of page.items) seen.add(item.id);
      cursor = page.nextCursor;
      pages += 1;
    }
    t.equal(seen.size, 258);
    t.equal(pages, 3);
    t.equal((await deliveries(s.app, '&state=rejected')).length, 1);
    t.equal((await deliveries(s.app, '&survey=other')).length, 0);
    t.equal((await deliveries(s.app, '&connection=Contact_By_Email&state=skipped')).length, 3);
    t.match(await getJson(s.app, `/v1/deliveries/${by('blank').id}`), {
      responseId: 'blank',
      error: { code: 'BLANK_LOOKUP' },
    });
    const ask = (url: string, method: 'GET' | 'POST' = 'GET') =>
      s.app.inject({ method, url, headers: { authorization: `Bearer ${API_KEY}` } });
    t.match((await ask('/v1/deliveries/999999')).json(), { status: 404, code: 'delivery_not_found' });
    t.match((await ask('/v1/deliveries?cursor=abc')).json(), { status: 400, code: 'invalid_cursor' });
    t.match((await ask('/v1/deliveries?state=nope')).json(), { status: 400, code: 'invalid_request' });
    t.match((await ask(`/v1/deliveries/${by('ok').id}/replay`, 'POST')).json(), {
      status: 409,
      code: 'not_replayable',
    });
  });

  await t.test('a rejected delivery is replayed', async (t) => {
    s.org.outcome = () => undefined;
    const answer = await s.app.inject({
      method: 'POST',
      url: `/v1/deliveries/${by('blank').id}/replay`,
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    t.match(answer.json(), { state: 'pending' });
    t.equal(answer.statusCode, 202);
    t.match((await settled(s.app, 1, '&responseId=blank'))[0], { state: 'synced', error: null });
    t.equal(s.org.calls.at(-1)?.[0]?.replay, true);
  });
  t.equal(s.org.overlaps, 0);
});

await t.test('14. an answer that is cut, late or unreadable: sent again with the same key, one record', async (t) => {
  const s = await scene(t, { SALESFORCE_REQUEST_TIMEOUT_SECONDS: '0.3' });
  const faults = ['cut_after', 'half_answer', 'hang', 'html'] as const;
  for (const fault of faults) {
    const from = s.org.calls.length;
    s.org.fault = (_items, call) => (call === from ? fault : undefined);
    await s.send(sample(fault, `${fault}@x.org`));
    const [delivery] = await settled(s.app, 1, `&responseId=${fault}`);
    t.match(delivery, { state: 'synced', attempts: 2, failures: 1 }, fault);
    const [first, second] = s.org.calls.slice(from).map((items) => items[0]);
    t.same(first, second, 'the same item');
    t.equal(s.org.log.get(`Contact_By_Email|${fault}`)?.times, 1, 'one effect');
  }
  s.org.fault = () => 'cut_before';
  await s.send(sample('never', 'never@x.org'));
  t.match(
    (await settled(s.app, 1, '&responseId=never'))[0],
    { state: 'dead', failures: 4, error: { code: /./ } },
    'bounded',
  );
});

await t.test(
  '15. REQUEST_LIMIT_EXCEEDED, and 16. an outage: the account pauses, probes, resumes; nothing is used up',
  async (t) => {
    const s = await scene(t, { DELIVERY_MAX_FAILURES: '2' });
    const faults = [
      coreError(403, 'REQUEST_LIMIT_EXCEEDED'),
      coreError(503, 'SERVER_UNAVAILABLE'),
      { status: 502, body: 'Bad Gateway' },
      problem(403, 'NO_PERMISSION'),
      coreError(404, 'NOT_FOUND'),
    ];
    const from = s.org.calls.length;
    s.org.fault = (_items, call) => faults[call - from];
    await s.send(...many(30));
    const paused = await until(async () => {
      const account = await s.account();
      return account.pauseReason !== null || account.breaker.state === 'open' ? account : undefined;
    }, 'a pause');
    t.match(paused.pauseReason ?? paused.breaker.state, /limit|open|set_up/);
    const list = await settled(s.app, 30);
    t.same(states(list), { synced: 30 });
    t.ok(
      list.every((delivery) => delivery.failures === 0),
      'no failure was counted',
    );
    const sizes = s.org.calls.slice(from).map((items) => items.length);
    t.ok(
      sizes.slice(1, 5).every((size) => size === 1),
      `after a pause one response is the probe: ${sizes.join(' ')}`,
    );
    t.match(await s.account(), { state: 'connected', pauseReason: null });
  },
);

await t.test('an org that cannot be reached at all: deliveries wait without loss', async (t) => {
  const s = await scene(t);
  const { pid } = process;
  t.ok(pid);
  await s.org.stop();
  await s.send(sample('r', 'r@x.org'));
  await until(async () => ((await s.account()).breaker.state === 'open' ? true : undefined), 'the breaker');
  t.match((await deliveries(s.app))[0], { state: 'pending', failures: 0 });
});

await t.test('17. INVALID_SESSION_ID with many deliveries in flight: one refresh, all go on', async (t) => {
  const s = await scene(t);
  s.org.expireSessions();
  await s.send(...many(40));
  t.same(states(await settled(s.app, 40)), { synced: 40 });
  t.equal(s.org.tokenRequests.filter((form) => form.get('grant_type') === 'refresh_token').length, 1);
  s.org.expireSessions();
  await s.send(sample('second', 'second@x.org'));
  t.match(
    (await settled(s.app, 1, '&responseId=second'))[0],
    { state: 'synced' },
    'the rotated refresh token was kept',
  );
  t.equal(s.org.tokenRequests.filter((form) => form.get('grant_type') === 'refresh_token').length, 2);
  t.equal((await s.account()).state, 'connected');
});

await t.test('18. invalid_grant: reconnect required, deliveries wait, reconnecting drains them', async (t) => {
  const s = await scene(t);
  s.org.revokeGrant();
  await s.send(sample('waits', 'w@x.org'));
  await until(
    async () => ((await s.account()).state === 'reconnect_required' ? true : undefined),
    'reconnect required',
  );
  t.match((await s.browser.get('/accounts')).body, /Reconnect required/);
  t.match((await deliveries(s.app))[0], { state: 'pending', failures: 0 });
  const requests = s.org.tokenRequests.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.equal(s.org.tokenRequests.length, requests, 'the dead grant is left alone');
  await s.browser.connect();
  t.match((await settled(s.app, 1))[0], { state: 'synced' });
  t.equal((await accountsOf(s)).length, 1, 'the same account');
});

await t.test(
  '19. a rotation that dies between receipt and save: no loop on the old token, reconnect is shown',
  async (t) => {
    const s = await scene(t);
    s.org.expireSessions();
    s.org.tokenFault = () => 'cut_after';
    await s.send(sample('r', 'r@x.org'));
    await until(() => (s.org.tokenRequests.length > 1 ? true : undefined), 'the refresh that is cut');
    s.org.tokenFault = () => undefined;
    await until(
      async () => ((await s.account()).state === 'reconnect_required' ? true : undefined),
      'reconnect required',
    );
    const requests = s.org.tokenRequests.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    t.equal(s.org.tokenRequests.length, requests);
    await s.browser.connect();
    t.match((await settled(s.app, 1))[0], { state: 'synced', failures: 0 });
  },
);

await t.test('a token endpoint that is down for a moment does not lose the account', async (t) => {
  const s = await scene(t);
  s.org.expireSessions();
  let refusals = 0;
  s.org.tokenFault = () =>
    (refusals += 1) <= 2 ? { status: 503, body: { error: 'temporarily_unavailable' } } : undefined;
  await s.send(sample('r', 'r@x.org'));
  t.match((await settled(s.app, 1))[0], { state: 'synced', failures: 0 });
  t.equal(refusals, 3);
  t.equal((await s.account()).state, 'connected');
});

await t.test('20. UNABLE_TO_LOCK_ROW on 3 of a batch: only those are sent again', async (t) => {
  const s = await scene(t);
  const locked = new Set(['r1', 'r4', 'r7']);
  const refusedOnce = new Set<string>();
  s.org.outcome = (item) => {
    if (!locked.has(item.responseId) || refusedOnce.has(item.responseId)) return undefined;
    refusedOnce.add(item.responseId);
    return {
      outcome: 'retryable',
      error: { code: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain exclusive access' },
    };
  };
  await s.send(...many(10));
  const list = await settled(s.app, 10);
  t.same(states(list), { synced: 10 });
  const sent = s.org.calls.flat().map((item) => item.responseId);
  t.same(sent.filter((id) => !locked.has(id)).length, 7, 'the others went once');
  t.same(
    list
      .filter((delivery) => delivery.failures > 0)
      .map((delivery) => delivery.responseId)
      .sort(),
    [...locked],
  );
});

await t.test('21. a poison record is isolated by bisection, the others are delivered', async (t) => {
  const s = await scene(t);
  const poison = (code: number, name: string) => (items: DeliveryItem[]) =>
    items.some((item) => item.responseId === 'r17') ? problem(code, name) : undefined;
  s.org.delay = 5;
  s.org.fault = poison(400, 'MALFORMED_REQUEST');
  await s.send(...many(40));
  const list = await settled(s.app, 40);
  t.same(states(list), { synced: 39, dead: 1 });
  t.match(
    list.find((delivery) => delivery.state === 'dead'),
    { responseId: 'r17', error: { code: 'MALFORMED_REQUEST' }, failures: 1 },
  );
  t.ok(s.org.calls.length < 25, `${s.org.calls.length} calls`);
  s.org.fault = poison(500, 'INTERNAL_ERROR');
  const dead = list.find((delivery) => delivery.state === 'dead')!;
  await s.app.inject({
    method: 'POST',
    url: `/v1/deliveries/${dead.id}/replay`,
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  await s.send(...many(10, 'more'));
  const again = await settled(s.app, 50);
  t.match(
    again.find((delivery) => delivery.state === 'dead'),
    { responseId: 'r17', error: { code: 'INTERNAL_ERROR', message: /c-1/ } },
    'a 5xx alone is tried again, then dead',
  );
  t.equal(again.filter((delivery) => delivery.state === 'synced').length, 49);
});

await t.test('an org that fails for everything is paused, not bisected to death', async (t) => {
  const s = await scene(t);
  s.org.fault = () => problem(500, 'INTERNAL_ERROR');
  await s.send(...many(40));
  await until(async () => ((await s.account()).breaker.state === 'open' ? true : undefined), 'the breaker');
  t.ok((await deliveries(s.app)).filter((delivery) => delivery.state === 'pending').length >= 36);
  s.org.fault = () => undefined;
  t.same(states(await settled(s.app, 40)), { synced: 40 });
});

await t.test(
  'deferred items go at once in a smaller batch; 413 shrinks; an omitted outcome is sent again',
  async (t) => {
    const s = await scene(t);
    let budget = 4;
    let left = 0;
    s.org.fault = () => {
      left = budget;
      return undefined;
    };
    s.org.outcome = () => (left-- > 0 ? undefined : { outcome: 'deferred' });
    await s.send(...many(20));
    const list = await settled(s.app, 20);
    t.same(states(list), { synced: 20 });
    t.ok(list.every((delivery) => delivery.failures === 0));
    t.ok(s.org.calls.slice(1).every((items) => items.length <= 20));
    budget = 1000;
    s.org.outcome = () => undefined;
    s.org.fault = (items) => (items.length > 3 ? problem(413, 'TOO_MANY_ITEMS') : undefined);
    await s.send(...many(12, 'big'));
    t.equal((await settled(s.app, 32)).filter((delivery) => delivery.state === 'synced').length, 32);
    s.org.fault = () => undefined;
    const from = s.org.calls.length;
    s.org.outcome = (item) =>
      item.responseId === 'odd' && s.org.calls.length === from + 1 ? { outcome: 'no_such_outcome' } : undefined;
    await s.send(sample('odd', 'odd@x.org'));
    t.match((await settled(s.app, 1, '&responseId=odd'))[0], { state: 'synced', failures: 1 });
  },
);

await t.test('configuration: refetched on 409, remapped, deactivated, first activated', async (t) => {
  const s = await scene(t);
  const before = (await s.account()).configVersion;
  s.org.configure([
    contactConnection({
      fieldMappings: [
        ...contactConnection().fieldMappings,
        { name: 'm4', field: 'Description', source: 'metadata', key: 'responseId', required: false },
      ],
    }),
  ]);
  await s.send(sample('remapped', 'm@x.org'));
  t.match((await settled(s.app, 1))[0], { state: 'synced', failures: 0 });
  t.match(s.org.calls.at(-1)?.[0]?.values, { Description: 'remapped' });
  t.not((await s.account()).configVersion, before);

  // The stored response is delivered to a connection that becomes active for the first time.
  s.org.configure([contactConnection(), contactConnection({ name: 'Second', object: 'Lead' })]);
  await s.send(sample('later', 'l@x.org'));
  const second = await settled(s.app, 2, '&connection=Second');
  t.same(second.map((delivery) => delivery.responseId).sort(), ['later', 'remapped']);

  // Deactivated while a delivery waits: it is skipped, not sent.
  s.org.configure([contactConnection({ active: false })]);
  await s.send(sample('inactive', 'i@x.org'));
  const skipped = await settled(s.app, 2, '&responseId=inactive');
  t.same(skipped.map((delivery) => [delivery.connection, delivery.state, delivery.reason?.code]).sort(), [
    ['Contact_By_Email', 'skipped', 'connection_inactive'],
    ['Second', 'skipped', 'connection_removed'],
  ]);
});

await t.test('the configuration is polled with If-None-Match', async (t) => {
  const s = await scene(t, { CONFIGURATION_POLL_SECONDS: '0.1' });
  const asked = s.org.configurationRequests;
  await until(() => (s.org.configurationRequests > asked + 2 ? true : undefined), 'polls');
  const last = s.org.requests.findLast((request) => request.path.endsWith('/configuration'));
  t.equal(last?.headers['if-none-match'], `"${s.org.configuration.configVersion}"`);
  s.org.configure([contactConnection({ label: 'Changed' })]);
  await until(
    async () => ((await s.account()).configVersion === s.org.configuration.configVersion ? true : undefined),
    'the new version',
  );
});

await t.test(
  'responses stored before an account is connected are delivered then; several surveys and accounts stay apart',
  async (t) => {
    const org = await new FakeOrg(undefined, [contactConnection()]).start();
    const harness = await startApp({ org });
    t.teardown(async () => {
      await harness.close();
      await org.stop();
    });
    for (const body of many(5)) t.equal((await post(harness.app, body)).statusCode, 202);
    t.equal(
      (await post(harness.app, sample('x', 'x@x.org'), { survey: 'never-heard-of' })).statusCode,
      202,
      'an unknown survey is stored',
    );
    t.same(await deliveries(harness.app), []);
    await (await new Browser(harness.app).signIn()).connect();
    t.same(states(await settled(harness.app, 5)), { synced: 5 });
    t.equal(org.records.size, 5);
  },
);

await t.test('25. another org connected while deliveries are queued: nothing reaches the wrong one', async (t) => {
  const s = await scene(t);
  s.org.fault = () => coreError(503, 'SERVER_UNAVAILABLE');
  await s.send(sample('for-first', 'f@x.org'));
  await until(async () => ((await s.account()).breaker.state === 'open' ? true : undefined), 'the breaker');
  const answer = await s.browser.submit('/accounts', `/accounts/${(await s.account()).id}/disconnect`, {});
  t.equal(answer.statusCode, 303);
  t.equal(s.org.revoked.length, 1, 'the grant is revoked');
  t.match(await s.account(), { state: 'disconnected' });
  // The login server now signs in to another org.
  const calls = s.org.calls.length;
  (s.org as { organizationId: string }).organizationId = '00D000000000002AAA';
  s.org.configure([contactConnection({ name: 'Other_Org' })]);
  s.org.fault = () => undefined;
  await s.browser.connect();
  const list = await accountsOf(s);
  t.same(
    list.map((account) => [account.organizationId, account.state]),
    [
      ['00D000000000001AAA', 'disconnected'],
      ['00D000000000002AAA', 'connected'],
    ],
  );
  t.match(
    (await settled(s.app, 1, '&connection=Other_Org'))[0],
    { state: 'synced' },
    'the stored response is delivered by the rules of the second',
  );
  t.ok(
    s.org.calls
      .slice(calls)
      .flat()
      .every((item) => item.connection === 'Other_Org'),
    'what was queued for the first is not sent',
  );
  t.match((await deliveries(s.app, '&connection=Contact_By_Email'))[0], { state: 'pending' });
  // Back at the first org its queue goes on.
  (s.org as { organizationId: string }).organizationId = '00D000000000001AAA';
  s.org.configure([contactConnection()]);
  await s.browser.connect();
  t.match((await settled(s.app, 1, '&connection=Contact_By_Email'))[0], { state: 'synced' });
});
