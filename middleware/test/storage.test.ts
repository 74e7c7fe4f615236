import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { AccountRepository } from '../src/accounts/repository.ts';
import { ConfigurationRepository } from '../src/configuration/repository.ts';
import { Planner } from '../src/delivery/planner.ts';
import { DeliveryRepository } from '../src/delivery/repository.ts';
import type { ClaimedDelivery } from '../src/delivery/repository.ts';
import { DELIVERY_STATES, REPLAYABLE, TRANSITIONS } from '../src/delivery/states.ts';
import type { ResponseEnvelope } from '../src/ingest/envelope.ts';
import { storeResponses } from '../src/ingest/repository.ts';
import { keyringFrom } from '../src/security/keyring.ts';
import type { Database } from '../src/storage/database.ts';
import { migrate } from '../src/storage/migrate.ts';
import { openStorage } from '../src/storage/open.ts';
import { openPGlite } from '../src/storage/pglite.ts';
import { WorkspaceRepository } from '../src/workspaces/repository.ts';
import { BackfillRepository } from '../src/backfill/repository.ts';
import { BackfillRunner } from '../src/backfill/runner.ts';
import { contactConnection } from './helpers/fake-org.ts';
import { preparedFolder, sample, temporaryFolder } from './helpers/harness.ts';
import { startPostgres } from './helpers/postgres.ts';

const KEYRING = keyringFrom(Buffer.alloc(32, 7).toString('base64'));

function response(id: string, email: string, minute = 0, changes = {}): ResponseEnvelope {
  return sample(id, email, minute, changes) as ResponseEnvelope;
}

const incoming = (envelope: ResponseEnvelope, workspaceId = 'a') => ({ workspaceId, surveyId: 'feedback', envelope });

/** A database with two workspaces and an account of the first whose org has one connection. */
async function populated(
  database: Database,
): Promise<{ accountId: number; deliveries: DeliveryRepository; planner: Planner; runner: BackfillRunner }> {
  const workspaces = new WorkspaceRepository(database, KEYRING);
  await workspaces.create({ id: 'a', name: 'A' });
  await workspaces.create({ id: 'b', name: 'B' });
  const accounts = new AccountRepository(database);
  const org = {
    workspaceId: 'a',
    organizationId: '00D1',
    environment: 'production' as const,
    instanceUrl: 'https://x.my.salesforce.com',
    userId: '005',
    username: 'u',
    organizationName: null,
  };
  const { id } = await accounts.connect(org, () => 'sealed');
  const configurations = new ConfigurationRepository(database);
  await configurations.save(id, { configVersion: 'v1', organizationId: '00D1', connections: [contactConnection()] });
  return {
    accountId: id,
    deliveries: new DeliveryRepository(database),
    planner: new Planner(database),
    runner: new BackfillRunner(database, new BackfillRepository(database), configurations),
  };
}

const ids = (claimed: ClaimedDelivery[]): string[] => claimed.map((delivery) => delivery.responseId);

/** Empties a database between tests: opening one takes longer than a test. */
async function emptied(database: Database): Promise<Database> {
  await database.query('truncate workspace cascade');
  return database;
}

/** The same tests on both storages. `open` gives an empty, migrated database, a new one when it is to be `spoilt`. */
async function storageSuite(t: Test, open: (t: Test, spoilt?: boolean) => Promise<Database>): Promise<void> {
  await t.test('migrations run once, are safe from several processes and refuse a changed file', async (t) => {
    const database = await open(t, true);
    t.same(await migrate(database), [], 'nothing is left to run');
    const folder = await temporaryFolder();
    t.teardown(() => {
      fs.rmSync(folder, { recursive: true });
    });
    const source = path.join(import.meta.dirname, '..', 'migrations');
    fs.cpSync(source, folder, { recursive: true });
    fs.writeFileSync(path.join(folder, '9001_more.sql'), 'create table more (id int); create table more2 (id int);');
    const runs = await Promise.all([1, 2, 3].map(() => migrate(database, folder)));
    t.same(runs.flat(), ['9001_more.sql'], 'one of three ran it');
    await t.rejects(migrate(database), /does not know/, 'an older program refuses the newer schema');
    fs.appendFileSync(path.join(folder, '9001_more.sql'), '-- changed');
    await t.rejects(migrate(database, folder), /was changed after it was applied/);
    fs.writeFileSync(path.join(folder, '9001_more.sql'), 'create table more (id int); create table more2 (id int);');
    fs.writeFileSync(path.join(folder, '9002_bad.sql'), 'create table half (id int); select wrong;');
    await t.rejects(migrate(database, folder));
    await t.rejects(database.query('select * from half'), 'a failed migration leaves nothing');
  });

  await t.test('responses: repeats, newer and older versions, in one write and over several', async (t) => {
    const database = await open(t);
    await populated(database);
    const first = response('r1', 'a@x.org', 1);
    t.same(
      await storeResponses(database, [
        incoming(first),
        incoming(first),
        incoming(response('r2', 'b@x.org', 1)),
        incoming(first, 'b'),
      ]),
      [
        { duplicate: false, superseded: false },
        { duplicate: true, superseded: false },
        { duplicate: false, superseded: false },
        { duplicate: false, superseded: false },
      ],
    );
    t.same(
      await storeResponses(database, [
        incoming(response('r1', 'a@x.org', 5)),
        incoming(response('r1', 'a@x.org', 3)),
        incoming(first),
      ]),
      [
        { duplicate: false, superseded: false },
        { duplicate: false, superseded: true },
        { duplicate: true, superseded: false },
      ],
    );
    t.same(
      await storeResponses(database, [incoming(response('r1', 'a@x.org', 4))]),
      [{ duplicate: false, superseded: true }],
      '6. an older one is recorded',
    );
    const { rows } = await database.query<{ version: number; planned: boolean }>(
      `select version, planned from response where workspace_id = 'a' and response_id = 'r1'`,
    );
    t.same(
      rows,
      [{ version: Date.parse('2026-11-23T12:05:00Z'), planned: false }],
      'the newest is kept, versions are numbers',
    );
    const recorded = await database.query<{ disposition: string }>(
      `select disposition from response_version where workspace_id = 'a' and response_id = 'r1' order by version`,
    );
    t.same(
      recorded.rows.map((row) => row.disposition),
      ['current', 'superseded', 'superseded', 'current'],
    );
  });

  await t.test('5. the same response 50 times at once is one row', async (t) => {
    const database = await open(t);
    await populated(database);
    const results = await Promise.all(
      Array.from({ length: 50 }, () => storeResponses(database, [incoming(response('r', 'a@x.org'))])),
    );
    t.equal(results.flat().filter((result) => !result.duplicate).length, 1);
    t.same((await database.query('select count(*)::int as n from response')).rows, [{ n: 1 }]);
  });

  await t.test('a transaction that fails leaves nothing and the next one works', async (t) => {
    const database = await open(t);
    await t.rejects(
      database.transaction(async (transaction) => {
        await transaction.query(`insert into workspace (id, name) values ('x', 'x')`);
        throw new Error('stop');
      }),
      /stop/,
    );
    t.same((await database.query(`select 1 from workspace where id = 'x'`)).rows, []);
    await database.transaction((transaction) =>
      transaction.query(`insert into workspace (id, name) values ('x', 'x')`),
    );
    t.equal((await database.query(`select 1 from workspace where id = 'x'`)).rows.length, 1);
  });

  await t.test('deliveries: order by lookup value, no overlap, fenced settlement', async (t) => {
    const database = await open(t);
    const { accountId, deliveries, planner } = await populated(database);
    await storeResponses(database, [
      incoming(response('late', 'Same@x.org ', 9)),
      incoming(response('early', 'same@X.org', 1)),
      incoming(response('middle', 'same@x.org', 5)),
      incoming(response('other', 'other@x.org', 3)),
      incoming(response('blank', '', 2)),
      incoming(response('screened', 'z@x.org', 2, { status: 'disqualified' })),
    ]);
    t.equal(await planner.planNew(), 6);
    t.equal(await planner.planNew(), 0, 'planning is done once');
    t.same(await deliveries.dueAccounts(), [accountId]);
    const skipped = (await deliveries.list('a', { state: 'skipped', limit: 10 }))[0];
    t.equal(skipped?.responseId, 'screened');
    t.match(skipped?.reason, /"code":"status"/);

    const one = await deliveries.claim(accountId, 'L1', 60_000, 2);
    t.same(ids(one), ['early', 'blank'], 'oldest first');
    const two = await deliveries.claim(accountId, 'L2', 60_000, 10);
    t.same(ids(two), ['other'], 'the same lookup value is under way, so its followers wait');

    t.equal(
      await deliveries.settle('L2', [{ id: one[0]!.id, to: 'synced', outcome: 'created' }]),
      0,
      'another lease settles nothing',
    );
    t.equal(
      await deliveries.settle('L1', [
        { id: one[0]!.id, to: 'pending', delay: 60_000, failed: true, error: { code: 'LOCK', message: 'm' } },
        { id: one[1]!.id, to: 'synced', outcome: 'created', recordId: '003' },
      ]),
      2,
    );
    t.equal(
      await deliveries.settle('L1', [{ id: one[1]!.id, to: 'rejected', outcome: 'rejected' }]),
      0,
      'a settled delivery stays settled',
    );
    t.same(
      await deliveries.claim(accountId, 'L3', 60_000, 10),
      [],
      'an earlier one waits for its retry, so its followers wait',
    );
    await database.query(`update delivery set available_at = now() where response_id = 'early'`);
    t.same(ids(await deliveries.claim(accountId, 'L4', 60_000, 10)), ['early', 'middle', 'late'], 'then all in order');
    t.match((await deliveries.list('a', { responseId: 'early', limit: 1 }))[0], { attempts: 2, failures: 1 });

    await database.query(`update delivery set lease_until = now() - interval '1 second' where lease_id = 'L4'`);
    t.equal(await deliveries.releaseExpired(), 3, 'a dead process is taken over');
    t.equal(await deliveries.renew('L4', 1000), false, 'its lease is gone');
    t.equal(await deliveries.releaseExpired(true), 1, 'a single process takes over at once what has not run out');
  });

  await t.test('a newer version ends the open delivery of the older', async (t) => {
    const database = await open(t);
    const { accountId, deliveries, planner } = await populated(database);
    await storeResponses(database, [incoming(response('r', 'a@x.org', 1, { status: 'partial' }))]);
    await planner.planNew();
    await storeResponses(database, [incoming(response('r', 'a@x.org', 2))]);
    await planner.planNew();
    const list = await deliveries.list('a', { limit: 10 });
    t.same(
      list.map((delivery) => [delivery.state, delivery.outcome]),
      [
        ['pending', null],
        ['skipped', 'superseded'],
      ],
    );
    t.equal((await deliveries.claim(accountId, 'L', 1000, 10)).length, 1);
  });

  await t.test('workspaces do not see each other', async (t) => {
    const database = await open(t);
    const { deliveries, planner, accountId } = await populated(database);
    await storeResponses(database, [incoming(response('r', 'a@x.org')), incoming(response('foreign', 'f@x.org'), 'b')]);
    await planner.planNew();
    const own = await deliveries.list('a', { limit: 10 });
    t.same(
      own.map((delivery) => delivery.responseId),
      ['r'],
      'the response of B does not reach the account of A',
    );
    t.same(await deliveries.list('b', { limit: 10 }), []);
    t.equal(await deliveries.find('b', own[0]!.id), undefined);
    t.equal(await deliveries.replay('b', own[0]!.id), false);
    t.equal(await new AccountRepository(database).find('b', accountId), undefined);
  });

  await t.test('a connection that becomes active goes through the stored responses, page by page', async (t) => {
    const database = await open(t);
    const { accountId, deliveries, planner, runner } = await populated(database);
    await storeResponses(
      database,
      Array.from({ length: 450 }, (_, index) => incoming(response(`r${index}`, `p${index}@x.org`))),
    );
    const configurations = new ConfigurationRepository(database);
    while ((await planner.planNew()) > 0);
    while (await runner.turn());
    t.equal((await deliveries.list('a', { limit: 1000 })).length, 450, 'new and stored meet without doubles');
    const second = contactConnection({ name: 'Second', active: false });
    await configurations.save(accountId, {
      configVersion: 'v2',
      organizationId: '00D1',
      connections: [contactConnection(), second],
    });
    t.equal(await runner.turn(), false, 'an inactive connection takes nothing');
    await configurations.save(accountId, {
      configVersion: 'v3',
      organizationId: '00D1',
      connections: [contactConnection(), { ...second, active: true }],
    });
    while (await runner.turn());
    t.equal((await deliveries.list('a', { connection: 'Second', limit: 1000 })).length, 450);
  });

  await t.test('secrets: sealed, several at once, an expired one is gone', async (t) => {
    const database = await open(t);
    const workspaces = new WorkspaceRepository(database, KEYRING);
    await workspaces.create({ id: 'a', name: 'A' });
    await workspaces.setWebhookSecret('a', 'old', 'whsec_old', new Date(Date.now() + 1000));
    await workspaces.setWebhookSecret('a', 'new', 'whsec_new');
    t.same((await workspaces.webhookSecrets('a', new Date()))?.secrets, ['whsec_new', 'whsec_old']);
    t.same((await workspaces.webhookSecrets('a', new Date(Date.now() + 2000)))?.secrets, ['whsec_new']);
    t.equal(await workspaces.webhookSecrets('none', new Date()), undefined);
    t.notMatch(
      JSON.stringify((await database.query('select * from webhook_secret')).rows),
      /whsec_/,
      'not in plain text',
    );
    await workspaces.addApiKey('a', 'fbk_secret');
    t.equal((await workspaces.byApiKey('fbk_secret'))?.id, 'a');
    t.equal(await workspaces.byApiKey('fbk_other'), undefined);
    t.notMatch(JSON.stringify((await database.query('select * from api_key')).rows), /fbk_/);
  });
}

t.setTimeout(180_000);

await t.test('PGlite', async (t) => {
  const openNew = async (t: Test): Promise<Database> => {
    const folder = await preparedFolder();
    const database = await openPGlite(folder);
    t.teardown(async () => {
      await database.close();
      fs.rmSync(folder, { recursive: true, force: true });
    });
    return database;
  };
  const shared = await openNew(t);
  await storageSuite(t, (t, spoilt) => (spoilt === true ? openNew(t) : emptied(shared)));
});

const postgres = await startPostgres();
await t.test('PostgreSQL', { skip: typeof postgres === 'string' ? postgres : false }, async (t) => {
  if (typeof postgres === 'string') return;
  t.teardown(() => postgres.stop());
  let number = 0;
  await storageSuite(t, async (t) => {
    const databaseUrl = await postgres.createDatabase(`storage_${(number += 1)}`);
    const database = await openStorage({ databaseUrl, dataFolder: '', onIdleError: () => undefined });
    t.teardown(() => database.close());
    return database;
  });

  await t.test('27. several processes claim at once: nothing twice, no lookup value in two batches', async (t) => {
    const databaseUrl = await postgres.createDatabase('claims');
    const open = (): Promise<Database> => openStorage({ databaseUrl, dataFolder: '', onIdleError: () => undefined });
    const processes = await Promise.all([open(), open(), open()]);
    t.teardown(() => Promise.all(processes.map((database) => database.close())));
    const { accountId, planner } = await populated(processes[0]);
    await storeResponses(
      processes[0],
      Array.from({ length: 300 }, (_, index) => incoming(response(`r${index}`, `p${index % 20}@x.org`, index))),
    );
    while ((await planner.planNew()) > 0);
    const open_ = new Map<string, string>();
    const done: string[] = [];
    const order = new Map<string, number[]>();
    let overlaps = 0;
    await Promise.all(
      processes.map(async (database, process) => {
        const repository = new DeliveryRepository(database);
        for (let round = 0; done.length < 300 && round < 2000; round += 1) {
          const lease = `${process}-${round}`;
          const claimed = await repository.claim(accountId, lease, 60_000, 7);
          for (const delivery of claimed) {
            const holder = open_.get(delivery.lookupKey);
            if (holder !== undefined && holder !== lease) overlaps += 1;
            open_.set(delivery.lookupKey, lease);
          }
          await new Promise((resolve) => setTimeout(resolve, 2));
          for (const delivery of claimed) {
            open_.delete(delivery.lookupKey);
            done.push(delivery.responseId);
            order.set(delivery.lookupKey, [...(order.get(delivery.lookupKey) ?? []), delivery.version]);
          }
          await repository.settle(
            lease,
            claimed.map(({ id }) => ({ id, to: 'synced', outcome: 'created' })),
          );
        }
      }),
    );
    t.equal(overlaps, 0);
    t.equal(done.length, 300);
    t.equal(new Set(done).size, 300);
    for (const versions of order.values())
      t.same(
        versions,
        [...versions].sort((a, b) => a - b),
        'in order of time',
      );
  });

  await t.test('three processes start on an empty database at once', async (t) => {
    const databaseUrl = await postgres.createDatabase('starts');
    const started = await Promise.all(
      [1, 2, 3].map(() => openStorage({ databaseUrl, dataFolder: '', onIdleError: () => undefined })),
    );
    t.same((await started[0]!.query('select count(*)::int as n from schema_migration')).rows, [
      { n: fs.readdirSync(path.join(import.meta.dirname, '..', 'migrations')).length },
    ]);
    await Promise.all(started.map((database) => database.close()));
  });
});

await t.test('PGlite: a commit is on disk before it is answered', async (t) => {
  const folder = await preparedFolder();
  const database = await openPGlite(folder);
  t.teardown(async () => {
    await database.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  t.match((await database.query('show fsync')).rows, [{ fsync: 'on' }]);
  for (let index = 0; index < 5; index += 1) {
    const before = database.syncs();
    await database.query('insert into workspace (id, name) values ($1, $1)', [`w${index}`]);
    t.ok(database.syncs() > before, 'each commit reached fsync');
  }
  const before = database.syncs();
  await database.query('select 1');
  t.equal(database.syncs(), before, 'a read needs none');
});

await t.test('PGlite: a folder belongs to one process; the lock of a killed one is taken over', async (t) => {
  const folder = await preparedFolder();
  t.teardown(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const database = await openPGlite(folder);
  await t.rejects(openPGlite(folder), /in use by process \d+/);
  await database.close();

  const script = `import { openPGlite } from '${path.join(import.meta.dirname, '../src/storage/pglite.ts')}';
    const database = await openPGlite(process.argv[1]);
    await database.query("insert into workspace (id, name) values ('survivor', 'x')");
    process.stdout.write('ready');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await t.rejects(openPGlite(folder), new RegExp(`in use by process ${child.pid}`), 'a living process keeps it');
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  const again = await openPGlite(folder);
  t.equal((await again.query(`select 1 from workspace where id = 'survivor'`)).rows.length, 1, 'its commit is there');
  await again.close();
  t.same(
    fs.readdirSync(folder).filter((name) => name.includes('lock')),
    [],
    'no lock file is left',
  );
});

await t.test('only what the table of states allows can be replayed', async (t) => {
  t.same(REPLAYABLE, ['rejected', 'dead']);
  t.same(Object.keys(TRANSITIONS).sort(), [...DELIVERY_STATES].sort());
});
