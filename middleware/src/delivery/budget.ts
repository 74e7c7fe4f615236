/** What is known of an org's daily API limit and of what this account used of it. */
export interface ApiUse {
  /** Calls of this account in the last 24 hours. */
  calls: number;
  /** Calls of everyone in the org in the last 24 hours, from Sforce-Limit-Info; null before the first answer. */
  used: number | null;
  /** The org's daily limit, from Sforce-Limit-Info; null before the first answer. */
  limit: number | null;
  /** Percent of the limit that this account may use. */
  share: number;
}

/** Which deliveries may be sent. `calls` is the budget in calls a day, null while the limit is not known. */
export interface Budget {
  calls: number | null;
  live: boolean;
  backfill: boolean;
}

/** Backfill stops at this part of the budget: the rest is for what arrives now. */
const BACKFILL_PART = 0.8;

/** The org's last calls are left to others, whatever the share says; part of its limit. */
const RESERVE = 0.02;

/** Decides what the API budget of an account allows now. */
export function budgetOf(use: ApiUse): Budget {
  if (use.limit === null || use.limit <= 0) return { calls: null, live: true, backfill: true };
  const calls = Math.max(1, Math.floor((use.limit * use.share) / 100));
  const left = use.limit - (use.used ?? 0);
  const live = use.calls < calls && left > use.limit * RESERVE;
  return { calls, live, backfill: live && use.calls < calls * BACKFILL_PART };
}
