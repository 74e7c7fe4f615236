import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from './keyring.ts';

/**
 * Encrypts a secret with AES-256-GCM. `owner` (workspace, account) is authenticated with it, so that a ciphertext
 * copied to another owner does not open.
 *
 * @returns `v1.<key id>.<nonce>.<ciphertext>.<tag>`, base64url
 */
export function seal(keyring: Keyring, owner: readonly string[], plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyring.current.bytes, nonce);
  cipher.setAAD(additionalData(keyring.current.id, owner));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  const parts = [nonce, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'));
  return ['v1', keyring.current.id, ...parts].join('.');
}

/**
 * Opens what `seal` made.
 *
 * @throws Error when the key is unknown, the owner is another, or the text was changed
 */
export function unseal(keyring: Keyring, owner: readonly string[], sealed: string): string {
  const [format, keyId, nonce, ciphertext, tag] = sealed.split('.');
  if (format !== 'v1' || keyId === undefined || nonce === undefined || ciphertext === undefined || tag === undefined) {
    throw new Error('The stored secret has an unknown format');
  }
  const key = keyring.byId(keyId);
  if (key === undefined) {
    throw new Error(`The stored secret was encrypted with key ${keyId}, which ENCRYPTION_KEY does not hold`);
  }
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
  decipher.setAAD(additionalData(keyId, owner));
  decipher.setAuthTag(Buffer.from(tag, 'base64url'));
  return Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]).toString('utf8');
}

function additionalData(keyId: string, owner: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify([keyId, ...owner]));
}
