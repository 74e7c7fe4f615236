import t from 'tap';
import { ApexThrow, NotModelledError } from '../src/errors.ts';
import { parseSoql, SoqlSyntaxError } from '../src/soql/parse.ts';
import { dayRange } from '../src/soql/date-formula.ts';
import { dayOf } from '../src/values/date.ts';
import { apexType, T } from '../src/types/type.ts';
import { ApexDate, ApexDatetime, ApexList, SObjectValue } from '../src/values/value.ts';
import { dataOrg, decimal, fieldXml, id, objectXml, plain, USERS } from './support/data-org.ts';
import type { Session } from './support/data-org.ts';

const org = dataOrg({
  'objects/Visit__c/Visit__c.object-meta.xml': objectXml('Visit'),
  'objects/Visit__c/fields/Contact__c.field-meta.xml': fieldXml(
    'Contact__c',
    'Lookup',
    '<referenceTo>Contact</referenceTo><relationshipName>Visits</relationshipName>',
  ),
  'objects/Visit__c/fields/Key__c.field-meta.xml': fieldXml(
    'Key__c',
    'Text',
    '<length>20</length><unique>true</unique><externalId>true</externalId>',
  ),
  'objects/Visit__c/fields/Score__c.field-meta.xml': fieldXml(
    'Score__c',
    'Number',
    '<precision>4</precision><scale>1</scale>',
  ),
  'objects/Visit__c/fields/On__c.field-meta.xml': fieldXml('On__c', 'Date'),
  'objects/Visit__c/fields/Notes__c.field-meta.xml': fieldXml(
    'Notes__c',
    'LongTextArea',
    '<length>1000</length><visibleLines>3</visibleLines>',
  ),
  'objects/Visit__c/fields/Topics__c.field-meta.xml': fieldXml(
    'Topics__c',
    'MultiselectPicklist',
    '<visibleLines>3</visibleLines><valueSet><restricted>false</restricted><valueSetDefinition><sorted>false</sorted><value><fullName>A</fullName><default>false</default><label>Letter A</label></value><value><fullName>B</fullName><default>false</default><label>B</label></value></valueSetDefinition></valueSet>',
  ),
});

function queryError(session: Session, soql: string, ...more: [binds?: unknown[]]): string {
  try {
    session.query(soql, (more[0] ?? []) as never);
  } catch (error) {
    if (error instanceof ApexThrow) return `${error.value.typeName}: ${error.value.message ?? ''}`;
    throw error;
  }
  return 'no error';
}

/** Three accounts with contacts and visits, in a transaction of its own. */
function filled(): Session & { ids: Record<string, string> } {
  const s = org.begin();
  const acme = s.insert('Account', { Name: 'Acme' });
  const zeta = s.insert('Account', { Name: 'zeta' });
  const grace = s.insert('Contact', {
    LastName: 'Hopper',
    FirstName: 'Grace',
    Email: 'Grace@Example.com',
    AccountId: id(acme),
  });
  const ada = s.insert('Contact', { LastName: 'Lovelace', FirstName: 'Ada', AccountId: id(zeta) });
  const alan = s.insert('Contact', { LastName: 'Turing_%' });
  s.insert('Visit__c', {
    Name: 'V1',
    Contact__c: id(grace),
    Key__c: 'k1',
    Score__c: decimal('3.5'),
    Topics__c: 'A;B',
    On__c: new ApexDate(dayOf(2026, 11, 22)),
  });
  s.insert('Visit__c', {
    Name: 'V2',
    Contact__c: id(grace),
    Key__c: 'k2',
    Score__c: decimal('10'),
    Topics__c: 'B',
    On__c: new ApexDate(dayOf(2026, 11, 23)),
  });
  s.insert('Visit__c', { Name: 'V3', Contact__c: id(ada), Score__c: null });
  return Object.assign(s, { ids: { acme, zeta, grace, ada, alan } });
}

t.test('the grammar: clauses become a tree, binds are numbered in order', (t) => {
  const { query, binds } = parseSoql(
    "SELECT Id, Account.Name, (SELECT Id FROM Visits__r LIMIT 2) FROM Contact c WHERE (Name = :x AND Id IN :y.z) OR (NOT Email LIKE 'a\\%b%') WITH USER_MODE ORDER BY Name DESC NULLS LAST LIMIT 5 OFFSET :o FOR UPDATE",
  );
  t.same(binds, ['x', 'y.z', 'o']);
  t.match(query, {
    from: 'Contact',
    alias: 'c',
    access: 'USER_MODE',
    forUpdate: true,
    limit: { kind: 'number', text: '5' },
  });
  t.match(query.orderBy, [{ descending: true, nullsLast: true }]);
  t.equal(query.where?.kind, 'or');
  t.throws(() => parseSoql('SELECT Id FROMM Contact'), SoqlSyntaxError);
  t.throws(() => parseSoql('SELECT Id FROM Contact WHERE'), SoqlSyntaxError);
  t.throws(() => parseSoql("SELECT Id FROM Contact WHERE Name = 'a' extra"), SoqlSyntaxError);
  t.throws(
    () => parseSoql("SELECT Id FROM Contact WHERE x='1' AND y='2' OR z='3'"),
    SoqlSyntaxError,
    'AND and OR mixed need parentheses',
  );
  for (const refused of ['SELECT Id FROM Contact USING SCOPE mine', 'SELECT FORMAT(Name) FROM Contact']) {
    t.throws(() => parseSoql(refused), NotModelledError, refused);
  }
  t.end();
});

t.test('records: the fields asked for and the Id, parents, children', (t) => {
  const s = filled();
  const [contact] = s.query(
    "SELECT LastName, Account.Name, Account.Owner.Username FROM Contact WHERE LastName = 'HOPPER'",
  );
  t.ok(contact, 'text is compared without regard to case (SOQL Reference, "Comparison Operators")');
  t.equal(plain(contact?.values.get('id') ?? null), s.ids['grace'], 'the Id comes along');
  const account = contact?.values.get('account');
  t.ok(account instanceof SObjectValue);
  if (account instanceof SObjectValue) {
    t.equal(account.values.get('name'), 'Acme');
    const owner = account.values.get('owner');
    t.equal(owner instanceof SObjectValue && owner.values.get('username'), USERS.admin);
  }
  t.equal(contact?.retrieved?.has('email'), false, 'what was not asked for is known to be absent');
  const [orphan] = s.query("SELECT Account.Name FROM Contact WHERE LastName LIKE 'Tur%'");
  t.equal(orphan?.values.get('account'), null);
  const [parent] = s.query(
    "SELECT (SELECT Name FROM Contacts), (SELECT Id FROM Opportunities) FROM Account WHERE Name = 'Acme'",
  );
  const children = parent?.values.get('contacts');
  t.ok(children instanceof ApexList);
  if (children instanceof ApexList) t.match(children.items, [{ values: new Map([['name', 'Grace Hopper']]) }]);
  const [grace] = s.query(
    "SELECT (SELECT Name FROM Visits__r WHERE Score__c > 5 ORDER BY Name) FROM Contact WHERE FirstName = 'grace'",
  );
  const visits = grace?.values.get('visits__r');
  t.equal(visits instanceof ApexList && visits.items.length, 1, 'the children of a custom lookup are named __r');
  t.same(s.column("SELECT Name FROM Visit__c WHERE Contact__r.Account.Name = 'acme'"), ['V1', 'V2']);
  t.equal(
    s.column("SELECT Name FROM Contact WHERE LastName = 'Lovelace'")[0],
    'Ada Lovelace',
    'Name of a person is put together',
  );
  s.tx.abort();
  t.end();
});

t.test('conditions', (t) => {
  const s = filled();
  const names = (where: string, binds: never[] = []): unknown[] =>
    s.column(`SELECT Name FROM Visit__c WHERE ${where}`, binds);
  t.same(names('Score__c > 3.5'), ['V2'], 'null is neither less nor greater');
  t.same(names('Score__c < 100'), ['V1', 'V2']);
  t.same(
    names('Score__c != 10'),
    ['V1', 'V3'],
    '!= takes rows without a value (SOQL Reference, "Comparison Operators")',
  );
  t.same(names('Score__c = null'), ['V3']);
  t.same(names("Key__c = ''"), ['V3'], 'empty text is no text');
  t.same(names("Key__c IN ('K1', 'k2')"), ['V1', 'V2']);
  t.same(names("Key__c NOT IN ('k1')"), ['V2', 'V3']);
  t.same(names("Topics__c INCLUDES ('A')"), ['V1']);
  t.same(names("Topics__c INCLUDES ('A;B', 'C')"), ['V1'], 'a;b means both');
  t.same(names("Topics__c EXCLUDES ('A')"), ['V2', 'V3']);
  t.same(names('On__c = TODAY'), ['V2']);
  t.same(names('On__c = YESTERDAY'), ['V1']);
  t.same(names('On__c = LAST_N_DAYS:1'), ['V1', 'V2']);
  t.same(names('CreatedDate = TODAY AND On__c >= 2026-11-23'), ['V2']);
  t.same(names("NOT (Key__c = 'k1')"), ['V2', 'V3']);
  t.same(names('CALENDAR_YEAR(On__c) = 2026'), ['V1', 'V2']);
  t.same(s.column("SELECT LastName FROM Contact WHERE LastName LIKE 'turing\\_\\%'"), ['Turing_%']);
  t.same(s.column("SELECT LastName FROM Contact WHERE LastName LIKE '_opper'"), ['Hopper']);
  t.same(s.column("SELECT LastName FROM Contact WHERE Email = 'GRACE@example.COM'"), ['Hopper']);
  t.same(s.column('SELECT LastName FROM Contact WHERE Id IN (SELECT Contact__c FROM Visit__c)'), [
    'Hopper',
    'Lovelace',
  ]);
  t.same(
    s.column('SELECT LastName FROM Contact WHERE Id NOT IN (SELECT Contact__c FROM Visit__c WHERE Contact__c != null)'),
    ['Turing_%'],
  );
  s.tx.abort();
  t.end();
});

t.test('binds: values, lists, sets of ids, records', (t) => {
  const s = filled();
  const strings = (...items: string[]): ApexList => new ApexList(apexType('List', T.String), items);
  t.same(s.column('SELECT Name FROM Visit__c WHERE Key__c IN :keys', [strings('K1', 'nope')]), ['V1']);
  t.same(s.column('SELECT Name FROM Visit__c WHERE Key__c IN :keys', [strings()]), []);
  t.same(s.column('SELECT Name FROM Visit__c WHERE Score__c = :n', [10]), ['V2']);
  t.same(
    s.column('SELECT LastName FROM Contact WHERE Id = :id', [s.ids['ada']?.slice(0, 15) ?? '']),
    ['Lovelace'],
    '15 characters are enough',
  );
  t.same(s.column('SELECT LastName FROM Contact WHERE Id = :c', [s.record('Contact', { Id: s.ids['ada'] ?? '' })]), [
    'Lovelace',
  ]);
  t.same(s.column('SELECT Name FROM Visit__c WHERE CreatedDate <= :now', [new ApexDatetime(org.clock.now)]), [
    'V1',
    'V2',
    'V3',
  ]);
  t.same(s.column('SELECT Name FROM Visit__c ORDER BY Name LIMIT :n OFFSET :o', [1, 1]), ['V2']);
  t.equal(
    queryError(s, 'SELECT Id FROM Contact WHERE Id = :id', ['nonsense']),
    'System.QueryException: invalid ID field: nonsense',
  );
  s.tx.abort();
  t.end();
});

t.test('order, limit, count, aggregates', (t) => {
  const s = filled();
  t.same(
    s.column('SELECT Name FROM Visit__c ORDER BY Score__c'),
    ['V3', 'V1', 'V2'],
    'nulls first by default (SOQL Reference, "ORDER BY")',
  );
  t.same(s.column('SELECT Name FROM Visit__c ORDER BY Score__c DESC NULLS LAST'), ['V2', 'V1', 'V3']);
  t.same(s.column('SELECT Name FROM Account ORDER BY Name DESC'), ['zeta', 'Acme']);
  t.equal(s.count('SELECT COUNT() FROM Visit__c WHERE Key__c != null'), 2);
  t.same(
    s
      .query(
        'SELECT Contact__r.LastName who, COUNT(Id) n, SUM(Score__c) total, MAX(Name) FROM Visit__c GROUP BY Contact__r.LastName HAVING COUNT(Id) > 1',
      )
      .map((r) => [...r.values].map(([k, v]) => [k, plain(v)])),
    [
      [
        ['who', 'Hopper'],
        ['n', 2],
        ['total', 13.5],
        ['expr0', 'V2'],
      ],
    ],
  );
  t.same(
    s
      .query("SELECT COUNT(Id), AVG(Score__c) FROM Visit__c WHERE Name = 'none'")
      .map((r) => [...r.values.values()].map(plain)),
    [[0, null]],
  );
  t.equal(s.x.limits.used.queries, 6);
  s.tx.abort();
  t.end();
});

t.test('what Salesforce refuses, in its words', (t) => {
  const s = org.begin();
  t.match(
    queryError(s, 'SELECT Nope__c FROM Contact'),
    "System.QueryException: No such column 'Nope__c' on entity 'Contact'. If you are attempting to use a custom field",
  );
  t.match(queryError(s, 'SELECT Id FROM Nope__c'), "System.QueryException: sObject type 'Nope__c' is not supported.");
  t.match(queryError(s, 'SELECT Nope__r.Name FROM Contact'), "Didn't understand relationship 'Nope__r' in field path.");
  t.match(
    queryError(s, 'SELECT (SELECT Id FROM Nopes) FROM Contact'),
    "Didn't understand relationship 'Nopes' in FROM part of query call.",
  );
  t.equal(
    queryError(s, "SELECT Id FROM Visit__c WHERE Notes__c = 'x'"),
    "System.QueryException: field 'Notes__c' can not be filtered in a query call",
  );
  t.match(
    queryError(s, "SELECT Id FROM Visit__c WHERE Score__c = 'x'"),
    'must be of type double and should not be enclosed in quotes',
  );
  t.match(queryError(s, 'SELECT Name, Name FROM Visit__c'), 'duplicate field selected: Name');
  t.match(queryError(s, 'SELECT Id FROM Visit__c OFFSET 2001'), 'Maximum SOQL offset allowed is 2000');
  s.tx.abort();
  t.end();
});

t.test('date literals (SOQL and SOSL Reference, "Date Formats and Date Literals")', (t) => {
  const day = dayOf(2026, 11, 23); // a Monday
  const range = (name: string, n: number | null = null): [number, number] => {
    const r = dayRange(name, n, day);
    return [r.from - day, r.to - day];
  };
  t.same(range('TODAY'), [0, 1]);
  t.same(range('LAST_N_DAYS', 3), [-3, 1]);
  t.same(range('NEXT_N_DAYS', 3), [1, 4]);
  t.same(range('THIS_WEEK'), [-1, 6], 'weeks begin on Sunday');
  t.same(range('THIS_MONTH'), [-22, 8]);
  t.same(range('LAST_MONTH'), [dayOf(2026, 10, 1) - day, dayOf(2026, 11, 1) - day]);
  t.same(range('THIS_QUARTER'), [dayOf(2026, 10, 1) - day, dayOf(2027, 1, 1) - day]);
  t.same(range('LAST_N_YEARS', 2), [dayOf(2024, 1, 1) - day, dayOf(2026, 1, 1) - day]);
  t.end();
});
