import { ApiError, notFound } from './api-error.ts';
import type { ApiCall } from './call.ts';

/** A request of the REST API below the version, whether it came by itself or inside a composite one. */
export interface ApiRequest {
  /** parts of the path, decoded */
  params: Record<string, string>;
  query: URLSearchParams;
  /** by lower-case name */
  headers: Record<string, string>;
  /** the body as it came; empty when there was none */
  text: string;
  /** a fault of this program that no caller waits for */
  logFault: (error: unknown, message: string) => void;
}

/** An answer with a status or headers of its own. */
export class ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;

  /** @param body undefined = no body */
  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** Does what a resource does. Gives the body (answered with the resource's status; undefined = 204) or an ApiAnswer, or a promise of these. */
export type Work = (call: ApiCall, request: ApiRequest) => unknown;

interface Resource {
  method: Method;
  segments: string[];
  work: Work;
  status: number;
}

/** The resources below `/services/data/vXX.X`, found by method and path; a fixed segment goes before a parameter. */
export class Resources {
  readonly #resources: Resource[] = [];

  /** @param path e.g. `/sobjects/:name/:id` */
  add(method: Method, path: string, work: Work, status = 200): void {
    this.#resources.push({ method, segments: segmentsOf(path), work, status });
  }

  /**
   * @param path below the version, with the query string
   * @throws ApiError NOT_FOUND, METHOD_NOT_ALLOWED and what the work throws
   */
  async answer(
    call: ApiCall,
    method: string,
    path: string,
    request: Omit<ApiRequest, 'params' | 'query'>,
  ): Promise<ApiAnswer> {
    const [pathname = '', query = ''] = splitOnce(path, '?');
    const segments = segmentsOf(pathname).map(decode);
    const fitting = this.#resources
      .map((resource) => ({ resource, params: match(resource.segments, segments) }))
      .filter((found): found is { resource: Resource; params: Record<string, string> } => found.params !== null)
      .sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length);
    if (fitting.length === 0) throw notFound();
    const verb = method === 'HEAD' ? 'GET' : method;
    const chosen = fitting.find(({ resource }) => resource.method === verb);
    if (chosen === undefined) {
      const allowed = [...new Set(fitting.map(({ resource }) => resource.method))].join(',');
      const message = `HTTP Method '${method}' not allowed. Allowed are ${allowed}`;
      throw new ApiError(405, 'METHOD_NOT_ALLOWED', message);
    }
    const { resource, params } = chosen;
    const result: unknown = await resource.work(call, { ...request, params, query: new URLSearchParams(query) });
    if (result instanceof ApiAnswer) return result;
    return new ApiAnswer(result === undefined ? 204 : resource.status, result);
  }
}

function match(pattern: readonly string[], path: readonly string[]): Record<string, string> | null {
  if (pattern.length !== path.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const actual = path[i] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = actual;
    else if (part !== actual) return null;
  }
  return params;
}

const segmentsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw notFound();
  }
}

/** A parameter of the path; empty when the path has none of that name. */
export const param = (request: ApiRequest, name: string): string => request.params[name] ?? '';

/** A parameter of the query string; empty when it is not given. */
export const queryParam = (request: ApiRequest, name: string): string => request.query.get(name) ?? '';

/** @throws ApiError JSON_PARSER_ERROR */
export function jsonBody(request: ApiRequest): unknown {
  if (request.text.trim() === '') {
    throw new ApiError(
      400,
      'JSON_PARSER_ERROR',
      'The HTTP entity body is required, but this request has no entity body.',
    );
  }
  try {
    return JSON.parse(request.text) as unknown;
  } catch (error) {
    throw new ApiError(400, 'JSON_PARSER_ERROR', (error as Error).message);
  }
}
