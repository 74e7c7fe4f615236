import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { to18 } from '../values/id.ts';
import type { SeedUser } from '../org/seed.ts';
import { Check, type Problem } from './check.ts';

/** A person or an integration that may sign in. */
export interface UserDefinition extends SeedUser {
  password: string;
}

/** An OAuth consumer (connected app or external client app). */
export interface OAuthClientDefinition {
  id: string;
  /** shown on the approve page */
  name: string;
  secret: string;
  redirectUris: string[];
  scopes: string[];
  requirePkce: boolean;
  /** whether token and refresh requests must carry the secret */
  requireSecret: boolean;
  rotateRefreshTokens: boolean;
  /** PEM of the certificate that signs JWT bearer assertions; null = that flow is off */
  certificate: string | null;
  /** usernames that the admin has let use it without an approval of their own (JWT bearer) */
  preauthorizedUsers: string[];
}

export interface OrganizationDefinition {
  /** 18 characters, 00D…; the file may give 15 */
  id: string;
  name: string;
}

/** What a definition file says of the org to play. Ports are on 127.0.0.1; 0 takes a free one. */
export interface OrgDefinition {
  organization: OrganizationDefinition;
  /** the org's sandbox: a copy made at the first sign-in; usernames get `.name` appended */
  sandbox: OrganizationDefinition;
  ports: { org: number; login: number; sandboxOrg: number; sandboxLogin: number };
  apiRequestsPerDay: number;
  /** minutes without a request after which an access token ends */
  sessionTimeoutMinutes: number;
  /** lifetime of an authorisation code */
  codeLifetimeSeconds: number;
  /** whether tests may let the org fail, through `/_faults` of the org host */
  faultConsole: boolean;
  users: UserDefinition[];
  oauthClients: OAuthClientDefinition[];
  /** absolute paths of sObject tree files, loaded in this order into an empty org */
  dataFiles: string[];
}

/** The scopes that this model can grant. */
export const SCOPES: Readonly<Record<string, string>> = {
  api: 'Manage user data via APIs',
  id: 'Access the identity URL service',
  profile: 'Access your basic information',
  email: 'Access your email address',
  web: 'Manage user data via Web browsers',
  full: 'Full access',
  refresh_token: 'Perform requests at any time',
  offline_access: 'Perform requests at any time',
};

/** The definition file is not usable; the message lists every problem. */
export class DefinitionError extends Error {
  constructor(file: string, problems: readonly Problem[]) {
    super(
      `${file} is not a usable definition of an org:\n${problems.map((p) => `  ${p.path}: ${p.message}`).join('\n')}`,
    );
    this.name = 'DefinitionError';
  }
}

/** Reads and checks a definition file. @throws DefinitionError with every problem found */
export async function readDefinition(file: string): Promise<OrgDefinition> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new DefinitionError(file, [{ path: 'file', message: (error as Error).message }]);
  }
  return parseDefinition(json, file);
}

/** Checks a definition that is already JSON; relative data files are taken from the folder of `file`. */
export function parseDefinition(json: unknown, file: string): OrgDefinition {
  const problems: Problem[] = [];
  const root = new Check(json, '', problems);
  root.onlyKeys([
    'organization',
    'sandbox',
    'ports',
    'apiRequestsPerDay',
    'sessionTimeoutMinutes',
    'codeLifetimeSeconds',
    'faultConsole',
    'users',
    'oauthClients',
    'dataFiles',
  ]);
  const ports = root.get('ports', {});
  ports.onlyKeys(['org', 'login', 'sandboxOrg', 'sandboxLogin']);
  const definition: OrgDefinition = {
    organization: organization(root.get('organization')),
    sandbox: organization(root.get('sandbox')),
    ports: {
      org: ports.get('org', 0).integer(0, 65535),
      login: ports.get('login', 0).integer(0, 65535),
      sandboxOrg: ports.get('sandboxOrg', 0).integer(0, 65535),
      sandboxLogin: ports.get('sandboxLogin', 0).integer(0, 65535),
    },
    apiRequestsPerDay: root.get('apiRequestsPerDay', 15_000).integer(1, 10_000_000),
    sessionTimeoutMinutes: root.get('sessionTimeoutMinutes', 120).number(0.01, 1440),
    codeLifetimeSeconds: root.get('codeLifetimeSeconds', 900).number(0.1, 3600),
    faultConsole: root.get('faultConsole', false).boolean(),
    users: root.get('users').list(user),
    oauthClients: root.get('oauthClients', []).list(client),
    dataFiles: root
      .get('dataFiles', [])
      .list((entry) => entry.text())
      .map((path) => resolve(dirname(resolve(file)), path)),
  };
  unique(
    definition.users.map((u) => u.username.toLowerCase()),
    'users',
    'username',
    problems,
  );
  unique(
    definition.oauthClients.map((c) => c.id),
    'oauthClients',
    'id',
    problems,
  );
  if (definition.organization.id === definition.sandbox.id) {
    problems.push({ path: 'sandbox.id', message: 'must differ from organization.id' });
  }
  if (problems.length > 0) throw new DefinitionError(file, problems);
  return definition;
}

function organization(at: Check): OrganizationDefinition {
  at.onlyKeys(['id', 'name']);
  const id = at.get('id').matching(/^00D[A-Za-z0-9]{12}([A-Z0-5]{3})?$/, 'an organisation id (00D…)');
  return { id: to18(id.slice(0, 15)), name: at.get('name').text() };
}

function user(at: Check): UserDefinition {
  at.onlyKeys([
    'username',
    'password',
    'firstName',
    'lastName',
    'email',
    'profile',
    'permissionSets',
    'timeZone',
    'locale',
    'language',
  ]);
  const username = at.get('username').matching(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'in the form of an e-mail address');
  return {
    username,
    password: at.get('password').text(),
    firstName: at.get('firstName', null).textOrNull(),
    lastName: at.get('lastName').text(),
    email: at.get('email', username).text(),
    profile: at.get('profile').text(),
    permissionSets: at.get('permissionSets', []).list((entry) => entry.text()),
    timeZone: at.get('timeZone', 'GMT').text(),
    locale: at.get('locale', 'en_US').text(),
    language: at.get('language', 'en_US').text(),
  };
}

function client(at: Check): OAuthClientDefinition {
  at.onlyKeys([
    'id',
    'name',
    'secret',
    'redirectUris',
    'scopes',
    'requirePkce',
    'requireSecret',
    'rotateRefreshTokens',
    'certificate',
    'preauthorizedUsers',
  ]);
  return {
    id: at.get('id').text(),
    name: at.get('name').text(),
    secret: at.get('secret').text(),
    redirectUris: at.get('redirectUris').list((entry) => entry.url()),
    scopes: at.get('scopes', ['api', 'id', 'refresh_token']).list((entry) => entry.oneOf(Object.keys(SCOPES))),
    requirePkce: at.get('requirePkce', true).boolean(),
    requireSecret: at.get('requireSecret', true).boolean(),
    rotateRefreshTokens: at.get('rotateRefreshTokens', true).boolean(),
    certificate: certificate(at.get('certificate', null)),
    preauthorizedUsers: at.get('preauthorizedUsers', []).list((entry) => entry.text()),
  };
}

function certificate(at: Check): string | null {
  const text = at.textOrNull();
  return text === null ? null : at.matching(/^-----BEGIN (CERTIFICATE|PUBLIC KEY)-----/, 'a certificate in PEM');
}

function unique(values: string[], path: string, what: string, problems: Problem[]): void {
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) problems.push({ path, message: `the ${what} ${value} occurs twice` });
    seen.add(value);
  }
}
