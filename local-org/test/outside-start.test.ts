import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection, OAuth2 } from 'jsforce';
import t from 'tap';
import { Browser, formOf } from './support/browser.ts';
import { apexClass, customField, sourceFolder } from './support/source.ts';

const START = fileURLToPath(new URL('../src/cli/start.ts', import.meta.url));
const REDIRECT = 'http://127.0.0.1:9/callback';

interface Addresses {
  org: string;
  login: string;
  sandboxOrg: string;
  sandboxLogin: string;
}

const place = mkdtempSync(join(tmpdir(), 'local-org-start-'));
const source = sourceFolder({
  ...customField('Contact', 'Member__c', 'Text', '<length>10</length>'),
  ...apexClass('Fine', 'public class Fine { public static Integer one() { return 1; } }'),
});
t.teardown(() => {
  rmSync(place, { recursive: true });
  rmSync(source, { recursive: true });
});

function definitionFile(name: string, changes: object = {}): string {
  const file = join(place, name);
  const definition = {
    organization: { id: '00D000000000001', name: 'Started' },
    sandbox: { id: '00D000000000002', name: 'dev' },
    users: [{ username: 'admin@example.com', password: 'p', lastName: 'Admin', profile: 'System Administrator' }],
    oauthClients: [{ id: 'c', name: 'C', secret: 's', redirectUris: [REDIRECT], requirePkce: false }],
    ...changes,
  };
  writeFileSync(file, JSON.stringify(definition));
  return file;
}

function run(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [START, '--json', ...args], { cwd: place });
}

/** The addresses that it prints when it is ready. */
async function ready(child: ChildProcessWithoutNullStreams): Promise<Addresses> {
  let text = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.includes('\n')) return JSON.parse(text) as Addresses;
  }
  throw new Error(`It ended before it was ready: ${errors}`);
}

async function stop(child: ChildProcessWithoutNullStreams, signal: 'SIGTERM' | 'SIGINT'): Promise<number | null> {
  child.kill(signal);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

async function failureOf(...args: string[]): Promise<{ code: number | null; errors: string }> {
  const child = run(...args);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, errors };
}

async function connect(login: string, username: string): Promise<{ connection: Connection; refreshToken: string }> {
  const parameters = { response_type: 'code', client_id: 'c', redirect_uri: REDIRECT };
  const browser = new Browser();
  const form = formOf(
    (await browser.get(`${login}/services/oauth2/authorize?${new URLSearchParams(parameters).toString()}`)).text,
  );
  let page = await browser.post(login + form.action, { ...form.fields, username, password: 'p' });
  if (page.location === null) {
    const approve = formOf(page.text);
    page = await browser.post(login + approve.action, { ...approve.fields, save: 'allow' });
  }
  const oauth2 = new OAuth2({ loginUrl: login, clientId: 'c', clientSecret: 's', redirectUri: REDIRECT });
  const tokens = await oauth2.requestToken(new URL(page.location ?? '').searchParams.get('code') ?? '');
  const connection = new Connection({
    instanceUrl: tokens.instance_url,
    accessToken: tokens.access_token,
    version: '65.0',
  });
  return { connection, refreshToken: tokens.refresh_token ?? '' };
}

t.test('starts, keeps its data over kill -9, and stops when asked', { timeout: 90_000 }, async (t) => {
  const dataFile = join(place, 'tree.json');
  const tree = {
    records: [{ attributes: { type: 'Contact', referenceId: 'C' }, LastName: 'From the file', Member__c: 'M' }],
  };
  writeFileSync(dataFile, JSON.stringify(tree));
  const args = [
    '--definition',
    definitionFile('a.json', { dataFiles: ['tree.json'] }),
    '--source',
    source,
    '--data',
    join(place, 'org.jsonl'),
  ];
  const first = run(...args);
  t.teardown(() => first.kill('SIGKILL'));
  const { connection, refreshToken } = await connect((await ready(first)).login, 'admin@example.com');
  const { id } = await connection.sobject('Contact').create({ LastName: 'Kept' });
  first.kill('SIGKILL');
  await once(first, 'exit');

  const second = run(...args);
  t.teardown(() => second.kill('SIGKILL'));
  const addresses = await ready(second);
  const oauth2 = new OAuth2({ loginUrl: addresses.login, clientId: 'c', clientSecret: 's' });
  const tokens = await oauth2.refreshToken(refreshToken);
  const again = new Connection({ instanceUrl: addresses.org, accessToken: tokens.access_token, version: '65.0' });
  t.same(
    (await again.query('SELECT Id, LastName FROM Contact ORDER BY LastName')).records.map(
      (r) => r['LastName'] as string,
    ),
    ['From the file', 'Kept'],
    'what was acknowledged is there, and the data file is not loaded twice',
  );
  const next = await again.sobject('Contact').create({ LastName: 'New' });
  t.not(next.id, id, 'ids are not given again');

  const sandbox = await connect(addresses.sandboxLogin, 'admin@example.com.dev');
  t.equal((await sandbox.connection.query('SELECT Id FROM Contact')).totalSize, 1, 'the sandbox has its own data');
  const organization = await sandbox.connection.query('SELECT Id, IsSandbox FROM Organization');
  t.match(organization.records, [{ Id: '00D000000000002EAA', IsSandbox: true }]);

  const begin = performance.now();
  t.equal(await stop(second, 'SIGTERM'), 0);
  t.ok(performance.now() - begin < 3000, 'open connections do not hold it');
});

t.test('what is wrong is said in a sentence', { timeout: 90_000 }, async (t) => {
  const definition = definitionFile('b.json');
  const broken = sourceFolder(
    apexClass('Broken', 'public class Broken {\n  public static Integer one() { return nothing; }\n}'),
  );
  t.teardown(() => rmSync(broken, { recursive: true }));
  const compile = await failureOf('--definition', definition, '--source', broken);
  t.equal(compile.code, 1);
  t.match(compile.errors, /Broken\.cls:2: Variable does not exist: nothing/);
  t.notMatch(compile.errors, /node:internal| {4}at /, 'no stack');

  const bad = definitionFile('c.json', { users: [] });
  const nobody = await failureOf('--definition', bad, '--source', source);
  t.equal(nobody.code, 1);
  t.match(nobody.errors, /needs a user with the profile System Administrator/);

  const missing = await failureOf('--definition', join(place, 'none.json'));
  t.match(missing.errors, /none\.json is not a usable definition/);

  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const busy = await failureOf('--definition', definition, '--source', source, '--port', String(port));
  t.equal(busy.code, 1);
  t.match(busy.errors, /EADDRINUSE/);
  t.match((await failureOf('--port', 'x', '--definition', definition)).errors, /--port must be from 0 to 65535/);
});
