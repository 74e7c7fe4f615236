import { timingSafeEqual } from 'node:crypto';
import type { RunningUser } from '../execution/execution.ts';
import type { Org } from '../org/org.ts';
import { FaultConsole } from './faults/console.ts';
import { ApiUsage } from './api-usage.ts';
import type { OAuthClientDefinition, OrgDefinition, OrganizationDefinition } from './definition.ts';
import { Grants, type GrantState } from './oauth/grants.ts';
import { QueryLocators } from './rest/locators.ts';
import { RequestLog } from './request-log.ts';
import { TransactionLog } from './transactions/log.ts';

export type EnvironmentKind = 'production' | 'sandbox';

export interface EnvironmentOptions {
  kind: EnvironmentKind;
  definition: OrgDefinition;
  /** loads the org; called once, at the first need */
  load: () => Promise<Org>;
  now: () => number;
  /** grants and sessions of an earlier run */
  grants: GrantState | null;
  grantsChanged: () => void;
}

/** One org with its login host: what the two listeners of it share. */
export class Environment {
  readonly kind: EnvironmentKind;
  readonly definition: OrgDefinition;
  readonly organization: OrganizationDefinition;
  readonly grants: Grants;
  readonly usage: ApiUsage;
  readonly requests = new RequestLog();
  readonly transactions = new TransactionLog();
  readonly locators = new QueryLocators();
  /** null unless the definition file asks for it */
  readonly faults: FaultConsole | null;
  readonly now: () => number;
  /** set once the listeners are up, e.g. http://127.0.0.1:7011 */
  orgUrl = '';
  loginUrl = '';
  readonly #load: () => Promise<Org>;
  #org: Promise<Org> | null = null;

  constructor(options: EnvironmentOptions) {
    this.kind = options.kind;
    this.definition = options.definition;
    this.organization = options.kind === 'production' ? options.definition.organization : options.definition.sandbox;
    this.now = options.now;
    this.#load = options.load;
    this.usage = new ApiUsage(options.definition.apiRequestsPerDay, options.now);
    this.grants = new Grants(
      {
        organizationId: this.organization.id,
        sessionTimeoutMs: options.definition.sessionTimeoutMinutes * 60_000,
        codeLifetimeMs: options.definition.codeLifetimeSeconds * 1000,
        now: options.now,
        changed: options.grantsChanged,
      },
      options.grants,
    );
    this.faults = options.definition.faultConsole ? new FaultConsole(this.grants, () => this.org()) : null;
  }

  /** The running org. The first call loads it; a failed load is tried again by the next call. */
  org(): Promise<Org> {
    if (this.#org === null) {
      const loading = this.#load();
      loading.catch(() => {
        if (this.#org === loading) this.#org = null;
      });
      this.#org = loading;
    }
    return this.#org;
  }

  client(id: string): OAuthClientDefinition | null {
    return this.definition.oauthClients.find((client) => client.id === id) ?? null;
  }

  /** The active user with that name and password; in the sandbox, usernames end with its name. */
  async signIn(username: string, password: string): Promise<RunningUser | null> {
    const wanted = username.trim().toLowerCase();
    const suffix = this.kind === 'sandbox' ? `.${this.organization.name.toLowerCase()}` : '';
    const entry = this.definition.users.find((user) => user.username.toLowerCase() + suffix === wanted);
    if (entry === undefined || !sameText(entry.password, password)) return null;
    return (await this.org()).userByUsername(wanted);
  }

  /** The identity URL that names a user of this org. */
  identityUrl(userId: string): string {
    return `${this.loginUrl}/id/${this.organization.id}/${userId}`;
  }
}

function sameText(expected: string, actual: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(actual);
  return a.length === b.length && timingSafeEqual(a, b);
}
