import { backoff } from './classify.ts';

/**
 * The breaker of an account, kept in the database so that all processes share it. `open`: the org is away, nothing is
 * sent until `until`. Then one response probes; while `recovering` one batch at a time goes out, each twice as large as
 * the one before, with a gap between them, so that an org that just came back is not flooded by the backlog.
 */
export interface Breaker {
  state: 'closed' | 'open' | 'recovering';
  /** Outages in a row, from which the waiting time grows. */
  count: number;
  /** The largest next batch while it is not closed. */
  burst: number;
}

/** What the breaker becomes, and the milliseconds until something may be sent. */
export interface BreakerStep extends Breaker {
  wait: number;
}

export interface BreakerPolicy {
  /** Milliseconds of the first waiting time. */
  base: number;
  /** Milliseconds of the longest waiting time. */
  max: number;
  /** Milliseconds between two bursts. */
  gap: number;
}

/** A burst of this size is an ordinary batch: the breaker closes. */
const LARGEST_BURST = 64;

export const CLOSED: Breaker = { state: 'closed', count: 0, burst: 1 };

/** The org could not be reached or said that it cannot serve. `random` is a number from 0 up to 1. */
export function opened(breaker: Breaker, policy: BreakerPolicy, random: number): BreakerStep {
  const count = breaker.count + 1;
  return { state: 'open', count, burst: 1, wait: backoff(count, policy.base, policy.max, random) };
}

/** The org answered a batch. */
export function answered(breaker: Breaker, policy: BreakerPolicy): BreakerStep {
  if (breaker.state === 'closed') return { ...breaker, wait: 0 };
  const burst = breaker.burst * 2;
  if (burst > LARGEST_BURST) return { ...CLOSED, wait: 0 };
  return { state: 'recovering', count: breaker.count, burst, wait: policy.gap };
}
