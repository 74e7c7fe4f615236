/**
 * The states of a delivery and who may move it (docs/delivery.md). Every transition is one UPDATE that names the state
 * it comes from; those out of `delivering` also name the lease, so that a worker that lost its lease changes nothing.
 */
export const DELIVERY_STATES = [
  'pending',
  'delivering',
  'synced',
  'synced_with_fallback',
  'skipped',
  'rejected',
  'dead',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export const TRANSITIONS: Record<DeliveryState, readonly DeliveryState[]> = {
  pending: ['delivering', 'skipped'],
  delivering: ['pending', 'synced', 'synced_with_fallback', 'skipped', 'rejected', 'dead'],
  synced: [],
  synced_with_fallback: [],
  skipped: [],
  rejected: ['pending'],
  dead: ['pending'],
};

/** The states that a settled delivery can have. */
export type FinalState = Exclude<DeliveryState, 'pending' | 'delivering'>;

/** The final states from which a person may send a delivery again. */
export const REPLAYABLE: readonly DeliveryState[] = DELIVERY_STATES.filter(
  (state) => state !== 'delivering' && TRANSITIONS[state].includes('pending'),
);
