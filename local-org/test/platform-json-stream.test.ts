import t from 'tap';
import { debugOf } from './helpers/evaluate.ts';
import { holds, throwsEach } from './helpers/tables.ts';

// https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_jsonGenerator.htm
t.test('JSONGenerator', async (t) => {
  const found = await debugOf(
    `JSONGenerator g = JSON.createGenerator(false);
     g.writeStartObject(); g.writeNumberField('abc', 1.21); g.writeStringField('def', 'xyz'); g.writeFieldName('ghi');
     g.writeStartObject(); g.writeObjectField('aaa', new List<Integer>{ 1, 2 }); g.writeNullField('n'); g.writeBooleanField('b', true);
     g.writeDateField('d', Date.newInstance(2026, 1, 31)); g.writeIdField('i', Id.valueOf('003000000000001')); g.writeEndObject();
     g.writeFieldName('l'); g.writeStartArray(); g.writeNumber(5L); g.writeString('s'); g.writeNull(); g.writeEndArray();
     g.writeEndObject(); System.debug(g.getAsString()); System.debug(g.isClosed());`,
  );
  t.same(found, [
    '{"abc":1.21,"def":"xyz","ghi":{"aaa":[1,2],"n":null,"b":true,"d":"2026-01-31","i":"003000000000001AAA"},"l":[5,"s",null]}',
    'true',
  ]);
  await throwsEach(t, {
    "JSONGenerator g = JSON.createGenerator(true); g.writeStartObject(); g.writeString('x');":
      'System.JSONException: Can not write a value, expecting field name',
    'JSONGenerator g = JSON.createGenerator(true); g.writeStartArray(); g.writeEndObject();':
      'System.JSONException: Current context not an OBJECT but ARRAY',
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_jsonParser.htm
t.test('JSONParser', async (t) => {
  const found = await debugOf(
    `JSONParser p = JSON.createParser('{"totalPrice":1.5,"lines":[{"quantity":2},{"quantity":3}],"when":"2026-01-31"}');
     Integer total = 0;
     while (p.nextToken() != null) {
       if (p.getCurrentToken() == JSONToken.FIELD_NAME && p.getText() == 'quantity') { p.nextToken(); total += p.getIntegerValue(); }
       if (p.getCurrentName() == 'when' && p.getCurrentToken() == JSONToken.VALUE_STRING) System.debug(p.getDateValue());
     }
     System.debug(total);
     p = JSON.createParser('{"a":{"b":[1,2]},"c":3}');
     p.nextToken(); p.nextToken(); p.nextToken(); p.skipChildren(); System.debug(p.getCurrentToken());
     p.nextToken(); System.debug(p.getText()); System.debug(p.nextValue());
     p = JSON.createParser('[{"n":1},{"n":2}]'); p.nextToken(); p.nextToken();
     Item first = (Item) p.readValueAs(Item.class); System.debug(first.n); System.debug(p.nextToken());
     p.clearCurrentToken(); System.debug(p.hasCurrentToken()); System.debug(p.getLastClearedToken());`,
    { files: { 'Item.cls': 'public class Item { public Integer n; }' } },
  );
  t.same(found, [
    '2026-01-31 00:00:00',
    '5',
    'END_OBJECT',
    'c',
    'VALUE_NUMBER_INT',
    '1',
    'START_OBJECT',
    'false',
    'START_OBJECT',
  ]);
  await throwsEach(t, {
    'JSONParser p = JSON.createParser(\'["x"]\'); p.nextToken(); p.nextToken(); p.getIntegerValue();':
      'System.JSONException: Current token (VALUE_STRING) not of the type Integer',
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_url.htm
t.test('Url', async (t) => {
  await holds(
    t,
    {
      'u.getHost()': 'www.example.com',
      'u.getPort()': '8443',
      'u.getDefaultPort()': '443',
      'u.getPath()': '/a/b',
      'u.getQuery()': 'q=1',
      'u.getFile()': '/a/b?q=1',
      'u.getRef()': 'top',
      'u.getAuthority()': 'me@www.example.com:8443',
      'u.toExternalForm()': 'https://me@www.example.com:8443/a/b?q=1#top',
    },
    "Url u = new Url('https://me@www.example.com:8443/a/b?q=1#top');",
  );
  await throwsEach(t, { "new Url('nothing');": 'System.StringException: Invalid URL: no protocol: nothing' });
});

// https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_fields_describe.htm, …_sobject_describe.htm
t.test('describe', async (t) => {
  await holds(
    t,
    {
      'o.getName()': 'Contact',
      'o.getKeyPrefix()': '003',
      'o.getLabel()': 'Contact',
      'o.isCustom()': 'false',
      'o.isAccessible()': 'true',
      "o.fields.getMap().get('LASTNAME') == Contact.LastName": 'true',
      "o.fields.getMap().containsKey('nope')": 'false',
      "Schema.getGlobalDescribe().get('contact') == Contact.SObjectType": 'true',
      "Schema.describeSObjects(new List<String>{ 'Contact', 'account' })[1].getName()": 'Account',
      'Contact.LastName.getDescribe().getLength()': '80',
      'Contact.LastName.getDescribe().getType()': 'STRING',
      'Contact.LastName.getDescribe().isNillable()': 'false',
      'Contact.AccountId.getDescribe().getReferenceTo()': '(Account)',
      'Contact.AccountId.getDescribe().getRelationshipName()': 'Account',
      'Contact.AccountId.getDescribe().getSOAPType()': 'ID',
      'Schema.SObjectType.Contact.fields.Email.getType() == Schema.DisplayType.EMAIL': 'true',
      'Schema.SObjectType.Contact.getSObjectType()': 'Contact',
      "Contact.SObjectType.newSObject('003000000000001').Id": '003000000000001AAA',
      "Id.valueOf('003000000000001').getSObjectType() == Contact.SObjectType": 'true',
      'Contact.LastName': 'LastName',
      'Contact.LastName.getDescribe().getSObjectField() == Contact.LastName': 'true',
      'Contact.CreatedDate.getDescribe().isCreateable()': 'false',
      'Contact.Id.getDescribe().getLength()': '18',
    },
    'Schema.DescribeSObjectResult o = Contact.SObjectType.getDescribe();',
  );
  await throwsEach(t, {
    "Schema.describeSObjects(new List<String>{ 'Nope__c' });":
      'System.InvalidParameterValueException: Invalid sobject provided. The Schema.describeSObject() methods does not support the Nope__c sobject.',
    "Id.valueOf('zzz000000000001').getSObjectType();":
      'System.SObjectException: Cannot locate Apex Type for ID: zzz000000000001AAA',
  });
});
