import fs from 'node:fs';
import path from 'node:path';
import { createHash, hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;

/** The encryption keys, newest first. Old ones still open what was sealed with them. */
export interface Keyring {
  readonly current: EncryptionKey;
  byId(id: string): EncryptionKey | undefined;
  /** A 32-byte key for another purpose, bound to the current key. */
  derive(purpose: string): Buffer;
}

export interface EncryptionKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * Reads `ENCRYPTION_KEY`: one key in base64, or several separated by commas, the newest first.
 *
 * @throws Error when a key is not 32 bytes
 */
export function keyringFrom(setting: string): Keyring {
  const keys = setting.split(',').map((text) => {
    const bytes = Buffer.from(text.trim(), 'base64');
    if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== text.trim()) {
      throw new Error(
        'ENCRYPTION_KEY must be 32 bytes in base64, for example the output of `openssl rand -base64 32`.',
      );
    }
    return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 12), bytes };
  });
  const current = keys[0];
  if (current === undefined) throw new Error('ENCRYPTION_KEY is empty.');
  return {
    current,
    byId: (id) => keys.find((key) => key.id === id),
    derive: (purpose) => Buffer.from(hkdfSync('sha256', current.bytes, '', purpose, KEY_BYTES)),
  };
}

/** The key file of a data folder, made on the first start, readable by its owner only. */
export function keyFromFile(dataFolder: string): string {
  const file = path.join(dataFolder, 'encryption.key');
  fs.mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  try {
    fs.writeFileSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return fs.readFileSync(file, 'utf8').trim();
}
