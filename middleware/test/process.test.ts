import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { FakeOrg, contactConnection } from './helpers/fake-org.ts';
import {
  API_KEY,
  Browser,
  preparedFolder,
  sample,
  siteAt,
  temporaryFolder,
  testEnvironment,
  until,
} from './helpers/harness.ts';
import type { DeliveryView } from './helpers/harness.ts';
import { startPostgres } from './helpers/postgres.ts';

t.setTimeout(240_000);

const SERVER = path.join(import.meta.dirname, '..', 'src', 'server.ts');

/** The real server as a process. */
class ServerProcess {
  readonly origin: string;
  output = '';
  exit: Promise<{ code: number | null; signal: string | null }>;
  readonly child: ChildProcess;

  constructor(origin: string, environment: Record<string, string>) {
    this.origin = origin;
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(process.execPath, [SERVER], {
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.exit = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve({ code, signal })));
  }

  async ready(): Promise<this> {
    await until(() => {
      if (this.child.exitCode !== null) throw new Error(this.output);
      return this.output.includes('Server listening') ? true : undefined;
    }, 'the server');
    return this;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<{ code: number | null; signal: string | null }> {
    this.child.kill(signal);
    return this.exit;
  }

  /** @returns the status, or undefined when the connection was cut */
  async post(body: unknown): Promise<number | undefined> {
    try {
      const answer = await fetch(`${this.origin}/v1/surveys/feedback/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${API_KEY}` },
        body: JSON.stringify(body),
      });
      await answer.text();
      return answer.status;
    } catch {
      return undefined;
    }
  }

  async deliveries(): Promise<DeliveryView[]> {
    const answer = await fetch(`${this.origin}/v1/deliveries?limit=500`, {
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    if (answer.status === 503) return []; // too busy on a slow machine: asked again
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { items: DeliveryView[] }).items;
  }

  async settled(count: number): Promise<DeliveryView[]> {
    return until(async () => {
      const list = await this.deliveries();
      return list.length >= count && list.every((delivery) => !['pending', 'delivering'].includes(delivery.state))
        ? list
        : undefined;
    }, `${count} settled deliveries`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface World {
  org: FakeOrg;
  environment: Record<string, string>;
  start(extra?: Record<string, string>): Promise<ServerProcess>;
}

async function world(t: Test, databaseUrl?: string): Promise<World> {
  const org = await new FakeOrg(undefined, [contactConnection()]).start();
  const folder = databaseUrl === undefined ? await preparedFolder() : await temporaryFolder();
  const running: ServerProcess[] = [];
  const environment = {
    ...testEnvironment(folder, org),
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  };
  t.teardown(async () => {
    for (const server of running) await server.kill();
    await org.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    org,
    environment,
    start: async (extra = {}) => {
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      const server = new ServerProcess(origin, { ...environment, PORT: String(port), PUBLIC_URL: origin, ...extra });
      running.push(server);
      return server.ready();
    },
  };
}

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => sample(`r${index}`, `p${index % 200}@x.org`, index));

/** Each response has exactly one record, one log row, one settled delivery. */
function checkLedger(t: Test, org: FakeOrg, list: DeliveryView[], count: number): void {
  t.equal(list.length, count, 'one delivery each');
  t.ok(
    list.every((delivery) => delivery.state === 'synced'),
    'all synced',
  );
  t.equal(org.log.size, count, 'one log row each');
  t.ok(
    [...org.log.values()].every((row) => row.times === 1),
    'no effect happened twice',
  );
  t.equal(org.records.size, Math.min(count, 200), 'one record for each lookup value');
  t.equal(org.overlaps, 0, 'no lookup value in two calls at once');
}

await t.test('1, 2 and 13. kill -9 while responses come in and while a batch is committed in the org', async (t) => {
  const { org, start } = await world(t);
  const first = await start();
  await (await new Browser(siteAt(first.origin)).signIn()).connect();
  // The process dies when the org has saved the second batch, before it can answer.
  org.fault = (_items, call) => {
    if (call === 1) setTimeout(() => first.child.kill('SIGKILL'), 0);
    return undefined;
  };
  org.delay = 20;
  const bodies = many(250);
  const acknowledged = new Set<string>();
  const queue = [...bodies];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let body = queue.shift(); body !== undefined; body = queue.shift()) {
        if ((await first.post(body)) === 202) acknowledged.add(body.responseId);
      }
    }),
  );
  await first.exit;
  t.ok(acknowledged.size > 0, `${acknowledged.size} of 250 were acknowledged before the kill`);
  org.fault = () => undefined;
  org.delay = 0;
  const second = await start();
  await until(async () => {
    const ids = new Set((await second.deliveries()).map((delivery) => delivery.responseId));
    return [...acknowledged].every((id) => ids.has(id)) ? true : undefined;
  }, 'every acknowledged response');
  for (const body of bodies)
    if (!acknowledged.has(body.responseId)) t.equal(await second.post(body), 202, 'the sender retries');
  checkLedger(t, org, await second.settled(250), 250);
});

await t.test('a stop lets the running batch finish; a second signal forces it', async (t) => {
  const { org, start } = await world(t);
  const first = await start();
  await (await new Browser(siteAt(first.origin)).signIn()).connect();
  org.delay = 600;
  t.equal(await first.post(sample('r0', 'a@x.org')), 202);
  await until(() => (org.calls.length === 1 ? true : undefined), 'the call');
  t.same(await first.kill('SIGTERM'), { code: 0, signal: null });
  t.equal(org.log.size, 1);
  org.delay = 0;
  const second = await start();
  t.match((await second.settled(1))[0], { state: 'synced', attempts: 1 }, 'its outcome was recorded');
  t.equal(org.calls.length, 1, 'and it is not sent again');

  org.fault = () => 'hang';
  t.equal(await second.post(sample('r1', 'b@x.org')), 202);
  await until(() => (org.calls.length === 2 ? true : undefined), 'the call that hangs');
  const started = Date.now();
  second.child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { code } = await second.kill('SIGTERM');
  t.not(code, 0, 'forced');
  t.ok(Date.now() - started < 1500, `after ${Date.now() - started} ms`);
  org.fault = () => undefined;
  t.match((await (await start()).settled(2))[0], { state: 'synced' }, 'what was cut is sent again after the restart');
});

await t.test(
  'first start: credentials are printed once, the key file is private, a folder has one process',
  async (t) => {
    const { environment, start } = await world(t);
    const folder = await temporaryFolder();
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const fresh = { DATA_DIR: folder, WORKSPACE_API_KEY: '', WORKSPACE_WEBHOOK_SECRET: '' };
    const first = await start(fresh);
    const key = /API key \(shown once\): (fbk_\S+)/.exec(first.output)?.[1];
    t.match(first.output, /Webhook secret \(shown once\): whsec_/);
    t.equal((await fetch(`${first.origin}/v1/accounts`, { headers: { authorization: `Bearer ${key}` } })).status, 200);
    t.equal(statSync(path.join(folder, 'encryption.key')).mode & 0o777, 0o600);
    t.equal(statSync(folder).mode & 0o077, 0);

    const rival = new ServerProcess('', { ...environment, ...fresh, PORT: String(await freePort()) });
    t.equal((await rival.exit).code, 1);
    t.match(rival.output, new RegExp(`in use by process ${first.child.pid}`));
    t.notMatch(rival.output, /at .*\.ts:\d+/, 'a sentence, no stack');
    await first.kill('SIGTERM');
    const again = await start(fresh);
    t.notMatch(again.output, /shown once/);
    await again.kill('SIGTERM');

    const wrong = new ServerProcess('', { ...environment, ENCRYPTION_KEY: 'abc' });
    t.equal((await wrong.exit).code, 1);
    t.match(wrong.output, /Fieldbridge cannot start\. ENCRYPTION_KEY must be 32 bytes/);
  },
);

const postgres = await startPostgres();
await t.test(
  '27. two processes share a PostgreSQL server; one is killed, the other takes over',
  { skip: typeof postgres === 'string' ? postgres : false },
  async (t) => {
    if (typeof postgres === 'string') return;
    t.teardown(() => postgres.stop());
    const { org, start } = await world(t, await postgres.createDatabase('shared'));
    const shared = { ENCRYPTION_KEY: Buffer.alloc(32, 5).toString('base64') };
    const servers = await Promise.all([start(shared), start(shared)]);
    const [first, second] = servers;
    await (await new Browser(siteAt(first.origin)).signIn()).connect();
    org.delay = 30;
    let killed = false;
    org.fault = (_items, call) => {
      if (call === 3 && !killed) {
        killed = true;
        first.child.kill('SIGKILL');
      }
      return undefined;
    };
    const bodies = many(250);
    await Promise.all(
      bodies.map(async (body, index) => {
        const answer = index % 2 === 0 ? await first.post(body) : await second.post(body);
        if (answer !== 202) t.equal(await second.post(body), 202);
      }),
    );
    const list = await second.settled(250);
    await until(async () => ((await second.deliveries()).length === 250 ? true : undefined), 'all');
    t.ok(killed);
    t.equal(new Set(list.map((delivery) => delivery.responseId)).size, 250);
    t.ok(list.every((delivery) => delivery.state === 'synced'));
    t.ok(
      [...org.log.values()].every((row) => row.times === 1),
      'no effect happened twice',
    );
    t.equal(org.log.size, 250);
    t.equal(org.records.size, 200);
  },
);
