import t from 'tap';
import { GovernorLimitError } from '../src/errors.ts';
import { debugOf, errorOf, evaluateApex, orgWith } from './helpers/evaluate.ts';

/** Each line: an Apex expression and the text that System.debug shows for it. */
async function expressions(table: Record<string, string>, before = ''): Promise<{ found: string[]; wanted: string[] }> {
  const source = Object.keys(table).map((e) => `System.debug(${e});`);
  return { found: await debugOf(`${before}\n${source.join('\n')}`), wanted: Object.values(table) };
}

t.test('arithmetic', async (t) => {
  const { found, wanted } = await expressions(
    {
      '7 / 2': '3',
      '-7 / 2': '-3',
      '2147483647 + 1': '-2147483648',
      '2147483647 * 2': '-2',
      '-2147483648 - 1': '2147483647',
      '1 + 2L': '3',
      '9223372036854775807L + 1': '-9223372036854775808',
      '7.0 / 2': '3.5',
      '0.1 + 0.2': '0.3',
      '1.10 * 3': '3.30',
      '1.0 / 3': '0.333333333333333333333333333333333',
      '0.1d + 0.2d': '0.30000000000000004',
      '5.0d': '5.0',
      '6 & 3': '2',
      '6 | 3': '7',
      '6 ^ 3': '5',
      '1 << 4': '16',
      '-16 >> 2': '-4',
      '-16 >>> 28': '15',
      '1L << 40': '1099511627776',
      'i++': '5',
      i: '6',
      '++i': '7',
      'i--': '7',
      '--i': '5',
      '-i': '-5',
      '(Integer) 3.99': '3',
      '(Integer) -3.99': '-3',
      '(Long) 3.99': '3',
      'Math.mod(7, 3)': '1',
    },
    'Integer i = 5;',
  );
  t.same(found, wanted);
});

t.test('arithmetic that fails', async (t) => {
  t.equal(await errorOf('Integer z = 0; Integer r = 1 / z;'), 'System.MathException: Divide by 0');
  t.equal(await errorOf('Decimal z = 0; Decimal r = 1.5 / z;'), 'System.MathException: Divide by 0');
  t.equal(
    await errorOf('Integer n; Integer r = n + 1;'),
    'System.NullPointerException: Attempt to de-reference a null object',
  );
  t.equal(await errorOf('Boolean b; if (b) {}'), 'System.NullPointerException: Attempt to de-reference a null object');
});

t.test('compound assignment keeps the type of the variable', async (t) => {
  const source = `
    Integer i = 10; i += 5; i -= 3; i *= 2; i /= 5; i <<= 2; i |= 1; i &= 29; i ^= 3;
    System.debug(i);
    Long l = 1; l += 2; System.debug(l);
    Decimal d = 1; d += 0.25; System.debug(d);
    String s = 'a'; s += 1; s += null; System.debug(s);
    Integer[] a = new Integer[]{1, 2}; a[1] += 5; a[0]++; System.debug(a);
    Boolean b = true; b &= false; System.debug(b);`;
  t.same(await debugOf(source), ['18', '3', '1.25', 'a1null', '(2, 7)', 'false']);
});

t.test('strings', async (t) => {
  const { found, wanted } = await expressions(
    {
      "'A' == 'a'": 'true',
      "'A'.equals('a')": 'false',
      "'A' === 'a'": 'false',
      "'a' + null": 'anull',
      "'a' + 1 + 2": 'a12',
      "1 + 2 + 'a'": '3a',
      "'a' + 1.50 + true": 'a1.50true',
      "'b' > 'A'": 'true',
      "n + 'x'": 'nullx',
      'n == null': 'true',
      "'it\\'s\\n'.length()": '5',
      "'\\u0041'": 'A',
      "'a' < null": 'false',
    },
    'String n;',
  );
  t.same(found, wanted);
});

t.test('comparison', async (t) => {
  const { found, wanted } = await expressions(
    {
      '1 == 1.0': 'true',
      '1 == 1L': 'true',
      '1.0 == 1.00': 'true',
      '2 > 1.5': 'true',
      'n < 5': 'false',
      'n > 5': 'false',
      'n == null': 'true',
      'n != 5': 'true',
      '1 <> 2': 'true',
      'new List<Integer>{1} == new List<Integer>{1}': 'true',
      "new Contact(LastName='a') == new Contact(LastName='a')": 'true',
      "new Contact(LastName='a') === new Contact(LastName='a')": 'false',
      'true && !false || false': 'true',
      'o instanceof Integer': 'true',
      'o instanceof String': 'false',
      'none instanceof String': 'false',
      'n ?? 7': '7',
      "n == null ? 'yes' : 'no'": 'yes',
    },
    'Integer n; Object o = 5; Object none;',
  );
  t.same(found, wanted);
});

t.test('Id and String stand for one another', async (t) => {
  const source = `
    Id a = '003000000000001';
    String s = a;
    System.debug(s + ' ' + (a == '003000000000001AAA') + ' ' + (s == a));
    Set<Id> ids = new Set<Id>{ '003000000000001' };
    System.debug(ids.contains(a));
    Object o = '003000000000001'; System.debug(o instanceof Id);
    try { Id b = 'nothing'; } catch (StringException e) { System.debug(e.getMessage()); }`;
  t.same(await debugOf(source), ['003000000000001AAA true true', 'true', 'true', 'Invalid id: nothing']);
});

t.test('control flow', async (t) => {
  const source = `
    Integer sum = 0;
    for (Integer i = 0, n = 5; i < n; i++) { if (i == 1) continue; if (i == 4) break; sum += i; }
    System.debug(sum);
    Integer w = 3; while (w > 0) w--; System.debug(w);
    do { w++; } while (w < 2); System.debug(w);
    List<Integer> list1 = new List<Integer>{ 3, 1, 2 };
    Integer total = 0; for (Integer x : list1) total += x; System.debug(total);
    for (String s : new Set<String>{ 'a', 'b' }) System.debug(s);
    for (;;) { break; }
    outer();
    void outer() { for (Integer i : list2()) { for (Integer j : list2()) { if (j == 2) break; System.debug(i + '/' + j); } } }
    List<Integer> list2() { return new Integer[]{1, 2}; }`;
  t.same(await debugOf(source), ['5', '0', '2', '6', 'a', 'b', '1/1', '2/1']);
});

t.test('switch', async (t) => {
  const source = `
    enum Size { SMALL, BIG }
    String of(Object o) { return String.valueOf(o); }
    for (Integer i : new Integer[]{ 1, 2, -3, 9 }) {
      switch on i { when 1 { System.debug('one'); } when 2, -3 { System.debug('two'); } when else { System.debug('many'); } }
    }
    for (String s : new String[]{ 'a', 'A', null }) {
      switch on s { when 'a' { System.debug('small a'); } when null { System.debug('null'); } when else { System.debug('else'); } }
    }
    Size size = Size.BIG;
    switch on size { when SMALL { System.debug('s'); } when BIG { System.debug('b'); } }
    for (SObject o : new SObject[]{ new Account(Name='x'), new Contact(LastName='y'), new Lead() }) {
      switch on o {
        when Account a { System.debug(a.Name); }
        when Contact c { System.debug(c.LastName); }
        when else { System.debug('other'); }
      }
    }
    for (Integer i : new Integer[]{ 1, 2, 3 }) { switch on i { when 2 { break; } when else { System.debug(i); } } }`;
  const wanted = ['one', 'two', 'two', 'many', 'small a', 'else', 'null', 'b', 'x', 'y', 'other', '1'];
  t.same(await debugOf(source), wanted);
});

t.test('exceptions', async (t) => {
  const source = `
    class MyException extends Exception {}
    class Special extends Exception { public Integer code = 7; }
    try { throw new MyException('boo'); }
    catch (MyException e) { System.debug(e.getTypeName() + ' ' + e.getMessage() + ' ' + e.getLineNumber()); }
    finally { System.debug('finally'); }
    try { try { String s; s.length(); } finally { System.debug('inner'); } }
    catch (NullPointerException e) { System.debug(e.getMessage()); }
    try { throw new MyException('outer', new Special('inner')); }
    catch (Exception e) { System.debug(e.getCause().getMessage() + ' ' + ((Special) e.getCause()).code); }
    try { new List<Integer>{1}[3] = 1; } catch (ListException e) { System.debug(e.getMessage()); }
    try { Object o = 'x'; Integer i = (Integer) o; } catch (TypeException e) { System.debug(e.getMessage()); }
    Integer give() { try { return 1; } finally { System.debug('on the way out'); } }
    System.debug(give());
    try { throw new MyException(); } catch (MyException e) { System.debug(e.getMessage()); }`;
  t.same(await debugOf(source), [
    'MyException boo 4',
    'finally',
    'inner',
    'Attempt to de-reference a null object',
    'inner 7',
    'List index out of bounds: 3',
    'Invalid conversion from runtime type String to Integer',
    'on the way out',
    '1',
    'Script-thrown exception',
  ]);
});

t.test('the stack trace names class, method and line', async (t) => {
  const files = {
    'Deep.cls': `public class Deep {
  public class Inner { public void fail() {
    String s;
    s.length();
  } }
  public static void run() {
    new Inner().fail();
  }
}`,
  };
  const { error } = await evaluateApex('\nDeep.run();', { files });
  t.equal(
    error?.stackTrace,
    'Class.Deep.Inner.fail: line 4, column 1\nClass.Deep.run: line 7, column 1\nAnonymousBlock: line 2, column 1',
  );
});

t.test('neither catch nor finally sees a limit or what is not modelled', async (t) => {
  const limit = await evaluateApex(`
    try { while (true) { Database.query('SELECT Id FROM Account'); } }
    catch (Exception e) { System.debug('caught'); }
    finally { System.debug('finally'); }`);
  t.equal(limit.error?.type, 'System.LimitException');
  t.equal(limit.error?.message, 'Too many SOQL queries: 101');
  t.same(limit.log, []);
  const deep = await evaluateApex(
    'Integer f(Integer i) { return f(i + 1); } try { f(1); } catch (Exception e) { System.debug(1); }',
  );
  t.match(deep.error?.message, /Maximum stack depth reached: 1001/);
});

t.test('a loop that does not end runs into the CPU limit', async (t) => {
  const org = await orgWith('Integer i = 0; try { while (true) { i++; } } finally { System.debug(i); }');
  const run = () =>
    org.run(org.adminId, (x) => {
      x.limits.maxima.cpuTime = 30;
      return org.program.anonymousMain()(x);
    });
  t.throws(run, new GovernorLimitError('Apex CPU time limit exceeded'));
});

t.test('collections keep their types', async (t) => {
  const source = `
    Map<String, List<Integer>> m = new Map<String, List<Integer>>{ 'a' => new List<Integer>{ 1 } };
    m.get('a').add(2); System.debug(m);
    Map<Id, SObject> byId = new Map<Id, SObject>();
    System.debug(byId.isEmpty());
    List<Object> objects = new List<String>{ 'x' }; System.debug(objects);
    List<Decimal> decimals = new List<Decimal>{ 1, 2.5 }; System.debug(decimals);
    Integer[][] grid = new List<List<Integer>>{ new Integer[]{1}, new Integer[]{2, 3} }; System.debug(grid[1][1]);
    String[] three = new String[3]; System.debug(three);
    Set<String> s = new Set<String>{ 'a', 'A', 'a' }; System.debug(s.size());
    Iterator<String> it = s.iterator(); while (it.hasNext()) System.debug(it.next());`;
  t.same(await debugOf(source), ['{a=(1, 2)}', 'true', '(x)', '(1, 2.5)', '3', '(null, null, null)', '2', 'a', 'A']);
});

t.test('records', async (t) => {
  const source = `
    Contact c = new Contact(LastName = 'Hopper', Account = new Account(Name = 'Navy'));
    c.FirstName = 'Grace';
    System.debug(c.FirstName + ' ' + c.lastname + ' ' + c.Account.Name + ' ' + c.Email);
    System.debug(new Contact().Account.Name);
    SObject s = c; s.put('Email', 'g@h.example'); System.debug(c.Email + ' ' + ((Contact) s).Email);
    System.debug(c.HasOptedOutOfEmail);
    Contact none; System.debug(none?.LastName);
    try { System.debug(none.LastName); } catch (NullPointerException e) { System.debug('npe'); }`;
  t.same(await debugOf(source), ['Grace Hopper Navy null', 'null', 'g@h.example g@h.example', 'false', 'null', 'npe']);
});
