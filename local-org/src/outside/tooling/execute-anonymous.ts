import { CompileFailure } from '../../apex/emit/program.ts';
import { ApexThrow, CompileError, GovernorLimitError, NotModelledError } from '../../errors.ts';
import type { Org } from '../../org/org.ts';
import { ApiError } from '../rest/api-error.ts';

/** The answer of `executeAnonymous` (Tooling API, ExecuteAnonymousResult). Lines are -1 where nothing failed. */
export interface AnonymousResult {
  line: number;
  column: number;
  compiled: boolean;
  success: boolean;
  compileProblem: string | null;
  exceptionMessage: string | null;
  exceptionStackTrace: string | null;
}

const FINE: AnonymousResult = {
  line: -1,
  column: -1,
  compiled: true,
  success: true,
  compileProblem: null,
  exceptionMessage: null,
  exceptionStackTrace: null,
};

/**
 * Compiles a block with the org's code and runs it as the user in a transaction of its own.
 * @param log receives the lines of its debug log
 */
export function executeAnonymous(
  org: Org,
  userId: string,
  source: string,
  log: (line: string) => void = () => undefined,
): AnonymousResult {
  try {
    org.runAnonymous(userId, source, log);
    return FINE;
  } catch (error) {
    if (error instanceof NotModelledError) throw new ApiError(501, 'NOT_MODELLED', error.message);
    if (error instanceof CompileFailure) {
      const [first] = error.errors;
      if (first instanceof NotModelledError) throw new ApiError(501, 'NOT_MODELLED', first.message);
      const line = first instanceof CompileError ? first.line : 1;
      return { ...FINE, line, column: 1, compiled: false, success: false, compileProblem: first?.message ?? '' };
    }
    if (error instanceof ApexThrow) {
      const { typeName, message, stackTrace } = error.value;
      const place = /line (\d+), column (\d+)/.exec(stackTrace);
      return {
        ...FINE,
        line: Number(place?.[1] ?? -1),
        column: Number(place?.[2] ?? -1),
        success: false,
        exceptionMessage: `${typeName}: ${message ?? 'Script-thrown exception'}`,
        exceptionStackTrace: stackTrace,
      };
    }
    if (error instanceof GovernorLimitError) {
      return { ...FINE, success: false, exceptionMessage: `System.LimitException: ${error.message}` };
    }
    throw error;
  }
}
