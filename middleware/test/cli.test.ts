import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { API_KEY, sample, settled, temporaryFolder } from './helpers/harness.ts';
import { scene } from './helpers/scene.ts';

t.setTimeout(240_000);

const CLI = path.join(import.meta.dirname, '..', 'src', 'cli', 'fieldbridge.ts');

await t.test('fieldbridge: every command against a running middleware', async (t) => {
  const s = await scene(t);
  const url = await s.app.listen({ port: 0, host: '127.0.0.1' });
  const folder = await temporaryFolder();
  t.teardown(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const run = (arguments_: string[], apiKey = API_KEY): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        [CLI, '--url', url, ...arguments_],
        { env: { ...process.env, FIELDBRIDGE_API_KEY: apiKey } },
        (error, out, err) => {
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
        },
      );
    });
  s.org.outcome = (item) =>
    item.responseId === 'r1' && item.replay !== true
      ? { outcome: 'rejected', error: { code: 'X', message: 'x' } }
      : undefined;
  const file = path.join(folder, 'responses.ndjson');
  const lines = Array.from({ length: 30 }, (_, index) => JSON.stringify(sample(`r${index}`, `r${index}@x.org`, index)));
  fs.writeFileSync(file, [...lines, 'no json'].join('\n'));
  t.match(JSON.parse((await run(['import', 'feedback', file])).out), { records: 31, stored: 30, refused: 1 });
  t.match(JSON.parse((await run(['import', 'feedback', file])).out), { records: 31, stored: 30 }, 'nothing twice');
  const csv = path.join(folder, 'more.csv');
  fs.writeFileSync(csv, 'responseId,status,updatedAt,email\nc1,completed,2026-01-01T00:00:00Z,c@x.org\n');
  t.match(JSON.parse((await run(['import', 'feedback', csv])).out), { stored: 1 });
  await settled(s.app, 31);

  t.match((await run(['accounts'])).out, /Example Inc\tproduction\tconnected/);
  t.match((await run(['connections'])).out, /Contact_By_Email\ttrue\tfeedback/);
  const rejected = await run(['deliveries', '--state', 'rejected']);
  t.match(rejected.out, /^\d+\tr1\t/);
  t.match((await run(['replay', rejected.out.split('\t')[0]!])).out, /r1\t(pending|delivering|synced)/);
  t.match((await run(['replay', '99999'])).err, /no such delivery/);
  t.match((await run(['backfill', 'list'])).out, /Contact_By_Email/);
  t.match((await run(['erase', 'r2', '--survey', 'feedback'])).out, /"erased": 1/);
  t.match((await run(['keys', 'create', 'cli'])).out, /"key": "fbk_/);
  t.match((await run(['keys', 'list'])).out, /\tcli\t/);
  t.match((await run(['keys', 'rotate-secret', 'cli'])).out, /"secret": "whsec_/);
  const well = await run(['doctor']);
  t.equal(well.code, 0, well.out);
  t.match(well.out, /ok {3}The API key is valid/);
  s.org.revokeGrant();
  await s.database.query(`update account set state = 'reconnect_required'`);
  const ill = await run(['doctor']);
  t.equal(ill.code, 1);
  t.match(ill.out, /BAD {2}Example Inc: reconnect_required\n +Connect it again/);
  const refused = await run(['accounts'], 'fbk_wrong');
  t.match(refused, { code: 1, err: /API key is not valid/ });
});
