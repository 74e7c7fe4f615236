import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CompileFailure } from '../apex/emit/program.ts';
import { CompileError, NotModelledError } from '../errors.ts';
import { loadOrg } from '../org/org.ts';
import { overallPercent } from '../testing/coverage.ts';
import { countsOf, humanReport, jsonReport } from '../testing/report.ts';
import { runTests } from '../testing/run.ts';

const USAGE = `Runs Apex tests in a local org.

  node local-org/src/cli/test-apex.ts [options] [folder…]

  folder                 sfdx source (default the package directories of sfdx-project.json)
  --filter <name>        Class or Class.method; may be repeated
  --coverage             print the coverage of each class
  --min-coverage <n>     fail below n percent over all classes
  --json                 print the results as JSON
  --debug                print the debug log of each test
  --tolerant             run what can run although some methods use what is not modelled
`;

function packageDirectories(): string[] {
  const file = 'sfdx-project.json';
  if (!existsSync(file)) throw new CompileError('There is none here: name the folders', file, 1);
  const project = JSON.parse(readFileSync(file, 'utf8')) as { packageDirectories?: { path: string }[] };
  return (project.packageDirectories ?? []).map((d) => d.path).filter((path) => existsSync(path));
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      filter: { type: 'string', multiple: true, default: [] },
      coverage: { type: 'boolean', default: false },
      'min-coverage': { type: 'string' },
      json: { type: 'boolean', default: false },
      debug: { type: 'boolean', default: false },
      tolerant: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const sourceFolders = positionals.length > 0 ? positionals : packageDirectories();
  const org = await loadOrg({ sourceFolders, coverage: true, tolerant: values.tolerant });
  const run = runTests(org, {
    filters: values.filter,
    onOutcome: (outcome) => {
      if (!values.debug) return;
      for (const line of outcome.log) process.stderr.write(`${outcome.className}.${outcome.methodName}: ${line}\n`);
    },
  });
  const { passed, failed, ran } = countsOf(run);
  const minimum = values['min-coverage'] === undefined ? null : Number(values['min-coverage']);
  const tooLow = minimum !== null && overallPercent(run.coverage) < minimum;
  if (values.json) process.stdout.write(`${JSON.stringify(jsonReport(run), null, 2)}\n`);
  else process.stdout.write(`${humanReport(run, values.coverage || minimum !== null)}\n`);
  if (tooLow) process.stderr.write(`Coverage of ${overallPercent(run.coverage)}% is below ${minimum}%\n`);
  if (ran === 0) process.stderr.write('No tests were found\n');
  if (!values.json) process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed > 0 || tooLow || ran === 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isSource =
    error instanceof CompileFailure || error instanceof CompileError || error instanceof NotModelledError;
  if (!isSource) throw error;
  process.stderr.write(`${error.message}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
