import t from 'tap';
import { proveFacts } from '../../helpers/facts.ts';

// Numbers, text, equality and the operators.

const guide = (page: string): string =>
  `https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/${page}.htm`;
const OPERATORS = guide('langCon_apex_expressions_operators_understanding');
const PRIMITIVES = guide('langCon_apex_primitives');

t.test('expressions', async (t) => {
  await proveFacts(t, {}, [
    {
      title: 'Integer arithmetic: truncating division, overflow around, shifts',
      source: PRIMITIVES,
      apex: `
        System.debug(7 / 2);
        System.debug(-7 / 2);
        Integer big = 2147483647;
        System.debug(big + 1);
        System.debug(-2147483648 - 1);
        System.debug(big * 2);
        System.debug(Math.mod(-7, 3));
        System.debug(1 << 5);
        System.debug(-16 >> 2);
        System.debug(-1 >>> 28);
        System.debug(6 & 3);
        System.debug(6 | 3);
        System.debug(6 ^ 3);
        Integer i = 5;
        System.debug(i++ + ++i);
        i += 3; i -= 1; i *= 2; i /= 4;
        System.debug(i);
        i <<= 2; i |= 1;
        System.debug(i);
        System.debug(1 / 0);`,
      log: [
        '3',
        '-3',
        '-2147483648',
        '2147483647',
        '-2',
        '-1',
        '32',
        '-4',
        '15',
        '2',
        '7',
        '5',
        '12',
        '4',
        '17',
        'System.MathException: Divide by 0',
      ],
    },
    {
      title: 'Long, Double and Decimal have their own arithmetic',
      source: PRIMITIVES,
      apex: `
        Long l = 2147483647L + 1;
        System.debug(l);
        Integer i = 2147483647;
        System.debug(i * 2L);
        System.debug(10.0 / 4);
        Decimal d = 10;
        System.debug(d / 4);
        System.debug(1.10 + 2.205);
        System.debug(1.10 * 2.5);
        System.debug(0.1 + 0.2);
        Double x = 0.1;
        System.debug(x + 0.2d);
        System.debug(5.0d / 2);
        System.debug(3.0d);
        System.debug((Integer) 3.99);
        System.debug((Integer) -3.99);
        System.debug((Long) 1000.9);
        Decimal price = 100;
        System.debug(price.scale() + ' ' + (price * 0.075).scale());
        System.debug(1 == 1.0);
        System.debug(1.0 == 1.00);
        System.debug(1L == 1);`,
      log: [
        '2147483648',
        '4294967294',
        '2.5',
        '2.5',
        '3.305',
        '2.750',
        '0.3',
        '0.30000000000000004',
        '2.5',
        '3.0',
        '3',
        '-3',
        '1000',
        '0 3',
        'true',
        'true',
        'true',
      ],
    },
    {
      title: 'String equality ignores capitals, === and equals do not',
      source: OPERATORS,
      apex: `
        String a = 'Hello'; String b = 'HELLO';
        System.debug(a == b);
        System.debug(a != b);
        System.debug(a.equals(b));
        System.debug(a === b);
        System.debug(a < 'i');
        System.debug('b' > 'A');
        System.debug(a.equalsIgnoreCase(b));
        System.debug(new Set<String>{ a, b }.size());
        System.debug(new Map<String, Integer>{ a => 1 }.containsKey(b));
        String none;
        System.debug(none == null);
        System.debug(none == 'x');
        System.debug(none + 'x');
        System.debug(none < 'x');`,
      log: [
        'true',
        'false',
        'false',
        'false',
        'true',
        'true',
        'true',
        '2',
        'false',
        'true',
        'false',
        'nullx',
        /^(false|true)$/,
      ],
    },
    {
      title: 'Ids of 15 and 18 characters are equal, an Id is a String',
      source: PRIMITIVES,
      apex: `
        Id a = '001000000000001';
        Id b = '001000000000001AAA';
        System.debug(a == b);
        System.debug(a);
        String s = a;
        System.debug(s);
        System.debug(a == '001000000000001AAA');
        System.debug('001000000000001' == b);
        Map<Id, String> m = new Map<Id, String>{ a => 'x' };
        System.debug(m.get('001000000000001AAA'));
        Object o = a;
        System.debug(o instanceof Id);
        System.debug(o instanceof String);
        Id bad = 'not an id';`,
      log: [
        'true',
        '001000000000001AAA',
        '001000000000001AAA',
        'true',
        'true',
        'x',
        'true',
        'true',
        'System.StringException: Invalid id: not an id',
      ],
    },
    {
      title: 'null in arithmetic and conditions',
      source: guide('langCon_apex_expressions_operators_understanding'),
      apex: `
        Integer i; Boolean flag; String text;
        System.debug(i == null);
        System.debug('' + i);
        System.debug(flag == true);
        System.debug(flag != true);
        System.debug(i > 1);
        try { Integer sum = i + 1; } catch (NullPointerException e) { System.debug(e.getMessage()); }
        try { if (flag) { System.debug('no'); } } catch (NullPointerException e) { System.debug(e.getMessage()); }
        try { text.length(); } catch (NullPointerException e) { System.debug(e.getTypeName()); }`,
      log: [
        'true',
        'null',
        'false',
        'true',
        /^(false|true)$/,
        'Attempt to de-reference a null object',
        'Attempt to de-reference a null object',
        'System.NullPointerException',
      ],
    },
    {
      title: 'safe navigation stops the whole chain',
      source: guide('langCon_apex_SafeNavigationOperator'),
      apex: `
        Contact c;
        System.debug(c?.LastName);
        System.debug(c?.LastName?.toUpperCase());
        System.debug(c?.Account?.Name);
        String s;
        System.debug(s?.trim().length());
        c = new Contact(LastName = 'Byron');
        System.debug(c?.LastName.toUpperCase());
        System.debug(c.Account?.Name);
        System.debug(c.Account?.Owner.Name);
        List<Contact> none;
        System.debug(none?.size());
        System.debug([SELECT LastName FROM Contact WHERE LastName = 'nobody here' LIMIT 1]?.LastName);
        Map<String, Contact> byName = new Map<String, Contact>();
        System.debug(byName.get('x')?.LastName);
        System.debug(byName.get('x')?.LastName == null);`,
      log: ['null', 'null', 'null', 'null', 'BYRON', 'null', 'null', 'null', 'null', 'null', 'true'],
    },
    {
      title: 'null coalescing takes the first operand that is not null and evaluates no more',
      source: guide('langCon_apex_NullCoalescingOperator'),
      apex: `
        String a; Integer i;
        System.debug(a ?? 'other');
        System.debug(a ?? null ?? 'third');
        System.debug((i ?? 1) + 1);
        System.debug('x' ?? String.valueOf(1 / i));
        Contact c = [SELECT Id FROM Contact WHERE LastName = 'nobody here'] ?? new Contact(LastName = 'default');
        System.debug(c.LastName);
        Account acc;
        System.debug(acc?.Name ?? 'none');`,
      log: ['other', 'third', '2', 'x', 'default', 'none'],
    },
    {
      title: 'ternary: the common type, right to left',
      source: OPERATORS,
      apex: `
        Boolean yes = true;
        Object o = yes ? (Object) 1 : 'text';
        System.debug(o);
        System.debug(yes ? 1 : 2.5);
        System.debug(!yes ? 'a' : yes ? 'b' : 'c');
        Decimal d = yes ? 1 : 2.5;
        System.debug(d);
        SObject s = yes ? (SObject) new Contact(LastName = 'x') : new Account();
        System.debug(s.get('LastName'));
        String text = yes ? null : 'x';
        System.debug(text);`,
      log: ['1', '1', 'b', '1', 'x', 'null'],
    },
    {
      title: 'logical operators evaluate the right side only when needed',
      source: OPERATORS,
      apex: `
        String s;
        System.debug(s == null || s.length() > 1);
        System.debug(s != null && s.length() > 1);
        System.debug(true ^ true);
        System.debug(false | true);
        System.debug(!(1 > 2));
        System.debug(1 <> 2);`,
      log: ['true', 'false', 'false', 'true', 'true', 'true'],
    },
    {
      title: 'escapes and multi-line strings',
      source: guide('langCon_apex_primitives'),
      apex: `
        System.debug('it\\\\'s "quoted"\\\\ttab'.length());
        System.debug('\\\\u0041\\\\\\\\');
        System.debug('''
          first
            second
          third''');
        System.debug('''
          a 'quoted' word
          '''.length());`.replaceAll('\\\\', '\\'),
      log: ['17', 'A\\', 'first\n  second\nthird', '16'],
    },
    {
      title: 'text of values in a concatenation',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_string.htm',
      apex: `
        System.debug('' + 1 + 2);
        System.debug(1 + 2 + '');
        System.debug('' + true + null + 1.50 + 2L);
        System.debug('' + Date.newInstance(2026, 3, 4));
        System.debug('' + Datetime.newInstanceGmt(2026, 3, 4, 5, 6, 7));
        System.debug('' + new List<Integer>{ 1, 2 });
        System.debug('' + new Map<String, Integer>{ 'a' => 1 });
        System.debug('' + new Set<String>{ 'x' });
        System.debug(String.valueOf((Object) null));
        System.debug('' + TriggerOperation.BEFORE_INSERT);`,
      log: [
        '12',
        '3',
        'truenull1.502',
        '2026-03-04 00:00:00',
        '2026-03-04 05:06:07',
        '(1, 2)',
        '{a=1}',
        '{x}',
        'null',
        'BEFORE_INSERT',
      ],
    },
    {
      title: 'collections: equality by value, nesting, casts',
      source: guide('langCon_apex_collections_lists'),
      apex: `
        System.debug(new List<Integer>{ 1, 2 } == new List<Integer>{ 1, 2 });
        System.debug(new Set<String>{ 'a', 'b' } == new Set<String>{ 'b', 'a' });
        System.debug(new Map<String, Integer>{ 'a' => 1 } == new Map<String, Integer>{ 'a' => 1 });
        Map<String, Map<Integer, List<String>>> deep = new Map<String, Map<Integer, List<String>>>{
          'a' => new Map<Integer, List<String>>{ 1 => new List<String>{ 'x', 'y' } } };
        System.debug(deep.get('a').get(1)[1]);
        deep.get('a').get(1).add('z');
        System.debug(deep.get('a').get(1).size());
        Integer[] numbers = new Integer[]{ 3, 1, 2 };
        numbers.sort();
        System.debug(numbers);
        Integer[] blank = new Integer[2];
        System.debug(blank);
        List<SObject> records = new List<Contact>{ new Contact(LastName = 'x') };
        System.debug(((List<Contact>) records)[0].LastName);
        List<Object> objects = new List<String>{ 'a' };
        System.debug(objects instanceof List<String>);
        System.debug(objects instanceof List<Integer>);
        Object o = new Map<String, Object>{ 'k' => new List<Object>{ 1 } };
        System.debug(((List<Object>) ((Map<String, Object>) o).get('k'))[0]);
        numbers[0]++;
        numbers[1] += 10;
        System.debug(numbers);
        System.debug(numbers[7]);`,
      log: [
        'true',
        'true',
        'true',
        'y',
        '3',
        '(1, 2, 3)',
        '(null, null)',
        'x',
        'true',
        'false',
        '1',
        '(2, 12, 3)',
        'System.ListException: List index out of bounds: 7',
      ],
    },
    {
      title: 'implicit conversions: Integer to Long to Double to Decimal, Date to Datetime',
      source: guide('langCon_apex_conversion_rules').replace('conversion_rules', 'conversions'),
      apex: `
        Long l = 1; Double d = l; Decimal c = d;
        System.debug(c);
        Double fromDecimal = 1.5;
        System.debug(fromDecimal);
        List<Decimal> list1 = new List<Decimal>{ 1, 2L, 2.5 };
        System.debug(list1);
        Datetime at = Date.newInstance(2026, 1, 2);
        System.debug(at.formatGmt('yyyy-MM-dd'));
        Object o = 1;
        Decimal fromObject = (Decimal) o;
        System.debug(fromObject);`,
      log: ['1.0', '1.5', '(1, 2, 2.5)', '2026-01-02', '1'],
    },
    {
      title: 'class literals and types by name',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_type.htm',
      apex: `
        System.debug(String.class);
        System.debug(Contact.class.getName());
        System.debug(List<String>.class);
        System.debug(Type.forName('Contact') == Contact.class);
        System.debug(Type.forName('no.such.Thing'));
        System.debug(((List<Integer>) Type.forName('List<Integer>').newInstance()).size());
        System.debug(Facts.class);`,
      log: ['String', 'Contact', 'List<String>', 'true', 'null', '0', 'Facts'],
    },
  ]);
});
