// Apex REST methods with parameters and return values (Apex Developer Guide, "Apex REST Methods").
import t from 'tap';
import { outsideOrg, type OutsideOrg } from './support/outside.ts';
import { apexClass } from './support/source.ts';

let outside: OutsideOrg;

t.before(async () => {
  outside = await outsideOrg({
    ...apexClass(
      'Orders',
      `@RestResource(urlMapping='/orders/v1/*')
global with sharing class Orders {
    global class Line {
        global String sku;
        global Integer pieces;
    }
    @HttpPost
    global static Map<String, Object> place(String customer, List<Line> lines, Date due) {
        Integer pieces = 0;
        for (Line line : lines) {
            pieces += line.pieces;
        }
        return new Map<String, Object>{ 'customer' => customer, 'pieces' => pieces, 'due' => due,
            'body' => RestContext.request.requestBody.size() };
    }
    @HttpGet
    global static Account read() {
        RestContext.response.addHeader('X-Seen', 'yes');
        return new Account(Name = RestContext.request.requestURI.substringAfterLast('/'));
    }
    @HttpPut
    global static String rename(String name) {
        return name == null ? null : name.toUpperCase();
    }
    @HttpDelete
    global static void remove() {
        throw new IllegalArgumentException('no');
    }
}`,
    ),
    ...apexClass(
      'AllOrders',
      `@RestResource(urlMapping='/orders/*')
global class AllOrders {
    @HttpGet
    global static List<Integer> numbers() {
        return new List<Integer>{ 1, 2 };
    }
}`,
    ),
  });
});

t.test('typed values in and out', async (t) => {
  const body = {
    customer: 'Ada',
    lines: [
      { sku: 'a', pieces: 2 },
      { sku: 'b', pieces: 3 },
    ],
    due: '2026-11-23',
  };
  const placed = await outside.request('POST', '/services/apexrest/orders/v1/', body);
  t.equal(placed.status, 200);
  t.match(placed.headers.get('content-type'), 'application/json');
  t.same(placed.json, { customer: 'Ada', pieces: 5, due: '2026-11-23', body: 0 });
  const read = await outside.request('GET', '/services/apexrest/orders/v1/Acme');
  t.same(read.json, { attributes: { type: 'Account' }, Name: 'Acme' });
  t.equal(read.headers.get('x-seen'), 'yes');
  t.same((await outside.request('GET', '/services/apexrest/orders/v2')).json, [1, 2], 'the shorter mapping');
  t.equal((await outside.request('PUT', '/services/apexrest/orders/v1/x', { name: 'ada' })).text, '"ADA"');
  t.equal((await outside.request('PUT', '/services/apexrest/orders/v1/x', {})).text, 'null');
});

t.test('faults', async (t) => {
  const unexpected = await outside.request('PUT', '/services/apexrest/orders/v1/x', { nam: 'ada' });
  t.equal(unexpected.status, 400);
  t.match(unexpected.json, [
    { errorCode: 'JSON_PARSER_ERROR', message: /Unexpected parameter encountered during deserialization: nam/ },
  ]);
  const wrong = await outside.request('POST', '/services/apexrest/orders/v1/', '{"lines": 5}');
  t.match([wrong.status, wrong.json], [400, [{ errorCode: 'JSON_PARSER_ERROR' }]]);
  const thrown = await outside.request('DELETE', '/services/apexrest/orders/v1/x');
  t.match(
    [thrown.status, thrown.json],
    [500, [{ errorCode: 'APEX_ERROR', message: /^System.IllegalArgumentException: no/ }]],
  );
  const patch = await outside.request('PATCH', '/services/apexrest/orders/v1/x', {});
  t.match([patch.status, patch.json], [405, [{ errorCode: 'METHOD_NOT_ALLOWED' }]]);
});
