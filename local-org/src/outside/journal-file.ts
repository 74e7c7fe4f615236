import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import type { Store } from '../data/store.ts';
import type { JournalEntry } from '../data/journal.ts';

/**
 * Keeps the org's data in a file of JSON lines: replays what is there, then appends every commit before it counts.
 * A last line that was cut off by a crash was never acknowledged and is dropped.
 * @returns how many commits were replayed, and `close`
 * @throws Error when a line before the last is not readable, or does not fit the metadata
 */
export function attachJournal(store: Store, file: string): { replayed: number; close: () => void } {
  const replayed = existsSync(file) ? replay(store, file) : 0;
  const descriptor = openSync(file, 'a', 0o600);
  store.onCommit((entry) => {
    const bytes = Buffer.from(`${JSON.stringify(entry)}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    fdatasyncSync(descriptor);
  });
  return { replayed, close: () => closeSync(descriptor) };
}

function replay(store: Store, file: string): number {
  const bytes = readFileSync(file);
  const complete = bytes.lastIndexOf(0x0a) + 1;
  if (complete < bytes.length) truncateSync(file, complete);
  const lines = bytes
    .subarray(0, complete)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  lines.forEach((line, i) => {
    try {
      store.replay(JSON.parse(line) as JournalEntry);
    } catch (error) {
      throw new Error(`${file}:${i + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
  return lines.length;
}
