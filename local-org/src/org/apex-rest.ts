import { ApexThrow, GovernorLimitError, NotModelledError } from '../errors.ts';
import type { ApexExecution } from '../apex/run/execution.ts';
import type { CompiledProgram } from '../apex/run/program.ts';
import type { ClassSymbol, MethodSymbol } from '../apex/resolve/symbols.ts';
import { hasAnnotation } from '../apex/resolve/symbols.ts';
import type { Pause } from '../execution/execution.ts';
import { apexException } from '../platform/exceptions.ts';
import { typed } from '../platform/json-deserialize.ts';
import { toJson } from '../platform/json-serialize.ts';
import { parseJson, writeJson, type Json } from '../platform/json-text.ts';
import { responseOf, restRequest, restResponse } from '../platform/rest.ts';
import { T } from '../types/type.ts';
import type { Value } from '../values/value.ts';

export interface ApexRestRequest {
  method: string;
  /** behind /services/apexrest, with the query string */
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
  remoteAddress: string;
}

export interface ApexRestResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

type Work = (x: ApexExecution) => Generator<Pause, ApexRestResponse, void>;

/** What a request to an Apex REST resource runs in a transaction, or the platform's own refusal. */
export function apexRestWork(program: CompiledProgram, request: ApexRestRequest): ApexRestResponse | Work {
  const url = new URL(request.path, 'http://org');
  const path = decodeURI(url.pathname);
  const resource = findResource(program, path);
  if (resource === null) return errorResponse(404, 'NOT_FOUND', 'Could not find a match for URL');
  const { cls, mapping } = resource;
  const method = methodFor(cls, request.method);
  if (method === null) {
    const message = `HTTP Method '${request.method}' not allowed. Allowed are ${allowedVerbs(cls)}`;
    return errorResponse(405, 'METHOD_NOT_ALLOWED', message);
  }
  const hasValues = method.parameters.length > 0 || method.returns !== T.Void;
  if (hasValues && [request.headers['accept'], request.headers['content-type']].some((h) => h?.includes('xml'))) {
    throw new NotModelledError(`Apex REST with XML: ${cls.name}.${method.name}`, cls.file);
  }
  return (x) => serve(x, program, { path, url, mapping, request, cls, method });
}

interface Served {
  path: string;
  url: URL;
  mapping: string;
  request: ApexRestRequest;
  cls: ClassSymbol;
  method: MethodSymbol;
}

function* serve(
  x: ApexExecution,
  program: CompiledProgram,
  { path, url, mapping, request, cls, method }: Served,
): Generator<Pause, ApexRestResponse, void> {
  if (!x.org.permissionsOf(x, x.user.id).classAccess(cls.name)) {
    return errorResponse(403, 'FORBIDDEN', `You do not have access to the Apex class named: ${cls.name}`);
  }
  x.restContext.request = restRequest({
    requestURI: path,
    resourcePath: `/services/apexrest${mapping}`,
    httpMethod: request.method,
    headers: request.headers,
    params: Object.fromEntries(url.searchParams),
    // a body that goes into parameters is not in the request (Apex Developer Guide, "Apex REST Methods")
    body: method.parameters.length > 0 ? new Uint8Array() : request.body,
    remoteAddress: request.remoteAddress,
  });
  x.restContext.response = restResponse();
  let args: Value[];
  try {
    args = yield* argumentsOf(x, method, request.body);
  } catch (error) {
    if (!(error instanceof ApexThrow) || error.value.typeName !== 'System.JSONException') throw error;
    return errorResponse(400, 'JSON_PARSER_ERROR', error.value.message ?? '');
  }
  const result = yield* program.staticMethod(method)(x, ...args);
  const response = responseOf(x.restContext.response);
  if (method.returns === T.Void) return response;
  const body = new TextEncoder().encode(writeJson(yield* toJson(x, result), false));
  return { ...response, headers: { 'content-type': 'application/json;charset=UTF-8', ...response.headers }, body };
}

/** The values of a method's parameters: the keys of the JSON object in the body; a parameter without a key is null. */
function* argumentsOf(x: ApexExecution, method: MethodSymbol, body: Uint8Array): Generator<Pause, Value[], void> {
  if (method.parameters.length === 0) return [];
  const text = new TextDecoder().decode(body);
  const json: Json = text.trim() === '' ? { kind: 'object', entries: [] } : parseJson(text);
  if (json.kind !== 'object') throw jsonFault('The request body must be a JSON object of the parameters');
  const args: Value[] = method.parameters.map(() => null);
  for (const [key, value] of json.entries) {
    const at = method.parameters.findIndex((parameter) => parameter.name.toLowerCase() === key.toLowerCase());
    const parameter = method.parameters[at];
    if (parameter === undefined) throw jsonFault(`Unexpected parameter encountered during deserialization: ${key}`);
    args[at] = yield* typed(x, value, parameter.type, false);
  }
  return args;
}

const jsonFault = (message: string): ApexThrow => apexException('JSONException', message);

/** The resource that serves a path: exact before wildcard, then the longest mapping. Paths are case-sensitive. */
export function findResource(program: CompiledProgram, path: string): { cls: ClassSymbol; mapping: string } | null {
  let best: { cls: ClassSymbol; mapping: string } | null = null;
  for (const cls of program.classes) {
    const annotation = cls.node.modifiers.annotations.find((a) => a.name === 'restresource');
    const mapping = annotation?.parameters.get('urlmapping');
    if (mapping === undefined || !matches(mapping, path)) continue;
    if (best === null || isNearer(mapping, best.mapping)) best = { cls, mapping };
  }
  return best;
}

function matches(mapping: string, path: string): boolean {
  const pattern = mapping
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(path) || (mapping.endsWith('/*') && path === mapping.slice(0, -2));
}

function isNearer(a: string, b: string): boolean {
  const [wildA, wildB] = [a.includes('*'), b.includes('*')];
  return wildA === wildB ? a.length > b.length : !wildA;
}

const VERBS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The method of the resource that answers an HTTP method. */
export function methodFor(cls: ClassSymbol, verb: string): MethodSymbol | null {
  const annotation = `http${verb === 'DELETE' ? 'delete' : verb.toLowerCase()}`;
  const method = [...cls.methods.values()].flat().find((m) => hasAnnotation(m.node, annotation));
  return method ?? null;
}

export function allowedVerbs(cls: ClassSymbol): string {
  return VERBS.filter((verb) => methodFor(cls, verb) !== null).join(',');
}

/** An answer of the platform itself, in the shape that Salesforce gives errors. */
export function errorResponse(statusCode: number, errorCode: string, message: string): ApexRestResponse {
  return {
    statusCode,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: new TextEncoder().encode(JSON.stringify([{ errorCode, message }])),
  };
}

/** What an exception that the Apex did not catch answers; null when it is no Apex matter. */
export function uncaughtResponse(error: unknown): ApexRestResponse | null {
  if (error instanceof ApexThrow) {
    const { typeName, message, stackTrace } = error.value;
    return errorResponse(500, 'APEX_ERROR', `${typeName}: ${message ?? 'Script-thrown exception'}\n\n${stackTrace}`);
  }
  if (error instanceof GovernorLimitError) {
    return errorResponse(500, 'APEX_ERROR', `System.LimitException: ${error.message}`);
  }
  return null;
}
