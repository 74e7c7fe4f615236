import { setTimeout as sleep } from 'node:timers/promises';
import type { Org } from '../../org/org.ts';
import { toId } from '../../values/id.ts';
import type { Grants } from '../oauth/grants.ts';

/** What goes wrong with a request. */
export type FaultKind =
  /** 503 SERVER_UNAVAILABLE, as while an org is in maintenance */
  | 'maintenance'
  /** 403 REQUEST_LIMIT_EXCEEDED: the daily allowance is used up */
  | 'apiLimit'
  /** 403 REQUEST_LIMIT_EXCEEDED: too many requests of 20 seconds and more at once */
  | 'concurrentLimit'
  /** 500 UNKNOWN_EXCEPTION */
  | 'serverError'
  /** the answer comes later by `milliseconds`; the work is done at once */
  | 'slow'
  /** the connection ends before anything is done */
  | 'cutBefore'
  /** the connection ends when the work is done and committed: the caller does not know */
  | 'cutAfter';

export const FAULT_KINDS: readonly FaultKind[] = [
  'maintenance',
  'apiLimit',
  'concurrentLimit',
  'serverError',
  'slow',
  'cutBefore',
  'cutAfter',
];

export interface FaultRule {
  kind: FaultKind;
  /** only requests whose path begins so; default `/services/` */
  path?: string;
  /** only this HTTP method; default every one */
  method?: string;
  /** how many requests meet it before it ends by itself; default until it is removed */
  times?: number;
  /** for `slow` */
  milliseconds?: number;
}

/** A rule that stands, with what is left of it. */
export interface StandingRule extends FaultRule {
  id: string;
  /** requests that met it */
  hits: number;
}

/** Rows that nobody else can lock. */
export interface HeldRows {
  id: string;
  rows: string[];
  release: () => void;
}

/**
 * Makes an org fail as Salesforce does, for tests of what calls it. It exists only where the definition file says
 * `"faultConsole": true`.
 */
export class FaultConsole {
  readonly #grants: Grants;
  readonly #org: () => Promise<Org>;
  readonly #rules: StandingRule[] = [];
  readonly #held = new Map<string, HeldRows>();
  #next = 1;

  constructor(grants: Grants, org: () => Promise<Org>) {
    this.#grants = grants;
    this.#org = org;
  }

  /** Lets requests fail from now on. @returns the rule's id */
  add(rule: FaultRule): string {
    const id = String(this.#next++);
    this.#rules.push({ ...rule, id, hits: 0 });
    return id;
  }

  /** The rules that stand, oldest first. */
  rules(): readonly StandingRule[] {
    return this.#rules;
  }

  held(): readonly HeldRows[] {
    return [...this.#held.values()];
  }

  /** Ends a rule or frees rows. @returns false when there is none of that id */
  remove(id: string): boolean {
    const at = this.#rules.findIndex((rule) => rule.id === id);
    if (at >= 0) this.#rules.splice(at, 1);
    const held = this.#held.get(id);
    held?.release();
    return at >= 0 || held !== undefined;
  }

  /** Ends every rule and frees every row. */
  clear(): void {
    this.#rules.length = 0;
    for (const held of this.held()) held.release();
  }

  /** Ends access tokens as a timeout does: 401 INVALID_SESSION_ID, refresh tokens stay good. @returns how many */
  async expireSessions(username: string | null = null): Promise<number> {
    return this.#grants.expireSessions(await this.#userId(username));
  }

  /** Takes back what people have allowed: access and refresh tokens are gone. @returns how many grants */
  async revokeTokens(username: string | null = null): Promise<number> {
    return this.#grants.revokeGrants(await this.#userId(username));
  }

  /**
   * Locks rows as a long transaction of another user would, until they are released.
   * @throws Error when one of them is no record Id or is locked
   */
  async holdRows(ids: readonly string[]): Promise<HeldRows> {
    const org = await this.#org();
    const transaction = org.store.begin({ userId: org.adminId, isolated: false });
    const rows = ids.map((text) => toId(text)?.value ?? fail(`${text} is not a record Id`));
    for (const row of rows) {
      const step = transaction.takeLock(row).next();
      if (step.done === true && step.value !== 'timeout') continue;
      transaction.abort();
      fail(`${row} is locked by another transaction`);
    }
    const id = String(this.#next++);
    const release = (): void => {
      if (this.#held.delete(id)) transaction.abort();
    };
    const held = { id, rows, release };
    this.#held.set(id, held);
    return held;
  }

  /** The fault that a request meets, which counts as met; null when none is meant for it. */
  meet(method: string, path: string): StandingRule | null {
    const rule = this.#rules.find(
      (r) => path.startsWith(r.path ?? '/services/') && (r.method ?? method).toUpperCase() === method.toUpperCase(),
    );
    if (rule === undefined) return null;
    rule.hits++;
    if (rule.times !== undefined && rule.hits >= rule.times) this.#rules.splice(this.#rules.indexOf(rule), 1);
    return rule;
  }

  /** Waits as long as a `slow` rule says. */
  async delay(rule: StandingRule): Promise<void> {
    await sleep(rule.milliseconds ?? 1000);
  }

  async #userId(username: string | null): Promise<string | null> {
    if (username === null) return null;
    return (await this.#org()).userByUsername(username)?.id ?? fail(`There is no active user ${username}`);
  }
}

function fail(message: string): never {
  throw new Error(message);
}
