import t from 'tap';
import { fieldXml, objectXml, picklistXml } from '../../support/data-org.ts';
import { metadata } from '../../support/source.ts';
import { proveFacts } from '../../helpers/facts.ts';

// SOQL = SOQL and SOSL Reference; Apex = Apex Developer Guide; Ref = Apex Reference Guide; Objects = Object Reference;
// Help = Salesforce Help; SOAP = SOAP API Developer Guide.

const field = (object: string, name: string, type: string, inner = ''): Record<string, string> => ({
  [`objects/${object}/fields/${name}.field-meta.xml`]: fieldXml(name, type, inner),
});
const rollup = (operation: string, more: string): string =>
  `<summaryForeignKey>Line__c.Order__c</summaryForeignKey><summaryOperation>${operation}</summaryOperation>${more}`;

const source: Record<string, string> = {
  'objects/Order__c/Order__c.object-meta.xml': objectXml(
    'Order',
    '<type>AutoNumber</type><displayFormat>O-{0000}</displayFormat>',
  ),
  ...field('Order__c', 'Key__c', 'Text', '<length>20</length><unique>true</unique><externalId>true</externalId>'),
  ...field(
    'Order__c',
    'Account__c',
    'Lookup',
    '<referenceTo>Account</referenceTo><relationshipName>Orders</relationshipName>',
  ),
  ...field('Order__c', 'Open__c', 'Checkbox', '<defaultValue>true</defaultValue>'),
  ...field(
    'Order__c',
    'Kind__c',
    'Picklist',
    picklistXml(['Web', 'Shop'], true).replace('<default>false</default>', '<default>true</default>'),
  ),
  ...field(
    'Order__c',
    'Note__c',
    'Text',
    "<length>30</length><defaultValue>'from ' &amp; $User.LastName</defaultValue>",
  ),
  ...field('Order__c', 'Lines__c', 'Summary', rollup('count', '')),
  ...field('Order__c', 'Total__c', 'Summary', rollup('sum', '<summarizedField>Line__c.Price__c</summarizedField>')),
  ...field(
    'Order__c',
    'Cheapest__c',
    'Summary',
    rollup(
      'min',
      '<summarizedField>Line__c.Price__c</summarizedField><summaryFilterItems><field>Line__c.Price__c</field><operation>greaterThan</operation><value>0</value></summaryFilterItems>',
    ),
  ),
  ...field(
    'Order__c',
    'Double__c',
    'Number',
    '<precision>18</precision><scale>2</scale><formula>Total__c * 2</formula>',
  ),
  'objects/Line__c/Line__c.object-meta.xml': objectXml('Line', '<type>Text</type>', 'ControlledByParent'),
  ...field(
    'Line__c',
    'Order__c',
    'MasterDetail',
    '<referenceTo>Order__c</referenceTo><relationshipName>Lines</relationshipName>',
  ),
  ...field('Line__c', 'Price__c', 'Currency', '<precision>18</precision><scale>2</scale>'),
  'objects/Settings__c/Settings__c.object-meta.xml': metadata(
    'CustomObject',
    '<label>Settings</label><customSettingsType>Hierarchy</customSettingsType>',
  ).replace(/^<\?.*\?>\n/, ''),
  ...field('Settings__c', 'Mode__c', 'Text', '<length>20</length>'),
  ...field('Settings__c', 'Size__c', 'Number', '<precision>5</precision><scale>0</scale>'),
  'objects/Codes__c/Codes__c.object-meta.xml': metadata(
    'CustomObject',
    '<label>Codes</label><customSettingsType>List</customSettingsType>',
  ).replace(/^<\?.*\?>\n/, ''),
  ...field('Codes__c', 'Value__c', 'Text', '<length>20</length>'),
  'objects/Account/recordTypes/Partner.recordType-meta.xml':
    '<RecordType><fullName>Partner</fullName><active>true</active><label>Partner Account</label><picklistValues><picklist>Rating</picklist><values><fullName>Hot</fullName><default>true</default></values><values><fullName>Warm</fullName><default>false</default></values></picklistValues></RecordType>',
  'objects/Account/recordTypes/Old.recordType-meta.xml':
    '<RecordType><fullName>Old</fullName><active>false</active><label>Old Account</label></RecordType>',
};

const files = {
  'Log.cls': `public class Log { public static List<String> lines = new List<String>(); }`,
  'OrderTrigger.trigger': `trigger OrderTrigger on Order__c (before insert, after insert, before update, after update, before delete, after delete, after undelete) {
    Log.lines.add('order ' + Trigger.operationType);
  }`,
  'AccountTrigger.trigger': `trigger AccountTrigger on Account (before update, after update, before delete, after delete) {
    for (Account a : Trigger.isDelete ? Trigger.old : Trigger.new) {
      Log.lines.add(Trigger.operationType + ' ' + a.Name + (a.MasterRecordId == null ? '' : ' merged'));
    }
  }`,
};

t.test('how records are saved, deleted, merged and converted', async (t) => {
  await proveFacts(t, { metadata: source, files }, [
    {
      title: 'defaults fill what was not set; null set on purpose stays',
      source: 'SOAP, "Core Data Types", fieldsToNull; Help, "Define Default Field Values"',
      apex: `insert new List<Order__c>{ new Order__c(), new Order__c(Open__c = false, Kind__c = null, Note__c = null) };
        for (Order__c o : [SELECT Open__c, Kind__c, Note__c FROM Order__c ORDER BY Name]) {
          System.debug(o.Open__c + ' ' + o.Kind__c + ' ' + o.Note__c);
        }`,
      log: [/^true Web from \w+/, 'false null null'],
    },
    {
      title: 'auto-numbers count on, whatever is rolled back',
      source: 'Help, "Auto-Number Fields": numbers are not used again',
      apex: `Savepoint s = Database.setSavepoint();
        Order__c a = new Order__c(); insert a;
        String first = [SELECT Name FROM Order__c].Name;
        Database.rollback(s);
        insert new Order__c();
        String second = [SELECT Name FROM Order__c].Name;
        System.debug(Integer.valueOf(second.substring(2)) - Integer.valueOf(first.substring(2)));
        System.debug(Pattern.matches('O-\\\\d{4}', first));`,
      log: ['1', 'true'],
    },
    {
      title: 'roll-up summaries follow their details; a formula sees them; the parent is saved with its triggers',
      source: 'Apex, "Triggers and Order of Execution", roll-up summary fields; Help, "Roll-Up Summary Field"',
      apex: `Order__c o = new Order__c(); insert o;
        Order__c r = [SELECT Lines__c, Total__c, Cheapest__c, Double__c FROM Order__c];
        System.debug(r.Lines__c + ' ' + r.Total__c + ' ' + r.Cheapest__c + ' ' + r.Double__c);
        Log.lines.clear();
        Line__c l = new Line__c(Order__c = o.Id, Price__c = 5.25);
        insert new List<Line__c>{ l, new Line__c(Order__c = o.Id, Price__c = 2.25), new Line__c(Order__c = o.Id, Price__c = 0) };
        r = [SELECT Lines__c, Total__c, Cheapest__c, Double__c FROM Order__c];
        System.debug(r.Lines__c + ' ' + r.Total__c + ' ' + r.Cheapest__c + ' ' + r.Double__c);
        System.debug(String.join(Log.lines, ', '));
        delete l;
        r = [SELECT Lines__c, Total__c FROM Order__c];
        System.debug(r.Lines__c + ' ' + r.Total__c);
        undelete l;
        System.debug([SELECT Total__c FROM Order__c].Total__c);`,
      log: ['0 0 null 0.00', '3 7.50 2.25 15.00', 'order BEFORE_UPDATE, order AFTER_UPDATE', '2 2.25', '7.50'],
    },
    {
      title: 'deleting a master takes its details along, without their triggers; undelete brings all back',
      source: 'Apex, "Restoring Deleted Records"; "Operations That Don\'t Invoke Triggers": cascading deletes',
      apex: `Order__c o = new Order__c(); insert o;
        insert new Line__c(Order__c = o.Id, Price__c = 1);
        Log.lines.clear();
        delete o;
        System.debug([SELECT COUNT() FROM Line__c] + ' ' + [SELECT COUNT() FROM Line__c ALL ROWS]);
        System.debug(String.join(Log.lines, ', '));
        Log.lines.clear();
        undelete o;
        System.debug([SELECT COUNT() FROM Line__c] + ' ' + [SELECT COUNT() FROM Order__c WHERE IsDeleted = false]);
        System.debug(String.join(Log.lines, ', '));`,
      log: ['0 1', 'order BEFORE_DELETE, order AFTER_DELETE', '1 1', 'order AFTER_UNDELETE'],
    },
    {
      title: 'ALL ROWS sees the recycle bin, IsDeleted tells',
      source: 'SOQL, "Querying All Records with a SOQL Statement"',
      apex: `insert new List<Account>{ new Account(Name = 'kept'), new Account(Name = 'gone') };
        delete [SELECT Id FROM Account WHERE Name = 'gone'];
        for (Account a : [SELECT Name, IsDeleted FROM Account ORDER BY Name ALL ROWS]) System.debug(a.Name + ' ' + a.IsDeleted);
        System.debug([SELECT COUNT() FROM Account WHERE IsDeleted = true]);
        System.debug(Database.query('SELECT Id FROM Account WHERE IsDeleted = true ALL ROWS').size());`,
      log: ['gone true', 'kept false', '0', '1'],
    },
    {
      title: 'a lookup to a deleted record is emptied, and filled again by its undelete',
      source: 'Apex, "Restoring Deleted Records": lookup relationships that were not replaced',
      apex: `Account a = new Account(Name = 'A'); insert a;
        insert new Order__c(Account__c = a.Id);
        delete a;
        System.debug([SELECT Account__c FROM Order__c].Account__c);
        undelete a;
        System.debug([SELECT Account__r.Name FROM Order__c].Account__r.Name);`,
      log: ['null', 'A'],
    },
    {
      title: 'undelete of what is not in the bin, and an update of what is',
      source: 'salesforce.stackexchange.com 8386 (UNDELETE_FAILED); SOAP, StatusCode ENTITY_IS_DELETED',
      apex: `Account a = new Account(Name = 'A'); insert a;
        Database.Error e = Database.undelete(a, false).getErrors()[0];
        System.debug(e.getStatusCode() + ' ' + e.getMessage());
        delete a;
        Database.Error e2 = Database.update(a, false).getErrors()[0];
        System.debug(e2.getStatusCode() + ' ' + e2.getMessage());
        System.debug(Database.undelete(a.Id).isSuccess());`,
      log: ['UNDELETE_FAILED Entity is not in the recycle bin', 'ENTITY_IS_DELETED entity is deleted', 'true'],
    },
    {
      title: 'merge: triggers in order, children to the master, MasterRecordId on the loser',
      source: 'Apex, "Merging Records" and "Triggers and Merge Statements"',
      apex: `Account m = new Account(Name = 'Master'); Account d = new Account(Name = 'Dup', Phone = '1');
        insert new List<Account>{ m, d };
        insert new Contact(LastName = 'c', AccountId = d.Id);
        m.Phone = d.Phone;
        Database.MergeResult r = Database.merge(m, d);
        System.debug(r.isSuccess() + ' ' + (r.getId() == m.Id) + ' ' + (r.getMergedRecordIds()[0] == d.Id) + ' ' + r.getUpdatedRelatedIds().size());
        System.debug(String.join(Log.lines, ', '));
        System.debug([SELECT Account.Name FROM Contact].Account.Name + ' ' + [SELECT Phone FROM Account WHERE Id = :m.Id].Phone);
        Account loser = [SELECT IsDeleted, MasterRecordId FROM Account WHERE Id = :d.Id ALL ROWS];
        System.debug(loser.IsDeleted + ' ' + (loser.MasterRecordId == m.Id));`,
      log: [
        'true true true 1',
        'BEFORE_DELETE Dup, AFTER_DELETE Dup merged, BEFORE_UPDATE Master, AFTER_UPDATE Master',
        'Master 1',
        'true true',
      ],
    },
    {
      title: 'merge takes Ids and lists, and is one DML statement',
      source: 'Ref, "Database.merge"',
      apex: `List<Contact> all3 = new List<Contact>{ new Contact(LastName = 'a'), new Contact(LastName = 'b'), new Contact(LastName = 'c') };
        insert all3;
        Integer before = Limits.getDmlStatements();
        List<Database.MergeResult> rs = Database.merge(all3[0], new List<Id>{ all3[1].Id, all3[2].Id });
        System.debug(rs.size() + ' ' + (Limits.getDmlStatements() - before) + ' ' + [SELECT COUNT() FROM Contact]);`,
      log: ['2 1 1'],
    },
    {
      title: 'the merge statement takes a record, an Id, or a list; what cannot be merged',
      source: 'Apex, "Merging Records"; Ref, "Merge Statement"',
      apex: `List<Account> four = new List<Account>{ new Account(Name = 'a'), new Account(Name = 'b'), new Account(Name = 'c'), new Account(Name = 'd') };
        insert four;
        merge four[0] four[1];
        merge four[0] new List<Account>{ four[2], four[3] };
        System.debug([SELECT COUNT() FROM Account] + ' ' + [SELECT COUNT() FROM Account WHERE MasterRecordId = :four[0].Id ALL ROWS]);
        undelete four[1];
        System.debug([SELECT MasterRecordId FROM Account WHERE Id = :four[1].Id].MasterRecordId);
        Order__c x = new Order__c(); Order__c y = new Order__c(); insert new List<Order__c>{ x, y };
        Database.merge(x, y);`,
      log: ['1 3', 'null', 'System.TypeException: DML operation MERGE not allowed on Order__c'],
    },
    {
      title: 'convertLead makes account, contact and opportunity and closes the lead',
      source: 'Ref, "Database.convertLead"; Help, "Lead Conversion Field Mapping"',
      apex: `Lead l = new Lead(LastName = 'Byron', FirstName = 'Ada', Company = 'Engines', Email = 'a@b.org', City = 'London', LeadSource = 'Web');
        insert l;
        Database.LeadConvert c = new Database.LeadConvert();
        c.setLeadId(l.Id);
        c.setConvertedStatus([SELECT MasterLabel FROM LeadStatus WHERE IsConverted = true LIMIT 1].MasterLabel);
        Database.LeadConvertResult r = Database.convertLead(c);
        Contact made = [SELECT Name, Email, LeadSource, MailingCity, Account.Name, Account.BillingCity FROM Contact WHERE Id = :r.getContactId()];
        System.debug(made.Name + ' ' + made.Email + ' ' + made.LeadSource + ' ' + made.MailingCity + ' ' + made.Account.Name + ' ' + made.Account.BillingCity);
        Opportunity o = [SELECT Name, StageName, AccountId FROM Opportunity WHERE Id = :r.getOpportunityId()];
        System.debug(o.Name + ' ' + o.StageName + ' ' + (o.AccountId == r.getAccountId()));
        Lead done = [SELECT IsConverted, Status, ConvertedContactId, ConvertedDate FROM Lead];
        System.debug(done.IsConverted + ' ' + done.Status + ' ' + (done.ConvertedContactId == r.getContactId()) + ' ' + (done.ConvertedDate == Date.today()));
        System.debug(Database.convertLead(c, false).getErrors()[0].getStatusCode());
        System.debug(Database.update(l, false).getErrors()[0].getStatusCode());`,
      log: [
        'Ada Byron a@b.org Web London Engines London',
        'Engines- Prospecting true',
        'true Closed - Converted true true',
        'CANNOT_UPDATE_CONVERTED_LEAD',
        'CANNOT_UPDATE_CONVERTED_LEAD',
      ],
    },
    {
      title: 'convertLead into an existing account, without an opportunity; a status that is none',
      source: 'Ref, "Database.LeadConvert": setAccountId, setDoNotCreateOpportunity; SOAP, StatusCode INVALID_STATUS',
      apex: `Account a = new Account(Name = 'Old'); insert a;
        Lead l = new Lead(LastName = 'x', Company = 'New', Phone = '7'); insert l;
        Database.LeadConvert c = new Database.LeadConvert();
        c.setLeadId(l.Id); c.setAccountId(a.Id); c.setDoNotCreateOpportunity(true); c.setConvertedStatus('nope');
        System.debug(Database.convertLead(c, false).getErrors()[0].getStatusCode() + ' ' + [SELECT COUNT() FROM Contact]);
        c.setConvertedStatus('Closed - Converted');
        Database.LeadConvertResult r = Database.convertLead(c);
        System.debug((r.getAccountId() == a.Id) + ' ' + r.getOpportunityId());
        a = [SELECT Name, Phone FROM Account];
        System.debug(a.Name + ' ' + a.Phone);`,
      log: ['INVALID_STATUS 0', 'true null', 'Old 7'],
    },
    {
      title: 'upsert by external id: capitals do not count; created tells which',
      source: 'Ref, "Database.upsert"; Apex, "Upserting Records"',
      apex: `Order__c a = new Order__c(Key__c = 'K1'); insert a;
        List<Database.UpsertResult> rs = Database.upsert(new List<Order__c>{ new Order__c(Key__c = 'k1', Open__c = false), new Order__c(Key__c = 'K2') }, Order__c.Key__c, false);
        System.debug(rs[0].isCreated() + ' ' + rs[1].isCreated() + ' ' + (rs[0].getId() == a.Id));
        System.debug([SELECT Open__c FROM Order__c WHERE Key__c = 'K1'].Open__c);
        List<Database.UpsertResult> same = Database.upsert(new List<Order__c>{ new Order__c(Key__c = 'K3'), new Order__c(Key__c = 'k3') }, Order__c.Key__c, false);
        System.debug(same[0].getErrors()[0].getStatusCode() + ' ' + same[1].getErrors()[0].getStatusCode());`,
      log: ['false true true', 'false', 'DUPLICATE_VALUE DUPLICATE_VALUE'],
    },
    {
      title: 'unique values: the words of the error, no field named',
      source: 'salesforce-platform-facts: DUPLICATE_VALUE comes without fields',
      apex: `insert new Order__c(Key__c = 'K1');
        Database.Error e = Database.insert(new Order__c(Key__c = 'k1'), false).getErrors()[0];
        System.debug(e.getStatusCode() + ' ' + e.getMessage().substringBefore(' with id') + ' ' + e.getFields());`,
      log: ['DUPLICATE_VALUE duplicate value found: Key__c duplicates value on record ()'],
    },
    {
      title: 'a parent by its external id',
      source: 'Apex, "Creating Parent and Child Records in a Single Statement Using Foreign Keys"',
      apex: `insert new Order__c(Key__c = 'P');
        insert new Line__c(Order__r = new Order__c(Key__c = 'P'), Price__c = 3);
        System.debug([SELECT Order__r.Key__c FROM Line__c].Order__r.Key__c);
        System.debug(Database.insert(new Line__c(Order__r = new Order__c(Key__c = 'none')), false).getErrors()[0].getMessage());`,
      log: ['P', 'Foreign key external ID: none not found for field Key__c in entity Order__c'],
    },
    {
      title: 'hierarchy settings: nearest level wins, a new one holds what is above',
      source: 'Ref, "Custom Settings Methods": getInstance, getOrgDefaults, getValues',
      apex: `System.debug(Settings__c.getOrgDefaults().Id + ' ' + Settings__c.getValues(UserInfo.getUserId()));
        insert new Settings__c(Mode__c = 'org', Size__c = 3);
        System.debug(Settings__c.getOrgDefaults().Mode__c + ' ' + (Settings__c.getOrgDefaults().SetupOwnerId == UserInfo.getOrganizationId()));
        System.debug(Settings__c.getInstance().Mode__c + ' ' + Settings__c.getInstance().Id);
        insert new Settings__c(SetupOwnerId = UserInfo.getProfileId(), Mode__c = 'profile');
        System.debug(Settings__c.getInstance().Mode__c + ' ' + Settings__c.getInstance().Size__c);
        insert new Settings__c(SetupOwnerId = UserInfo.getUserId(), Size__c = 9);
        Settings__c mine = Settings__c.getInstance();
        System.debug(mine.Mode__c + ' ' + mine.Size__c + ' ' + (mine.Id != null));
        System.debug(Settings__c.getValues(UserInfo.getUserId()).Mode__c);
        System.debug(Settings__c.getInstance(UserInfo.getProfileId()).Mode__c + ' ' + Settings__c.getInstance(UserInfo.getProfileId()).Size__c);
        System.debug(Limits.getQueries());`,
      log: ['null null', 'org true', 'org null', 'profile 3', 'profile 9 true', 'null', 'profile 3', '0'],
    },
    {
      title: 'one hierarchy setting for each owner',
      source: 'Help, "Custom Settings": an owner has one record [assumption: the words are those of unique fields]',
      apex: `insert new Settings__c(Mode__c = 'a');
        System.debug(Database.insert(new Settings__c(Mode__c = 'b'), false).getErrors()[0].getStatusCode());`,
      log: ['DUPLICATE_VALUE'],
    },
    {
      title: 'list settings by name',
      source: 'Ref, "Custom Settings Methods": getAll, getInstance(dataSetName), getValues(dataSetName)',
      apex: `System.debug(Codes__c.getAll().size() + ' ' + Codes__c.getInstance('x'));
        insert new List<Codes__c>{ new Codes__c(Name = 'x', Value__c = '1'), new Codes__c(Name = 'y', Value__c = '2') };
        System.debug(Codes__c.getAll().get('x').Value__c + ' ' + Codes__c.getInstance('y').Value__c + ' ' + Codes__c.getValues('x').Name);`,
      log: ['0 null', '1 2 x'],
    },
    {
      title: 'record types: describe, query and save',
      source: 'Ref, "RecordTypeInfo Class"; Objects, "RecordType"',
      apex: `Schema.DescribeSObjectResult d = Schema.SObjectType.Account;
        Id partner = d.getRecordTypeInfosByDeveloperName().get('Partner').getRecordTypeId();
        System.debug(d.getRecordTypeInfosByName().get('Partner Account').getRecordTypeId() == partner);
        System.debug(d.getRecordTypeInfosById().get(partner).getDeveloperName());
        System.debug(d.getRecordTypeInfosByDeveloperName().get('Old').isActive());
        System.debug([SELECT Id FROM RecordType WHERE SObjectType = 'Account' AND DeveloperName = 'Partner'].Id == partner);
        insert new Account(Name = 'P', RecordTypeId = partner);
        Account a = [SELECT RecordType.Name, RecordType.DeveloperName FROM Account];
        System.debug(a.RecordType.Name + ' ' + a.RecordType.DeveloperName);
        System.debug([SELECT Rating FROM Account].Rating);
        insert new Account(Name = 'none');
        System.debug([SELECT RecordTypeId FROM Account WHERE Name = 'none'].RecordTypeId);`,
      log: ['true', 'Partner', 'false', 'true', 'Partner Account Partner', 'Hot', 'null'],
    },
    {
      title: 'a record type that is not active is refused',
      source: 'Help 000385299',
      apex: `Id old = Schema.SObjectType.Account.getRecordTypeInfosByDeveloperName().get('Old').getRecordTypeId();
        Database.Error e = Database.insert(new Account(Name = 'x', RecordTypeId = old), false).getErrors()[0];
        System.debug(e.getStatusCode() + ' ' + e.getMessage().substringBefore(': 012') + ' ' + e.getFields());`,
      log: ["INVALID_CROSS_REFERENCE_KEY Record Type ID: this ID value isn't valid for the user (RecordTypeId)"],
    },
    {
      title: 'partial success saves what can be saved, and keeps the order of results',
      source: 'Apex, "Bulk DML Exception Handling"',
      apex: `List<Database.SaveResult> rs = Database.insert(new List<Account>{ new Account(), new Account(Name = 'ok'), new Account() }, false);
        System.debug(rs[0].isSuccess() + ' ' + rs[1].isSuccess() + ' ' + rs[2].isSuccess());
        System.debug(rs[0].getErrors()[0].getStatusCode() + ' ' + rs[0].getErrors()[0].getFields());
        System.debug([SELECT COUNT() FROM Account]);`,
      log: ['false true false', 'REQUIRED_FIELD_MISSING (Name)', '1'],
    },
  ]);
});
