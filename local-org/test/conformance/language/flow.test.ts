import t from 'tap';
import { proveFacts } from '../../helpers/facts.ts';

// Statements: switch, loops, loops over queries, exceptions, recursion.

const guide = (page: string): string =>
  `https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/${page}.htm`;
const reference = (page: string): string =>
  `https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/${page}.htm`;

const files = {
  'Faults.cls': `
    public class Faults {
      public class AppException extends Exception {
        public Integer code = 7;
        public AppException(Integer code) { this('code ' + code); this.code = code; }
      }
      public virtual class BaseException extends Exception {}
      public class DeepException extends BaseException {}
      public static void deep(Integer n) {
        if (n == 0) {
          throw new AppException('deep');
        }
        deep(n - 1);
      }
      public static String tried(Integer how) {
        List<String> log = new List<String>();
        try {
          try {
            log.add('try');
            if (how == 1) throw new AppException('one');
            if (how == 2) throw new BaseException('two');
            if (how == 3) return 'returned';
          } catch (AppException e) {
            log.add('caught ' + e.getMessage());
          } finally {
            log.add('finally');
            last = String.join(log, ',');
          }
        } catch (Exception e) {
          log.add('outer ' + e.getMessage());
        }
        return String.join(log, ',');
      }
      public static String last;
      public static Integer endless(Integer n) { return endless(n + 1); }
      public enum Season { SPRING, SUMMER }
      public static String season(Season s) {
        switch on s {
          when SPRING { return 'spring'; }
          when null { return 'none'; }
          when else { return 'other'; }
        }
      }
      public static String kind(SObject s) {
        switch on s {
          when Contact c { return 'contact ' + c.LastName; }
          when Account a { return 'account ' + a.Name; }
          when null { return 'null'; }
          when else { return 'else'; }
        }
      }
      public static String word(String s) {
        switch on s {
          when 'a', 'b' { return 'first'; }
          when 'C' { return 'capital'; }
          when else { return 'else'; }
        }
      }
      public static String number(Integer i) {
        switch on i {
          when 1, 2 { return 'few'; }
          when -1 { return 'minus'; }
          when else { return 'many'; }
        }
      }
    }`,
};

t.test('flow', async (t) => {
  await proveFacts(t, { files }, [
    {
      title: 'switch on enums, records, strings and integers',
      source: guide('langCon_apex_switch'),
      apex: `
        System.debug(Faults.season(Faults.Season.SPRING) + Faults.season(Faults.Season.SUMMER) + Faults.season(null));
        System.debug(Faults.kind(new Contact(LastName = 'x')) + ',' + Faults.kind(new Account(Name = 'y')));
        System.debug(Faults.kind(new Lead()) + ',' + Faults.kind(null));
        System.debug(Faults.word('b') + Faults.word('c') + Faults.word('C'));
        System.debug(Faults.number(2) + Faults.number(-1) + Faults.number(9));
        Long big = 3000000000L;
        switch on big { when 3000000000L { System.debug('long'); } }
        switch on 'x'.toUpperCase() { when 'X' { System.debug('method'); } }
        Integer i = 5;
        switch on i { when 6 { System.debug('no'); } }
        switch on [SELECT COUNT() FROM Contact WHERE LastName = 'nobody'] { when 0 { System.debug('query'); } }`,
      log: [
        'springothernone',
        'contact x,account y',
        'else,null',
        'firstelsecapital',
        'fewminusmany',
        'long',
        'method',
        'query',
      ],
    },
    {
      title: 'loops, break and continue',
      source: guide('langCon_apex_loops'),
      apex: `
        String out = '';
        for (Integer i = 0, j = 10; i < j; i++, j--) { if (i == 1) continue; if (i == 4) break; out += i + ':' + j + ' '; }
        System.debug(out);
        Integer n = 0;
        do { n++; } while (n < 3);
        while (true) { n++; if (n > 5) break; }
        System.debug(n);
        for (String s : new Set<String>{ 'a' }) System.debug(s);
        for (Integer k : new List<Integer>()) System.debug('never');
        Map<String, Integer> m = new Map<String, Integer>{ 'x' => 1, 'y' => 2 };
        for (String key : m.keySet()) m.put(key, m.get(key) + 1);
        System.debug(m);
        for (;;) { break; }
        Integer sum = 0;
        for (Integer a : new List<Integer>{ 1, 2, 3 }) for (Integer b : new List<Integer>{ 1, 2 }) { if (b == 2) continue; sum += a * b; }
        System.debug(sum);`,
      log: ['0:10 2:8 3:7 ', '6', 'a', '{x=2, y=3}', '6'],
    },
    {
      title: 'a collection may not change while it is walked',
      source: reference('apex_classes_exception_methods'),
      apex: `
        List<Integer> l = new List<Integer>{ 1, 2 };
        for (Integer i : l) l.add(i);`,
      log: ['System.FinalException: Cannot modify a collection while it is being iterated.'],
    },
    {
      title: 'a loop over a query takes records one by one or in lists of 200',
      source: guide('langCon_apex_loops_for_SOQL'),
      apex: `
        List<Contact> all = new List<Contact>();
        for (Integer i = 0; i < 450; i++) all.add(new Contact(LastName = 'L' + i, Department = 'loop'));
        insert all;
        Integer n = 0;
        for (Contact c : [SELECT LastName FROM Contact WHERE Department = 'loop']) n++;
        System.debug(n);
        List<Integer> sizes = new List<Integer>();
        for (List<Contact> chunk : [SELECT LastName FROM Contact WHERE Department = 'loop']) sizes.add(chunk.size());
        System.debug(sizes);
        sizes.clear();
        for (Contact[] chunk : Database.query('SELECT Id FROM Contact WHERE Department = \\'loop\\'')) sizes.add(chunk.size());
        System.debug(sizes);
        Integer queries = Limits.getQueries();
        for (SObject s : Database.query('SELECT Id FROM Contact WHERE Department = \\'loop\\' LIMIT 1')) System.debug(s.Id != null);
        System.debug(Limits.getQueries() - queries);`,
      log: ['450', '(200, 200, 50)', '(200, 200, 50)', 'true', '1'],
    },
    {
      title: 'try, catch and finally',
      source: guide('apex_exception_statements'),
      apex: `
        System.debug(Faults.tried(0));
        System.debug(Faults.tried(1));
        System.debug(Faults.tried(2));
        System.debug(Faults.tried(3) + ' ' + Faults.last);`,
      log: ['try,finally', 'try,caught one,finally', 'try,finally,outer two', 'returned try,finally'],
    },
    {
      title: 'own exceptions: constructors, cause, fields, type names, hierarchy',
      source: guide('apex_exception_custom'),
      apex: `
        Faults.AppException e = new Faults.AppException('text');
        System.debug(e.getMessage() + ' ' + e.getTypeName() + ' ' + e.code);
        System.debug(new Faults.AppException(404).getMessage() + new Faults.AppException(404).code);
        Exception cause = new Faults.AppException('low');
        Faults.BaseException outer = new Faults.BaseException('high', cause);
        System.debug(outer.getCause().getMessage());
        System.debug(new Faults.BaseException(cause).getMessage());
        System.debug(new Faults.BaseException().getMessage());
        outer.setMessage('new text');
        System.debug(outer.getMessage());
        System.debug(outer);
        try { throw new Faults.DeepException('d'); } catch (Faults.BaseException b) { System.debug(b.getTypeName()); }
        Faults.BaseException late = new Faults.BaseException();
        late.initCause(cause);
        System.debug(late.getCause() === cause);
        Exception any = new Faults.DeepException('x');
        System.debug(any instanceof Faults.BaseException);
        throw new Faults.AppException('leaves');`,
      log: [
        'text Faults.AppException 7',
        'code 404404',
        'low',
        'low',
        'Script-thrown exception',
        'new text',
        'Faults.BaseException: new text',
        'Faults.DeepException',
        'true',
        'true',
        'Faults.AppException: leaves',
      ],
    },
    {
      title: 'stack traces name class, method and line, innermost first',
      source: reference('apex_classes_exception_methods'),
      apex: `
        try { Faults.deep(1); } catch (Exception e) {
          List<String> lines = e.getStackTraceString().split('\\n');
          System.debug(lines[0]);
          System.debug(lines[1]);
          System.debug(lines.size());
          System.debug(e.getLineNumber());
        }`,
      log: ['Class.Faults.deep: line 11, column 1', 'Class.Faults.deep: line 13, column 1', '3', '11'],
    },
    {
      title: 'platform exceptions are caught by their type',
      source: reference('apex_classes_exception_methods'),
      apex: `
        try { Integer i = 1 / 0; } catch (MathException e) { System.debug(e.getMessage()); }
        try { Object o = 'x'; Integer i = (Integer) o; } catch (TypeException e) { System.debug(e.getMessage()); }
        try { Integer.valueOf('x'); } catch (System.TypeException e) { System.debug(e.getMessage()); }
        try { Contact c = [SELECT Id FROM Contact WHERE LastName = 'nobody here']; } catch (QueryException e) { System.debug(e.getMessage()); }
        try { new List<Integer>().get(0); } catch (ListException e) { System.debug(e.getMessage()); }
        try { insert new Contact(); } catch (System.DmlException e) { System.debug(e.getDmlType(0)); }
        try { Date.valueOf('x'); } catch (Exception e) { System.debug(e.getTypeName()); }
        try { throw new IllegalArgumentException('bad'); } catch (Exception e) { System.debug(e.getTypeName() + ' ' + e.getMessage()); }
        try { JSON.deserializeUntyped('{'); } catch (JSONException e) { System.debug(e.getTypeName()); }
        try { Contact c = new Contact(); Object o = c.get('nope'); } catch (SObjectException e) { System.debug(e.getMessage()); }`,
      log: [
        'Divide by 0',
        'Invalid conversion from runtime type String to Integer',
        'Invalid integer: x',
        'List has no rows for assignment to SObject',
        'List index out of bounds: 0',
        'REQUIRED_FIELD_MISSING',
        'System.TypeException',
        'System.IllegalArgumentException bad',
        'System.JSONException',
        'Invalid field nope for Contact',
      ],
    },
    {
      title: 'endless recursion is a limit that nothing catches',
      source: 'https://salesforce.stackexchange.com/q/124325',
      apex: `
        try { Faults.endless(0); } catch (Exception e) { System.debug('caught'); } finally { System.debug('finally'); }`,
      log: ['System.LimitException: Maximum stack depth reached: 1001'],
    },
    {
      title: 'a record of a query gives only the fields that were asked for',
      source: 'https://salesforce.stackexchange.com/q/9044',
      apex: `
        insert new Contact(LastName = 'Unasked', FirstName = 'x');
        Contact c = [SELECT LastName FROM Contact WHERE LastName = 'Unasked'];
        System.debug(c.LastName + (c.Id != null));
        System.debug(c.FirstName);`,
      log: [
        'Unaskedtrue',
        'System.SObjectException: SObject row was retrieved via SOQL without querying the requested field: Contact.FirstName',
      ],
    },
    {
      title: 'binds, sub-queries, relationships and aggregates in inline queries',
      source: guide('langCon_apex_SOQL_variables'),
      apex: `
        Account a = new Account(Name = 'Bound');
        insert a;
        insert new List<Contact>{ new Contact(LastName = 'One', AccountId = a.Id), new Contact(LastName = 'Two', AccountId = a.Id) };
        Set<Id> ids = new Set<Id>{ a.Id };
        String prefix = 'Bo';
        Account found = [SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account WHERE Id IN :ids AND Name LIKE :(prefix + '%') LIMIT :ids.size()];
        System.debug(found.Contacts.size() + found.Contacts[0].LastName);
        for (Contact c : found.Contacts) System.debug(c.LastName);
        System.debug([SELECT Account.Name FROM Contact WHERE LastName = 'Two'].Account.Name);
        AggregateResult r = [SELECT AccountId parent, COUNT(Id) howMany FROM Contact WHERE AccountId IN :ids GROUP BY AccountId];
        System.debug(r.get('howMany') + ' ' + (r.get('parent') == a.Id));
        Map<Id, Contact> byId = new Map<Id, Contact>([SELECT Id FROM Contact WHERE AccountId = :a.Id]);
        System.debug(byId.size());
        System.debug([SELECT Id FROM Contact WHERE AccountId = :a.Id AND LastName IN :new List<String>{ 'One' }].size());
        System.debug([SELECT COUNT() FROM Contact WHERE Account.Name = :found.Name]);`,
      log: ['2One', 'One', 'Two', 'Bound', '2 true', '2', '1', '2'],
    },
  ]);
});
