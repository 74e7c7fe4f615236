import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a code challenge has the form that Salesforce takes: base64url, 43 characters or more. */
export function isChallenge(text: string): boolean {
  return /^[A-Za-z0-9_-]{43,128}$/.test(text);
}

/** Whether the verifier belongs to the challenge by S256; Salesforce knows no other method. */
export function verifies(challenge: string, verifier: string): boolean {
  const expected = Buffer.from(challenge);
  const actual = Buffer.from(createHash('sha256').update(verifier).digest('base64url'));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
