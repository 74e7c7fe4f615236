import { isUtf8 } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** How far the clock of a sender may be off, in seconds, both ways. */
const TOLERANCE = 300;

export interface SignatureHeaders {
  id: string | undefined;
  timestamp: string | undefined;
  signature: string | undefined;
}

export type Verdict =
  { valid: true } | { valid: false; code: 'missing_signature' | 'timestamp_out_of_range' | 'invalid_signature' };

/**
 * Verifies a Standard Webhooks signature over the raw bytes.
 *
 * @param secrets every secret that is valid now (`whsec_…`), several during a rotation
 * @param now epoch milliseconds
 */
export function verifySignature(
  body: Buffer,
  headers: SignatureHeaders,
  secrets: readonly string[],
  now: number,
): Verdict {
  const { id, timestamp, signature } = headers;
  if (!id || !timestamp || !signature) return { valid: false, code: 'missing_signature' };
  if (!/^\d{1,12}$/.test(timestamp)) return { valid: false, code: 'timestamp_out_of_range' };
  const sent = Number(timestamp);
  if (Math.abs(Math.floor(now / 1000) - sent) > TOLERANCE) return { valid: false, code: 'timestamp_out_of_range' };
  // The library signs text: bytes that are no UTF-8 would be replaced, and another body could then match.
  if (!isUtf8(body)) return { valid: false, code: 'invalid_signature' };
  const given = signature
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .map((part) => Buffer.from(part));
  let valid = false;
  for (const secret of secrets) {
    const expected = Buffer.from(new Webhook(secret).sign(id, new Date(sent * 1000), body));
    for (const candidate of given) {
      // No early exit: the time must not tell which secret or signature matched.
      if (candidate.length === expected.length && timingSafeEqual(candidate, expected)) valid = true;
    }
  }
  return valid ? { valid } : { valid: false, code: 'invalid_signature' };
}
