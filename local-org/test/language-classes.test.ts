import t from 'tap';
import type { SourceUnit } from '../src/apex/emit/program.ts';
import { ApexThrow } from '../src/errors.ts';
import { loadOrg } from '../src/org/org.ts';
import { defaultUsers } from '../src/org/seed.ts';
import type { Seed } from '../src/org/seed.ts';
import { debugOf, errorOf, evaluateApex } from './helpers/evaluate.ts';

t.test('inheritance, overriding and overloads', async (t) => {
  const files = {
    'Shape.cls': `public abstract class Shape {
      public static Integer made = 0;
      protected String name = 'shape';
      public Shape() { made++; }
      public Shape(String name) { this(); this.name = name; }
      public abstract Decimal area();
      public virtual String describe() { return name + ':' + area(); }
      public static String kind(Object o) { return 'object'; }
      public static String kind(Shape s) { return 'shape'; }
      public static String kind(Long n) { return 'long'; }
      public static String kind(Decimal n) { return 'decimal'; }
      public static String kind(String s) { return 'string'; }
    }`,
    'Square.cls': `public class Square extends Shape implements Comparable {
      private final Decimal side;
      public Square(Decimal side) { super('square'); this.side = side; }
      public override Decimal area() { return side * side; }
      public override String describe() { return '[' + super.describe() + ']'; }
      public Integer compareTo(Object other) { return area() > ((Square) other).area() ? 1 : -1; }
    }`,
    'Wrapped.cls': `public class Wrapped { public interface Namer { String name(Integer i); }
      public class Plain implements Namer { public String name(Integer i) { return 'n' + i; } }
      public static String use(Namer n) { return n.name(3); } }`,
  };
  const source = `
    Shape s = new Square(2.5); System.debug(s.describe()); System.debug(Shape.made);
    System.debug(Shape.kind(s) + Shape.kind(1) + Shape.kind(1.5) + Shape.kind('x') + Shape.kind(Date.today()));
    List<Square> list1 = new List<Square>{ new Square(3), new Square(1) }; list1.sort();
    System.debug(list1[0].area());
    System.debug(Wrapped.use(new Wrapped.Plain()));
    System.debug(s instanceof Comparable); System.debug(s instanceof Square);`;
  t.same(await debugOf(source, { files }), [
    '[square:6.25]',
    '1',
    'shapelongdecimalstringobject',
    '1',
    'n3',
    'true',
    'true',
  ]);
});

t.test('properties, initialisers and statics', async (t) => {
  const files = {
    'Counter.cls': `public class Counter {
      public static final List<String> ORDER = new List<String>();
      static { ORDER.add('static'); }
      { ORDER.add('instance'); }
      public Integer a { get; private set; }
      public Integer doubled { get { return a * 2; } set { a = value / 2; } }
      public static String lazy { get { if (lazy == null) { ORDER.add('made'); lazy = 'x'; } return lazy; } private set; }
      public Counter(Integer a) { ORDER.add('constructor'); this.a = a; }
      public Counter grow(Integer by) { a += by; return this; }
    }`,
  };
  const source = `
    Counter c = new Counter(3); c.doubled = 20; c.doubled += 2; c.doubled++;
    System.debug(c.a + ' ' + c.grow(4).grow(1).a + ' ' + Counter.lazy + Counter.lazy);
    System.debug(Counter.ORDER);`;
  t.same(await debugOf(source, { files }), ['11 16 xx', '(static, instance, constructor, made)']);
  t.match(await errorOf('new Counter(1).a = 3;', { files }), /Variable is not visible: Counter\.a/);
  const hidden = {
    'H.cls': 'public class H { private static void f() {} private class In {} @TestVisible class Seen {} }',
  };
  t.match(await errorOf('H.f();', { files: hidden }), /Method is not visible: H\.f/);
  t.match(await errorOf('H.In i;', { files: hidden }), /Type is not visible: H\.In/);
  t.match(await errorOf('H.Seen i;', { files: hidden }), /Type is not visible: H\.Seen/);
});

t.test('equals and toString of own classes', async (t) => {
  const files = {
    'Point.cls': `public class Point { Integer x; public Point(Integer x) { this.x = x; }
      public Boolean equals(Object o) { return o instanceof Point && ((Point) o).x == x; }
      public Integer hashCode() { return x; }
      public override String toString() { return 'P' + x; } }`,
    'Bare.cls': 'public class Bare { public Integer n = 1; public String s; }',
  };
  const source = `
    System.debug(new Point(1) == new Point(1)); System.debug(new Point(1) === new Point(1));
    System.debug('' + new Point(7)); System.debug(new Bare());
    Object o = new Point(2); System.debug(o == new Point(2)); System.debug(o.toString());`;
  t.same(await debugOf(source, { files }), ['true', 'false', 'P7', 'Bare:[n=1, s=null]', 'true', 'P2']);
});

t.test('what Salesforce would not compile is refused with its place', async (t) => {
  const refused: [string, RegExp][] = [
    ['String s = 5;', /AnonymousBlock:1: Illegal assignment from Integer to String/],
    ['Integer i = 1.5;', /Illegal assignment from Decimal to Integer/],
    ['\nfoo.bar();', /AnonymousBlock:2: Variable does not exist: foo/],
    ["Integer i = 'x'.length('y');", /Method does not exist or incorrect signature|method String\.length\(String\)/],
    ['Contact c = new Contact(); c.Nothing__c = 1;', /Variable does not exist: Nothing__c/],
    ['Integer i; Integer I;', /Duplicate variable: I/],
    ['Integer f() { if (true) return 1; } f();', /Missing return statement/],
    ['break;', /break statement must be in a loop/],
    ['Account a = [SELECT Id FROM Contact];', /Illegal assignment from List<Contact> to Account/],
    ['Integer i = 0; i.foo();', /Not modelled: method Integer\.foo\(\)/],
    ['if (1) {}', /Condition expression must be of type Boolean/],
    ['Object o = new List<Strin>();', /Not modelled: class or object Strin/],
    ['throw 5;', /Throw expression must be of type exception/],
    ["System.debug(1 == 'a');", /Comparison arguments must be compatible types/],
    ['public class A { public abstract void f(); }', /AnonymousBlock/],
    ['interface I { void f(); } class A implements I {}', /must implement the method: void I\.f\(\)/],
    [
      'virtual class B { public virtual void f() {} } class A extends B { public void f() {} }',
      /must use the override keyword/,
    ],
    ['class B { } class A extends B { }', /Non-virtual and non-abstract type cannot be extended: B/],
    ['class A { final Integer i = 1; void f() { i = 2; } }', /Final members can only be assigned/],
    ['String s = System.Label.Nothing_Here;', /External string does not exist: Nothing_Here/],
    ['Integer f() { return 1; System.debug(2); } f();', /Unreachable statement/],
    ['class A { static Integer i; } class B { class C {} }', /static can only be used in a top level type/],
    ['@Remote class A {}', /Not modelled: annotation @remote/],
    ['Integer n = [SELECT Nope__c FROM Contact].size();', /No such column 'Nope__c' on entity 'Contact'/],
    [
      'Integer n = [SELECT Id FROM Contact WHERE Account.Nope = 1].size();',
      /No such column 'Nope' on entity 'Account'/,
    ],
    ['Integer n = [SELECT Id FROM Nope].size();', /sObject type 'Nope' is not supported/],
    ['Integer n = [SELECT Id, (SELECT Id FROM Nopes) FROM Account].size();', /Didn't understand relationship 'Nopes'/],
    ['Integer i = 1 +;', /AnonymousBlock:1/],
  ];
  for (const [source, pattern] of refused) {
    const { error } = await evaluateApex(source);
    t.match(error?.message ?? 'no error', pattern, source);
    t.ok(['CompileFailure', 'NotModelledError'].includes(error?.type ?? ''), `${source}: found before anything runs`);
  }
});

t.test('tokens of objects, fields and types', async (t) => {
  const source = `
    System.debug(Contact.Email); System.debug(Contact.SObjectType);
    System.debug(Schema.SObjectType.Contact.fields.Email.getName() + SObjectType.Account.getName());
    System.debug(Contact.Email.getDescribe().getLength());
    System.debug(String.class.getName() + ' ' + List<Contact>.class);
    System.debug(Contact.SObjectType == new Contact().getSObjectType());
    Map<String, Schema.SObjectField> m = Contact.SObjectType.getDescribe().fields.getMap();
    System.debug(m.get('EMAIL') == Contact.Email);`;
  t.same(await debugOf(source), ['Email', 'Contact', 'EmailAccount', '80', 'String List<Contact>', 'true', 'true']);
});

t.test('safe navigation and null coalescing', async (t) => {
  const source = `
    String s; System.debug(s?.toUpperCase()); System.debug(s?.toUpperCase() ?? 'none');
    List<Integer> n; System.debug(n?.size());
    Contact c; System.debug(c?.Account?.Name);
    Integer calls = 0; s = 'a'; System.debug(s?.toUpperCase()?.length());`;
  t.same(await debugOf(source), ['null', 'none', 'null', 'null', '1']);
});

t.test('access follows the API version, unless the statement says it', async (t) => {
  const user = {
    ...defaultUsers()[0]!,
    username: 'low@local-org.example',
    profile: 'Minimum Access - API Only Integrations',
  };
  const definition: Seed = {
    organization: { id: '00D000000000001AAA', name: 'Test' },
    isSandbox: false,
    users: [...defaultUsers(), user],
  };
  const outcome = async (apiVersion: number, query: string): Promise<string> => {
    const source = `List<Account> rows = [${query}];`;
    const unit: SourceUnit = { kind: 'anonymous', file: 'AnonymousBlock', source, apiVersion };
    const org = await loadOrg({ sourceFolders: [], definition, extraSource: [unit] });
    const id = org.userByUsername(user.username)?.id ?? '';
    try {
      org.run(id, (x) => org.program.anonymousMain()(x));
      return 'allowed';
    } catch (error) {
      return error instanceof ApexThrow ? error.value.typeName : String(error);
    }
  };
  t.equal(await outcome(66, 'SELECT Id FROM Account'), 'allowed');
  t.not(await outcome(67, 'SELECT Id FROM Account'), 'allowed');
  t.equal(await outcome(67, 'SELECT Id FROM Account WITH SYSTEM_MODE'), 'allowed');
  t.not(await outcome(66, 'SELECT Id FROM Account WITH USER_MODE'), 'allowed');
});
