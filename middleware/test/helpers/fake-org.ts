import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration, Connection, DeliveryItem } from '../../src/salesforce/contract.ts';

/**
 * Plays what Salesforce's documentation says of OAuth, identity and Apex REST, and what docs/apex-rest.md says of the
 * package, with one record for each lookup value and one log row for each connection and response.
 */
export interface FakeAnswer {
  status: number;
  body: unknown;
}
/** A fault in place of the answer to `POST /v1/responses`. `cut_after` carries the batch out and then drops the line. */
export type Fault = FakeAnswer | 'cut_before' | 'cut_after' | 'half_answer' | 'hang' | 'html';

interface LogRow {
  version: number;
  outcome: string;
  recordId: string;
  times: number;
}

export class FakeOrg {
  readonly organizationId: string;
  readonly userId = '005000000000001AAA';
  rotate = true;
  configuration: Configuration;
  /** Every item that was processed or refused, by call. */
  readonly calls: DeliveryItem[][] = [];
  readonly records = new Map<string, { id: string; values: Record<string, unknown>; writes: number }>();
  readonly log = new Map<string, LogRow>();
  readonly tokenRequests: URLSearchParams[] = [];
  readonly revoked: string[] = [];
  readonly requests: { method: string; path: string; headers: IncomingMessage['headers'] }[] = [];
  configurationRequests = 0;
  /** Ids of responses that this org was asked to erase. */
  readonly erased: string[] = [];
  /** What people asked for in the org, by id; gone once it is acknowledged as done or failed. */
  readonly requestsOfPeople = new Map<string, object>();
  readonly replies: { id: string; status: string; message: string | null; done: number }[] = [];
  apiUsed = 18;
  apiLimit = 100_000;
  /** Lookup values in work now; an overlap of two calls is a fault of the caller. */
  overlaps = 0;
  delay = 0;
  /** Chooses a fault for a call; undefined answers as usual. */
  fault: (items: DeliveryItem[], call: number) => Fault | undefined = () => undefined;
  /** Chooses another outcome for an item; undefined saves it. */
  outcome: (item: DeliveryItem) => Record<string, unknown> | undefined = () => undefined;
  /** Chooses a refusal of the token endpoint. */
  tokenFault: (form: URLSearchParams) => FakeAnswer | 'cut_after' | undefined = () => undefined;
  readonly #server: Server;
  readonly #codes = new Map<string, { challenge: string; redirectUri: string }>();
  readonly #accessTokens = new Set<string>();
  #refreshToken = '';
  readonly #working = new Map<string, number>();
  origin = '';

  constructor(organizationId = '00D000000000001AAA', connections: Connection[] = []) {
    this.organizationId = organizationId;
    this.configuration = { configVersion: '', organizationId, connections: [] };
    this.configure(connections);
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(599).end(String(error));
      });
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  configure(connections: Connection[]): void {
    const configVersion = createHash('sha256').update(JSON.stringify(connections)).digest('hex');
    this.configuration = { configVersion, organizationId: this.organizationId, connections };
  }

  /** Ends every session, as a changed password or an expired session does. */
  expireSessions(): void {
    this.#accessTokens.clear();
  }

  revokeGrant(): void {
    this.expireSessions();
    this.#refreshToken = '';
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    this.requests.push({ method: request.method ?? '', path: url.pathname, headers: request.headers });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const json = (status: number, value: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'sforce-limit-info': `api-usage=${this.apiUsed}/${this.apiLimit}`,
        ...headers,
      });
      response.end(JSON.stringify(value));
    };
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /services/oauth2/authorize':
        return this.#authorize(url, response);
      case 'POST /services/oauth2/token':
        return this.#token(new URLSearchParams(body), response, json);
      case 'POST /services/oauth2/revoke':
        this.revoked.push(new URLSearchParams(body).get('token') ?? '');
        this.revokeGrant();
        response.writeHead(200, { 'content-length': '0' }).end();
        return;
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!this.#accessTokens.has(token)) {
      return json(401, [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]);
    }
    if (url.pathname === `/id/${this.organizationId}/${this.userId}`) {
      return json(200, {
        id: `${this.origin}${url.pathname}`,
        user_id: this.userId,
        organization_id: this.organizationId,
        username: 'integration@example.com',
      });
    }
    if (/^\/services\/data\/v\d+\.0\/query$/.test(url.pathname))
      return json(200, { totalSize: 1, done: true, records: [{ Name: 'Example Inc' }] });
    if (url.pathname === '/services/apexrest/v1/configuration') {
      this.configurationRequests += 1;
      const etag = `"${this.configuration.configVersion}"`;
      if (request.headers['if-none-match'] === etag) {
        response.writeHead(304, { etag }).end();
        return;
      }
      return json(200, this.configuration, { etag });
    }
    const erase = /^\/services\/apexrest\/v1\/responses\/(.+)$/.exec(url.pathname);
    if (request.method === 'DELETE' && erase !== null) {
      this.erased.push(decodeURIComponent(erase[1] ?? ''));
      return json(200, { erased: 1 });
    }
    if (request.method === 'GET' && url.pathname === '/services/apexrest/v1/requests')
      return json(200, { requests: [...this.requestsOfPeople.values()] });
    const acknowledged = /^\/services\/apexrest\/v1\/requests\/(.+)$/.exec(url.pathname)?.[1];
    if (request.method === 'POST' && acknowledged !== undefined) {
      const reply = JSON.parse(body) as { status: string; message: string | null; done: number };
      this.replies.push({ id: acknowledged, ...reply });
      if (reply.status !== 'running') this.requestsOfPeople.delete(acknowledged);
      return json(200, {});
    }
    if (request.method === 'POST' && url.pathname === '/services/apexrest/v1/responses') {
      return this.#responses(JSON.parse(body) as { configVersion: string; items: DeliveryItem[] }, response, json);
    }
    return json(404, [{ errorCode: 'NOT_FOUND', message: 'Could not find a match for URL' }]);
  }

  #authorize(url: URL, response: ServerResponse): void {
    const query = url.searchParams;
    const redirectUri = query.get('redirect_uri') ?? '';
    const challenge = query.get('code_challenge');
    if (challenge === null || query.get('code_challenge_method') !== 'S256' || query.get('response_type') !== 'code') {
      response.writeHead(400).end('invalid_request: PKCE is required');
      return;
    }
    const code = randomBytes(16).toString('hex');
    this.#codes.set(code, { challenge, redirectUri });
    response
      .writeHead(302, {
        location: `${redirectUri}?${new URLSearchParams({ code, state: query.get('state') ?? '' }).toString()}`,
      })
      .end();
  }

  #token(form: URLSearchParams, response: ServerResponse, json: (status: number, value: unknown) => void): void {
    this.tokenRequests.push(form);
    const fault = this.tokenFault(form);
    if (fault !== undefined && fault !== 'cut_after') return json(fault.status, fault.body);
    if (form.get('grant_type') === 'authorization_code') {
      const grant = this.#codes.get(form.get('code') ?? '');
      this.#codes.delete(form.get('code') ?? '');
      const proof = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (grant?.challenge !== proof || grant.redirectUri !== form.get('redirect_uri'))
        return json(400, { error: 'invalid_grant', error_description: 'invalid code verifier' });
      this.#refreshToken = `5Aep${randomBytes(16).toString('hex')}`;
    } else if (form.get('refresh_token') !== this.#refreshToken || this.#refreshToken === '') {
      if (this.rotate) this.revokeGrant(); // using an old refresh token again revokes the current one
      return json(400, { error: 'invalid_grant', error_description: 'expired access/refresh token' });
    } else if (this.rotate) {
      this.#refreshToken = `5Aep${randomBytes(16).toString('hex')}`;
    }
    const accessToken = `${this.organizationId.slice(0, 15)}!${randomBytes(16).toString('hex')}`;
    this.#accessTokens.add(accessToken);
    if (fault === 'cut_after') {
      response.destroy();
      return;
    }
    json(200, {
      access_token: accessToken,
      ...(this.rotate || form.get('grant_type') === 'authorization_code' ? { refresh_token: this.#refreshToken } : {}),
      instance_url: this.origin,
      id: `${this.origin}/id/${this.organizationId}/${this.userId}`,
      token_type: 'Bearer',
      issued_at: String(Date.now()),
      signature: 'x',
      scope: 'id api refresh_token',
    });
  }

  async #responses(
    request: { configVersion: string; items: DeliveryItem[] },
    response: ServerResponse,
    json: (status: number, value: unknown) => void,
  ): Promise<void> {
    const { items } = request;
    this.calls.push(items);
    const keys = [...new Set(items.map((item) => this.#lookup(item)))];
    for (const key of keys) {
      const count = (this.#working.get(key) ?? 0) + 1;
      this.#working.set(key, count);
      if (count > 1) this.overlaps += 1;
    }
    const fault = this.fault(items, this.calls.length - 1);
    if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
    for (const key of keys) this.#working.set(key, (this.#working.get(key) ?? 1) - 1);
    if (fault === 'cut_before') return void response.destroy();
    if (fault === 'hang') return;
    if (fault === 'html') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>maintenance</html>');
      return;
    }
    if (typeof fault === 'object') return json(fault.status, fault.body);
    if (request.configVersion !== this.configuration.configVersion) {
      return json(409, {
        error: { code: 'STALE_CONFIGURATION', message: 'Fetch the configuration again' },
        configVersion: this.configuration.configVersion,
      });
    }
    if (items.length > 200) return json(413, { error: { code: 'TOO_MANY_ITEMS', message: 'At most 200 items' } });
    const outcomes = items.map((item) => this.#save(item));
    if (fault === 'cut_after') return void response.destroy();
    if (fault === 'half_answer') {
      const text = JSON.stringify({ configVersion: this.configuration.configVersion, items: outcomes });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length) });
      response.write(text.slice(0, text.length / 2));
      setTimeout(() => response.destroy(), 20);
      return;
    }
    json(200, { configVersion: this.configuration.configVersion, limits: {}, items: outcomes });
  }

  #lookup(item: DeliveryItem): string {
    const connection = this.configuration.connections.find((candidate) => candidate.name === item.connection);
    return [
      connection?.object,
      ...(connection?.lookupFields ?? []).map((field) =>
        String(item.values[field] ?? '')
          .trim()
          .toLowerCase(),
      ),
    ].join('|');
  }

  #save(item: DeliveryItem): Record<string, unknown> {
    const logKey = `${item.connection}|${item.responseId}`;
    const base = {
      responseId: item.responseId,
      connection: item.connection,
      version: item.version,
      droppedFields: [],
      error: null,
      stored: false,
      recordId: null,
    };
    const row = this.log.get(logKey);
    if (row !== undefined && row.version > item.version)
      return { ...base, outcome: 'superseded', recordId: row.recordId };
    if (row?.version === item.version && item.replay !== true)
      return { ...base, outcome: row.outcome, recordId: row.recordId, stored: true };
    const chosen = this.outcome(item);
    if (chosen !== undefined && !['created', 'updated'].includes(String(chosen['outcome'])))
      return { ...base, ...chosen };
    const key = this.#lookup(item);
    const found = this.records.get(key);
    const record = found ?? { id: `003${String(this.records.size + 1).padStart(12, '0')}AAA`, values: {}, writes: 0 };
    Object.assign(record.values, item.values);
    record.writes += 1;
    this.records.set(key, record);
    const outcome = found === undefined ? 'created' : 'updated';
    this.log.set(logKey, { version: item.version, outcome, recordId: record.id, times: (row?.times ?? 0) + 1 });
    return { ...base, outcome, recordId: record.id, ...chosen };
  }
}

/** A connection that finds a Contact by e-mail. */
export function contactConnection(changes: Partial<Connection> = {}): Connection {
  return {
    name: 'Contact_By_Email',
    label: 'Contact by e-mail',
    active: true,
    surveyId: 'feedback',
    object: 'Contact',
    lookupFields: ['Email'],
    statuses: ['completed', 'partial'],
    conditionLogic: 'all',
    fieldMappings: [
      { name: 'm1', field: 'Email', source: 'question', key: 'email', required: true },
      { name: 'm2', field: 'LastName', source: 'question', key: 'last_name', required: false },
      { name: 'm3', field: 'LeadSource', source: 'fixed', key: 'Web', required: false },
    ],
    triggerConditions: [],
    ...changes,
  };
}
