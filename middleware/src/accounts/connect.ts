import { ReconnectRequiredError, SalesforceClient, jsonOf } from '../salesforce/client.ts';
import { isAllowed } from '../salesforce/hosts.ts';
import type { HostPolicy } from '../salesforce/hosts.ts';
import type { SalesforceSettings } from '../environment.ts';
import type { Account, AccountEnvironment, AccountRepository } from './repository.ts';
import type { TokenKeeper } from './tokens.ts';

/** The grant cannot be used; the message is for the person who connects. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
}

export interface ConnectOptions {
  accounts: AccountRepository;
  tokens: TokenKeeper;
  settings: SalesforceSettings;
  policy: HostPolicy;
}

/** What Salesforce's token endpoint answered, unchecked. */
export type TokenAnswer = Record<string, unknown>;

/**
 * Makes an account of a token answer: checks where it points, asks who it belongs to, and saves it by its org's id.
 *
 * @throws ConnectError, RequestError
 */
export async function connectAccount(
  { accounts, tokens, settings, policy }: ConnectOptions,
  workspaceId: string,
  environment: AccountEnvironment,
  answer: TokenAnswer,
): Promise<Account> {
  const accessToken = textOf(answer, 'access_token');
  const instance = urlOf(answer, 'instance_url', policy);
  const identityUrl = urlOf(answer, 'id', policy);
  const refreshToken = answer['refresh_token'];
  if (typeof refreshToken !== 'string') {
    throw new ConnectError(
      'Salesforce gave no refresh token. Allow the scope “Perform requests at any time” in the External Client App.',
    );
  }
  const identity = await fetchIdentity(settings, policy, instance, identityUrl, accessToken);
  return accounts.connect(
    {
      workspaceId,
      organizationId: identity.organizationId,
      environment,
      instanceUrl: instance.origin,
      userId: identity.userId,
      username: identity.username,
      organizationName: identity.organizationName,
    },
    (accountId) => tokens.seal(workspaceId, accountId, { accessToken, refreshToken }),
  );
}

async function fetchIdentity(
  settings: SalesforceSettings,
  policy: HostPolicy,
  instance: URL,
  identityUrl: URL,
  accessToken: string,
): Promise<{ organizationId: string; userId: string; username: string; organizationName: string | null }> {
  const client = new SalesforceClient(settings, policy, {
    instanceUrl: instance.origin,
    accessToken,
    refresh: () => Promise.reject(new ReconnectRequiredError('INVALID_SESSION_ID')),
  });
  const answer = await client.call('GET', identityUrl.href);
  const body = (jsonOf(answer) ?? {}) as Record<string, unknown>;
  if (answer.status !== 200) throw new ConnectError(`Salesforce did not tell who signed in (HTTP ${answer.status}).`);
  const organizationId = textOf(body, 'organization_id');
  const userId = textOf(body, 'user_id');
  const [namedOrganization, namedUser] = identityUrl.pathname.split('/').slice(-2);
  if (namedOrganization !== organizationId || namedUser !== userId)
    throw new ConnectError('Salesforce named two different users.');
  const organization = await client.call(
    'GET',
    `${instance.origin}/services/data/v${settings.apiVersion}/query?q=${encodeURIComponent('SELECT Name FROM Organization')}`,
  );
  const records = ((jsonOf(organization) ?? {}) as { records?: { Name?: unknown }[] }).records;
  const name = organization.status === 200 ? records?.[0]?.Name : undefined; // an integration user may not see it
  return {
    organizationId,
    userId,
    username: textOf(body, 'username'),
    organizationName: typeof name === 'string' ? name : null,
  };
}

function textOf(body: Record<string, unknown>, key: string): string {
  const value = body[key];
  if (typeof value !== 'string' || value === '') throw new ConnectError(`Salesforce’s answer holds no ${key}.`);
  return value;
}

function urlOf(body: Record<string, unknown>, key: string, policy: HostPolicy): URL {
  const value = textOf(body, key);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !isAllowed(policy, url)) {
    throw new ConnectError(`The host ${url?.host ?? '(none)'} of ${key} is not allowed by SALESFORCE_ALLOWED_HOSTS.`);
  }
  return url;
}
