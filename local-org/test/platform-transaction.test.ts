import t from 'tap';
import { GovernorLimitError, NotModelledError } from '../src/errors.ts';
import type { Execution } from '../src/execution/execution.ts';
import { GovernorLimits } from '../src/execution/limits.ts';
import { restRequest, responseOf } from '../src/platform/rest.ts';
import { typeToken } from '../src/platform/tokens.ts';
import { apexType, parseType } from '../src/types/type.ts';
import { enumConstant } from '../src/values/enums.ts';
import { ApexBlob, ApexDate, ApexDatetime, ApexId, ApexObject } from '../src/values/value.ts';
import type { Value } from '../src/values/value.ts';
import { ACCOUNT_ID, call, CONTACT_ID, harness, property, thrown } from './support/platform.ts';

// Called through the tables of the platform classes. Facts are of the Apex Reference Guide
// (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/) where no other source stands beside them.

t.test('UserInfo, Limits, FeatureManagement, Type', async (t) => {
  const { x } = harness({ customPermissions: ['Sync'] });
  t.equal(call(x, 'UserInfo', 'getUserId()'), '005000000000001AAA');
  t.equal(call(x, 'UserInfo', 'getOrganizationId()'), '00D000000000001EAA');
  x.limits.use('queries', 3);
  t.equal(call(x, 'Limits', 'getQueries()'), 3);
  t.equal(call(x, 'Limits', 'getLimitQueries()'), 100);
  t.equal(call(x, 'Limits', 'getLimitDmlRows()'), 10_000);
  t.equal(call(x, 'FeatureManagement', 'checkPermission(String)', null, 'Sync'), true);
  t.equal(call(x, 'FeatureManagement', 'checkPermission(String)', null, 'Other'), false);
  t.equal(call(x, 'Type', 'forName(String)', null, 'ACCOUNT'), typeToken(apexType('Account')));
  t.equal(call(x, 'Type', 'forName(String)', null, 'Nothing'), null);
  t.equal(call(x, 'Type', 'getName()', typeToken(parseType('Map<String,List<Id>>'))), 'Map<String,List<Id>>');
  t.equal((call(x, 'Type', 'newInstance()', typeToken(apexType('Own'))) as ApexObject).type.name, 'Own');
});

t.test('System', async (t) => {
  const { x, log } = harness();
  const level = enumConstant(apexType('LoggingLevel'), 'warn');
  call(x, 'System', 'debug(LoggingLevel,Object)', null, level, 'careful');
  call(x, 'System', 'debug(Object)', null, new ApexDate(0));
  t.strictSame(log, ['WARN careful', 'DEBUG 1970-01-01 00:00:00']);
  t.equal((call(x, 'System', 'now()') as ApexDatetime).ms, x.now());
  t.equal(call(x, 'System', 'currentTimeMillis()'), BigInt(x.now()));
  t.equal(
    (call(x, 'System', 'today()') as ApexDate).day,
    Date.UTC(2026, 10, 24) / 86_400_000,
    'the day of the user, not of GMT',
  );

  const equal = (a: Value, b: Value): string =>
    thrown(() => call(x, 'System', 'assertEquals(Object,Object)', null, a, b));
  t.equal(equal(1, 1), 'nothing was thrown');
  t.equal(equal(1, 1n), 'nothing was thrown');
  t.equal(equal('a', 'A'), 'AssertException: Assertion Failed: Expected: a, Actual: A');
  t.equal(
    thrown(() => call(x, 'System', 'assertEquals(Object,Object,Object)', null, 1, 2, 'sum')),
    'AssertException: Assertion Failed: sum: Expected: 1, Actual: 2',
  );
  t.equal(
    thrown(() => call(x, 'System', 'assertNotEquals(Object,Object)', null, 1, 1)),
    'AssertException: Assertion Failed: Same value: 1',
  );
  t.equal(
    thrown(() => call(x, 'System', 'assert(Boolean)', null, false)),
    'AssertException: Assertion Failed',
  );
  t.equal(
    thrown(() => call(x, 'System', 'assert(Boolean,Object)', null, false, 'why')),
    'AssertException: Assertion Failed: why',
  );
});

t.test('Test.startTest and stopTest', async (t) => {
  const outside = harness();
  t.equal(call(outside.x, 'Test', 'isRunningTest()'), false);
  const { x } = harness({ test: true });
  t.equal(call(x, 'Test', 'isRunningTest()'), true);
  x.limits.use('queries', 60);
  call(x, 'Test', 'startTest()');
  t.equal(call(x, 'Limits', 'getQueries()'), 0, 'fresh limits');
  t.equal(
    thrown(() => call(x, 'Test', 'startTest()')),
    'FinalException: Testing already started',
  );
  call(x, 'Test', 'stopTest()');
  t.equal(call(x, 'Limits', 'getQueries()'), 60, 'the limits of before');
});

t.test('Test.setCreatedDate', async (t) => {
  const { x } = harness({ test: true });
  const set = (on: Execution, id: ApexId): Value =>
    call(on, 'Test', 'setCreatedDate(Id,Datetime)', null, id, new ApexDatetime(0));
  t.equal(set(x, CONTACT_ID), null);
  t.throws(() => set(x, ACCOUNT_ID), NotModelledError, 'a record that the test did not make');
  t.match(
    thrown(() => set(harness().x, CONTACT_ID)),
    /^UnsupportedOperationException/,
    'tests only',
  );
});

t.test('Apex REST', async (t) => {
  const { x } = harness();
  x.restContext.request = restRequest({
    requestURI: '/v1/configuration',
    resourcePath: '/services/apexrest/v1/*',
    httpMethod: 'POST',
    headers: { 'if-none-match': '"abc"' },
    params: { full: 'true' },
    body: new TextEncoder().encode('{}'),
    remoteAddress: '127.0.0.1',
  });
  const request = property('RestContext', 'request').get(x, null);
  t.equal(property('RestRequest', 'httpMethod').get(x, request), 'POST');
  t.equal(property('RestRequest', 'requestURI').get(x, request), '/v1/configuration');
  const headers = property('RestRequest', 'headers').get(x, request);
  t.equal(call(x, 'Map', 'get(K)', headers, 'if-none-match'), '"abc"');
  // https://help.salesforce.com/s/articleView?id=005318663: names come in lower case, and the map minds it
  t.equal(call(x, 'Map', 'get(K)', headers, 'If-None-Match'), null);
  t.equal(new TextDecoder().decode((property('RestRequest', 'requestBody').get(x, request) as ApexBlob).bytes), '{}');

  const response = call(x, 'RestResponse', 'new()');
  property('RestContext', 'response').set(x, null, response);
  property('RestResponse', 'statusCode').set(x, response, 304);
  call(x, 'RestResponse', 'addHeader(String,String)', response, 'ETag', '"abc"');
  property('RestResponse', 'responseBody').set(x, response, new ApexBlob(new TextEncoder().encode('x')));
  const answer = responseOf(x.restContext.response);
  t.equal(answer.statusCode, 304);
  t.strictSame(answer.headers, { ETag: '"abc"' });
  t.equal(answer.body.length, 1);
  t.equal(responseOf(call(x, 'RestResponse', 'new()')).statusCode, 200);
});

t.test('callouts are answered by mocks only', async (t) => {
  const made = harness({ test: true });
  const { x, calls } = made;
  const request = call(x, 'HttpRequest', 'new()');
  call(x, 'HttpRequest', 'setEndpoint(String)', request, 'https://example.com/a');
  call(x, 'HttpRequest', 'setBody(String)', request, 'é');
  const send = (on: Execution): Value => call(on, 'Http', 'send(HttpRequest)', call(on, 'Http', 'new()'), request);
  t.equal(
    thrown(() => send(x)),
    'CalloutException: Methods defined as TestMethod do not support Web service callouts',
  );
  const mock = new ApexObject(apexType('Mock'));
  call(x, 'Test', 'setMock(Type,Object)', null, typeToken(apexType('HttpCalloutMock')), mock);
  const response = call(x, 'HttpResponse', 'new()');
  call(x, 'HttpResponse', 'setStatusCode(Integer)', response, 201);
  made.reply = () => response;
  t.equal(send(x), response);
  t.strictSame(calls, [['respond', [request]]]);
  t.equal(call(x, 'HttpResponse', 'getStatusCode()', response), 201);
  t.equal(call(x, 'HttpRequest', 'getBody()', request), 'é');
  t.equal(call(x, 'Limits', 'getCallouts()'), 1);
  x.limits.use('dmlStatements');
  t.equal(
    thrown(() => send(x)),
    'CalloutException: You have uncommitted work pending. Please commit or rollback before calling out',
  );
  t.throws(() => send(harness().x), NotModelledError, 'outside of tests they are refused by name');
  t.throws(() => new GovernorLimits().use('callouts', 101), GovernorLimitError);
});
