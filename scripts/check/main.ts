// `npm run check`: the semantic check of all Apex, the fields in SOQL, and the metadata. Exit 0 when clean, 1 otherwise.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apexFindings, applyAllowList, readAllowList } from './apex.ts';
import type { Finding } from './finding.ts';
import { metadataFindings } from './metadata.ts';
import { soqlFindings } from './soql.ts';

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
let failed = 0;

function report(name: string, detail: string, findings: Finding[]): void {
  if (findings.length > 0) failed++;
  console.log(`${findings.length === 0 ? 'ok  ' : 'FAIL'} ${name} (${detail})`);
  for (const finding of findings) console.log(`     ${finding.file}:${finding.line}  ${finding.message}`);
}

const apex = applyAllowList(apexFindings(project), readAllowList(project));
report('Apex, by apex-ls', `${readAllowList(project).length} lines allowed`, [
  ...apex.open,
  ...apex.unused.map((entry) => ({
    file: 'config/apex-check-allow.json',
    line: 1,
    message: `nothing needs this entry any more: ${entry.message}`,
  })),
]);
const soql = soqlFindings(project);
report('SOQL fields', `${soql.queries} queries`, soql.findings);
const metadata = metadataFindings(project);
report('Metadata', `${metadata.files} files`, metadata.findings);
console.log(`${3 - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
