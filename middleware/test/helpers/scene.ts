import type { Test } from 'tap';
import type { Database } from '../../src/storage/database.ts';
import { FakeOrg, contactConnection } from './fake-org.ts';
import { Browser, getJson, post, sample, startApp } from './harness.ts';
import type { DeliveryView, Harness, HarnessOptions } from './harness.ts';

/** An app that is connected to an org. */
export interface Scene extends Harness {
  /** The app's own storage, to look behind its API. */
  database: Database;
  org: FakeOrg;
  browser: Browser;
  /** Posts responses at once and fails when one is not acknowledged. */
  send(...bodies: unknown[]): Promise<void>;
  account(): Promise<AccountView>;
}
/** A row of `GET /v1/accounts`, as the tests use it. */
export interface AccountView {
  id: string;
  organizationId: string;
  state: string;
  stateReason: string | null;
  pausedUntil: string | null;
  pauseReason: string | null;
  configVersion: string;
  breaker: { state: string; until: string | null };
  apiUsage: { callsLastDay: number; budget: number | null; used: number | null; limit: number | null; share: number };
}

export const accountsOf = async (harness: Harness): Promise<AccountView[]> =>
  (await getJson<{ items: AccountView[] }>(harness.app, '/v1/accounts')).items;

/** A connected app with an org that has one connection. */
export async function scene(
  t: Test,
  environment: Record<string, string> = {},
  connections = [contactConnection()],
  options: Pick<HarnessOptions, 'alertAddresses'> = {},
): Promise<Scene> {
  const org = await new FakeOrg(undefined, connections).start();
  let database: Database | undefined;
  const harness = await startApp({
    org,
    environment,
    ...options,
    wrapStorage: (opened) => {
      database = opened;
      return opened;
    },
  });
  t.teardown(async () => {
    await harness.close();
    await org.stop();
  });
  const browser = await new Browser(harness.app).signIn();
  await browser.connect();
  if (database === undefined) throw new Error('The app opened no storage');
  return {
    ...harness,
    database,
    org,
    browser,
    send: async (...bodies) => {
      const answers = await Promise.all(bodies.map((body) => post(harness.app, body)));
      const refused = answers.find((answer) => answer.statusCode !== 202);
      if (refused !== undefined) throw new Error(`Not acknowledged: ${refused.body}`);
    },
    account: async () => (await accountsOf(harness))[0]!,
  };
}

export const many = (count: number, prefix = 'r') =>
  Array.from({ length: count }, (_, index) => sample(`${prefix}${index}`, `${prefix}${index}@x.org`, index));
export const states = (list: DeliveryView[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(list, (delivery) => delivery.state)].map(([state, group]) => [state, group.length]),
  );
export const problem = (status: number, code: string) => ({
  status,
  body: { error: { code, message: 'Says what to do', correlationId: 'c-1' } },
});
export const coreError = (status: number, errorCode: string) => ({ status, body: [{ errorCode, message: 'x' }] });
