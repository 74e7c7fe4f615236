import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { GrantState } from './oauth/grants.ts';

/** Reads the grants and sessions of an earlier run; null when there was none. @throws Error when the file is damaged */
export function readGrants(file: string): GrantState | null {
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as GrantState;
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Replaces the file as a whole, so that a crash leaves the old or the new one. It holds hashes, no token. */
export function writeGrants(file: string, state: GrantState): void {
  const draft = `${file}.new`;
  writeFileSync(draft, JSON.stringify(state), { mode: 0o600 });
  renameSync(draft, file);
}
