import t from 'tap';
import type { Org } from '../../../src/org/org.ts';
import { ApexThrow } from '../../../src/errors.ts';
import type { Outcome } from '../../../src/scheduler/scheduler.ts';
import { runBeside } from '../../../src/scheduler/beside.ts';
import { factOrg, methodOf } from '../../helpers/facts.ts';
import { interleave } from '../../helpers/interleave.ts';
import type { Work } from '../../helpers/interleave.ts';

// Apex Developer Guide: "Locking Statements", "Avoiding Deadlocks", "Transaction Control"; SOAP API Developer Guide:
// "Core Data Types Used in API Calls", StatusCode (UNABLE_TO_LOCK_ROW, DUPLICATE_VALUE).

const OBJECT = `<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
  <label>Key</label><pluralLabel>Keys</pluralLabel><sharingModel>ReadWrite</sharingModel>
  <nameField><label>Name</label><type>Text</type></nameField>
</CustomObject>`;
const UNIQUE = `<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
  <fullName>Code__c</fullName><label>Code</label><type>Text</type><length>40</length>
  <unique>true</unique><externalId>true</externalId><caseSensitive>false</caseSensitive>
</CustomField>`;

const WORKS = `public class Works {
  public static Integer counted = 0;
  static Account first() { return [SELECT Id, NumberOfEmployees FROM Account WHERE Name = 'A']; }
  public static void prepare() {
    insert new List<Account>{ new Account(Name = 'A', NumberOfEmployees = 0), new Account(Name = 'B', NumberOfEmployees = 0) };
  }
  public static void incrementLocked() {
    Account a = [SELECT NumberOfEmployees FROM Account WHERE Name = 'A' FOR UPDATE];
    a.NumberOfEmployees += 1;
    update a;
    counted++;
    System.debug(counted);
  }
  public static void incrementUnlocked() {
    Account a = first();
    a.NumberOfEmployees += 1;
    update a;
  }
  public static void lockAThenB() {
    Account a = [SELECT Id FROM Account WHERE Name = 'A' FOR UPDATE];
    update new Account(Id = a.Id, Phone = '1');
    update [SELECT Id FROM Account WHERE Name = 'B'];
  }
  public static void lockBThenA() {
    Account b = [SELECT Id FROM Account WHERE Name = 'B' FOR UPDATE];
    update new Account(Id = b.Id, Phone = '2');
    update [SELECT Id FROM Account WHERE Name = 'A'];
  }
  public static void upsertKey() { upsert new Key__c(Name = 'k', Code__c = 'K1') Code__c; }
  public static void insertKeyAndFail() {
    insert new Key__c(Name = 'k', Code__c = 'K1');
    Account a = first();
    throw new IllegalArgumentException('rolled back');
  }
  public static void insertKey() { insert new Key__c(Name = 'k', Code__c = 'K1'); }
  public static void insertThenRead() {
    insert new Account(Name = 'C');
    System.debug([SELECT COUNT() FROM Account WHERE Name = 'C']);
    System.debug([SELECT COUNT() FROM Account WHERE Name = 'C']);
  }
  public static void readC() {
    System.debug([SELECT COUNT() FROM Account WHERE Name = 'C']);
    System.debug([SELECT COUNT() FROM Account WHERE Name = 'C']);
    System.debug([SELECT COUNT() FROM Account WHERE Name = 'C']);
  }
  public static void lockA() { Account a = [SELECT Id FROM Account WHERE Name = 'A' FOR UPDATE]; }
  public static void updateA() { Account a = first(); a.Phone = '9'; update a; }
  public static void insertContactOfA() { insert new Contact(LastName = 'x', AccountId = first().Id); }
  public static void lockPartly() {
    Savepoint s = Database.setSavepoint();
    lockA();
    Database.rollback(s);
  }
}`;

async function newOrg(log: (text: string) => void = () => {}): Promise<Org> {
  const org = await factOrg(
    {
      metadata: {
        'objects/Key__c/Key__c.object-meta.xml': OBJECT,
        'objects/Key__c/fields/Code__c.field-meta.xml': UNIQUE,
      },
      files: { 'Works.cls': WORKS },
    },
    log,
  );
  org.run(org.adminId, methodOf(org, 'Works.prepare'));
  return org;
}

function work(org: Org, name: string): Work<unknown> {
  return methodOf(org, `Works.${name}`);
}

function employees(org: Org): unknown {
  const account = org.schema.object('Account');
  if (account === null) throw new Error('No Account');
  const rows = [...org.store.table(account).rows.values()];
  return rows.find((row) => row.values.get('name') === 'A')?.values.get('numberofemployees');
}

function failureOf(outcome: Outcome<unknown> | undefined): string {
  if (outcome === undefined || outcome.ok) return 'ok';
  if (!(outcome.error instanceof ApexThrow)) throw outcome.error;
  return `${outcome.error.value.typeName}: ${outcome.error.value.message}`;
}

t.test('FOR UPDATE: no update is lost, whatever the order', async (t) => {
  for (let seed = 1; seed <= 25; seed++) {
    const org = await newOrg();
    const works = Array.from({ length: 4 }, () => work(org, 'incrementLocked'));
    const { outcomes } = interleave(org, seed, works);
    t.strictSame([outcomes.map((o) => o.ok), employees(org)], [[true, true, true, true], 4], `seed ${seed}`);
  }
});

t.test('without the lock, updates are lost with some seeds: isolation is read committed', async (t) => {
  const counts = new Set<unknown>();
  for (let seed = 1; seed <= 15; seed++) {
    const org = await newOrg();
    interleave(org, seed, [work(org, 'incrementUnlocked'), work(org, 'incrementUnlocked')]);
    counts.add(employees(org));
  }
  t.strictSame([...counts].sort(), [1, 2]);
});

t.test('the same seed gives the same steps, another seed others', async (t) => {
  const stepsOf = async (seed: number): Promise<string> => {
    const org = await newOrg();
    const { steps } = interleave(org, seed, [
      work(org, 'incrementLocked'),
      work(org, 'upsertKey'),
      work(org, 'updateA'),
    ]);
    return JSON.stringify(steps);
  };
  t.equal(await stepsOf(7), await stepsOf(7));
  const all = new Set(await Promise.all([1, 2, 3, 4, 5, 6].map(stepsOf)));
  t.ok(all.size > 1);
});

t.test('upsert of the same new key: one record, the others DUPLICATE_VALUE or an update', async (t) => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) {
    const org = await newOrg();
    const { outcomes } = interleave(org, seed, [work(org, 'upsertKey'), work(org, 'upsertKey')]);
    const key = org.schema.object('Key__c');
    t.equal(key === null ? 0 : org.store.table(key).rows.size, 1, `one record with seed ${seed}`);
    for (const outcome of outcomes) seen.add(failureOf(outcome).replace(/a0\w{16}/, '<id>'));
  }
  t.strictSame(
    [...seen].sort(),
    [
      'System.DmlException: Upsert failed. First exception on row 0; first error: DUPLICATE_VALUE, ' +
        'duplicate value found: Code__c duplicates value on record with id: <id>: []',
      'ok',
    ],
    'both ends are met: "near-simultaneous upserts give DUPLICATE_VALUE"',
  );
});

t.test('a unique key is waited for: when its holder rolls back, the other saves', async (t) => {
  const ends = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) {
    const org = await newOrg();
    const { outcomes } = interleave(org, seed, [work(org, 'insertKeyAndFail'), work(org, 'insertKey')]);
    ends.add(outcomes.map((o) => (o.ok ? 'saved' : 'failed')).join(' '));
    if (!outcomes[1]?.ok) ends.add(failureOf(outcomes[1]));
  }
  t.strictSame([...ends], ['failed saved']);
});

t.test('a circle of waits ends with UNABLE_TO_LOCK_ROW for one, at once', async (t) => {
  let circles = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const org = await newOrg();
    const { outcomes, elapsed } = interleave(org, seed, [work(org, 'lockAThenB'), work(org, 'lockBThenA')]);
    const failures = outcomes.map(failureOf).filter((f) => f !== 'ok');
    t.ok(failures.length <= 1 && elapsed === 0, `one goes on, nobody waits ten seconds, seed ${seed}`);
    if (failures.length === 0) continue;
    circles++;
    t.match(
      failures[0],
      /first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record or 1 records: 001/,
    );
  }
  t.ok(circles > 0, 'some seeds deadlock');
});

t.test('a row that stays locked: ten seconds, then the words of query and DML', async (t) => {
  const org = await newOrg();
  const holder: Work<unknown> = function* (x) {
    yield* work(org, 'lockA')(x);
    yield { kind: 'sleep', milliseconds: 60_000 };
    return null;
  };
  const { outcomes, elapsed } = interleave(org, 3, [holder, delayed(org, 'lockA'), delayed(org, 'updateA')]);
  t.equal(failureOf(outcomes[0]), 'ok');
  t.match(
    failureOf(outcomes[1]),
    /^System.QueryException: Record Currently Unavailable: The record you are attempting/,
  );
  t.match(
    failureOf(outcomes[2]),
    /Update failed\. First exception on row 0 with id 001\w{15}; first error: UNABLE_TO_LOCK_ROW/,
  );
  t.equal(elapsed, 60_000, 'time is simulated');
});

t.test('a lock that comes free within ten seconds is waited for', async (t) => {
  const org = await newOrg();
  const holder: Work<unknown> = function* (x) {
    yield* work(org, 'lockA')(x);
    yield { kind: 'sleep', milliseconds: 9_000 };
    return null;
  };
  const { outcomes, elapsed } = interleave(org, 3, [holder, delayed(org, 'lockA'), delayed(org, 'updateA')]);
  t.strictSame(outcomes.map(failureOf), ['ok', 'ok', 'ok']);
  t.equal(elapsed, 9_000);
});

t.test('inserting a child locks its account', async (t) => {
  // Platform facts, "Locks and concurrency"; Record Locking Cheat Sheet
  const org = await newOrg();
  const holder: Work<unknown> = function* (x) {
    yield* work(org, 'lockA')(x);
    yield { kind: 'sleep', milliseconds: 60_000 };
    return null;
  };
  const { outcomes } = interleave(org, 1, [holder, delayed(org, 'insertContactOfA')]);
  t.match(failureOf(outcomes[1]), /Insert failed\. First exception on row 0; first error: UNABLE_TO_LOCK_ROW/);
});

t.test('a rollback to a savepoint releases the locks taken since', async (t) => {
  const org = await newOrg();
  const holder: Work<unknown> = function* (x) {
    yield* work(org, 'lockPartly')(x);
    yield { kind: 'sleep', milliseconds: 60_000 };
    return null;
  };
  const { outcomes } = interleave(org, 1, [holder, delayed(org, 'updateA')]);
  t.strictSame(outcomes.map(failureOf), ['ok', 'ok']);
});

t.test('others see a record only once it is committed; its own transaction at once', async (t) => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 12; seed++) {
    const org = await newOrg();
    const reads: string[] = [];
    const logged = (name: string): Work<unknown> =>
      function* (x) {
        const own: string[] = [];
        Object.defineProperty(x, 'log', { value: (_level: string, text: string) => own.push(text) });
        yield* work(org, name)(x);
        reads.push(`${name} ${own.join('')}`);
        return null;
      };
    interleave(org, seed, [logged('insertThenRead'), logged('readC')]);
    for (const read of reads) seen.add(read);
  }
  t.ok(seen.has('insertThenRead 11'));
  t.ok(
    [...seen].some((s) => /^readC 0+1+$/.test(s)),
    'read committed: the same query sees it once the other has ended',
  );
  t.notOk([...seen].some((s) => /^readC .*10/.test(s)));
});

t.test('requests of the org itself can run side by side, by the clock', async (t) => {
  const org = await newOrg();
  await Promise.all(Array.from({ length: 8 }, () => runBeside(org, org.adminId, work(org, 'incrementLocked'))));
  t.equal(employees(org), 8, 'no update is lost');
  const keys = await Promise.allSettled(
    ['upsertKey', 'upsertKey'].map((name) => runBeside(org, org.adminId, work(org, name))),
  );
  t.strictSame(keys.map((k) => k.status).sort(), ['fulfilled', 'rejected'], 'the second finds the key taken');
  const circle = await Promise.allSettled(
    ['lockAThenB', 'lockBThenA'].map((name) => runBeside(org, org.adminId, work(org, name))),
  );
  t.strictSame(circle.map((k) => k.status).sort(), ['fulfilled', 'rejected'], 'a deadlock is seen at once');
  const { outcomes } = interleave(org, 1, [work(org, 'updateA')]);
  t.strictSame(outcomes.map(failureOf), ['ok'], 'no lock is left behind');
});

t.test('statics live as long as one transaction', async (t) => {
  const lines: string[] = [];
  const org = await newOrg((text) => lines.push(text));
  interleave(org, 5, [work(org, 'incrementLocked'), work(org, 'incrementLocked')]);
  t.strictSame(lines, ['DEBUG 1', 'DEBUG 1']);
});

/** The work after another transaction has had a second of simulated time. */
function delayed(org: Org, name: string): Work<unknown> {
  return function* (x) {
    yield { kind: 'sleep', milliseconds: 1 };
    return yield* work(org, name)(x);
  };
}
