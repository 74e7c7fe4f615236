import { existsSync } from 'node:fs';
import { CompileError, NotModelledError } from '../errors.ts';
import { loadOrg } from '../org/org.ts';
import type { Org } from '../org/org.ts';
import { discoverTests } from './discover.ts';
import type { ForeignProject } from './foreign-project.ts';
import { runTests } from './run.ts';
import type { TestOutcome } from './run.ts';

/** What a run of a project's tests says about this model. */
export interface Figures {
  tests: number;
  passed: number;
  /** an assertion or an Apex exception ended it */
  failed: number;
  /** it ran into something that is not modelled, does not compile here, or is a fault of the model */
  stopped: number;
  /** what stopped tests, the most frequent first */
  stops: { what: string; tests: number }[];
  /** faults found at compile time, whether a test ran into them or not */
  faults: { what: string; places: number }[];
  /** metadata that was left out */
  skipped: { file: string; reason: string }[];
  failures: { test: string; message: string }[];
  milliseconds: number;
}

export interface MeasureOptions {
  filters?: readonly string[];
  onProgress?: (done: number, all: number, what: string) => void;
}

type Fault = CompileError | NotModelledError;

/** Loads the project, leaving out metadata that cannot be loaded, and runs its tests one class at a time. */
export async function measure(project: ForeignProject, options: MeasureOptions = {}): Promise<Figures> {
  const started = performance.now();
  const { org, faults } = await loadLeavingOut(project);
  const classes = discoverTests(org.program, options.filters ?? [], { lenient: true });
  const outcomes: TestOutcome[] = [];
  for (const [i, test] of classes.entries()) {
    options.onProgress?.(i, classes.length, test.cls.name);
    const filters = test.methods.map((m) => `${test.cls.name}.${m.name}`);
    outcomes.push(...runTests(org, { filters, keepsGoing: true }).outcomes);
  }
  options.onProgress?.(classes.length, classes.length, '');
  const stopped = outcomes.filter((o) => o.stopped !== undefined);
  const notPassed = outcomes.filter((o) => o.outcome !== 'Pass');
  return {
    tests: outcomes.length,
    passed: outcomes.length - notPassed.length,
    failed: notPassed.length - stopped.length,
    stopped: stopped.length,
    stops: count(stopped.map((o) => reasonOf(o.stopped!))).map(([what, tests]) => ({ what, tests })),
    faults: count(faults.map(reasonOf)).map(([what, places]) => ({ what, places })),
    skipped: project.skipped,
    failures: notPassed.map((o) => ({
      test: `${o.className}.${o.methodName}`,
      message: `${o.message ?? ''}\n${o.stackTrace ?? ''}`,
    })),
    milliseconds: performance.now() - started,
  };
}

/** Loads until nothing is refused: each refusal names a file, which is left out of the next try. */
async function loadLeavingOut(project: ForeignProject): Promise<{ org: Org; faults: Fault[] }> {
  for (;;) {
    const faults: Fault[] = [];
    try {
      const org = await loadOrg({ sourceFolders: [project.folder], onFault: (fault) => faults.push(fault) });
      return { org, faults };
    } catch (error) {
      if (!leaveOut(project, error)) throw error;
    }
  }
}

function leaveOut(project: ForeignProject, error: unknown): boolean {
  if (!(error instanceof CompileError || error instanceof NotModelledError)) return false;
  const type = error instanceof NotModelledError ? /^metadata type \.(\w+)$/.exec(error.what)?.[1] : undefined;
  if (type !== undefined) return project.skipType(type, `metadata type .${type} is not modelled`);
  const file = error instanceof CompileError ? error.file : fileIn(project.folder, error.message);
  return file !== null && project.skip(file, error.message.replaceAll(`${project.folder}/`, ''));
}

/** The path of the view that a message names; paths may have blanks, so the longest that exists is taken. */
function fileIn(folder: string, message: string): string | null {
  const from = message.indexOf(folder);
  if (from < 0) return null;
  for (let to = message.length; to > from; to--) {
    const path = message.slice(from, to);
    if (/\.\w+$/.test(path) && existsSync(path)) return path;
  }
  return null;
}

/** What stopped a test, without the place, so that equal reasons are counted together. */
function reasonOf(error: Error): string {
  if (error instanceof NotModelledError) return error.what;
  if (error instanceof CompileError) return `does not compile here: ${error.message.replace(/^.*?:\d+: /, '')}`;
  return `fault of the model: ${error.message.split('\n')[0] ?? ''} ${placeOf(error)}`;
}

function placeOf(error: Error): string {
  return /\((?:file:\/\/)?[^()]*\/(src\/[^()]+)\)/.exec(error.stack ?? '')?.[1] ?? '';
}

function count(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** The figures for a person to read. */
export function reportOf(figures: Figures, withFailures: boolean): string {
  const lines: string[] = [];
  if (figures.skipped.length > 0) {
    lines.push(`Metadata left out (${figures.skipped.length}):`);
    for (const { file, reason } of figures.skipped) lines.push(`  ${file}: ${reason}`);
    lines.push('');
  }
  if (figures.faults.length > 0) {
    lines.push('Not modelled, or not understood, in the source:');
    for (const { what, places } of figures.faults) lines.push(`  ${String(places).padStart(5)}  ${what}`);
    lines.push('');
  }
  if (withFailures && figures.failures.length > 0) {
    lines.push('Tests that did not pass:');
    for (const { test, message } of figures.failures) lines.push(`  ${test}: ${message.replaceAll('\n', '\n      ')}`);
    lines.push('');
  }
  if (figures.stops.length > 0) {
    lines.push('What stopped tests:');
    for (const { what, tests } of figures.stops) lines.push(`  ${String(tests).padStart(5)}  ${what}`);
    lines.push('');
  }
  const seconds = (figures.milliseconds / 1000).toFixed(1);
  lines.push(
    `${figures.tests} tests in ${seconds} s: ${figures.passed} pass, ${figures.failed} fail by an assertion or exception, ` +
      `${figures.stopped} stop at something not modelled`,
  );
  return `${lines.join('\n')}\n`;
}
