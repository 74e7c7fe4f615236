import t from 'tap';
import { ApexThrow } from '../src/errors.ts';
import type { JournalEntry } from '../src/data/journal.ts';
import { Store } from '../src/data/store.ts';
import { seedCustomMetadata } from '../src/data/custom-metadata.ts';
import { autoNumber } from '../src/data/auto-number.ts';
import { ApexDate, ApexDatetime } from '../src/values/value.ts';
import { dataOrg, decimal, fieldXml, objectXml, plain, texts, USERS } from './support/data-org.ts';
import { parseSoql } from '../src/soql/parse.ts';

const source = {
  'objects/Lock__c/Lock__c.object-meta.xml': objectXml(
    'Lock',
    '<type>AutoNumber</type><displayFormat>L-{000}</displayFormat>',
  ),
  'objects/Lock__c/fields/Key__c.field-meta.xml': fieldXml(
    'Key__c',
    'Text',
    '<length>80</length><unique>true</unique><caseSensitive>true</caseSensitive>',
  ),
  'objects/Lock__c/fields/On__c.field-meta.xml': fieldXml('On__c', 'Date'),
  'objects/Lock__c/fields/At__c.field-meta.xml': fieldXml('At__c', 'DateTime'),
  'objects/Lock__c/fields/N__c.field-meta.xml': fieldXml('N__c', 'Number', '<precision>6</precision><scale>2</scale>'),
};

t.test('read committed: others see what is committed, when it is', (t) => {
  const org = dataOrg(source);
  const [one, two] = [org.begin(), org.begin()];
  one.insert('Account', { Name: 'A' });
  t.equal(one.count('SELECT COUNT() FROM Account'), 1, 'own changes are seen at once');
  t.equal(two.count('SELECT COUNT() FROM Account'), 0);
  one.tx.commit();
  t.equal(two.count('SELECT COUNT() FROM Account'), 1);
  t.throws(() => one.count('SELECT COUNT() FROM Account'), /has ended/);
  two.insert('Account', { Name: 'B' });
  two.tx.abort();
  t.equal(org.begin().count('SELECT COUNT() FROM Account'), 1);
  t.end();
});

t.test('savepoints: rows, deletions and locks go back, ids and numbers do not', (t) => {
  const org = dataOrg(source);
  const s = org.begin();
  const kept = s.insert('Lock__c', { Key__c: 'kept' });
  const statements = s.x.limits.used.dmlStatements;
  const outer = s.tx.setSavepoint(s.x);
  const record = s.record('Lock__c', { Key__c: 'gone' });
  s.dml('insert', [record]);
  s.dml('update', [s.record('Lock__c', { Id: kept, Key__c: 'changed' })]);
  const inner = s.tx.setSavepoint(s.x);
  s.dml('delete', [s.record('Lock__c', { Id: kept })]);
  s.tx.rollback(s.x, inner);
  t.same(s.column('SELECT Key__c FROM Lock__c ORDER BY Key__c'), ['changed', 'gone']);
  s.tx.rollback(s.x, outer);
  t.same(s.column('SELECT Key__c FROM Lock__c'), ['kept']);
  t.ok(record.values.has('id'), 'the Id stays on the record (Apex Developer Guide, "Transaction Control")');
  t.equal(s.x.limits.used.dmlStatements, statements + 7, 'each savepoint and each rollback counts as a DML statement');
  t.throws(() => s.tx.rollback(s.x, inner), ApexThrow, 'a later savepoint is gone with the rollback');
  const other = org.begin();
  t.same(other.insertErrors('Lock__c', { Key__c: 'gone' }), [], 'the lock on the key that was rolled back is free');
  t.same(other.insertErrors('Lock__c', { Key__c: 'kept' })[0]?.slice(0, 18), 'UNABLE_TO_LOCK_ROW');
  t.same(s.column(`SELECT Name FROM Lock__c WHERE Id = '${s.insert('Lock__c', { Key__c: 'next' })}'`), ['L-004']);
  other.tx.abort();
  s.tx.abort();
  t.end();
});

t.test('row locks: FOR UPDATE and DML keep others away until the end', (t) => {
  const org = dataOrg(source);
  const setup = org.begin();
  const row = setup.insert('Lock__c', { Key__c: 'x' });
  setup.tx.commit();
  const [one, two] = [org.begin(), org.begin()];
  one.query('SELECT Id FROM Lock__c FOR UPDATE');
  t.throws(() => two.query('SELECT Id FROM Lock__c FOR UPDATE'), /Record Currently Unavailable/);
  t.match(texts(two.dml('update', [two.record('Lock__c', { Id: row, N__c: decimal('1') })])[0]), [
    /^UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record or 1 records: /,
  ]);
  one.tx.commit();
  t.same(
    two.dml('update', [two.record('Lock__c', { Id: row, N__c: decimal('1') })]).map((r) => r.success),
    [true],
  );
  two.tx.abort();
  t.throws(() => org.begin().query('SELECT Id FROM Lock__c ORDER BY Name FOR UPDATE'), /ORDER BY/);
  t.end();
});

t.test('with a scheduler a waiting transaction goes on when the lock comes free, and reads again', (t) => {
  const org = dataOrg(source);
  const setup = org.begin();
  const row = setup.insert('Lock__c', { Key__c: 'x', N__c: decimal('1') });
  setup.tx.commit();
  const [one, two] = [org.begin(), org.begin()];
  two.tx.waits = { now: () => org.clock.now };
  one.dml('update', [one.record('Lock__c', { Id: row, N__c: decimal('2') })]);
  const { query } = parseSoql('SELECT N__c FROM Lock__c FOR UPDATE');
  const waiting = two.tx.query(two.x, query, [], { access: 'SYSTEM', withSharing: false });
  t.match(waiting.next().value, { kind: 'statement' });
  t.match(waiting.next().value, { kind: 'wait', for: row });
  t.match(waiting.next().value, { kind: 'wait' });
  one.tx.commit();
  const step = waiting.next();
  t.equal(step.done, true);
  t.same(Array.isArray(step.value) ? step.value.map((r) => plain(r.values.get('n__c') ?? null)) : null, [2]);
  const late = org.begin();
  late.tx.waits = { now: () => org.clock.now };
  const patience = late.tx.query(late.x, query, [], { access: 'SYSTEM', withSharing: false });
  patience.next();
  patience.next();
  org.clock.now += 10_001;
  t.throws(
    () => patience.next(),
    /Record Currently Unavailable/,
    'after ten seconds (Apex Developer Guide, "Locking Statements")',
  );
  two.tx.abort();
  t.end();
});

t.test('the journal rebuilds the store', (t) => {
  const org = dataOrg(source);
  const lines: string[] = [];
  org.store.onCommit((entry) => lines.push(JSON.stringify(entry)));
  const s = org.begin();
  s.insert('Lock__c', {
    Key__c: 'é',
    N__c: decimal('1.5'),
    On__c: new ApexDate(20_000),
    At__c: new ApexDatetime(1_000_000_000_000),
  });
  const gone = s.insert('Lock__c', { Key__c: 'b' });
  s.tx.commit();
  org.begin().tx.commit();
  t.equal(lines.length, 1, 'a transaction without changes leaves no line');
  const d = org.begin();
  d.dml('delete', [d.record('Lock__c', { Id: gone })]);
  d.tx.commit();
  const again = dataOrg(source);
  for (const line of lines) again.store.replay(JSON.parse(line) as JournalEntry);
  const r = again.begin();
  const columns = 'SELECT Name, Key__c, N__c, On__c, At__c, OwnerId, CreatedDate FROM Lock__c';
  const dump = (rows: ReturnType<typeof r.query>): unknown[] =>
    rows.map((row) => [...row.values].map(([k, v]) => [k, plain(v)]));
  t.same(dump(r.query(columns)), dump(org.begin().query(columns)));
  t.same(texts(r.dml('delete', [r.record('Lock__c', { Id: gone })])[0]), ['ENTITY_IS_DELETED, entity is deleted: []']);
  t.same(
    r.column(`SELECT Name FROM Lock__c WHERE Id = '${r.insert('Lock__c', {})}'`),
    ['L-003'],
    'numbers go on where they were',
  );
  t.throws(
    () => again.store.replay({ at: 0, put: [{ object: 'Nope__c', id: 'a', values: {} }], removed: [], counters: {} }),
    /no longer has/,
  );
  t.end();
});

t.test('tests see setup objects and custom metadata of the org, nothing else, and leave nothing', (t) => {
  const org = dataOrg(source);
  const s = org.begin();
  s.insert('Account', { Name: 'A' });
  s.tx.commit();
  const test = org.begin(USERS.admin, { isolated: true });
  t.equal(test.count('SELECT COUNT() FROM Account'), 0);
  t.equal(test.count("SELECT COUNT() FROM Profile WHERE Name = 'Standard User'"), 1);
  t.equal(test.count('SELECT COUNT() FROM User'), 3);
  t.throws(() => test.tx.commit(), /cannot be committed/);
  t.end();
});

t.test('custom metadata of the source: rows with relationships, refused when invalid', (t) => {
  const type = (name: string): string =>
    `<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata"><label>${name}</label><pluralLabel>${name}s</pluralLabel><visibility>Public</visibility></CustomObject>`;
  const record = (label: string, values: [string, string][]): string =>
    `<CustomMetadata xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><label>${label}</label><protected>false</protected>${values.map(([f, v]) => `<values><field>${f}</field>${v}</values>`).join('')}</CustomMetadata>`;
  const text = (v: string): string => `<value xsi:type="xsd:string">${v}</value>`;
  const files = {
    'objects/Box__mdt/Box__mdt.object-meta.xml': type('Box'),
    'objects/Box__mdt/fields/Active__c.field-meta.xml': fieldXml(
      'Active__c',
      'Checkbox',
      '<defaultValue>false</defaultValue>',
    ),
    'objects/Part__mdt/Part__mdt.object-meta.xml': type('Part'),
    'objects/Part__mdt/fields/Box__c.field-meta.xml': fieldXml(
      'Box__c',
      'MetadataRelationship',
      '<referenceTo>Box__mdt</referenceTo><relationshipLabel>Parts</relationshipLabel><relationshipName>Parts</relationshipName>',
    ),
    'objects/Part__mdt/fields/Size__c.field-meta.xml': fieldXml('Size__c', 'Text', '<length>5</length>'),
    'customMetadata/Box.Red.md-meta.xml': record('The red one', [
      ['Active__c', '<value xsi:type="xsd:boolean">true</value>'],
    ]),
    'customMetadata/Part.Lid.md-meta.xml': record('Lid', [
      ['Box__c', text('Red')],
      ['Size__c', text('small')],
    ]),
    'customMetadata/Part.Foot.md-meta.xml': record('Foot', [['Box__c', '<value xsi:nil="true"/>']]),
  };
  const org = dataOrg(files);
  const s = org.begin(USERS.admin, { isolated: true });
  t.same(
    s.column("SELECT DeveloperName FROM Part__mdt WHERE Box__r.DeveloperName = 'Red' AND Box__r.Active__c = TRUE"),
    ['Lid'],
  );
  t.same(s.column('SELECT MasterLabel FROM Box__mdt'), ['The red one']);
  t.same(
    [s.x.limits.used.queries, s.x.limits.used.queryRows],
    [0, 2],
    'its queries do not count, its rows do (Salesforce Help, "Custom Metadata Allocations")',
  );
  t.throws(
    () => s.dml('insert', [s.record('Box__mdt', { DeveloperName: 'X' })]),
    /DML operation INSERT not allowed on Box__mdt/,
  );
  const again = dataOrg(files);
  t.same(
    again.begin().column('SELECT Id FROM Box__mdt'),
    s.column('SELECT Id FROM Box__mdt'),
    'ids follow from the names',
  );
  t.throws(
    () => dataOrg({ ...files, 'customMetadata/Part.Lid.md-meta.xml': record('Lid', [['Size__c', text('too large')]]) }),
    /data value too large/,
  );
  t.throws(
    () => dataOrg({ ...files, 'customMetadata/Part.Lid.md-meta.xml': record('Lid', [['Box__c', text('Blue')]]) }),
    /no CustomMetadata named Box.Blue found/,
  );
  t.throws(
    () => dataOrg({ ...files, 'customMetadata/Part.Lid.md-meta.xml': record('Lid', [['Nope__c', text('x')]]) }),
    /Cannot find field Nope__c/,
  );
  const twice = new Store(org.schema);
  seedCustomMetadata(twice);
  const part = org.schema.object('Part__mdt');
  t.equal(part === null ? 0 : twice.table(part).rows.size, 2);
  t.end();
});

t.test('auto-number formats (Metadata API Developer Guide, displayFormat)', (t) => {
  const now = Date.UTC(2026, 0, 9);
  t.equal(autoNumber('OP-{0000}', 7, now), 'OP-0007');
  t.equal(autoNumber('{YYYY}-{MM}-{DD}/{YY} {0}', 12345, now), '2026-01-09/26 12345');
  t.end();
});
