import t from 'tap';
import type { DmlRowResult } from '../src/data/contract.ts';
import { NotModelledError } from '../src/errors.ts';
import { needsScope, platformClasses } from '../src/platform/index.ts';
import { describeField, describeSObject, sobjectFieldToken, sobjectTypeToken } from '../src/platform/tokens.ts';
import { apexType, T } from '../src/types/type.ts';
import { enumConstant } from '../src/values/enums.ts';
import {
  ApexDate,
  ApexDatetime,
  ApexList,
  ApexMap,
  ApexSet,
  EnumValue,
  ExceptionValue,
  PlatformObject,
  SObjectValue,
} from '../src/values/value.ts';
import type { Value } from '../src/values/value.ts';
import { ApexDecimal } from '../src/values/decimal.ts';
import {
  object,
  field,
  record,
  mapOf,
  harness,
  call,
  property,
  thrown,
  listOf,
  texts,
  CONTACT_ID,
  ACCOUNT_ID,
} from './support/platform.ts';

// Called through the tables of the platform classes. Facts are of the Apex Reference Guide
// (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/) where no other source stands beside them.

t.test('every platform type that a signature names is a class of the platform or a primitive', async (t) => {
  const known = new Set([
    ...platformClasses.map((c) => c.name),
    ...Object.values(T).map((type) => type.name),
    'List',
    'Set',
    'Map',
    'T',
    'K',
    'V',
  ]);
  const missing = new Set<string>();
  const visit = (type: typeof T.Id): void => {
    if (!known.has(type.name)) missing.add(type.name);
    type.args.forEach(visit);
  };
  for (const cls of platformClasses) {
    for (const method of cls.methods) [method.returns, ...method.parameters].forEach(visit);
    for (const { type } of cls.properties) visit(type);
  }
  t.strictSame([...missing], []);
  const names = platformClasses.map((c) => c.name.toLowerCase());
  t.strictSame(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
    'no class is declared twice',
  );
});

t.test('SObject.get and put', async (t) => {
  const { x } = harness();
  const contact = record('Contact', { LastName: 'Byron' });
  const get = (name: string | null): Value => call(x, 'SObject', 'get(String)', contact, name);
  const put = (name: string, value: Value): Value => call(x, 'SObject', 'put(String,Object)', contact, name, value);

  t.equal(get('lastname'), 'Byron', 'names are case-insensitive');
  t.equal(get('Email'), null);
  // https://salesforce.stackexchange.com/q/127548: only dot notation reads an unset checkbox as false
  t.equal(get('DoNotCall'), null);
  t.equal(
    thrown(() => get('Nothing__c')),
    'SObjectException: Invalid field Nothing__c for Contact',
  );
  t.equal(
    thrown(() => get(null)),
    'NullPointerException: Argument 1 cannot be null',
  );

  t.equal(put('LastName', 'Lovelace'), 'Byron', 'put gives the value before');
  t.equal(get('LastName'), 'Lovelace');
  put('AccountId', '001000000000001');
  t.strictSame(get('AccountId'), ACCOUNT_ID, 'a text becomes an Id of 18 characters');
  t.equal(
    thrown(() => put('AccountId', 'abc')),
    'StringException: Invalid id: abc',
  );
  t.equal(
    thrown(() => put('Birthdate', 'today')),
    'SObjectException: Illegal assignment from String to Date',
  );
  t.equal(
    thrown(() => put('DoNotCall', 'yes')),
    'SObjectException: Illegal assignment from String to Boolean',
  );
  // https://github.com/jamessimone/apex-rollup/issues/97
  t.equal(
    thrown(() => put('CreatedDate', new ApexDatetime(0))),
    'SObjectException: Field CreatedDate is not editable',
  );
  put('Birthdate', new ApexDate(0));
  put('Birthdate', null);
  t.equal(get('Birthdate'), null);

  const account = record('Account');
  call(x, 'SObject', 'put(String,Object)', account, 'AnnualRevenue', 12);
  t.ok(account.values.get('annualrevenue') instanceof ApexDecimal, 'an Integer in a Decimal field is a Decimal');

  const token = sobjectFieldToken(object('Contact'), field('Contact', 'LastName'));
  t.equal(call(x, 'SObject', 'get(Schema.SObjectField)', contact, token), 'Lovelace');
  call(x, 'SObject', 'put(Schema.SObjectField,Object)', contact, token, 'King');
  t.equal(get('LastName'), 'King');
  t.match(
    thrown(() => call(x, 'SObject', 'get(Schema.SObjectField)', account, token)),
    /does not belong to SObject type Account/,
  );
});

t.test('a queried record knows which fields were asked for', async (t) => {
  const { x } = harness();
  const account = record('Account', { Id: ACCOUNT_ID, Name: 'Acme' }, ['Id', 'Name']);
  const contact = record('Contact', { Id: CONTACT_ID, LastName: 'Byron', Account: account }, [
    'Id',
    'LastName',
    'Phone',
    'Account',
  ]);
  const get = (name: string): Value => call(x, 'SObject', 'get(String)', contact, name);
  t.equal(get('LastName'), 'Byron');
  t.equal(get('Phone'), null, 'asked for and empty');
  t.equal(
    thrown(() => get('Email')),
    'SObjectException: SObject row was retrieved via SOQL without querying the requested field: Contact.Email',
  );
  call(x, 'SObject', 'put(String,Object)', contact, 'Email', 'a@b.example');
  t.equal(get('Email'), 'a@b.example', 'what was put can be read');
  t.equal(call(x, 'SObject', 'getSObject(String)', contact, 'Account'), account);
  t.equal(
    call(
      x,
      'SObject',
      'getSObject(Schema.SObjectField)',
      contact,
      sobjectFieldToken(object('Contact'), field('Contact', 'AccountId')),
    ),
    account,
  );
  t.equal(
    thrown(() => call(x, 'SObject', 'getSObject(String)', contact, 'Owner')),
    'SObjectException: SObject row was retrieved via SOQL without querying the requested field: Contact.Owner',
  );
  t.equal(
    thrown(() => call(x, 'SObject', 'getSObject(String)', contact, 'Boss__r')),
    'SObjectException: Invalid relationship Boss__r for Contact',
  );
  t.equal(call(x, 'SObject', 'isSet(String)', contact, 'Phone'), true);
  t.equal(call(x, 'SObject', 'isSet(String)', contact, 'Fax'), false);
});

t.test('related records', async (t) => {
  const { x } = harness();
  const account = record('Account', { Name: 'Acme' });
  const contact = record('Contact', { LastName: 'Byron' });
  t.equal(call(x, 'SObject', 'putSObject(String,SObject)', contact, 'Account', account), null);
  t.equal(contact.values.get('account'), account);
  t.equal(
    thrown(() => call(x, 'SObject', 'putSObject(String,SObject)', contact, 'Account', record('Contact'))),
    'SObjectException: Illegal assignment from Contact to Account',
  );
  t.equal(call(x, 'SObject', 'getSObjects(String)', account, 'Contacts'), null, 'no children: null');
  const children = listOf('Contact', contact);
  account.values.set('contacts', children);
  t.equal(call(x, 'SObject', 'getSObjects(String)', account, 'contacts'), children);
  t.match(
    thrown(() => call(x, 'SObject', 'getSObjects(String)', account, 'Nothings')),
    /^SObjectException: Invalid/,
  );

  const populated = call(x, 'SObject', 'getPopulatedFieldsAsMap()', contact) as ApexMap;
  t.strictSame(
    [...populated.entries.values()].map(([name]) => name),
    ['LastName', 'Account'],
  );
  t.equal(
    call(x, 'SObject', 'getSObjectType()', contact),
    sobjectTypeToken(object('Contact')),
    'tokens compare by identity',
  );
});

t.test('clone', async (t) => {
  const { x } = harness();
  const account = record('Account', { Name: 'Acme' });
  const source = record('Contact', {
    Id: CONTACT_ID,
    LastName: 'Byron',
    CreatedDate: new ApexDatetime(5),
    Account: account,
  });
  const plain = call(x, 'SObject', 'clone()', source) as SObjectValue;
  t.strictSame([...plain.values.keys()], ['lastname', 'account'], 'neither Id nor time stamps');
  t.equal(plain.values.get('account'), account, 'the parent is shared');
  const full = call(
    x,
    'SObject',
    'clone(Boolean,Boolean,Boolean,Boolean)',
    source,
    true,
    true,
    true,
    true,
  ) as SObjectValue;
  t.equal(full.values.get('id'), CONTACT_ID);
  t.ok(full.values.has('createddate'));
  t.not(full.values.get('account'), account, 'a deep clone has a parent of its own');
  t.equal(call(x, 'SObject', 'isClone()', plain), true);
  t.equal(call(x, 'SObject', 'getCloneSourceId()', plain), CONTACT_ID);
  t.equal(call(x, 'SObject', 'isClone()', source), false);
});

t.test('addError', async (t) => {
  const { x } = harness();
  const contact = record('Contact', { LastName: 'Byron' });
  t.equal(call(x, 'SObject', 'hasErrors()', contact), false);
  call(x, 'SObject', 'addError(String)', contact, 'No poets');
  call(x, 'SObject', 'addError(String,String)', contact, 'lastname', 'Not this one');
  const cause = new ExceptionValue(apexType('MathException'));
  cause.message = 'Divide by 0';
  call(x, 'SObject', 'addError(Exception)', contact, cause);
  t.strictSame(contact.addedErrors, [
    { message: 'No poets', field: null },
    { message: 'Not this one', field: 'LastName' },
    { message: 'Divide by 0', field: null },
  ]);
  t.equal(
    thrown(() => call(x, 'SObject', 'addError(String,String)', contact, 'Rhyme', 'x')),
    'SObjectException: Invalid field Rhyme for Contact',
  );
  const [, onField] = texts(call(x, 'SObject', 'getErrors()', contact)) as PlatformObject[];
  t.strictSame(texts(call(x, 'Database.Error', 'getFields()', onField)), ['LastName']);
  t.equal(
    (call(x, 'Database.Error', 'getStatusCode()', onField) as EnumValue).name,
    'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  );
});

t.test('Database DML', async (t) => {
  const failed: Partial<DmlRowResult> = {
    success: false,
    errors: [
      {
        statusCode: 'REQUIRED_FIELD_MISSING',
        message: 'Required fields are missing: [LastName]',
        fields: ['LastName'],
      },
    ],
  };
  const rows = listOf('Contact', record('Contact'), record('Contact', { LastName: 'Byron' }));

  const partial = harness({ results: [failed, { id: CONTACT_ID }] });
  const user = property('AccessLevel', 'USER_MODE').get(partial.x, null);
  const results = call(
    partial.x,
    'Database',
    'insert(List<SObject>,Boolean,AccessLevel)',
    null,
    rows,
    false,
    user,
  ) as ApexList;
  t.equal(results.type.text, 'List<Database.SaveResult>');
  t.match(partial.requests[0], { operation: 'insert', allOrNone: false, access: 'USER', externalIdField: null });
  const [bad, good] = results.items;
  t.equal(call(partial.x, 'Database.SaveResult', 'isSuccess()', bad), false);
  const [error] = texts(call(partial.x, 'Database.SaveResult', 'getErrors()', bad));
  t.equal(call(partial.x, 'Database.Error', 'getMessage()', error), 'Required fields are missing: [LastName]');
  t.equal((call(partial.x, 'Database.Error', 'getStatusCode()', error) as EnumValue).name, 'REQUIRED_FIELD_MISSING');
  t.equal(call(partial.x, 'Database.SaveResult', 'isSuccess()', good), true);
  t.equal(call(partial.x, 'Database.SaveResult', 'getId()', good), CONTACT_ID);
  t.strictSame(texts(call(partial.x, 'Database.SaveResult', 'getErrors()', good)), []);

  const whole = harness({ results: [failed, {}] });
  // the form is that of the message in https://salesforce.stackexchange.com/q/104048
  t.equal(
    thrown(() => call(whole.x, 'Database', 'insert(List<SObject>)', null, rows)),
    'DmlException: Insert failed. First exception on row 0; first error: REQUIRED_FIELD_MISSING, ' +
      'Required fields are missing: [LastName]: [LastName]',
  );
  t.match(whole.requests[0], { allOrNone: true, access: 'SYSTEM', withSharing: true });

  const old = harness({ access: 'USER' });
  call(old.x, 'Database', 'update(SObject)', null, record('Contact', { Id: CONTACT_ID }));
  t.equal(old.requests[0]?.access, 'USER', 'the default is the mode of the running class');
  const one = call(old.x, 'Database', 'delete(Id,Boolean)', null, CONTACT_ID, false) as PlatformObject;
  t.equal(one.type.name, 'Database.DeleteResult');
  t.equal(old.requests[1]?.records[0]?.definition.name, 'Contact', 'the object follows from the key prefix');
  call(old.x, 'Database', 'delete(List<Id>)', null, listOf('Id', CONTACT_ID, ACCOUNT_ID));
  t.strictSame(
    old.requests[2]?.records.map((r) => r.definition.name),
    ['Contact', 'Account'],
  );
  t.match(
    thrown(() => call(old.x, 'Database', 'insert(SObject)', null, null)),
    /^NullPointerException/,
  );

  const upsert = harness({ results: [{ created: true, id: CONTACT_ID }] });
  const token = sobjectFieldToken(object('Contact'), field('Contact', 'Email'));
  const upserted = call(
    upsert.x,
    'Database',
    'upsert(SObject,Schema.SObjectField,Boolean)',
    null,
    record('Contact'),
    token,
    false,
  );
  t.equal(call(upsert.x, 'Database.UpsertResult', 'isCreated()', upserted), true);
  t.match(upsert.requests[0], { operation: 'upsert', externalIdField: 'Email', allOrNone: false });
});

t.test('Database.DMLOptions', async (t) => {
  const { x, requests } = harness();
  const options = call(x, 'Database.DMLOptions', 'new()') as PlatformObject;
  property('Database.DMLOptions', 'allowFieldTruncation').set(x, options, true);
  const header = property('Database.DMLOptions', 'duplicateRuleHeader').get(x, options);
  property('Database.DMLOptions.DuplicateRuleHeader', 'allowSave').set(x, header, true);
  call(x, 'Database', 'insert(SObject,Database.DMLOptions)', null, record('Contact'), options);
  t.strictSame(requests[0]?.options, { allowFieldTruncation: true, duplicateRuleAllowSave: true });
  t.equal(requests[0]?.allOrNone, false, 'optAllOrNone is false unless set');
  const contact = record('Contact');
  call(x, 'SObject', 'setOptions(Database.DMLOptions)', contact, options);
  t.strictSame(contact.dmlOptions, { allowFieldTruncation: true, duplicateRuleAllowSave: true });
});

t.test('dynamic SOQL', async (t) => {
  const { x, queries } = harness({ rows: [record('Contact', { LastName: 'Byron' })] });
  const names = listOf('String', 'Byron', 'Keats');
  const scope = (name: string): Value | undefined => (name.toLowerCase() === 'names' ? names : undefined);
  const text = 'SELECT Id FROM contact WHERE LastName IN :names';
  const rows = call(x, 'Database', 'query(String)', null, text, scope) as ApexList;
  t.equal(rows.type.text, 'List<Contact>', 'the list is of the object queried');
  t.strictSame(queries[0]?.binds, [names]);
  t.equal(
    thrown(() => call(x, 'Database', 'query(String)', null, 'SELECT Id FROM Contact WHERE LastName = :other', scope)),
    'QueryException: Variable does not exist: other',
  );
  t.match(
    thrown(() => call(x, 'Database', 'query(String)', null, 'SELECT FROM', scope)),
    /^QueryException: unexpected token/,
  );
  t.equal(call(x, 'Database', 'countQuery(String)', null, 'SELECT COUNT() FROM Contact', scope), 42);
  t.throws(() => call(x, 'Database', 'countQuery(String)', null, 'SELECT Id FROM Contact', scope), NotModelledError);

  const user = property('AccessLevel', 'USER_MODE').get(x, null);
  const bound = (binds: Record<string, Value>): Value =>
    call(
      x,
      'Database',
      'queryWithBinds(String,Map<String,Object>,AccessLevel)',
      null,
      text,
      mapOf('Map<String,Object>', binds),
      user,
    );
  bound({ NAMES: names });
  t.match(queries.at(-1), { binds: [names], options: { access: 'USER' } }, 'keys are found in any capitals');
  t.equal(
    thrown(() => bound({ other: names })),
    "QueryException: Key 'names' does not exist in the bindMap",
  );
  t.equal(
    thrown(() => bound({ names, Names: names })),
    'QueryException: The bindMap consists of duplicate case-insensitive keys: [names, Names]',
  );

  const database = platformClasses.find((c) => c.name === 'Database');
  const scoped = database?.methods.filter(needsScope).map((m) => `${m.name}/${m.parameters.length}`);
  t.strictSame(scoped, [
    'query/1',
    'query/2',
    'countQuery/1',
    'countQuery/2',
    'getQueryLocator/1',
    'getQueryLocator/2',
  ]);
});

t.test('savepoints', async (t) => {
  const { x, log } = harness();
  const savepoint = call(x, 'Database', 'setSavepoint()');
  call(x, 'Database', 'rollback(Savepoint)', null, savepoint);
  call(x, 'Database', 'releaseSavepoint(Savepoint)', null, savepoint);
  t.strictSame(log, ['rollback 7', 'release 7']);
  t.match(
    thrown(() => call(x, 'Database', 'rollback(Savepoint)', null, null)),
    /^NullPointerException/,
  );
});

t.test('describe', async (t) => {
  const { x } = harness({ denied: ['Contact:create', 'Contact.Email:edit', 'Contact.Phone'] });
  const describe = describeSObject(object('Contact'));
  const of = (signature: string): Value => call(x, 'Schema.DescribeSObjectResult', signature, describe);
  t.equal(of('getName()'), 'Contact');
  t.equal(of('getKeyPrefix()'), '003');
  t.strictSame(
    [of('isAccessible()'), of('isCreateable()'), of('isUpdateable()'), of('isCustom()')],
    [true, false, true, false],
  );

  const fields = property('Schema.DescribeSObjectResult', 'fields').get(x, describe);
  const map = call(x, 'Schema.SObjectTypeFields', 'getMap()', fields) as ApexMap;
  t.equal(
    call(x, 'Map', 'get(K)', map, 'LASTNAME'),
    sobjectFieldToken(object('Contact'), field('Contact', 'LastName')),
    'any capitals find a field',
  );
  t.equal(call(x, 'Map', 'containsKey(K)', map, 'Nothing__c'), false);
  t.ok(
    [...map.entries.values()].every(([name]) => name === (name as string).toLowerCase()),
    'keys are in lower case',
  );

  const fieldOf = (name: string, signature: string): Value =>
    call(x, 'Schema.DescribeFieldResult', signature, describeField(object('Contact'), field('Contact', name)));
  t.equal((fieldOf('Email', 'getType()') as EnumValue).name, 'EMAIL');
  t.equal((fieldOf('AccountId', 'getType()') as EnumValue).name, 'REFERENCE');
  t.equal((fieldOf('DoNotCall', 'getSOAPType()') as EnumValue).name, 'BOOLEAN');
  t.equal(fieldOf('LastName', 'getLength()'), 80);
  t.strictSame([fieldOf('LastName', 'isNillable()'), fieldOf('FirstName', 'isNillable()')], [false, true]);
  t.strictSame(
    [fieldOf('Email', 'isAccessible()'), fieldOf('Email', 'isUpdateable()'), fieldOf('Phone', 'isAccessible()')],
    [true, false, false],
  );
  t.strictSame(texts(fieldOf('AccountId', 'getReferenceTo()')), [sobjectTypeToken(object('Account'))]);
  const [entry] = texts(fieldOf('LeadSource', 'getPicklistValues()'));
  t.equal(call(x, 'Schema.PicklistEntry', 'getValue()', entry), 'Web');
  t.equal(call(x, 'Schema.PicklistEntry', 'isActive()', entry), true);

  const described = (names: Value[]): Value =>
    call(x, 'Schema', 'describeSObjects(List<String>)', null, listOf('String', ...names));
  t.equal(texts(described(['contact']))[0], describe);
  t.match(
    thrown(() => described(['Nothing__c'])),
    /^InvalidParameterValueException: .*Nothing__c/,
  );
  const all = call(x, 'Schema', 'getGlobalDescribe()') as ApexMap;
  t.equal(call(x, 'Map', 'get(K)', all, 'Account'), sobjectTypeToken(object('Account')));

  const made = call(
    x,
    'Schema.SObjectType',
    'newSObject(Id)',
    sobjectTypeToken(object('Contact')),
    CONTACT_ID,
  ) as SObjectValue;
  t.equal(made.values.get('id'), CONTACT_ID);
  const [master] = texts(of('getRecordTypeInfos()'));
  t.equal(call(x, 'Schema.RecordTypeInfo', 'isMaster()', master), true);
  const relationships = texts(
    call(x, 'Schema.DescribeSObjectResult', 'getChildRelationships()', describeSObject(object('Account'))),
  );
  const contacts = relationships.find(
    (r) => call(x, 'Schema.ChildRelationship', 'getRelationshipName()', r) === 'Contacts',
  );
  t.equal(call(x, 'Schema.ChildRelationship', 'getChildSObject()', contacts), sobjectTypeToken(object('Contact')));
});

t.test('Security.stripInaccessible', async (t) => {
  const access = (name: string): Value => enumConstant(apexType('AccessType'), name);
  const { x } = harness({ denied: ['Contact.Email', 'Contact:create'] });
  const contact = record('Contact', { Id: CONTACT_ID, LastName: 'Byron', Email: 'a@b.example' }, [
    'Id',
    'LastName',
    'Email',
  ]);
  const strip = (kind: string, rows: ApexList): Value =>
    call(x, 'Security', 'stripInaccessible(AccessType,List<SObject>)', null, access(kind), rows);
  const decision = strip('READABLE', listOf('Contact', contact, record('Contact', { LastName: 'Keats' })));
  const [stripped] = texts(call(x, 'SObjectAccessDecision', 'getRecords()', decision)) as SObjectValue[];
  t.strictSame([...(stripped?.values.keys() ?? [])], ['id', 'lastname']);
  t.ok(contact.values.has('email'), 'the record given stays as it is');
  t.match(
    thrown(() => call(x, 'SObject', 'get(String)', stripped, 'Email')),
    /without querying the requested field: Contact.Email/,
  );
  const removed = call(x, 'SObjectAccessDecision', 'getRemovedFields()', decision) as ApexMap;
  const [[name, fields] = []] = [...removed.entries.values()];
  t.equal(name, 'Contact');
  t.strictSame([...(fields as ApexSet).entries.values()], ['Email']);
  t.strictSame(
    [...(call(x, 'SObjectAccessDecision', 'getModifiedIndexes()', decision) as ApexSet).entries.values()],
    [0],
  );
  t.equal(
    thrown(() => strip('CREATABLE', listOf('Contact', contact))),
    'NoAccessException: No access to entity: Contact',
  );
});
