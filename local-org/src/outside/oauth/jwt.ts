import { createPublicKey, verify } from 'node:crypto';

export interface JwtClaims {
  /** the client id */
  iss: string;
  /** the username */
  sub: string;
  aud: string | string[];
  /** seconds since the epoch */
  exp: number;
}

/** The claims of an assertion whose signature is not checked yet; null when it is no JWT with RS256. */
export function claimsOf(assertion: string): JwtClaims | null {
  const [head = '', body = '', signature] = assertion.split('.');
  const header = decoded(head);
  const claims = decoded(body);
  if (signature === undefined || header?.['alg'] !== 'RS256' || claims === null) return null;
  const { iss, sub, aud, exp } = claims;
  if (typeof iss !== 'string' || typeof sub !== 'string' || typeof exp !== 'number') return null;
  if (typeof aud === 'string') return { iss, sub, aud, exp };
  return Array.isArray(aud) ? { iss, sub, aud: aud.filter((a) => typeof a === 'string'), exp } : null;
}

/** Whether the key of the certificate (PEM) signed the assertion. */
export function isSignedBy(assertion: string, certificate: string): boolean {
  const at = assertion.lastIndexOf('.');
  const signature = Buffer.from(assertion.slice(at + 1), 'base64url');
  return verify('RSA-SHA256', Buffer.from(assertion.slice(0, at)), createPublicKey(certificate), signature);
}

function decoded(part: string): Record<string, unknown> | null {
  try {
    const json = JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown;
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
