import t from 'tap';
import { fieldXml, objectXml } from '../../support/data-org.ts';
import { proveFacts } from '../../helpers/facts.ts';

// SOQL = SOQL and SOSL Reference; Apex = Apex Developer Guide; Ref = Apex Reference Guide.

const metadata = {
  'objects/Tag__c/Tag__c.object-meta.xml': objectXml('Tag', '<type>Text</type>'),
  'objects/Tag__c/fields/Contact__c.field-meta.xml': fieldXml(
    'Contact__c',
    'Lookup',
    '<referenceTo>Contact</referenceTo><relationshipName>Tags</relationshipName>',
  ),
  'objects/Tag__c/fields/Weight__c.field-meta.xml': fieldXml(
    'Weight__c',
    'Number',
    '<precision>10</precision><scale>2</scale>',
  ),
  'objects/Tag__c/fields/Colours__c.field-meta.xml': fieldXml(
    'Colours__c',
    'MultiselectPicklist',
    '<visibleLines>3</visibleLines><valueSet><valueSetDefinition><sorted>false</sorted><value><fullName>red</fullName><default>false</default><label>red</label></value><value><fullName>green</fullName><default>false</default><label>green</label></value><value><fullName>blue</fullName><default>false</default><label>blue</label></value></valueSetDefinition></valueSet>',
  ),
};

const files = {
  'World.cls': `public class World {
    public static void make() {
      Account acme = new Account(Name = 'Acme', Industry = 'Energy', NumberOfEmployees = 10);
      Account byte2 = new Account(Name = 'Byte', Industry = 'Energy', NumberOfEmployees = 30);
      Account corp = new Account(Name = 'Corp');
      insert new List<Account>{ acme, byte2, corp };
      insert new List<Contact>{
        new Contact(LastName = 'Ada', AccountId = acme.Id, Email = 'ada@x.org', Birthdate = Date.newInstance(2000, 2, 29)),
        new Contact(LastName = 'Bob', AccountId = acme.Id),
        new Contact(LastName = 'Cyd_1', AccountId = byte2.Id),
        new Contact(LastName = 'CydX1') };
      Contact ada = [SELECT Id FROM Contact WHERE LastName = 'Ada'];
      insert new List<Tag__c>{
        new Tag__c(Name = 'a', Contact__c = ada.Id, Weight__c = 1.5, Colours__c = 'red;blue'),
        new Tag__c(Name = 'b', Contact__c = ada.Id, Weight__c = 2.5, Colours__c = 'red'),
        new Tag__c(Name = 'c', Colours__c = 'green;blue') };
    }
    public static String names(List<SObject> rows) {
      List<String> found = new List<String>();
      for (SObject row : rows) found.add((String) row.get(row.getSObjectType() == Contact.SObjectType ? 'LastName' : 'Name'));
      return String.join(found, ',');
    }
  }`,
};

t.test('what queries give', async (t) => {
  const w = 'World.make();\n';
  const of = (soql: string): string => `System.debug(World.names([${soql}]));`;
  await proveFacts(t, { metadata, files }, [
    {
      title: 'blanks come first, in both directions, unless NULLS LAST says otherwise',
      source: 'SOQL, "ORDER BY"',
      apex: `${w}${of('SELECT Name FROM Account ORDER BY NumberOfEmployees')}
        ${of('SELECT Name FROM Account ORDER BY NumberOfEmployees DESC NULLS LAST')}
        ${of('SELECT Name FROM Account ORDER BY Industry NULLS LAST, Name DESC LIMIT 2')}
        ${of('SELECT Name FROM Account ORDER BY Name LIMIT 1 OFFSET 1')}`,
      log: ['Corp,Acme,Byte', 'Byte,Acme,Corp', 'Byte,Acme', 'Byte'],
    },
    {
      title: 'LIKE: % and _ stand for letters, capitals do not count, escapes do',
      source: 'SOQL, "Comparison Operators", LIKE; "Reserved Characters"',
      apex: `${w}${of("SELECT LastName FROM Contact WHERE LastName LIKE 'cyd_1' ORDER BY LastName")}
        ${of("SELECT LastName FROM Contact WHERE LastName LIKE 'Cyd\\\\_1'")}
        ${of("SELECT LastName FROM Contact WHERE LastName LIKE '%d%' ORDER BY LastName")}
        ${of("SELECT LastName FROM Contact WHERE (NOT LastName LIKE 'C%') ORDER BY LastName")}`,
      log: [/^(CydX1,Cyd_1|Cyd_1,CydX1)$/, 'Cyd_1', /^Ada,(CydX1,Cyd_1|Cyd_1,CydX1)$/, 'Ada,Bob'],
    },
    {
      title: 'comparisons with null; != leaves blanks in',
      source: 'SOQL, "Using null in WHERE"; "Comparison Operators"',
      apex: `${w}${of('SELECT Name FROM Account WHERE Industry = null')}
        ${of('SELECT Name FROM Account WHERE Industry != null ORDER BY Name')}
        ${of("SELECT Name FROM Account WHERE Industry != 'Retail' ORDER BY Name")}
        ${of('SELECT Name FROM Account WHERE NumberOfEmployees > 5 ORDER BY Name')}
        ${of('SELECT Name FROM Account WHERE NumberOfEmployees < 100 ORDER BY Name')}
        ${of("SELECT Name FROM Account WHERE Name = 'ACME'")}`,
      log: ['Corp', 'Acme,Byte', 'Acme,Byte,Corp', 'Acme,Byte', 'Acme,Byte', 'Acme'],
    },
    {
      title: 'IN, NOT IN, semi-join and anti-join',
      source: 'SOQL, "Semi-Joins with IN and Anti-Joins with NOT IN"',
      apex: `${w}${of("SELECT Name FROM Account WHERE Name IN ('acme', 'corp') ORDER BY Name")}
        ${of("SELECT Name FROM Account WHERE Name NOT IN ('Acme')  ORDER BY Name")}
        ${of('SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Contact) ORDER BY Name')}
        ${of('SELECT Name FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact WHERE AccountId != null)')}
        ${of('SELECT LastName FROM Contact WHERE Id IN (SELECT Contact__c FROM Tag__c WHERE Weight__c > 2)')}
        Set<String> none = new Set<String>();
        ${of('SELECT Name FROM Account WHERE Name IN :none')}`,
      log: ['Acme,Corp', 'Byte,Corp', 'Acme,Byte', 'Corp', 'Ada', ''],
    },
    {
      title: 'INCLUDES and EXCLUDES of multi-select picklists',
      source: 'SOQL, "Querying Multi-Select Picklists"',
      apex: `${w}${of("SELECT Name FROM Tag__c WHERE Colours__c INCLUDES ('red') ORDER BY Name")}
        ${of("SELECT Name FROM Tag__c WHERE Colours__c INCLUDES ('red;blue', 'green') ORDER BY Name")}
        ${of("SELECT Name FROM Tag__c WHERE Colours__c EXCLUDES ('blue') ORDER BY Name")}
        System.debug([SELECT Colours__c FROM Tag__c WHERE Name = 'a'].Colours__c);`,
      log: ['a,b', 'a,c', 'b', 'red;blue'],
    },
    {
      title: 'aggregates: groups, HAVING, aliases, blanks left out of sums and counts',
      source: 'SOQL, "Aggregate Functions", "GROUP BY", "HAVING"',
      apex: `${w}for (AggregateResult r : [SELECT Industry, COUNT(Id) n, SUM(NumberOfEmployees) s FROM Account GROUP BY Industry ORDER BY Industry]) {
          System.debug(r.get('Industry') + ' ' + r.get('n') + ' ' + r.get('s'));
        }
        AggregateResult all1 = [SELECT COUNT(Id), COUNT(Industry) i, COUNT_DISTINCT(Industry) d, AVG(NumberOfEmployees) a, MIN(Name) lo, MAX(Name) hi FROM Account][0];
        System.debug(all1.get('expr0') + ' ' + all1.get('i') + ' ' + all1.get('d') + ' ' + all1.get('a') + ' ' + all1.get('lo') + ' ' + all1.get('hi'));
        System.debug([SELECT AccountId FROM Contact WHERE AccountId != null GROUP BY AccountId HAVING COUNT(Id) > 1].size());
        System.debug([SELECT COUNT() FROM Contact WHERE Email != null]);`,
      log: ['null 1 null', 'Energy 2 40', /^3 2 1 20(\.0)? Acme Corp$/, '1', '1'],
    },
    {
      title: 'parents and children in one query',
      source: 'SOQL, "Relationship Queries"',
      apex: `${w}Contact c = [SELECT Account.Owner.Username, Account.Name FROM Contact WHERE LastName = 'Ada'];
        System.debug(c.Account.Name + ' ' + (c.Account.Owner.Username == UserInfo.getUserName()));
        System.debug([SELECT Account.Name FROM Contact WHERE AccountId = null].Account?.Name);
        for (Account a : [SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName DESC LIMIT 1) FROM Account ORDER BY Name]) {
          System.debug(a.Name + ' ' + World.names(a.Contacts));
        }
        ${of("SELECT LastName FROM Contact WHERE Account.Industry = 'Energy' ORDER BY Account.Name DESC, LastName")}
        System.debug([SELECT (SELECT Weight__c FROM Tags__r WHERE Weight__c > 2) FROM Contact WHERE LastName = 'Ada'].Tags__r[0].Weight__c);`,
      log: ['Acme true', 'null', 'Acme Bob', 'Byte Cyd_1', 'Corp ', 'Cyd_1,Ada,Bob', '2.5'],
    },
    {
      title: 'TYPEOF takes fields by the type of the parent',
      source: 'SOQL, "TYPEOF"',
      apex: `${w}Account a = [SELECT Id FROM Account WHERE Name = 'Acme'];
        Contact c = [SELECT Id FROM Contact WHERE LastName = 'Ada'];
        insert new List<Task>{ new Task(Subject = '1', WhatId = a.Id), new Task(Subject = '2', WhoId = c.Id), new Task(Subject = '3') };
        for (Task t : [SELECT Subject, TYPEOF What WHEN Account THEN Name, NumberOfEmployees ELSE Id END FROM Task ORDER BY Subject]) {
          System.debug(t.What == null ? 'none' : (t.What instanceof Account) + ' ' + ((Account) t.What).NumberOfEmployees);
        }`,
      log: ['true 10', 'none', 'none'],
    },
    {
      title: 'date literals and date functions',
      source: 'SOQL, "Date Formats and Date Literals", "Date Functions"',
      apex: `${w}System.debug([SELECT COUNT() FROM Contact WHERE CreatedDate = TODAY] + ' ' + [SELECT COUNT() FROM Contact WHERE CreatedDate = YESTERDAY]);
        System.debug([SELECT COUNT() FROM Contact WHERE CreatedDate = LAST_N_DAYS:3] + ' ' + [SELECT COUNT() FROM Contact WHERE CreatedDate < THIS_YEAR]);
        System.debug([SELECT COUNT() FROM Contact WHERE Birthdate = 2000-02-29] + ' ' + [SELECT COUNT() FROM Contact WHERE CreatedDate > 2020-01-01T00:00:00Z]);
        System.debug([SELECT CALENDAR_YEAR(Birthdate) y, COUNT(Id) n FROM Contact WHERE Birthdate != null GROUP BY CALENDAR_YEAR(Birthdate)][0].get('y'));
        System.debug([SELECT COUNT() FROM Contact WHERE CALENDAR_MONTH(Birthdate) = 2]);`,
      log: ['4 0', '4 0', '1 4', '2000', '1'],
    },
    {
      title: 'binds: variables, expressions, lists, sets; dynamic ones by name and by map',
      source: 'Apex, "Using Apex Variables in SOQL and SOSL Queries", "Dynamic SOQL"; Ref, "Database.queryWithBinds"',
      apex: `${w}String prefix = 'A'; Integer limitTo = 1;
        ${of("SELECT Name FROM Account WHERE Name LIKE :(prefix + '%') LIMIT :limitTo")}
        List<Account> two = [SELECT Id FROM Account WHERE Industry = 'Energy'];
        ${of('SELECT Name FROM Account WHERE Id IN :two ORDER BY Name')}
        System.debug(Database.query('SELECT Id FROM Account WHERE Name LIKE \\'A%\\' LIMIT :limitTo').size());
        System.debug(Database.countQuery('SELECT COUNT() FROM Account WHERE Name != :prefix'));
        System.debug(Database.queryWithBinds('SELECT Id FROM Account WHERE Name IN :names', new Map<String, Object>{ 'names' => new List<String>{ 'Acme', 'Byte' } }, AccessLevel.USER_MODE).size());
        Database.queryWithBinds('SELECT Id FROM Account WHERE Name = :other', new Map<String, Object>(), AccessLevel.USER_MODE);`,
      log: ['Acme', 'Acme,Byte', '1', '3', '2', "System.QueryException: Key 'other' does not exist in the bindMap"],
    },
    {
      title: 'one row where one is wanted',
      source: 'Apex, "Assigning SOQL results to a single sObject"',
      apex: `${w}try { Account a = [SELECT Id FROM Account WHERE Name = 'none']; } catch (QueryException e) { System.debug(e.getMessage()); }
        try { Account a = [SELECT Id FROM Account]; } catch (QueryException e) { System.debug(e.getMessage()); }`,
      log: ['List has no rows for assignment to SObject', 'List has more than 1 row for assignment to SObject'],
    },
    {
      title: 'a field that was not queried cannot be read; one that is null can',
      source: 'Apex, "Working with SOQL and SOSL Query Results"',
      apex: `${w}Account a = [SELECT Industry FROM Account WHERE Name = 'Corp'];
        System.debug(a.Industry);
        try { System.debug(a.Name); } catch (SObjectException e) { System.debug(e.getMessage()); }
        System.debug(a.isSet('Industry') + ' ' + a.isSet('Name'));`,
      log: [
        'null',
        'SObject row was retrieved via SOQL without querying the requested field: Account.Name',
        'true false',
      ],
    },
    {
      title: 'faults of dynamic queries are QueryExceptions',
      source: 'Apex, "Dynamic SOQL": QueryException',
      apex: `for (String q : new List<String>{ 'SELECT Nope__c FROM Account', 'SELECT Id FROM Nope__c', 'SELECT Id FROM Account WHERE', 'SELECT Id, Id FROM Account', 'SELECT Nope__r.Name FROM Account' }) {
          try { Database.query(q); } catch (QueryException e) { System.debug(e.getMessage().left(40)); }
        }`,
      log: [
        /^No such column 'Nope__c' on entity/,
        /^sObject type 'Nope__c' is not supported/,
        /unexpected token/,
        'duplicate field selected: Id',
        /^Didn't understand relationship 'Nope__r'/,
      ],
    },
    {
      title: 'an address as a whole',
      source: 'Ref, "Address Class"; Objects, "Address Compound Fields"',
      apex: `insert new Contact(LastName = 'z', MailingCity = 'Rome', MailingPostalCode = '00184');
        insert new Contact(LastName = 'y');
        Contact c = [SELECT MailingAddress FROM Contact WHERE LastName = 'z'];
        System.debug(c.MailingAddress.getCity() + ' ' + c.MailingAddress.getPostalCode() + ' ' + c.MailingAddress.getStreet());
        System.debug([SELECT MailingAddress FROM Contact WHERE LastName = 'y'].MailingAddress);`,
      log: ['Rome 00184 null', 'null'],
    },
    {
      title: 'a query loop gives each record, and lists of 200',
      source: 'Apex, "SOQL For Loops"',
      apex: `List<Account> many = new List<Account>();
        for (Integer i = 0; i < 450; i++) many.add(new Account(Name = 'n' + i));
        insert many;
        Integer n = 0; for (Account a : [SELECT Id FROM Account]) n++;
        List<Integer> sizes = new List<Integer>(); for (List<Account> chunk : [SELECT Id FROM Account]) sizes.add(chunk.size());
        System.debug(n + ' ' + sizes);`,
      log: ['450 (200, 200, 50)'],
    },
  ]);
});
