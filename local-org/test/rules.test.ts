import formulon from 'formulon';
import t from 'tap';
import type { Test } from 'tap';
import { CompileError, NotModelledError } from '../src/errors.ts';
import { checkFormulas, checkValidationRules, evaluateFormula } from '../src/rules/index.ts';
import { toText } from '../src/rules/formula/text-functions.ts';
import { FormulaError } from '../src/rules/formula/value.ts';
import { loadSchema } from '../src/schema/load.ts';
import { standardObjects } from '../src/schema/standard/index.ts';
import { ApexId } from '../src/values/value.ts';
import {
  clock,
  contactContext,
  customField,
  date,
  exampleSchema,
  moment,
  number,
  record,
  USER,
} from './helpers/rules.ts';
import type { Situation, Values } from './helpers/rules.ts';
const schema = exampleSchema();

/** A result in short: texts as they are, the rest as TEXT() shows it, null and booleans by name. */
function show(formula: string, situation: Situation = {}): string {
  const value = evaluateFormula(formula, contactContext(schema, situation), 'Contact.Test');
  return value === null || typeof value === 'boolean' ? String(value) : (toText(value) as string);
}

type Case = [formula: string, expected: string];

function all(test: Test, cases: Case[], situation: Situation = {}): void {
  for (const [formula, expected] of cases) test.equal(show(formula, situation), expected, formula);
  test.end();
}

const FILLED: Values = {
  LastName: 'Lovelace',
  Email: 'ada@example.org',
  Text__c: 'Hello "World"',
  Count__c: number('7'),
  Money__c: number('12.50'),
  Share__c: number('25'),
  Flag__c: true,
  Day__c: date(2024, 2, 29),
  Moment__c: moment('2026-01-01T03:00:00Z'),
  Clock__c: clock(13, 5),
  Color__c: 'Red',
  Tags__c: 'Alpha;Gamma',
};

void t.test('operators and their order', (test) => {
  all(test, [
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['10 - 2 - 3', '5'],
    ['1 / 4', '0.25'],
    ['0.1 + 0.2', '0.3'],
    ['2 ^ 10', '1024'],
    // Salesforce's grammar binds ^ weaker than * and /, and a sign stronger than either.
    ['2 * 3 ^ 2', '36'],
    ['-2 ^ 2', '4'],
    ['2 ^ -1', '0.5'],
    ['- (3) + +2', '-1'],
    ['1 < 2', 'true'],
    ['2 <= 2', 'true'],
    ['3 > 4', 'false'],
    ['1 + 1 >= 2', 'true'],
    ['1 = 1.0', 'true'],
    ['1 == 2', 'false'],
    ['1 <> 2', 'true'],
    ['1 != 1', 'false'],
    ['TRUE && FALSE || TRUE', 'true'],
    ['TRUE || FALSE && FALSE', 'true'],
    ['!TRUE || NOT FALSE', 'true'],
    ['1 = 1 && 2 < 3', 'true'],
    ['1 < 2 = TRUE', 'true'],
    ['"a" & "b" & \'c\'', 'abc'],
    ['"a" + "b"', 'ab'],
    ['"a" = "A"', 'false'],
    ['"tab\\tquote\\"back\\\\slash" & \'\\\'\'', 'tab\tquote"back\\slash\''],
    ['/* a comment */ 1 /* and\n another */ + 1', '2'],
    ['true && True', 'true'],
    ['if(not(false), 1, 2)', '1'],
  ]);
});

void t.test('blanks follow three-valued logic, texts do not', (test) => {
  all(test, [
    ['Count__c + 1', 'null'],
    ['Count__c = 0', 'null'],
    ['Count__c <> 1', 'null'],
    ['Count__c = NULL', 'null'],
    ['NOT(Count__c = 0)', 'null'],
    ['Count__c < 0', 'null'],
    ['AND(Count__c < 0, TRUE)', 'false'],
    ['OR(Count__c < 0, TRUE)', 'true'],
    ['OR(ISNULL(Count__c), Count__c <> 1)', 'true'],
    ['IF(Count__c > 0, "yes", "no")', 'no'],
    ['Text__c = ""', 'true'],
    ['Text__c <> "x"', 'true'],
    ['Text__c = NULL', 'true'],
    ['"x" & Text__c & "y"', 'xy'],
    ['Text__c & Text__c', 'null'],
    ['ISBLANK(Text__c)', 'true'],
    ['ISNULL(Text__c)', 'false'],
    ['ISBLANK(Count__c)', 'true'],
    ['ISNULL(Count__c)', 'true'],
    ['ISBLANK(Day__c)', 'true'],
    ['ISBLANK(Color__c)', 'true'],
    ['ISBLANK(AccountId)', 'true'],
    ['BLANKVALUE(Text__c, "none")', 'none'],
    ['NULLVALUE(Text__c, "none")', 'null'],
    ['BLANKVALUE(Count__c, 5)', '5'],
    ['NULLVALUE(Count__c, 5) + 1', '6'],
    ['Flag__c', 'false'],
    ['NOT Flag__c', 'true'],
    ['LEN(Text__c)', '0'],
    ['CONTAINS(Text__c, "a")', 'null'],
    ['NOT(BEGINS(Text__c, "3"))', 'null'],
    ['CONTAINS(Text__c, "")', 'true'],
    ['LEFT(Text__c, 2)', 'null'],
    ['FIND("a", Text__c)', '0'],
    ['VALUE(Text__c)', 'null'],
    ['MAX(1, Count__c)', 'null'],
    ['YEAR(Day__c)', 'null'],
    ['TEXT(Color__c)', 'null'],
    ['ISPICKVAL(Color__c, "")', 'true'],
    ['INCLUDES(Tags__c, "Alpha")', 'false'],
    ['CASE(Color__c, "Red", 1, "", 2, 3)', '2'],
    ['REGEX(Text__c, "x*")', 'true'],
    ['Account.Name', 'null'],
    ['ISPICKVAL(Account.Industry, "")', 'true'],
  ]);
});

void t.test('fields', (test) => {
  const account = record(schema, 'Account', { Name: 'Engines', AnnualRevenue: number('10') });
  const owner = record(schema, 'User', { FirstName: 'Olga', LastName: 'Owner' });
  const situation: Situation = {
    values: { ...FILLED, FirstName: 'Ada', AccountId: new ApexId('001000000000001AAA') },
    parents: { Account: account, 'Account.Owner': owner },
    globals: { '$Permission.Skip': true, '$Profile.Name': 'System Administrator' },
  };
  all(
    test,
    [
      ['lastname', 'Lovelace'],
      ['Name', 'Ada Lovelace'],
      ['Share__c', '0.25'],
      ['Money__c * 2', '25'],
      ['AccountId', '001000000000001AAA'],
      ['LEFT(AccountId, 3)', '001'],
      ['Account.Name', 'Engines'],
      ['account.annualrevenue + 1', '11'],
      ['Account.Owner.Name', 'Olga Owner'],
      ['Double__c', '14.3'],
      ['Double__c + 1', '15.3'],
      ['Part__c', '0.125'],
      ['$User.Id = "005000000000001AAA"', 'true'],
      ['$User.Username', USER.username],
      ['$Profile.Name = "System Administrator"', 'true'],
      ['NOT($Permission.Skip)', 'false'],
    ],
    situation,
  );
});

void t.test('formula fields: blanks as zero, errors as blank', (test) => {
  all(test, [
    ['Zero__c', '1'],
    ['Double__c', 'null'],
    ['Broken__c', 'null'],
  ]);
});

void t.test('a formula field that fails is blank', (test) => {
  test.equal(show('ISBLANK(Broken__c)', { values: { Count__c: number('0') } }), 'true');
  test.end();
});

void t.test('text functions', (test) => {
  all(
    test,
    [
      ['LEN(Text__c)', '13'],
      ['LEFT("abcdef", 2)', 'ab'],
      ['LEFT("abc", 9)', 'abc'],
      ['LEFT("abc", -1)', 'null'],
      ['RIGHT("abcdef", 2)', 'ef'],
      ['RIGHT("abc", 9)', 'abc'],
      ['MID("abcdef", 2, 3)', 'bcd'],
      ['MID("abc", 0, 2)', 'ab'],
      ['MID("abc", 4, 2)', 'null'],
      ['LOWER("AbC") & UPPER("dEf")', 'abcDEF'],
      ['TRIM("  a b ")', 'a b'],
      ['CONTAINS(Text__c, "World")', 'true'],
      ['CONTAINS(Text__c, "world")', 'false'],
      ['BEGINS(Text__c, "Hello")', 'true'],
      ['BEGINS(Text__c, "World")', 'false'],
      ['FIND("l", "Hello")', '3'],
      ['FIND("l", "Hello", 4)', '4'],
      ['FIND("z", "Hello")', '0'],
      ['SUBSTITUTE("a-b-c", "-", "+")', 'a+b+c'],
      ['SUBSTITUTE("a-b", "-", "")', 'ab'],
      ['LPAD("7", 3, "0")', '007'],
      ['RPAD("7", 3, "ab")', '7ab'],
      ['LPAD("1234", 2, "0")', '12'],
      ['"a" & BR() & "b"', 'a\nb'],
      ['TEXT(1.50)', '1.5'],
      ['TEXT(100)', '100'],
      ['TEXT(Money__c)', '12.5'],
      ['TEXT(Day__c)', '2024-02-29'],
      ['TEXT(Moment__c)', '2026-01-01 03:00:00Z'],
      ['TEXT(Clock__c)', '13:05:00.000'],
      ['TEXT(Color__c)', 'Red'],
      ['TEXT(Color__c) = "Red"', 'true'],
      ['VALUE("12.5") * 2', '25'],
      ['ISNUMBER("12.5")', 'true'],
      ['ISNUMBER("12,5")', 'false'],
      ['ISNUMBER("")', 'false'],
      ['CASESAFEID("001000000000001")', '001000000000001AAA'],
      ['REGEX("12345", "\\\\d{5}")', 'true'],
      ['REGEX("12345-6789", "\\\\d{5}(-\\\\d{4})?")', 'true'],
      ['REGEX("x12345", "\\\\d{5}")', 'false'],
      ['REGEX("12345\\n", "\\\\d{5}")', 'false'],
      ["REGEX(Email, '[a-zA-Z0-9._%+-]+@example\\\\.org')", 'true'],
      ['REGEX("abc", "(?i)ABC")', 'true'],
      ['ISPICKVAL(Color__c, "Red")', 'true'],
      ['ISPICKVAL(Color__c, "red")', 'false'],
      ['INCLUDES(Tags__c, "Gamma")', 'true'],
      ['INCLUDES(Tags__c, "Beta")', 'false'],
      ['CASE(Color__c, "Green", "g", "Red", "r", "?")', 'r'],
      ['CASE(Text__c, "x", 1, 2)', '2'],
      ['CASE(MONTH(Day__c), 1, "Jan", 2, "Feb", "other")', 'Feb'],
    ],
    { values: FILLED },
  );
});

void t.test('number functions', (test) => {
  all(test, [
    ['ABS(-1.5)', '1.5'],
    ['CEILING(2.1)', '3'],
    ['CEILING(-2.1)', '-3'],
    ['FLOOR(2.9)', '2'],
    ['FLOOR(-2.9)', '-2'],
    ['MCEILING(-2.1)', '-2'],
    ['MFLOOR(-2.1)', '-3'],
    ['ROUND(2.345, 2)', '2.35'],
    ['ROUND(-2.5, 0)', '-3'],
    ['ROUND(1234, -2)', '1200'],
    ['MOD(7, 3)', '1'],
    ['MOD(-7, 3)', '-1'],
    ['MAX(1, 3, 2)', '3'],
    ['MIN(4, 3, 5)', '3'],
    ['SQRT(9)', '3'],
    ['EXP(0)', '1'],
    ['LN(1)', '0'],
    ['LOG(1000)', '3'],
    ['CASE(2, 1, "a", 2, "b", "c")', 'b'],
  ]);
});

void t.test('dates and times, in the time zone of the user', (test) => {
  all(
    test,
    [
      ['TODAY()', '2026-02-28'],
      ['NOW()', '2026-03-01 02:03:04Z'],
      ['HOUR(TIMENOW())', '18'],
      ['DATE(2026, 2, 28) + 1', '2026-03-01'],
      ['DATE(2026, 3, 1) - 1.9', '2026-02-28'],
      ['1 + DATE(2026, 1, 1)', '2026-01-02'],
      ['DATE(2026, 3, 1) - DATE(2026, 2, 1)', '28'],
      ['Day__c < TODAY()', 'true'],
      ['Day__c = DATE(2024, 2, 29)', 'true'],
      ['YEAR(Day__c) * 10000 + MONTH(Day__c) * 100 + DAY(Day__c)', '20240229'],
      ['WEEKDAY(Day__c)', '5'],
      ['ADDMONTHS(Day__c, 12)', '2025-02-28'],
      ['ADDMONTHS(DATE(2026, 2, 28), 1)', '2026-03-31'],
      ['ADDMONTHS(DATE(2026, 1, 30), 1)', '2026-02-28'],
      ['DATEVALUE(Moment__c)', '2025-12-31'],
      ['DATEVALUE("2026-01-31")', '2026-01-31'],
      ['DATETIMEVALUE("2026-01-31 10:20:30")', '2026-01-31 10:20:30Z'],
      ['Moment__c + 0.5', '2026-01-01 15:00:00Z'],
      ['Moment__c - DATETIMEVALUE("2026-01-01 00:00:00")', '0.125'],
      ['HOUR(Clock__c) * 100 + MINUTE(Clock__c) + SECOND(Clock__c) + MILLISECOND(Clock__c)', '1305'],
      ['Clock__c + 3600000', '14:05:00.000'],
      ['TIMEVALUE("23:30:00.000") + 3600000', '00:30:00.000'],
      ['Clock__c - TIMEVALUE("13:00:00.000")', '300000'],
    ],
    { values: FILLED },
  );
});

void t.test('formulon, an independent evaluator, agrees', (test) => {
  const formulas = [
    '1 + 2 * 3 - 4 / 8',
    '(1 + 2) * 3',
    '0.1 + 0.2',
    'IF(1 < 2 && 3 >= 3, "yes", "no")',
    'AND(TRUE, NOT(FALSE), 1 <> 2)',
    'OR(1 = 2, "a" = "a")',
    'CASE(2, 1, "a", 2, "b", "c")',
    '"a" & "b" & TEXT(12.5)',
    'LEN("hello")',
    'LEFT("hello", 2) & MID("hello", 2, 2) & RIGHT("hello", 1)',
    'SUBSTITUTE("a-b-c", "-", "+")',
    'LPAD("7", 3, "0") & RPAD("7", 3, "0")',
    'UPPER("abc") & LOWER("DEF") & TRIM("  x ")',
    'BEGINS("hello", "he")',
    'CONTAINS("hello", "xx")',
    'VALUE("12.5") + 1',
    'ABS(-3) + CEILING(2.1) + FLOOR(-2.9) + MCEILING(-2.1) + MFLOOR(-2.1)',
    'ROUND(2.345, 2)',
    'ROUND(-2.5, 0)',
    'MAX(1, 3, 2) - MIN(1, 3, 2)',
    'SQRT(16) + LOG(100)',
    'YEAR(DATE(2026, 2, 28)) * 100 + MONTH(DATE(2026, 2, 28))',
    'DATE(2026, 3, 1) - DATE(2026, 2, 1)',
    'WEEKDAY(DATE(2026, 3, 1))',
    'ISBLANK("") || ISBLANK("x")',
    'BLANKVALUE("", "other")',
    'REGEX("12345", "[0-9]{5}")',
    'CASESAFEID("001000000000001")',
  ];
  for (const formula of formulas) {
    const other = formulon.parse(formula);
    test.equal(other.type, 'literal', `formulon knows ${formula}`);
    test.equal(show(formula), String(other.value), formula);
  }
  test.end();
});

void t.test('ISNEW, ISCHANGED and PRIORVALUE', (test) => {
  const created: Situation = { values: { Text__c: 'a', Count__c: number('1') } };
  const changed: Situation = { ...created, before: { Text__c: 'b', Count__c: number('1.00'), Color__c: 'Red' } };
  const cases: [string, string, string][] = [
    ['ISNEW()', 'true', 'false'],
    ['ISCHANGED(Text__c)', 'false', 'true'],
    ['ISCHANGED(Count__c)', 'false', 'false'],
    ['ISCHANGED(Color__c)', 'false', 'true'],
    ['ISCHANGED(Day__c)', 'false', 'false'],
    ['PRIORVALUE(Text__c)', 'a', 'b'],
    ['ISPICKVAL(PRIORVALUE(Color__c), "Red")', 'false', 'true'],
  ];
  for (const [formula, whenNew, whenChanged] of cases) {
    test.equal(show(formula, created), whenNew, `${formula} of a new record`);
    test.equal(show(formula, changed), whenChanged, `${formula} of a changed record`);
  }
  const lines: Situation = { values: { Description: 'a\nb' }, before: { Description: 'a\r\nb' } };
  test.equal(show('ISCHANGED(Description)', lines), 'false', 'line ends do not count');
  test.end();
});

void t.test('formulas that Salesforce would refuse', (test) => {
  const cases: [string, string][] = [
    ['1 +', 'Syntax error. Unexpected end of the formula'],
    ['(1', "Syntax error. Missing ')'"],
    ['1 2', "Syntax error. Extra '2'"],
    ['"a', "Syntax error. Found '\"'"],
    ['"a\\d"', "Syntax error. Found '\"'"],
    ['1 # 2', "Syntax error. Found '#'"],
    ['LEN(1)', "Incorrect parameter type for function 'LEN()'. Expected Text, received Number"],
    ['1 & "a"', "Incorrect parameter type for operator '&'. Expected Text, received Number"],
    ['YEAR(Day__c) & ""', "Incorrect parameter type for operator '&'. Expected Text, received Number"],
    ['"a" = 1', "Incorrect parameter type for operator '='. Expected Text, received Number"],
    ['"a" < "b"', "Incorrect parameter type for operator '<'. Expected Number, Date, DateTime, Time, received Text"],
    ['Day__c = Moment__c', "Incorrect parameter type for operator '='. Expected Date, received DateTime"],
    ['IF(TRUE, 1)', "Incorrect number of parameters for function 'IF()'. Expected 3, received 2"],
    ['LEN()', "Incorrect number of parameters for function 'LEN()'. Expected 1, received 0"],
    ['TODAY(1)', "Incorrect number of parameters for function 'TODAY()'. Expected 0, received 1"],
    [
      'Color__c = "Red"',
      'Field Color__c is a picklist field. Picklist fields are only supported in certain functions.',
    ],
    [
      'ISPICKVAL(Text__c, "a")',
      "Incorrect parameter type for function 'ISPICKVAL()'. Expected Picklist, received Text",
    ],
    ['ISCHANGED(Account.Name)', "Incorrect parameter for function 'ISCHANGED()'. Expected Field Reference"],
  ];
  for (const [formula, message] of cases) {
    test.throws(() => show(formula), new CompileError(message, 'Contact.Test', 1), formula);
  }
  test.throws(() => show('TRUE &&\n LEN(1) = 1'), /^Contact\.Test:2: /, 'the line within the formula');
  test.end();
});

void t.test('what is not modelled stops with its name and place', (test) => {
  const cases: [string, RegExp][] = [
    ['VLOOKUP(1, 2, 3)', /formula function VLOOKUP\(\).*Contact\.Test/],
    ['Nothing__c = 1', /field Nothing__c of Contact.*Contact\.Test/],
    ['Account.Nothing = 1', /field Nothing of Account.*Contact\.Test/],
    ['Friend__r.Name = "x"', /relationship Friend__r.*Contact\.Test/],
    ['$Api.Session_ID = "x"', /formula variable \$Api\.Session_ID.*Contact\.Test/],
  ];
  for (const [formula, message] of cases) {
    const error = test.throws(() => show(formula), NotModelledError, formula);
    test.match(error instanceof Error ? error.message : '', message, formula);
  }
  test.end();
});

void t.test('formulas that fail on a record', (test) => {
  for (const formula of ['1 / 0', 'MOD(1, 0)', 'DATE(2026, 2, 29)', 'VALUE("x")', 'SQRT(-1)', 'REGEX("a", "(")']) {
    test.throws(() => show(formula), FormulaError, formula);
  }
  test.end();
});

void t.test('validation rules', (test) => {
  const rules = exampleSchema();
  const contact = rules.object('Contact');
  const rule = (name: string, formula: string, errorDisplayField: string | null, active = true) => ({
    name,
    active,
    formula,
    message: `${name} is broken.`,
    errorDisplayField,
  });
  contact?.validationRules.push(
    rule('Range', 'OR(Count__c < 0, Count__c > 10)', 'Count__c'),
    rule('Record', "AND(ISPICKVAL(Color__c, 'Red'), ISBLANK(Phone))", null),
    rule('Off', 'TRUE', null, false),
    rule('Rename', 'ISCHANGED(LastName)', 'lastname'),
  );
  const errors = (situation: Situation) => checkValidationRules(contactContext(rules, situation));
  const broken = (name: string, fields: string[]) => ({
    statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    message: `${name} is broken.`,
    fields,
  });
  test.same(errors({ values: {} }), [], 'blanks break nothing');
  test.same(errors({ values: { Count__c: number('10') } }), []);
  test.same(errors({ values: { Count__c: number('11') } }), [broken('Range', ['Count__c'])]);
  test.same(
    errors({ values: { Count__c: number('-1'), Color__c: 'Red' } }),
    [broken('Range', ['Count__c']), broken('Record', [])],
    'all rules that fail come together',
  );
  test.same(errors({ values: { Color__c: 'Red', Phone: '1' } }), []);
  test.same(errors({ values: { LastName: 'b' }, before: { LastName: 'a' } }), [broken('Rename', ['LastName'])]);
  contact?.validationRules.push(rule('Fails', '1 / Count__c > 1', null));
  test.throws(() => errors({ values: { Count__c: number('0') } }), /Division by zero.*Contact\.Fails/);
  contact?.validationRules.push(rule('Number', '1 + 1', null));
  test.throws(() => errors({ values: {} }), /Formula result is data type \(number\).*\(boolean\)/);
  test.end();
});

void t.test('the formulas of the standard objects and of the sample org compile', (test) => {
  const folder = (name: string): string => new URL(`../../${name}`, import.meta.url).pathname;
  const loaded = loadSchema([folder('force-app'), folder('config/sample-org')], standardObjects());
  test.doesNotThrow(() => checkFormulas(loaded));
  const rules = loaded.all().flatMap((object) => object.validationRules);
  test.ok(rules.length >= 3, 'the sample org has validation rules');
  const [first] = loaded.all();
  first?.fields.set('bad__c', customField('Bad__c', 'string', { formula: '1 + 1' }));
  test.throws(() => checkFormulas(loaded), CompileError);
  test.end();
});
