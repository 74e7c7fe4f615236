import t from 'tap';
import { GovernorLimitError } from '../../../src/errors.ts';
import { factOrg, methodOf, proveFacts } from '../../helpers/facts.ts';

// Apex = Apex Developer Guide, "Execution Governors and Limits"; Ref = Apex Reference Guide, "Limits Class".

const files = {
  'Work.cls': `public class Work implements Queueable {
    public void execute(QueueableContext c) {}
  }`,
};

t.test('what is counted, and what happens beyond', async (t) => {
  await proveFacts(t, { files }, [
    {
      title: 'the maxima of synchronous Apex',
      source: 'Apex, "Per-Transaction Apex Limits"',
      apex: `System.debug(Limits.getLimitQueries() + ' ' + Limits.getLimitQueryRows() + ' ' + Limits.getLimitDmlStatements() + ' ' + Limits.getLimitDmlRows());
        System.debug(Limits.getLimitCpuTime() + ' ' + Limits.getLimitHeapSize() + ' ' + Limits.getLimitQueueableJobs() + ' ' + Limits.getLimitCallouts());`,
      log: ['100 50000 150 10000', '10000 6000000 50 100'],
    },
    {
      title: 'queries and rows are counted, subqueries apart',
      source: 'Ref; Apex: "Total number of SOQL queries issued", rows retrieved',
      apex: `insert new List<Account>{ new Account(Name = 'a'), new Account(Name = 'b') };
        List<Account> all2 = [SELECT Id, (SELECT Id FROM Contacts) FROM Account];
        Integer n = [SELECT COUNT() FROM Account];
        System.debug(Limits.getQueries() + ' ' + Limits.getAggregateQueries());
        System.debug(Limits.getQueryRows() >= 2);`,
      log: ['2 1', 'true'],
    },
    {
      title: 'statements and rows of DML; an empty list counts nothing',
      source: 'Ref; salesforce.stackexchange.com 58893 (empty list)',
      apex: `insert new List<Account>{ new Account(Name = 'a'), new Account(Name = 'b') };
        insert new Account(Name = 'c');
        insert new List<Account>();
        System.debug(Limits.getDmlStatements() + ' ' + Limits.getDmlRows());
        Savepoint s = Database.setSavepoint();
        Database.rollback(s);
        System.debug(Limits.getDmlStatements());`,
      log: ['2 3', '4'],
    },
    {
      title: 'the 101st query',
      source: 'Apex: "Too many SOQL queries: 101"',
      apex: `for (Integer i = 0; i < 100; i++) Integer n = [SELECT COUNT() FROM Account];
        System.debug(Limits.getQueries());
        try { Integer n = [SELECT COUNT() FROM Account]; } catch (Exception e) { System.debug('caught'); } finally { System.debug('finally'); }`,
      log: ['100', 'System.LimitException: Too many SOQL queries: 101'],
    },
    {
      title: 'the 151st DML statement',
      source: 'Apex: "Too many DML statements: 151"',
      apex: `Account a = new Account(Name = 'a'); insert a;
        for (Integer i = 0; i < 149; i++) update a;
        try { update a; } catch (Exception e) { System.debug('caught'); }`,
      log: ['System.LimitException: Too many DML statements: 151'],
    },
    {
      title: 'the 10,001st row of DML',
      source: 'Apex: "Too many DML rows: 10001"',
      apex: `List<Account> many = new List<Account>();
        for (Integer i = 0; i < 10001; i++) many.add(new Account(Name = 'x'));
        try { insert many; } catch (Exception e) { System.debug('caught'); }`,
      log: ['System.LimitException: Too many DML rows: 10001'],
    },
    {
      title: 'the 51st queueable',
      source: 'Apex: "Too many queueable jobs added to the queue: 51"',
      apex: `for (Integer i = 0; i < 50; i++) System.enqueueJob(new Work());
        System.debug(Limits.getQueueableJobs());
        try { System.enqueueJob(new Work()); } catch (Exception e) { System.debug('caught'); }`,
      log: ['50', 'System.LimitException: Too many queueable jobs added to the queue: 51'],
    },
    {
      title: 'CPU time is the time of the transaction itself, and ends it',
      source: 'Apex: "Apex CPU time limit exceeded"',
      apex: `Integer before = Limits.getCpuTime();
        Long sum = 0;
        for (Integer i = 0; i < 300000; i++) sum += i;
        System.debug(Limits.getCpuTime() > before);
        System.debug(sum);`,
      log: ['true', '44999850000'],
    },
    {
      title: 'heap: what queries have read counts while its method runs',
      source: 'Ref, getHeapSize: an estimate here [assumption]',
      apex: `insert new List<Account>{ new Account(Name = 'a', Description = 'x'.repeat(10000)), new Account(Name = 'b', Description = 'x'.repeat(10000)) };
        List<Account> all2 = [SELECT Description FROM Account];
        System.debug(Limits.getHeapSize() > 20000 && Limits.getHeapSize() < 30000);`,
      log: ['true'],
    },
    {
      title: 'heap beyond six million bytes',
      source: 'Apex: "Apex heap size too large: …"',
      apex: `List<Account> many = new List<Account>();
        for (Integer i = 0; i < 200; i++) many.add(new Account(Name = 'a', Description = 'x'.repeat(32000)));
        insert many;
        try { many = [SELECT Description FROM Account]; } catch (Exception e) { System.debug('caught'); }`,
      log: [/^System\.LimitException: Apex heap size too large: 6\d{6}$/],
    },
    {
      title: 'a failed row still counts',
      source: 'Ref, getDmlRows [assumption: rows given, not rows saved]',
      apex: `Database.insert(new List<Account>{ new Account(), new Account(Name = 'b') }, false);
        System.debug(Limits.getDmlRows());`,
      log: ['2'],
    },
  ]);
});

t.test('what a limit ends is rolled back whole', async (t) => {
  const org = await factOrg({
    files: {
      'Loop.cls': `public class Loop {
        public static void run() {
          insert new Account(Name = 'gone');
          while (true) { Integer n = [SELECT COUNT() FROM Account]; }
        }
        public static void spin() { while (true) { } }
      }`,
    },
  });
  t.throws(() => org.run(org.adminId, methodOf(org, 'Loop.run')), GovernorLimitError);
  const account = org.schema.object('Account');
  t.equal(account === null ? -1 : org.store.table(account).rows.size, 0);
  t.throws(
    () =>
      org.run(org.adminId, function* (execution) {
        execution.limits.maxima.cpuTime = 50;
        return yield* methodOf(org, 'Loop.spin')(execution);
      }),
    { name: 'GovernorLimitError', message: 'Apex CPU time limit exceeded' },
    'an endless loop is ended',
  );
});
