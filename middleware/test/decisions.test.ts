import t from 'tap';
import { BatchSize } from '../src/delivery/batch-size.ts';
import { backoff, classify } from '../src/delivery/classify.ts';
import type { CallResult } from '../src/delivery/classify.ts';
import { settlementOf } from '../src/delivery/outcomes.ts';
import { readSettings } from '../src/environment.ts';
import type { ResponseEnvelope } from '../src/ingest/envelope.ts';
import { lookupKey, mapValues, toItem } from '../src/mapping/map.ts';
import { evaluate, isMet } from '../src/rules/evaluate.ts';
import { parseConfiguration } from '../src/salesforce/contract.ts';
import type { ConditionOperator } from '../src/salesforce/contract.ts';
import { formActionSources, isAllowed } from '../src/salesforce/hosts.ts';
import { keyringFrom } from '../src/security/keyring.ts';
import { seal, unseal } from '../src/security/sealed.ts';
import { contactConnection } from './helpers/fake-org.ts';
import { sample } from './helpers/harness.ts';

const response = (answers: Record<string, unknown> = {}, changes = {}): ResponseEnvelope =>
  sample('r-1', 'ada@x.org', 34, { answers, ...changes }) as ResponseEnvelope;

await t.test('operators of trigger conditions', async (t) => {
  const yes = true;
  const no = false;
  type Row = [operator: ConditionOperator, values: string[], answer: unknown, met: boolean];
  const none = undefined;
  const rows: Row[] = [
    ['equals', ['yes'], 'yes', yes],
    ['equals', ['yes'], ' YES ', yes],
    ['equals', ['yes'], 'yes!', no],
    ['equals', ['yes'], true, yes],
    ['equals', ['true'], true, yes],
    ['equals', ['no'], false, yes],
    ['equals', ['no'], true, no],
    ['equals', ['7'], 7, yes],
    ['equals', ['7.0'], '07', yes],
    ['equals', ['7'], 8, no],
    ['equals', ['0'], 0, yes],
    ['equals', ['a'], ['a'], yes],
    ['equals', ['a'], ['a', 'b'], no],
    ['equals', ['a', 'b'], ['B', 'A'], yes],
    ['equals', ['yes'], none, no],
    ['equals', [''], '', no],
    ['equals', ['yes'], null, no],
    ['not_equals', ['yes'], 'no', yes],
    ['not_equals', ['yes'], 'Yes', no],
    ['not_equals', ['yes'], none, yes],
    ['contains', ['cat'], 'The Cat sat', yes],
    ['contains', ['dog'], 'The cat sat', no],
    ['contains', ['dog', 'cat'], 'The cat sat', yes],
    ['contains', ['email'], ['Email', 'Phone'], yes],
    ['contains', ['mail'], ['Email', 'Phone'], no],
    ['contains', [''], 'x', no],
    ['contains', ['x'], none, no],
    ['not_contains', ['dog'], 'The cat sat', yes],
    ['not_contains', ['cat'], 'The cat sat', no],
    ['not_contains', ['cat'], none, yes],
    ['starts_with', ['the'], 'The cat', yes],
    ['starts_with', ['cat'], 'The cat', no],
    ['starts_with', ['a', 't'], 'The cat', yes],
    ['starts_with', ['t'], none, no],
    ['any_of', ['a', 'b'], 'B', yes],
    ['any_of', ['a', 'b'], 'c', no],
    ['any_of', ['a', 'b'], ['c', 'a'], yes],
    ['any_of', ['9', '10'], 10, yes],
    ['any_of', ['a'], none, no],
    ['none_of', ['a', 'b'], 'c', yes],
    ['none_of', ['a', 'b'], ['c', 'a'], no],
    ['none_of', ['a'], none, yes],
    ['greater', ['8'], 9, yes],
    ['greater', ['8'], 8, no],
    ['greater', ['8'], '10', yes],
    ['greater', ['8'], 'many', no],
    ['greater', ['8'], none, no],
    ['less', ['7'], 6, yes],
    ['less', ['7'], 7, no],
    ['less', ['7'], '', no],
    ['less', ['7'], null, no],
    ['between', ['1', '5'], 1, yes],
    ['between', ['1', '5'], 5, yes],
    ['between', ['1', '5'], 5.1, no],
    ['between', ['2026-01-01', '2026-12-31'], '2026-11-23', yes],
    ['between', ['2026-01-01', '2026-12-31'], '2027-01-01', no],
    ['between', ['1'], 1, no],
    ['answered', [], 'x', yes],
    ['answered', [], 0, yes],
    ['answered', [], false, yes],
    ['answered', [], '  ', no],
    ['answered', [], [], no],
    ['answered', [], null, no],
    ['answered', [], none, no],
    ['not_answered', [], none, yes],
    ['not_answered', [], 'x', no],
    ['before', ['2026-06-01'], '2026-05-31T23:59:59Z', yes],
    ['before', ['2026-06-01'], '2026-06-01', no],
    ['before', ['2026-06-01'], 'soon', no],
    ['after', ['2026-06-01'], '2026-06-01T00:00:01Z', yes],
    ['after', ['2026-06-01'], '2026-06-01T01:00:00+02:00', no],
    ['after', ['2026-06-01'], none, no],
  ];
  for (const [operator, values, answer, met] of rows) {
    const condition = { name: 'c', source: 'question' as const, key: 'q', operator, values };
    t.equal(
      isMet(condition, response(answer === undefined ? {} : { q: answer })),
      met,
      `${JSON.stringify(answer)} ${operator} ${values.join(', ')}`,
    );
  }
  t.throws(
    () => isMet({ name: 'c', source: 'question', key: 'q', operator: 'like' as 'equals', values: [] }, response()),
    /Unknown operator/,
  );
  t.throws(
    () => isMet({ name: 'c', source: 'metadata', key: 'ip', operator: 'answered', values: [] }, response()),
    /Unknown response metadata/,
  );
  t.equal(
    isMet({ name: 'c', source: 'question', key: 'constructor', operator: 'answered', values: [] }, response()),
    false,
    'no inherited key',
  );
});

await t.test('trigger rules: activity, statuses, all and any, other sources', async (t) => {
  const yes = { name: 'a', source: 'question' as const, key: 'consent', operator: 'equals' as const, values: ['yes'] };
  const high = { name: 'b', source: 'metadata' as const, key: 'score', operator: 'greater' as const, values: ['5'] };
  const campaign = {
    name: 'c',
    source: 'hidden' as const,
    key: 'campaign',
    operator: 'equals' as const,
    values: ['spring'],
  };
  const decide = (changes: object, body: ResponseEnvelope) => evaluate(contactConnection(changes), body);
  t.match(decide({ active: false }, response()), { deliver: false, reason: { code: 'connection_inactive' } });
  t.match(decide({ statuses: ['completed'] }, response({}, { status: 'partial' })), {
    deliver: false,
    reason: { code: 'status', message: /partial.*completed/ },
  });
  t.same(decide({}, response()), { deliver: true }, 'no condition');
  const good = response({ consent: 'yes' }, { score: 9, hidden: { campaign: 'Spring' } });
  const poor = response({ consent: 'secret answer' }, { score: 1 });
  t.same(decide({ triggerConditions: [yes, high, campaign] }, good), { deliver: true });
  const decision = decide({ triggerConditions: [yes, high] }, poor);
  t.match(decision, { deliver: false, reason: { code: 'condition', message: 'Not met: question consent equals yes' } });
  t.notMatch(JSON.stringify(decision), /secret answer/, 'the reason holds no answer');
  t.same(decide({ conditionLogic: 'any', triggerConditions: [yes, high] }, response({}, { score: 9 })), {
    deliver: true,
  });
  t.match(decide({ conditionLogic: 'any', triggerConditions: [yes, high] }, poor), {
    deliver: false,
    reason: { message: /None is met: .*; / },
  });
});

await t.test('mapping: every source, what is left out, what goes to the org', async (t) => {
  const mapping = (field: string, source: 'question' | 'metadata' | 'hidden' | 'fixed', key: string) => ({
    name: field,
    field,
    source,
    key,
    required: false,
  });
  const body = response(
    { text: 'a', number: 3, yes: true, nothing: null, several: ['x', 2], dirty: 'a\u0000b\ud800' },
    { language: 'de', durationSeconds: 61.5, score: 9, hidden: { campaign: 'spring' } },
  );
  const fieldMappings = [
    mapping('Text__c', 'question', 'text'),
    mapping('Number__c', 'question', 'number'),
    mapping('Flag__c', 'question', 'yes'),
    mapping('Empty__c', 'question', 'nothing'),
    mapping('Multi__c', 'question', 'several'),
    mapping('Dirty__c', 'question', 'dirty'),
    mapping('Absent__c', 'question', 'absent'),
    mapping('Inherited__c', 'question', 'toString'),
    mapping('Id__c', 'metadata', 'responseId'),
    mapping('Status__c', 'metadata', 'status'),
    mapping('Submitted__c', 'metadata', 'submittedAt'),
    mapping('Updated__c', 'metadata', 'updatedAt'),
    mapping('Language__c', 'metadata', 'language'),
    mapping('Duration__c', 'metadata', 'durationSeconds'),
    mapping('Score__c', 'metadata', 'score'),
    mapping('Campaign__c', 'hidden', 'campaign'),
    mapping('Other__c', 'hidden', 'other'),
    mapping('Source__c', 'fixed', 'Survey'),
  ];
  t.same(mapValues(contactConnection({ fieldMappings }), body), {
    Text__c: 'a',
    Number__c: 3,
    Flag__c: true,
    Empty__c: null,
    Multi__c: ['x', '2'],
    Dirty__c: 'ab\ufffd',
    Id__c: 'r-1',
    Status__c: 'completed',
    Submitted__c: '2026-11-23T12:34:00.000Z',
    Updated__c: '2026-11-23T12:34:00.000Z',
    Language__c: 'de',
    Duration__c: 61.5,
    Score__c: 9,
    Campaign__c: 'spring',
    Source__c: 'Survey',
  });
  t.throws(
    () => mapValues(contactConnection({ fieldMappings: [mapping('X', 'metadata', 'ip')] }), body),
    /Unknown response metadata/,
  );
  const partial = {
    ...body,
    submittedAt: undefined,
    updatedAt: '2026-11-23T14:00:00+01:00',
  } as unknown as ResponseEnvelope;
  t.same(toItem(contactConnection({ fieldMappings: [] }), partial, true), {
    responseId: 'r-1',
    connection: 'Contact_By_Email',
    version: Date.UTC(2026, 10, 23, 13),
    submittedAt: '2026-11-23T13:00:00.000Z',
    values: {},
    replay: true,
  });
  const key = (email: unknown, id = 'r-1') =>
    lookupKey(contactConnection(), { ...response({ email }), responseId: id });
  t.equal(key(' Ada@X.org'), key('ada@x.ORG', 'r-2'), 'capitals and blanks do not matter');
  t.not(key('ada@x.org'), key('bob@x.org'));
  t.not(key('', 'r-1'), key('', 'r-2'), 'blank lookups do not wait for each other');
  t.not(lookupKey(contactConnection({ object: 'Lead' }), response({ email: 'a' })), key('a'));
  t.notMatch(key('ada@x.org'), /ada/);
});

await t.test('failures are classified by status and code', async (t) => {
  const rows: [CallResult, object][] = [
    [
      { failure: 'unknown', code: 'TIMEOUT' },
      { kind: 'retry', shrink: true },
    ],
    [
      { failure: 'refused', code: 'ECONNREFUSED' },
      { kind: 'wait', reason: 'outage' },
    ],
    [
      { failure: 'refresh_failed', code: 'HTTP_503' },
      { kind: 'wait', reason: 'outage' },
    ],
    [
      { failure: 'blocked', code: 'HOST_NOT_ALLOWED' },
      { kind: 'wait', reason: 'set_up' },
    ],
    [{ failure: 'reconnect_required', code: 'invalid_grant' }, { kind: 'reconnect' }],
    [{ status: 401, code: 'INVALID_SESSION_ID' }, { kind: 'reconnect' }],
    [
      { status: 403, code: 'REQUEST_LIMIT_EXCEEDED' },
      { kind: 'wait', reason: 'limit' },
    ],
    [
      { status: 429, code: 'HTTP_429' },
      { kind: 'wait', reason: 'limit' },
    ],
    [
      { status: 503, code: 'LOCK_CONTENTION' },
      { kind: 'retry', shrink: false },
    ],
    [
      { status: 503, code: 'SERVER_UNAVAILABLE' },
      { kind: 'wait', reason: 'outage' },
    ],
    [
      { status: 502, code: 'HTTP_502' },
      { kind: 'wait', reason: 'outage' },
    ],
    [
      { status: 504, code: 'HTTP_504' },
      { kind: 'wait', reason: 'outage' },
    ],
    [
      { status: 403, code: 'NO_PERMISSION' },
      { kind: 'wait', reason: 'set_up' },
    ],
    [
      { status: 404, code: 'NOT_FOUND' },
      { kind: 'wait', reason: 'set_up' },
    ],
    [
      { status: 302, code: 'HTTP_302' },
      { kind: 'wait', reason: 'set_up' },
    ],
    [{ status: 409, code: 'STALE_CONFIGURATION' }, { kind: 'reconfigure' }],
    [{ status: 413, code: 'TOO_MANY_ITEMS' }, { kind: 'shrink' }],
    [
      { status: 400, code: 'MALFORMED_REQUEST' },
      { kind: 'bisect', alone: 'dead' },
    ],
    [
      { status: 400, code: 'APEX_ERROR' },
      { kind: 'bisect', alone: 'dead' },
    ],
    [
      { status: 500, code: 'INTERNAL_ERROR' },
      { kind: 'bisect', alone: 'retry' },
    ],
    [
      { status: 500, code: 'UNKNOWN_EXCEPTION' },
      { kind: 'bisect', alone: 'retry' },
    ],
  ];
  for (const [result, reaction] of rows) t.same(classify(result), reaction, JSON.stringify(result));
});

await t.test('backoff, batch size and settlement', async (t) => {
  t.same(
    [1, 2, 3, 4].map((failures) => backoff(failures, 1000, 5000, 1)),
    [1000, 2000, 4000, 5000],
  );
  t.equal(backoff(1, 1000, 5000, 0), 250);
  t.equal(backoff(1000, 1000, 5000, 1), 5000, 'no overflow');

  const size = new BatchSize();
  t.equal(size.value, 50);
  for (let call = 0; call < 10; call += 1) size.answered(100, size.value);
  t.equal(size.value, 200, 'grows to what the contract allows');
  size.answered(5_000, 200);
  t.equal(size.value, 100, 'halves when a call takes more than 4 s');
  size.answered(3_000, 100);
  t.equal(size.value, 100, 'stays in between');
  size.answered(100, 3);
  t.equal(size.value, 100, 'a small batch says nothing about a large one');
  size.tooLarge(100, 30);
  t.equal(size.value, 30, 'as much as was handled');
  for (let call = 0; call < 10; call += 1) size.tooLarge(size.value);
  t.equal(size.value, 1);
  size.answered(100, 1);
  t.equal(size.value, 2);
  size.probe();
  t.equal(size.value, 1);

  const policy = { maxFailures: 3, retryBase: 1000, retryMax: 5000 };
  const outcome = (name: string, extra = {}) => ({
    responseId: 'r',
    connection: 'c',
    version: 1,
    outcome: name as 'created',
    recordId: '003',
    droppedFields: [],
    error: null,
    ...extra,
  });
  const to = (failures: number, name: string, extra = {}) =>
    settlementOf({ id: 1, failures }, outcome(name, extra), policy, 1);
  const droppedFields = [{ field: 'Phone', label: 'Phone', code: 'STRING_TOO_LONG', message: 'm' }];
  t.match(to(0, 'created'), { to: 'synced', outcome: 'created', recordId: '003' });
  t.match(to(0, 'unchanged'), { to: 'synced' });
  t.match(to(0, 'updated', { droppedFields }), { to: 'synced_with_fallback', droppedFields });
  t.match(to(0, 'superseded'), { to: 'skipped', outcome: 'superseded' });
  t.match(to(0, 'rejected', { error: { code: 'X', message: 'm' } }), { to: 'rejected', error: { code: 'X' } });
  t.match(to(0, 'retryable'), { to: 'pending', failed: true, delay: 1000 });
  t.match(to(1, 'retryable'), { to: 'pending', delay: 2000 });
  t.match(to(2, 'retryable', { error: { code: 'UNABLE_TO_LOCK_ROW', message: 'm' } }), {
    to: 'dead',
    error: { code: 'UNABLE_TO_LOCK_ROW' },
  });
  t.match(to(2, 'deferred'), { to: 'pending', failed: false, delay: 0 });
  t.match(settlementOf({ id: 1, failures: 0 }, undefined, policy, 1), {
    to: 'pending',
    failed: true,
    error: { code: 'MISSING_OUTCOME' },
  });
});

await t.test('30. which hosts may be called', async (t) => {
  const policy = {
    allowedHosts: ['*.salesforce.com', '*.force.com', 'bridge.example.com:8443'],
    loginUrls: [new URL('https://login.salesforce.com')],
  };
  const allowed = (url: string, using: Parameters<typeof isAllowed>[0] = policy) => isAllowed(using, new URL(url));
  for (const url of [
    'https://acme.my.salesforce.com',
    'https://na1.salesforce.com/x',
    'https://acme.force.com',
    'https://login.salesforce.com/services',
    'https://bridge.example.com:8443',
  ])
    t.equal(allowed(url), true, url);
  for (const url of [
    'http://acme.my.salesforce.com',
    'https://salesforce.com.evil.org',
    'https://evilsalesforce.com',
    'https://acme.my.salesforce.com:8443',
    'https://user:pw@acme.my.salesforce.com',
    'https://169.254.169.254',
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1:6379',
    'http://localhost',
    'https://127.0.0.1',
    'https://bridge.example.com',
    'file:///etc/passwd',
    'ftp://acme.my.salesforce.com',
  ])
    t.equal(allowed(url), false, url);
  const local = { allowedHosts: ['*.salesforce.com'], loginUrls: [new URL('http://127.0.0.1:4000')] };
  t.equal(allowed('http://127.0.0.1:4001/x', local), true, 'the host of a login server on loopback, other ports too');
  t.equal(allowed('http://127.0.0.2:4001', local), false);
  t.equal(allowed('http://localhost:4001', { ...local, allowedHosts: ['localhost'] }), true);
  t.equal(
    allowed('http://10.0.0.1', { ...local, allowedHosts: ['10.0.0.1'] }),
    false,
    'plain http is for loopback only',
  );
  t.same(formActionSources(local), ['http://127.0.0.1:4000', 'https://*.salesforce.com', 'http://127.0.0.1:*']);
});

await t.test('34. sealed secrets: another owner, key or text does not open them; an old key still does', async (t) => {
  const old = keyringFrom(Buffer.alloc(32, 1).toString('base64'));
  const both = keyringFrom(`${Buffer.alloc(32, 2).toString('base64')},${Buffer.alloc(32, 1).toString('base64')}`);
  const sealed = seal(old, ['workspace', '1'], 'secret');
  t.equal(unseal(both, ['workspace', '1'], sealed), 'secret');
  t.not(seal(old, ['workspace', '1'], 'secret'), sealed, 'never the same twice');
  t.notMatch(sealed, /secret/);
  t.throws(() => unseal(old, ['workspace', '2'], sealed));
  t.throws(() => unseal(old, ['other', '1'], sealed));
  t.throws(
    () => unseal(keyringFrom(Buffer.alloc(32, 3).toString('base64')), ['workspace', '1'], sealed),
    /which ENCRYPTION_KEY does not hold/,
  );
  const parts = sealed.split('.');
  parts[3] = Buffer.from('secreT').toString('base64url');
  t.throws(() => unseal(old, ['workspace', '1'], parts.join('.')));
  t.throws(() => unseal(old, [], 'nonsense'), /unknown format/);
  t.throws(() => keyringFrom('c2hvcnQ='), /32 bytes/);
});

await t.test('a bad environment stops the start with a sentence', async (t) => {
  const rows: [Record<string, string>, RegExp][] = [
    [{ PORT: 'abc' }, /PORT must be integer/],
    [{ PORT: '70000' }, /PORT must be <= 65535/],
    [{ PUBLIC_URL: 'bridge.example.com' }, /PUBLIC_URL must be an http or https URL/],
    [{ PUBLIC_URL: 'https://example.com/bridge' }, /PUBLIC_URL must have no path/],
    [{ DATABASE_URL: 'mysql://x' }, /DATABASE_URL must start with/],
    [{ SALESFORCE_LOGIN_URL: 'http://login.salesforce.com' }, /SALESFORCE_LOGIN_URL must be https/],
    [{ SALESFORCE_API_VERSION: '67' }, /SALESFORCE_API_VERSION/],
    [{ WORKSPACE_API_KEY: 'short' }, /WORKSPACE_API_KEY must have at least 24/],
    [{ WORKSPACE_WEBHOOK_SECRET: 'abc' }, /WORKSPACE_WEBHOOK_SECRET must be whsec_/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
    [{ CONFIGURATION_POLL_SECONDS: '-1' }, /CONFIGURATION_POLL_SECONDS/],
    [{ PACKAGE_NAMESPACE: '../x' }, /PACKAGE_NAMESPACE/],
  ];
  for (const [environment, message] of rows)
    t.throws(() => readSettings(environment), message, JSON.stringify(environment));
  t.match(
    readSettings({ PORT: '', DATABASE_URL: '' }),
    { port: 3000, databaseUrl: undefined, publicUrl: new URL('http://127.0.0.1:3000') },
    'empty means not set',
  );
});

await t.test('a configuration that is not as the contract says is refused by its place', async (t) => {
  const good = { configVersion: 'v', organizationId: '00D', connections: [contactConnection()] };
  t.same(parseConfiguration(good), good);
  t.throws(
    () => parseConfiguration({ ...good, connections: [{ ...contactConnection(), lookupFields: 'Email' }] }),
    /connections\/0\/lookupFields/,
  );
  t.throws(
    () =>
      parseConfiguration({
        ...good,
        connections: [
          { ...contactConnection(), triggerConditions: [{ source: 'question', key: 'x', operator: 'equals' }] },
        ],
      }),
    /triggerConditions/,
  );
  t.throws(() => parseConfiguration(null), /top level/);
});
