import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { CompileFailure } from '../src/apex/emit/program.ts';
import { ParseCache } from '../src/apex/parse/cache.ts';
import { parseClass } from '../src/apex/parse/parse.ts';
import { loadOrg } from '../src/org/org.ts';
import type { Org } from '../src/org/org.ts';
import { humanReport, jsonReport, ranges } from '../src/testing/report.ts';
import { runTests } from '../src/testing/run.ts';
import { debugOf, errorOf } from './helpers/evaluate.ts';

t.test('inline queries', async (t) => {
  const source = `
    insert new List<Contact>{ new Contact(LastName = 'A'), new Contact(LastName = 'B', Email = 'b@x.example') };
    String wanted = 'b'; List<String> names = new List<String>{ 'A', 'B' };
    Contact b = [SELECT Id, LastName, Email FROM Contact WHERE LastName = :wanted];
    System.debug(b.LastName + ' ' + b.Email);
    System.debug([SELECT COUNT() FROM Contact WHERE LastName IN :names]);
    System.debug([SELECT LastName FROM Contact WHERE LastName = :wanted.toUpperCase()].LastName);
    System.debug([SELECT LastName FROM Contact ORDER BY LastName DESC][0].LastName);
    for (Contact c : [SELECT LastName FROM Contact WHERE LastName IN :names ORDER BY LastName]) System.debug(c.LastName);
    for (List<Contact> batch : [SELECT LastName FROM Contact WHERE LastName IN :names]) System.debug(batch.size());
    AggregateResult[] r = [SELECT COUNT(Id) n FROM Contact WHERE LastName IN :names];
    System.debug(r[0].get('n'));
    Map<Id, Contact> m = new Map<Id, Contact>([SELECT Id FROM Contact WHERE LastName IN :names]); System.debug(m.size());
    try { Contact none = [SELECT Id FROM Contact WHERE LastName = 'Z']; } catch (QueryException e) { System.debug(e.getMessage()); }
    try { Contact two = [SELECT Id FROM Contact WHERE LastName IN :names]; } catch (QueryException e) { System.debug(e.getMessage()); }
    try { System.debug(b.Phone); } catch (SObjectException e) { System.debug(e.getMessage()); }
    System.debug(Database.query('SELECT Id FROM Contact WHERE LastName = :wanted').size());
    Contact one = Database.query('SELECT LastName FROM Contact WHERE LastName = :wanted'); System.debug(one.LastName);
    Contact copy = one.clone(false, true); System.debug(copy.Id + copy.LastName);
    System.debug(((SObject) Type.forName('Contact').newInstance()).getSObjectType());`;
  t.same(await debugOf(source), [
    'B b@x.example',
    '2',
    'B',
    'B',
    'A',
    'B',
    '2',
    '2',
    '2',
    'List has no rows for assignment to SObject',
    'List has more than 1 row for assignment to SObject',
    'SObject row was retrieved via SOQL without querying the requested field: Contact.Phone',
    '1',
    'B',
    'nullB',
    'Contact',
  ]);
});

t.test('DML statements', async (t) => {
  const source = `
    Account a = new Account(Name = 'x'); insert a; System.debug(a.Id != null);
    a.Name = 'y'; update as system a; System.debug([SELECT Name FROM Account WHERE Id = :a.Id].Name);
    upsert a; delete a; System.debug([SELECT COUNT() FROM Account WHERE Id = :a.Id]);
    try { insert new Contact(); } catch (DmlException e) { System.debug(e.getDmlStatusCode(0) + ' ' + e.getDmlFieldNames(0)); }
    Savepoint sp = Database.setSavepoint(); insert new Account(Name = 'z'); Database.rollback(sp);
    System.debug([SELECT COUNT() FROM Account WHERE Name = 'z']);`;
  t.same(await debugOf(source), ['true', 'y', '0', 'REQUIRED_FIELD_MISSING (LastName)', '0']);
  t.match(await errorOf('Account a; insert a;'), /NullPointerException/);
});

t.test('triggers', async (t) => {
  const files = {
    'Accounts.trigger': `trigger Accounts on Account (before insert, after insert, before update) {
      if (Trigger.isBefore && Trigger.isInsert) {
        for (Account a : Trigger.new) { a.Description = 'made ' + Trigger.operationType; if (a.Name == 'bad') a.Name.addError('no'); }
      } else if (Trigger.isUpdate) {
        for (Account a : Trigger.new) { Account old = Trigger.oldMap.get(a.Id); a.Description = old.Name + '->' + a.Name; }
      } else { Helper.seen(); }
    }`,
    'Helper.cls':
      "public class Helper { public static void seen() { System.debug('after ' + Trigger.size + ' ' + Trigger.newMap.size()); } }",
  };
  const source = `
    Account a = new Account(Name = 'x'); insert a; System.debug([SELECT Description FROM Account].Description);
    a.Name = 'z'; update a; System.debug([SELECT Description FROM Account].Description);
    try { insert new Account(Name = 'bad'); } catch (DmlException e) { System.debug(e.getDmlType(0) + ' ' + e.getDmlMessage(0)); }
    System.debug(Trigger.isExecuting);`;
  t.same(await debugOf(source, { files }), [
    'after 1 1',
    'made BEFORE_INSERT',
    'x->z',
    'FIELD_CUSTOM_VALIDATION_EXCEPTION no',
    'false',
  ]);
});

t.test('triggers that fail or fire one another', async (t) => {
  const files = {
    'Leads.trigger': 'trigger Leads on Lead (before insert) {\n  String s;\n  s.length();\n}',
    'Accounts.trigger': "trigger Accounts on Account (after insert) { insert new Account(Name = 'another'); }",
  };
  const source = `
    try { insert new Lead(LastName = 'x', Company = 'y'); }
    catch (DmlException e) { System.debug(e.getDmlStatusCode(0) + ' ' + e.getDmlMessage(0)); System.debug(e.getStackTraceString()); }`;
  const [message, trace] = await debugOf(source, { files });
  t.match(
    message,
    /^CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY Leads: execution of BeforeInsert\n\ncaused by: System\.NullPointerException: Attempt to de-reference a null object\n\nTrigger\.Leads: line 3, column 1/,
  );
  t.equal(trace, 'AnonymousBlock: line 2, column 1');
  t.match(
    await errorOf("insert new Account(Name = 'x');", { files }),
    /LimitException: Maximum trigger depth exceeded/,
  );
});

const CLASSES: Record<string, string> = {
  Calc: `public class Calc {
    public static Integer half(Integer n) {
      if (n < 0) {
        throw new IllegalArgumentException('negative');
      }
      return n / 2;
    }
    @TestVisible private static Integer secret = 3;
  }`,
  CalcTests: `@IsTest private class CalcTests {
    @TestSetup static void setup() { insert new Account(Name = 'from setup'); Calc.secret = 9; }
    @IsTest static void passes() {
      Assert.areEqual(2, Calc.half(4));
      Assert.areEqual(3, Calc.secret, 'statics are fresh');
      Assert.areEqual(1, [SELECT COUNT() FROM Account], 'only what the test made');
      insert new Account(Name = 'mine');
    }
    @IsTest static void seesNothingOfOthers() { Assert.areEqual(1, [SELECT COUNT() FROM Account]); }
    @IsTest static void fails() { System.assertEquals(1, Calc.half(4), 'half'); }
    static testMethod void throwsUncaught() { String s; s.length(); }
    @IsTest static void hasFreshLimits() {
      insert new Account(Name = 'a');
      Test.startTest(); Integer used = Limits.getDmlStatements(); Test.stopTest();
      Assert.areEqual(0, used);
      Assert.areEqual(1, Limits.getDmlStatements());
    }
    @IsTest static void runsAsAnother() {
      Profile p = [SELECT Id FROM Profile WHERE Name = 'Standard User'];
      User u = new User(Username = 'u@x.example', LastName = 'U', Email = 'u@x.example', Alias = 'u', ProfileId = p.Id,
        TimeZoneSidKey = 'GMT', LocaleSidKey = 'en_US', EmailEncodingKey = 'UTF-8', LanguageLocaleKey = 'en_US', CommunityNickname = 'u');
      insert u;
      Id before = UserInfo.getUserId();
      System.runAs(u) { Assert.areEqual(u.Id, UserInfo.getUserId()); }
      Assert.areEqual(before, UserInfo.getUserId());
    }
  }`,
  Api: `@RestResource(urlMapping='/things/*') global class Api {
    @HttpGet global static void get() {
      RestContext.response.statusCode = 201;
      RestContext.response.addHeader('x-test', RestContext.request.params.get('q'));
      RestContext.response.responseBody = Blob.valueOf(RestContext.request.requestURI);
    }
    @HttpPost global static void post() { insert new Account(Name = 'posted'); String s; s.length(); }
  }`,
};

function writeClasses(folder: string, classes: Record<string, string>): void {
  for (const [name, source] of Object.entries(classes)) {
    const path = join(folder, 'classes', `${name}.cls`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, source);
    writeFileSync(`${path}-meta.xml`, '<ApexClass><apiVersion>65.0</apiVersion></ApexClass>');
  }
}

async function orgOf(classes: Record<string, string>): Promise<Org> {
  const folder = mkdtempSync(join(tmpdir(), 'language-'));
  try {
    writeClasses(folder, classes);
    return await loadOrg({ sourceFolders: [folder], coverage: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

t.test('the test runner', async (t) => {
  const run = runTests(await orgOf(CLASSES));
  const outcomes = Object.fromEntries(run.outcomes.map((o) => [o.methodName, o.message ?? o.outcome]));
  t.same(outcomes, {
    passes: 'Pass',
    seesNothingOfOthers: 'Pass',
    fails: 'System.AssertException: Assertion Failed: half: Expected: 1, Actual: 2',
    throwsUncaught: 'System.NullPointerException: Attempt to de-reference a null object',
    hasFreshLimits: 'Pass',
    runsAsAnother: 'Pass',
  });
  const failed = run.outcomes.find((o) => o.methodName === 'throwsUncaught');
  t.equal(failed?.stackTrace, 'Class.CalcTests.throwsUncaught: line 11, column 1');
  const calc = run.coverage.find((c) => c.name === 'Calc');
  t.same([calc?.covered, calc?.uncovered, calc?.percent], [[3, 6, 8], [4], 75]);
  t.notOk(
    run.coverage.some((c) => c.name === 'CalcTests'),
    'test classes do not count',
  );
  t.match(humanReport(run, true), /Tests Ran +6[\s\S]*CalcTests\.fails +Fail[\s\S]*Calc +75% +4/);
  t.match(jsonReport(run), { status: 100, result: { summary: { testsRan: 6, failing: 2 } } });
  t.equal(ranges([1, 2, 3, 5, 7, 8]), '1-3,5,7-8');
  const one = runTests(await orgOf(CLASSES), { filters: ['calctests.PASSES'] });
  t.same(
    one.outcomes.map((o) => o.methodName),
    ['passes'],
  );
});

t.test('Apex REST', async (t) => {
  const org = await orgOf(CLASSES);
  const call = (method: string, path: string) =>
    org.apexRest(org.adminId, { method, path, headers: {}, body: new Uint8Array(), remoteAddress: '127.0.0.1' });
  const got = call('GET', '/things/a%20b?q=1');
  t.same([got.statusCode, got.headers['x-test'], new TextDecoder().decode(got.body)], [201, '1', '/things/a b']);
  const failed = call('POST', '/things/x');
  t.equal(failed.statusCode, 500);
  t.match(new TextDecoder().decode(failed.body), /APEX_ERROR.*System\.NullPointerException/);
  const rows = org.run(org.adminId, function* (x) {
    yield { kind: 'statement' };
    return x.transaction.all(org.schema.object('Account')!).length;
  });
  t.equal(rows, 0, 'what a failed request wrote is gone');
  t.equal(call('DELETE', '/things/x').statusCode, 405);
  t.equal(call('GET', '/Things/x').statusCode, 404, 'paths are case-sensitive');
});

t.test('every fault of the source is told at once', async (t) => {
  const classes = {
    A: "public class A { void f() { Integer i = 'x'; } void g() { nothing(); } }",
    B: 'public class B extends Nothing {}',
  };
  await t.rejects(orgOf(classes), CompileFailure);
  const failure = (await orgOf({ A: classes.A }).catch((e: unknown) => e)) as CompileFailure;
  t.same(failure.errors.length, 2);
});

t.test('a syntax tree from the cache is the one that was parsed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'parse-cache-'));
  const source =
    "public class A { @TestVisible Map<String, Long> m = new Map<String, Long>{ 'a' => 5L }; List<Contact> q = [SELECT Id FROM Contact WHERE Id = :x.y]; }";
  let parsed = 0;
  const parse = () => {
    parsed++;
    return parseClass(source, 'A.cls');
  };
  const first = new ParseCache(folder).get('class', 'A.cls', source, parse);
  const second = new ParseCache(folder).get('class', 'A.cls', source, parse);
  t.same(second, first);
  t.equal(parsed, 1);
  new ParseCache(folder).get('class', 'A.cls', `${source} `, parse);
  t.equal(parsed, 2, 'other source is another entry');
  rmSync(folder, { recursive: true });
  t.end();
});

t.test('the command', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'command-'));
  writeClasses(folder, CLASSES);
  const run = (...args: string[]) => {
    const command = join(import.meta.dirname, '../src/cli/test-apex.ts');
    const { status, stdout } = spawnSync(process.execPath, [command, ...args, folder], { encoding: 'utf8' });
    return { status, last: stdout.trimEnd().split('\n').at(-1), stdout };
  };
  t.match(run(), { status: 1, last: '4 passed, 2 failed' });
  t.match(run('--filter', 'CalcTests.passes'), { status: 0, last: '1 passed, 0 failed' });
  t.match(run('--filter', 'CalcTests.passes', '--min-coverage', '90'), { status: 1 });
  const json = JSON.parse(run('--json').stdout) as { result: { tests: unknown[] } };
  t.equal(json.result.tests.length, 6);
  writeFileSync(join(folder, 'classes', 'Bad.cls'), 'public class Bad { void f() { nothing(); } }');
  writeFileSync(join(folder, 'classes', 'Bad.cls-meta.xml'), '<ApexClass><apiVersion>65.0</apiVersion></ApexClass>');
  t.match(run(), { status: 1, last: '0 passed, 1 failed' });
  rmSync(folder, { recursive: true });
  t.end();
});
