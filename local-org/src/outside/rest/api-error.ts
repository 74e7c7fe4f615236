import { ApexThrow, GovernorLimitError, NotModelledError } from '../../errors.ts';
import { SoqlSyntaxError } from '../../soql/parse.ts';
import type { DmlError } from '../../values/value.ts';

export interface ApiErrorBody {
  message: string;
  errorCode: string;
  fields?: string[];
}

/** A refusal of the REST API: an HTTP status and Salesforce's list of errors. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: ApiErrorBody[];

  constructor(status: number, errorCode: string, message: string, fields?: string[]) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.errors = [fields === undefined ? { message, errorCode } : { message, errorCode, fields }];
  }

  /** The answer to one record that a save refused. */
  static ofRow(errors: readonly DmlError[]): ApiError {
    const first = errors[0];
    const error = new ApiError(
      statusOf(first?.statusCode ?? ''),
      first?.statusCode ?? 'UNKNOWN_EXCEPTION',
      first?.message ?? '',
    );
    error.errors.splice(
      0,
      1,
      ...errors.map((e) => ({ message: e.message, errorCode: e.statusCode, fields: e.fields })),
    );
    return error;
  }
}

export const notFound = (): ApiError => new ApiError(404, 'NOT_FOUND', 'The requested resource does not exist');

function statusOf(code: string): number {
  if (code.startsWith('INSUFFICIENT_ACCESS')) return 403;
  if (code === 'ENTITY_IS_DELETED' || code === 'INVALID_CROSS_REFERENCE_KEY') return 404;
  return 400;
}

/** What the REST API answers to a failure of the work; null when it is a fault of this program. */
export function apiErrorOf(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error;
  if (error instanceof NotModelledError) return new ApiError(501, 'NOT_MODELLED', error.message);
  if (error instanceof SoqlSyntaxError) return new ApiError(400, 'MALFORMED_QUERY', error.message);
  if (error instanceof GovernorLimitError)
    return new ApiError(400, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', error.message);
  if (error instanceof ApexThrow) return ofApex(error);
  return null;
}

function ofApex(error: ApexThrow): ApiError {
  const message = error.value.message ?? '';
  const rows = error.value.dmlErrors;
  if (rows.length > 0) return ApiError.ofRow(rows);
  if (/No such column|Didn't understand relationship|is not accessible/i.test(message)) {
    return new ApiError(400, 'INVALID_FIELD', message);
  }
  if (/sObject type '.*' is not supported/i.test(message)) return new ApiError(400, 'INVALID_TYPE', message);
  const denied = /^Access to entity '(.*)' denied/.exec(message);
  if (denied?.[1] !== undefined) {
    // the API does not tell an object that may not be seen from one that there is not
    return new ApiError(400, 'INVALID_TYPE', `sObject type '${denied[1]}' is not supported.`);
  }
  if (error.value.type.name === 'QueryException') return new ApiError(400, 'MALFORMED_QUERY', message);
  if (error.value.type.name === 'NoAccessException') return new ApiError(403, 'INSUFFICIENT_ACCESS', message);
  return new ApiError(500, 'UNKNOWN_EXCEPTION', `${error.value.typeName}: ${message}`);
}
