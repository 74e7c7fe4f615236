import { isAllowed } from './hosts.ts';
import type { HostPolicy } from './hosts.ts';

/** An answer of Salesforce: its status, its headers in lower case and its body as text. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Apex REST answers are 6 MB at most; what is larger did not come from there. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/**
 * How far a request got that has no answer: `refused` never left this machine or met no server, `unknown` may have
 * been carried out, `blocked` is a host that the settings do not allow.
 */
export type RequestFailure = 'refused' | 'unknown' | 'blocked';

/** A request without an answer. The message names the host and the kind of failure only. */
export class RequestError extends Error {
  readonly failure: RequestFailure;
  readonly code: string;

  constructor(failure: RequestFailure, code: string, message: string) {
    super(message);
    this.name = 'RequestError';
    this.failure = failure;
    this.code = code;
  }
}

/** Error codes of a connection that never came about. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Sends one request, without redirects and with a deadline for the whole answer.
 *
 * @param timeout milliseconds until the last byte of the answer
 * @throws RequestError when no complete answer came
 */
export async function sendRequest(
  policy: HostPolicy,
  request: { method: string; url: string; headers?: Record<string, string>; body?: string },
  timeout: number,
): Promise<HttpAnswer> {
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
  if (url === undefined || !isAllowed(policy, url)) {
    throw new RequestError(
      'blocked',
      'HOST_NOT_ALLOWED',
      `The host ${url?.host ?? '(none)'} is not allowed by SALESFORCE_ALLOWED_HOSTS`,
    );
  }
  try {
    const answer = await fetch(url, {
      method: request.method,
      headers: request.headers ?? {},
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await readText(answer),
    };
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const code = codeOf(error);
    const failure = NOT_CONNECTED.has(code) ? 'refused' : 'unknown';
    throw new RequestError(failure, code, `No complete answer from ${url.host}: ${code}`);
  }
}

async function readText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > MAX_ANSWER_BYTES)
      throw new RequestError('unknown', 'ANSWER_TOO_LARGE', 'The answer is larger than 8 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  if (error.name === 'TimeoutError') return 'TIMEOUT';
  const cause: unknown = error.cause;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return error.name;
}
