import t from 'tap';
import { FakeOrg, contactConnection } from './helpers/fake-org.ts';
import { Browser, post, sample, settled, startApp } from './helpers/harness.ts';

await t.test('a response becomes a record', async (t) => {
  const org = await new FakeOrg(undefined, [contactConnection()]).start();
  const { app, close } = await startApp({ org });
  t.teardown(() => org.stop());
  t.teardown(close);
  const browser = await new Browser(app).signIn();
  const page = await browser.connect({ sandbox: 'on' });
  t.match(page.body, 'Connected Example Inc');
  const answer = await post(app, sample('r-1', 'Ada@Example.com'));
  t.equal(answer.statusCode, 202);
  const [delivery] = await settled(app, 1);
  t.match(delivery, { responseId: 'r-1', state: 'synced', outcome: 'created', attempts: 1, recordId: /^003/ });
  t.equal(org.records.size, 1);
});
