import t from 'tap';
import { answered, CLOSED, opened } from '../src/delivery/breaker.ts';
import { budgetOf } from '../src/delivery/budget.ts';
import { contactConnection } from './helpers/fake-org.ts';
import { API_KEY, deliveries, getJson, post, sample, settled, startApp, until } from './helpers/harness.ts';
import { coreError, many, scene, states } from './helpers/scene.ts';
import type { Scene } from './helpers/scene.ts';

t.setTimeout(240_000);

interface BackfillView {
  id: string;
  connection: string;
  origin: string;
  state: string;
  total: number;
  matching: number;
  lookedAt: number;
  queued: number;
  deliveries: Record<string, number>;
}

const backfills = async (s: Scene): Promise<BackfillView[]> =>
  (await getJson<{ items: BackfillView[] }>(s.app, '/v1/backfills')).items;

const call = (s: Scene, url: string, payload?: unknown, apiKey = API_KEY) =>
  s.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${apiKey}`, ...(payload ? { 'content-type': 'application/json' } : {}) },
    ...(payload ? { payload: JSON.stringify(payload) } : {}),
  });

/** The backfill of a connection once it is in a state. */
const inState = (s: Scene, connection: string, state: string): Promise<BackfillView> =>
  until(
    async () => (await backfills(s)).find((entry) => entry.connection === connection && entry.state === state),
    `${connection} ${state}`,
  );

await t.test('the budget is a share of the daily limit; backfill stops before live does', async (t) => {
  const rows: [use: Parameters<typeof budgetOf>[0], live: boolean, backfill: boolean][] = [
    [{ calls: 1000, used: null, limit: null, share: 50 }, true, true],
    [{ calls: 399, used: 500, limit: 1000, share: 50 }, true, true],
    [{ calls: 400, used: 500, limit: 1000, share: 50 }, true, false],
    [{ calls: 499, used: 600, limit: 1000, share: 50 }, true, false],
    [{ calls: 500, used: 600, limit: 1000, share: 50 }, false, false],
    [{ calls: 1, used: 981, limit: 1000, share: 50 }, false, false],
    [{ calls: 1, used: 979, limit: 1000, share: 100 }, true, true],
  ];
  for (const [use, live, backfill] of rows) t.match(budgetOf(use), { live, backfill }, JSON.stringify(use));
  t.equal(budgetOf({ calls: 0, used: 0, limit: 15_000, share: 20 }).calls, 3_000);
});

await t.test('the breaker waits longer with each outage and recovers in bursts that double', async (t) => {
  const policy = { base: 1000, max: 60_000, gap: 500 };
  let state = opened(CLOSED, policy, 1);
  t.match(state, { state: 'open', count: 1, wait: 1000 });
  for (let more = 0; more < 20; more += 1) state = opened(state, policy, 1);
  t.match(state, { state: 'open', count: 21, wait: 60_000 });
  const bursts: number[] = [];
  for (let step = answered(state, policy); step.state !== 'closed'; step = answered(step, policy)) {
    t.equal(step.wait, 500);
    bursts.push(step.burst);
  }
  t.same(bursts, [2, 4, 8, 16, 32, 64]);
  t.match(opened({ state: 'recovering', count: 3, burst: 8 }, policy, 1), { count: 4, burst: 1, wait: 8000 });
});

await t.test(
  '16. an outage: the breaker opens, no attempt is used up, the backlog drains in growing bursts',
  async (t) => {
    const s = await scene(t, { DELIVERY_MAX_FAILURES: '2' });
    const from = s.org.calls.length;
    s.org.fault = (_items, call) => (call - from < 6 ? coreError(503, 'SERVER_UNAVAILABLE') : undefined);
    await s.send(...many(150));
    const list = await settled(s.app, 150);
    t.same(states(list), { synced: 150 });
    t.ok(list.every((delivery) => delivery.failures === 0));
    const sizes = s.org.calls.slice(from).map((items) => items.length);
    t.same(sizes.slice(1, 6), [1, 1, 1, 1, 1], 'one response probes while the org is away');
    t.same(sizes.slice(6, 12), [1, 2, 4, 8, 16, 32], 'then bursts that double');
    t.match((await s.account()).breaker, { state: 'closed', until: null });
  },
);

await t.test('an API budget that is used up lets deliveries wait; nothing is lost', async (t) => {
  const s = await scene(t, { API_BUDGET_PERCENT: '1' });
  s.org.apiLimit = 1_000;
  let sent = 0;
  const account = await until(async () => {
    await s.send(sample(`b${sent}`, `b${sent}@x.org`, sent));
    sent += 1;
    const now = await s.account();
    return /budget/.test(now.pauseReason ?? '') ? now : undefined;
  }, 'the budget to end');
  t.match(account.apiUsage, { callsLastDay: 10, budget: 10, limit: 1_000, share: 1 });
  const put = (id: string, percent: number | null) =>
    s.app.inject({
      method: 'PUT',
      url: `/v1/accounts/${id}/api-budget`,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      payload: JSON.stringify({ percent }),
    });
  t.equal((await put('999', 5)).statusCode, 404);
  t.equal((await put(account.id, 101)).statusCode, 400);
  t.equal((await put(account.id, 2)).statusCode, 204);
  t.match((await s.account()).apiUsage, { share: 2, budget: 20 });
  t.equal((await put(account.id, null)).statusCode, 204);
  const calls = s.org.calls.length;
  await s.send(sample('waits', 'waits@x.org'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.equal(s.org.calls.length, calls);
  t.match((await deliveries(s.app, '&responseId=waits'))[0], { state: 'pending', failures: 0, attempts: 0 });
});

await t.test(
  '26. a backfill starts by itself, counts first, can be paused, resumed and cancelled; live goes first',
  async (t) => {
    const s = await scene(t);
    await s.send(...many(120, 'old'), sample('screened', 's@x.org', 0, { status: 'disqualified' }));
    await settled(s.app, 121);
    t.match(await inState(s, 'Contact_By_Email', 'completed'), { origin: 'activation' });

    // Slow calls of few responses, so that it can be caught under way.
    s.org.fault = (items) =>
      items.length > 5 ? { status: 413, body: { error: { code: 'TOO_MANY_ITEMS', message: '5 at most' } } } : undefined;
    s.org.delay = 30;
    s.org.configure([contactConnection(), contactConnection({ name: 'Second', object: 'Lead' })]);
    await s.send(sample('wakes', 'w@x.org'));
    const running = await until(
      async () => (await backfills(s)).find((entry) => entry.connection === 'Second' && entry.state === 'running'),
      'the second backfill',
    );
    t.match(running, { origin: 'activation', total: 122, matching: 121 }, 'counted before anything was sent');
    t.equal((await call(s, `/v1/backfills/${running.id}/pause`)).statusCode, 200);
    t.equal((await call(s, `/v1/backfills/${running.id}/pause`)).statusCode, 409);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const paused = await getJson<BackfillView>(s.app, `/v1/backfills/${running.id}`);
    const calls = s.org.calls.length;
    const live = sample('live', 'live@x.org', 59);
    await s.send(live);
    await settled(s.app, 2, '&responseId=live');
    t.match(paused, { state: 'paused' });
    t.ok((paused.deliveries['pending'] ?? 0) > 50, 'what is queued waits');
    t.ok(
      s.org.calls.slice(calls).every((items) => items.every((item) => item.responseId === 'live')),
      'only live responses are sent while it is paused',
    );
    await call(s, `/v1/backfills/${running.id}/resume`);
    // A live response overtakes the backfill; one with the lookup value of a queued one takes that along in order.
    const before = s.org.calls.length;
    await s.send(sample('overtakes', 'overtakes@x.org', 59), sample('same', 'old110@x.org', 180));
    await settled(s.app, 2, '&responseId=overtakes');
    await settled(s.app, 2, '&responseId=same');
    const taken = s.org.calls.slice(before).filter((items) => items.length <= 5); // the others were refused as too many
    const sent = taken.flat();
    const at = (id: string): number => sent.findIndex((item) => item.responseId === id && item.connection === 'Second');
    t.ok(at('overtakes') < 25, `live is early: ${at('overtakes')}`);
    t.ok(at('old110') >= 0 && at('old110') < at('same'), 'the same record in the order of time');
    s.org.delay = 0;
    s.org.fault = () => undefined;
    t.match(await inState(s, 'Second', 'completed'), { queued: 122 });
    t.equal((await call(s, `/v1/backfills/${running.id}/cancel`)).statusCode, 409);

    const again = await call(s, '/v1/backfills', { accountId: (await s.account()).id, connection: 'Second' });
    t.equal(again.statusCode, 201);
    t.match(await inState(s, 'Second', 'completed'), { queued: 0 }, 'what was delivered is not delivered again');
    t.equal((await call(s, '/v1/backfills', { accountId: '999', connection: 'Second' })).statusCode, 404);

    s.org.delay = 50;
    s.org.configure([contactConnection(), contactConnection({ name: 'Third', object: 'Lead' })]);
    await s.send(sample('wakes2', 'w2@x.org'));
    const third = await inState(s, 'Third', 'running');
    await until(
      async () => ((await call(s, `/v1/backfills/${third.id}/cancel`)).statusCode === 200 ? true : undefined),
      'x',
    );
    s.org.delay = 0;
    const end = await settled(s.app, 1, '&connection=Third');
    t.ok(end.some((delivery) => delivery.reason?.code === 'backfill_cancelled'));
    t.match(await inState(s, 'Third', 'cancelled'), { state: 'cancelled' });
  },
);

await t.test('26. a backfill whose process is stopped half way goes on without doubles', async (t) => {
  const s = await scene(t);
  await s.send(...many(90, 'old'));
  await settled(s.app, 90);
  s.org.delay = 40;
  s.org.fault = (items) =>
    items.length > 5 ? { status: 413, body: { error: { code: 'TOO_MANY_ITEMS', message: '5 at most' } } } : undefined;
  s.org.configure([contactConnection(), contactConnection({ name: 'Second', object: 'Lead' })]);
  await s.send(sample('wakes', 'w@x.org'));
  await until(async () => {
    const found = (await backfills(s)).find((entry) => entry.connection === 'Second');
    return (found?.deliveries['synced'] ?? 0) > 10 ? true : undefined;
  }, 'half of it');
  await s.app.close();
  s.org.fault = () => undefined;
  const next = await startApp({ org: s.org, folder: s.folder });
  t.teardown(() => next.close());
  t.equal((await settled(next.app, 91, '&connection=Second')).length, 91);
  t.ok([...s.org.log].filter(([key]) => key.startsWith('Second|')).every(([, row]) => row.times === 1));
  t.equal((await post(next.app, sample('after', 'after@x.org'))).statusCode, 202);
});
