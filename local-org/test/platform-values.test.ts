import t from 'tap';
import { debugOf } from './helpers/evaluate.ts';
import { holds, throwsEach } from './helpers/tables.ts';

// https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_decimal.htm
t.test('Decimal', async (t) => {
  await holds(t, {
    "Decimal.valueOf('12.4567').divide(7, 2, RoundingMode.UP)": '1.78',
    'Decimal.valueOf(19).divide(100, 3)': '0.190',
    '12.4567.setScale(2)': '12.46',
    '(2.5).setScale(0)': '2',
    '(3.5).setScale(0)': '4',
    '(2.5).setScale(0, RoundingMode.HALF_UP)': '3',
    '(2.5).setScale(0, RoundingMode.HALF_DOWN)': '2',
    '(-2.5).setScale(0, RoundingMode.CEILING)': '-2',
    '(-2.5).setScale(0, RoundingMode.FLOOR)': '-3',
    '(1.1).setScale(0, RoundingMode.UP)': '2',
    '(1.9).setScale(0, RoundingMode.DOWN)': '1',
    '(1.5).setScale(3)': '1.500',
    '123.45.precision()': '5',
    '123.45.scale()': '2',
    '(4.5).round()': '4',
    '(5.5).round()': '6',
    '(4.5).round(RoundingMode.HALF_UP)': '5',
    '(1.50).stripTrailingZeros()': '1.5',
    "Decimal.valueOf('100').stripTrailingZeros()": '1E+2',
    "Decimal.valueOf('100').stripTrailingZeros().toPlainString()": '100',
    "Decimal.valueOf('1E5').toPlainString()": '100000',
    "Decimal.valueOf('0.0000001')": '1E-7',
    "Decimal.valueOf('0.000001')": '0.000001',
    '(4.12).pow(2)': '16.9744',
    '(-1.5).abs()': '1.5',
    '(1.9).intValue()': '1',
    '(-1.9).longValue()': '-1',
    '(1.5).doubleValue()': '1.5',
    '1.10 + 2.205': '3.305',
    '1.10 * 2.20': '2.4200',
    '2.10 / 2.0': '1.05',
    '5 / 3.0': '1.66666666666666666666666666666667',
    '10.0 / 4': '2.5',
    '1.0 == 1.00': 'true',
    '12345.6789.format()': '12,345.679',
    '(1000).format()': '1,000',
  });
  await throwsEach(t, {
    'Decimal a = 1.25; a.setScale(1, RoundingMode.UNNECESSARY);': 'System.MathException: Rounding necessary',
    'Decimal a = 1; a.divide(0, 2);': 'System.MathException: Divide by 0',
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_math.htm
t.test('Math, Integer, Long, Double, Boolean', async (t) => {
  await holds(t, {
    'Math.abs(-42)': '42',
    'Math.abs(-1.5)': '1.5',
    'Math.ceil(1.2)': '2',
    'Math.floor(-1.2)': '-2',
    'Math.max(3, 12)': '12',
    'Math.max(3L, 12L)': '12',
    'Math.min(1.5, 1.2)': '1.2',
    'Math.mod(12, 5)': '2',
    'Math.mod(-12, 5)': '-2',
    'Math.pow(2.0d, 10.0d)': '1024.0',
    'Math.round(4.5)': '4',
    'Math.round(5.5)': '6',
    'Math.roundToLong(4.4)': '4',
    'Math.signum(-3.2)': '-1',
    'Math.sqrt(9.0d)': '3.0',
    'Math.sqrt(16.0)': '4.0',
    'Math.log10(100.0d)': '2.0',
    "Integer.valueOf('123')": '123',
    "Integer.valueOf('-5')": '-5',
    'Integer.valueOf((Object) 5)': '5',
    "Long.valueOf('2147483648')": '2147483648',
    '2147483648L.intValue()': '-2147483648',
    "Double.valueOf('3.14159')": '3.14159',
    '(3.9d).intValue()': '3',
    '(3.5d).round()': '4',
    "Boolean.valueOf('TRUE')": 'true',
    "Boolean.valueOf('yes')": 'false',
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_date.htm and …_datetime.htm
t.test('Date, Datetime, Time', async (t) => {
  await holds(
    t,
    {
      'd.addDays(1)': '2026-02-01 00:00:00',
      'd.addMonths(1)': '2026-02-28 00:00:00',
      'd.addYears(-2).year()': '2024',
      'd.day() + d.month()': '32',
      'd.dayOfYear()': '31',
      'd.daysBetween(Date.newInstance(2026, 3, 1))': '29',
      'd.monthsBetween(Date.newInstance(2027, 1, 1))': '12',
      'd.toStartOfMonth().day()': '1',
      'd.toStartOfWeek().day()': '25',
      'd.isSameDay(Date.newInstance(2026, 1, 31))': 'true',
      'Date.daysInMonth(2024, 2)': '29',
      'Date.isLeapYear(1900)': 'false',
      'Date.newInstance(2026, 13, 1).year()': '2027',
      "Date.valueOf('2026-01-31 10:00:00').day()": '31',
      "Date.parse('12/27/2009').day()": '27',
      'd.format()': '1/31/2026',
      "dt.formatGmt('yyyy-MM-dd\\'T\\'HH:mm:ss.SSS\\'Z\\'')": '2026-01-31T13:05:09.000Z',
      "dt.formatGmt('EEE, d MMM yyyy hh:mm a z')": 'Sat, 31 Jan 2026 01:05 PM GMT',
      "dt.formatGmt('EEEE D w k K u Z X yy')": 'Saturday 31 5 13 1 6 +0000 Z 26',
      "dt.format('yyyy-MM-dd HH:mm:ss', 'America/New_York')": '2026-01-31 08:05:09',
      "dt.format('HH:mm z', 'America/New_York')": '08:05 EST',
      "dt.format('HH:mm XXX', 'Asia/Kolkata')": '18:35 +05:30',
      'dt.addHours(11).dayGmt()': '1',
      'dt.addMinutes(55).hourGmt()': '14',
      'dt.addMonths(1).monthGmt()': '2',
      'dt.getTime()': '1769864709000',
      'dt.dateGmt()': '2026-01-31 00:00:00',
      'dt.timeGmt()': '13:05:09.000Z',
      'Datetime.newInstance(1769864709000L) == dt': 'true',
      "Datetime.valueOfGmt('2026-01-31 13:05:09') == dt": 'true',
      'Time.newInstance(23, 30, 0, 0).addMinutes(45)': '00:15:00.000Z',
      'Time.newInstance(1, 2, 3, 4).millisecond()': '4',
      "TimeZone.getTimeZone('America/Los_Angeles').getOffset(dt)": '-28800000',
      'd < Date.newInstance(2026, 2, 1)': 'true',
    },
    'Date d = Date.newInstance(2026, 1, 31); Datetime dt = Datetime.newInstanceGmt(2026, 1, 31, 13, 5, 9);',
  );
  await throwsEach(t, {
    "Date.valueOf('2026-02-30');": 'System.TypeException: Invalid date: 2026-02-30',
    "Datetime.valueOf('yesterday');": 'System.TypeException: Invalid date/time: yesterday',
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_list.htm, …_set.htm, …_map.htm
t.test('collections', async (t) => {
  await holds(
    t,
    {
      "l.contains('a')": 'true',
      "l.contains('A')": 'false',
      "l.indexOf('b')": '0',
      l: '(b, a, null)',
      "new Set<String>{ 'a', 'A', 'a' }.size()": '2',
      "new Set<String>{ 'a', 'b' } == new Set<String>{ 'b', 'a' }": 'true',
      "new Set<Id>{ '001000000000001', '001000000000001AAA' }.size()": '1',
      "new Set<String>{ 'a', 'b' }.containsAll(new List<String>{ 'a' })": 'true',
      's.addAll(new List<Integer>{ 1, 2 })': 'false',
      's.add(3)': 'true',
      's.removeAll(new Set<Integer>{ 1 })': 'true',
      's.retainAll(new List<Integer>{ 3 })': 'true',
      s: '{3}',
      "m.put('k', 2)": '1',
      "m.get('K')": 'null',
      "m.containsKey('k')": 'true',
      "m.remove('k')": '2',
      'm.isEmpty()': 'true',
      "new Map<String, Integer>{ 'a' => 1, 'b' => 2 }.values()": '(1, 2)',
      "new Map<String, Integer>{ 'a' => 1, 'b' => 2 }.keySet()": '{a, b}',
      "new Map<Id, Contact>(new List<Contact>{ new Contact(Id = '003000000000001') }).keySet()": '{003000000000001AAA}',
      "new List<String>(new Set<String>{ 'x' })": '(x)',
      'new List<Integer>{ 1, 2 } == new List<Integer>{ 1, 2 }': 'true',
      'new List<List<Integer>>{ new List<Integer>{ 1 } }[0][0]': '1',
      'it.hasNext()': 'true',
      'it.next()': 'b',
    },
    `List<String> l = new List<String>{ 'b', 'a', null }; Set<Integer> s = new Set<Integer>{ 1, 2 };
     Map<String, Integer> m = new Map<String, Integer>{ 'k' => 1 }; Iterator<String> it = l.iterator();`,
  );
  const sorted = await debugOf(
    `List<String> l = new List<String>{ 'b', 'B', 'a', null }; l.sort(); System.debug(l);
     List<Version> versions = new List<Version>{ new Version(2), new Version(1) }; versions.sort(); System.debug(versions[0].n);
     versions.sort(new Descending()); System.debug(versions[0].n);
     List<Contact> original = new List<Contact>{ new Contact(LastName = 'x') };
     List<Contact> deep = original.deepClone(); deep[0].LastName = 'y'; System.debug(original[0].LastName);
     List<Contact> shallow = original.clone(); shallow[0].LastName = 'z'; System.debug(original[0].LastName);
     Contact c = new Contact(Id = '003000000000001', LastName = 'k'); System.debug(c.clone().Id); System.debug(c.clone(true).Id);`,
    {
      files: {
        'Version.cls': `public class Version implements Comparable { public Integer n; public Version(Integer n) { this.n = n; }
          public Integer compareTo(Object o) { return n - ((Version) o).n; } }`,
        'Descending.cls': `public class Descending implements Comparator<Version> {
          public Integer compare(Version a, Version b) { return b.n - a.n; } }`,
      },
    },
  );
  t.same(sorted, ['(null, B, a, b)', '1', '2', 'x', 'z', 'null', '003000000000001AAA']);
  // https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_collections_maps_keys_userdefined.htm
  const pairs = await debugOf(
    `Map<Pair, String> m = new Map<Pair, String>{ new Pair(1, 2) => 'a' }; m.put(new Pair(1, 2), 'b'); m.put(new Pair(2, 1), 'c');
     System.debug(m.size()); System.debug(m.get(new Pair(1, 2))); System.debug(m.containsKey(new Pair(3, 3)));
     System.debug(new Set<Pair>{ new Pair(1, 1), new Pair(1, 1) }.size());
     System.debug(new List<Pair>{ new Pair(1, 1) }.contains(new Pair(1, 1)));
     System.debug(new Set<Plain>{ new Plain(), new Plain() }.size());`,
    {
      files: {
        'Pair.cls': `public class Pair { Integer x; Integer y; public Pair(Integer x, Integer y) { this.x = x; this.y = y; }
          public Boolean equals(Object o) { Pair p = (Pair) o; return x == p.x && y == p.y; }
          public Integer hashCode() { return x + y; } }`,
        'Plain.cls': 'public class Plain {}',
      },
    },
  );
  t.same(pairs, ['2', 'b', 'false', '1', 'true', '2']);
  await throwsEach(t, {
    'new List<Integer>().remove(0);': 'System.ListException: List index out of bounds: 0',
    'new Map<Id, Contact>(new List<Contact>{ new Contact() });': 'System.ListException: Row with null Id at index: 0',
    'new List<Integer>{ 1 }.iterator().next(); Iterator<Integer> i = new List<Integer>().iterator(); i.next();':
      'System.NoSuchElementException: Iterator has no more elements',
  });
});

const JSON_CLASSES = {
  'Person.cls': `public class Person { public String name; public Integer age; private Boolean active; public Date born;
    public transient String secret; public List<Person> friends; public Map<String, Decimal> scores; public Season season;
    public static String shared = 'x'; public Person() { age = 99; } public enum Season { WINTER, SUMMER } }`,
};

// https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_System_Json.htm
t.test('JSON', async (t) => {
  const found = await debugOf(
    `Person p = new Person(); p.name = 'A "b" \\n é'; p.secret = 's'; p.born = Date.newInstance(2026, 1, 31);
     p.scores = new Map<String, Decimal>{ 'x' => 1.50 }; p.season = Person.Season.SUMMER;
     System.debug(JSON.serialize(p));
     System.debug(JSON.serialize(p, true));
     Person q = (Person) JSON.deserialize('{"name":"B","AGE":5,"active":true,"unknown":{"a":[1]},"born":"2026-01-31","friends":[{"name":"C"}],"scores":{"y":2.50},"season":"WINTER","secret":"t"}', Person.class);
     System.debug(q.name + q.age + q.born + q.friends[0].name + q.friends[0].age + q.scores.get('y') + q.season + q.secret);
     Map<String, Object> m = (Map<String, Object>) JSON.deserializeUntyped('{"i":1,"l":3000000000,"d":1.50,"s":"x","b":true,"n":null,"a":[1,"2"],"e":1e3}');
     System.debug((m.get('i') instanceof Integer) + ' ' + (m.get('l') instanceof Long) + ' ' + (m.get('d') instanceof Decimal) + ' ' + m.get('d'));
     System.debug(m);
     System.debug(JSON.serialize(new List<Object>{ 1, 2L, 1.5, 2.0d, 'x', null, true, Datetime.newInstanceGmt(2026, 1, 31, 1, 2, 3), Time.newInstance(1, 2, 3, 4) }));
     System.debug(JSON.serialize(new Contact(Id = '003000000000001', LastName = 'L', Email = null)));
     System.debug(JSON.serialize(new Set<Integer>{ 1, 2 }));
     System.debug(JSON.serialize(new Map<Integer, String>{ 1 => 'a' }));
     System.debug(JSON.serializePretty(new Map<String, Object>{ 'a' => new List<Integer>{ 1, 2 }, 'b' => new Map<String, Object>{ 'c' => 1 }, 'd' => new List<Integer>() }));
     Contact c = (Contact) JSON.deserialize('{"attributes":{"type":"Contact"},"LastName":"L","Account":{"Name":"Acme"}}', Contact.class);
     System.debug(c.LastName + c.Account.Name);
     System.debug(((List<Integer>) JSON.deserialize('[1, 2]', List<Integer>.class)).size());
     System.debug(JSON.deserialize('"x"', String.class));`,
    { files: JSON_CLASSES },
  );
  t.same(found, [
    '{"name":"A \\"b\\" \\n é","age":99,"active":null,"born":"2026-01-31","friends":null,"scores":{"x":1.50},"season":"SUMMER"}',
    '{"name":"A \\"b\\" \\n é","age":99,"born":"2026-01-31","scores":{"x":1.50},"season":"SUMMER"}',
    'B52026-01-31 00:00:00Cnull2.50WINTERnull',
    'true true true 1.50',
    '{i=1, l=3000000000, d=1.50, s=x, b=true, n=null, a=(1, 2), e=1E+3}',
    '[1,2,1.5,2.0,"x",null,true,"2026-01-31T01:02:03.000Z","01:02:03.004Z"]',
    '{"attributes":{"type":"Contact","url":"/services/data/v68.0/sobjects/Contact/003000000000001AAA"},"Id":"003000000000001AAA","LastName":"L","Email":null}',
    '[1,2]',
    '{"1":"a"}',
    '{\n  "a" : [ 1, 2 ],\n  "b" : {\n    "c" : 1\n  },\n  "d" : [ ]\n}',
    'LAcme',
    '2',
    'x',
  ]);
  await throwsEach(t, {
    'JSON.deserializeUntyped(\'{"a" 1}\');':
      "System.JSONException: Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value at input location [1,7]",
    "JSON.deserializeUntyped('');": 'System.JSONException: No content to map to Object due to end of input',
    "JSON.deserializeUntyped('[1,');": 'System.JSONException: No content to map to Object due to end of input',
    "JSON.deserialize('{}', List<Integer>.class);":
      "System.JSONException: Malformed JSON: Expected '[' at the beginning of List/Set",
    "JSON.deserialize('[1.5]', List<Integer>.class);": 'System.JSONException: For input string: "1.5"',
    "JSON.deserialize('[{}]', List<String>.class);": 'System.JSONException: Illegal value for primitive',
    'JSON.deserialize(\'{"Nope__c":1}\', Contact.class);':
      "System.JSONException: No such column 'Nope__c' on sobject of type Contact",
    "JSON.deserializeUntyped('<x>');":
      "System.JSONException: Unexpected character ('<' (code 60)): expected a valid value (number, String, array, object, 'true', 'false' or 'null') at input location [1,2]",
    "JSON.deserializeUntyped('this');":
      "System.JSONException: Unrecognized token 'this': was expecting 'null', 'true', 'false' or NaN at input location [1,6]",
    'JSON.deserializeUntyped(null);': 'System.NullPointerException: Argument cannot be null.',
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_classes_restful_crypto.htm; digests by RFC 6234, MACs by RFC 4231
t.test('Blob, EncodingUtil, Crypto, UUID', async (t) => {
  await holds(
    t,
    {
      "EncodingUtil.convertToHex(Crypto.generateDigest('SHA-256', Blob.valueOf('abc')))":
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      "EncodingUtil.convertToHex(Crypto.generateDigest('MD5', Blob.valueOf('')))": 'd41d8cd98f00b204e9800998ecf8427e',
      "EncodingUtil.convertToHex(Crypto.generateMac('hmacSHA256', Blob.valueOf('what do ya want for nothing?'), Blob.valueOf('Jefe')))":
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      "EncodingUtil.base64Encode(Blob.valueOf('é'))": 'w6k=',
      "EncodingUtil.base64Decode('w6k=').toString()": 'é',
      "EncodingUtil.urlEncode('a b&c=ü', 'UTF-8')": 'a+b%26c%3D%C3%BC',
      "EncodingUtil.urlDecode('a+b%26', 'UTF-8')": 'a b&',
      "Blob.valueOf('éa').size()": '3',
      'Crypto.generateAesKey(128).size()': '16',
      "Crypto.decryptWithManagedIV('AES256', key, Crypto.encryptWithManagedIV('AES256', key, Blob.valueOf('clear'))).toString()":
        'clear',
      'UUID.randomUUID().toString().length()': '36',
    },
    'Blob key = Crypto.generateAesKey(256);',
  );
  await throwsEach(t, {
    "EncodingUtil.convertFromHex('ff').toString();": 'System.StringException: BLOB is not a valid UTF-8 string',
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_enums.htm
t.test('enums and exceptions', async (t) => {
  const found = await debugOf(
    `System.debug(Colour.values()); System.debug(Colour.valueOf('red')); System.debug(Colour.GREEN.ordinal()); System.debug(Colour.RED.name());
     try { throw new ShopException('closed', new MathException('inner')); } catch (Exception e) {
       System.debug(e.getTypeName() + '|' + e.getMessage() + '|' + e.getCause().getMessage() + '|' + e.getLineNumber()); }
     try { throw new ShopException(); } catch (ShopException e) { System.debug(e.getMessage()); e.setMessage('now'); System.debug(e.getMessage()); }
     try { Object o = 'x'; Integer i = (Integer) o; } catch (TypeException e) { System.debug(e.getMessage()); }
     System.debug(StatusCode.REQUIRED_FIELD_MISSING);
     System.debug(Test.isRunningTest());
     System.debug(Type.forName('Colour') != null);`,
    {
      files: {
        'Colour.cls': 'public enum Colour { RED, GREEN }',
        'ShopException.cls': 'public class ShopException extends Exception {}',
      },
    },
  );
  t.same(found, [
    '(RED, GREEN)',
    'RED',
    '1',
    'RED',
    'ShopException|closed|inner|2',
    'Script-thrown exception',
    'now',
    'Invalid conversion from runtime type String to Integer',
    'REQUIRED_FIELD_MISSING',
    'false',
    'true',
  ]);
});
