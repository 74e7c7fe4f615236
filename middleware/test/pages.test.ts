import t from 'tap';
import { API_KEY, Browser, deliveries, sample, settled, startApp } from './helpers/harness.ts';
import { scene } from './helpers/scene.ts';

t.setTimeout(120_000);

await t.test('pages: surveys and how they are fed, deliveries with filters, the story of one, replay', async (t) => {
  const s = await scene(t);
  s.org.outcome = (item) => {
    if (item.responseId === 'bad' && item.replay !== true)
      return { outcome: 'rejected', error: { code: 'REQUIRED_FIELD_MISSING', message: '<b>Name</b> is required' } };
    const phone = { field: 'Phone', label: 'Phone', code: 'STRING_TOO_LONG', message: 'too long' };
    return item.responseId === 'part' ? { outcome: 'created', droppedFields: [phone] } : undefined;
  };
  await s.send(sample('good', 'g@x.org'), sample('part', 'p@x.org'), sample('bad', 'b@x.org'));
  await s.app.inject({
    method: 'POST',
    url: '/v1/surveys/old-survey/import',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/x-ndjson' },
    payload: JSON.stringify(sample('i', 'i@x.org')),
  });
  await settled(s.app, 3);
  const surveys = (await s.browser.get('/surveys')).body;
  t.match(surveys, /feedback[\s\S]*3 posted[\s\S]*Contact_By_Email/);
  t.match(surveys, /old-survey[\s\S]*1 imported[\s\S]*no active connection/);
  const all = (await s.browser.get('/deliveries')).body;
  for (const id of ['good', 'part', 'bad']) t.match(all, new RegExp(`>${id}</a`), id);
  t.match(all, /&lt;b&gt;Name/, 'texts of the org are escaped');
  const filtered = (await s.browser.get('/deliveries?state=rejected&survey=feedback')).body;
  t.match(filtered, />bad</);
  t.notMatch(filtered, />good</);
  t.match((await s.browser.get('/deliveries?responseId=none')).body, /Nothing here/);
  const [bad] = await deliveries(s.app, '&responseId=bad');
  const story = (await s.browser.get(`/deliveries/${bad!.id}`)).body;
  t.match(story, /REQUIRED_FIELD_MISSING[\s\S]*once, 0 counted/);
  const [part] = await deliveries(s.app, '&responseId=part');
  t.match(
    (await s.browser.get(`/deliveries/${part!.id}`)).body,
    /Fields that were left out[\s\S]*Phone[\s\S]*STRING_TOO_LONG/,
  );
  const again = await s.browser.submit(`/deliveries/${bad!.id}`, `/deliveries/${bad!.id}/replay`, {});
  t.equal(again.headers.location, `/deliveries/${bad!.id}`);
  t.match((await settled(s.app, 1, '&responseId=bad'))[0], { state: 'synced' });
  for (const url of ['/deliveries/9999', '/deliveries/x']) t.equal((await s.browser.get(url)).statusCode, 404, url);
  const forged = await s.browser.request({
    method: 'POST',
    url: `/deliveries/${part!.id}/replay`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: '',
  });
  t.equal(forged.statusCode, 403, 'no form token');
  const stranger = new Browser(s.app);
  for (const url of ['/surveys', '/deliveries', `/deliveries/${bad!.id}`])
    t.equal((await stranger.get(url)).headers.location, '/login', url);
});

await t.test('pages of a workspace without anything say what to do', async (t) => {
  const harness = await startApp();
  t.teardown(harness.close);
  const browser = await new Browser(harness.app).signIn();
  t.match((await browser.get('/surveys')).body, /No survey yet/);
  t.match((await browser.get('/deliveries')).body, /Nothing here/);
});
