import t from 'tap';
import { proveTests } from '../../helpers/apex-tests.ts';

// Shapes of code that libraries of today are written in: trigger handlers, units of work, selectors, mocks, builders.

const guide = (page: string): string =>
  `https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/${page}.htm`;

const files = {
  'Handler.cls': `
    public virtual inherited sharing class Handler {
      private static Map<String, LoopCount> loops;
      private static Set<String> bypassed;
      @TestVisible private Context context;
      @TestVisible private Boolean isTriggerExecuting;
      static { loops = new Map<String, LoopCount>(); bypassed = new Set<String>(); }
      public Handler() { this.setTriggerContext(); }
      public void run() {
        if (!validateRun()) return;
        addToLoopCount();
        switch on this.context {
          when BEFORE_INSERT { this.beforeInsert(); }
          when AFTER_INSERT, AFTER_UNDELETE { this.afterInsert(); }
          when BEFORE_UPDATE { this.beforeUpdate(); }
          when else { return; }
        }
      }
      public void setMaxLoopCount(Integer max) {
        String name = getName();
        if (!loops.containsKey(name)) loops.put(name, new LoopCount(max)); else loops.get(name).setMax(max);
      }
      public static void bypass(String name) { bypassed.add(name); }
      public static Boolean isBypassed(String name) { return bypassed.contains(name); }
      @TestVisible private void setTriggerContext() { this.setTriggerContext(null, false); }
      @TestVisible private void setTriggerContext(String ctx, Boolean testMode) {
        if (!Trigger.isExecuting && !testMode) { this.isTriggerExecuting = false; return; } else { this.isTriggerExecuting = true; }
        if ((Trigger.isExecuting && Trigger.isBefore && Trigger.isInsert) || (ctx != null && ctx == 'before insert')) this.context = Context.BEFORE_INSERT;
        else if (Trigger.isExecuting && Trigger.isAfter && Trigger.isInsert) this.context = Context.AFTER_INSERT;
        else if (Trigger.isExecuting && Trigger.isBefore && Trigger.isUpdate) this.context = Handler.Context.BEFORE_UPDATE;
      }
      private void addToLoopCount() {
        String name = getName();
        if (loops.containsKey(name) && loops.get(name).increment()) throw new HandlerException('Maximum loop count of ' + String.valueOf(loops.get(name).max) + ' reached in ' + name);
      }
      private Boolean validateRun() {
        if (!this.isTriggerExecuting || this.context == null) throw new HandlerException('Trigger handler called outside of Trigger execution');
        return !bypassed.contains(getName());
      }
      @TestVisible private String getName() { return this.toString().substringBefore(':'); }
      @TestVisible protected virtual void beforeInsert() {}
      @TestVisible protected virtual void afterInsert() {}
      @TestVisible protected virtual void beforeUpdate() {}
      @TestVisible private class LoopCount {
        public Integer max { get; private set; } private Integer count;
        public LoopCount() { this(5); }
        public LoopCount(Integer max) { this.max = max; this.count = 0; }
        public Boolean increment() { this.count++; return this.exceeded(); }
        public Boolean exceeded() { return this.max >= 0 && this.count > this.max; }
        public void setMax(Integer max) { this.max = max; }
      }
      @TestVisible private enum Context { BEFORE_INSERT, AFTER_INSERT, BEFORE_UPDATE, AFTER_UNDELETE }
      public class HandlerException extends Exception {}
    }`,
  'LeadHandler.cls': `
    public with sharing class LeadHandler extends Handler {
      private List<Lead> newLeads { get { return (List<Lead>) Trigger.new; } }
      private Map<Id, Lead> oldMap = (Map<Id, Lead>) Trigger.oldMap;
      protected override void beforeInsert() { for (Lead l : newLeads) { l.Title = l.Title ?? 'new'; if (l.LastName == 'Refused') l.addError('not this one'); if (l.LastName == 'Field') l.Company.addError('bad company'); } }
      protected override void afterInsert() { System.debug('after ' + Trigger.newMap.keySet().size() + ' ' + Trigger.operationType + ' ' + Trigger.size); }
      protected override void beforeUpdate() { for (Lead l : newLeads) { if (l.Title != this.oldMap.get(l.Id).Title) l.Description = oldMap.get(l.Id).Title + '>' + l.Title; } }
    }`,
  'LeadTrigger.trigger': `
    trigger LeadTrigger on Lead (before insert, after insert, before update) {
      new LeadHandler().run();
    }`,
  'Work.cls': `
    public virtual class Work implements IWork {
      public interface IDo { void run(); }
      public virtual class Dml implements IDml {
        public virtual void doInsert(List<SObject> records) { insert records; }
      }
      public interface IDml { void doInsert(List<SObject> records); }
      protected Map<Schema.SObjectType, List<SObject>> fresh = new Map<Schema.SObjectType, List<SObject>>();
      private List<SObjectType> order; private List<Relation> relations = new List<Relation>(); private IDml dml;
      private List<IDo> todo = new List<IDo>();
      public Work(List<SObjectType> order) { this(order, new Dml()); }
      public Work(List<SObjectType> order, IDml dml) { this.order = order.clone(); this.dml = dml; for (Schema.SObjectType t : order) fresh.put(t, new List<SObject>()); }
      public void registerNew(SObject record) { registerNew(record, null, null); }
      public void registerNew(SObject record, Schema.SObjectField field, SObject parent) {
        if (!fresh.containsKey(record.getSObjectType())) throw new WorkException(String.format('SObject type {0} is not supported by this unit of work', new List<String>{ record.getSObjectType().getDescribe().getName() }));
        fresh.get(record.getSObjectType()).add(record);
        if (parent != null && field != null) relations.add(new Relation(record, field, parent));
      }
      public void registerWork(IDo work) { todo.add(work); }
      public void commitWork() {
        Savepoint sp = Database.setSavepoint();
        Boolean ok = false;
        try {
          onStart();
          for (SObjectType t : order) { for (Relation r : relations) r.resolve(); dml.doInsert(fresh.get(t)); }
          for (IDo d : todo) d.run();
          ok = true;
        } catch (Exception e) { Database.rollback(sp); throw e; } finally { onEnd(ok); }
      }
      public virtual void onStart() {}
      public virtual void onEnd(Boolean ok) { System.debug('end ' + ok); }
      private class Relation {
        SObject record; SObjectField field; SObject parent;
        Relation(SObject record, SObjectField field, SObject parent) { this.record = record; this.field = field; this.parent = parent; }
        void resolve() { record.put(field, parent.Id); }
      }
      public class WorkException extends Exception {}
    }`,
  'IWork.cls': `public interface IWork { void registerNew(SObject record); void commitWork(); }`,
  'Selector.cls': `
    public abstract with sharing class Selector {
      private List<String> fields = new List<String>(); private List<String> conditions = new List<String>(); private Integer limitTo; private String orderBy;
      protected abstract Schema.SObjectType sObjectType();
      public Selector add(SObjectField f) { fields.add(f.getDescribe().getName()); return this; }
      public Selector add(Set<String> names) { for (String n : names) if (!fields.contains(n)) fields.add(n); return this; }
      public Selector filter(String c) { conditions.add(c); return this; }
      public Selector take(Integer n) { limitTo = n; return this; }
      public Selector order(SObjectField f, Boolean up) { orderBy = f + (up ? ' ASC' : ' DESC'); return this; }
      public override String toString() {
        return 'SELECT ' + String.join(fields, ', ') + ' FROM ' + sObjectType() + (conditions.isEmpty() ? '' : ' WHERE ' + String.join(conditions, ' AND '))
          + (orderBy == null ? '' : ' ORDER BY ' + orderBy) + (limitTo == null ? '' : ' LIMIT ' + limitTo);
      }
      public List<SObject> fetch() { return Database.query(toString()); }
      public static Selector of(Schema.SObjectType t) { return new Simple(t); }
      private class Simple extends Selector {
        private final SObjectType type;
        private Simple(SObjectType type) { this.type = type; }
        protected override SObjectType sObjectType() { return type; }
      }
    }`,
  'Services.cls': `
    public class Services {
      private static final Map<Type, Type> BINDINGS = new Map<Type, Type>{ IGreet.class => English.class };
      private static Map<Type, Object> mocks = new Map<Type, Object>();
      public interface IGreet { String greet(String name); }
      public class English implements IGreet { public String greet(String name) { return 'Hello ' + name; } }
      public static Object get(Type t) { return mocks.containsKey(t) ? mocks.get(t) : BINDINGS.get(t).newInstance(); }
      @TestVisible private static void setMock(Type t, Object o) { mocks.put(t, o); }
      private static Services instance;
      public static Services getInstance() { if (instance == null) { instance = new Services(); } return instance; }
      private Services() {}
      public class Builder {
        private Map<String, Object> values = new Map<String, Object>();
        public Builder with(String key, Object value) { values.put(key, value); return this; }
        public Map<String, Object> build() { return values; }
      }
      public class Wrapper implements Comparable {
        @AuraEnabled public String name { get; set; }
        @AuraEnabled public Integer rank;
        public Wrapper(String name, Integer rank) { this.name = name; this.rank = rank; }
        public Integer compareTo(Object o) { Wrapper that = (Wrapper) o; return this.rank > that.rank ? 1 : this.rank < that.rank ? -1 : 0; }
      }
      public class ByName implements Comparator<Wrapper> { public Integer compare(Wrapper a, Wrapper b) { return a.name.compareTo(b.name); } }
    }`,
  'Flow.cls': `
    public class Flow {
      public class Request { @InvocableVariable(label='Record' required=true) public Id recordId; @InvocableVariable public String note; }
      public class Response { @InvocableVariable public Boolean ok; }
      @InvocableMethod(label='Do it' description='Does it' category='Test')
      public static List<Response> run(List<Request> requests) {
        List<Response> out = new List<Response>();
        for (Request r : requests) { Response s = new Response(); s.ok = String.isNotBlank(r.note); out.add(s); }
        return out;
      }
      @AuraEnabled(cacheable=true) public static String cached() { return 'c'; }
      @RemoteAction @ReadOnly public static Integer remote() { return 1; }
      @Deprecated public static void old() {}
      @SuppressWarnings('PMD') @NamespaceAccessible public static void quiet() {}
      @JsonAccess(serializable='always' deserializable='always') public class Data { public String a; }
      webservice static String soap() { return 's'; }
    }`,
  'IdiomTests.cls': `
    @IsTest(IsParallel=true) private class IdiomTests {
      @TestSetup static void setup() { insert new Account(Name = 'From setup'); }
      @IsTest static void triggerHandler() {
        Lead l = new Lead(LastName = 'A', Company = 'B');
        insert l;
        System.debug([SELECT Title FROM Lead].Title);
        l.Title = 'changed';
        update l;
        System.debug([SELECT Description FROM Lead].Description);
        Database.SaveResult[] results = Database.insert(new List<Lead>{ new Lead(LastName = 'Refused', Company = 'x'), new Lead(LastName = 'Field', Company = 'x'), new Lead(LastName = 'Fine', Company = 'x') }, false);
        System.debug(results[0].getErrors()[0].getMessage() + ' ' + results[0].getErrors()[0].getStatusCode());
        System.debug(results[1].getErrors()[0].getFields());
        System.debug(results[2].isSuccess());
        Handler.bypass('LeadHandler');
        insert new Lead(LastName = 'Bypassed', Company = 'B');
        System.debug([SELECT Title FROM Lead WHERE LastName = 'Bypassed'].Title);
      }
      @IsTest static void handlerOutsideTrigger() {
        try { new LeadHandler().run(); Assert.fail('no exception'); } catch (Handler.HandlerException e) { System.debug(e.getMessage()); }
        Handler h = new Handler();
        h.setTriggerContext('before insert', true);
        System.debug(h.context + ' ' + h.getName());
        h.setMaxLoopCount(1); h.run();
        try { h.run(); } catch (Exception e) { System.debug(e.getMessage()); }
      }
      @IsTest static void unitOfWork() {
        Work w = new Work(new List<SObjectType>{ Account.SObjectType, Contact.SObjectType });
        Account a = new Account(Name = 'Parent');
        w.registerNew(a);
        w.registerNew(new Contact(LastName = 'Child'), Contact.AccountId, a);
        IWork same = w;
        same.commitWork();
        System.debug([SELECT Account.Name FROM Contact].Account.Name);
        try { w.registerNew(new Lead()); } catch (Work.WorkException e) { System.debug(e.getMessage()); }
        Work broken = new Work(new List<SObjectType>{ Account.SObjectType }, new FailingDml());
        broken.registerNew(new Account(Name = 'x'));
        try { broken.commitWork(); } catch (Exception e) { System.debug(e.getMessage()); }
      }
      private class FailingDml extends Work.Dml { public override void doInsert(List<SObject> records) { super.doInsert(records); throw new IllegalArgumentException('after insert'); } }
      @IsTest static void selector() {
        Selector s = Selector.of(Account.SObjectType).add(Account.Name).add(new Set<String>{ 'Id', 'Name' }).filter('Name LIKE \\'From%\\'').order(Account.Name, true).take(5);
        System.debug(s);
        System.debug(((List<Account>) s.fetch())[0].Name);
      }
      @IsTest static void services() {
        System.debug(((Services.IGreet) Services.get(Services.IGreet.class)).greet('Ada'));
        Services.setMock(Services.IGreet.class, new French());
        System.debug(((Services.IGreet) Services.get(Services.IGreet.class)).greet('Ada'));
        System.debug(Services.getInstance() === Services.getInstance());
        System.debug(new Services.Builder().with('a', 1).with('b', new List<String>{ 'x' }).build());
        List<Services.Wrapper> all = new List<Services.Wrapper>{ new Services.Wrapper('b', 1), new Services.Wrapper('a', 2) };
        all.sort(); System.debug(all[0].name);
        all.sort(new Services.ByName()); System.debug(all[0].name);
        System.debug(JSON.serialize(all[0]));
        System.debug(((Services.Wrapper) JSON.deserialize('{"name":"z","rank":9}', Services.Wrapper.class)).rank);
      }
      private class French implements Services.IGreet { public String greet(String name) { return 'Bonjour ' + name; } }
      @IsTest static void annotations() {
        Flow.Request r = new Flow.Request(); r.note = 'x';
        System.debug(Flow.run(new List<Flow.Request>{ r, new Flow.Request() })[1].ok + Flow.cached() + Flow.remote() + Flow.soap());
        Flow.old(); Flow.quiet();
        System.debug([SELECT COUNT() FROM Account]);
      }
      @IsTest static void runAs() {
        Profile p = [SELECT Id FROM Profile WHERE Name = 'Standard User'];
        User u = new User(Alias = 'std', Email = 'std@example.com', EmailEncodingKey = 'UTF-8', LastName = 'Std', LanguageLocaleKey = 'en_US', LocaleSidKey = 'en_US', ProfileId = p.Id, TimeZoneSidKey = 'America/Los_Angeles', UserName = 'std' + DateTime.now().getTime() + '@example.com');
        System.runAs(u) { System.debug(UserInfo.getUserId() == u.Id); System.runAs(new User(Id = UserInfo.getUserId())) { System.debug('nested'); } }
        System.debug(UserInfo.getUserId() == u.Id);
      }
      @IsTest static testMethod void failingAssertion() { try { System.assertEquals(1, 2, 'one is two'); } catch (Exception e) { System.debug('caught'); } }
      @IsTest static void dynamicApex() {
        SObject s = Schema.getGlobalDescribe().get('account').newSObject();
        s.put('Name', 'dyn'); s.put(Account.NumberOfEmployees, 5);
        insert s;
        Account a = (Account) s;
        System.debug(a.Name + a.NumberOfEmployees + (a.Id == s.Id) + s.getSObjectType());
        for (Schema.SObjectField f : new List<SObjectField>{ Account.Name, Account.AccountNumber }) System.debug(f + ' ' + f.getDescribe().getType());
        Map<String, SObjectField> fields = Account.SObjectType.getDescribe().fields.getMap();
        System.debug(fields.containsKey('name') + ' ' + (fields.get('NAME') == Account.Name));
        System.debug(Schema.SObjectType.Account.getLabel() + Schema.SObjectType.Account.fields.Name.getLength());
        List<SObject> list1 = (List<SObject>) Type.forName('List<Account>').newInstance();
        list1.add(a);
        System.debug(list1.getSObjectType());
        Map<Id, SObject> byId = new Map<Id, SObject>(list1);
        System.debug(byId.containsKey(a.Id));
        System.debug(a.getPopulatedFieldsAsMap().keySet().contains('Name'));
        Account c = a.clone(false, true, false, false);
        System.debug(c.Id == null);
      }
    }`,
};

t.test('idioms', async (t) => {
  await proveTests(t, { files }, [
    {
      test: 'IdiomTests.triggerHandler',
      source: guide('apex_triggers_context_variables'),
      log: [
        'after 1 AFTER_INSERT 1',
        'new',
        'new>changed',
        'after 1 AFTER_INSERT 1',
        'after 1 AFTER_INSERT 1',
        'not this one FIELD_CUSTOM_VALIDATION_EXCEPTION',
        '(Company)',
        'true',
        'null',
      ],
    },
    {
      test: 'IdiomTests.handlerOutsideTrigger',
      source: guide('apex_triggers_context_variables'),
      log: [
        'Trigger handler called outside of Trigger execution',
        'BEFORE_INSERT Handler',
        'Maximum loop count of 1 reached in Handler',
      ],
    },
    {
      test: 'IdiomTests.unitOfWork',
      source: guide('langCon_apex_transaction_control'),
      log: [
        'end true',
        'Parent',
        'SObject type Lead is not supported by this unit of work',
        'end false',
        'after insert',
      ],
    },
    {
      test: 'IdiomTests.selector',
      source: guide('apex_dynamic_soql'),
      log: ["SELECT Name, Id FROM Account WHERE Name LIKE 'From%' ORDER BY Name ASC LIMIT 5", 'From setup'],
    },
    {
      test: 'IdiomTests.services',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_type.htm',
      log: ['Hello Ada', 'Bonjour Ada', 'true', '{a=1, b=(x)}', 'b', 'a', '{"name":"a","rank":2}', '9'],
    },
    { test: 'IdiomTests.annotations', source: guide('apex_classes_annotation'), log: ['falsec1s', '1'] },
    { test: 'IdiomTests.runAs', source: guide('apex_testing_tools_runas'), log: ['true', 'nested', 'false'] },
    {
      test: 'IdiomTests.failingAssertion',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_System_Assert.htm',
      fails: 'System.AssertException: Assertion Failed: one is two: Expected: 1, Actual: 2',
      log: [],
    },
    {
      test: 'IdiomTests.dynamicApex',
      source: guide('apex_dynamic_describe_objects_understanding'),
      log: [
        'dyn5trueAccount',
        'Name STRING',
        'AccountNumber STRING',
        'true true',
        'Account255',
        'Account',
        'true',
        'true',
        'true',
      ],
    },
  ]);
});
