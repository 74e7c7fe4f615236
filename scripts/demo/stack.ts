import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MiddlewareClient } from './middleware-client.ts';
import { freePort, start, waitFor } from './processes.ts';
import type { Running } from './processes.ts';

/** The two processes of the demo, running and ready. */
export interface Stack {
  middlewareUrl: string;
  orgUrl: string;
  loginUrl: string;
  sandboxLoginUrl: string;
  /** what usernames end with in the sandbox */
  sandboxSuffix: string;
  client: MiddlewareClient;
  apiKey: string;
  integrationUser: { username: string; password: string };
  admin: { username: string; password: string };
  clientId: string;
  clientSecret: string;
  middleware: Running;
  /** starts the middleware again on the same data, after it ended or was killed */
  startMiddleware(): Promise<Running>;
  /** [what, address, hint] of the pages to look at */
  addresses: [string, string, string][];
}

export interface StackOptions {
  project: string;
  /** data and logs go here */
  folder: string;
  /** every started process is added, so that the caller can stop them whatever happens */
  running: Running[];
  apiKey: string;
  webhookSecret: string;
  /** true: the well-known ports where they are free; false: any free port */
  fixedPorts: boolean;
}

interface Definition {
  sandbox: { name: string };
  ports: { org: number; login: number; sandboxOrg: number; sandboxLogin: number };
  users: { username: string; password: string; profile: string }[];
  oauthClients: { id: string; secret: string; redirectUris: string[] }[];
  dataFiles: string[];
}

const DEFINITION = 'config/local-org.json';

/** Starts the local org and the middleware side by side and waits until both are ready. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { project, folder, running } = options;
  const definition = JSON.parse(readFileSync(join(project, DEFINITION), 'utf8')) as Definition;
  const port = (fixed: number): Promise<number> => freePort(options.fixedPorts ? fixed : 0);
  const middlewarePort = await port(4100);
  const middlewareUrl = `http://127.0.0.1:${middlewarePort}`;
  const orgPorts = {
    org: await port(4110),
    login: await port(4111),
    sandboxOrg: await port(4112),
    sandboxLogin: await port(4113),
  };
  const oauthClient = definition.oauthClients[0];
  const integration = definition.users.find((user) => user.username.startsWith('integration'));
  const admin = definition.users.find((user) => user.profile === 'System Administrator');
  if (oauthClient === undefined || integration === undefined || admin === undefined) {
    throw new Error(`${DEFINITION} needs an OAuth client, an integration user and an administrator.`);
  }
  const definitionFile = join(folder, 'local-org.json');
  writeFileSync(
    definitionFile,
    JSON.stringify({
      ...definition,
      ports: orgPorts,
      oauthClients: definition.oauthClients.map((client) => ({
        ...client,
        redirectUris: [`${middlewareUrl}/oauth/callback`, ...client.redirectUris],
      })),
      dataFiles: definition.dataFiles.map((file) => resolve(project, dirname(DEFINITION), file)),
    }),
  );
  const orgUrl = `http://127.0.0.1:${orgPorts.org}`;
  const loginUrl = `http://127.0.0.1:${orgPorts.login}`;
  const org = start('The local org', ['local-org/src/cli/start.ts', '--definition', definitionFile], {
    cwd: project,
    env: process.env,
    logFile: join(folder, 'local-org.log'),
  });
  running.push(org);

  const client = new MiddlewareClient(middlewareUrl, options.apiKey, options.webhookSecret);
  const startMiddleware = async (): Promise<Running> => {
    const middleware = start('The middleware', ['middleware/src/server.ts'], {
      cwd: project,
      env: {
        ...process.env,
        PORT: String(middlewarePort),
        PUBLIC_URL: middlewareUrl,
        DATA_DIR: join(folder, 'middleware'),
        WORKSPACE_API_KEY: options.apiKey,
        WORKSPACE_WEBHOOK_SECRET: options.webhookSecret,
        SALESFORCE_CLIENT_ID: oauthClient.id,
        SALESFORCE_CLIENT_SECRET: oauthClient.secret,
        SALESFORCE_LOGIN_URL: loginUrl,
        SALESFORCE_SANDBOX_LOGIN_URL: `http://127.0.0.1:${orgPorts.sandboxLogin}`,
        SALESFORCE_ALLOWED_HOSTS: '127.0.0.1',
        CONFIGURATION_POLL_SECONDS: '5',
        DELIVERY_POLL_SECONDS: '0.1',
        LOG_LEVEL: 'info',
      },
      logFile: join(folder, 'middleware.log'),
    });
    running.push(middleware);
    await waitFor('The start of the middleware', async () => ((await client.isReady()) ? true : null), {
      timeout: 60_000,
      running: [middleware],
    });
    return middleware;
  };
  const [middleware] = await Promise.all([
    startMiddleware(),
    waitFor(
      'The start of the local org',
      async () => ((await answers(loginUrl)) && (await answers(orgUrl)) ? true : null),
      {
        timeout: 60_000,
        running: [org],
      },
    ),
  ]);
  return {
    middlewareUrl,
    orgUrl,
    loginUrl,
    sandboxLoginUrl: `http://127.0.0.1:${orgPorts.sandboxLogin}`,
    sandboxSuffix: `.${definition.sandbox.name.toLowerCase()}`,
    client,
    apiKey: options.apiKey,
    integrationUser: { username: integration.username, password: integration.password },
    admin: { username: admin.username, password: admin.password },
    clientId: oauthClient.id,
    clientSecret: oauthClient.secret,
    middleware,
    startMiddleware,
    addresses: [
      ['Accounts', `${middlewareUrl}/accounts`, `API key ${options.apiKey}`],
      ['API documentation', `${middlewareUrl}/documentation`, ''],
      ['The Salesforce org', orgUrl, `user ${admin.username}, password ${admin.password}`],
    ],
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: 'manual' });
    await response.body?.cancel();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false; // not listening yet
    throw error;
  }
}
