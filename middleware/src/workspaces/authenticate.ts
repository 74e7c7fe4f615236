import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../common/problem.ts';
import { verifySignature } from '../ingest/verify.ts';
import { DEFAULT_WORKSPACE } from './bootstrap.ts';
import type { Workspace, WorkspaceRepository } from './repository.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The workspace that the request's credential belongs to. */
    workspace: Workspace | null;
  }
}

/** @throws ProblemError 401 */
export async function authenticateApiKey(workspaces: WorkspaceRepository, request: FastifyRequest): Promise<Workspace> {
  const [scheme, key] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !key)
    throw unauthorized('missing_credentials', 'Send the API key as a bearer token.');
  const workspace = await workspaces.byApiKey(key);
  if (workspace === undefined) throw unauthorized('invalid_api_key', 'The API key is not valid.');
  return workspace;
}

/**
 * Takes a Standard Webhooks signature over the raw bytes, or an API key. A signed request names its workspace in the
 * query (`?workspace=`); without it the default workspace is meant.
 *
 * @throws ProblemError 401
 */
export async function authenticateSender(
  workspaces: WorkspaceRepository,
  request: FastifyRequest,
  now: number,
): Promise<Workspace> {
  if (request.headers.authorization !== undefined) return authenticateApiKey(workspaces, request);
  const named = (request.query as Record<string, unknown>)['workspace'];
  const workspaceId = typeof named === 'string' ? named : DEFAULT_WORKSPACE;
  const known = await workspaces.webhookSecrets(workspaceId, new Date(now));
  const verdict = verifySignature(
    request.rawBody ?? Buffer.alloc(0),
    {
      id: headerOf(request, 'webhook-id'),
      timestamp: headerOf(request, 'webhook-timestamp'),
      signature: headerOf(request, 'webhook-signature'),
    },
    known?.secrets ?? [],
    now,
  );
  if (!verdict.valid) throw unauthorized(verdict.code, DETAILS[verdict.code]);
  if (known === undefined) throw unauthorized('invalid_signature', DETAILS.invalid_signature);
  return known.workspace;
}

const DETAILS = {
  missing_signature:
    'Sign the request (webhook-id, webhook-timestamp, webhook-signature) or send an API key as a bearer token.',
  timestamp_out_of_range: 'webhook-timestamp is not within five minutes of the time here.',
  invalid_signature: 'No signature matches the body.',
} as const;

function unauthorized(code: string, detail: string): ProblemError {
  return new ProblemError(401, code, detail, { headers: { 'www-authenticate': 'Bearer' } });
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? undefined : value;
}

/** The workspace of a request that passed authentication. */
export function workspaceOf(request: FastifyRequest): Workspace {
  if (request.workspace === null) throw new Error('The route has no authentication');
  return request.workspace;
}
