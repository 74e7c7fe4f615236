import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** A child process of the demo; its output goes to a log file, its end before it is asked to is an error. */
export interface Running {
  readonly name: string;
  readonly child: ChildProcess;
  readonly logFile: string;
  /** rejects when the process ends by itself */
  readonly ended: Promise<never>;
  /** asks it to end (SIGTERM), and ends it after `patience` milliseconds if it does not */
  stop(patience?: number): Promise<void>;
  /** ends it at once with SIGKILL, as a crash would */
  kill(): Promise<void>;
}

/** Starts `node <args>` with the project's Node and keeps its output in `logFile`. */
export function start(
  name: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; logFile: string },
): Running {
  // A group of its own: Ctrl-C in the terminal reaches the demo alone, which then stops its children in order.
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  // However this process comes to its end, nothing is left running; a stop in order goes before.
  const killWithUs = (): boolean => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.off('exit', killWithUs));
  let tail = '';
  const keep = (chunk: Buffer): void => {
    appendFileSync(options.logFile, chunk);
    tail = (tail + chunk.toString()).slice(-2000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let stopping = false;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ended = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(new Error(`${name} could not be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      if (!stopping)
        reject(new Error(`${name} ended by itself (${signal ?? `exit code ${code}`}). Its last output:\n${tail}`));
    });
  });
  ended.catch(() => undefined); // it is looked at through Promise.race; unobserved it must not end the demo
  return {
    name,
    child,
    logFile: options.logFile,
    ended,
    async stop(patience = 10_000) {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), patience);
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      stopping = true;
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Waits until `probe` gives a value; rejects with `what` after `timeout` milliseconds, or when a process ends. */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | null>,
  options: { timeout: number; interval?: number; running?: Running[] },
): Promise<T> {
  const until = Date.now() + options.timeout;
  const ends = (options.running ?? []).map((r) => r.ended);
  for (;;) {
    const value = await Promise.race([probe(), ...ends]);
    if (value !== null) return value;
    if (Date.now() > until) throw new Error(`${what} did not happen within ${options.timeout / 1000} s.`);
    await Promise.race([new Promise((resolve) => setTimeout(resolve, options.interval ?? 100)), ...ends]);
  }
}

/** Ports that systems do not give out by themselves (Linux: from 32768), so that nobody takes one between look and use. */
const FREE_PORTS = { from: 10_000, to: 32_000 };

/** `preferred` when nothing listens there, else (and for 0) another free port; on the loopback interface. */
export async function freePort(preferred: number): Promise<number> {
  if (preferred !== 0 && (await isFree(preferred))) return preferred;
  for (let tries = 0; tries < 50; tries++) {
    const port = randomInt(FREE_PORTS.from, FREE_PORTS.to);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found between ${FREE_PORTS.from} and ${FREE_PORTS.to}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
