// The demo: a local Salesforce org with the package and a sample customer org, the middleware, a connected account, a
// sample survey, and what becomes of its responses. `--once` ends by itself; else it runs until Ctrl-C.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectAccount } from './connect.ts';
import { SETTLED } from './middleware-client.ts';
import type { Delivery } from './middleware-client.ts';
import { rowsOf } from './outcome.ts';
import { waitFor } from './processes.ts';
import type { Running } from './processes.ts';
import { BULK_FALLBACKS, BULK_SIZE, bulkResponses, CONTACT, samples, survey, SURVEY_ID } from './sample.ts';
import type { SampleResponse } from './sample.ts';
import { startStack } from './stack.ts';
import type { Stack } from './stack.ts';
import { progressBar, renderTable } from './table.ts';
import type { Row } from './table.ts';

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const once = process.argv.includes('--once');
const started = Date.now();
const seconds = (): string => `${((Date.now() - started) / 1000).toFixed(1)} s`;
const say = (text: string): void => console.log(text);

const folder = mkdtempSync(join(tmpdir(), 'fieldbridge-demo-'));
const running: Running[] = [];
let stopping: Promise<void> | null = null;

/** Stops the middleware first, so that it can finish what it sends, then the org; removes the data. */
function stopAll(): Promise<void> {
  stopping ??= (async () => {
    for (const process of [...running].reverse()) await process.stop();
    rmSync(folder, { recursive: true, force: true });
  })();
  return stopping;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping !== null) return;
    say('\nStopping …');
    void stopAll().then(() => process.exit(once ? 130 : 0));
  });
}

try {
  const problems = await demonstrate();
  if (once) {
    await stopAll();
    process.exit(problems === 0 ? 0 : 1);
  }
  await Promise.race(running.map((r) => r.ended));
} catch (error) {
  if (stopping === null) {
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    await stopAll();
    process.exit(1);
  }
}

/** Runs the whole way once; resolves with the number of responses that did not become what they should. */
async function demonstrate(): Promise<number> {
  say('Starting the local org (it compiles and runs the package) and the middleware …');
  const stack = await startStack({
    project,
    folder,
    running,
    apiKey: `fbk_demo_${randomBytes(18).toString('base64url')}`,
    webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    fixedPorts: !once,
  });
  say(`  ready after ${seconds()}`);
  say('Connecting the account through the OAuth pages …');
  await connectAccount(stack.middlewareUrl, { apiKey: stack.apiKey, ...stack.integrationUser, sandbox: false });
  const account = (await stack.client.accounts()).find((a) => a.state === 'connected');
  if (account === undefined) throw new Error('The pages were walked through, and yet no account is connected.');
  say(`  ${account.environment} account connected after ${seconds()}`);
  await stack.client.putSurvey(SURVEY_ID, survey);
  say(`Posting the sample responses of the survey “${survey.label}” …`);
  const rows = await postSamples(stack);
  say(`\n${renderTable(rows, process.stdout.columns ?? 150)}\n`);
  const bulkProblem = await postBulk(stack);
  const unexpected = rows.filter((row) => row.unexpected !== null).length + (bulkProblem === null ? 0 : 1);
  if (bulkProblem !== null) say(`UNEXPECTED: ${bulkProblem}`);
  say(
    unexpected === 0
      ? `\nEvery response became what it should, ${seconds()} after the start.`
      : `\n${unexpected} did not become what they should.`,
  );
  if (!once) say(addresses(stack));
  return unexpected;
}

async function postSamples(stack: Stack): Promise<Row[]> {
  const rows: Row[] = [];
  let first = true;
  for (const sample of samples(Date.now())) {
    const answers: string[] = [];
    for (let i = 0; i < (sample.posts ?? 1); i++) {
      const duplicate = await stack.client.postResponse(SURVEY_ID, sample.response);
      if (i > 0)
        answers.push(
          duplicate ? 'the second post was answered as a duplicate' : 'UNEXPECTED: the second post was taken again',
        );
    }
    const deliveries = await settled(stack, [sample.response]);
    if (first && deliveries.some((d) => d.recordId !== null)) say(`  the first record was synced after ${seconds()}`);
    first = false;
    rows.push(...rowsOf(sample, deliveries, answers));
  }
  return rows;
}

/** Waits until each response has a settled delivery of its newest version for both connections. */
async function settled(stack: Stack, responses: readonly SampleResponse[]): Promise<Delivery[]> {
  const wanted = new Map(responses.map((r) => [r.responseId, Date.parse(r.updatedAt)]));
  return waitFor(
    `The delivery of ${responses.map((r) => r.responseId).join(', ')}`,
    async () => {
      const deliveries = (await stack.client.deliveries(SURVEY_ID)).filter(
        (d) => wanted.get(d.responseId) === d.version && SETTLED.has(d.state),
      );
      return deliveries.length >= wanted.size * 2 ? deliveries : null;
    },
    { timeout: 60_000, interval: 150, running },
  );
}

/** Posts 250 responses at once and waits for them with a progress bar; resolves with what is wrong, or null. */
async function postBulk(stack: Stack): Promise<string | null> {
  const responses = bulkResponses(Date.now());
  const began = Date.now();
  say(`Posting ${BULK_SIZE} responses in one go …`);
  await Promise.all(responses.map((response) => stack.client.postResponse(SURVEY_ID, response)));
  say(`  all stored after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  const ids = new Set(responses.map((r) => r.responseId));
  let contacts: Delivery[] = [];
  await waitFor(
    `The delivery of the ${BULK_SIZE} responses`,
    async () => {
      contacts = (await stack.client.deliveries(SURVEY_ID)).filter(
        (d) => ids.has(d.responseId) && d.connection === CONTACT,
      );
      const done = contacts.filter((d) => SETTLED.has(d.state)).length;
      if (process.stdout.isTTY) process.stdout.write(`\r  ${progressBar(done, BULK_SIZE)} `);
      return done >= BULK_SIZE ? true : null;
    },
    { timeout: 180_000, interval: 300, running },
  );
  if (process.stdout.isTTY) process.stdout.write('\n');
  const took = (Date.now() - began) / 1000;
  const count = (state: string): number => contacts.filter((d) => d.state === state).length;
  const records = new Set(contacts.map((d) => d.recordId));
  say(
    `  ${BULK_SIZE} delivered in ${took.toFixed(1)} s: ${count('synced')} synced, ${count('synced_with_fallback')} with a dropped field, ` +
      `${records.size} records, e.g. ${contacts[0]?.responseId ?? '?'} → ${contacts[0]?.recordId ?? '?'}`,
  );
  if (records.size !== BULK_SIZE || records.has(null))
    return `${records.size} different records for ${BULK_SIZE} responses`;
  if (count('synced_with_fallback') !== BULK_FALLBACKS) {
    return `${count('synced_with_fallback')} with a dropped field, expected ${BULK_FALLBACKS}`;
  }
  return count('synced') === BULK_SIZE - BULK_FALLBACKS
    ? null
    : `${count('synced')} synced, expected ${BULK_SIZE - BULK_FALLBACKS}`;
}

function addresses(stack: Stack): string {
  return [
    '',
    'Open in a browser:',
    ...stack.addresses.map(([what, url, hint]) => `  ${what.padEnd(24)} ${url}${hint === '' ? '' : `   ${hint}`}`),
    '',
    'Ctrl-C stops everything.',
  ].join('\n');
}
