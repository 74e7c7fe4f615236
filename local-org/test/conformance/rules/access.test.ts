import t from 'tap';
import { fieldXml, objectXml } from '../../support/data-org.ts';
import { factOrg, methodOf, proveFacts } from '../../helpers/facts.ts';

// Apex = Apex Developer Guide ("Enforce User Mode for Database Operations", "Using the with sharing … Keywords",
// "Sharing a Record Using Apex"); Help = Salesforce Help ("Role Hierarchy", "Organization-Wide Sharing Defaults").

const metadata: Record<string, string> = {
  'objects/Secret__c/Secret__c.object-meta.xml': objectXml('Secret', '<type>Text</type>', 'Private'),
  'objects/Secret__c/fields/Open__c.field-meta.xml': fieldXml('Open__c', 'Text', '<length>20</length>'),
  'objects/Secret__c/fields/Closed__c.field-meta.xml': fieldXml('Closed__c', 'Text', '<length>20</length>'),
  'objects/Secret__c/fields/Seen__c.field-meta.xml': fieldXml('Seen__c', 'Text', '<length>20</length>'),
  'objects/Hidden__c/Hidden__c.object-meta.xml': objectXml('Hidden', '<type>Text</type>'),
  'permissionsets/Reader.permissionset-meta.xml': `<PermissionSet><label>Reader</label>
    <objectPermissions><allowCreate>true</allowCreate><allowDelete>false</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><modifyAllRecords>false</modifyAllRecords><object>Secret__c</object><viewAllRecords>false</viewAllRecords></objectPermissions>
    <fieldPermissions><editable>true</editable><field>Secret__c.Open__c</field><readable>true</readable></fieldPermissions>
    <fieldPermissions><editable>false</editable><field>Secret__c.Seen__c</field><readable>true</readable></fieldPermissions>
  </PermissionSet>`,
};

const user = (name: string, profile: string, permissionSets: string[]) => ({
  username: `${name}@example.com`,
  firstName: '',
  lastName: name,
  email: `${name}@example.com`,
  profile,
  permissionSets,
  timeZone: 'Europe/Berlin',
  locale: 'en_US',
  language: 'en_US',
});

const definition = {
  organization: { id: '00D000000000001AAA', name: 'Test' },
  isSandbox: false,
  users: [
    user('admin', 'System Administrator', []),
    user('clerk', 'Standard User', ['Reader']),
    user('boss', 'Standard User', ['Reader']),
    user('nobody', 'Standard User', []),
  ],
};

const files = {
  'Sys.cls': `public without sharing class Sys {
    public static Id userId(String name) { return [SELECT Id FROM User WHERE Username = :(name + '@example.com')].Id; }
    public static Secret__c secret(String owner) {
      Secret__c s = new Secret__c(Name = owner, Open__c = 'o', Closed__c = 'c', Seen__c = 's', OwnerId = userId(owner));
      insert s;
      return s;
    }
    public static void roles() {
      UserRole top = new UserRole(Name = 'Top', DeveloperName = 'Top'); insert top;
      UserRole low = new UserRole(Name = 'Low', DeveloperName = 'Low', ParentRoleId = top.Id); insert low;
      update new List<User>{ new User(Id = userId('boss'), UserRoleId = top.Id), new User(Id = userId('clerk'), UserRoleId = low.Id) };
    }
  }`,
  'Shared.cls': `public with sharing class Shared {
    public static Integer count() { return [SELECT COUNT() FROM Secret__c]; }
    public static String edit(Secret__c s) {
      Database.SaveResult r = Database.update(s, false);
      return r.isSuccess() ? 'saved' : r.getErrors()[0].getStatusCode() + ' ' + r.getErrors()[0].getMessage();
    }
  }`,
  'Steps.cls': `public class Steps {
    public static void roles() { Sys.roles(); }
    public static void secrets() { Sys.secret('clerk'); Sys.secret('boss'); }
    public static void look() {
      System.debug(Shared.count());
      for (Secret__c s : [SELECT Name FROM Secret__c ORDER BY Name]) System.debug(s.Name + ' ' + Shared.edit(new Secret__c(Id = s.Id, Open__c = 'z')).substringBefore(' '));
    }
    public static void queue() {
      Group g = new Group(Name = 'Q', Type = 'Queue'); insert g;
      insert new GroupMember(GroupId = g.Id, UserOrGroupId = Sys.userId('nobody'));
    }
    public static void give() {
      update new Secret__c(Id = [SELECT Id FROM Secret__c WHERE Name = 'boss'].Id, OwnerId = [SELECT Id FROM Group WHERE Name = 'Q'].Id);
    }
  }`,
};

const CLERK = 'clerk@example.com';

t.test('who may see and write what', async (t) => {
  await proveFacts(t, { metadata, files, definition }, [
    {
      title: 'private: one sees the own records only, `without sharing` all',
      source: 'Apex, with sharing; Help, organisation-wide defaults',
      user: CLERK,
      apex: `Secret__c mine = Sys.secret('clerk'); Secret__c other = Sys.secret('boss');
        System.debug(Shared.count() + ' ' + [SELECT COUNT() FROM Secret__c]);
        System.debug([SELECT COUNT() FROM Secret__c WITH USER_MODE]);
        mine.Open__c = 'x'; other.Open__c = 'x';
        System.debug(Shared.edit(mine));
        System.debug(Shared.edit(other));`,
      log: ['1 2', '1', 'saved', 'INSUFFICIENT_ACCESS_OR_READONLY insufficient access rights on object id'],
    },
    {
      title: 'an administrator sees everything',
      source: 'Help, "View All Data"',
      apex: `Sys.secret('clerk'); Sys.secret('boss'); System.debug(Shared.count());`,
      log: ['2'],
    },
    {
      title: 'a share opens a record, at its level',
      source: 'Apex, "Sharing a Record Using Apex": Read and Edit',
      user: CLERK,
      apex: `Secret__c other = Sys.secret('boss');
        System.debug(Shared.count());
        Secret__Share share = new Secret__Share(ParentId = other.Id, UserOrGroupId = UserInfo.getUserId(), AccessLevel = 'Read');
        insert share;
        other.Open__c = 'y';
        System.debug(Shared.count() + ' ' + Shared.edit(other).substringBefore(' '));
        share.AccessLevel = 'Edit'; update share;
        System.debug(Shared.edit(other) + ' ' + [SELECT RowCause FROM Secret__Share WHERE Id = :share.Id].RowCause);
        delete share;
        System.debug(Shared.count());`,
      log: ['0', '1 INSUFFICIENT_ACCESS_OR_READONLY', 'saved Manual', '0'],
    },
    {
      title: 'fields: reading, writing, and which ones',
      source: 'Apex, "Enforce User Mode for Database Operations": getInaccessibleFields, getDmlFieldNames',
      user: CLERK,
      apex: `Sys.secret('clerk');
        System.debug([SELECT Open__c, Seen__c FROM Secret__c WITH USER_MODE].Open__c);
        try { Secret__c s = [SELECT Open__c, Closed__c FROM Secret__c WITH USER_MODE]; } catch (QueryException e) { System.debug(e.getInaccessibleFields()); }
        try { Secret__c s = [SELECT Id FROM Secret__c WHERE Closed__c = 'c' WITH USER_MODE]; } catch (QueryException e) { System.debug('condition'); }
        try { insert as user new Secret__c(Name = 'a', Open__c = 'x', Seen__c = 'y'); } catch (DmlException e) { System.debug(e.getMessage()); System.debug(e.getDmlFieldNames(0)); }
        insert as user new Secret__c(Name = 'a', Open__c = 'x');
        insert new Secret__c(Name = 'b', Closed__c = 'x');
        System.debug([SELECT COUNT() FROM Secret__c]);`,
      log: [
        'o',
        '{Secret__c={Closed__c}}',
        'condition',
        'Operation failed due to fields being inaccessible on Sobject Secret__c, check errors on Exception or Result!',
        '(Seen__c)',
        '3',
      ],
    },
    {
      title: 'objects: no permission, no query and no save in user mode',
      source: 'Apex, "Enforce User Mode for Database Operations"',
      user: 'nobody@example.com',
      apex: `try { Integer n = [SELECT COUNT() FROM Secret__c WITH USER_MODE]; } catch (Exception e) { System.debug(e.getTypeName()); }
        try { insert as user new Secret__c(Name = 'x'); } catch (Exception e) { System.debug(e.getTypeName()); }
        System.debug(Schema.SObjectType.Secret__c.isAccessible() + ' ' + Schema.SObjectType.Secret__c.isCreateable());
        insert new Secret__c(Name = 'system mode');
        System.debug([SELECT COUNT() FROM Secret__c]);`,
      log: [/QueryException|SecurityException/, /DmlException|SecurityException/, 'false false', '1'],
    },
    {
      title: 'delete needs its own permission',
      source: 'Help, "Object Permissions"',
      user: CLERK,
      apex: `Secret__c s = Sys.secret('clerk');
        try { delete as user s; } catch (Exception e) { System.debug(e.getMessage()); }
        System.debug(Schema.SObjectType.Secret__c.isDeletable());
        delete s;
        System.debug([SELECT COUNT() FROM Secret__c]);`,
      log: ['DML operation DELETE not allowed on Secret__c', 'false', '0'],
    },
    {
      title: 'describe and stripInaccessible say the same',
      source: 'Apex, "Enforcing Object and Field Permissions"; Apex Reference, Security.stripInaccessible',
      user: CLERK,
      apex: `System.debug(Schema.SObjectType.Secret__c.fields.Open__c.isUpdateable() + ' ' + Schema.SObjectType.Secret__c.fields.Seen__c.isUpdateable());
        System.debug(Schema.SObjectType.Secret__c.fields.Seen__c.isAccessible() + ' ' + Schema.SObjectType.Secret__c.fields.Closed__c.isAccessible());
        SObjectAccessDecision d = Security.stripInaccessible(AccessType.CREATABLE, new List<Secret__c>{ new Secret__c(Open__c = 'a', Closed__c = 'b') });
        System.debug(((Secret__c) d.getRecords()[0]).isSet('Closed__c') + ' ' + d.getRemovedFields());`,
      log: ['true false', 'true false', 'false {Secret__c={Closed__c}}'],
    },
    {
      title: 'permission sets assigned in Apex count at once',
      source: 'Help, "Permission Sets"; Objects, PermissionSetAssignment',
      apex: `Id who = Sys.userId('nobody');
        insert new PermissionSetAssignment(AssigneeId = who, PermissionSetId = [SELECT Id FROM PermissionSet WHERE Name = 'Reader'].Id);
        System.debug([SELECT COUNT() FROM PermissionSetAssignment WHERE AssigneeId = :who AND PermissionSet.IsOwnedByProfile = false]);`,
      log: ['1'],
    },
  ]);
});

t.test('role hierarchy and queues (Help, "Role Hierarchy", "Create Queues")', async (t) => {
  let lines: string[] = [];
  const org = await factOrg({ metadata, files, definition }, (text) => lines.push(text.replace(/^\w+ /, '')));
  const as = (name: string, step: string): string[] => {
    lines = [];
    org.run(org.userByUsername(`${name}@example.com`)?.id ?? '', methodOf(org, `Steps.${step}`));
    return lines;
  };
  as('admin', 'secrets');
  t.strictSame(as('boss', 'look'), ['1', 'boss saved', 'clerk INSUFFICIENT_ACCESS_OR_READONLY'], 'without roles');
  as('admin', 'roles');
  t.strictSame(as('boss', 'look'), ['2', 'boss saved', 'clerk saved'], 'above sees and edits what is owned below');
  t.strictSame(
    as('clerk', 'look'),
    ['1', 'boss INSUFFICIENT_ACCESS_OR_READONLY', 'clerk saved'],
    'not the other way round',
  );
  t.strictSame(as('nobody', 'look')[0], '0');
  as('admin', 'queue');
  as('admin', 'give');
  t.strictSame(
    as('nobody', 'look'),
    ['1', 'boss saved', 'clerk INSUFFICIENT_ACCESS_OR_READONLY'],
    'a member of the queue',
  );
});
