/** What came of a call: an HTTP status with its error code, or the way in which it failed without an answer. */
export type CallResult =
  | { status: number; code: string }
  | { failure: 'refused' | 'unknown' | 'blocked' | 'refresh_failed' | 'reconnect_required'; code: string };

/**
 * What to do about a call that did not answer with outcomes:
 * - `retry`: each delivery again after a backoff, counted as a failure (also when the outcome is unknown: same key)
 * - `wait`: the org as a whole cannot take any; the account pauses, nothing is counted
 * - `reconnect`: only a person can help; deliveries wait
 * - `reconfigure`: fetch the configuration, then send again at once
 * - `shrink`: send again at once in a smaller batch; a single delivery is refused for good
 * - `bisect`: something in the batch breaks it; halves until it is alone, then `alone` says what becomes of it
 */
export type Reaction =
  | { kind: 'retry'; shrink: boolean }
  | { kind: 'wait'; reason: 'limit' | 'outage' | 'set_up' }
  | { kind: 'reconnect' }
  | { kind: 'reconfigure' }
  | { kind: 'shrink' }
  | { kind: 'bisect'; alone: 'retry' | 'dead' };

/** Limits of the org as a whole. */
const LIMITS = new Set(['REQUEST_LIMIT_EXCEEDED', 'TXN_SECURITY_METERING_ERROR', 'CONCURRENT_REQUEST_LIMIT_EXCEEDED']);

/** The org refuses the integration as a whole: permission set not assigned, package not installed, API off. */
const SET_UP = new Set([
  'NO_PERMISSION',
  'UNKNOWN_RESOURCE',
  'NOT_FOUND',
  'API_DISABLED_FOR_ORG',
  'API_CURRENTLY_DISABLED',
  'INSUFFICIENT_ACCESS',
  'INSUFFICIENT_ACCESS_OR_READONLY',
  'FORBIDDEN',
]);

/** Classifies a failed call by its status and code alone. */
export function classify(result: CallResult): Reaction {
  if ('failure' in result) {
    switch (result.failure) {
      case 'refused':
      case 'refresh_failed':
        return { kind: 'wait', reason: 'outage' };
      case 'blocked':
        return { kind: 'wait', reason: 'set_up' };
      case 'reconnect_required':
        return { kind: 'reconnect' };
      case 'unknown':
        return { kind: 'retry', shrink: true };
    }
  }
  const { status, code } = result;
  if (status === 401) return { kind: 'reconnect' };
  if (LIMITS.has(code) || status === 429) return { kind: 'wait', reason: 'limit' };
  if (code === 'LOCK_CONTENTION' || code === 'UNABLE_TO_LOCK_ROW') return { kind: 'retry', shrink: false };
  if (code === 'STALE_CONFIGURATION' || status === 409) return { kind: 'reconfigure' };
  if (code === 'TOO_MANY_ITEMS' || status === 413) return { kind: 'shrink' };
  if (code === 'SERVER_UNAVAILABLE' || status === 502 || status === 503 || status === 504) {
    return { kind: 'wait', reason: 'outage' };
  }
  if (SET_UP.has(code) || status === 403 || status === 404) return { kind: 'wait', reason: 'set_up' };
  if (status >= 300 && status < 400) return { kind: 'wait', reason: 'set_up' }; // a redirect: wrong instance, login page
  if (status >= 400 && status < 500) return { kind: 'bisect', alone: 'dead' };
  return { kind: 'bisect', alone: 'retry' };
}

/**
 * Exponential backoff with full jitter, so that what failed together does not come back together.
 *
 * @param failures how often it has failed, from 1
 * @param base milliseconds of the first upper bound
 * @param max milliseconds of the last upper bound
 * @param random a number from 0 up to 1
 * @returns milliseconds, at least a quarter of the bound
 */
export function backoff(failures: number, base: number, max: number, random: number): number {
  const bound = Math.min(max, base * 2 ** Math.min(failures - 1, 30));
  return bound * (0.25 + 0.75 * random);
}
