import fs from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';

/** Who holds the lock. `started` tells a process from a later one that got the same id (in a container always 1). */
interface Holder {
  pid: number;
  started: string | null;
  token: string;
}

/** Start time of a process in clock ticks since boot with the boot id, or null where the system does not tell. */
function startOf(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${ticks}`;
  } catch {
    return null; // no /proc: macOS, Windows
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.started !== null) {
    const started = startOf(holder.pid);
    if (started !== null || process.platform === 'linux') return started === holder.started;
  }
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { pid: -1, started: 'unreadable', token: '' }; // cut off while it was written: nobody holds it
  }
}

/**
 * Locks a data folder for this process, since PGlite is a single process's database. A lock whose holder is gone
 * (kill -9, power cut) is taken over.
 *
 * @returns a function that gives the lock back
 * @throws Error when a living process holds the folder
 */
export function lockFolder(folder: string): () => void {
  const file = path.join(folder, 'fieldbridge.lock');
  const holder: Holder = { pid: process.pid, started: startOf(process.pid), token: randomUUID() };
  const draft = `${file}.${holder.token}`;
  fs.writeFileSync(draft, JSON.stringify(holder));
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (linkExclusively(draft, file)) return () => release(file, holder);
      const current = readHolder(file);
      if (current === undefined) continue;
      if (isAlive(current)) {
        throw new Error(
          `The data folder ${folder} is in use by process ${current.pid}. ` +
            'Stop it, choose another DATA_DIR, or set DATABASE_URL to share a PostgreSQL server between processes.',
        );
      }
      removeStale(file, current);
    }
    throw new Error(`The lock of the data folder ${folder} could not be taken: ${file}`);
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/** `link` fails when the name exists, so the lock appears whole and for one process only. */
function linkExclusively(draft: string, file: string): boolean {
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the stale lock aside; when another process was faster and its new lock was moved, it is put back. */
function removeStale(file: string, stale: Holder): void {
  const aside = `${file}.stale-${randomUUID()}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== undefined && moved.token !== stale.token) linkExclusively(aside, file);
  fs.rmSync(aside, { force: true });
}

function release(file: string, holder: Holder): void {
  if (readHolder(file)?.token === holder.token) fs.rmSync(file, { force: true });
}
