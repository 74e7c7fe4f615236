import formbody from '@fastify/formbody';
import fastify, { LogController, type FastifyInstance } from 'fastify';
import type { Org } from '../org/org.ts';
import type { OrgDefinition } from './definition.ts';
import { Environment, type EnvironmentKind } from './environment.ts';
import { faultRoutes, injectFaults } from './faults/routes.ts';
import { authorizeRoutes } from './oauth/authorize.ts';
import type { GrantState } from './oauth/grants.ts';
import { identityRoutes } from './oauth/identity.ts';
import { tokenRoutes } from './oauth/token.ts';
import { html, page, STYLE } from './pages/html.ts';
import { notFoundPage, orgPages, siteName } from './pages/org.ts';
import { sendPage } from './pages/send.ts';
import { apiRoutes } from './rest/routes.ts';

const HOST = '127.0.0.1';

export interface ServerOptions {
  definition: OrgDefinition;
  load: (kind: EnvironmentKind) => Promise<Org>;
  now?: () => number;
  grants?: (kind: EnvironmentKind) => { state: GrantState | null; changed: (state: GrantState) => void };
  /** errors of the program are written here */
  log?: NodeJS.WritableStream;
}

/** Both environments, listening. */
export interface RunningServers {
  production: Environment;
  sandbox: Environment;
  close: () => Promise<void>;
}

/** Starts the four listeners: an org host and a login host for production and for the sandbox. */
export async function startServers(options: ServerOptions): Promise<RunningServers> {
  const { definition } = options;
  const apps: FastifyInstance[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(apps.map((app) => app.close()));
  };
  const environment = (kind: EnvironmentKind): Environment => {
    const saved = options.grants?.(kind);
    const env: Environment = new Environment({
      kind,
      definition,
      load: () => options.load(kind),
      now: options.now ?? Date.now,
      grants: saved?.state ?? null,
      grantsChanged: () => saved?.changed(env.grants.state()),
    });
    return env;
  };
  const listen = async (app: FastifyInstance, port: number): Promise<string> => {
    apps.push(app);
    return app.listen({ host: HOST, port });
  };
  const production = environment('production');
  const sandbox = environment('sandbox');
  try {
    const { ports } = definition;
    production.orgUrl = await listen(orgApp(production, options), ports.org);
    production.loginUrl = await listen(loginApp(production, options), ports.login);
    sandbox.orgUrl = await listen(orgApp(sandbox, options), ports.sandboxOrg);
    sandbox.loginUrl = await listen(loginApp(sandbox, options), ports.sandboxLogin);
  } catch (error) {
    await close();
    throw error;
  }
  return { production, sandbox, close };
}

/** The host that `instance_url` names: API, Apex REST, pages, and OAuth as every My Domain has it. */
function orgApp(env: Environment, options: ServerOptions): FastifyInstance {
  const app = newApp(env, options);
  void app.register(async (scope) => {
    await scope.register(formbody);
    authorizeRoutes(scope, env, siteName(env));
    tokenRoutes(scope, env);
    identityRoutes(scope, env);
    orgPages(scope, env);
  });
  void app.register(async (scope) => apiRoutes(scope, env));
  const { faults } = env;
  if (faults !== null) void app.register(async (scope) => faultRoutes(scope, env, faults));
  return app;
}

/** login.salesforce.com or test.salesforce.com */
function loginApp(env: Environment, options: ServerOptions): FastifyInstance {
  const app = newApp(env, options);
  const site = env.kind === 'sandbox' ? 'Sandbox login' : 'Login';
  void app.register(async (scope) => {
    await scope.register(formbody);
    authorizeRoutes(scope, env, site);
    tokenRoutes(scope, env);
    identityRoutes(scope, env);
    // a session of the login host is one of the org: the home page is there
    scope.get('/', (_request, reply) => reply.redirect(`${env.orgUrl}/`, 302));
  });
  return app;
}

function newApp(env: Environment, options: ServerOptions): FastifyInstance {
  const app = fastify({
    logger: { level: 'error', stream: options.log ?? process.stderr },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1_000_000,
    // stops at once: clients keep their connections open
    forceCloseConnections: true,
    // clients that keep the address with a slash at its end ask for `//services`, which Salesforce answers
    rewriteUrl: (request) => (request.url ?? '/').replace(/^\/{2,}/, '/'),
    routerOptions: { maxParamLength: 2000 },
  });
  if (env.faults !== null) injectFaults(app, env.faults);
  app.get('/style.css', (_request, reply) =>
    reply.header('cache-control', 'max-age=300').type('text/css; charset=UTF-8').send(STYLE),
  );
  app.setNotFoundHandler((_request, reply) => notFoundPage(env, reply));
  app.setErrorHandler((error: unknown, request, reply) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) request.log.error({ err: error }, 'request failed');
    const message = status >= 500 ? 'An unexpected error occurred.' : (error as Error).message;
    const body = html`<p class="error">${message}</p>`;
    return sendPage(reply, status, page({ title: 'Error', site: siteName(env), body }));
  });
  return app;
}
