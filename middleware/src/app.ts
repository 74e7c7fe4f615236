import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { OAuthStateRepository } from './accounts/oauth-state.ts';
import { AccountRepository } from './accounts/repository.ts';
import { accountRoutes } from './accounts/routes.ts';
import { TokenKeeper } from './accounts/tokens.ts';
import { alertRoutes } from './alerts/routes.ts';
import { AlertService } from './alerts/service.ts';
import { auditRequests } from './audit/hook.ts';
import { AuditRepository } from './audit/repository.ts';
import { useProblemDetails } from './common/errors.ts';
import { sha256 } from './common/hash.ts';
import { Debounce, Loop } from './common/loop.ts';
import { Problem, ProblemError } from './common/problem.ts';
import { ConfigurationFetcher } from './configuration/fetch.ts';
import { ConfigurationRepository } from './configuration/repository.ts';
import { BackfillRepository } from './backfill/repository.ts';
import { backfillRoutes } from './backfill/routes.ts';
import { BackfillRunner } from './backfill/runner.ts';
import { Planner } from './delivery/planner.ts';
import { DeliveryRepository } from './delivery/repository.ts';
import { deliveryRoutes } from './delivery/routes.ts';
import { DeliverySupervisor } from './delivery/supervisor.ts';
import type { Settings } from './environment.ts';
import { erasureRoutes } from './erasure/routes.ts';
import { ErasureService } from './erasure/service.ts';
import { openTombstoneHash } from './erasure/tombstones.ts';
import { RequestPoller } from './requests/poller.ts';
import { resealAll } from './security/reseal.ts';
import { adminRoutes, workspaceRoutes } from './workspaces/routes.ts';
import { importRoutes } from './imports/routes.ts';
import { ImportService } from './imports/service.ts';
import { SourceRepository } from './sources/repository.ts';
import { sourceEventRoutes, sourceRoutes } from './sources/routes.ts';
import { ingestRoutes } from './ingest/routes.ts';
import { IngestService } from './ingest/service.ts';
import { createMetrics } from './operations/metrics.ts';
import { operationsRoutes } from './operations/routes.ts';
import { pageRoutes } from './pages/routes.ts';
import { formActionSources } from './salesforce/hosts.ts';
import type { HostPolicy } from './salesforce/hosts.ts';
import { keyFromFile, keyringFrom } from './security/keyring.ts';
import type { Database } from './storage/database.ts';
import { maintain, MAINTENANCE_INTERVAL } from './storage/maintenance.ts';
import { openStorage } from './storage/open.ts';
import { SurveyRepository } from './surveys/repository.ts';
import { ensureDefaultWorkspace } from './workspaces/bootstrap.ts';
import type { NewCredentials } from './workspaces/bootstrap.ts';
import { WorkspaceRepository } from './workspaces/repository.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Credentials that were made at this start, to be shown once. */
    newCredentials: NewCredentials;
  }
}

export interface AppOptions {
  settings: Settings;
  /** Stands in for the storage in tests of its failures. */
  wrapStorage?: (database: Database) => Database;
  /** Decides which addresses alerts may go to; tests allow their own server. */
  alertAddresses?: (address: string) => boolean;
  /** Epoch milliseconds; tests move the clock of the signature check. */
  now?: () => number;
}

/**
 * Milliseconds that a response waits for others before it is delivered: every call counts against the org's daily limit,
 * so responses that arrive together should go together.
 */
const LINGER = 100;

const app: FastifyPluginAsync<AppOptions> = async (fastify, options) => {
  const { settings, now = Date.now } = options;
  const policy: HostPolicy = {
    allowedHosts: settings.salesforce.allowedHosts,
    loginUrls: Object.values(settings.salesforce.loginUrls),
  };
  const keyring = keyringFrom(settings.encryptionKey ?? keyFromFile(settings.dataFolder));
  const opened = await openStorage({
    databaseUrl: settings.databaseUrl,
    dataFolder: settings.dataFolder,
    onIdleError: (error) => {
      fastify.log.warn({ err: error }, 'idle database connection lost');
    },
  });
  const database = options.wrapStorage?.(opened) ?? opened;
  // Registered first, so it runs last: everything below still needs the storage while it stops.
  fastify.addHook('onClose', () => opened.close());

  const resealed = await resealAll(database, keyring);
  if (resealed > 0) fastify.log.info({ secrets: resealed }, 'secrets sealed with the newest encryption key');
  const tombstone = await openTombstoneHash(database, keyring);
  const workspaces = new WorkspaceRepository(database, keyring);
  const accounts = new AccountRepository(database);
  const configurations = new ConfigurationRepository(database);
  const deliveries = new DeliveryRepository(database);
  const backfills = new BackfillRepository(database);
  const surveys = new SurveyRepository(database);
  const states = new OAuthStateRepository(database);
  const tokens = new TokenKeeper(database, accounts, keyring, settings.salesforce, policy);
  const metrics = createMetrics();
  const fetcher = new ConfigurationFetcher({
    accounts,
    tokens,
    configurations,
    settings: settings.salesforce,
    policy,
    log: fastify.log,
    onChange: () => {
      supervisor.wake();
    },
  });
  const supervisor = new DeliverySupervisor({
    database,
    planner: new Planner(database),
    backfills: new BackfillRunner(database, backfills, configurations),
    deliveries,
    accounts,
    tokens,
    configurations,
    fetcher,
    settings: settings.delivery,
    salesforce: settings.salesforce,
    policy,
    observer: metrics.delivery,
    log: fastify.log,
  });
  const erasure = new ErasureService({
    database,
    accounts,
    tokens,
    settings: settings.salesforce,
    policy,
    hash: tombstone,
    lease: settings.delivery.lease,
    log: fastify.log,
  });
  const alerts = new AlertService(database, keyring, fastify.log, options.alertAddresses);
  const alerter = new Loop('alerts', settings.delivery.poll * 5, () => alerts.run(), fastify.log);
  const eraser = new Loop('erasure', settings.configurationPoll, () => erasure.run(), fastify.log);
  const requests = new RequestPoller({
    accounts,
    tokens,
    configurations,
    deliveries,
    backfills,
    erasure,
    settings: settings.salesforce,
    policy,
    log: fastify.log,
    wake: () => {
      supervisor.wake();
      eraser.wake();
    },
  });
  const poller = new Loop(
    'configuration',
    settings.configurationPoll,
    async () => {
      for (const account of await accounts.connected()) {
        if (await fetcher.fetch(account)) await requests.poll(account);
      }
    },
    fastify.log,
  );
  const maintenance = new Loop('maintenance', MAINTENANCE_INTERVAL, () => maintain(database), fastify.log);
  const arrivals = new Debounce(LINGER, () => {
    supervisor.wake();
  });
  const ingest = new IngestService(
    database,
    () => {
      arrivals.trigger();
    },
    tombstone,
  );

  fastify.decorate(
    'newCredentials',
    await ensureDefaultWorkspace(workspaces, {
      apiKey: settings.workspaceApiKey,
      webhookSecret: settings.workspaceWebhookSecret,
    }),
  );
  fastify.decorateRequest('workspace', null);
  fastify.addSchema(Problem);
  useProblemDetails(fastify);
  logAnswers(fastify);
  const audit = new AuditRepository(database);
  auditRequests(fastify, audit);
  await registerProtection(fastify, settings, policy);
  await registerDocumentation(fastify, settings);

  await fastify.register(operationsRoutes, { database, deliveries, metrics });
  await fastify.register(ingestRoutes, { workspaces, surveys, ingest, now, counted: metrics.received });
  const workspaceOptions = { workspaces, audit, adminApiKey: settings.adminApiKey };
  await fastify.register(alertRoutes, { workspaces, alerts });
  await fastify.register(workspaceRoutes, workspaceOptions);
  await fastify.register(adminRoutes, workspaceOptions);
  await fastify.register(erasureRoutes, {
    workspaces,
    erasure,
    wake: () => {
      eraser.wake();
    },
  });
  const sourceOptions = {
    workspaces,
    sources: new SourceRepository(database, keyring),
    surveys,
    ingest,
    publicUrl: settings.publicUrl,
    now,
  };
  await fastify.register(sourceEventRoutes, sourceOptions);
  await fastify.register(sourceRoutes, sourceOptions);
  await fastify.register(importRoutes, {
    workspaces,
    imports: new ImportService(
      database,
      () => {
        arrivals.trigger();
      },
      tombstone,
    ),
  });
  await fastify.register(deliveryRoutes, {
    workspaces,
    deliveries,
    wake: () => {
      supervisor.wake();
    },
  });
  await fastify.register(backfillRoutes, {
    workspaces,
    accounts,
    configurations,
    backfills,
    wake: () => {
      supervisor.wake();
    },
  });
  await fastify.register(accountRoutes, {
    workspaces,
    accounts,
    configurations,
    apiShare: settings.delivery.apiShare,
  });
  await fastify.register(pageRoutes, {
    app: settings,
    workspaces,
    accounts,
    tokens,
    states,
    settings: settings.salesforce,
    policy,
    deliveries,
    surveys,
    wake: () => {
      supervisor.wake();
    },
    sessionKey: keyring.derive('session'),
    onConnected: async (account) => {
      await fetcher.fetch(account);
      supervisor.wake();
      eraser.wake();
    },
  });

  fastify.addHook('onReady', async () => {
    await supervisor.start();
    poller.start();
    eraser.start();
    alerter.start();
    maintenance.start();
  });
  fastify.addHook('onClose', async () => {
    arrivals.stop();
    await Promise.all([
      supervisor.stop(),
      poller.stop(),
      eraser.stop(),
      alerter.stop(),
      maintenance.stop(),
      ingest.idle(),
    ]);
  });
};

/** One line a request: the route's pattern, never its address, which holds ids and OAuth codes. */
function logAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const level = reply.statusCode >= 500 ? 'warn' : 'info';
    request.log[level](
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime),
      },
      'request',
    );
    done();
  });
}

async function registerProtection(fastify: FastifyInstance, settings: Settings, policy: HostPolicy): Promise<void> {
  const https = settings.publicUrl.protocol === 'https:';
  await fastify.register(helmet, {
    hsts: https,
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        // Browsers check the redirects that follow a form too: the Connect form ends at Salesforce's login.
        formAction: ["'self'", ...formActionSources(policy)],
        frameAncestors: ["'none'"],
        styleSrc: ["'self'"],
        upgradeInsecureRequests: https ? [] : null,
      },
    },
  });
  await fastify.register(underPressure, {
    maxEventLoopDelay: 5_000,
    pressureHandler: () => {
      throw new ProblemError(503, 'overloaded', 'Too busy at the moment. Send it again later.', {
        headers: { 'retry-after': '5' },
      });
    },
  });
  await fastify.register(rateLimit, {
    max: settings.rateLimitPerMinute,
    timeWindow: 60_000,
    keyGenerator: callerOf,
    errorResponseBuilder: (_request, context) =>
      new ProblemError(429, 'too_many_requests', 'Too many requests. Send it again later.', {
        headers: { 'retry-after': String(Math.ceil(context.ttl / 1000)) },
      }),
  });
}

/** Who a request counts for: its address together with the credential or workspace that it names. */
function callerOf(request: FastifyRequest): string {
  const { authorization } = request.headers;
  const workspace = (request.query as Record<string, unknown> | undefined)?.['workspace'];
  const claimed =
    authorization === undefined ? (typeof workspace === 'string' ? workspace : '') : sha256(authorization).slice(0, 16);
  return `${request.ip} ${claimed}`;
}

async function registerDocumentation(fastify: FastifyInstance, settings: Settings): Promise<void> {
  await fastify.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Fieldbridge', version: '1', description: 'Survey responses become Salesforce records.' },
      servers: [{ url: settings.publicUrl.origin }],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer' },
          webhookSignature: {
            type: 'apiKey',
            in: 'header',
            name: 'webhook-signature',
            description: 'Standard Webhooks, see docs/webhooks.md',
          },
        },
      },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `def-${index}`,
    },
  });
  await fastify.register(swaggerUi, { routePrefix: '/documentation', staticCSP: true });
}

/** Fieldbridge's middleware as a plugin. */
export default fastifyPlugin(app, { name: 'fieldbridge', fastify: '5.x' });
