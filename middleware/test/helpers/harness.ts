import { cp, mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import Fastify from 'fastify';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { Webhook } from 'standardwebhooks';
import app from '../../src/app.ts';
import type { AppOptions } from '../../src/app.ts';
import { readSettings } from '../../src/environment.ts';
import { serverOptions } from '../../src/options.ts';
import { openStorage } from '../../src/storage/open.ts';
import type { FakeOrg } from './fake-org.ts';

export const API_KEY = 'fbk_test_0123456789abcdefghij';
export const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of the tests, 32 bytes!').toString('base64')}`;

/** A running app on a folder of its own, with what tests do again and again. */
export interface Harness {
  app: FastifyInstance;
  folder: string;
  logLines: string[];
  environment: Record<string, string>;
  close(): Promise<void>;
}

export interface HarnessOptions extends Omit<AppOptions, 'settings'> {
  org?: FakeOrg;
  folder?: string;
  environment?: Record<string, string>;
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'fieldbridge-test-'));
}

let template: Promise<string> | undefined;

/** A data folder with an empty database of the current schema: initdb runs once in a test file, not for each app. */
export async function preparedFolder(): Promise<string> {
  template ??= (async () => {
    const folder = await temporaryFolder();
    process.once('exit', () => {
      rmSync(folder, { recursive: true, force: true });
    });
    await (await openStorage({ dataFolder: folder, onIdleError: () => undefined })).close();
    return folder;
  })();
  const folder = await temporaryFolder();
  await cp(await template, folder, { recursive: true });
  return folder;
}

/** Settings that make waiting times short. */
export function testEnvironment(folder: string, org?: FakeOrg): Record<string, string> {
  return {
    PUBLIC_URL: 'http://127.0.0.1:3000',
    DATA_DIR: folder,
    WORKSPACE_API_KEY: API_KEY,
    WORKSPACE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    SALESFORCE_CLIENT_ID: 'client-id',
    SALESFORCE_CLIENT_SECRET: 'client-secret-canary',
    SALESFORCE_REQUEST_TIMEOUT_SECONDS: '2',
    CONFIGURATION_POLL_SECONDS: '60',
    DELIVERY_POLL_SECONDS: '0.05',
    DELIVERY_LEASE_SECONDS: '3',
    DELIVERY_RETRY_SECONDS: '0.05',
    DELIVERY_RETRY_MAX_SECONDS: '0.2',
    DELIVERY_MAX_FAILURES: '4',
    DELIVERY_BURST_SECONDS: '0.02',
    LOG_LEVEL: 'debug',
    ...(org === undefined ? {} : { SALESFORCE_LOGIN_URL: org.origin, SALESFORCE_SANDBOX_LOGIN_URL: org.origin }),
  };
}

export async function startApp({ org, folder, environment = {}, ...options }: HarnessOptions = {}): Promise<Harness> {
  const data = folder ?? (environment['DATABASE_URL'] === undefined ? await preparedFolder() : await temporaryFolder());
  const all = { ...testEnvironment(data, org), ...environment };
  const settings = readSettings(all);
  const logLines: string[] = [];
  const server = Fastify(serverOptions(settings, { write: (line) => void logLines.push(line) }));
  await server.register(app, { settings, ...options });
  await server.ready();
  return {
    app: server,
    folder: data,
    logLines,
    environment: all,
    close: async () => {
      await server.close();
      if (folder === undefined) await rm(data, { recursive: true, force: true });
    },
  };
}

/** What a browser needs of an answer. */
export interface PageAnswer {
  statusCode: number;
  body: string;
  headers: Record<string, string | string[] | number | undefined>;
}

/** Where a browser's requests go: an app in this process, or a server by its address. */
export interface Site {
  inject(options: InjectOptions): Promise<PageAnswer>;
}

/** A server process as a site. */
export function siteAt(origin: string): Site {
  return {
    inject: async ({ method, url, headers, payload }) => {
      const answer = await fetch(new URL(typeof url === 'string' ? url : '/', origin), {
        method: method ?? 'GET',
        headers: headers as Record<string, string>,
        redirect: 'manual',
        ...(typeof payload === 'string' ? { body: payload } : {}),
      });
      const all: PageAnswer['headers'] = Object.fromEntries(answer.headers);
      return {
        statusCode: answer.status,
        body: await answer.text(),
        headers: { ...all, 'set-cookie': answer.headers.getSetCookie() },
      };
    },
  };
}

/** A browser: keeps cookies between requests. */
export class Browser {
  readonly #app: Site;
  readonly cookies = new Map<string, string>();

  constructor(server: Site) {
    this.#app = server;
  }

  async request(options: InjectOptions): Promise<PageAnswer> {
    const answer = await this.#app.inject({
      ...options,
      headers: { ...options.headers, cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const cookie of [answer.headers['set-cookie'] ?? []].flat().map(String)) {
      const [pair = '', ...attributes] = cookie.split('; ');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === '' || attributes.includes('Max-Age=0')) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  get(url: string): Promise<PageAnswer> {
    return this.request({ method: 'GET', url });
  }

  /** Loads a page for its form token and posts the form. */
  async submit(pageUrl: string, action: string, fields: Record<string, string>): Promise<PageAnswer> {
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await this.get(pageUrl)).body)?.[1] ?? '';
    return this.request({
      method: 'POST',
      url: action,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ _csrf: csrf, ...fields }).toString(),
    });
  }

  async signIn(apiKey = API_KEY): Promise<this> {
    const answer = await this.submit('/login', '/login', { apiKey });
    if (answer.headers.location !== '/accounts') throw new Error(`The sign-in was refused: ${answer.statusCode}`);
    return this;
  }

  /** The whole flow up to the callback's address, through the org's real authorize redirect. */
  async authorize(fields: Record<string, string> = {}): Promise<URL> {
    const start = await this.submit('/accounts', '/accounts/connect', fields);
    const consent = await fetch(String(start.headers.location), { redirect: 'manual' });
    return new URL(consent.headers.get('location') ?? '');
  }

  async connect(fields: Record<string, string> = {}): Promise<PageAnswer> {
    const callback = await this.authorize(fields);
    await this.get(`${callback.pathname}${callback.search}`);
    return this.get('/accounts');
  }
}

export interface SampleResponse {
  responseId: string;
  status: string;
  submittedAt?: string;
  updatedAt: string;
  answers: Record<string, unknown>;
  hidden?: Record<string, unknown>;
  [key: string]: unknown;
}

/** A completed response; `minute` orders it. */
export function sample(
  responseId: string,
  email: string,
  minute = 0,
  changes: Partial<SampleResponse> = {},
): SampleResponse {
  const time = new Date(Date.UTC(2026, 10, 23, 12, minute)).toISOString();
  return {
    responseId,
    status: 'completed',
    submittedAt: time,
    updatedAt: time,
    answers: { email, last_name: `Name ${responseId}` },
    ...changes,
  };
}

/** Posts a response, signed unless an API key is asked for. */
export function post(
  server: FastifyInstance,
  body: unknown,
  options: { survey?: string; apiKey?: string; headers?: Record<string, string> } = {},
): Promise<LightMyRequestResponse> {
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const credentials = options.apiKey === undefined ? sign(payload) : { authorization: `Bearer ${options.apiKey}` };
  return server.inject({
    method: 'POST',
    url: `/v1/surveys/${options.survey ?? 'feedback'}/responses`,
    headers: { 'content-type': 'application/json', ...credentials, ...options.headers },
    payload,
  });
}

/** The three headers of Standard Webhooks. */
export function sign(payload: string | Buffer, secret = WEBHOOK_SECRET, at = Date.now()): Record<string, string> {
  const id = `msg_${randomBytes(8).toString('hex')}`;
  const time = new Date(Math.floor(at / 1000) * 1000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(time.getTime() / 1000),
    'webhook-signature': new Webhook(secret).sign(id, time, Buffer.from(payload)),
  };
}

/** A row of `GET /v1/deliveries`, as the tests use it. */
export interface DeliveryView {
  id: string;
  responseId: string;
  version: number;
  connection: string;
  state: string;
  outcome: string | null;
  recordId: string | null;
  reason: { code: string; message: string } | null;
  droppedFields: { field: string; code: string }[];
  error: { code: string; message: string } | null;
  attempts: number;
  failures: number;
}

export async function getJson<T>(server: FastifyInstance, url: string): Promise<T> {
  const answer = await server.inject({ url, headers: { authorization: `Bearer ${API_KEY}` } });
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
  return answer.json<T>();
}

export async function deliveries(server: FastifyInstance, query = ''): Promise<DeliveryView[]> {
  return (await getJson<{ items: DeliveryView[] }>(server, `/v1/deliveries?limit=500${query}`)).items;
}

const OPEN = new Set(['pending', 'delivering']);

/** Waits until at least `count` deliveries exist and none is open. */
export function settled(server: FastifyInstance, count: number, query = ''): Promise<DeliveryView[]> {
  return until(async () => {
    const list = await deliveries(server, query);
    return list.length >= count && list.every((delivery) => !OPEN.has(delivery.state)) ? list : undefined;
  }, `${count} settled deliveries`);
}

/** Asks again until there is an answer; fails after 90 s. */
export async function until<T>(ask: () => Promise<T | undefined> | T | undefined, what: string): Promise<T> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`Not within 90 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
