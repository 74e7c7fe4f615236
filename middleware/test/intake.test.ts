import { createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import t from 'tap';
import type { FastifyInstance } from 'fastify';
import { fillTemplate } from '../src/mapping/template.ts';
import { lookupKey, mapValues } from '../src/mapping/map.ts';
import { evaluate } from '../src/rules/evaluate.ts';
import { readValue } from '../src/rules/values.ts';
import type { ResponseEnvelope } from '../src/ingest/envelope.ts';
import type { ConditionGroup, TriggerCondition } from '../src/salesforce/contract.ts';
import { contactConnection } from './helpers/fake-org.ts';
import { API_KEY, deliveries, getJson, post, sample, settled, sign, startApp, until } from './helpers/harness.ts';
import { scene } from './helpers/scene.ts';

t.setTimeout(240_000);

const AUTHORIZED = { authorization: `Bearer ${API_KEY}` };

interface ImportView {
  importId: string;
  records: number;
  stored: number;
  duplicates: number;
  superseded: number;
  refused: number;
  errors: { record: number; message: string }[];
}

const importFile = (server: FastifyInstance, query: string, type: string, payload: string | Readable) =>
  server.inject({
    method: 'POST',
    url: `/v1/surveys/feedback/import${query}`,
    headers: { ...AUTHORIZED, 'content-type': type },
    payload,
  });

await t.test('import: NDJSON, refused records, the same file again, going on after a break', async (t) => {
  const s = await scene(t);
  const lines = Array.from({ length: 480 }, (_, index) =>
    JSON.stringify(sample(`i${index}`, `i${index}@x.org`, index)),
  );
  lines[3] = 'no json';
  lines[4] = JSON.stringify({ ...sample('bad', 'b@x.org'), status: 'finished' });
  lines[5] = '{"__proto__": {}}';
  lines[6] = lines[2]!;
  // The line breaks behind the first page of the file.
  const broken = new Readable({ read: () => undefined });
  broken.push(`${lines.slice(0, 260).join('\n')}\n`);
  const cut = importFile(s.app, '?importId=first', 'application/x-ndjson', broken).catch(() => undefined);
  await until(async () => {
    const answer = await s.app.inject({ url: '/v1/imports/first', headers: AUTHORIZED });
    return answer.statusCode === 200 && answer.json<ImportView>().records >= 250 ? true : undefined;
  }, 'the first page of the import');
  broken.destroy(new Error('the line is cut'));
  await cut;
  const half = await getJson<ImportView>(s.app, '/v1/imports/first');
  t.equal(half.records, 250, 'whole pages are kept');
  const rest = await importFile(s.app, '?importId=first', 'application/x-ndjson', lines.join('\n'));
  t.equal(rest.statusCode, 200, rest.body);
  const done = rest.json<ImportView>();
  t.match(done, { records: 480, stored: 476, duplicates: 1, refused: 3 });
  t.same(
    done.errors.map(({ record }) => record),
    [4, 5, 6],
    'refused records are named by their number',
  );
  t.notMatch(JSON.stringify(done.errors), /finished|b@x\.org/, 'never by a value');
  t.match((await importFile(s.app, '?importId=first&offset=700', 'text/csv', 'x')).statusCode, 409);
  t.match((await importFile(s.app, '', 'application/json', '{}')).statusCode, 415);
  const again = await importFile(s.app, '', 'application/x-ndjson', lines.slice(0, 3).join('\n'));
  t.match(again.json(), { stored: 0, duplicates: 3 });
  t.equal(
    (await settled(s.app, 476)).every((delivery) => delivery.state === 'synced'),
    true,
    'delivered as a backfill',
  );
  t.equal((await s.app.inject({ url: '/v1/imports/none', headers: AUTHORIZED })).statusCode, 404);
});

await t.test('import: CSV with quotes, lists, hidden fields and empty cells', async (t) => {
  const s = await scene(t);
  const csv = [
    'responseId,status,submittedAt,updatedAt,score,email,answers.last_name,topics[],hidden.campaign',
    'c1,completed,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,9,ada@x.org,"Love, ""lace""",Price; Service,spring',
    'c2,completed,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,x,b@x.org,Boole,,',
  ].join('\r\n');
  const answer = await importFile(s.app, '', 'text/csv; charset=utf-8', `\ufeff${csv}`);
  t.match(answer.json(), { stored: 1, refused: 1, errors: [{ record: 2, message: /score/ }] });
  await settled(s.app, 1);
  t.match(s.org.calls.flat()[0]?.values, { Email: 'ada@x.org', LastName: 'Love, "lace"' });
  const bad = await importFile(s.app, '', 'text/csv', 'a,b\n1,2,3');
  t.match(bad.json(), { code: 'invalid_csv' });
});

const formbricks = (changes: object = {}, event = 'responseFinished') => ({
  webhookId: 'w1',
  event,
  data: {
    id: 'fb-1',
    surveyId: 'feedback',
    createdAt: '2026-11-23T12:00:00.000Z',
    updatedAt: '2026-11-23T12:05:00.000Z',
    finished: event === 'responseFinished',
    language: 'en',
    data: { email: 'fb@x.org', last_name: 'Bricks', rank: ['b', 'a'], grid: { Speed: 'Good', Price: 'Bad' } },
    variables: { campaign: 'spring' },
    ttc: { _total: 61_000 },
    survey: {
      name: 'Feedback',
      questions: [{ id: 'email', type: 'openText', inputType: 'email', headline: { default: 'Your e-mail' } }],
    },
    ...changes,
  },
});
const typeform = {
  event_id: 'ev-1',
  event_type: 'form_response',
  form_response: {
    form_id: 'feedback',
    token: 'tf-1',
    landed_at: '2026-11-23T12:00:00Z',
    submitted_at: '2026-11-23T12:01:30Z',
    hidden: { campaign: 'autumn' },
    calculated: { score: 7 },
    definition: { title: 'Feedback', fields: [{ id: 'f1', ref: 'email', title: 'E-mail', type: 'email' }] },
    answers: [
      { type: 'email', email: 'tf@x.org', field: { id: 'f1', ref: 'email', type: 'email' } },
      { type: 'text', text: 'Form', field: { id: 'f2', ref: 'last_name', type: 'short_text' } },
      { type: 'choices', choices: { labels: ['A', 'B'], other: 'C' }, field: { id: 'f3', ref: 'topics' } },
      { type: 'file_url', file_url: 'https://files.example/x.pdf', field: { id: 'f4', ref: 'cv' } },
    ],
  },
};

await t.test('sources: Formbricks, Typeform, canonical; unknown shapes are kept, never 404 or 410', async (t) => {
  const s = await scene(t, {}, [
    contactConnection({
      fieldMappings: [
        ...contactConnection().fieldMappings,
        {
          name: 't',
          field: 'Description',
          source: 'template',
          key: '{question.email}/{hidden.campaign}',
          required: false,
        },
      ],
    }),
  ]);
  interface Created {
    id: string;
    url: string;
    secret: string;
  }
  const create = async (kind: string): Promise<Created> =>
    (
      await s.app.inject({
        method: 'POST',
        url: '/v1/sources',
        headers: { ...AUTHORIZED, 'content-type': 'application/json' },
        payload: JSON.stringify({ kind, name: kind }),
      })
    ).json<Created>();
  const send = (source: Created, payload: string, headers: Record<string, string>) =>
    s.app.inject({
      method: 'POST',
      url: new URL(source.url).pathname,
      headers: { 'content-type': 'application/json', ...headers },
      payload,
    });
  const bricks = await create('formbricks');
  const form = await create('typeform');
  const plain = await create('canonical');
  const standard = (source: Created, body: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return send(source, text, sign(text, source.secret));
  };
  const typeformSigned = (body: unknown) => {
    const text = JSON.stringify(body);
    const mac = createHmac('sha256', form.secret).update(text).digest('base64');
    return send(form, text, { 'typeform-signature': `sha256=${mac}` });
  };
  t.match((await standard(bricks, formbricks({}, 'responseCreated'))).json(), { result: 'stored', duplicate: false });
  t.match((await standard(bricks, formbricks({ updatedAt: '2026-11-23T12:06:00.000Z' }))).json(), { result: 'stored' });
  t.match((await standard(bricks, formbricks({ updatedAt: '2026-11-23T12:06:00.000Z' }))).json(), { duplicate: true });
  t.match((await typeformSigned(typeform)).json(), { result: 'stored', duplicate: false });
  t.match((await typeformSigned(typeform)).json(), { result: 'stored', duplicate: true });
  t.match((await standard(plain, { surveyId: 'feedback', ...sample('pl-1', 'pl@x.org') })).json(), {
    result: 'stored',
  });
  // fb-1 came in two versions, each of which may have a delivery: the last one posted tells that all are there.
  await settled(s.app, 1, '&responseId=pl-1');
  const list = await settled(s.app, 3);
  t.same([...new Set(list.map((delivery) => delivery.responseId))].sort(), ['fb-1', 'pl-1', 'tf-1']);
  t.ok(list.every((delivery) => /synced|skipped/.test(delivery.state)));
  const values = s.org.calls.flat().map((item) => item.values['Description']);
  t.ok(values.includes('fb@x.org/spring') && values.includes('tf@x.org/autumn'), values.join());

  // Unknown shapes: kept with their body and shown.
  for (const [answer, why] of [
    [await standard(bricks, { event: 'somethingNew', data: {} }), '/event'],
    [await standard(bricks, 'not json'), 'JSON'],
    [
      await typeformSigned({
        ...typeform,
        form_response: { ...typeform.form_response, answers: [{ type: 'hologram' }] },
      }),
      'field',
    ],
    [await standard(plain, { surveyId: 'feedback', responseId: 7 }), 'responseId'],
  ] as const) {
    t.equal(answer.statusCode, 202, why);
    t.match(answer.json(), { result: 'unreadable' }, why);
  }
  const kept = await getJson<{ items: { body: string; reason: string }[] }>(
    s.app,
    `/v1/sources/${bricks.id}/events?state=unreadable`,
  );
  t.same(
    kept.items.map(({ body }) => body),
    ['not json', '{"event":"somethingNew","data":{}}'],
  );
  // 7. Wrong, missing and foreign signatures, and a source that does not exist: 401.
  const text = JSON.stringify(typeform);
  for (const answer of [
    await send(form, text, {}),
    await send(form, text, { 'typeform-signature': 'sha256=AAAA' }),
    await send(bricks, text, sign(text, plain.secret)),
    await send({ ...form, url: 'http://x/v1/sources/src_none/events' }, text, {}),
  ])
    t.equal(answer.statusCode, 401);
  const gone = await s.app.inject({ method: 'DELETE', url: `/v1/sources/${form.id}`, headers: AUTHORIZED });
  t.equal(gone.statusCode, 204);
  t.equal((await typeformSigned(typeform)).statusCode, 401, 'a source that is switched off is never 404 or 410');
});

await t.test('every question type is taken and reaches conditions and fields', async (t) => {
  const harness = await startApp();
  t.teardown(harness.close);
  const answers = {
    text: 'Hello',
    email: 'ada@x.org',
    phone: '+44 20 7946 0000',
    url: 'https://x.org',
    number: 4.5,
    rating: 4,
    nps: 10,
    yes_no: true,
    single_choice: 'Red',
    multiple_choice: ['Red', 'Blue'],
    ranking: ['second', 'first'],
    matrix: { Speed: 'Good', 'Fair. price': ['A', 'B'], Empty: null },
    date: '2026-11-23',
    time: '12:34:56',
    date_time: '2026-11-23T12:34:56Z',
    file: [{ url: 'https://files.example/cv.pdf', name: 'cv.pdf', size: 12 }],
    location: { latitude: 51.5, longitude: -0.12 },
  };
  t.equal((await post(harness.app, sample('all', 'x', 0, { answers }))).statusCode, 202);
  const response = sample('all', 'x', 0, { answers }) as ResponseEnvelope;
  const read = (key: string) => readValue(response, 'question', key);
  t.same(read('ranking'), ['second', 'first']);
  t.equal(read('matrix'), 'Speed: Good\nFair. price: A, B');
  t.equal(read('matrix.Speed'), 'Good');
  t.same(read('matrix.Fair. price'), ['A', 'B']);
  t.equal(read('location'), '51.5, -0.12');
  t.equal(read('location.latitude'), 51.5);
  t.same(read('file'), ['https://files.example/cv.pdf']);
  t.equal(read('text.length'), undefined);
  t.equal(read('matrix.constructor'), undefined);
  for (const bad of [{ a: { b: { c: 1 } } }, { a: [[1]] }, { a: [{ href: 'x' }] }, { a: [{ url: 1 }] }])
    t.equal((await post(harness.app, sample('bad', 'x', 0, { answers: bad }))).statusCode, 400, JSON.stringify(bad));
  t.same(await deliveries(harness.app), []);
});

await t.test('templates, value maps of lookups, nested conditions', async (t) => {
  const response = sample('r', 'Ada@x.org', 0, {
    answers: { email: 'Ada@x.org', topics: ['A', 'B'], blank: ' ', odd: '{question.email}' },
    hidden: { campaign: 'spring' },
  }) as ResponseEnvelope;
  const rows: [template: string, filled: string | undefined][] = [
    ['{question.email} ({hidden.campaign})', 'Ada@x.org (spring)'],
    ['{question.topics}', 'A, B'],
    ['{{question.email}', '{question.email}'],
    ['x{question.none}y{metadata.responseId}', 'xyr'],
    ['{question.none}{question.blank}', undefined],
    ['no place', 'no place'],
    ['{other.key} {question}', '{other.key} {question}'],
    ['{question.odd}', '{question.email}'],
  ];
  for (const [template, filled] of rows) t.equal(fillTemplate(template, response), filled, template);
  const mapped = contactConnection({
    fieldMappings: [
      {
        name: 'm',
        field: 'Email',
        source: 'template',
        key: 'x-{question.email}',
        required: true,
        valueMap: { 'x-ada@x.org': 'one' },
      },
    ],
  });
  t.same(mapValues(mapped, response), { Email: 'x-Ada@x.org' }, 'the org applies the map');
  const direct = contactConnection({
    fieldMappings: [{ name: 'm', field: 'Email', source: 'fixed', key: 'One', required: true }],
  });
  t.equal(lookupKey(mapped, response), lookupKey(direct, response), 'equal lookups stay in order');

  const is = (key: string, value: string): TriggerCondition => ({
    name: key,
    source: key === 'campaign' ? 'hidden' : 'question',
    key,
    operator: 'equals',
    values: [value],
  });
  const yes = is('email', 'ada@x.org');
  const no = is('email', 'other');
  const group = (logic: 'all' | 'any', ...members: ConditionGroup['members']): ConditionGroup => ({ logic, members });
  const cases: [group: ConditionGroup, met: boolean][] = [
    [group('all'), true],
    [group('any'), true],
    [group('all', yes, group('any', no, is('campaign', 'spring'))), true],
    [group('all', yes, group('any', no, no)), false],
    [group('any', no, group('all', yes, no)), false],
    [group('any', group('all', yes, group('any', no, yes)), no), true],
  ];
  for (const [conditionGroup, met] of cases)
    t.equal(evaluate(contactConnection({ conditionGroup }), response).deliver, met, JSON.stringify(conditionGroup));
  let deep = group('all', yes);
  for (let level = 0; level < 30; level += 1) deep = group('all', deep);
  t.throws(() => evaluate(contactConnection({ conditionGroup: deep }), response), /deeper/);
});
