import t from 'tap';
import { applyDefaults, checkRequired, checkValues } from '../src/rules/index.ts';
import { stringValueOf } from '../src/values/text.ts';
import { ApexId } from '../src/values/value.ts';
import type { Value } from '../src/values/value.ts';
import { contactContext, customField, date, exampleSchema, moment, number, record, USER } from './helpers/rules.ts';
import type { Values } from './helpers/rules.ts';

const schema = exampleSchema();

/** The first error of one value, or how the value is stored. */
function stored(object: string, name: string, value: Value, truncate = false): string {
  const made = record(schema, object, { [name]: value });
  const errors = checkValues(made.definition, made, { operation: 'insert', truncate, schema });
  const [error] = errors;
  if (error !== undefined) return `${error.statusCode}, ${error.message}: [${error.fields.join(', ')}]`;
  const kept = made.values.get(name.toLowerCase()) ?? null;
  return kept === null ? 'null' : stringValueOf(kept);
}

void t.test('values are brought into the form in which they are stored', (test) => {
  const cases: [string, Value, string][] = [
    ['Text__c', '  padded\t\n', 'padded'],
    ['Text__c', '\u00a0kept\u00a0', '\u00a0kept\u00a0'],
    ['Text__c', '   ', 'null'],
    ['Text__c', '', 'null'],
    ['Text__c', null, 'null'],
    ['Email', ' Ada@Example.ORG ', 'ada@example.org'],
    ['Money__c', number('1.005'), '1.01'],
    ['Money__c', number('-1.005'), '-1.01'],
    ['Money__c', number('2'), '2'],
    ['Count__c', number('2.5'), '3'],
    ['Flag__c', null, 'false'],
    ['Color__c', 'rED', 'Red'],
    ['Open__c', 'anything', 'anything'],
    ['Open__c', 'one', 'One'],
    ['Tags__c', 'beta; ALPHA ;beta', 'Beta;Alpha'],
    ['LastName', ` ${'x'.repeat(80)} `, 'x'.repeat(80)],
    ['Birthdate', date(1700, 1, 1), '1700-01-01'],
    ['Birthdate', date(4000, 12, 31), '4000-12-31'],
    ['Moment__c', moment('2026-01-01T00:00:00.999Z'), '2026-01-01 00:00:00'],
  ];
  for (const [name, value, expected] of cases) {
    test.equal(stored('Contact', name, value), expected, `${name} = ${JSON.stringify(expected)}`);
  }
  test.equal(stored('Account', 'NumberOfEmployees', 12), '12');
  test.end();
});

const rangeError = (label: string, field: string, value: string): string =>
  `NUMBER_OUTSIDE_VALID_RANGE, ${label}: value outside of valid range on numeric field: ${value}: [${field}]`;
const pickError = (label: string, field: string, value: string): string =>
  `INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, ${label}: bad value for restricted picklist field: ${value}: [${field}]`;
const dateError = (text: string): string => `FIELD_INTEGRITY_EXCEPTION, Birthdate: invalid date: ${text}: [Birthdate]`;

void t.test('values that Salesforce refuses, in its words', (test) => {
  const long = 'x'.repeat(129);
  const cases: [string, Value, string][] = [
    ['Title', long, `STRING_TOO_LONG, Title: data value too large: ${long} (max length=128): [Title]`],
    ['Email', 'x', 'INVALID_EMAIL_ADDRESS, Email: invalid email address: x: [Email]'],
    ['Count__c', number('10000'), rangeError('Count', 'Count__c', '10000.0')],
    ['Count__c', number('9999.5'), rangeError('Count', 'Count__c', '10000.0')],
    ['Rate__c', number('100'), rangeError('Rate', 'Rate__c', '100.0')],
    ['Money__c', number('-1000000'), rangeError('Money', 'Money__c', '-1000000.0')],
    ['Share__c', number('1000'), rangeError('Share', 'Share__c', '1000.0')],
    ['Color__c', 'Purple', pickError('Color', 'Color__c', 'Purple')],
    ['Color__c', 'Blue', pickError('Color', 'Color__c', 'Blue')],
    ['Tags__c', 'Alpha;Delta', pickError('Tags', 'Tags__c', 'Delta')],
    [
      'Phone',
      '1'.repeat(41),
      `STRING_TOO_LONG, Business Phone: data value too large: ${'1'.repeat(41)} (max length=40): [Phone]`,
    ],
    ['Birthdate', date(1699, 12, 31), dateError('Thu Dec 31 00:00:00 GMT 1699')],
    ['Birthdate', date(20180, 2, 5), dateError('Sat Feb 05 00:00:00 GMT 20180')],
    [
      'AccountId',
      new ApexId('003000000000001AAA'),
      'FIELD_INTEGRITY_EXCEPTION, Account ID: id value of incorrect type: 003000000000001AAA: [AccountId]',
    ],
    ['AccountId', 'nonsense', 'MALFORMED_ID, Account ID: id value of incorrect type: nonsense: [AccountId]'],
  ];
  for (const [name, value, expected] of cases)
    test.equal(stored('Contact', name, value), expected, expected.slice(0, 60));
  test.equal(stored('Contact', 'AccountId', new ApexId('001000000000001AAA')), '001000000000001AAA');
  test.end();
});

void t.test('e-mail addresses', (test) => {
  const good = [
    "o'brien+tag@example.co.uk",
    'a..b@test.jp',
    'a.@test.jp',
    'x_y-z=1@sub.example.org',
    'jürgen@exämple.de',
  ];
  const bad = [
    'plain',
    '@example.org',
    'a@',
    'a@b',
    'a b@example.org',
    '.a@example.org',
    'a@-x.org',
    'a@b..org',
    'a@b.org-',
    'a@b@c.org',
  ];
  for (const address of good) test.equal(stored('Contact', 'Email', address), address, address);
  for (const address of bad) test.match(stored('Contact', 'Email', address), /^INVALID_EMAIL_ADDRESS/, address);
  test.end();
});

void t.test('errors of one kind come together, the next kind after them; truncation cures length', (test) => {
  const values = { Title: 'x'.repeat(200), Text__c: 'y'.repeat(30), Email: 'bad' };
  const made = record(schema, 'Contact', values);
  const codes = (truncate: boolean) =>
    checkValues(made.definition, made, { operation: 'update', truncate }).map(
      (e) => `${e.statusCode} ${e.fields.join()}`,
    );
  test.same(codes(false), ['STRING_TOO_LONG Title', 'STRING_TOO_LONG Text__c']);
  test.same(codes(true), ['INVALID_EMAIL_ADDRESS Email']);
  test.equal(made.values.get('title'), 'x'.repeat(128));
  test.end();
});

void t.test('required fields', (test) => {
  const missing = (object: string, values: Values) => {
    const made = record(schema, object, values);
    return checkRequired(made.definition, made);
  };
  test.same(missing('Contact', { LastName: 'a', Needed__c: 'b', OwnerId: new ApexId(USER.id) }), []);
  test.same(missing('Contact', { LastName: null, OwnerId: new ApexId(USER.id) }), [
    {
      statusCode: 'REQUIRED_FIELD_MISSING',
      message: 'Required fields are missing: [LastName, Needed__c]',
      fields: ['LastName', 'Needed__c'],
    },
  ]);
  test.end();
});

void t.test('defaults of a new record', (test) => {
  const rules = exampleSchema();
  const fields = [
    customField('Static__c', 'string', { length: 20, defaultFormula: '"fixed"' }),
    customField('Computed__c', 'date', { defaultFormula: 'TODAY() + 7' }),
    customField('Amount__c', 'double', { precision: 5, scale: 1, defaultFormula: '10 / 3' }),
    customField('Rabatt__c', 'percent', { precision: 5, scale: 1, defaultFormula: '0.1' }),
    customField('On__c', 'boolean', { defaultFormula: 'true' }),
    customField('Who__c', 'string', { length: 80, defaultFormula: '$User.Username' }),
  ];
  for (const field of fields) rules.object('Contact')?.fields.set(field.name.toLowerCase(), field);
  const context = contactContext(rules, { values: { Static__c: null, Who__c: 'me' } });
  applyDefaults(context);
  const value = (name: string): string => stringValueOf(context.record.values.get(name) ?? null);
  test.equal(value('static__c'), 'null', 'what was set to null stays null');
  test.equal(value('who__c'), 'me', 'what was set stays');
  test.equal(value('computed__c'), '2026-03-07');
  test.equal(value('amount__c'), '3.3');
  test.equal(value('rabatt__c'), '10.0');
  test.equal(value('on__c'), 'true');
  test.equal(value('color__c'), 'Green', 'the picklist value marked as default');
  test.equal(value('doNotCall'.toLowerCase()), 'false');
  test.notOk(context.record.values.has('text__c'));
  const other = contactContext(rules, {});
  applyDefaults(other);
  test.equal(other.record.values.get('static__c'), 'fixed');
  test.equal(other.record.values.get('who__c'), USER.username);
  test.end();
});
