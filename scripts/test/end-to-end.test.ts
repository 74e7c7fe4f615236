// The whole way with real processes: the demo as a newcomer runs it, and a middleware that is killed half way.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { connectAccount } from '../demo/connect.ts';
import { SETTLED } from '../demo/middleware-client.ts';
import { waitFor } from '../demo/processes.ts';
import type { Running } from '../demo/processes.ts';
import { BULK_SIZE, bulkResponses, CONTACT, survey, SURVEY_ID } from '../demo/sample.ts';
import { startStack } from '../demo/stack.ts';
import { OrgClient } from './org-client.ts';

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

// Two processes start and a browser walks through pages: minutes on a busy machine.
t.setTimeout(300_000);

t.test('npm run demo -- --once ends with 0 and shows each response, its record and its dropped fields', async (t) => {
  const child = spawn(process.execPath, ['scripts/demo/main.ts', '--once'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (!t.equal(code, 0, 'exit code 0')) t.comment(output);
  t.match(output, /new-contact +Contact +created +003\w{15}/, 'a new contact with its record id');
  t.match(output, /Respondent_Email__c \(INVALID_EMAIL_ADDRESS\)/, 'a dropped field with its reason');
  t.match(output, /250 delivered in/, 'the 250 responses');
  t.notMatch(output, /UNEXPECTED/, 'nothing unexpected');
});

t.test('kill -9 of the middleware in the middle of 250 responses: one record and one log row for each', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldbridge-kill-'));
  const running: Running[] = [];
  t.teardown(async () => {
    for (const process of running.reverse()) await process.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const stack = await startStack({
    project,
    folder,
    running,
    apiKey: `fbk_test_${randomBytes(18).toString('base64url')}`,
    webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    fixedPorts: false,
  });
  await connectAccount(stack.middlewareUrl, { apiKey: stack.apiKey, ...stack.integrationUser, sandbox: false });
  await stack.client.putSurvey(SURVEY_ID, survey);
  const responses = bulkResponses(Date.now());
  await Promise.all(responses.map((response) => stack.client.postResponse(SURVEY_ID, response)));
  const settled = async (): Promise<number> =>
    (await stack.client.deliveries(SURVEY_ID)).filter((d) => d.connection === CONTACT && SETTLED.has(d.state)).length;
  const before = await waitFor('The first settled delivery', async () => (await settled()) || null, {
    timeout: 60_000,
    interval: 20,
  });
  t.ok(before < BULK_SIZE, `killed after ${before} of ${BULK_SIZE}`);
  await stack.middleware.kill();
  await stack.startMiddleware();
  await waitFor('All deliveries', async () => ((await settled()) === BULK_SIZE ? true : null), { timeout: 120_000 });

  const org = await OrgClient.signIn(stack);
  const contacts = await org.query(`SELECT Email FROM Contact WHERE Email LIKE 'visitor.%'`);
  t.equal(contacts.length, BULK_SIZE, 'one record a response');
  t.equal(new Set(contacts.map((c) => c['Email'])).size, BULK_SIZE, 'each of another person');
  const logs = await org.query(`SELECT ResponseId__c, Outcome__c FROM SyncLog__c WHERE Connection__c = '${CONTACT}'`);
  t.equal(logs.length, BULK_SIZE, 'one log row a response');
  t.equal(new Set(logs.map((l) => l['ResponseId__c'])).size, BULK_SIZE, 'each of another response');
});
