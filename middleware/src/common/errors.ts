import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_MEDIA_TYPE, problemBody, ProblemError } from './problem.ts';
import type { Violation } from './problem.ts';

/** Stable codes for Fastify's own refusals. */
const CODES: Record<string, string> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'empty_body',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_content_length',
  FST_CSRF_MISSING_SECRET: 'invalid_csrf_token',
  FST_CSRF_INVALID_TOKEN: 'invalid_csrf_token',
};

const FALLBACK: Record<number, string> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  503: 'unavailable',
};

/** Turns an error into a problem: only texts that are ours, never one that may quote the request. */
export function toProblem(error: FastifyError | Error): ProblemError {
  if (error instanceof ProblemError) return error;
  const fastifyError = error as Partial<FastifyError>;
  if (Array.isArray(fastifyError.validation)) {
    const errors: Violation[] = fastifyError.validation.map((violation) => ({
      path: `${fastifyError.validationContext ?? ''}${violation.instancePath}`,
      message: violation.message ?? 'is not valid',
    }));
    return new ProblemError(
      400,
      'invalid_request',
      'The request does not have the form that is described in /documentation.',
      { errors },
    );
  }
  const status = fastifyError.statusCode ?? 500;
  if (status >= 500 && status !== 503)
    return new ProblemError(500, 'internal_error', 'Something went wrong here. The request id names it in the log.', {
      cause: error,
    });
  const code = CODES[fastifyError.code ?? ''] ?? FALLBACK[status] ?? 'bad_request';
  return new ProblemError(
    status,
    code,
    FALLBACK[status] === undefined
      ? 'The request was refused.'
      : `The request was refused: ${code.replaceAll('_', ' ')}.`,
  );
}

/** Answers every error as problem details. */
export function useProblemDetails(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error);
    if (problem.statusCode >= 500)
      request.log.error({ err: problem.cause ?? error, code: problem.code }, 'request failed');
    return sendProblem(request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, new ProblemError(404, 'not_found', 'There is nothing at this address.')),
  );
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: ProblemError): FastifyReply {
  return reply
    .code(problem.statusCode)
    .headers(problem.headers)
    .type(PROBLEM_MEDIA_TYPE)
    .serializer(JSON.stringify)
    .send(problemBody(problem.statusCode, problem.code, problem.message, request.id, problem.errors));
}
