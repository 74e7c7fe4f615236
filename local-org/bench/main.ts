// npm run bench:local-org: how long the local org takes for what people wait for, each beside its target. One run of
// all figures on one machine, so that they can be compared with one another; the parse cache is warm but for the line
// that says otherwise.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadOrg, type Org } from '../src/org/org.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START = join(ROOT, 'local-org/src/cli/start.ts');
const RUNS = 3;

interface Figure {
  what: string;
  seconds: number;
  /** null = only told */
  target: number | null;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Seconds from the start of the command to its ready line. */
async function startSeconds(): Promise<number> {
  const begin = performance.now();
  const ports = ['--port', '0', '--login-port', '0', '--sandbox-port', '0', '--sandbox-login-port', '0'];
  const child = spawn(process.execPath, [START, '--json', ...ports], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('"ready":true')) resolve((performance.now() - begin) / 1000);
    });
    child.once('exit', () => reject(new Error(`The org did not start: ${errors}`)));
  });
  const seconds = await ready;
  child.kill('SIGTERM');
  await ended;
  return seconds;
}

/** The same with a copy of the program's cache folder put aside. */
async function coldStartSeconds(): Promise<number> {
  const cache = join(ROOT, 'node_modules/.cache/local-org-apex');
  const aside = mkdtempSync(join(tmpdir(), 'local-org-bench-'));
  cpSync(cache, aside, { recursive: true });
  rmSync(cache, { recursive: true });
  try {
    return await startSeconds();
  } finally {
    cpSync(aside, cache, { recursive: true });
    rmSync(aside, { recursive: true });
  }
}

const INSERT = `List<Account> rows = new List<Account>();
for (Integer i = 0; i < 1000; i++) {
    rows.add(new Account(Name = 'Bench ' + i, Industry = 'Energy', AnnualRevenue = i));
}
insert rows;`;

async function insertSeconds(): Promise<number> {
  const block = { kind: 'anonymous', file: 'AnonymousBlock', source: INSERT, apiVersion: 65 } as const;
  const org = await loadOrg({ sourceFolders: [], extraSource: [block] });
  const begin = performance.now();
  org.run(org.adminId, (x) => org.program.anonymousMain()(x));
  return (performance.now() - begin) / 1000;
}

/** Load, run and count of the package's Apex tests. @throws Error when one fails: a figure of failing tests says nothing */
async function suiteSeconds(): Promise<{ seconds: number; tests: number }> {
  const project = JSON.parse(readFileSync(join(ROOT, 'sfdx-project.json'), 'utf8')) as {
    packageDirectories: { path: string }[];
  };
  const begin = performance.now();
  const sourceFolders = project.packageDirectories.map((directory) => join(ROOT, directory.path));
  const org: Org = await loadOrg({ sourceFolders, coverage: true });
  const run = org.runTests();
  const failed = run.outcomes.filter((outcome) => outcome.outcome !== 'Pass');
  if (failed.length > 0) throw new Error(`${failed.length} Apex tests failed; see npm run test:apex`);
  return { seconds: (performance.now() - begin) / 1000, tests: run.outcomes.length };
}

async function main(): Promise<void> {
  await startSeconds();
  const starts: number[] = [];
  for (let i = 0; i < RUNS; i++) starts.push(await startSeconds());
  const suite = await suiteSeconds();
  const figures: Figure[] = [
    { what: `start with the package (median of ${RUNS})`, seconds: median(starts), target: 3 },
    { what: 'first start, nothing cached', seconds: await coldStartSeconds(), target: null },
    {
      what: '1,000 accounts inserted through Apex, the first time in the process',
      seconds: await insertSeconds(),
      target: 1,
    },
    {
      what: `the package's Apex suite, ${suite.tests} tests, load and coverage included`,
      seconds: suite.seconds,
      target: 20,
    },
  ];
  process.stdout.write(`Local org, Node ${process.version}, ${cpus().length} CPUs\n\n`);
  for (const { what, seconds, target } of figures) {
    const beside = target === null ? '' : `  target ${target} s, ${Math.round((seconds / target) * 100)}% of it`;
    process.stdout.write(`${seconds.toFixed(2).padStart(7)} s  ${what}${beside}\n`);
  }
  const missed = figures.filter(({ seconds, target }) => target !== null && seconds >= target).length;
  process.stdout.write(missed === 0 ? '\nAll targets are met.\n' : `\n${missed} of the targets missed.\n`);
  process.exitCode = missed === 0 ? 0 : 1;
}

await main();
