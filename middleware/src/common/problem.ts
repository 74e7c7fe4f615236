import { Type } from 'typebox';
import type { Static } from 'typebox';

/** Problem details (RFC 9457) with a stable `code` for programs. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.Optional(Type.String()),
    requestId: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { $id: 'Problem', description: 'Problem details, RFC 9457' },
);
export type Problem = Static<typeof Problem>;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** One place of a request that is wrong: a JSON pointer and what is asked there. Holds no value of the request. */
export interface Violation {
  path: string;
  message: string;
}

/** An answer of 4xx or 503 that is meant for the caller. Its text holds nothing of the request's content. */
export class ProblemError extends Error {
  readonly statusCode: number;
  readonly code: string;
  readonly errors: Violation[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    statusCode: number,
    code: string,
    detail: string,
    extra: { errors?: Violation[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: extra.cause });
    this.name = 'ProblemError';
    this.statusCode = statusCode;
    this.code = code;
    this.errors = extra.errors;
    this.headers = extra.headers ?? {};
  }
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available',
};

/** The body for a status, code and detail. */
export function problemBody(
  status: number,
  code: string,
  detail: string | undefined,
  requestId: string,
  errors?: Violation[],
): Problem {
  return {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    requestId,
    ...(errors === undefined ? {} : { errors }),
  };
}
