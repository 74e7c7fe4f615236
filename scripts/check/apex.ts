import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from './finding.ts';
import type { Finding } from './finding.ts';
import { findJava } from './java.ts';

/** One accepted finding of config/apex-check-allow.json, with the reason that a reader can judge. */
export interface Allowed {
  file: string;
  message: string;
  reason: string;
}

interface Report {
  files: { path: string; messages: { start: { line: number }; category: string; message: string }[] }[];
}

/**
 * The semantic check of all Apex in a folder with an sfdx-project.json, by apex-ls: undefined names, types, platform
 * methods, objects and fields. Exit codes of apex-ls: 0 clean, 4 with issues; anything else is its own failure.
 * @param project absolute path of the folder
 */
export function apexFindings(project: string, toolRoot: string = project): Finding[] {
  const classpath = join(toolRoot, 'node_modules/@salesforce/code-analyzer-pmd-engine/dist/java-lib/*');
  const run = spawnSync(
    findJava(),
    [
      '-cp',
      classpath,
      'io.github.apexdevtools.apexls.CheckForIssues',
      '-w',
      project,
      '-n',
      '-d',
      'warnings',
      '-f',
      'json',
    ],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (run.status !== 0 && run.status !== 4)
    throw new Error(`apex-ls failed (exit ${run.status}): ${run.stderr || run.stdout}`);
  const report = JSON.parse(run.stdout) as Report;
  return report.files.flatMap((file) =>
    file.messages.map((m) => ({
      file: inProject(project, file.path),
      line: m.start.line,
      message: `${m.category}: ${m.message}`,
    })),
  );
}

/** Splits findings by the allow-list; `unused` are the entries that no finding needs any more. */
export function applyAllowList(findings: Finding[], allowed: Allowed[]): { open: Finding[]; unused: Allowed[] } {
  const used = new Set<Allowed>();
  const open = findings.filter((finding) => {
    const entry = allowed.find((a) => a.file === finding.file && finding.message.includes(a.message));
    if (entry !== undefined) used.add(entry);
    return entry === undefined;
  });
  return { open, unused: allowed.filter((entry) => !used.has(entry)) };
}

export function readAllowList(project: string): Allowed[] {
  return JSON.parse(readFileSync(join(project, 'config/apex-check-allow.json'), 'utf8')) as Allowed[];
}
