import t from 'tap';
import { proveTests } from '../../helpers/apex-tests.ts';
import { runBeside } from '../../../src/scheduler/beside.ts';
import { factOrg, methodOf } from '../../helpers/facts.ts';

// Asynchronous Apex: in tests run by Test.stopTest(), otherwise by the org after the commit.

const guide = (page: string): string =>
  `https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/${page}.htm`;
const QUEUEABLE = guide('apex_queueing_jobs');
const BATCH = guide('apex_batch_interface');
const FUTURE = guide('apex_classes_annotation_future');
const SCHEDULE = guide('apex_scheduler');
const FINALIZER = guide('apex_transaction_finalizers');

const files = {
  'Jobs.cls': `
    public class Jobs {
      public static List<String> log = new List<String>();
      @future public static void later(String name, List<Integer> numbers) {
        log.add('future ' + name + numbers.size() + System.isFuture() + Limits.getLimitQueries());
        insert new Contact(LastName = name);
      }
      @future(callout=true) public static void nested() { later('nested', new List<Integer>()); }
      public static void run(Integer chunks) {
        List<Contact> all = new List<Contact>();
        for (Integer i = 0; i < chunks * 2; i++) all.add(new Contact(LastName = 'Batch' + i, Department = 'batch'));
        insert all;
        Database.executeBatch(new Count(), 2);
        Database.executeBatch(new StatefulCount(), 2);
      }
      public static void run3() { run(3); }
      public static void schedule() { System.schedule('x', '0 0 0 15 3 ? 2042', new NumberBatch()); }
      public static void runAll() {
        later('Out', new List<Integer>{ 1 });
        System.enqueueJob(new Chain(3));
      }
      public static void runFailing() {
        insert new Contact(LastName = 'Kept');
        System.enqueueJob(new Failing());
        System.enqueueJob(new Work(new Contact(LastName = 'After')));
      }
      public static void rollsBack() {
        Savepoint sp = Database.setSavepoint();
        System.enqueueJob(new Work(new Contact(LastName = 'Never')));
        Database.rollback(sp);
      }
      public static void beside() { System.enqueueJob(new Work(new Contact(LastName = 'Beside'))); }
      public static void endless() { System.enqueueJob(new Endless()); }
      public class Work implements Queueable {
        public Contact c; public transient String gone = 'x';
        public Work(Contact c) { this.c = c; }
        public void execute(QueueableContext context) {
          log.add('work ' + c.LastName + gone + System.isQueueable() + (context.getJobId() != null));
          c.Department = 'worked';
          insert c;
        }
      }
      public class Chain implements Queueable {
        Integer left; public Chain(Integer left) { this.left = left; }
        public void execute(QueueableContext c) {
          insert new Contact(LastName = 'Chain' + left);
          if (left > 1) System.enqueueJob(new Chain(left - 1));
        }
      }
      public class Endless implements Queueable {
        public void execute(QueueableContext c) {
          insert new Contact(LastName = 'Depth' + AsyncInfo.getCurrentQueueableStackDepth());
          System.enqueueJob(new Endless());
        }
      }
      public class Failing implements Queueable, Finalizer {
        public void execute(QueueableContext c) {
          System.attachFinalizer(this);
          insert new Contact(LastName = 'Lost');
          throw new IllegalArgumentException('broken');
        }
        public void execute(FinalizerContext c) {
          log.add('finalizer ' + c.getResult() + ' ' + c.getException()?.getMessage());
          insert new Contact(LastName = 'Finalized', Department = c.getResult().name());
        }
      }
      public class Count implements Database.Batchable<SObject> {
        Integer seen = 0;
        public Database.QueryLocator start(Database.BatchableContext c) { return Database.getQueryLocator('SELECT Id FROM Contact WHERE Department = \\'batch\\''); }
        public void execute(Database.BatchableContext c, List<SObject> rows) { seen += rows.size(); log.add('execute ' + seen + System.isBatch()); }
        public void finish(Database.BatchableContext c) { insert new Lead(LastName = 'Seen' + seen, Company = 'plain'); log.add('finish ' + seen); }
      }
      public class StatefulCount implements Database.Batchable<Contact>, Database.Stateful {
        Integer seen = 0;
        public Iterable<Contact> start(Database.BatchableContext c) { return [SELECT Id FROM Contact WHERE Department = 'batch']; }
        public void execute(Database.BatchableContext c, List<Contact> rows) { seen += rows.size(); }
        public void finish(Database.BatchableContext c) { insert new Lead(LastName = 'Seen' + seen, Company = 'stateful'); log.add('finish ' + seen); }
      }
      public class Numbers implements Iterable<Integer>, Iterator<Integer> {
        Integer at = 0;
        public Iterator<Integer> iterator() { return this; }
        public Boolean hasNext() { return at < 3; }
        public Integer next() { return ++at; }
      }
      public class NumberBatch implements Database.Batchable<Integer>, Schedulable {
        public Iterable<Integer> start(Database.BatchableContext c) { return new Numbers(); }
        public void execute(Database.BatchableContext c, List<Integer> rows) { log.add('numbers ' + rows); }
        public void finish(Database.BatchableContext c) {
          AsyncApexJob job = [SELECT Status, JobType, TotalJobItems, JobItemsProcessed, NumberOfErrors FROM AsyncApexJob WHERE Id = :c.getJobId()];
          log.add(job.Status + job.JobType + job.TotalJobItems + job.JobItemsProcessed + job.NumberOfErrors);
        }
        public void execute(SchedulableContext c) { log.add('scheduled ' + (c.getTriggerId() != null) + System.isScheduled()); }
      }
    }`,
  'JobTests.cls': `
    @isTest private class JobTests {
      @isTest static void future() {
        Test.startTest();
        Jobs.later('x', new List<Integer>{ 1, 2 });
        System.debug(Jobs.log.size() + ' ' + Limits.getFutureCalls() + ' ' + [SELECT COUNT() FROM Contact]);
        Test.stopTest();
        System.debug(Jobs.log[0] + ' ' + [SELECT COUNT() FROM Contact]);
        AsyncApexJob job = [SELECT Status, JobType, MethodName, NumberOfErrors, CompletedDate FROM AsyncApexJob];
        System.debug(job.Status + job.JobType + job.MethodName + job.NumberOfErrors + (job.CompletedDate != null));
      }
      @isTest static void futureInFuture() { Test.startTest(); Jobs.nested(); Test.stopTest(); }
      @isTest static void queueable() {
        Contact c = new Contact(LastName = 'q');
        Jobs.Work w = new Jobs.Work(c);
        Test.startTest();
        Id id = System.enqueueJob(w);
        c.LastName = 'changed later';
        System.debug([SELECT Status FROM AsyncApexJob WHERE Id = :id].Status + Limits.getQueueableJobs() + id.getSobjectType());
        Test.stopTest();
        System.debug(Jobs.log);
        System.debug(c.Department + [SELECT Department FROM Contact].Department);
        System.debug([SELECT Status FROM AsyncApexJob WHERE Id = :id].Status);
      }
      @isTest static void chain() { Test.startTest(); System.enqueueJob(new Jobs.Chain(2)); Test.stopTest(); }
      @isTest static void failing() {
        Test.startTest();
        System.enqueueJob(new Jobs.Failing());
        try { Test.stopTest(); } catch (IllegalArgumentException e) { System.debug(e.getMessage()); }
        System.debug(Jobs.log);
        System.debug([SELECT COUNT() FROM Contact WHERE LastName = 'Lost']);
        AsyncApexJob job = [SELECT Status, ExtendedStatus, NumberOfErrors FROM AsyncApexJob];
        System.debug(job.Status + job.NumberOfErrors + job.ExtendedStatus);
      }
      @isTest static void batch() {
        insert new List<Contact>{ new Contact(LastName = 'a', Department = 'batch'), new Contact(LastName = 'b', Department = 'batch') };
        Test.startTest();
        Database.executeBatch(new Jobs.Count());
        Database.executeBatch(new Jobs.StatefulCount());
        Test.stopTest();
        System.debug(Jobs.log);
      }
      @isTest static void batchOfIterable() {
        Test.startTest(); Id id = Database.executeBatch(new Jobs.NumberBatch(), 10); Test.stopTest();
        System.debug(Jobs.log);
        System.debug([SELECT Status, JobItemsProcessed FROM AsyncApexJob WHERE Id = :id].Status);
      }
      @isTest static void batchTooManyChunks() { Test.startTest(); Database.executeBatch(new Jobs.NumberBatch(), 2); Test.stopTest(); }
      @isTest static void scheduled() {
        Test.startTest();
        String id = System.schedule('nightly', '0 0 0 15 3 ? 2042', new Jobs.NumberBatch());
        CronTrigger c = [SELECT CronExpression, TimesTriggered, NextFireTime, State, CronJobDetail.Name FROM CronTrigger WHERE Id = :id];
        System.debug(c.CronExpression + ' ' + c.TimesTriggered + ' ' + c.NextFireTime.formatGmt('yyyy-MM-dd') + ' ' + c.State + ' ' + c.CronJobDetail.Name);
        try { System.schedule('nightly', '0 0 0 15 3 ? 2042', new Jobs.NumberBatch()); } catch (AsyncException e) { System.debug(e.getMessage()); }
        try { System.schedule('bad', 'every day', new Jobs.NumberBatch()); } catch (Exception e) { System.debug(e.getTypeName()); }
        try { System.schedule('past', '0 0 0 15 3 ? 2012', new Jobs.NumberBatch()); } catch (Exception e) { System.debug(e.getMessage()); }
        Test.stopTest();
        System.debug(Jobs.log);
      }
      @isTest static void aborted() {
        Test.startTest();
        Id id = System.schedule('once', '0 30 2 ? * MON-FRI', new Jobs.NumberBatch());
        System.abortJob(id);
        Test.stopTest();
        System.debug(Jobs.log.size() + ' ' + [SELECT COUNT() FROM CronTrigger]);
      }
      @isTest static void tooManyFutures() { for (Integer i = 0; i < 51; i++) Jobs.later('x', new List<Integer>()); }
    }`,
};

t.test('asynchronous Apex in tests', async (t) => {
  await proveTests(t, { files }, [
    { test: 'JobTests.future', source: FUTURE, log: ['0 1 0', 'future x2true200 1', 'CompletedFuturelater0true'] },
    {
      test: 'JobTests.futureInFuture',
      source: 'https://salesforce.stackexchange.com/q/9051',
      fails: /^System.AsyncException: Future method cannot be called from a future or batch method: Jobs.later\(/,
    },
    {
      test: 'JobTests.queueable',
      source: QUEUEABLE,
      log: ['Queued1AsyncApexJob', '(work qnulltruetrue)', 'nullworked', 'Completed'],
    },
    {
      test: 'JobTests.chain',
      source: QUEUEABLE,
      fails: 'System.AsyncException: Maximum stack depth has been reached.',
    },
    {
      test: 'JobTests.failing',
      source: FINALIZER,
      log: ['broken', '(finalizer UNHANDLED_EXCEPTION broken)', '0', /^Failed1.*broken$/],
    },
    { test: 'JobTests.batch', source: BATCH, log: ['(execute 2true, finish 0, finish 2)'] },
    {
      test: 'JobTests.batchOfIterable',
      source: BATCH,
      log: ['(numbers (1, 2, 3), ProcessingBatchApex110)', 'Completed'],
    },
    {
      test: 'JobTests.batchTooManyChunks',
      source: BATCH,
      fails: /No more than one executeBatch can be called from within a test method/,
    },
    {
      test: 'JobTests.scheduled',
      source: SCHEDULE,
      log: [
        /^0 0 0 15 3 \? 2042 0 2042-03-1[45] WAITING nightly$/,
        'The Apex job named "nightly" is already scheduled for execution.',
        'System.StringException',
        "Based on configured schedule, the given trigger 'past' will never fire.",
        '(scheduled truetrue)',
      ],
    },
    { test: 'JobTests.aborted', source: SCHEDULE, log: ['0 0'] },
    {
      test: 'JobTests.tooManyFutures',
      source: guide('apex_gov_limits'),
      fails: 'System.LimitException: Too many future calls: 51',
    },
  ]);
});

t.test('asynchronous Apex after the commit', async (t) => {
  const org = await factOrg({ files });
  const run = (name: string): void => {
    org.run(org.adminId, (x) => methodOf(org, name)(x));
  };
  const names = (object: string, field = 'lastname'): string[] => {
    const definition = org.schema.object(object);
    if (definition === null) throw new Error(object);
    const texts = [...org.store.table(definition).rows.values()].map((row) => row.values.get(field));
    return texts.filter((text) => typeof text === 'string').sort();
  };

  run('Jobs.runAll');
  t.strictSame(names('Contact'), ['Chain1', 'Chain2', 'Chain3', 'Out'], `a future call and a chain (${QUEUEABLE})`);
  t.strictSame(
    names('AsyncApexJob', 'status'),
    ['Completed', 'Completed', 'Completed', 'Completed'],
    'each has its row',
  );

  run('Jobs.runFailing');
  t.ok(names('Contact').includes('Kept'), 'the transaction that enqueued a job stays when the job fails');
  t.notOk(names('Contact').includes('Lost'), 'a job that fails leaves nothing');
  t.ok(names('Contact').includes('Finalized'), `its finalizer runs (${FINALIZER})`);
  t.ok(names('Contact').includes('After'), 'the next job runs all the same');
  t.equal(names('AsyncApexJob', 'status').filter((s) => s === 'Failed').length, 1, 'the failed job says so');

  await runBeside(org, org.adminId, (x) => methodOf(org, 'Jobs.beside')(x));
  t.ok(names('Contact').includes('Beside'), 'so does a job of a transaction that ran beside others');

  run('Jobs.rollsBack');
  t.notOk(names('Contact').includes('Never'), 'a rollback to a savepoint takes the job back [assumption]');

  run('Jobs.endless');
  t.strictSame(
    names('Contact').filter((n) => n.startsWith('Depth')),
    ['Depth1', 'Depth2', 'Depth3', 'Depth4'],
    `a chain ends at the depth of a Developer Edition: the fifth job cannot enqueue, and is rolled back (${QUEUEABLE})`,
  );

  run('Jobs.run3');
  t.strictSame(names('Lead'), ['Seen0', 'Seen6'], `only Database.Stateful keeps fields between executes (${BATCH})`);
  t.throws(() => run('Jobs.schedule'), /Not modelled: scheduled Apex outside of tests/);
});
