import type { ApiClient } from './client.ts';
import { ApiError } from './client.ts';

/** One thing that was looked at: whether it is well, and what to do when it is not. */
export interface Finding {
  ok: boolean;
  what: string;
  todo?: string;
}

interface AccountView {
  organizationId: string;
  organizationName: string | null;
  state: string;
  stateReason: string | null;
  pauseReason: string | null;
  configurationError: string | null;
  configVersion: string | null;
  breaker: { state: string };
  apiUsage: { callsLastDay: number; budget: number | null };
  connections: { name: string; active: boolean }[];
}

/** Asks a running middleware how it is: process, storage, key, accounts, package, permissions, what is dead. */
export async function examine(api: ApiClient): Promise<Finding[]> {
  const findings: Finding[] = [];
  const add = (ok: boolean, what: string, todo?: string): void => {
    findings.push({ ok, what, ...(ok || todo === undefined ? {} : { todo }) });
  };
  try {
    await api.call('GET', '/readyz');
    add(true, 'The middleware runs and its database answers');
  } catch (error) {
    const away = error instanceof ApiError && error.status === 0;
    add(false, away ? 'The middleware does not answer' : 'The database does not answer', messageOf(error));
    return findings;
  }
  let accounts: AccountView[];
  try {
    accounts = (await api.call<{ items: AccountView[] }>('GET', '/v1/accounts')).items;
    add(true, 'The API key is valid');
  } catch (error) {
    add(false, 'The API key is not accepted', messageOf(error));
    return findings;
  }
  add(accounts.length > 0, 'An account is connected', 'Open the page Accounts and connect one.');
  for (const account of accounts) {
    const name = account.organizationName ?? account.organizationId;
    add(account.state === 'connected', `${name}: ${account.state}`, 'Connect it again on the page Accounts.');
    if (account.state !== 'connected') continue;
    add(account.configurationError === null, `${name}: configuration ${account.configurationError ?? 'read'}`, SET_UP);
    add(
      account.connections.some((connection) => connection.active),
      `${name}: ${account.connections.filter((connection) => connection.active).length} active connections`,
      'Map a survey in the org and switch the connection on.',
    );
    add(
      account.breaker.state !== 'open',
      `${name}: breaker ${account.breaker.state}`,
      'The org is away; it is probed.',
    );
    const pauseTodo =
      account.pauseReason?.startsWith('set_up') === true ? SET_UP : 'It ends by itself; see docs/operations.md.';
    add(account.pauseReason === null, `${name}: ${account.pauseReason ?? 'not paused'}`, pauseTodo);
    const { callsLastDay, budget } = account.apiUsage;
    add(
      budget === null || callsLastDay < budget * 0.8,
      `${name}: ${callsLastDay} of ${budget ?? '?'} API calls a day`,
      'Raise API_BUDGET_PERCENT, or let backfills rest.',
    );
  }
  const dead = await api.call<{ items: unknown[] }>('GET', '/v1/deliveries?state=dead&limit=1');
  add(dead.items.length === 0, 'No delivery is dead', 'See `fieldbridge deliveries --state dead`, cure it, replay.');
  return findings;
}

const SET_UP =
  'Install the Fieldbridge package, assign the permission set Fieldbridge Integration to the user, check its API access.';

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Unknown';
}
