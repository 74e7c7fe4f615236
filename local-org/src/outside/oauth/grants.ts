import { createHash, randomBytes } from 'node:crypto';

/** What a person has allowed a client, and the tokens that came of it. */
export interface Grant {
  id: string;
  clientId: string;
  userId: string;
  scopes: string[];
  /** hash of the refresh token that is good now; null when no offline scope was granted */
  refreshToken: string | null;
  /** hashes of the refresh tokens that rotation has put out of use */
  spentRefreshTokens: string[];
}

/** An access token or a browser session, kept by the hash of its secret. */
export interface Session {
  userId: string;
  /** null for a session of the login page */
  grantId: string | null;
  clientId: string | null;
  scopes: string[];
  issuedAt: number;
  lastUsedAt: number;
}

export interface AuthorizationCode {
  clientId: string;
  userId: string;
  redirectUri: string;
  scopes: string[];
  codeChallenge: string | null;
  issuedAt: number;
  used: boolean;
  /** the grant that the code was exchanged for */
  grantId: string | null;
}

/** The part that outlives a restart. */
export interface GrantState {
  grants: Grant[];
  sessions: [string, Session][];
}

export interface GrantOptions {
  organizationId: string;
  sessionTimeoutMs: number;
  codeLifetimeMs: number;
  now: () => number;
  /** called after every change of what `state` gives */
  changed: () => void;
}

const hash = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
const secret = (bytes: number): string => randomBytes(bytes).toString('base64url');

export type RefreshOutcome =
  | { kind: 'unknown' }
  /** a spent token came again: the grant and its access tokens are gone */
  | { kind: 'reused' }
  | { kind: 'ok'; grant: Grant };

/** Codes, grants and sessions of one org. Secrets are never kept, only their hashes. */
export class Grants {
  readonly #options: GrantOptions;
  readonly #codes = new Map<string, AuthorizationCode>();
  readonly #grants = new Map<string, Grant>();
  readonly #sessions = new Map<string, Session>();

  constructor(options: GrantOptions, state: GrantState | null = null) {
    this.#options = options;
    for (const grant of state?.grants ?? []) this.#grants.set(grant.id, grant);
    for (const [key, session] of state?.sessions ?? []) this.#sessions.set(key, session);
  }

  state(): GrantState {
    return { grants: [...this.#grants.values()], sessions: [...this.#sessions] };
  }

  issueCode(
    request: Pick<AuthorizationCode, 'clientId' | 'userId' | 'redirectUri' | 'scopes' | 'codeChallenge'>,
  ): string {
    const code = `aPrx${secret(36)}==`;
    this.#codes.set(hash(code), { ...request, issuedAt: this.#options.now(), used: false, grantId: null });
    return code;
  }

  /** The code's state, `expired` when it is too old. A second use revokes what the first one gave (RFC 6749, 4.1.2). */
  findCode(code: string): AuthorizationCode | 'unknown' | 'expired' {
    const found = this.#codes.get(hash(code));
    if (found === undefined) return 'unknown';
    if (found.used) {
      if (found.grantId !== null) this.revokeGrant(found.grantId);
      return 'expired';
    }
    return this.#options.now() - found.issuedAt > this.#options.codeLifetimeMs ? 'expired' : found;
  }

  /** Exchanges a code that `findCode` gave for a grant. */
  redeem(code: AuthorizationCode): { grant: Grant; refreshToken: string | null } {
    const offline = code.scopes.includes('refresh_token') || code.scopes.includes('offline_access');
    const refreshToken = offline ? this.#newRefreshToken() : null;
    const grant: Grant = {
      id: secret(12),
      clientId: code.clientId,
      userId: code.userId,
      scopes: code.scopes,
      refreshToken: refreshToken === null ? null : hash(refreshToken),
      spentRefreshTokens: [],
    };
    code.used = true;
    code.grantId = grant.id;
    this.#grants.set(grant.id, grant);
    this.#options.changed();
    return { grant, refreshToken };
  }

  /** The grant of a user to a client without a refresh token, for the JWT bearer flow; made when there is none. */
  standing(clientId: string, userId: string, scopes: readonly string[]): Grant {
    const same = (g: Grant): boolean => g.clientId === clientId && g.userId === userId && g.refreshToken === null;
    const found = [...this.#grants.values()].find((g) => same(g) && scopes.every((scope) => g.scopes.includes(scope)));
    if (found !== undefined) return found;
    const id = secret(12);
    const grant: Grant = { id, clientId, userId, scopes: [...scopes], refreshToken: null, spentRefreshTokens: [] };
    this.#grants.set(id, grant);
    this.#options.changed();
    return grant;
  }

  useRefreshToken(token: string, clientId: string): RefreshOutcome {
    const key = hash(token);
    for (const grant of this.#grants.values()) {
      if (grant.clientId !== clientId) continue;
      if (grant.refreshToken === key) return { kind: 'ok', grant };
      if (grant.spentRefreshTokens.includes(key)) {
        this.revokeGrant(grant.id);
        return { kind: 'reused' };
      }
    }
    return { kind: 'unknown' };
  }

  /** Gives the grant a new refresh token and puts the present one out of use. */
  rotate(grant: Grant): string {
    const token = this.#newRefreshToken();
    if (grant.refreshToken !== null) grant.spentRefreshTokens.push(grant.refreshToken);
    grant.refreshToken = hash(token);
    this.#options.changed();
    return token;
  }

  issueAccessToken(grant: Grant): string {
    return this.#open({ userId: grant.userId, grantId: grant.id, clientId: grant.clientId, scopes: grant.scopes });
  }

  /** A session of the login page, for the browser's cookie. */
  issueBrowserSession(userId: string): string {
    return this.#open({ userId, grantId: null, clientId: null, scopes: ['full'] });
  }

  /** The live session of that token, whose time starts anew; null when it is unknown or has ended. */
  session(token: string): Session | null {
    const key = hash(token);
    const session = this.#sessions.get(key);
    if (session === undefined) return null;
    const now = this.#options.now();
    if (now - session.lastUsedAt > this.#options.sessionTimeoutMs) {
      this.#sessions.delete(key);
      this.#options.changed();
      return null;
    }
    session.lastUsedAt = now;
    return session;
  }

  /** Milliseconds since the epoch when the session ends if nothing uses it. */
  endOf(session: Session): number {
    return session.lastUsedAt + this.#options.sessionTimeoutMs;
  }

  /** Whether the person has allowed the client these scopes before. */
  hasApproved(userId: string, clientId: string, scopes: readonly string[]): boolean {
    return [...this.#grants.values()].some(
      (g) => g.userId === userId && g.clientId === clientId && scopes.every((s) => g.scopes.includes(s)),
    );
  }

  refreshTokenGrant(token: string): Grant | null {
    const key = hash(token);
    return [...this.#grants.values()].find((grant) => grant.refreshToken === key) ?? null;
  }

  /** A refresh token takes its access tokens with it; an access token goes alone. False when the token is unknown. */
  revoke(token: string): boolean {
    const grant = this.refreshTokenGrant(token);
    if (grant !== null) {
      this.revokeGrant(grant.id);
      return true;
    }
    const gone = this.#sessions.delete(hash(token));
    if (gone) this.#options.changed();
    return gone;
  }

  revokeGrant(id: string): void {
    const grant = this.#grants.get(id);
    if (grant !== undefined) grant.refreshToken = null;
    for (const [key, session] of this.#sessions) if (session.grantId === id) this.#sessions.delete(key);
    this.#grants.delete(id);
    this.#options.changed();
  }

  /** Ends sessions as their timeout does; grants stay. @param userId null = everybody's. @returns how many */
  expireSessions(userId: string | null): number {
    let ended = 0;
    for (const [key, session] of this.#sessions) {
      if (userId !== null && session.userId !== userId) continue;
      this.#sessions.delete(key);
      ended++;
    }
    if (ended > 0) this.#options.changed();
    return ended;
  }

  /** Takes back all that a user has allowed. @param userId null = everybody's. @returns how many grants */
  revokeGrants(userId: string | null): number {
    const gone = [...this.#grants.values()].filter((grant) => userId === null || grant.userId === userId);
    for (const grant of gone) this.revokeGrant(grant.id);
    return gone.length;
  }

  #open(session: Pick<Session, 'userId' | 'grantId' | 'clientId' | 'scopes'>): string {
    const now = this.#options.now();
    const token = `${this.#options.organizationId.slice(0, 15)}!AQ${secret(48)}`;
    this.#sessions.set(hash(token), { ...session, issuedAt: now, lastUsedAt: now });
    this.#options.changed();
    return token;
  }

  #newRefreshToken(): string {
    return `5Aep${secret(48)}`;
  }
}
