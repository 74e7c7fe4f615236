import { createHmac } from 'node:crypto';
import t from 'tap';
import { keyFromFile, keyringFrom } from '../src/security/keyring.ts';
import { GroupCommit, OverloadedError } from '../src/ingest/group-commit.ts';
import { verifySignature } from '../src/ingest/verify.ts';
import type { Database } from '../src/storage/database.ts';
import { CREDENTIAL_CACHE, WorkspaceRepository } from '../src/workspaces/repository.ts';
import { API_KEY, WEBHOOK_SECRET, post, sample, sign, startApp, until } from './helpers/harness.ts';

t.setTimeout(120_000);

/** A storage whose failures a test switches on. */
interface Faulty {
  fail: Error | undefined;
  /** Transactions that stored responses. */
  writes: number;
  database?: Database;
}

function faulty(state: Faulty): (database: Database) => Database {
  return (database) => {
    state.database = database;
    return {
      kind: database.kind,
      query: (text, parameters) =>
        state.fail && /response/.test(text) ? Promise.reject(state.fail) : database.query(text, parameters),
      transaction: (work) => {
        if (state.fail) return Promise.reject(state.fail);
        return database.transaction((transaction) =>
          work({
            ...transaction,
            query: (text, parameters) => {
              if (/insert into response_version/.test(text)) state.writes += 1;
              return transaction.query(text, parameters);
            },
          }),
        );
      },
      close: () => database.close(),
    };
  };
}

const state: Faulty = { fail: undefined, writes: 0 };
let clock = Date.now();
const { app, close, logLines, folder } = await startApp({ wrapStorage: faulty(state), now: () => clock });
t.teardown(close);

const stored = async (): Promise<{ response_id: string; survey_id: string; body: string }[]> =>
  (
    await state.database!.query<{ response_id: string; survey_id: string; body: string }>(
      'select response_id, survey_id, body from response order by id',
    )
  ).rows;
const count = async (): Promise<number> => (await stored()).length;

await t.test('202 after the commit; a repeat is a duplicate; an older version is recorded', async (t) => {
  const first = await post(app, sample('r1', 'a@x.org', 5));
  t.equal(first.statusCode, 202);
  t.same(first.json(), { responseId: 'r1', duplicate: false, superseded: false });
  t.same((await post(app, sample('r1', 'a@x.org', 5))).json(), {
    responseId: 'r1',
    duplicate: true,
    superseded: false,
  });
  t.same(
    (await post(app, sample('r1', 'a@x.org', 4))).json(),
    { responseId: 'r1', duplicate: false, superseded: true },
    '6.',
  );
  t.same((await post(app, sample('r1', 'a@x.org', 6))).json(), {
    responseId: 'r1',
    duplicate: false,
    superseded: false,
  });
  t.equal((await post(app, sample('key', 'k@x.org'), { apiKey: API_KEY })).statusCode, 202, 'an API key will do');
  t.equal(
    (await post(app, sample('r1', 'a@x.org'), { survey: 'unknown-survey' })).statusCode,
    202,
    'an unknown survey is stored, never 404',
  );
});

await t.test('1. and 2. what was not acknowledged is sent again: one row', async (t) => {
  state.fail = new Error('the connection was cut before the commit');
  t.equal((await post(app, sample('retry', 'x@x.org'))).statusCode, 503, '2. no 2xx was sent');
  state.fail = undefined;
  t.match((await post(app, sample('retry', 'x@x.org'))).json(), { duplicate: false });
  t.match(
    (await post(app, sample('retry', 'x@x.org'))).json(),
    { duplicate: true },
    '1. the sender did not see the first 202',
  );
});

await t.test('3. database down: 503 with Retry-After, never 2xx, 404 or 410', async (t) => {
  for (const fail of [
    new Error('timeout exceeded when trying to connect'),
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('disk full'), { code: '53100' }),
  ]) {
    state.fail = fail;
    const answers = await Promise.all([1, 2, 3].map((n) => post(app, sample(`down${n}`, 'd@x.org'))));
    for (const answer of answers) {
      t.equal(answer.statusCode, 503);
      t.match(answer.headers, { 'retry-after': /^\d+$/, 'content-type': /application\/problem\+json/ });
      t.match(answer.json(), { code: 'storage_unavailable', status: 503 });
    }
  }
  state.fail = undefined;
  t.equal((await post(app, sample('down1', 'd@x.org'))).statusCode, 202);
});

await t.test('5. the same response 50 times at once: one row, every answer 2xx, few commits', async (t) => {
  const before = await count();
  const writes = state.writes;
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(app, sample('fifty', 'f@x.org'))));
  t.ok(answers.every((answer) => answer.statusCode === 202));
  t.equal(answers.filter((answer) => !answer.json<{ duplicate: boolean }>().duplicate).length, 1);
  t.equal(await count(), before + 1);
  t.ok(state.writes - writes < 15, `${state.writes - writes} commits for 50 requests`);
});

await t.test(
  '7. bad, missing or truncated signature, other algorithm, wrong key: 401 and nothing stored',
  async (t) => {
    const before = await count();
    const body = JSON.stringify(sample('forged', 'f@x.org'));
    const good = sign(body);
    const signature = good['webhook-signature']!;
    const hmac = createHmac('sha1', WEBHOOK_SECRET).update(body).digest('base64');
    const variants: Record<string, Record<string, string>> = {
      none: {},
      noId: { 'webhook-timestamp': good['webhook-timestamp']!, 'webhook-signature': signature },
      empty: { ...good, 'webhook-signature': '' },
      truncated: { ...good, 'webhook-signature': signature.slice(0, -4) },
      longer: { ...good, 'webhook-signature': `${signature}A` },
      sha1: { ...good, 'webhook-signature': `v1,${hmac}` },
      asymmetric: { ...good, 'webhook-signature': signature.replace('v1,', 'v1a,') },
      bare: { ...good, 'webhook-signature': signature.slice(3) },
      otherId: { ...good, 'webhook-id': 'msg_other' },
      otherTime: { ...good, 'webhook-timestamp': String(Number(good['webhook-timestamp']) + 1) },
      otherSecret: sign(body, `whsec_${Buffer.alloc(32, 1).toString('base64')}`),
      wrongKey: { authorization: 'Bearer fbk_wrong' },
      basic: { authorization: `Basic ${API_KEY}` },
    };
    for (const [name, headers] of Object.entries(variants)) {
      const answer = await app.inject({
        method: 'POST',
        url: '/v1/surveys/feedback/responses',
        headers: { 'content-type': 'application/json', ...headers },
        payload: body,
      });
      t.equal(answer.statusCode, 401, name);
      t.match(answer.json(), {
        code: /missing_signature|invalid_signature|timestamp_out_of_range|invalid_api_key|missing_credentials/,
      });
    }
    const changed = await app.inject({
      method: 'POST',
      url: '/v1/surveys/feedback/responses',
      headers: { 'content-type': 'application/json', ...good },
      payload: body.replace('f@x.org', 'g@x.org'),
    });
    t.equal(changed.statusCode, 401, 'a changed body');
    const foreign = await app.inject({
      method: 'POST',
      url: '/v1/surveys/feedback/responses?workspace=other',
      headers: { 'content-type': 'application/json', ...good },
      payload: body,
    });
    t.equal(foreign.statusCode, 401, 'another workspace');
    t.equal(await count(), before);
    t.notOk(
      logLines.some(
        (line) => line.includes(WEBHOOK_SECRET) || line.includes(WEBHOOK_SECRET.slice(6)) || line.includes(API_KEY),
      ),
      'no secret in the log',
    );
  },
);

await t.test('8. two secrets during a rotation; the old one is refused once it has expired', async (t) => {
  const keyring = keyringFrom(keyFromFile(folder));
  const workspaces = new WorkspaceRepository(state.database!, keyring);
  const next = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  await workspaces.setWebhookSecret('default', 'next', next);
  await workspaces.setWebhookSecret('default', 'environment', WEBHOOK_SECRET, new Date(clock + 60_000));
  await new Promise((resolve) => setTimeout(resolve, CREDENTIAL_CACHE + 50)); // another process changed them
  const send = (id: string, secret: string, at = Date.now()) => {
    const body = JSON.stringify(sample(id, 'x@x.org'));
    return app.inject({
      method: 'POST',
      url: '/v1/surveys/feedback/responses',
      headers: { 'content-type': 'application/json', ...sign(body, secret, at) },
      payload: body,
    });
  };
  t.equal((await send('old-secret', WEBHOOK_SECRET)).statusCode, 202);
  t.equal((await send('new-secret', next)).statusCode, 202);
  const body = JSON.stringify(sample('both', 'x@x.org'));
  const headers = sign(body, next);
  const both = { ...headers, 'webhook-signature': `v1,AAAA v1a,BBBB ${headers['webhook-signature']}` };
  t.equal(
    (
      await app.inject({
        method: 'POST',
        url: '/v1/surveys/feedback/responses',
        headers: { 'content-type': 'application/json', ...both },
        payload: body,
      })
    ).statusCode,
    202,
    'several signatures',
  );
  clock += 61_000;
  t.equal((await send('too-late', WEBHOOK_SECRET, clock)).statusCode, 401);
  t.equal((await send('new-again', next, clock)).statusCode, 202);
  await workspaces.setWebhookSecret('default', 'environment', WEBHOOK_SECRET);
  clock -= 61_000;
  await new Promise((resolve) => setTimeout(resolve, CREDENTIAL_CACHE + 50));
});

await t.test('9. a timestamp 301 s off is refused, 299 s accepted', async (t) => {
  const body = Buffer.from('{}');
  const now = Math.floor(Date.now() / 1000) * 1000;
  const at = (seconds: number, timestamp?: string) => {
    const headers = sign(body, WEBHOOK_SECRET, now + seconds * 1000);
    return verifySignature(
      body,
      {
        id: headers['webhook-id'],
        timestamp: timestamp ?? headers['webhook-timestamp'],
        signature: headers['webhook-signature'],
      },
      [WEBHOOK_SECRET],
      now,
    );
  };
  t.same(at(-299), { valid: true });
  t.same(at(299), { valid: true });
  t.same(at(-301), { valid: false, code: 'timestamp_out_of_range' });
  t.same(at(301), { valid: false, code: 'timestamp_out_of_range' });
  for (const text of ['', 'abc', '1e9', `${now / 1000}.5`, ` ${now / 1000}`, `${now / 1000}x`])
    t.equal(at(0, text).valid, false, `timestamp "${text}"`);
});

await t.test('10. only the raw bytes count: re-serialised JSON and bytes that are no UTF-8 are refused', async (t) => {
  const spaced =
    '{ "responseId" : "spaced", "status":"completed","updatedAt":"2026-11-23T12:00:00Z", "answers":{ "email":"\\u00e9@x.org" } }';
  t.equal((await post(app, spaced)).statusCode, 202);
  const headers = sign(spaced);
  const again = await app.inject({
    method: 'POST',
    url: '/v1/surveys/feedback/responses',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(JSON.parse(spaced)),
  });
  t.equal(again.statusCode, 401);
  const bytes = Buffer.concat([
    Buffer.from('{"responseId":"bytes","status":"completed","updatedAt":"2026-11-23T12:00:00Z","answers":{"a":"'),
    Buffer.from([0xff, 0xfe]),
    Buffer.from('"}}'),
  ]);
  const replaced = sign(bytes.toString('utf8')); // what a verifier over decoded text would accept
  t.equal(
    (
      await app.inject({
        method: 'POST',
        url: '/v1/surveys/feedback/responses',
        headers: { 'content-type': 'application/json', ...replaced },
        payload: bytes,
      })
    ).statusCode,
    401,
  );
  t.match((await post(app, bytes, { apiKey: API_KEY })).json(), { status: 400, code: 'invalid_encoding' });
});

await t.test('11. hostile bodies: a 4xx with a code or stored safely; the process lives', async (t) => {
  const before = await count();
  const base = sample('hostile', 'h@x.org');
  const text = JSON.stringify(base);
  const refused: [string, string | Buffer, number, string][] = [
    ['oversize', JSON.stringify({ ...base, answers: { big: 'x'.repeat(2_000_000) } }), 413, 'body_too_large'],
    ['10,000 levels', text.replace('"h@x.org"', `${'['.repeat(10_000)}1${']'.repeat(10_000)}`), 400, 'invalid_request'],
    ['__proto__', text.replace('"email"', '"__proto__"'), 400, 'invalid_json'],
    ['__proto__ at the top', text.replace('{', '{"__proto__":{"admin":true},'), 400, 'invalid_json'],
    [
      'constructor',
      text.replace('"h@x.org"', '{"prototype":{}}').replace('"email"', '"constructor"'),
      400,
      'invalid_json',
    ],
    ['1e400', text.replace('"h@x.org"', '1e400'), 400, 'invalid_request'],
    ['NUL in an id', text.replace('hostile', 'host\\u0000ile'), 400, 'invalid_request'],
    ['a lone surrogate in an id', text.replace('"hostile"', '"\\ud800"'), 400, 'invalid_request'],
    ['empty', '', 400, 'empty_body'],
    ['no JSON', '{"a":', 400, 'invalid_json'],
    ['an array', '[]', 400, 'invalid_request'],
    ['null', 'null', 400, 'invalid_request'],
    ['no answers', JSON.stringify({ ...base, answers: undefined }), 400, 'invalid_request'],
    ['an unknown key', JSON.stringify({ ...base, extra: 1 }), 400, 'invalid_request'],
    ['a number as text', JSON.stringify({ ...base, durationSeconds: '12' }), 400, 'invalid_request'],
    ['an unknown status', JSON.stringify({ ...base, status: 'done' }), 400, 'invalid_request'],
    ['no time', JSON.stringify({ ...base, updatedAt: 'yesterday' }), 400, 'invalid_request'],
    ['a leap second', JSON.stringify({ ...base, updatedAt: '2016-12-31T23:59:60Z' }), 400, 'invalid_time'],
    ['an object as an answer', JSON.stringify({ ...base, answers: { a: { b: { c: 1 } } } }), 400, 'invalid_request'],
  ];
  for (const [name, payload, status, code] of refused) {
    const answer = await post(app, payload, { apiKey: API_KEY });
    t.equal(answer.statusCode, status, name);
    t.match(answer.json(), { status, code, title: /./, type: /./ }, name);
    t.notMatch(answer.body, /h@x\.org|xxxxx/, 'no answer is quoted');
  }
  t.equal((await post(app, text, { apiKey: API_KEY, headers: { 'content-type': 'text/plain' } })).statusCode, 415);
  t.equal(await count(), before, 'nothing of it was stored');

  const safely: [string, string, unknown][] = [
    ['duplicate keys', text.replace('{"email"', '{"email":"first","email"'), 'h@x.org'],
    ['NUL in an answer', text.replace('h@x.org', 'h\\u0000@x.org'), 'h\u0000@x.org'],
    ['a lone surrogate in an answer', text.replace('h@x.org', 'h\\ud800'), 'h\ud800'],
    [
      'markup and SQL',
      text.replace('h@x.org', `'; drop table response; --<script>`),
      `'; drop table response; --<script>`,
    ],
  ];
  for (const [index, [name, payload, expected]] of safely.entries()) {
    const answer = await post(app, payload.replace('"hostile"', `"safe-${index}"`), { apiKey: API_KEY });
    t.equal(answer.statusCode, 202, name);
    const row = (await stored()).find((entry) => entry.response_id === `safe-${index}`);
    t.equal((JSON.parse(row?.body ?? '{}') as { answers: { email: string } }).answers.email, expected, name);
  }
  t.equal((await app.inject('/livez')).statusCode, 200);
});

await t.test('12. a flood is answered with 429 and Retry-After', async (t) => {
  const small = await startApp({ environment: { RATE_LIMIT_PER_MINUTE: '5' } });
  t.teardown(small.close);
  const answers = [];
  for (let index = 0; index < 7; index += 1) answers.push(await post(small.app, sample(`r${index}`, 'x@x.org')));
  t.same(
    answers.map((answer) => answer.statusCode),
    [202, 202, 202, 202, 202, 429, 429],
  );
  t.match(answers[6]?.json(), { code: 'too_many_requests' });
  t.ok(answers[6]?.headers['retry-after']);
  t.equal(
    (await post(small.app, sample('other', 'x@x.org'), { apiKey: API_KEY })).statusCode,
    202,
    'another caller is not affected',
  );
});

await t.test('surveys are registered and replaced', async (t) => {
  const put = (payload: unknown) =>
    app.inject({
      method: 'PUT',
      url: '/v1/surveys/feedback',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${API_KEY}` },
      payload: JSON.stringify(payload),
    });
  const questions = [
    { key: 'email', label: 'E-mail', type: 'email' },
    { key: 'nps', label: 'Score', type: 'nps' },
  ];
  t.same((await put({ label: 'Feedback', questions })).json(), { surveyId: 'feedback', questions: 2 });
  t.equal((await put({ questions: questions.slice(1) })).statusCode, 200);
  t.same(
    (await state.database!.query<{ questions: string }>('select questions from survey')).rows.map(
      (row) => JSON.parse(row.questions) as unknown,
    ),
    [questions.slice(1)],
  );
  t.match((await put({ questions: [questions[0], questions[0]] })).json(), { code: 'duplicate_question_key' });
  t.match((await put({ questions: [{ key: 'x' }] })).json(), { code: 'invalid_request' });
});

await t.test(
  'group commit: what arrives during a write goes with the next; a failure reaches its own batch only',
  async (t) => {
    const batches: number[][] = [];
    const group = new GroupCommit<number, number>(
      async (entries) => {
        batches.push([...entries]);
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (entries.includes(13)) throw new Error('unlucky');
        return entries.map((entry) => entry * 2);
      },
      3,
      5,
    );
    const first = group.add(1);
    await until(() => (batches.length === 1 ? true : undefined), 'the first write');
    const later = [2, 3, 4, 13, 5].map((entry) => group.add(entry).catch((error: unknown) => (error as Error).message));
    await t.rejects(group.add(6), OverloadedError);
    t.equal(await first, 2);
    t.same(await Promise.all(later), [4, 6, 8, 'unlucky', 'unlucky']);
    await group.idle();
    t.same(batches, [[1], [2, 3, 4], [13, 5]]);
  },
);
