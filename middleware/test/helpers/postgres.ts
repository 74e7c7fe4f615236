import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';

/** A PostgreSQL server for a test file. */
export interface TestPostgres {
  /** Makes an empty database. @returns its URL */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a server on a socket of its own, or uses TEST_DATABASE_URL.
 *
 * @returns the reason as text where there is neither
 */
export async function startPostgres(): Promise<TestPostgres | string> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined) return onServer(given, () => Promise.resolve());
  const bin = findBinaries();
  if (bin === undefined) return 'no PostgreSQL on this machine and no TEST_DATABASE_URL';
  const user = serverUser();
  if (typeof user === 'string') return user;
  const folder = mkdtempSync(path.join(tmpdir(), 'fieldbridge-pg-'));
  if ('uid' in user) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  execFileSync(
    path.join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '--locale=C', '-E', 'UTF8'],
    { ...user, cwd: folder, stdio: 'ignore' },
  );
  const server = spawn(
    path.join(bin, 'postgres'),
    ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off', '-c', 'max_connections=100'],
    { ...user, cwd: folder, stdio: 'ignore' },
  );
  const url = `postgresql://postgres@/postgres?host=${folder}`;
  await waitForServer(url);
  return onServer(url, async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
}

function findBinaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => path.join(root, version, 'bin')).find((bin) => existsSync(path.join(bin, 'initdb')));
}

/** PostgreSQL refuses to run as root. */
function serverUser(): { uid: number; gid: number } | Record<string, never> | string {
  if (process.getuid?.() !== 0) return {};
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return 'running as root without a user named postgres';
  }
}

async function waitForServer(url: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (attempt > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function onServer(url: string, stop: () => Promise<void>): TestPostgres {
  return {
    createDatabase: async (name) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`drop database if exists ${name} with (force)`);
      await client.query(`create database ${name}`);
      await client.end();
      return url.replace(/^([^/]*\/\/[^/]*\/)[^?]*/, `$1${name}`);
    },
    stop,
  };
}
