import t from 'tap';
import { concatenationText } from '../../../src/values/text.ts';
import { factOrg, methodOf } from '../../helpers/facts.ts';
import type { FactOrgOptions } from '../../helpers/facts.ts';

// The Test class and what only tests use. Each Apex test method is one fact with its assertions; its source stands above it.

const FILES: FactOrgOptions['files'] = {
  'PriceService.cls': `public virtual class PriceService {
    public Integer calls = 0;
    public PriceService() { throw new IllegalArgumentException('constructed'); }
    public virtual Decimal price(String sku, Integer quantity) { return price(sku) * quantity; }
    protected virtual Decimal price(String sku) { return 1; }
    public List<String> names() { return new List<String>{'real'}; }
    public void note(String text) { }
    private Integer secret() { return 7; }
    public Integer reveal() { return secret(); }
    public static String kind() { return 'real'; }
    public String title { get { return 'real title'; } set; }
  }`,
  'Greeter.cls': `public interface Greeter { String greet(String name); }`,
  'Recorder.cls': `@IsTest public class Recorder implements System.StubProvider {
    public List<String> calls = new List<String>();
    public Map<String, Object> answers = new Map<String, Object>();
    public Object handleMethodCall(Object stubbed, String name, System.Type returnType, List<System.Type> types,
        List<String> names, List<Object> args) {
      calls.add(name + ' ' + returnType + ' ' + types + ' ' + names + ' ' + args);
      return answers.get(name);
    }
  }`,
  'Echo.cls': `@IsTest public class Echo implements HttpCalloutMock {
    public HttpResponse respond(HttpRequest req) {
      HttpResponse res = new HttpResponse();
      res.setStatusCode(201); res.setStatus('Created');
      res.setHeader('Content-Type', 'text/plain');
      res.setBody(req.getMethod() + ' ' + req.getEndpoint() + ' ' + req.getBody());
      return res;
    }
  }`,
  'Job.cls': `public class Job implements Queueable {
    public static Integer runs = 0;
    public void execute(QueueableContext context) { insert new Account(Name = 'by job'); }
  }`,
  'Counter.cls': `public class Counter implements Iterable<Integer>, Iterator<Integer> {
    private Integer at = 0; private Integer max;
    public Counter(Integer max) { this.max = max; }
    public Iterator<Integer> iterator() { return this; }
    public Boolean hasNext() { return at < max; }
    public Integer next() { return at++; }
  }`,
  'OrderEvents.trigger': `trigger OrderEvents on Order_Event__e (after insert) {
    List<Account> accounts = new List<Account>();
    for (Order_Event__e event : Trigger.new) accounts.add(new Account(Name = event.Number__c));
    insert accounts;
  }`,
  'Installer.cls': `global class Installer implements InstallHandler, UninstallHandler {
    public static String seen;
    global void onInstall(InstallContext context) {
      seen = context.isUpgrade() + ' ' + context.isPush() + ' ' + context.previousVersion();
    }
    global void onUninstall(UninstallContext context) { seen = 'gone'; }
  }`,
};

const METADATA: FactOrgOptions['metadata'] = {
  'objects/Order_Event__e/Order_Event__e.object-meta.xml': `<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
    <deploymentStatus>Deployed</deploymentStatus><eventType>HighVolume</eventType><label>Order Event</label>
    <pluralLabel>Order Events</pluralLabel><publishBehavior>PublishAfterCommit</publishBehavior></CustomObject>`,
  'objects/Order_Event__e/fields/Number__c.field-meta.xml': `<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
    <fullName>Number__c</fullName><label>Number</label><length>20</length><required>true</required><type>Text</type></CustomField>`,
  'staticresources/People.resource-meta.xml': `<StaticResource xmlns="http://soap.sforce.com/2006/04/metadata">
    <cacheControl>Private</cacheControl><contentType>text/csv</contentType></StaticResource>`,
  'staticresources/People.csv': 'Name,NumberOfEmployees,Website\nAda Ltd,12,https://example.org\n"Grace, Inc.",,\n',
  'staticresources/Answer.resource-meta.xml': `<StaticResource xmlns="http://soap.sforce.com/2006/04/metadata">
    <cacheControl>Public</cacheControl><contentType>application/json</contentType></StaticResource>`,
  'notificationtypes/Attention.notiftype-meta.xml': `<CustomNotificationType xmlns="http://soap.sforce.com/2006/04/metadata">
    <customNotifTypeName>Attention</customNotifTypeName><desktop>true</desktop><masterLabel>Attention</masterLabel>
    <mobile>false</mobile></CustomNotificationType>`,
  'staticresources/Answer.json': '{"answer":42}',
};

const BODIES: Record<string, [source: string, apex: string]> = {
  stubOfAClass: [
    'Apex Developer Guide, "Build a Mocking Framework with the Stub API"; Apex Reference Guide, StubProvider',
    `Recorder recorder = new Recorder();
    recorder.answers.put('price', 12.5);
    PriceService service = (PriceService) Test.createStub(PriceService.class, recorder);
    Assert.areEqual(12.5, service.price('A-1', 2));
    service.note('x');
    Assert.isNull(service.names());
    Assert.areEqual(3, recorder.calls.size());
    Assert.areEqual('price Decimal (String, Integer) (sku, quantity) (A-1, 2)', recorder.calls[0]);
    Assert.areEqual('note void (String) (text) (x)', recorder.calls[1]);
    Assert.areEqual('names List<String> () () ()', recorder.calls[2]);
    Assert.isInstanceOfType(service, PriceService.class);
    Assert.areEqual('real title', service.title, 'accessors are not stubbed');
    Assert.areEqual('real', PriceService.kind(), 'static methods are not stubbed');`,
  ],
  stubOfAnInterface: [
    'Apex Reference Guide, Test.createStub',
    `Recorder recorder = new Recorder();
    recorder.answers.put('greet', 'hi');
    Greeter greeter = (Greeter) Test.createStub(Greeter.class, recorder);
    Assert.areEqual('hi', greeter.greet('Ada'));
    recorder.answers.put('greet', 5);
    try { greeter.greet('Ada'); Assert.fail(); } catch (TypeException e) { Assert.isTrue(e.getMessage().contains('Integer')); }`,
  ],
  calloutMock: [
    'Apex Developer Guide, "Testing HTTP Callouts by Implementing the HttpCalloutMock Interface"',
    `Test.setMock(HttpCalloutMock.class, new Echo());
    HttpRequest req = new HttpRequest();
    req.setMethod('POST'); req.setEndpoint('callout:Billing/orders'); req.setBody('{}'); req.setTimeout(60000);
    HttpResponse res = new Http().send(req);
    Assert.areEqual(201, res.getStatusCode());
    Assert.areEqual('Created', res.getStatus());
    Assert.areEqual('POST callout:Billing/orders {}', res.getBody());
    Assert.areEqual('text/plain', res.getHeader('Content-Type'));
    Assert.areEqual(1, Limits.getCallouts());`,
  ],
  calloutAfterDml: [
    'Apex Developer Guide, "Performing DML Operations and Mock Callouts"',
    `Test.setMock(HttpCalloutMock.class, new Echo());
    insert new Account(Name = 'a');
    HttpRequest req = new HttpRequest(); req.setMethod('GET'); req.setEndpoint('https://example.org');
    try { new Http().send(req); Assert.fail('sent'); }
    catch (CalloutException e) {
      Assert.areEqual('You have uncommitted work pending. Please commit or rollback before calling out', e.getMessage());
    }
    Test.startTest();
    Assert.areEqual(201, new Http().send(req).getStatusCode());
    Test.stopTest();`,
  ],
  calloutWithoutMock: [
    'Apex Developer Guide, "Testing HTTP Callouts"',
    `HttpRequest req = new HttpRequest(); req.setMethod('GET'); req.setEndpoint('https://example.org');
    try { new Http().send(req); Assert.fail('sent'); }
    catch (CalloutException e) {
      Assert.areEqual('Methods defined as TestMethod do not support Web service callouts', e.getMessage());
    }`,
  ],
  staticResourceMock: [
    'Apex Reference Guide, StaticResourceCalloutMock Class',
    `StaticResourceCalloutMock mock = new StaticResourceCalloutMock();
    mock.setStaticResource('Answer'); mock.setStatusCode(200); mock.setStatus('OK');
    mock.setHeader('Content-Type', 'application/json');
    Test.setMock(HttpCalloutMock.class, mock);
    HttpRequest req = new HttpRequest(); req.setMethod('GET'); req.setEndpoint('https://example.org');
    HttpResponse res = new Http().send(req);
    Assert.areEqual('{"answer":42}', res.getBody());
    Assert.areEqual('application/json', res.getHeader('Content-Type'));`,
  ],
  multiStaticResourceMock: [
    'Apex Reference Guide, MultiStaticResourceCalloutMock Class',
    `MultiStaticResourceCalloutMock mock = new MultiStaticResourceCalloutMock();
    mock.setStaticResource('https://example.org/a', 'Answer'); mock.setStaticResource('https://example.org/b', 'People');
    mock.setStatusCode(202);
    Test.setMock(HttpCalloutMock.class, mock);
    HttpRequest req = new HttpRequest(); req.setMethod('GET'); req.setEndpoint('https://example.org/b');
    Assert.isTrue(new Http().send(req).getBody().startsWith('Name,'));
    Assert.areEqual(202, new Http().send(req).getStatusCode());`,
  ],
  loadedData: [
    'Apex Reference Guide, Test.loadData; Apex Developer Guide, "Loading Test Data"',
    `List<SObject> loaded = Test.loadData(Account.SObjectType, 'People');
    Assert.areEqual(2, loaded.size());
    Assert.areEqual('Ada Ltd', ((Account) loaded[0]).Name);
    Assert.areEqual('Grace, Inc.', [SELECT Name FROM Account WHERE Id = :loaded[1].Id].Name);
    Assert.areEqual(12, [SELECT NumberOfEmployees FROM Account WHERE Id = :loaded[0].Id].NumberOfEmployees);`,
  ],
  staticResourceRow: [
    'Object Reference, StaticResource',
    `StaticResource resource = [SELECT Name, Body, ContentType FROM StaticResource WHERE Name = 'Answer'];
    Assert.areEqual('{"answer":42}', resource.Body.toString());
    Assert.areEqual('application/json', resource.ContentType);`,
  ],
  dataIsolation: [
    'Apex Developer Guide, "Isolation of Test Data from Organization Data in Unit Tests"',
    `Assert.areEqual(0, [SELECT COUNT() FROM Account]);
    Assert.areNotEqual(0, [SELECT COUNT() FROM User]);
    Assert.areNotEqual(0, [SELECT COUNT() FROM Profile]);`,
  ],
  standardPricebook: [
    'Apex Reference Guide, Test.getStandardPricebookId',
    `Id book = Test.getStandardPricebookId();
    Assert.areEqual(Pricebook2.SObjectType, book.getSObjectType());
    Product2 product = new Product2(Name = 'Chair', IsActive = true);
    insert product;
    PricebookEntry entry = new PricebookEntry(Pricebook2Id = book, Product2Id = product.Id, UnitPrice = 10, IsActive = true);
    insert entry;
    Assert.isNotNull(entry.Id);`,
  ],
  asyncWorkRunsAtStopTest: [
    'Apex Developer Guide, "Using Limits, startTest, and stopTest"',
    `Test.startTest();
    System.enqueueJob(new Job());
    Assert.areEqual(1, Limits.getQueueableJobs());
    Assert.areEqual(0, [SELECT COUNT() FROM Account]);
    Test.stopTest();
    Assert.areEqual(1, [SELECT COUNT() FROM Account WHERE Name = 'by job']);`,
  ],
  freshLimits: [
    'Apex Reference Guide, Test.startTest: "a fresh set of governor limits"',
    `Integer n = [SELECT COUNT() FROM Account];
    insert new Account(Name = 'a');
    Test.startTest();
    Assert.areEqual(0, Limits.getQueries());
    Assert.areEqual(0, Limits.getDmlStatements());
    n = [SELECT COUNT() FROM Account];
    Test.stopTest();
    Assert.areEqual(1, Limits.getQueries());
    Assert.areEqual(1, Limits.getDmlStatements());
    Assert.areEqual(1, Limits.getDmlRows());`,
  ],
  eventsAtDeliver: [
    'Platform Events Developer Guide, "Test Your Platform Event Trigger in Apex"; EventBus.TestBroker',
    `Database.SaveResult saved = EventBus.publish(new Order_Event__e(Number__c = 'A-1'));
    Assert.isTrue(saved.isSuccess());
    Assert.areEqual(0, [SELECT COUNT() FROM Account]);
    Test.getEventBus().deliver();
    Assert.areEqual(1, [SELECT COUNT() FROM Account WHERE Name = 'A-1']);
    Assert.isNotNull(EventBus.getOperationId(saved));`,
  ],
  eventsAtStopTest: [
    'Platform Events Developer Guide, "Deliver Test Event Messages": Test.stopTest delivers',
    `Test.startTest();
    List<Database.SaveResult> saved = EventBus.publish(new List<Order_Event__e>{
      new Order_Event__e(Number__c = 'B-1'), new Order_Event__e() });
    Assert.areEqual(1, Limits.getDmlStatements());
    Test.stopTest();
    Assert.isTrue(saved[0].isSuccess());
    Assert.isFalse(saved[1].isSuccess());
    Assert.areEqual(StatusCode.REQUIRED_FIELD_MISSING, saved[1].getErrors()[0].getStatusCode());
    Assert.areEqual(1, [SELECT COUNT() FROM Account]);`,
  ],
  installation: [
    'Apex Reference Guide, Test.testInstall, InstallContext, Version',
    `Test.testInstall(new Installer(), null);
    Assert.areEqual('false false null', Installer.seen);
    Test.testInstall(new Installer(), new Version(1, 2), true);
    Assert.areEqual('true true 1.2', Installer.seen);
    Test.testUninstall(new Installer());
    Assert.areEqual('gone', Installer.seen);`,
  ],
  metadataCannotBeDeployed: [
    'Apex Reference Guide, Metadata.Operations: a test cannot deploy [assumption as to the words]',
    `Metadata.CustomMetadata record = new Metadata.CustomMetadata();
    record.fullName = 'Rule.A'; record.label = 'A';
    Metadata.CustomMetadataValue value = new Metadata.CustomMetadataValue();
    value.field = 'Limit__c'; value.value = 5;
    record.values.add(value);
    Metadata.DeployContainer container = new Metadata.DeployContainer();
    container.addMetadata(record);
    Assert.areEqual(1, container.getMetadata().size());
    Assert.areEqual('Rule.A', container.getMetadata()[0].fullName);
    Assert.areEqual(5, ((Metadata.CustomMetadata) container.getMetadata()[0]).values[0].value);
    try { Metadata.Operations.enqueueDeployment(container, null); Assert.fail(); } catch (AsyncException e) { Assert.isNotNull(e.getMessage()); }
    Assert.isTrue(container.removeMetadataByFullName('rule.a'));`,
  ],
  cacheOfATest: [
    'Apex Developer Guide, "Platform Cache Considerations"; Apex Reference Guide, Cache.Org',
    `Assert.isNull(Cache.Org.get('local.Main.colours'));
    List<String> colours = new List<String>{'red'};
    Cache.Org.put('local.Main.colours', colours);
    colours.add('blue');
    Assert.areEqual(1, ((List<String>) Cache.Org.get('local.Main.colours')).size(), 'a copy is kept');
    Cache.OrgPartition part = Cache.Org.getPartition('local.Main');
    Assert.isTrue(part.contains('colours'));
    Assert.areEqual(new Set<String>{'colours'}, part.getKeys());
    Assert.isTrue(part.remove('colours'));
    Assert.isFalse(part.contains('colours'));
    Cache.Session.put('a1', 7, 300);
    Assert.areEqual(7, Cache.Session.get('a1'));
    Assert.isFalse(Cache.Org.contains('a1'));
    try { Cache.Org.put('not-valid', 1); Assert.fail(); } catch (Cache.InvalidParamException e) { Assert.isNotNull(e.getMessage()); }`,
  ],
  emails: [
    'Apex Reference Guide, Messaging.SingleEmailMessage, Messaging.sendEmail',
    `Messaging.SingleEmailMessage mail = new Messaging.SingleEmailMessage();
    mail.setToAddresses(new List<String>{'ada@example.org'});
    mail.setSubject('Hello'); mail.setPlainTextBody('text');
    Messaging.EmailFileAttachment file = new Messaging.EmailFileAttachment();
    file.setFileName('a.txt'); file.setBody(Blob.valueOf('x'));
    mail.setFileAttachments(new List<Messaging.EmailFileAttachment>{file});
    List<Messaging.SendEmailResult> results = Messaging.sendEmail(new List<Messaging.SingleEmailMessage>{mail});
    Assert.isTrue(results[0].isSuccess());
    Assert.areEqual(1, Limits.getEmailInvocations());
    Assert.areEqual('Hello', mail.getSubject());
    Assert.areEqual('Hello', mail.subject);
    Messaging.SingleEmailMessage empty = new Messaging.SingleEmailMessage();
    results = Messaging.sendEmail(new List<Messaging.Email>{empty}, false);
    Assert.isFalse(results[0].isSuccess());
    Assert.areEqual(StatusCode.REQUIRED_FIELD_MISSING, results[0].getErrors()[0].getStatusCode());
    try { Messaging.sendEmail(new List<Messaging.Email>{empty}); Assert.fail(); }
    catch (EmailException e) { Assert.isTrue(e.getMessage().startsWith('SendEmail failed. First exception on row 0')); }
    Messaging.reserveSingleEmailCapacity(1);`,
  ],
  pages: [
    'Apex Reference Guide, ApexPages, PageReference, Test.setCurrentPage',
    `PageReference page = new PageReference('/apex/Editor?id=5&name=a%20b');
    page.getParameters().put('mode', 'x&y');
    Assert.areEqual('5', page.getParameters().get('id'));
    Assert.areEqual('a b', page.getParameters().get('name'));
    Assert.areEqual('/apex/Editor?id=5&name=a+b&mode=x%26y', page.getUrl());
    page.setRedirect(true);
    Assert.isTrue(page.getRedirect());
    Test.setCurrentPage(page);
    Assert.areEqual('5', ApexPages.currentPage().getParameters().get('id'));
    Assert.isFalse(ApexPages.hasMessages());
    ApexPages.addMessage(new ApexPages.Message(ApexPages.Severity.ERROR, 'bad'));
    Assert.isTrue(ApexPages.hasMessages(ApexPages.Severity.ERROR));
    Assert.isFalse(ApexPages.hasMessages(ApexPages.Severity.INFO));
    Assert.areEqual('bad', ApexPages.getMessages()[0].getSummary());
    Account account = new Account(Name = 'a'); insert account;
    Assert.areEqual(account.Id, new ApexPages.StandardController(account).getId());
    try { new ApexPages.StandardController(account).addFields(new List<String>{'Name'}); Assert.fail(); }
    catch (SObjectException e) { Assert.isTrue(e.getMessage().startsWith('You cannot call addFields when the data')); }`,
  ],
  pagesByName: [
    'Visualforce Developer Guide, "Navigation Methods": Page.pageName',
    `PageReference editor = Page.Editor;
    Assert.areEqual('/apex/Editor', editor.getUrl());
    editor.getParameters().put('id', '1');
    Assert.areEqual('/apex/Editor', Page.Editor.getUrl(), 'a new reference each time');`,
  ],
  customNotification: [
    'Apex Reference Guide, Messaging.CustomNotification; Object Reference, CustomNotificationType',
    `Id kind = [SELECT Id FROM CustomNotificationType WHERE DeveloperName = 'Attention'].Id;
    Messaging.CustomNotification note = new Messaging.CustomNotification();
    note.setNotificationTypeId(kind); note.setTitle('Look'); note.setBody('here'); note.setTargetId(UserInfo.getUserId());
    note.send(new Set<String>{UserInfo.getUserId()});
    Messaging.CustomNotification empty = new Messaging.CustomNotification();
    try { empty.send(new Set<String>{UserInfo.getUserId()}); Assert.fail(); } catch (HandledException e) { Assert.isNotNull(e.getMessage()); }`,
  ],
  ownIterables: [
    'Apex Reference Guide, String.join(iterableObj, separator); Iterable and Iterator Interfaces',
    `Assert.areEqual('0-1-2', String.join(new Counter(3), '-'));
    Integer sum = 0;
    for (Integer i : new Counter(4)) sum += i;
    Assert.areEqual(6, sum);`,
  ],
  queryLocatorIterator: [
    'Apex Reference Guide, Database.QueryLocatorIterator; Limits.getQueryLocatorRows',
    `insert new List<Account>{new Account(Name = 'a'), new Account(Name = 'b')};
    Database.QueryLocatorIterator rows = Database.getQueryLocator('SELECT Name FROM Account ORDER BY Name').iterator();
    Assert.isTrue(rows.hasNext());
    Assert.areEqual('a', ((Account) rows.next()).Name);
    rows.next();
    Assert.isFalse(rows.hasNext());
    Assert.areEqual(2, Limits.getQueryLocatorRows());`,
  ],
  mocksAreOfTheirTest: [
    'Apex Reference Guide, Test.setMock: "The mock is used for callouts in the test method"',
    `HttpRequest req = new HttpRequest(); req.setMethod('GET'); req.setEndpoint('https://example.org');
    try { new Http().send(req); Assert.fail(); } catch (CalloutException e) { Assert.isNotNull(e.getMessage()); }`,
  ],
  searchResults: [
    'Apex Developer Guide, "Adding SOSL Queries to Unit Tests"',
    `List<Account> accounts = new List<Account>{new Account(Name = 'Ada'), new Account(Name = 'Bob')};
    insert accounts;
    Assert.areEqual(0, [FIND 'Ada' IN ALL FIELDS RETURNING Account(Id, Name)][0].size(), 'nothing without fixed results');
    Test.setFixedSearchResults(new List<Id>{accounts[0].Id, accounts[1].Id});
    String word = 'x';
    String wanted = 'Bob';
    List<List<SObject>> found = [FIND :word IN NAME FIELDS RETURNING Account(Name WHERE Name = :wanted LIMIT 5), Contact];
    Assert.areEqual(2, found.size());
    Assert.areEqual(1, found[0].size());
    Assert.areEqual('Bob', ((Account) found[0][0]).Name);
    Assert.isTrue(found[1].isEmpty());
    found = Search.query('FIND {Ada} RETURNING Account(Name ORDER BY Name DESC)');
    Assert.areEqual('Bob', ((Account) found[0][0]).Name);
    Assert.areEqual(3, Limits.getSoslQueries());
    Assert.areEqual(0, Limits.getQueries());
    try { Search.query('FIND nothing'); Assert.fail(); } catch (SearchException e) { Assert.isNotNull(e.getMessage()); }`,
  ],
};

t.test('what tests use', async (t) => {
  const methods = Object.entries(BODIES).map(
    ([name, [source, apex]]) => `// ${source}\n@IsTest static void ${name}() { ${apex} }`,
  );
  const org = await factOrg({
    metadata: METADATA,
    files: { ...FILES, 'TestFacts.cls': `@IsTest private class TestFacts {\n${methods.join('\n')}\n}` },
  });
  const run = org.runTests(['TestFacts']);
  t.equal(run.outcomes.length, Object.keys(BODIES).length);
  for (const outcome of run.outcomes) {
    t.equal(outcome.message, null, `${outcome.methodName} (${BODIES[outcome.methodName]?.[0]})\n${outcome.stackTrace}`);
  }
});

const RULE = `<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata"><label>Rule</label><pluralLabel>Rules</pluralLabel>
  <visibility>Public</visibility></CustomObject>`;
const LIMIT = `<CustomField xmlns="http://soap.sforce.com/2006/04/metadata"><fullName>Limit__c</fullName><label>Limit</label>
  <precision>3</precision><scale>0</scale><type>Number</type></CustomField>`;

t.test('after the commit', async (t) => {
  const org = await factOrg({
    metadata: {
      ...METADATA,
      'objects/Rule__mdt/Rule__mdt.object-meta.xml': RULE,
      'objects/Rule__mdt/fields/Limit__c.field-meta.xml': LIMIT,
    },
    files: {
      'OrderEvents.trigger': FILES['OrderEvents.trigger'] ?? '',
      'Noted.cls': `public class Noted implements Metadata.DeployCallback {
        public void handleResult(Metadata.DeployResult result, Metadata.DeployCallbackContext context) {
          String problem = result.success ? '' : result.details.componentFailures[0].problem;
          insert new Account(Name = result.status + ' ' + result.numberComponentsDeployed + problem);
        }
      }`,
      'Work.cls': `public class Work {
        static Metadata.CustomMetadata rule(String name, Object value) {
          Metadata.CustomMetadata record = new Metadata.CustomMetadata();
          record.fullName = 'Rule.' + name; record.label = 'Rule ' + name;
          Metadata.CustomMetadataValue pair = new Metadata.CustomMetadataValue();
          pair.field = 'Limit__c'; pair.value = value;
          record.values.add(pair);
          return record;
        }
        static void deploy(List<Metadata.CustomMetadata> rules) {
          Metadata.DeployContainer container = new Metadata.DeployContainer();
          for (Metadata.CustomMetadata rule : rules) container.addMetadata(rule);
          Metadata.Operations.enqueueDeployment(container, new Noted());
        }
        public static void publish() { EventBus.publish(new Order_Event__e(Number__c = 'C-1')); }
        public static void publishAndFail() { publish(); throw new IllegalArgumentException('no'); }
        public static void good() { deploy(new List<Metadata.CustomMetadata>{rule('A', 5), rule('B', 6)}); }
        public static void change() { deploy(new List<Metadata.CustomMetadata>{rule('A', 7)}); }
        public static void bad() { deploy(new List<Metadata.CustomMetadata>{rule('C', 1), rule('D', 12345)}); }
      }`,
    },
  });
  const run = (name: string): unknown => org.run(org.adminId, (x) => methodOf(org, `Work.${name}`)(x));
  const rows = (object: string, field: string): string[] => {
    const definition = org.schema.object(object);
    if (definition === null) throw new Error(`No ${object}`);
    return [...org.store.table(definition).rows.values()]
      .map((row) => concatenationText(row.values.get(field) ?? null))
      .sort();
  };
  // Platform Events Developer Guide, "Platform Event Fields": Publish After Commit
  run('publish');
  t.strictSame(rows('Account', 'name'), ['C-1'], 'an event reaches its trigger after the commit');
  t.throws(() => run('publishAndFail'));
  t.strictSame(rows('Account', 'name'), ['C-1'], 'and not when the transaction is rolled back');
  // Apex Reference Guide, Metadata.Operations, DeployCallback, DeployResult
  run('good');
  t.strictSame(rows('Rule__mdt', 'limit__c'), ['5', '6']);
  t.ok(rows('Account', 'name').includes('Succeeded 2'), 'the callback hears of it');
  run('change');
  t.strictSame(rows('Rule__mdt', 'limit__c'), ['6', '7'], 'a record of that name is updated');
  run('bad');
  t.strictSame(rows('Rule__mdt', 'limit__c'), ['6', '7'], 'all components or none');
  t.ok(
    rows('Account', 'name').some((name) => name.startsWith('Failed 0')),
    'with the problem',
  );
});
