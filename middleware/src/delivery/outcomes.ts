import type { ItemOutcome } from '../salesforce/contract.ts';
import { backoff } from './classify.ts';
import type { DeliveryError, Settlement } from './repository.ts';

/** How often and how fast to try again; times in milliseconds. */
export interface RetryPolicy {
  maxFailures: number;
  retryBase: number;
  retryMax: number;
}

const SUPERSEDED: DeliveryError = {
  code: 'superseded',
  message: 'A newer version of the response was processed before',
};
const ORG_SKIPPED: DeliveryError = { code: 'policy', message: 'A policy of the connection leaves it' };

/** What an outcome of the org means for the delivery. `random` is a number from 0 up to 1. */
export function settlementOf(
  delivery: { id: number; failures: number },
  outcome: ItemOutcome | undefined,
  policy: RetryPolicy,
  random: number,
): Settlement {
  if (outcome === undefined) {
    return failed(
      delivery,
      { code: 'MISSING_OUTCOME', message: 'The answer of the org held no outcome for it' },
      policy,
      random,
    );
  }
  const { id } = delivery;
  const details = { recordId: outcome.recordId, droppedFields: outcome.droppedFields, error: outcome.error };
  switch (outcome.outcome) {
    case 'created':
    case 'updated':
    case 'unchanged':
      return {
        id,
        to: outcome.droppedFields.length > 0 ? 'synced_with_fallback' : 'synced',
        outcome: outcome.outcome,
        ...details,
      };
    case 'skipped':
      return { id, to: 'skipped', outcome: 'skipped', ...details, reason: outcome.error ?? ORG_SKIPPED };
    case 'superseded':
      return { id, to: 'skipped', outcome: 'superseded', ...details, reason: SUPERSEDED };
    case 'rejected':
      return { id, to: 'rejected', outcome: 'rejected', ...details };
    case 'retryable':
      return failed(
        delivery,
        outcome.error ?? { code: 'RETRYABLE', message: 'The org could not save it for the moment' },
        policy,
        random,
      );
    case 'deferred':
      return { id, to: 'pending', delay: 0, failed: false };
  }
}

/** One failure more: again after a backoff, or dead when it was the last. */
export function failed(
  delivery: { id: number; failures: number },
  error: DeliveryError,
  policy: RetryPolicy,
  random: number,
): Settlement {
  const failures = delivery.failures + 1;
  if (failures >= policy.maxFailures) return dead(delivery.id, error);
  return {
    id: delivery.id,
    to: 'pending',
    delay: backoff(failures, policy.retryBase, policy.retryMax, random),
    failed: true,
    error,
  };
}

export function dead(id: number, error: DeliveryError): Settlement {
  return { id, to: 'dead', outcome: 'dead', error };
}
