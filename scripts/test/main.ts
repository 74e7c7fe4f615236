// Everything `npm test` proves, in the order from the cheapest to the dearest; ends with "N passed, N failed".
// `npm test -- apex tap` runs only the steps whose name holds one of the words.
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from './chromium.ts';
import { run } from './steps.ts';
import type { Step, Tally } from './steps.ts';

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const tap = ['tap', 'run', '--disable-coverage', '--reporter=tap', '--jobs=2', '--timeout=300'];
const browserTests = 'scripts/test/browser/**/*.test.ts';
const files = (...patterns: string[]): string[] => globSync(patterns, { cwd: project }).sort();
const chromium = findChromium();

const steps: Step[] = [
  { name: 'formatting', command: ['prettier', '--check', '--log-level=warn', '.'], count: 'exit' },
  { name: 'lint', command: ['eslint', '.', '--max-warnings', '0'], count: 'exit' },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'], count: 'exit' },
  { name: 'check: Apex, SOQL, metadata', command: ['node', 'scripts/check/main.ts'], count: 'closing line' },
  {
    name: 'apex tests in the local org',
    command: ['node', 'local-org/src/cli/test-apex.ts', '--coverage', '--min-coverage', '90'],
    count: 'closing line',
  },
  // tap builds its test class for the plugins of .taprc; without this the first run still type-checks each file.
  { name: 'test runner set-up', command: ['tap', 'build'], count: 'exit' },
  {
    name: 'tap: middleware, local org, scripts',
    command: [
      ...tap,
      ...files('{middleware,local-org,scripts}/test/**/*.test.ts').filter(
        (f) => !f.startsWith('scripts/test/browser/'),
      ),
    ],
    count: 'tap',
  },
  { name: 'browser', command: [...tap, ...files(browserTests)], count: 'tap', leftOut: chromium.missing },
];

const words = process.argv.slice(2);
const total: Tally = { passed: 0, failed: 0, skipped: 0 };
const summary: string[] = [];
for (const step of steps) {
  if (words.length > 0 && !words.some((word) => step.name.includes(word))) continue;
  console.log(`\n── ${step.name} ──`);
  const started = Date.now();
  if (typeof step.leftOut === 'string') {
    console.log(`left out: ${step.leftOut}`);
    summary.push(`  left out            ${step.name}: ${step.leftOut}`);
    continue;
  }
  const result = await run(step, project);
  total.passed += result.passed;
  total.failed += result.failed;
  total.skipped += result.skipped;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  summary.push(
    `  ${result.failed === 0 ? 'ok  ' : 'FAIL'} ${String(result.passed).padStart(5)} passed ${String(result.failed).padStart(4)} failed  ${seconds.padStart(6)} s  ${step.name}`,
  );
}
console.log(
  `\n${summary.join('\n')}${total.skipped > 0 ? `\n  ${total.skipped} skipped, each with its reason above` : ''}\n`,
);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
