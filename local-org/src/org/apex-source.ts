import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompileError } from '../errors.ts';
import type { SourceUnit } from '../apex/emit/program.ts';

/** The classes and triggers of sfdx source folders. @throws CompileError when one has no -meta.xml */
export function readApexSource(folders: readonly string[]): SourceUnit[] {
  const units: SourceUnit[] = [];
  for (const folder of folders) walk(folder, units);
  return units;
}

/** The units without the classes annotated with @IsTest: nothing but tests may use them. */
export function withoutTests(units: readonly SourceUnit[]): SourceUnit[] {
  return units.filter((unit) => unit.kind !== 'class' || !isTestClass(unit.source));
}

/** Whether the first annotation of the class says so: comments may stand before it, another class may not. */
function isTestClass(source: string): boolean {
  return /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*@IsTest\b/i.test(source);
}

function walk(folder: string, units: SourceUnit[]): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && !entry.name.startsWith('.')) walk(path, units);
      continue;
    }
    const kind = entry.name.endsWith('.cls') ? 'class' : entry.name.endsWith('.trigger') ? 'trigger' : null;
    if (kind === null) continue;
    units.push({ kind, file: entry.name, source: readFileSync(path, 'utf8'), apiVersion: apiVersionOf(path) });
  }
}

function apiVersionOf(path: string): number {
  const meta = `${path}-meta.xml`;
  if (!existsSync(meta))
    throw new CompileError('There is no -meta.xml beside it, so it would not be deployed', path, 1);
  const version = /<apiVersion>\s*([\d.]+)\s*<\/apiVersion>/.exec(readFileSync(meta, 'utf8'))?.[1];
  if (version === undefined) throw new CompileError('The -meta.xml has no apiVersion', path, 1);
  return Number(version);
}
