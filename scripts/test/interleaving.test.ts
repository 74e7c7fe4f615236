// Two calls of the package at the same moment, run side by side in the local org: at each SOQL and DML statement, and at
// each wait for a lock, a seed decides which goes on. What must hold for every seed: one record for one person, no lost
// update, and an end. A call that is told to send again does so, as the middleware would.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { apexRestWork } from '../../local-org/src/org/apex-rest.ts';
import type { ApexRestResponse } from '../../local-org/src/org/apex-rest.ts';
import { loadOrg } from '../../local-org/src/org/org.ts';
import type { Org } from '../../local-org/src/org/org.ts';
import { readDefinition } from '../../local-org/src/outside/definition.ts';
import { parseSoql } from '../../local-org/src/soql/parse.ts';
import { interleave } from '../../local-org/test/helpers/interleave.ts';
import { CONTACT } from '../demo/sample.ts';

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const INTERLEAVINGS = 500;
const FIELDS = ['FirstName', 'Title'] as const;

/** One response for one person; each of the two calls writes a field of its own. */
interface Item {
  responseId: string;
  email: string;
  field: (typeof FIELDS)[number];
}

t.setTimeout(300_000);

const org = await loadOrg({
  sourceFolders: ['force-app', 'config/sample-org'].map((folder) => join(project, folder)),
  definition: { ...(await readDefinition(join(project, 'config', 'local-org.json'))), isSandbox: false },
  tests: false,
});
const userId = org.userByUsername('integration@fieldbridge.example')?.id ?? '';
const body = (response: ApexRestResponse): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(response.body)) as Record<string, unknown>;
const configuration = body(
  org.apexRest(userId, {
    method: 'GET',
    path: '/v1/configuration',
    headers: {},
    body: new Uint8Array(),
    remoteAddress: '127.0.0.1',
  }),
);

function call(items: readonly Item[]): Parameters<Org['apexRest']>[1] {
  const request = {
    configVersion: configuration['configVersion'],
    items: items.map(({ responseId, email, field }) => ({
      responseId,
      connection: CONTACT,
      version: 1_795_437_296_000,
      submittedAt: '2026-11-23T12:34:56.000Z',
      values: { Email: email, LastName: 'Noether', [field]: `${field} of ${email}` },
    })),
  };
  return {
    method: 'POST',
    path: '/v1/responses',
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(request)),
    remoteAddress: '127.0.0.1',
  };
}

/** The items of a call that must be sent again: all of them when the call as a whole was refused for a lock. */
function toSendAgain(items: readonly Item[], response: ApexRestResponse): Item[] {
  if (response.statusCode === 503) return [...items];
  if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${JSON.stringify(body(response))}`);
  const outcomes = body(response)['items'] as { outcome: string }[];
  return items.filter((_, i) => outcomes[i]?.outcome === 'retryable' || outcomes[i]?.outcome === 'deferred');
}

function sideBySide(
  seed: number,
  calls: readonly (readonly Item[])[],
): { responses: ApexRestResponse[]; steps: string } {
  const works = calls.map((items) => {
    const work = apexRestWork(org.program, call(items));
    if (typeof work !== 'function') throw new Error(`The resource refused the call: HTTP ${work.statusCode}`);
    return work;
  });
  const { outcomes, steps } = interleave(org, seed, works, userId);
  const responses = outcomes.map((outcome) => {
    if (!outcome.ok) throw outcome.error;
    return outcome.value;
  });
  return { responses, steps: steps.map((step) => `${step.task}${step.at}`).join(' ') };
}

/** Emails of new people, in the order of each of the two calls: the same order, or crossed so that they could deadlock. */
const PLANS: readonly (readonly [name: string, first: readonly number[], second: readonly number[]])[] = [
  ['one person', [0], [0]],
  ['two people in crossed order', [0, 1], [1, 0]],
  ['two people, one of them shared', [0, 1], [1, 2]],
];

t.test(`${INTERLEAVINGS} interleavings of two calls: one record each, no lost update`, async (t) => {
  const seen = new Set<string>();
  let sentAgain = 0;
  const faults: string[] = [];
  for (let seed = 1; seed <= INTERLEAVINGS; seed++) {
    const plan = PLANS[seed % PLANS.length];
    if (plan === undefined) throw new Error('no plan');
    const email = (person: number): string => `person.${seed}.${person}@example.com`;
    const calls = [plan[1], plan[2]].map((people, i) =>
      people.map((person): Item => ({
        responseId: `r-${seed}-${i}-${person}`,
        email: email(person),
        field: FIELDS[i] ?? 'Title',
      })),
    );
    const { responses, steps } = sideBySide(seed, calls);
    seen.add(`${plan[0]} ${steps}`);
    for (const [i, items] of calls.entries()) {
      const response = responses[i];
      const again = response === undefined ? [] : toSendAgain(items, response);
      if (again.length === 0) continue;
      sentAgain++;
      if (toSendAgain(again, org.apexRest(userId, call(again))).length > 0)
        faults.push(`seed ${seed}: still refused when alone`);
    }
    for (const person of new Set([...plan[1], ...plan[2]])) {
      const records = contacts(email(person));
      const writers = calls.flat().filter((item) => item.email === email(person));
      if (records.length !== 1) faults.push(`seed ${seed}, ${plan[0]}: ${records.length} records for ${email(person)}`);
      for (const { field } of writers) {
        if (records[0]?.get(field.toLowerCase()) !== `${field} of ${email(person)}`)
          faults.push(`seed ${seed}, ${plan[0]}: ${field} was lost`);
      }
    }
  }
  t.same(faults, [], 'no duplicate, no lost update, nothing left undone');
  t.ok(seen.size > INTERLEAVINGS / 5, `the seeds gave ${seen.size} different orders of the statements`);
  t.comment(`${seen.size} different orders; ${sentAgain} calls were told to send again`);
});

/** The contacts with that address, as an administrator sees them. */
function contacts(email: string): Map<string, unknown>[] {
  const { query } = parseSoql(`SELECT FirstName, Title FROM Contact WHERE Email = '${email}'`);
  return org
    .run(org.adminId, (x) => x.transaction.query(x, query, [], { access: 'SYSTEM', withSharing: false }))
    .map((record) => record.values);
}
