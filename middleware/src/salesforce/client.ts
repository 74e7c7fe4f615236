import { Connection } from 'jsforce';
import type { HttpRequest, HttpResponse } from 'jsforce';
import { StreamPromise } from 'jsforce/lib/util/promise.js';
import { Transport } from 'jsforce/lib/transport.js';
import { PassThrough } from 'node:stream';
import { RequestError, sendRequest } from './http.ts';
import type { HttpAnswer } from './http.ts';
import type { HostPolicy } from './hosts.ts';
import type { SalesforceSettings } from '../environment.ts';

/** Tokens of an account as they are kept, sealed. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** What a client needs of an account: where it is, its tokens now, and how to get new ones. */
export interface Session {
  instanceUrl: string;
  accessToken: string;
  /**
   * Gets another access token for the one that was refused.
   *
   * @throws ReconnectRequiredError when only a person can help
   */
  refresh(refused: string): Promise<string>;
}

/** The grant is gone: the person has to connect the account again. */
export class ReconnectRequiredError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`The account has to be connected again (${code})`);
    this.name = 'ReconnectRequiredError';
    this.code = code;
  }
}

/** A call after a refresh that was refused again: a fresh token does not help, so the call ends instead of looping. */
const MAX_REFUSALS = 2;

/** One call's transport: ours instead of jsforce's, for the host check, the deadline and the cut answer. */
class CallTransport extends Transport {
  answer: HttpAnswer | undefined;
  failure: Error | undefined;
  #refusals = 0;
  readonly #policy: HostPolicy;
  readonly #timeout: number;

  constructor(policy: HostPolicy, timeout: number) {
    super();
    this.#policy = policy;
    this.#timeout = timeout;
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#send(request) }));
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    this.answer = undefined;
    try {
      const answer = await sendRequest(
        this.#policy,
        {
          method: request.method,
          url: request.url,
          headers: request.headers ?? {},
          ...(typeof request.body === 'string' ? { body: request.body } : {}),
        },
        this.#timeout,
      );
      if (answer.status === 401 && ++this.#refusals > MAX_REFUSALS) {
        throw new ReconnectRequiredError('INVALID_SESSION_ID');
      }
      this.answer = answer;
      return { statusCode: answer.status, headers: answer.headers, body: answer.body };
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error('The request failed');
      throw error;
    }
  }
}

/** Calls one org through jsforce, with our own refresh. Cheap to make; jsforce's state is not shared between clients. */
export class SalesforceClient {
  readonly #connection: Connection;
  readonly #policy: HostPolicy;
  readonly #settings: SalesforceSettings;
  #refreshFailure: Error | undefined;

  constructor(settings: SalesforceSettings, policy: HostPolicy, session: Session) {
    this.#settings = settings;
    this.#policy = policy;
    this.#connection = new Connection({
      instanceUrl: session.instanceUrl,
      accessToken: session.accessToken,
      version: settings.apiVersion,
      refreshFn: (connection, callback) => {
        session.refresh(connection.accessToken ?? '').then(
          (token) => {
            callback(null, token);
          },
          (error: unknown) => {
            this.#refreshFailure = error instanceof Error ? error : new Error('The refresh failed');
            callback(this.#refreshFailure);
          },
        );
      },
    });
  }

  /** Daily API calls used and allowed, from the last answer's Sforce-Limit-Info. */
  get apiUsage(): { used: number; limit: number } | undefined {
    return this.#connection.limitInfo.apiUsage;
  }

  /**
   * Calls the package's Apex REST resource.
   *
   * @returns the answer, whatever its status
   * @throws RequestError, ReconnectRequiredError
   */
  apexRest(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    headers: Record<string, string> = {},
    body?: unknown,
  ): Promise<HttpAnswer> {
    const namespace = this.#settings.namespace === undefined ? '' : `/${this.#settings.namespace}`;
    const url = `${this.#connection.instanceUrl}/services/apexrest${namespace}${path}`;
    return this.call(method, url, headers, body);
  }

  /** Sends a request to any URL of the org. */
  async call(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    headers: Record<string, string> = {},
    body?: unknown,
  ): Promise<HttpAnswer> {
    const transport = new CallTransport(this.#policy, this.#settings.requestTimeout);
    this.#refreshFailure = undefined;
    const request: HttpRequest = {
      method,
      url,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    try {
      await this.#connection.request(request, { transport });
    } catch (error) {
      // Set by the refresh function while the request was under way, which the type checker cannot see.
      const refreshFailure = this.#refreshFailure as Error | undefined;
      if (refreshFailure !== undefined) throw refreshFailure;
      if (transport.failure !== undefined) throw transport.failure;
      // jsforce throws for 4xx and 5xx; the answer says more than its error.
      if (transport.answer === undefined) throw error;
    }
    if (transport.answer === undefined)
      throw new RequestError('unknown', 'NO_ANSWER', 'The call ended without an answer');
    return transport.answer;
  }
}

/** The JSON of an answer, or undefined when it is none (an HTML page of a proxy). */
export function jsonOf(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.body) as unknown;
  } catch {
    return undefined;
  }
}

/** The error code of an answer: the package's `{error: {code}}` or Salesforce's `[{errorCode}]`. */
export function errorOf(answer: HttpAnswer): { code: string; message: string; correlationId?: string } {
  const body = jsonOf(answer);
  const entry: unknown = Array.isArray(body) ? body[0] : body;
  if (typeof entry === 'object' && entry !== null) {
    if ('error' in entry && typeof entry.error === 'object' && entry.error !== null) {
      const error = entry.error as Record<string, unknown>;
      return {
        code: typeof error['code'] === 'string' ? error['code'] : `HTTP_${answer.status}`,
        message: typeof error['message'] === 'string' ? error['message'] : '',
        ...(typeof error['correlationId'] === 'string' ? { correlationId: error['correlationId'] } : {}),
      };
    }
    if ('errorCode' in entry) return { code: String(entry.errorCode), message: '' };
    if ('error' in entry && typeof entry.error === 'string') return { code: entry.error, message: '' };
  }
  return { code: `HTTP_${answer.status}`, message: '' };
}
