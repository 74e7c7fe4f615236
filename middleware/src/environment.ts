import path from 'node:path';
import envSchema from 'env-schema';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { isLoopback } from './salesforce/hosts.ts';

const Environment = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', minLength: 1 }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65535 }),
  PUBLIC_URL: Type.String({ default: '' }),
  TRUST_PROXY: Type.Boolean({ default: false }),
  DATA_DIR: Type.String({ default: '.fieldbridge', minLength: 1 }),
  DATABASE_URL: Type.String({ default: '' }),
  ENCRYPTION_KEY: Type.String({ default: '' }),
  WORKSPACE_API_KEY: Type.String({ default: '' }),
  ADMIN_API_KEY: Type.String({ default: '' }),
  WORKSPACE_WEBHOOK_SECRET: Type.String({ default: '' }),
  SALESFORCE_CLIENT_ID: Type.String({ default: '' }),
  SALESFORCE_CLIENT_SECRET: Type.String({ default: '' }),
  SALESFORCE_LOGIN_URL: Type.String({ default: 'https://login.salesforce.com' }),
  SALESFORCE_SANDBOX_LOGIN_URL: Type.String({ default: 'https://test.salesforce.com' }),
  SALESFORCE_ALLOWED_HOSTS: Type.String({ default: '*.salesforce.com,*.force.com' }),
  SALESFORCE_SCOPES: Type.String({ default: 'id api refresh_token', minLength: 1 }),
  SALESFORCE_API_VERSION: Type.String({ default: '67.0', pattern: '^\\d{2,3}\\.0$' }),
  SALESFORCE_REQUEST_TIMEOUT_SECONDS: Type.Number({ default: 60, minimum: 0.1, maximum: 120 }),
  PACKAGE_NAMESPACE: Type.String({ default: '', pattern: '^([A-Za-z][A-Za-z0-9_]{0,14})?$' }),
  CONFIGURATION_POLL_SECONDS: Type.Number({ default: 60, minimum: 0.1, maximum: 86_400 }),
  DELIVERY_POLL_SECONDS: Type.Number({ default: 1, minimum: 0.02, maximum: 60 }),
  DELIVERY_LEASE_SECONDS: Type.Number({ default: 30, minimum: 0.2, maximum: 600 }),
  DELIVERY_MAX_FAILURES: Type.Integer({ default: 8, minimum: 1, maximum: 100 }),
  DELIVERY_RETRY_SECONDS: Type.Number({ default: 2, minimum: 0.01, maximum: 600 }),
  DELIVERY_RETRY_MAX_SECONDS: Type.Number({ default: 600, minimum: 0.01, maximum: 86_400 }),
  DELIVERY_BURST_SECONDS: Type.Number({ default: 2, minimum: 0.01, maximum: 600 }),
  API_BUDGET_PERCENT: Type.Integer({ default: 50, minimum: 1, maximum: 100 }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({ default: 12_000, minimum: 1 }),
  LOGIN_RATE_LIMIT_PER_MINUTE: Type.Integer({ default: 20, minimum: 1 }),
  MAX_BODY_BYTES: Type.Integer({ default: 262_144, minimum: 1024, maximum: 16_777_216 }),
  LOG_LEVEL: Type.String({ default: 'info', pattern: '^(trace|debug|info|warn|error|fatal|silent)$' }),
});

/** The settings of the middleware, checked. Times are in milliseconds; an empty optional setting is undefined. */
export interface Settings {
  host: string;
  port: number;
  publicUrl: URL;
  trustProxy: boolean;
  dataFolder: string;
  databaseUrl: string | undefined;
  encryptionKey: string | undefined;
  workspaceApiKey: string | undefined;
  /** The operator's key, for making workspaces. */
  adminApiKey: string | undefined;
  workspaceWebhookSecret: string | undefined;
  salesforce: SalesforceSettings;
  configurationPoll: number;
  delivery: DeliverySettings;
  rateLimitPerMinute: number;
  loginRateLimitPerMinute: number;
  maxBodyBytes: number;
  logLevel: string;
}

export interface SalesforceSettings {
  clientId: string | undefined;
  clientSecret: string | undefined;
  loginUrls: Record<'production' | 'sandbox', URL>;
  allowedHosts: string[];
  scopes: string[];
  apiVersion: string;
  requestTimeout: number;
  namespace: string | undefined;
}

export interface DeliverySettings {
  poll: number;
  lease: number;
  maxFailures: number;
  retryBase: number;
  retryMax: number;
  /** Between two batches to an org that was away. */
  burstGap: number;
  /** Percent of an org's daily API limit that an account may use when nothing else is set for it. */
  apiShare: number;
}

/**
 * Reads and checks the environment.
 *
 * @throws Error whose message is one sentence for the operator
 */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const env = validate(environment);
  const publicUrl = parseUrl(
    'PUBLIC_URL',
    env.PUBLIC_URL || `http://${env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST}:${env.PORT}`,
  );
  if (publicUrl.pathname !== '/')
    throw new Error('PUBLIC_URL must have no path, for example https://bridge.example.com.');
  if (env.DATABASE_URL !== '' && !/^postgres(ql)?:\/\//.test(env.DATABASE_URL)) {
    throw new Error('DATABASE_URL must start with postgres:// or postgresql://.');
  }
  if (env.WORKSPACE_API_KEY !== '' && env.WORKSPACE_API_KEY.length < 24) {
    throw new Error('WORKSPACE_API_KEY must have at least 24 characters.');
  }
  if (env.ADMIN_API_KEY !== '' && env.ADMIN_API_KEY.length < 24) {
    throw new Error('ADMIN_API_KEY must have at least 24 characters.');
  }
  if (env.WORKSPACE_WEBHOOK_SECRET !== '' && !/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(env.WORKSPACE_WEBHOOK_SECRET)) {
    throw new Error('WORKSPACE_WEBHOOK_SECRET must be whsec_ followed by at least 24 bytes in base64.');
  }
  return {
    host: env.HOST,
    port: env.PORT,
    publicUrl,
    trustProxy: env.TRUST_PROXY,
    dataFolder: path.resolve(env.DATA_DIR),
    databaseUrl: env.DATABASE_URL || undefined,
    encryptionKey: env.ENCRYPTION_KEY || undefined,
    adminApiKey: env.ADMIN_API_KEY || undefined,
    workspaceApiKey: env.WORKSPACE_API_KEY || undefined,
    workspaceWebhookSecret: env.WORKSPACE_WEBHOOK_SECRET || undefined,
    salesforce: {
      clientId: env.SALESFORCE_CLIENT_ID || undefined,
      clientSecret: env.SALESFORCE_CLIENT_SECRET || undefined,
      loginUrls: {
        production: parseLoginUrl('SALESFORCE_LOGIN_URL', env.SALESFORCE_LOGIN_URL),
        sandbox: parseLoginUrl('SALESFORCE_SANDBOX_LOGIN_URL', env.SALESFORCE_SANDBOX_LOGIN_URL),
      },
      allowedHosts: env.SALESFORCE_ALLOWED_HOSTS.split(',')
        .map((host) => host.trim().toLowerCase())
        .filter((host) => host !== ''),
      scopes: env.SALESFORCE_SCOPES.split(/\s+/),
      apiVersion: env.SALESFORCE_API_VERSION,
      requestTimeout: env.SALESFORCE_REQUEST_TIMEOUT_SECONDS * 1000,
      namespace: env.PACKAGE_NAMESPACE || undefined,
    },
    configurationPoll: env.CONFIGURATION_POLL_SECONDS * 1000,
    delivery: {
      poll: env.DELIVERY_POLL_SECONDS * 1000,
      lease: env.DELIVERY_LEASE_SECONDS * 1000,
      maxFailures: env.DELIVERY_MAX_FAILURES,
      retryBase: env.DELIVERY_RETRY_SECONDS * 1000,
      retryMax: env.DELIVERY_RETRY_MAX_SECONDS * 1000,
      burstGap: env.DELIVERY_BURST_SECONDS * 1000,
      apiShare: env.API_BUDGET_PERCENT,
    },
    rateLimitPerMinute: env.RATE_LIMIT_PER_MINUTE,
    loginRateLimitPerMinute: env.LOGIN_RATE_LIMIT_PER_MINUTE,
    maxBodyBytes: env.MAX_BODY_BYTES,
    logLevel: env.LOG_LEVEL,
  };
}

function validate(environment: Record<string, string | undefined>): Static<typeof Environment> {
  // An empty value means "not set": shells and compose files pass them on so.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  try {
    return envSchema<Static<typeof Environment>>({ schema: { ...Environment }, data: given, env: false });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`The environment has a bad value: ${text.replaceAll('env/', '').replaceAll('env ', '')}.`);
  }
}

function parseUrl(name: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Error(`${name} must be an http or https URL, for example https://bridge.example.com.`);
  }
  return url;
}

function parseLoginUrl(name: string, value: string): URL {
  const url = parseUrl(name, value);
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) {
    throw new Error(`${name} must be https; http is accepted for loopback addresses only.`);
  }
  return url;
}
