import t from 'tap';
import { ApexThrow } from '../src/errors.ts';
import { apexException } from '../src/platform/exceptions.ts';
import { stringValueOf } from '../src/values/text.ts';
import { ApexDate, ApexDatetime } from '../src/values/value.ts';
import type { Value } from '../src/values/value.ts';
import {
  dataOrg,
  decimal,
  fieldXml,
  id,
  objectXml,
  picklistXml,
  plain,
  ruleXml,
  texts,
  USERS,
} from './support/data-org.ts';

const org = dataOrg({
  'objects/Visit__c/Visit__c.object-meta.xml': objectXml(
    'Visit',
    '<type>AutoNumber</type><displayFormat>V-{0000}</displayFormat>',
  ),
  'objects/Visit__c/fields/Contact__c.field-meta.xml': fieldXml(
    'Contact__c',
    'Lookup',
    '<referenceTo>Contact</referenceTo><relationshipName>Visits</relationshipName><deleteConstraint>SetNull</deleteConstraint>',
  ),
  'objects/Visit__c/fields/Guard__c.field-meta.xml': fieldXml(
    'Guard__c',
    'Lookup',
    '<referenceTo>Account</referenceTo><relationshipName>GuardedVisits</relationshipName><deleteConstraint>Restrict</deleteConstraint>',
  ),
  'objects/Visit__c/fields/Key__c.field-meta.xml': fieldXml(
    'Key__c',
    'Text',
    '<length>20</length><unique>true</unique><externalId>true</externalId>',
  ),
  'objects/Visit__c/fields/Score__c.field-meta.xml': fieldXml(
    'Score__c',
    'Number',
    '<precision>2</precision><scale>0</scale>',
  ),
  'objects/Visit__c/fields/Topic__c.field-meta.xml': fieldXml(
    'Topic__c',
    'Picklist',
    picklistXml(['Service', 'Other'], true),
  ),
  'objects/Visit__c/fields/Text__c.field-meta.xml': fieldXml(
    'Text__c',
    'Text',
    '<length>10</length><required>true</required>',
  ),
  'objects/Visit__c/fields/Mail__c.field-meta.xml': fieldXml('Mail__c', 'Email'),
  'objects/Visit__c/fields/Open__c.field-meta.xml': fieldXml(
    'Open__c',
    'Checkbox',
    '<defaultValue>true</defaultValue>',
  ),
  'objects/Visit__c/fields/Status__c.field-meta.xml': fieldXml(
    'Status__c',
    'Text',
    '<length>20</length><defaultValue>"new " &amp; "one"</defaultValue>',
  ),
  'objects/Visit__c/validationRules/Range.validationRule-meta.xml': ruleXml(
    'Range',
    'OR(Score__c < 0, Score__c > 10)',
    'Score is from 0 to 10',
    'Score__c',
  ),
  'objects/Visit__c/validationRules/Reason.validationRule-meta.xml': ruleXml(
    'Reason',
    "Score__c < 3 && ISPICKVAL(Topic__c, 'Other')",
    'Low scores need a topic',
  ),
  'objects/Visit__c/validationRules/Locked.validationRule-meta.xml': ruleXml(
    'Locked',
    "ISCHANGED(Status__c) && PRIORVALUE(Status__c) = 'done'",
    'Done stays done',
    'Status__c',
  ),
  'objects/Item__c/Item__c.object-meta.xml': objectXml('Item', '<type>Text</type>', 'ControlledByParent'),
  'objects/Item__c/fields/Visit__c.field-meta.xml': fieldXml(
    'Visit__c',
    'MasterDetail',
    '<referenceTo>Visit__c</referenceTo><relationshipName>Items</relationshipName><relationshipOrder>0</relationshipOrder><writeRequiresMasterRead>false</writeRequiresMasterRead>',
  ),
});

const visit = (values: Record<string, Value> = {}): Record<string, Value> => ({ Text__c: 'x', ...values });

t.test('insert: defaults, auto-number, owner, stamps', (t) => {
  const s = org.begin();
  const first = s.insert('Visit__c', visit());
  const [row] = s.query(
    `SELECT Name, Open__c, Status__c, OwnerId, CreatedDate, CreatedById, IsDeleted FROM Visit__c WHERE Id = '${first}'`,
  );
  const value = (name: string): unknown => plain(row?.values.get(name.toLowerCase()) ?? null);
  t.equal(value('Name'), 'V-0001');
  t.equal(value('Open__c'), true);
  t.equal(value('Status__c'), 'new one', 'a default formula');
  t.equal(value('OwnerId'), org.userId(USERS.admin));
  t.equal(value('CreatedById'), org.userId(USERS.admin));
  t.equal(value('CreatedDate'), '2026-11-23T12:34:56.000Z', 'date-times keep no milliseconds');
  t.equal(value('IsDeleted'), false);
  t.match(first, /^a0[0-9a-zA-Z]000[0-9A-Za-z]{9}[A-Z0-5]{3}$/);
  const item = s.insert('Item__c', { Visit__c: id(first) });
  t.same(s.column('SELECT Name FROM Item__c'), [item], 'a custom object without a text Name is called by its id');
  s.tx.abort();
  t.end();
});

t.test('the form in which values are stored', (t) => {
  const s = org.begin();
  s.insert(
    'Visit__c',
    visit({ Text__c: '  x  ', Status__c: '', Score__c: decimal('3.5'), Topic__c: 'service', Open__c: null }),
  );
  const [row] = s.query('SELECT Text__c, Status__c, Score__c, Topic__c, Open__c FROM Visit__c');
  t.same(
    [...(row?.values ?? [])].slice(1).map(([, v]) => plain(v)),
    ['x', null, 4, 'Service', false],
  );
  s.tx.abort();
  t.end();
});

t.test('system checks come in stages, one kind at a time', (t) => {
  const s = org.begin();
  const bad = { Text__c: 'much too long a text', Mail__c: 'nobody', Topic__c: 'Nope', Score__c: decimal('2') };
  t.same(s.insertErrors('Visit__c', bad), [
    'STRING_TOO_LONG, Text: data value too large: much too long a text (max length=10): [Text__c]',
  ]);
  t.same(s.insertErrors('Visit__c', { ...bad, Text__c: null }), [
    'INVALID_EMAIL_ADDRESS, Mail: invalid email address: nobody: [Mail__c]',
  ]);
  t.same(s.insertErrors('Visit__c', { ...bad, Text__c: null, Mail__c: null }), [
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, Topic: bad value for restricted picklist field: Nope: [Topic__c]',
  ]);
  t.same(
    s.insertErrors('Visit__c', { Score__c: decimal('2'), Topic__c: 'Other' }),
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION, Low scores need a topic: []'],
    'a rule without errorDisplayField names no field',
  );
  t.same(s.insertErrors('Visit__c', { Score__c: decimal('-1'), Topic__c: 'Other' }).length, 2, 'all rules together');
  t.same(s.insertErrors('Visit__c', { Score__c: decimal('11') }), [
    'FIELD_CUSTOM_VALIDATION_EXCEPTION, Score is from 0 to 10: [Score__c]',
  ]);
  t.same(s.insertErrors('Visit__c', { Score__c: decimal('100'), Text__c: 'x' }), [
    'NUMBER_OUTSIDE_VALID_RANGE, Score: value outside of valid range on numeric field: 100.0: [Score__c]',
  ]);
  t.same(s.insertErrors('Visit__c', {}), ['REQUIRED_FIELD_MISSING, Required fields are missing: [Text__c]: [Text__c]']);
  t.same(s.insertErrors('Visit__c', visit({ Contact__c: id('003000000000zzzAAA') })), [
    'INVALID_CROSS_REFERENCE_KEY, invalid cross reference id: [Contact__c]',
  ]);
  t.same(s.insertErrors('Visit__c', visit({ Contact__c: id('001000000000zzzAAA') })), [
    'FIELD_INTEGRITY_EXCEPTION, Contact: id value of incorrect type: 001000000000zzzAAA: [Contact__c]',
  ]);
  t.same(s.insertErrors('Contact', { FirstName: 'x' }), [
    'REQUIRED_FIELD_MISSING, Required fields are missing: [LastName]: [LastName]',
  ]);
  t.same(
    s.insertErrors('Contact', { LastName: 'x'.repeat(81) })[0]?.slice(0, 43),
    'STRING_TOO_LONG, Last Name: data value too ',
  );
  t.same(
    s.insertErrors('Visit__c', { Text__c: 'much too long a text' }, { options: { allowFieldTruncation: true } }),
    [],
  );
  t.same(s.column('SELECT Text__c FROM Visit__c'), ['much too l']);
  s.tx.abort();
  t.end();
});

t.test('unique fields: without regard to case, in the transaction, across transactions', (t) => {
  const one = org.begin();
  const first = one.insert('Visit__c', visit({ Key__c: 'Key' }));
  t.same(
    one.insertErrors('Visit__c', visit({ Key__c: 'KEY' })),
    [`DUPLICATE_VALUE, duplicate value found: Key__c duplicates value on record with id: ${first}: []`],
    'DUPLICATE_VALUE names no field',
  );
  const results = one.dml(
    'insert',
    ['a', 'b', 'A'].map((Key__c) => one.record('Visit__c', visit({ Key__c }))),
  );
  t.same(
    results.map((r) => r.success),
    [true, true, false],
    'the same key twice in one list',
  );
  const other = org.begin();
  t.same(
    other.insertErrors('Visit__c', visit({ Key__c: 'key' })),
    ['UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record: []'],
    'the other transaction has not ended',
  );
  one.tx.abort();
  t.same(other.insertErrors('Visit__c', visit({ Key__c: 'key' })), []);
  other.tx.commit();
  const test = org.begin(USERS.admin, { isolated: true });
  t.same(
    test.insertErrors('Visit__c', visit({ Key__c: 'key' })),
    ['DUPLICATE_VALUE, duplicate value found: Key__c duplicates value on record with id: <unknown>: []'],
    'a test cannot see the record that is in its way',
  );
  t.equal(test.count('SELECT COUNT() FROM Visit__c'), 0);
  test.tx.abort();
  const clean = org.begin();
  clean.dml('delete', clean.query('SELECT Id FROM Visit__c'));
  clean.tx.commit();
  t.end();
});

t.test('update: only what is set is written, rules see old and new', (t) => {
  const s = org.begin();
  const target = s.insert('Visit__c', visit({ Status__c: 'done', Score__c: decimal('5') }));
  org.clock.now += 60_000;
  t.same(
    s.dml('update', [s.record('Visit__c', { Id: target, Score__c: decimal('7') })]).map((r) => r.success),
    [true],
  );
  const [row] = s.query('SELECT Score__c, Status__c, LastModifiedDate, CreatedDate FROM Visit__c');
  t.same(
    [...(row?.values ?? [])].slice(1).map(([, v]) => plain(v)),
    [7, 'done', '2026-11-23T12:35:56.000Z', '2026-11-23T12:34:56.000Z'],
  );
  t.same(texts(s.dml('update', [s.record('Visit__c', { Id: target, Status__c: 'again' })])[0]), [
    'FIELD_CUSTOM_VALIDATION_EXCEPTION, Done stays done: [Status__c]',
  ]);
  t.same(texts(s.dml('update', [s.record('Visit__c', { Id: target, Text__c: null })])[0]), [
    'REQUIRED_FIELD_MISSING, Required fields are missing: [Text__c]: [Text__c]',
  ]);
  t.same(texts(s.dml('update', [s.record('Visit__c', { Text__c: 'y' })])[0]), [
    'MISSING_ARGUMENT, Id not specified in an update call: []',
  ]);
  t.same(texts(s.dml('insert', [s.record('Visit__c', { Id: target, Text__c: 'y' })])[0]), [
    'INVALID_FIELD_FOR_INSERT_UPDATE, cannot specify Id in an insert call: [Id]',
  ]);
  t.throws(
    () => s.dml('update', [s.record('Visit__c', { Id: target }), s.record('Visit__c', { Id: target })]),
    /Duplicate id in list/,
  );
  s.dml('delete', [s.record('Visit__c', { Id: target })]);
  t.same(texts(s.dml('update', [s.record('Visit__c', { Id: target, Score__c: null })])[0]), [
    'ENTITY_IS_DELETED, entity is deleted: []',
  ]);
  t.same(texts(s.dml('delete', [s.record('Visit__c', { Id: 'a01000000000zzz' })])[0]), [
    'INVALID_CROSS_REFERENCE_KEY, invalid cross reference id: []',
  ]);
  t.same(texts(s.dml('undelete', [s.record('Visit__c', { Id: target })])[0]), []);
  t.same(texts(s.dml('undelete', [s.record('Visit__c', { Id: target })])[0]), [
    'UNDELETE_FAILED, Entity is not in the recycle bin: []',
  ]);
  s.tx.abort();
  t.end();
});

t.test('partial success and all or none', (t) => {
  const s = org.begin();
  const records = [visit(), {}, visit({ Score__c: decimal('11') })].map((v) => s.record('Visit__c', v));
  const partial = s.dml('insert', records);
  t.same(
    partial.map((r) => r.success),
    [true, false, false],
  );
  t.ok(records[0]?.values.has('id'), 'the Id is set on the saved record');
  t.notOk(records[1]?.values.has('id'));
  t.equal(s.count('SELECT COUNT() FROM Visit__c'), 1);
  const whole = s.dml('insert', [s.record('Visit__c', visit()), s.record('Visit__c', {})], { allOrNone: true });
  t.same(
    whole.map((r) => [r.success, r.errors.length]),
    [
      [false, 0],
      [false, 1],
    ],
  );
  t.equal(s.count('SELECT COUNT() FROM Visit__c'), 1);
  t.equal(s.x.limits.used.dmlStatements, 2);
  t.equal(s.x.limits.used.dmlRows, 5);
  t.same(s.dml('insert', []), []);
  t.equal(s.x.limits.used.dmlStatements, 2, 'an empty list is no statement');
  s.tx.abort();
  t.end();
});

t.test('triggers: order, changes in before, addError, uncaught exceptions, retries', (t) => {
  t.afterEach(() => org.triggers.clear());
  t.test('what they see and change', (t) => {
    const s = org.begin();
    const seen: string[] = [];
    org.triggers.set('Visit__c', function* (event) {
      const names = [...(event.newRecords ?? []), ...(event.oldRecords ?? [])].map(
        (r) => `${stringValueOf(r.values.get('status__c') ?? null)}${r.values.has('id') ? '+id' : ''}`,
      );
      seen.push(`${event.operation} ${names.join()}`);
      if (event.operation === 'BEFORE_INSERT')
        for (const r of event.newRecords ?? []) r.values.set('status__c', 'from trigger');
      yield { kind: 'statement' };
    });
    const record = s.record('Visit__c', visit());
    s.dml('insert', [record]);
    record.values.set('status__c', 'mine');
    s.dml('update', [record]);
    s.dml('delete', [record]);
    t.same(seen, [
      'BEFORE_INSERT new one',
      'AFTER_INSERT from trigger+id',
      'BEFORE_UPDATE mine+id,from trigger+id',
      'AFTER_UPDATE mine+id,from trigger+id',
      'BEFORE_DELETE mine+id',
      'AFTER_DELETE mine+id',
    ]);
    s.tx.abort();
    t.end();
  });
  t.test('partial success fires them again for the survivors, with the limits of before', (t) => {
    const s = org.begin();
    const sizes: string[] = [];
    org.triggers.set('Visit__c', function* (event, x) {
      sizes.push(`${event.operation} ${event.newRecords?.length ?? 0}`);
      x.limits.use('queries');
      for (const r of event.newRecords ?? []) {
        if (event.operation === 'BEFORE_INSERT' && r.values.get('status__c') === 'bad')
          r.addedErrors.push({ message: 'no', field: 'status__c' });
      }
      yield { kind: 'statement' };
    });
    const results = s.dml('insert', [s.record('Visit__c', visit()), s.record('Visit__c', visit({ Status__c: 'bad' }))]);
    t.same(
      results.map((r) => r.success),
      [true, false],
    );
    t.same(texts(results[1]), ['FIELD_CUSTOM_VALIDATION_EXCEPTION, no: [Status__c]']);
    t.same(sizes, ['BEFORE_INSERT 2', 'AFTER_INSERT 1', 'BEFORE_INSERT 1', 'AFTER_INSERT 1']);
    t.equal(s.x.limits.used.queries, 2);
    t.equal(s.count('SELECT COUNT() FROM Visit__c'), 1);
    s.tx.abort();
    t.end();
  });
  t.test('rows that fail only later run out of attempts', (t) => {
    const s = org.begin();
    let round = 0;
    org.triggers.set('Visit__c', function* (event) {
      if (event.operation !== 'AFTER_INSERT') return;
      event.newRecords?.[0]?.addedErrors.push({ message: `round ${++round}`, field: null });
      yield { kind: 'statement' };
    });
    const results = s.dml(
      'insert',
      [1, 2, 3, 4].map(() => s.record('Visit__c', visit())),
    );
    t.same(
      results.map((r) => r.errors[0]?.message),
      [
        'round 1',
        'round 2',
        'round 3',
        'Too many batch retries in the presence of Apex triggers and partial failures.',
      ],
    );
    t.equal(s.count('SELECT COUNT() FROM Visit__c'), 0);
    s.tx.abort();
    t.end();
  });
  t.test('an exception that nobody catches', (t) => {
    const s = org.begin();
    org.triggers.set('Visit__c', function* () {
      yield { kind: 'statement' };
      const thrown = apexException('NullPointerException', 'Attempt to de-reference a null object');
      thrown.value.stackTrace = 'Trigger.VisitTrigger: line 3, column 1';
      throw thrown;
    });
    t.match(s.insertErrors('Visit__c', visit()), [
      /^CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY, VisitTrigger: execution of BeforeInsert\n\ncaused by: System.NullPointerException: Attempt to de-reference a null object\n\nTrigger.VisitTrigger: line 3, column 1: \[\]$/,
    ]);
    s.tx.abort();
    t.end();
  });
  t.end();
});

t.test('upsert by Id and by external id', (t) => {
  const s = org.begin();
  const first = s.insert('Visit__c', visit({ Key__c: 'k1' }));
  const byKey = (key: string | null, more = {}) => s.record('Visit__c', visit({ Key__c: key, ...more }));
  const results = s.dml('upsert', [byKey('K1', { Status__c: 'updated' }), byKey('k2'), byKey(null)], {
    externalIdField: 'Key__c',
  });
  t.same(
    results.map((r) => [r.success, r.created]),
    [
      [true, false],
      [true, true],
      [false, false],
    ],
  );
  t.equal(results[0]?.id?.value, first);
  t.same(texts(results[2]), ['MISSING_ARGUMENT, Key__c not specified: []']);
  const twice = s.dml('upsert', [byKey('k9'), byKey('K9'), byKey('k8')], { externalIdField: 'Key__c' });
  t.same(
    twice.map((r) => r.errors[0]?.statusCode ?? 'ok'),
    ['DUPLICATE_VALUE', 'DUPLICATE_VALUE', 'ok'],
    'the same external id twice in a list',
  );
  const byId = s.dml('upsert', [s.record('Visit__c', { Id: first, Status__c: 'by id' }), byKey('k7')]);
  t.same(
    byId.map((r) => r.created),
    [false, true],
  );
  t.throws(() => s.dml('upsert', [byKey('k1')], { externalIdField: 'Status__c' }), ApexThrow);
  const parent = s.record('Visit__c', { Key__c: 'K1' });
  s.dml('insert', [s.record('Item__c', { Name: 'I', Visit__r: parent })]);
  t.same(s.column('SELECT Visit__c FROM Item__c'), [first], 'a parent by its external id');
  s.tx.abort();
  t.end();
});

t.test('delete: set null, restrict, cascade', (t) => {
  const s = org.begin();
  const account = s.insert('Account', { Name: 'Guard' });
  const contact = s.insert('Contact', { LastName: 'X' });
  const target = s.insert('Visit__c', visit({ Contact__c: id(contact), Guard__c: id(account) }));
  s.insert('Item__c', { Visit__c: id(target) });
  t.match(texts(s.dml('delete', [s.record('Account', { Id: account })])[0]), [
    /^DELETE_FAILED, Your attempt to delete Guard could not be completed because it is associated with/,
  ]);
  s.dml('delete', [s.record('Contact', { Id: contact })]);
  t.same(s.column('SELECT Contact__c FROM Visit__c'), [null]);
  s.dml('delete', [s.record('Visit__c', { Id: target })]);
  t.equal(s.count('SELECT COUNT() FROM Item__c'), 0);
  t.same(
    s.dml('delete', [s.record('Account', { Id: account })]).map((r) => r.success),
    [true],
  );
  s.tx.abort();
  t.end();
});

t.test('mixed DML (Apex Developer Guide, "sObjects That Cannot Be Used Together in DML Operations")', (t) => {
  const s = org.begin();
  s.insert('Account', { Name: 'A' });
  const set = { Name: 'Extra', Label: 'Extra' };
  t.same(s.insertErrors('PermissionSet', set), [
    'MIXED_DML_OPERATION, DML operation on setup object is not permitted after you have updated a non-setup object (or vice versa): PermissionSet, original object: Account: []',
  ]);
  const end = s.tx.enterRunAs();
  t.same(s.insertErrors('PermissionSet', set), []);
  end();
  t.same(s.insertErrors('Account', { Name: 'B' }), []);
  s.tx.abort();
  t.end();
});

t.test('dates and times go in and come out', (t) => {
  const s = org.begin();
  s.insert('Contact', { LastName: 'X', Birthdate: new ApexDate(0), EmailBouncedDate: new ApexDatetime(1999) });
  t.same(
    s.query('SELECT Birthdate, EmailBouncedDate FROM Contact').map((r) => [...r.values.values()].slice(1).map(plain)),
    [['1970-01-01', '1970-01-01T00:00:01.000Z']],
  );
  s.tx.abort();
  t.end();
});
