import t from 'tap';
import { proveFacts } from '../../helpers/facts.ts';
import { defaultUsers } from '../../../src/org/seed.ts';
import { evaluateApex } from '../../helpers/evaluate.ts';

// Triggers, sharing, DML statements, and what the compiler refuses.

const guide = (page: string): string =>
  `https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/${page}.htm`;

const files = {
  'Log.cls': `
    public class Log {
      public static List<String> lines = new List<String>();
      public static Integer depth = 0;
      public static void add(String s) { lines.add(s); }
    }`,
  'CaseTrigger.trigger': `
    trigger CaseTrigger on Case (before insert, before update, before delete, after insert, after update, after delete, after undelete) {
      Log.add(Trigger.operationType.name() + ' ' + Trigger.size + ' ' + (Trigger.new == null ? 'null' : String.valueOf(Trigger.new.size())) + ' '
        + (Trigger.old == null ? 'null' : String.valueOf(Trigger.old.size())) + ' ' + (Trigger.newMap != null) + ' ' + (Trigger.oldMap != null));
      if (Trigger.isBefore && Trigger.isInsert) for (Case c : Trigger.new) {
        c.Description = 'set before';
        if (c.Subject == 'refuse') c.addError('refused');
        if (c.Subject == 'refuse field') c.Subject.addError('bad subject');
      }
      if (Trigger.isAfter && Trigger.isInsert) for (Case c : Trigger.new) {
        if (c.Subject == 'readonly') c.Description = 'too late';
        if (c.Subject == 'throw') throw new IllegalArgumentException('from trigger');
        if (c.Subject == 'deep') { Log.depth++; insert new Case(Subject = 'deep'); }
      }
      if (Trigger.isUpdate && Trigger.isBefore) Log.add(Trigger.old[0].Subject + '>' + Trigger.newMap.get(Trigger.old[0].Id).Subject);
    }`,
  'Shared.cls': `
    public with sharing class Shared {
      public static Integer count() { return [SELECT COUNT() FROM Lead]; }
      public static Integer viaInherited() { return Inherits.count(); }
      public static Integer viaNothing() { return Nothing.count(); }
      public static Integer viaWithout() { return Unshared.count(); }
    }`,
  'Unshared.cls': `
    public without sharing class Unshared {
      public static Integer count() { return [SELECT COUNT() FROM Lead]; }
      public static Integer viaInherited() { return Inherits.count(); }
      public static Integer viaShared() { return Shared.count(); }
      public class Inner { public Integer count() { return [SELECT COUNT() FROM Lead]; } }
    }`,
  'Inherits.cls': `public inherited sharing class Inherits { public static Integer count() { return [SELECT COUNT() FROM Lead]; } }`,
  'Nothing.cls': `public class Nothing { public static Integer count() { return [SELECT COUNT() FROM Lead]; } }`,
};

const definition = {
  organization: { id: '00D000000000001EAA', name: 'Facts' },
  isSandbox: false,
  users: [
    ...defaultUsers(),
    {
      username: 'rep@facts.example',
      password: 'x',
      firstName: 'Rep',
      lastName: 'Resentative',
      email: 'rep@facts.example',
      profile: 'Standard User',
      permissionSets: [],
      timeZone: 'UTC',
      locale: 'en_US',
      language: 'en_US',
    },
  ],
};

t.test('triggers and transactions', async (t) => {
  await proveFacts(t, { files, definition }, [
    {
      title: 'trigger context variables by event',
      source: guide('apex_triggers_context_variables'),
      apex: `
        Case c = new Case(Subject = 'one');
        insert c;
        c.Subject = 'two';
        update c;
        delete c;
        undelete c;
        for (String line : Log.lines) System.debug(line);
        System.debug([SELECT Description FROM Case].Description);`,
      log: [
        'BEFORE_INSERT 1 1 null false false',
        'AFTER_INSERT 1 1 null true false',
        'BEFORE_UPDATE 1 1 1 true true',
        'one>two',
        'AFTER_UPDATE 1 1 1 true true',
        'BEFORE_DELETE 1 null 1 false true',
        'AFTER_DELETE 1 null 1 false true',
        'AFTER_UNDELETE 1 1 null true false',
        'set before',
      ],
    },
    {
      title: 'addError on the record and on a field',
      source: guide('apex_triggers_exceptions'),
      apex: `
        try { insert new Case(Subject = 'refuse'); } catch (DmlException e) { System.debug(e.getMessage()); }
        try { insert new Case(Subject = 'refuse field'); } catch (DmlException e) { System.debug(e.getMessage() + ' ' + e.getDmlFieldNames(0)); }`,
      log: [
        'Insert failed. First exception on row 0; first error: FIELD_CUSTOM_VALIDATION_EXCEPTION, refused: []',
        'Insert failed. First exception on row 0; first error: FIELD_CUSTOM_VALIDATION_EXCEPTION, bad subject: [Subject] (Subject)',
      ],
    },
    {
      title: 'an exception of a trigger becomes an error of the statement',
      source: 'https://salesforce.stackexchange.com/q/30399',
      apex: `
        try { insert new Case(Subject = 'throw'); } catch (DmlException e) {
          System.debug(e.getDmlType(0));
          System.debug(e.getMessage().contains('CaseTrigger: execution of AfterInsert'));
          System.debug(e.getMessage().contains('System.IllegalArgumentException: from trigger'));
        }
        System.debug([SELECT COUNT() FROM Case]);`,
      log: ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'true', 'true', '0'],
    },
    {
      title: 'records of an after trigger cannot be changed',
      source: guide('apex_triggers_context_variables_considerations'),
      apex: `
        try { insert new Case(Subject = 'readonly'); } catch (DmlException e) { System.debug(e.getMessage().contains('System.FinalException: Record is read-only')); }`,
      log: ['true'],
    },
    {
      title: 'triggers that fire themselves end at a depth of 16',
      source: guide('apex_gov_limits'),
      apex: `
        try { insert new Case(Subject = 'deep'); } catch (DmlException e) { System.debug(e.getMessage().contains('Maximum trigger depth exceeded')); }`,
      log: [/true|Maximum trigger depth exceeded/],
    },
    {
      title: 'savepoints: a rollback takes data back and leaves variables and Ids',
      source: guide('langCon_apex_transaction_control'),
      apex: `
        Lead a = new Lead(LastName = 'A', Company = 'x');
        insert a;
        Savepoint sp = Database.setSavepoint();
        Lead b = new Lead(LastName = 'B', Company = 'x');
        insert b;
        a.LastName = 'changed'; update a;
        Database.rollback(sp);
        System.debug([SELECT COUNT() FROM Lead] + ' ' + [SELECT LastName FROM Lead].LastName + ' ' + a.LastName + ' ' + (b.Id != null));`,
      log: ['1 A changed true'],
    },
    {
      title: 'upsert, merge and undelete statements',
      source: guide('apex_dml_merge'),
      apex: `
        Account master = new Account(Name = 'Master'); Account other = new Account(Name = 'Other');
        insert new List<Account>{ master, other };
        insert new Contact(LastName = 'C', AccountId = other.Id);
        merge master other;
        System.debug([SELECT Account.Name FROM Contact].Account.Name + [SELECT COUNT() FROM Account]);
        master.Name = 'Renamed';
        upsert new List<Account>{ master, new Account(Name = 'New') };
        System.debug([SELECT COUNT() FROM Account] + ' ' + [SELECT Name FROM Account WHERE Id = :master.Id].Name);
        Account third = new Account(Name = 'Third'); insert third;
        merge master third.Id;
        System.debug([SELECT COUNT() FROM Account]);
        delete master; System.debug([SELECT COUNT() FROM Account]);
        undelete master; System.debug([SELECT COUNT() FROM Account]);
        insert as user new Account(Name = 'As user');
        update as system master;
        System.debug([SELECT COUNT() FROM Account WITH USER_MODE]);`,
      log: ['Master1', '2 Renamed', '2', '1', '2', '3'],
    },
    {
      title: 'with sharing sees what the user owns, without sharing all; inherited and nothing follow the caller',
      source: guide('apex_classes_keywords_sharing'),
      user: 'rep@facts.example',
      apex: `
        insert new Lead(LastName = 'Mine', Company = 'x');
        System.debug(Shared.count() == Unshared.count());
        System.debug(Shared.viaInherited() == Shared.count());
        System.debug(Shared.viaNothing() == Shared.count());
        System.debug(Shared.viaWithout() == Unshared.count());
        System.debug(Unshared.viaShared() == Shared.count());
        System.debug(new Unshared.Inner().count());`,
      log: ['true', 'true', 'true', 'true', 'true', '1'],
    },
  ]);
});

/** What a block is refused with at compile time. The words follow the Apex compiler, whose messages are in no reference. */
const REFUSED: readonly [string, RegExp][] = [
  ['Integer i = 1.5;', /Illegal assignment from Decimal to Integer/],
  ['String s = 1;', /Illegal assignment from Integer to String/],
  ['Integer i = 1; Integer I = 2;', /Duplicate variable: I/],
  ['Integer i = j;', /Variable does not exist: j/],
  ['Contact c = new Contact(Nope__c = 1);', /Field does not exist: Nope__c on Contact/],
  ['Contact c = new Account();', /Illegal assignment from Account to Contact/],
  ['new Contact().Nope__c = 1;', /Variable does not exist: Nope__c/],
  ['return 1;', /Return value from a void method/],
  ['while (true) {} System.debug(1);', /Unreachable statement/],
  ['if (1) {}', /Condition expression must be of type Boolean/],
  ['String s = true ? 1 : 2;', /Illegal assignment from Integer to String/],
  ['Object o = 1 + true;', /Arithmetic expressions must use numeric arguments/],
  ["Boolean b = 'a' instanceof Integer;", /is never an instance of/],
  ["Integer i = (Integer) 'x';", /Incompatible types since an instance of String is never an instance of Integer/],
  ["throw 'x';", /Throw expression must be of type exception/],
  ['for (Integer i : 5) {}', /Loop must iterate over a collection type/],
  ['break;', /break statement must be in a loop/],
  ['insert 5;', /DML requires SObject or SObject list type/],
  ['List<Contact> l = [SELECT Nope FROM Contact];', /No such column 'Nope' on entity 'Contact'/],
  ['List<Contact> l = [SELECT Id FROM Nope];', /sObject type 'Nope' is not supported/],
  ['Integer merge = 1;', /merge/],
  ["System.debug('a' == 1);", /Comparison arguments must be compatible types/],
  ['Integer i = 99999999999;', /Illegal integer/],
  ["String s = 'a\\q';", /Illegal string literal|token recognition/],
];

t.test('what the compiler refuses before anything runs', async (t) => {
  for (const [source, message] of REFUSED) {
    const { log, error } = await evaluateApex(`System.debug('ran');\n${source}`);
    t.match(error?.message ?? 'no error', message, source);
    t.strictSame(log, [], `${source}: nothing has run`);
  }
});

t.test('a namespace of the org', async (t) => {
  const organization = { id: '00D000000000001EAA', name: 'Facts', namespace: 'acme' };
  const named = {
    'Tool.cls': `public class Tool { public static String say() { return 'said'; } public class Inner { public Integer n = 3; } }`,
  };
  await proveFacts(t, { files: named, definition: { organization, isSandbox: false, users: defaultUsers() } }, [
    {
      title: 'own classes are called with the namespace or without it, in any case of letters',
      source: guide('apex_classes_namespace_prefix'),
      apex: `
        System.debug(acme.Tool.say() + Tool.say() + ACME.TOOL.SAY());
        acme.Tool.Inner i = new acme.Tool.Inner();
        System.debug(i.n);
        System.debug(Type.forName('acme', 'Tool') == Tool.class);
        System.debug(Type.forName('acme.Tool.Inner') == Tool.Inner.class);
        System.debug(Type.forName('', 'Tool') == Tool.class);
        System.debug(Type.forName('other', 'Tool'));`,
      log: ['saidsaidsaid', '3', 'true', 'true', 'true', 'null'],
    },
  ]);
});
