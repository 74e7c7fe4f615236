import t from 'tap';
import { evaluateApex } from '../helpers/evaluate.ts';

// Records, DML results and describe as anonymous Apex sees them. Facts without a source beside them are of the Apex
// Reference Guide (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/).

/** What the block writes to the log, and what it throws as `Type: message` in a last line. */
async function lines(source: string): Promise<string[]> {
  const { log, error } = await evaluateApex(source);
  return error === null ? log : [...log, `${error.type}: ${error.message}`];
}

t.test('partial success reports each row', async (t) => {
  t.strictSame(
    await lines(`
      List<Database.SaveResult> results = Database.insert(
        new List<Contact>{ new Contact(LastName = 'Byron'), new Contact(FirstName = 'Ada') }, false);
      System.debug(results[0].isSuccess() + ' ' + (results[0].getId() != null) + ' ' + results[0].getErrors().size());
      Database.Error error = results[1].getErrors()[0];
      System.debug(error.getStatusCode() + ' ' + error.getMessage() + ' ' + error.getFields());
      System.debug(results[1].getId());
      System.debug([SELECT COUNT() FROM Contact]);`),
    ['true true 0', 'REQUIRED_FIELD_MISSING Required fields are missing: [LastName] (LastName)', 'null', '1'],
  );
});

t.test('the debug log shows results by their getters', async (t) => {
  const [failed, saved] = await lines(`
    System.debug(Database.insert(new Contact(), false));
    System.debug(Database.insert(new Contact(LastName = 'Byron'), false));`);
  t.equal(
    failed,
    'Database.SaveResult[getErrors=(Database.Error[getFields=(LastName);getMessage=Required fields are missing: ' +
      '[LastName];getStatusCode=REQUIRED_FIELD_MISSING;]);getId=null;isSuccess=false;]',
  );
  t.match(saved, /^Database\.SaveResult\[getErrors=\(\);getId=003\w{15};isSuccess=true;\]$/);
});

t.test('a failed statement throws and leaves nothing', async (t) => {
  t.strictSame(
    await lines(`
      try {
        insert new List<Contact>{ new Contact(LastName = 'Byron'), new Contact(FirstName = 'Ada') };
      } catch (DmlException e) {
        System.debug(e.getMessage());
        System.debug(e.getNumDml() + ' ' + e.getDmlIndex(0) + ' ' + e.getDmlType(0) + ' ' + e.getDmlFieldNames(0));
      }
      System.debug([SELECT COUNT() FROM Contact]);`),
    [
      'Insert failed. First exception on row 1; first error: REQUIRED_FIELD_MISSING, ' +
        'Required fields are missing: [LastName]: [LastName]',
      '1 1 REQUIRED_FIELD_MISSING (LastName)',
      '0',
    ],
  );
});

t.test('statements that are refused as a whole', async (t) => {
  // http://www.infallibletechie.com/2013/10/systemlistexception-before-insert-or.html
  t.strictSame(await lines(`Contact c = new Contact(LastName = 'x'); insert new List<Contact>{ c, c };`), [
    'System.ListException: Before Insert or Upsert list must not have two identically equal elements',
  ]);
  // https://salesforce.stackexchange.com/q/214333: whatever allOrNone says
  const [message] = await lines(`
    Contact c = new Contact(LastName = 'x');
    insert c;
    Database.update(new List<Contact>{ c, new Contact(Id = c.Id, LastName = 'y') }, false);`);
  t.match(message, /^System.ListException: Duplicate id in list: 003\w{15}$/);
  t.strictSame(await lines(`update new Contact(LastName = 'x');`), [
    'System.DmlException: Update failed. First exception on row 0; first error: MISSING_ARGUMENT, ' +
      'Id not specified in an update call: []',
  ]);
  t.strictSame(await lines(`insert new List<Contact>(); System.debug('done');`), ['done']);
});

t.test('dynamic SOQL sees the variables around it', async (t) => {
  t.strictSame(
    await lines(`
      insert new List<Contact>{ new Contact(LastName = 'Byron'), new Contact(LastName = 'Keats') };
      Set<String> names = new Set<String>{ 'Byron' };
      List<Contact> found = Database.query('SELECT LastName FROM Contact WHERE LastName IN :names');
      System.debug(found.size() + ' ' + found[0].LastName);
      System.debug(Database.countQuery('SELECT COUNT() FROM Contact'));
      Map<String, Object> binds = new Map<String, Object>{ 'NAME' => 'Keats' };
      for (Contact c : (List<Contact>) Database.queryWithBinds(
          'SELECT LastName FROM Contact WHERE LastName = :name', binds, AccessLevel.USER_MODE)) {
        System.debug(c.LastName);
      }
      Database.query('SELECT Id FROM Contact WHERE LastName = :other');`),
    ['1 Byron', '2', 'Keats', 'System.QueryException: Variable does not exist: other'],
  );
});

t.test('a rollback undoes rows and keeps the Ids in memory', async (t) => {
  t.strictSame(
    await lines(`
      Savepoint before = Database.setSavepoint();
      Contact c = new Contact(LastName = 'Byron');
      insert c;
      Database.rollback(before);
      System.debug([SELECT COUNT() FROM Contact] + ' ' + (c.Id != null));
      System.debug(Limits.getDmlStatements());`),
    ['0 true', '3'],
  );
});

t.test('SObject by name', async (t) => {
  t.strictSame(
    await lines(`
      SObject record = Schema.getGlobalDescribe().get('CONTACT').newSObject();
      System.debug(record.put('LASTNAME', 'Byron') + ' ' + record.put('LastName', 'Keats') + ' ' + record.get('lastname'));
      System.debug(record);
      System.debug(record.getSObjectType() == Contact.SObjectType);
      Contact typed = (Contact) record;
      System.debug(typed.DoNotCall + ' ' + record.get('DoNotCall'));
      switch on record {
        when Account a { System.debug('account'); }
        when Contact c { System.debug('contact ' + c.LastName); }
      }
      insert record;
      System.debug(record.Id.getSObjectType());
      Contact queried = [SELECT Id FROM Contact];
      try {
        System.debug(queried.LastName);
      } catch (SObjectException e) {
        System.debug(e.getMessage());
      }
      record.put('Nothing__c', 1);`),
    [
      'null Byron Keats',
      'Contact:{LastName=Keats}',
      'true',
      // https://salesforce.stackexchange.com/q/127548
      'false null',
      'contact Keats',
      'Contact',
      'SObject row was retrieved via SOQL without querying the requested field: Contact.LastName',
      'System.SObjectException: Invalid field Nothing__c for Contact',
    ],
  );
});

t.test('parents and children', async (t) => {
  t.strictSame(
    await lines(`
      Account acme = new Account(Name = 'Acme');
      insert acme;
      insert new Contact(LastName = 'Byron', AccountId = acme.Id);
      Account queried = [SELECT Name, (SELECT LastName FROM Contacts) FROM Account];
      System.debug(queried.getSObjects('Contacts').size() + ' ' + queried.Contacts[0].LastName);
      Contact child = [SELECT LastName, Account.Name FROM Contact];
      System.debug(child.getSObject('Account').get('Name') + ' ' + child.Account.Name);
      delete child;
      queried = [SELECT Name, (SELECT LastName FROM Contacts) FROM Account];
      System.debug(queried.getSObjects('Contacts') + ' ' + queried.Contacts.size());`),
    ['1 Byron', 'Acme Acme', 'null 0'],
  );
});

t.test('describe', async (t) => {
  t.strictSame(
    await lines(`
      Schema.DescribeFieldResult field = Contact.LastName.getDescribe();
      System.debug(field.getName() + ' ' + field.getLabel() + ' ' + field.getLength() + ' ' + field.getType());
      System.debug(field.isNillable() + ' ' + field.isCreateable() + ' ' + field.isCustom());
      System.debug(Schema.SObjectType.Contact.fields.AccountId.getReferenceTo());
      System.debug(Contact.SObjectType.getDescribe().fields.getMap().get('EMAIL').getDescribe().getType() == Schema.DisplayType.EMAIL);
      System.debug(Schema.SObjectType.Account.getRecordTypeInfosByName().get('Master').isMaster());
      try {
        Schema.describeSObjects(new List<String>{ 'Nothing__c' });
      } catch (InvalidParameterValueException e) {
        System.debug(e.getMessage().contains('Nothing__c'));
      }`),
    ['LastName Last Name 80 STRING', 'false true false', '(Account)', 'true', 'true', 'true'],
  );
});

t.test('an assertion that fails cannot be caught', async (t) => {
  t.strictSame(
    await lines(`
      try {
        System.assertEquals('a', 'A', 'capitals count');
      } catch (Exception e) {
        System.debug('caught');
      }`),
    ['System.AssertException: Assertion Failed: capitals count: Expected: a, Actual: A'],
  );
});
