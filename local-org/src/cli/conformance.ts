import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { stageProject } from '../testing/foreign-project.ts';
import { measure, reportOf } from '../testing/conformance.ts';

const USAGE = `Measures how far the local org runs the Apex tests of any sfdx project.

  npm run conformance -- [options] <folder>

  folder                 with an sfdx-project.json, or a bare folder of sfdx source
  --filter <name>        Class or Class.method; may be repeated
  --failures             list every test that did not pass, with its message
  --json                 print the figures as JSON
`;

/** @returns the exit code: 0 when the project could be measured, whatever the figures */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      filter: { type: 'string', multiple: true, default: [] },
      failures: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [folder] = positionals;
  if (values.help || folder === undefined || positionals.length > 1) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 2;
  }
  if (!existsSync(folder)) {
    process.stderr.write(`There is no folder ${folder}\n`);
    return 2;
  }
  const project = stageProject(folder);
  try {
    const figures = await measure(project, { filters: values.filter, onProgress: progressBar(process.stderr) });
    process.stdout.write(values.json ? `${JSON.stringify(figures, null, 2)}\n` : reportOf(figures, values.failures));
    return 0;
  } finally {
    project.remove();
  }
}

/** One line that grows, on a terminal only. */
function progressBar(out: NodeJS.WriteStream): (done: number, all: number, what: string) => void {
  if (!out.isTTY) return () => undefined;
  return (done, all, what) => {
    const width = 30;
    const full = all === 0 ? width : Math.round((done / all) * width);
    const bar = `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
    out.write(`\r\u001b[K${bar} ${done}/${all} ${what}${done === all ? '\n' : ''}`);
  };
}

process.exitCode = await main();
