// The commands of the project's own @salesforce/cli against the org: what they call and print is what is judged.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { outsideOrg, type OutsideOrg } from './support/outside.ts';
import { apexClass } from './support/source.ts';

const SF = fileURLToPath(new URL('../../node_modules/@salesforce/cli/bin/run.js', import.meta.url));
// each command is a process of its own that loads the whole command line
t.setTimeout(240_000);
const home = mkdtempSync(join(tmpdir(), 'local-org-sf-'));
t.teardown(() => rmSync(home, { recursive: true, force: true }));

const source = {
  ...apexClass(
    'Doubler',
    `public class Doubler {
    public static Integer twice(Integer n) {
        if (n == null) {
            return 0;
        }
        return n * 2;
    }
}`,
  ),
  ...apexClass(
    'DoublerTests',
    `@IsTest
private class DoublerTests {
    @IsTest
    static void shouldDouble() {
        Assert.areEqual(4, Doubler.twice(2));
    }
    @IsTest
    static void shouldFail() {
        Assert.areEqual(5, Doubler.twice(2), 'wrong sum');
    }
}`,
  ),
  ...apexClass(
    'OtherTests',
    `@IsTest
private class OtherTests {
    @IsTest
    static void shouldTakeNull() {
        insert new Account(Name = 'In a test');
        Assert.areEqual(0, Doubler.twice(null));
    }
}`,
  ),
};

interface Outcome {
  code: number | null;
  out: string;
  /** both streams */
  all: string;
}

function sf(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [SF, ...args], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      USERPROFILE: home,
      SF_DISABLE_TELEMETRY: 'true',
      SF_SKIP_NEW_VERSION_CHECK: 'true',
      SF_DISABLE_LOG_FILE: 'true',
      SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
      NO_COLOR: '1',
      ...env,
    },
  });
  let out = '';
  let all = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    all += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => (all += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, all }));
  });
}

async function json<T>(args: string[], env: Record<string, string> = {}): Promise<{ status: number; result: T }> {
  const { out, all } = await sf([...args, '--json'], env);
  try {
    return JSON.parse(out) as { status: number; result: T };
  } catch {
    throw new Error(`No JSON from sf ${args.join(' ')}: ${all}`);
  }
}

interface TestResult {
  summary: { outcome: string; testsRan: number; passing: number; failing: number; orgWideCoverage?: string };
  tests: { FullName: string; Outcome: string; Message: string | null; StackTrace: string | null }[];
  coverage?: {
    coverage: { name: string; coveredPercent: number; totalLines: number; lines: Record<string, number> }[];
  };
}

let outside: OutsideOrg;
const org = ['--target-org', 'local'];

t.before(async () => {
  outside = await outsideOrg(source);
  const login = await json<{ username: string; orgId: string }>(
    ['org', 'login', 'access-token', '--instance-url', outside.url, '--no-prompt', '--alias', 'local'],
    { SF_ACCESS_TOKEN: outside.token('admin@example.com') },
  );
  t.match(login, { status: 0, result: { username: 'admin@example.com', orgId: '00D000000000001EAA' } }, 'the login');
});

t.test('org display and sobject describe', async (t) => {
  const [display, describe] = await Promise.all([
    json<{ connectedStatus: string; id: string; apiVersion: string }>(['org', 'display', ...org]),
    json<{ name: string; fields: { name: string }[] }>(['sobject', 'describe', '--sobject', 'Contact', ...org]),
  ]);
  t.match(display.result, { connectedStatus: 'Connected', id: '00D000000000001EAA' });
  t.equal(describe.result.name, 'Contact');
  t.ok(describe.result.fields.some((field) => field.name === 'LastName'));
});

t.test('data: create, query in each format, fail', async (t) => {
  const created = await json<{ id: string; success: boolean }>([
    ...['data', 'create', 'record', '--sobject', 'Account', '--values', "Name='Acme Inc' Industry=Energy"],
    ...org,
  ]);
  t.match(created, { status: 0, result: { success: true, id: /^001/ } });
  const contact = await outside.request('POST', '/services/data/v65.0/sobjects/Contact', {
    LastName: 'Hopper',
    AccountId: created.result.id,
  });
  t.equal(contact.status, 201);
  const query = (soql: string): string[] => ['data', 'query', '--query', soql, ...org];
  const [human, nested, csv, bad] = await Promise.all([
    sf(query('SELECT LastName, Account.Name FROM Contact')),
    json<{ totalSize: number; done: boolean; records: unknown[] }>(
      query('SELECT Name, (SELECT LastName FROM Contacts) FROM Account'),
    ),
    sf([...query('SELECT COUNT(Id), Industry FROM Account GROUP BY Industry'), '--result-format', 'csv']),
    json<unknown>(query('SELECT Nothing__c FROM Account')),
  ]);
  t.equal(human.code, 0);
  t.match(human.out, /LASTNAME.*ACCOUNT\.NAME/);
  t.match(human.out, /Hopper.*Acme Inc/);
  t.match(human.all, /Total number of records retrieved: 1/);
  t.match(nested.result, {
    totalSize: 1,
    done: true,
    records: [{ Name: 'Acme Inc', Contacts: { totalSize: 1, records: [{ LastName: 'Hopper' }] } }],
  });
  t.equal(csv.out.trim(), 'count(Id),Industry\n1,Energy');
  t.match(bad, { name: 'INVALID_FIELD', message: /No such column 'Nothing__c' on entity 'Account'/ });
  const tooling = await json<{ records: { Name: string }[] }>([
    ...query("SELECT Name, ApiVersion FROM ApexClass WHERE Name LIKE 'Doubler%' ORDER BY Name"),
    '--use-tooling-api',
  ]);
  t.same(
    tooling.result.records.map((record) => record.Name),
    ['Doubler', 'DoublerTests'],
  );
});

t.test('apex run test: synchronous, with coverage', async (t) => {
  const run = ['apex', 'run', 'test', '--synchronous', '--tests', 'DoublerTests', '--code-coverage', ...org];
  const human = await sf([...run, '--result-format', 'human']);
  t.equal(human.code, 100, 'a failing test gives 100');
  t.match(human.out, /DoublerTests\.shouldDouble +Pass/);
  t.match(human.out, /DoublerTests\.shouldFail +Fail +System\.AssertException: Assertion Failed: wrong sum/);
  t.match(human.out, /Class\.DoublerTests\.shouldFail: line 9, column 1/);
  t.match(human.out, /Doubler +\d+% +4/, 'the line for null is not covered');
});

t.test('apex run test: asynchronous, all tests, as JSON and files', async (t) => {
  const run = ['apex', 'run', 'test', '--test-level', 'RunLocalTests', '--wait', '2', '--code-coverage', ...org];
  const { status, result } = await json<TestResult>([...run, '--output-dir', join(home, 'results')]);
  t.equal(status, 100);
  t.match(result.summary, { outcome: 'Failed', testsRan: 3, passing: 2, failing: 1, orgWideCoverage: '100%' });
  const failed = result.tests.find((test) => test.Outcome === 'Fail');
  t.match(failed, {
    FullName: 'DoublerTests.shouldFail',
    StackTrace: 'Class.DoublerTests.shouldFail: line 9, column 1',
  });
  t.match(
    result.coverage?.coverage.find((c) => c.name === 'Doubler'),
    { coveredPercent: 100, lines: { 4: 1, 6: 1 } },
  );
  const junit = readdirSync(join(home, 'results')).find((name) => name.endsWith('junit.xml'));
  t.match(readFileSync(join(home, 'results', junit ?? ''), 'utf8'), /<testcase name="shouldTakeNull"/);
  const left = await outside.request(
    'GET',
    "/services/data/v65.0/query?q=SELECT+Id+FROM+Account+WHERE+Name='In+a+test'",
  );
  t.match(left.json, { totalSize: 0 }, 'tests leave nothing behind');
});

t.test('apex run test: one method, and a class that is not there', async (t) => {
  const [one, none] = await Promise.all([
    json<TestResult>(['apex', 'run', 'test', '--synchronous', '--tests', 'DoublerTests.shouldDouble', ...org]),
    json<unknown>(['apex', 'run', 'test', '--synchronous', '--tests', 'Nobody', ...org]),
  ]);
  t.match(one, { status: 0, result: { summary: { testsRan: 1, failing: 0 } } });
  t.match(none, { name: 'INVALID_INPUT', message: /nobody\. Provide the name of an Apex class that has test methods/ });
});
