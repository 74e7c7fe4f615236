import { rmSync } from 'node:fs';
import t from 'tap';
import { loadOrg, type Org } from '../../src/org/org.ts';
import { parseDefinition, type OrgDefinition } from '../../src/outside/definition.ts';
import { startServers, type RunningServers } from '../../src/outside/server.ts';
import { sourceFolder } from './source.ts';

/** An org that listens, for the tests of one file. */
export interface OutsideOrg {
  org: Org;
  servers: RunningServers;
  definition: OrgDefinition;
  /** the org host, e.g. http://127.0.0.1:40123 */
  url: string;
  /** a token of that user with every scope */
  token(username: string): string;
  /** one request with the administrator's token, or the one given */
  request(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Answer>;
}

export interface RequestOptions {
  token?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** the body read as JSON, null when there is none */
  json: unknown;
}

/** Loads the source and starts the listeners; both are gone when the file's tests end. */
export async function outsideOrg(files: Record<string, string>, changes: object = {}): Promise<OutsideOrg> {
  const folder = sourceFolder(files);
  t.teardown(() => rmSync(folder, { recursive: true }));
  const definition = parseDefinition(
    {
      organization: { id: '00D000000000001', name: 'Test' },
      sandbox: { id: '00D000000000002', name: 'dev' },
      users: [{ username: 'admin@example.com', password: 'p', lastName: 'Admin', profile: 'System Administrator' }],
      ...changes,
    },
    'test.json',
  );
  const seed = { organization: definition.organization, isSandbox: false, users: definition.users };
  const org = await loadOrg({ sourceFolders: [folder], definition: seed, tests: false });
  const servers = await startServers({ definition, load: () => Promise.resolve(org) });
  t.teardown(() => servers.close());
  const url = servers.production.orgUrl;
  const token = (username: string): string => {
    const user = org.userByUsername(username);
    if (user === null) throw new Error(`There is no user ${username}`);
    return servers.production.grants.issueBrowserSession(user.id);
  };
  let admin: string | null = null;
  const request = async (method: string, path: string, body?: unknown, options: RequestOptions = {}) => {
    admin ??= token('admin@example.com');
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${options.token ?? admin}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? (JSON.parse(text) as unknown) : null,
    };
  };
  return { org, servers, definition, url, token, request };
}
