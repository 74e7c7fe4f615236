import { ApexThrow, GovernorLimitError, NotModelledError } from '../errors.ts';
import type { CompiledProgram } from '../apex/run/program.ts';
import type { ClassSymbol, MethodSymbol } from '../apex/resolve/symbols.ts';
import { hasAnnotation } from '../apex/resolve/symbols.ts';
import { T } from '../types/type.ts';

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
  if (method === undefined) return null;
  if (method.parameters.length > 0 || method.returns !== T.Void) {
    throw new NotModelledError(`@HttpMethod with parameters or a return value: ${cls.name}.${method.name}`, cls.file);
  }
  return method;
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
