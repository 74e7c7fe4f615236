import t from 'tap';
import { proveFacts } from '../../helpers/facts.ts';

// Classes, interfaces, members and the order in which they are initialised.

const guide = (page: string): string =>
  `https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/${page}.htm`;

const files = {
  'Shape.cls': `
    public abstract class Shape {
      protected String label = 'shape';
      public static Integer made = 0;
      public Shape() { made++; trace.add('Shape()'); }
      public Shape(String label) { this(); this.label = label; }
      public abstract Decimal area();
      public virtual String describe() { return label + ' of ' + area(); }
      public static List<String> trace = new List<String>();
      protected virtual String secret() { return 'shape secret'; }
      public String tell() { return secret(); }
    }`,
  'Square.cls': `
    public virtual class Square extends Shape implements Comparable, Sized {
      private Decimal side;
      { trace.add('Square initialiser'); }
      private String first = note('Square field');
      public Square(Decimal side) { super('square'); this.side = side; trace.add('Square()'); }
      private String note(String text) { trace.add(text); return text; }
      public override Decimal area() { return side * side; }
      public override String describe() { return 'a ' + super.describe(); }
      protected override String secret() { return 'square secret'; }
      public Integer size() { return side.intValue(); }
      public Integer compareTo(Object other) { return (Integer) (area() - ((Square) other).area()); }
    }`,
  'Sized.cls': `public interface Sized { Integer size(); }`,
  'Named.cls': `public interface Named extends Sized { String name(); }`,
  'Order.cls': `
    public class Order {
      public static List<String> log = new List<String>();
      static Integer a = add('static a');
      static { add('static block'); }
      static Integer b = add('static b');
      Integer c = add('field c');
      { add('block'); }
      Integer d = add('field d');
      public Order() { add('constructor'); }
      static Integer add(String text) { log.add(text); return log.size(); }
    }`,
  'Account2.cls': `
    public with sharing class Account2 {
      public enum Level { LOW, HIGH }
      public interface Visitor { void visit(Account2 a); }
      public class Counter implements Visitor {
        public Integer count = 0;
        public void visit(Account2 a) { count += a.weight; }
      }
      public virtual class Base { public virtual String who() { return 'base'; } }
      public class Derived extends Base { public override String who() { return 'derived of ' + super.who(); } }
      private static final Integer FACTOR = 3;
      public final String key;
      public Integer weight { get; private set; }
      public Integer twice { get { return weight * 2; } }
      public String shout { get; set { shout = value.toUpperCase(); } }
      public String lazy { get { if (lazy == null) { lazy = 'made once'; calls++; } return lazy; } private set; }
      public static Integer calls = 0;
      public static String setting { get { if (setting == null) setting = 'default'; return setting; } set; }
      private static final Map<String, Integer> CACHE { get { if (CACHE == null) CACHE = new Map<String, Integer>(); return CACHE; } set; }
      public static Integer cached(String name) { if (!CACHE.containsKey(name)) CACHE.put(name, CACHE.size()); return CACHE.get(name); }
      public transient Integer forgotten = 5;
      public Account2(Integer weight) { this.weight = weight; key = 'k' + weight * FACTOR; }
      public Account2 heavier() { weight++; return this; }
      public void accept(Visitor v) { v.visit(this); }
    }`,
  'Overloads.cls': `
    public class Overloads {
      public static String of(Object o) { return 'Object'; }
      public static String of(String s) { return 'String'; }
      public static String of(Integer i) { return 'Integer'; }
      public static String of(Long l) { return 'Long'; }
      public static String of(Decimal d) { return 'Decimal'; }
      public static String of(List<Object> l) { return 'List<Object>'; }
      public static String of(SObject s) { return 'SObject'; }
      public static String of(Contact c) { return 'Contact'; }
      public static String of(Id i) { return 'Id'; }
      public static String of(Shape s) { return 'Shape'; }
      public static String of(Square s) { return 'Square'; }
      public static String pair(Object a, String b) { return 'Object,String'; }
      public static String pair(Object a, Object b) { return 'Object,Object'; }
      public static String wide(Long l) { return 'Long'; }
      public static String wide(Double d) { return 'Double'; }
    }`,
  'Outer.cls': `
    public class Outer {
      private static String hidden = 'outer static';
      private String own = 'outer field';
      public class Inner {
        public String peek() { return hidden; }
        public String peekInto(Outer o) { return o.own; }
        private String secret = 'inner secret';
      }
      public String secretOf(Inner i) { return i.secret; }
      public override String toString() { return 'Outer!'; }
    }`,
  'Key.cls': `
    public class Key {
      public String a; public Integer b;
      public Key(String a, Integer b) { this.a = a; this.b = b; }
      public Boolean equals(Object o) { Key k = (Key) o; return a == k.a && b == k.b; }
      public Integer hashCode() { return b; }
    }`,
  'Walk.cls': `
    public class Walk implements Iterator<Integer>, Iterable<Integer> {
      private Integer at = 0; private Integer last;
      public Walk(Integer last) { this.last = last; }
      public Boolean hasNext() { return at < last; }
      public Integer next() { return ++at; }
      public Iterator<Integer> iterator() { return this; }
    }`,
};

t.test('classes', async (t) => {
  await proveFacts(t, { files }, [
    {
      title: 'a subclass runs its superclass constructor first, then its fields and blocks in order, then its own body',
      source: guide('apex_classes_initialization'),
      apex: `new Square(2); for (String s : Shape.trace) System.debug(s);`,
      log: ['Shape()', 'Square initialiser', 'Square field', 'Square()'],
    },
    {
      title: 'static members are initialised once, in order, before the class is first used',
      source: guide('apex_classes_static'),
      apex: `new Order(); new Order(); for (String s : Order.log) System.debug(s);`,
      log: [
        'static a',
        'static block',
        'static b',
        'field c',
        'block',
        'field d',
        'constructor',
        'field c',
        'block',
        'field d',
        'constructor',
      ],
    },
    {
      title: 'virtual methods are chosen by the object, super calls by the class',
      source: guide('apex_classes_extending'),
      apex: `
        Shape s = new Square(3);
        System.debug(s.describe());
        System.debug(s.area());
        System.debug(s.tell());
        System.debug(((Sized) s).size());`,
      log: ['a square of 9', '9', 'square secret', '3'],
    },
    {
      title: 'instanceof and casts follow the class hierarchy',
      source: guide('apex_classes_casting'),
      apex: `
        Object o = new Square(1);
        System.debug(o instanceof Shape);
        System.debug(o instanceof Sized);
        System.debug(o instanceof String);
        System.debug(o instanceof Named);
        Object nothing = null;
        System.debug(nothing instanceof Shape);
        Shape none = (Shape) nothing;
        System.debug(none);
        String text = (String) o;`,
      log: [
        'true',
        'true',
        'false',
        'false',
        'false',
        'null',
        'System.TypeException: Invalid conversion from runtime type Square to String',
      ],
    },
    {
      title: 'inner enums, interfaces and classes',
      source: guide('apex_classes_example'),
      apex: `
        Account2 a = new Account2(2);
        Account2.Counter c = new Account2.Counter();
        a.heavier().heavier().accept(c);
        a.accept(c);
        System.debug(c.count);
        System.debug(a.key);
        System.debug(Account2.Level.HIGH);
        System.debug(Account2.Level.values());
        System.debug(Account2.Level.valueOf('low').ordinal());
        Account2.Base b = new Account2.Derived();
        System.debug(b.who());
        System.debug(b instanceof Account2.Derived);`,
      log: ['8', 'k6', 'HIGH', '(LOW, HIGH)', '0', 'derived of base', 'true'],
    },
    {
      title: 'an enum constant that does not exist',
      source: 'https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_enums.htm',
      apex: `Account2.Level.valueOf('nowhere');`,
      log: ['System.NoSuchElementException: No enum constant Account2.Level.nowhere'],
    },
    {
      title: 'properties: computed, lazy, with a setter, static, final',
      source: guide('apex_classes_properties'),
      apex: `
        Account2 a = new Account2(4);
        System.debug(a.twice);
        a.shout = 'loud';
        System.debug(a.shout);
        System.debug(a.lazy + a.lazy + Account2.calls);
        System.debug(Account2.setting);
        Account2.setting = 'changed';
        System.debug(Account2.setting);
        System.debug(Account2.cached('x') + Account2.cached('y') + Account2.cached('x'));
        System.debug(a.forgotten);`,
      log: ['8', 'LOUD', 'made oncemade once1', 'default', 'changed', '1', '5'],
    },
    {
      title: 'overloads are chosen by the static types of the arguments',
      source: guide('apex_classes_methods'),
      apex: `
        System.debug(Overloads.of('x'));
        System.debug(Overloads.of(1));
        System.debug(Overloads.of(1L));
        System.debug(Overloads.of(1.5));
        System.debug(Overloads.of(new List<String>()));
        System.debug(Overloads.of(new Contact()));
        System.debug(Overloads.of(new Account()));
        Object o = 'x';
        System.debug(Overloads.of(o));
        System.debug(Overloads.of(true));
        SObject s = new Contact();
        System.debug(Overloads.of(s));
        Shape shape = new Square(1);
        System.debug(Overloads.of(shape));
        System.debug(Overloads.of(new Square(1)));
        System.debug(Overloads.pair('a', 'b'));
        System.debug(Overloads.pair('a', 1));
        System.debug(Overloads.wide(1));`,
      log: [
        'String',
        'Integer',
        'Long',
        'Decimal',
        'List<Object>',
        'Contact',
        'SObject',
        'Object',
        'Object',
        'SObject',
        'Shape',
        'Square',
        'Object,String',
        'Object,Object',
        'Long',
      ],
    },
    {
      title: 'an outer class and its inner classes see the private members of each other',
      source: guide('apex_classes_access_modifiers'),
      apex: `
        Outer o = new Outer();
        Outer.Inner i = new Outer.Inner();
        System.debug(i.peek() + ', ' + i.peekInto(o) + ', ' + o.secretOf(i));
        System.debug(o);
        System.debug('' + o + String.valueOf(o));`,
      log: ['outer static, outer field, inner secret', 'Outer!', 'Outer!Outer!'],
    },
    {
      title: 'names are case-insensitive',
      source: guide('langCon_apex_case_sensitivity'),
      apex: `
        INTEGER total = 1;
        TOTAL += 1;
        list<STRING> names = NEW List<string>{ 'a' };
        Names.ADD('b');
        SYSTEM.DEBUG(Total + names.Size());
        square s = new SQUARE(2);
        system.debug(S.AREA());
        contact c = new CONTACT(lastname = 'x');
        System.debug(c.LASTNAME);`,
      log: ['4', '4', 'x'],
    },
    {
      title: 'own equals and hashCode decide about keys of maps and members of sets',
      source: guide('langCon_apex_collections_maps_keys_userdefined'),
      apex: `
        Map<Key, String> m = new Map<Key, String>{ new Key('a', 1) => 'first' };
        m.put(new Key('A', 1), 'second');
        m.put(new Key('a', 2), 'third');
        System.debug(m.size());
        System.debug(m.get(new Key('a', 1)));
        System.debug(m.containsKey(new Key('b', 1)));
        Set<Key> s = new Set<Key>{ new Key('a', 1), new Key('a', 1) };
        System.debug(s.size() + ' ' + s.contains(new Key('a', 1)));
        System.debug(new Key('a', 1) == new Key('a', 1));
        System.debug(new Key('a', 1) === new Key('a', 1));
        System.debug(new Key('a', 1) != new Key('b', 1));
        System.debug(new List<Key>{ new Key('a', 1) }.contains(new Key('a', 1)));
        System.debug(new List<Key>{ new Key('q', 1), new Key('a', 1) }.indexOf(new Key('a', 1)));
        System.debug(new List<Key>{ new Key('a', 1) } == new List<Key>{ new Key('a', 1) });`,
      log: ['2', 'second', 'false', '1 true', 'true', 'false', 'true', 'true', '1', 'true'],
    },
    {
      title: 'an own Iterable and an own Iterator in a for loop',
      source: guide('apex_classes_iterable'),
      apex: `
        Integer sum = 0;
        for (Integer i : new Walk(4)) sum += i;
        System.debug(sum);
        Iterator<Integer> it = new Walk(2).iterator();
        while (it.hasNext()) System.debug(it.next());
        Iterable<String> texts = new List<String>{ 'a', 'b' };
        for (String s : texts) System.debug(s);`,
      log: ['10', '1', '2', 'a', 'b'],
    },
    {
      title: 'sorting by an own Comparable and by a Comparator',
      source: guide('langCon_apex_list_sorting'),
      apex: `
        List<Square> all = new List<Square>{ new Square(3), new Square(1), new Square(2) };
        all.sort();
        for (Square s : all) System.debug(s.size());`,
      log: ['1', '2', '3'],
    },
    {
      title: 'an object without toString shows its fields',
      source: 'https://salesforce.stackexchange.com/q/74281',
      apex: `
        System.debug(new Account2.Counter());
        System.debug(String.valueOf(new Key('x', 1)));`,
      log: ['Counter:[count=0]', 'Key:[a=x, b=1]'],
    },
  ]);
});
