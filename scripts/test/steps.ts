import { spawn } from 'node:child_process';

/** How many checks of a step passed, failed, and were left out. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** One step of `npm test`: a command, and how its output is counted. */
export interface Step {
  name: string;
  command: string[];
  /** `exit`: the command is one check; `closing line`: it ends with "N passed, N failed"; `tap`: TAP totals */
  count: 'exit' | 'closing line' | 'tap';
  /** why the step is left out, said in the output; null = it runs */
  leftOut?: string | null;
}

/** Reads the tally from a finished command's output; a command that failed without a failing check counts as one. */
export function tally(count: Step['count'], output: string, exitCode: number): Tally {
  const read = count === 'exit' ? { passed: exitCode === 0 ? 1 : 0, failed: 0, skipped: 0 } : parse(count, output);
  if (exitCode !== 0 && read.failed === 0) read.failed = 1;
  // A runner that ends well without having run anything has proved nothing.
  if (exitCode === 0 && read.passed + read.failed === 0) read.failed = 1;
  return read;
}

function parse(count: 'closing line' | 'tap', output: string): Tally {
  if (count === 'closing line') {
    const last = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
    return { passed: Number(last?.[1] ?? 0), failed: Number(last?.[2] ?? 0), skipped: Number(last?.[3] ?? 0) };
  }
  const totals = [...output.matchAll(/^# \{ total: \d+(.*) \}$/gm)].at(-1)?.[1] ?? '';
  const number = (name: string): number => Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0);
  return { passed: number('pass'), failed: number('fail'), skipped: number('skip') + number('todo') };
}

/**
 * Shortens TAP for a reader: a line for each file, and whole what is not ok, with its diagnosis. Thousands of lines that
 * say ok would hide the one that does not. Takes the output piece by piece.
 */
export function tapFilter(): (chunk: string) => string {
  let rest = '';
  /** indentation of the diagnosis being shown; null = none */
  let diagnosis: number | null = null;
  const shows = (line: string): boolean => {
    const indent = line.length - line.trimStart().length;
    const text = line.trimStart();
    if (diagnosis !== null) {
      if (text === '...' && indent === diagnosis) diagnosis = null;
      return true;
    }
    if (text.startsWith('not ok ')) return true;
    if (text === '---' && lastShown) {
      diagnosis = indent;
      return true;
    }
    if (indent === 0 && (text.startsWith('ok ') || text.startsWith('# {') || text.startsWith('Bail out!'))) return true;
    return /# (SKIP|TODO)\b/i.test(text);
  };
  let lastShown = false;
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    let shown = '';
    for (const line of lines) {
      const visible = shows(line);
      lastShown = visible && line.trimStart().startsWith('not ok ');
      if (visible) shown += `${line}\n`;
    }
    return shown;
  };
}

/** Runs a step in its own process group with its output shown and kept; ends the whole group when this process is told to stop. */
export async function run(step: Step, cwd: string): Promise<Tally> {
  const [command = '', ...args] = step.command;
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, FORCE_COLOR: '0' },
  });
  const stop = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    process.exit(130);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  let output = '';
  const filter = step.count === 'tap' ? tapFilter() : (text: string): string => text;
  child.stdout.on('data', (chunk: Buffer) => {
    const text = chunk.toString();
    output += text;
    process.stdout.write(filter(text));
  });
  child.stderr.on('data', (chunk: Buffer) => process.stdout.write(chunk));
  const exitCode = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      console.log(`${command} could not be started: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
  process.off('SIGINT', stop).off('SIGTERM', stop);
  return tally(step.count, output, exitCode);
}
