import t from 'tap';
import { exceptions, expressions } from '../../helpers/expressions.ts';
import { proveFacts } from '../../helpers/facts.ts';
import type { FactOrgOptions } from '../../helpers/facts.ts';

// JSON (typed, untyped, generator, parser), Http messages, Assert, exceptions, collections of the platform.
const JSON_CLASS =
  'Apex Reference Guide, JSON Class; Apex Developer Guide, "Roundtrip Serialization and Deserialization"';
const GENERATOR = 'Apex Reference Guide, JSONGenerator Class';
const PARSER = 'Apex Reference Guide, JSONParser Class';
const HTTP = 'Apex Reference Guide, HttpRequest and HttpResponse Classes';
const ASSERT = 'Apex Reference Guide, Assert Class; System.assertEquals';
const EXCEPTION = 'Apex Reference Guide, Exception Class and Built-In Exceptions';
const COLLECTIONS = 'Apex Reference Guide, List, Set and Map Classes';
const SECURITY = 'Apex Developer Guide, "Enforce Security with the stripInaccessible Method"';

const FILES: FactOrgOptions['files'] = {
  'Item.cls': `public class Item {
    public String name; public Integer quantity; public Decimal price; public Date due; public Boolean active;
    public List<Item> parts; public Map<String, Object> extra; public transient String secret = 's';
    public Kind kind; private String hidden = 'h'; public static String shared = 'x';
    public String upper { get { return name == null ? null : name.toUpperCase(); } }
    public enum Kind { PART, WHOLE }
  }`,
  'OwnException.cls': `public class OwnException extends Exception { }`,
};

t.test('JSON and others', async (t) => {
  await proveFacts(t, { files: FILES }, [
    expressions(
      'serialize',
      JSON_CLASS,
      {
        "JSON.serialize('a\"b\\\\c\\n')": '"a\\"b\\\\c\\n"',
        'JSON.serialize(1.50)': '1.50',
        'JSON.serialize(null)': 'null',
        'JSON.serialize(true)': 'true',
        'JSON.serialize(5L)': '5',
        'JSON.serialize(Date.newInstance(2026, 3, 4))': '"2026-03-04"',
        'JSON.serialize(Time.newInstance(1, 2, 3, 4))': '"01:02:03.004Z"',
        "JSON.serialize(new List<Object>{1, 'a', null})": '[1,"a",null]',
        "JSON.serialize(new Map<String, Integer>{'b' => 2})": '{"b":2}',
        'JSON.serialize(new Set<Integer>{3})': '[3]',
        "JSON.serialize(Blob.valueOf('Hello'))": '"SGVsbG8="',
        'JSON.serialize(LoggingLevel.ERROR)': '"ERROR"',
        "JSON.serialize(new Account(Name = 'Ada'))": /^\{"attributes":\{"type":"Account"\},"Name":"Ada"\}$/,
        'JSON.serialize(thing, true).contains(\'"quantity":2\')': 'true',
        "JSON.serialize(thing, true).contains('secret')": 'false',
        "JSON.serialize(thing, true).contains('shared')": 'false',
        'JSON.serialize(thing, true).contains(\'"hidden":"h"\')': 'true',
        'JSON.serialize(thing).contains(\'"price":null\')': 'true',
        "JSON.serialize(thing, true).contains('price')": 'false',
        "JSON.serializePretty(new Map<String, Object>{'a' => 1})": '{\n  "a" : 1\n}',
      },
      "Item thing = new Item(); thing.name = 'bolt'; thing.quantity = 2;",
    ),
    expressions(
      'deserialize',
      JSON_CLASS,
      {
        'thing.name + thing.quantity + thing.price + thing.active': 'bolt21.50true',
        'thing.due': '2026-03-04 00:00:00',
        'thing.parts[0].name': 'nut',
        'thing.kind == Item.Kind.WHOLE': 'true',
        'thing.secret': 'null',
        'thing.upper': 'BOLT',
        '((Account) JSON.deserialize(\'{"attributes":{"type":"Account"},"Name":"Ada"}\', Account.class)).Name': 'Ada',
        "((List<Integer>) JSON.deserialize('[1,2]', List<Integer>.class)).size()": '2',
        "((Map<String, Decimal>) JSON.deserialize('{\"a\":1.5}', Map<String, Decimal>.class)).get('a')": '1.5',
        '((Item) JSON.deserialize(\'{"name":"x","unknown":1}\', Item.class)).name': 'x',
        '(String) JSON.deserialize(\'"x"\', String.class)': 'x',
      },
      `Item thing = (Item) JSON.deserialize('{"name":"bolt","quantity":2,"price":1.50,"active":true,"due":"2026-03-04",'
        + '"parts":[{"name":"nut"}],"kind":"WHOLE"}', Item.class);`,
    ),
    expressions(
      'deserializeUntyped',
      JSON_CLASS,
      {
        "m.get('i') instanceof Integer": 'true',
        "m.get('l') instanceof Long": 'true',
        "m.get('d') instanceof Decimal": 'true',
        "m.get('s') instanceof String": 'true',
        "m.get('b') instanceof Boolean": 'true',
        "m.get('n')": 'null',
        "m.containsKey('n')": 'true',
        "((List<Object>) m.get('a')).size()": '2',
        "((Map<String, Object>) m.get('o')).get('x')": 'y',
        'm.keySet()': '{i, l, d, s, b, n, a, o}',
      },
      `Map<String, Object> m = (Map<String, Object>) JSON.deserializeUntyped(
        '{"i":1,"l":3000000000,"d":1.5,"s":"t","b":false,"n":null,"a":[1,2],"o":{"x":"y"}}');`,
    ),
    exceptions('what JSON refuses', JSON_CLASS, {
      "JSON.deserializeUntyped('{');": /^System\.JSONException: /,
      "JSON.deserializeUntyped('');": /^System\.JSONException: No content to map to Object due to end of input/,
      'JSON.deserialize(\'{"name":"x","unknown":1}\', Item.class); JSON.deserializeStrict(\'{"unknown":1}\', Item.class);':
        /^System\.JSONException: Unrecognized field "unknown"/,
      'JSON.deserialize(\'{"quantity":"x"}\', Item.class);': /^System\.JSONException: /,
      "JSON.deserialize('[]', Item.class);":
        /^System\.JSONException: Malformed JSON: Expected '\{' at the beginning of object/,
      'JSON.deserialize(\'{"extra":{"n":1}}\', Item.class);':
        'System.JSONException: Apex Type unsupported in JSON: Object',
      'JSON.deserializeUntyped(null);': 'System.NullPointerException: Argument cannot be null.',
    }),
    expressions(
      'JSONGenerator',
      GENERATOR,
      {
        'g.getAsString()': '{"s":"x","i":1,"b":true,"n":null,"d":1.5,"day":"2026-03-04","list":[1,"a"],"o":{"k":2}}',
        'g.isClosed()': 'true',
      },
      `JSONGenerator g = JSON.createGenerator(false);
      g.writeStartObject(); g.writeStringField('s', 'x'); g.writeNumberField('i', 1); g.writeBooleanField('b', true);
      g.writeNullField('n'); g.writeNumberField('d', 1.5); g.writeDateField('day', Date.newInstance(2026, 3, 4));
      g.writeFieldName('list'); g.writeStartArray(); g.writeNumber(1); g.writeString('a'); g.writeEndArray();
      g.writeObjectField('o', new Map<String, Object>{'k' => 2}); g.writeEndObject();`,
    ),
    expressions(
      'JSONParser',
      PARSER,
      {
        'p.nextToken()': 'START_OBJECT',
        'p.nextToken() ': 'FIELD_NAME',
        'p.getText()': 'a',
        'p.nextValue()': 'VALUE_NUMBER_INT',
        'p.getIntegerValue()': '5',
        'p.getCurrentName()': 'a',
        'p.nextValue() ': 'VALUE_STRING',
        'p.getText() ': 'x',
        'p.nextToken()  ': 'FIELD_NAME',
        'p.nextToken()   ': 'START_OBJECT',
        '((Item) p.readValueAs(Item.class)).name': 'bolt',
        'p.nextToken()    ': 'END_OBJECT',
        'p.nextToken()     ': 'null',
      },
      `JSONParser p = JSON.createParser('{"a":5,"b":"x","item":{"name":"bolt"}}');`,
    ),
    expressions(
      'HTTP messages',
      HTTP,
      {
        'q.getMethod() + q.getEndpoint()': 'PUThttps://example.org',
        'q.getBody() + q.getBodyAsBlob().size()': 'text4',
        "q.getHeader('X-A')": '1',
        "q.getHeader('X-B')": 'null',
        'q.getCompressed()': 'true',
        'r.getStatusCode() + r.getStatus()': '404Not Found',
        'r.getHeaderKeys()': '(A)',
        'r.getBodyAsBlob().toString()': 'b',
        q: 'System.HttpRequest[Endpoint=https://example.org, Method=PUT]',
        r: 'System.HttpResponse[Status=Not Found, StatusCode=404]',
      },
      `HttpRequest q = new HttpRequest(); q.setMethod('PUT'); q.setEndpoint('https://example.org'); q.setBody('text');
      q.setHeader('X-A', '1'); q.setCompressed(true); q.setTimeout(1000);
      HttpResponse r = new HttpResponse(); r.setStatusCode(404); r.setStatus('Not Found'); r.setHeader('A', 'b'); r.setBodyAsBlob(Blob.valueOf('b'));`,
    ),
    expressions(
      'exceptions',
      EXCEPTION,
      {
        'e.getMessage()': 'outer',
        'e.getTypeName()': 'OwnException',
        'e.getCause().getTypeName()': 'System.MathException',
        'e.getCause().getMessage()': 'Divide by 0',
        'new OwnException().getMessage()': 'Script-thrown exception',
        'e instanceof Exception': 'true',
        "new IllegalArgumentException('x').getTypeName()": 'System.IllegalArgumentException',
        'e.getLineNumber() > 0': 'true',
        "e.getStackTraceString().startsWith('Class.Facts.')": 'true',
        'd.getNumDml() + d.getDmlMessage(0) + d.getDmlFieldNames(0)': '1Required fields are missing: [Name](Name)',
        'd.getDmlType(0)': 'REQUIRED_FIELD_MISSING',
        'd.getDmlIndex(0)': '0',
        'd.getDmlId(0)': 'null',
      },
      `OwnException e; DmlException d;
      try { try { Integer z = 0; z = 1 / z; } catch (Exception c) { throw new OwnException('outer', c); } } catch (OwnException o) { e = o; }
      try { insert new Account(); } catch (DmlException x) { d = x; }`,
    ),
    expressions(
      'collections',
      COLLECTIONS,
      {
        'l.remove(0)': '3',
        'l.indexOf(2)': '1',
        'l.contains(9)': 'false',
        'l.isEmpty()': 'false',
        'new List<Integer>(new Set<Integer>{2, 1}).size()': '2',
        "m.get('x')": 'null',
        "m.put('a', 9)": '1',
        'm.values()': '(9, 2)',
        "m.remove('b')": '2',
        "m.keySet().contains('a')": 'true',
        's.add(1)': 'false',
        's.addAll(new List<Integer>{4, 5})': 'true',
        's.retainAll(new Set<Integer>{4})': 'true',
        s: '{4}',
        's.containsAll(new List<Integer>{4})': 'true',
        "new Set<String>{'a'}.equals(new Set<String>{'a'})": 'true',
        'new Map<Id, Account>(new List<Account>()).size()': '0',
        'new List<List<Integer>>{new List<Integer>{1}}.deepClone()': '((1))',
        "new Map<String, String>{'K' => 'v'}.get('k')": 'null',
        sorted: '(null, A, a, b)',
      },
      `List<Integer> l = new List<Integer>{3, 1, 2}; Map<String, Integer> m = new Map<String, Integer>{'a' => 1, 'b' => 2};
      Set<Integer> s = new Set<Integer>{1}; List<String> sorted = new List<String>{'b', 'a', null, 'A'}; sorted.sort();`,
    ),
    exceptions('what collections refuse', COLLECTIONS, {
      'new List<Integer>().get(0);': 'System.ListException: List index out of bounds: 0',
      'List<Integer> l = new List<Integer>{1}; l[1] = 2;': 'System.ListException: List index out of bounds: 1',
      'new List<Account>().iterator().next();': /^System\.NoSuchElementException: /,
      'Set<Integer> s = null; s.add(1);': 'System.NullPointerException: Attempt to de-reference a null object',
    }),
    expressions(
      'stripInaccessible for an administrator',
      SECURITY,
      {
        'd.getRecords().size()': '1',
        'd.getRemovedFields().isEmpty()': 'true',
        'd.getModifiedIndexes().isEmpty()': 'true',
        '((Account) d.getRecords()[0]).Name': 'Ada',
      },
      "SObjectAccessDecision d = Security.stripInaccessible(AccessType.CREATABLE, new List<Account>{new Account(Name = 'Ada')});",
    ),
    {
      title: 'a failed assertion cannot be caught',
      source: ASSERT,
      apex: "try { Assert.areEqual(1, 2, 'why'); } catch (Exception e) { System.debug('caught'); }",
      log: ['System.AssertException: Assertion Failed: why: Expected: 1, Actual: 2'],
    },
    {
      title: 'assertEquals',
      source: ASSERT,
      apex: "System.assertEquals('a', 'A');",
      log: ['System.AssertException: Assertion Failed: Expected: a, Actual: A'],
    },
    {
      title: 'isTrue',
      source: ASSERT,
      apex: "Assert.isTrue(false, 'no');",
      log: ['System.AssertException: Assertion Failed: no'],
    },
    {
      title: 'fail',
      source: ASSERT,
      apex: "Assert.fail('stop');",
      log: ['System.AssertException: Assertion Failed: stop'],
    },
    {
      title: 'isInstanceOfType',
      source: ASSERT,
      apex: 'Assert.isInstanceOfType(1, Integer.class); Assert.isNotInstanceOfType(1, String.class); Assert.isNull(null); Assert.isNotNull(1); Assert.areNotEqual(1, 2);',
      log: [],
    },
  ]);
});
