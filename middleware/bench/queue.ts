/**
 * What docs/adr/0010 decides on: can pg-boss 12 keep the invariants of delivery, and what does each queue cost?
 * Run: node bench/queue.ts (needs PostgreSQL on the machine or TEST_DATABASE_URL).
 */
import { PgBoss } from 'pg-boss';
import { AccountRepository } from '../src/accounts/repository.ts';
import { ConfigurationRepository } from '../src/configuration/repository.ts';
import { Planner } from '../src/delivery/planner.ts';
import { DeliveryRepository } from '../src/delivery/repository.ts';
import type { ResponseEnvelope } from '../src/ingest/envelope.ts';
import { storeResponses } from '../src/ingest/repository.ts';
import { keyringFrom } from '../src/security/keyring.ts';
import { openStorage } from '../src/storage/open.ts';
import { WorkspaceRepository } from '../src/workspaces/repository.ts';
import { contactConnection } from '../test/helpers/fake-org.ts';
import { sample } from '../test/helpers/harness.ts';
import { startPostgres } from '../test/helpers/postgres.ts';

const DELIVERIES = 4000;
const BATCH = 200;

const findings: { question: string; pgBoss: string; ownTables: string }[] = [];
const server = await startPostgres();
if (typeof server === 'string') throw new Error(server);

const boss = new PgBoss({
  connectionString: await server.createDatabase('bench_boss'),
  supervise: false,
  schedule: false,
});
boss.on('error', () => undefined);
await boss.start();
const storage = await openStorage({
  databaseUrl: await server.createDatabase('bench_own'),
  dataFolder: '',
  onIdleError: () => undefined,
});
const workspaces = new WorkspaceRepository(storage, keyringFrom(Buffer.alloc(32, 1).toString('base64')));
await workspaces.create({ id: 'a', name: 'A' });
const { id: accountId } = await new AccountRepository(storage).connect(
  {
    workspaceId: 'a',
    organizationId: '00D1',
    environment: 'production',
    instanceUrl: 'https://x.my.salesforce.com',
    userId: 'u',
    username: 'u',
    organizationName: null,
  },
  () => 'sealed',
);
const configurations = new ConfigurationRepository(storage);
await configurations.save(accountId, {
  configVersion: 'v',
  organizationId: '00D1',
  connections: [contactConnection()],
});
const planner = new Planner(storage);
const deliveries = new DeliveryRepository(storage);

const enqueueOwn = async (bodies: ReturnType<typeof sample>[]): Promise<void> => {
  for (let from = 0; from < bodies.length; from += 256) {
    await storeResponses(
      storage,
      bodies
        .slice(from, from + 256)
        .map((body) => ({ workspaceId: 'a', surveyId: 'feedback', envelope: body as ResponseEnvelope })),
    );
  }
  while ((await planner.planNew()) > 0);
};
const settleOwn = (lease: string, ids: number[]): Promise<number> =>
  deliveries.settle(
    lease,
    ids.map((id) => ({ id, to: 'synced', outcome: 'created' })),
  );
const fifo = async (name: string): Promise<void> => {
  await boss.createQueue(name, { policy: 'key_strict_fifo', retryLimit: 3, retryDelay: 0, expireInSeconds: 1 });
};
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

// 1. A worker whose lease ran out settles what another worker has fetched meanwhile.
{
  await fifo('fence');
  await boss.send('fence', {}, { singletonKey: 'k' });
  const [first] = await boss.fetch('fence');
  await sleep(1100);
  await boss.supervise('fence');
  const [second] = await boss.fetch('fence');
  if (first === undefined || second === undefined) throw new Error('pg-boss did not hand the job out twice');
  await boss.complete('fence', first.id);
  const settledByLate = (await boss.getJobById('fence', first.id))?.state === 'completed';
  await enqueueOwn([sample('fence', 'fence@x.org')]);
  const [mine] = await deliveries.claim(accountId, 'old', 1, 1);
  await sleep(20);
  await deliveries.releaseExpired();
  const [theirs] = await deliveries.claim(accountId, 'new', 60_000, 1);
  if (mine === undefined || theirs === undefined) throw new Error('The delivery was not handed out twice');
  const late = await settleOwn('old', [mine.id]);
  await settleOwn('new', [theirs.id]);
  findings.push({
    question: '1. late worker settles by id',
    pgBoss: `settles ${settledByLate ? 1 : 0} (fenced only where retryCount is passed)`,
    ownTables: `settles ${late}`,
  });
}

// 2. Order by the time of submission, whatever the order of arrival.
{
  await fifo('order');
  for (const name of ['submitted second', 'submitted first']) await boss.send('order', { name }, { singletonKey: 'k' });
  const [job] = await boss.fetch<{ name: string }>('order');
  await enqueueOwn([sample('submitted second', 'o@x.org', 9), sample('submitted first', 'o@x.org', 1)]);
  const [own] = await deliveries.claim(accountId, 'o', 60_000, 1);
  if (own !== undefined) await settleOwn('o', [own.id]);
  const [rest] = await deliveries.claim(accountId, 'o2', 60_000, 1);
  if (rest !== undefined) await settleOwn('o2', [rest.id]);
  findings.push({
    question: '2. first of a key',
    pgBoss: job?.data.name ?? 'none',
    ownTables: own?.responseId ?? 'none',
  });
}

// 3. How many fetches 60 jobs of 5 keys need at 50 a batch: each fetch is a call that the org counts.
{
  await fifo('keys');
  for (let index = 0; index < 60; index += 1) await boss.send('keys', {}, { singletonKey: `k${index % 5}` });
  let bossCalls = 0;
  for (
    let jobs = await boss.fetch('keys', { batchSize: 50 });
    jobs.length > 0;
    jobs = await boss.fetch('keys', { batchSize: 50 })
  ) {
    bossCalls += 1;
    await boss.complete('keys', jobs);
  }
  await enqueueOwn(Array.from({ length: 60 }, (_, index) => sample(`keys${index}`, `k${index % 5}@x.org`, index)));
  let ownCalls = 0;
  for (;;) {
    const claimed = await deliveries.claim(accountId, `k${ownCalls}`, 60_000, 50);
    if (claimed.length === 0) break;
    await settleOwn(
      `k${ownCalls}`,
      claimed.map((delivery) => delivery.id),
    );
    ownCalls += 1;
  }
  findings.push({ question: '3. calls for 60 jobs of 5 keys', pgBoss: String(bossCalls), ownTables: String(ownCalls) });
}

// 4. A dead job must not hold back the later ones of its key.
{
  await boss.createQueue('dead', { policy: 'key_strict_fifo', retryLimit: 0 });
  await boss.send('dead', {}, { singletonKey: 'k' });
  await boss.send('dead', {}, { singletonKey: 'k' });
  const [doomed] = await boss.fetch('dead');
  if (doomed !== undefined) await boss.fail('dead', doomed.id);
  const next = await boss.fetch('dead');
  await enqueueOwn([sample('dead1', 'd@x.org', 1), sample('dead2', 'd@x.org', 2)]);
  const [own] = await deliveries.claim(accountId, 'd', 60_000, 1);
  if (own !== undefined) await deliveries.settle('d', [{ id: own.id, to: 'dead', outcome: 'dead' }]);
  const after = await deliveries.claim(accountId, 'd2', 60_000, 1);
  await settleOwn(
    'd2',
    after.map((delivery) => delivery.id),
  );
  findings.push({
    question: '4. jobs of a key after a dead one',
    pgBoss: `${next.length} can go`,
    ownTables: `${after.length} can go`,
  });
}

// 5. An outage gives jobs back without using up an attempt.
{
  await fifo('outage');
  await boss.send('outage', {}, { singletonKey: 'k' });
  let rounds = 0;
  for (let jobs = await boss.fetch('outage'); jobs.length > 0 && rounds < 10; jobs = await boss.fetch('outage')) {
    await boss.fail('outage', jobs);
    rounds += 1;
  }
  await enqueueOwn([sample('outage', 'out@x.org')]);
  let ownRounds = 0;
  for (; ownRounds < 10; ownRounds += 1) {
    const [claimed] = await deliveries.claim(accountId, `out${ownRounds}`, 60_000, 1);
    if (claimed === undefined) break;
    await deliveries.settle(`out${ownRounds}`, [{ id: claimed.id, to: 'pending', delay: 0, failed: false }]);
  }
  const [last] = await deliveries.claim(accountId, 'out', 60_000, 1);
  await settleOwn('out', last === undefined ? [] : [last.id]);
  findings.push({
    question: '5. rounds of an outage survived (of 10)',
    pgBoss: `${rounds - 1} (fail counts each)`,
    ownTables: String(ownRounds),
  });
}

// 6. Rates: distinct keys, batches of 200, settled with an outcome.
{
  await fifo('rate');
  let started = performance.now();
  for (let from = 0; from < DELIVERIES; from += 256) {
    await boss.insert(
      'rate',
      Array.from({ length: Math.min(256, DELIVERIES - from) }, (_, index) => ({
        data: { id: from + index },
        singletonKey: `k${from + index}`,
      })),
    );
  }
  const bossIn = performance.now() - started;
  started = performance.now();
  for (
    let jobs = await boss.fetch('rate', { batchSize: BATCH });
    jobs.length > 0;
    jobs = await boss.fetch('rate', { batchSize: BATCH })
  ) {
    await boss.complete('rate', jobs);
  }
  const bossOut = performance.now() - started;
  const bodies = Array.from({ length: DELIVERIES }, (_, index) => sample(`rate${index}`, `rate${index}@x.org`, index));
  started = performance.now();
  await enqueueOwn(bodies);
  const ownIn = performance.now() - started;
  started = performance.now();
  let calls = 0;
  for (;;) {
    const claimed = await deliveries.claim(accountId, `r${calls}`, 60_000, BATCH);
    if (claimed.length === 0) break;
    await settleOwn(
      `r${calls}`,
      claimed.map((delivery) => delivery.id),
    );
    calls += 1;
  }
  const ownOut = performance.now() - started;
  const rate = (milliseconds: number): string => `${Math.round((DELIVERIES / milliseconds) * 1000)}/s`;
  findings.push({
    question: '6. in / out',
    pgBoss: `${rate(bossIn)} / ${rate(bossOut)}`,
    ownTables: `${rate(ownIn)} (stored, evaluated, planned) / ${rate(ownOut)}`,
  });
}

console.table(findings);
await boss.stop({ graceful: false });
await storage.close();
await server.stop();
