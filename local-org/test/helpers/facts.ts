import type { Test } from 'tap';
import { CompileFailure } from '../../src/apex/emit/program.ts';
import type { SourceUnit } from '../../src/apex/emit/program.ts';
import type { EmittedFunction } from '../../src/apex/run/program.ts';
import { ApexThrow, GovernorLimitError, NotModelledError } from '../../src/errors.ts';
import { loadOrg } from '../../src/org/org.ts';
import type { LoadOptions, Org } from '../../src/org/org.ts';
import { sourceFolder } from '../support/data-org.ts';

/** One or more facts of the platform, shown by what an Apex block writes to its debug log. */
export interface Fact {
  title: string;
  /** where the fact is written down; `[assumption]` where it is not */
  source: string;
  apex: string;
  /** each line of the log, or a pattern for it; an exception that ends the block is a last line `Type: message` */
  log: readonly (string | RegExp)[];
  /** who runs the block; default the administrator */
  user?: string;
}

export interface FactOrgOptions {
  /** metadata by path below the source folder, without the XML declaration */
  metadata?: Record<string, string>;
  /** classes and triggers by file name */
  files?: Record<string, string>;
  definition?: LoadOptions['definition'];
  apiVersion?: number;
}

/** An org with that metadata and Apex; the source folder exists only for the load. */
export async function factOrg(options: FactOrgOptions, log: (text: string) => void = () => {}): Promise<Org> {
  const source = sourceFolder(options.metadata ?? {});
  const units = Object.entries(options.files ?? {}).map(([file, text]): SourceUnit => ({
    kind: file.endsWith('.trigger') ? 'trigger' : 'class',
    file,
    source: text,
    apiVersion: options.apiVersion ?? 65,
  }));
  try {
    return await loadOrg({
      sourceFolders: [source.folder],
      extraSource: units,
      log,
      ...(options.definition === undefined ? {} : { definition: options.definition }),
    });
  } finally {
    source.remove();
  }
}

/** The static method `Class.method` of the org's Apex, without parameters. */
export function methodOf(org: Org, name: string): EmittedFunction {
  const [className = '', methodName = ''] = name.split('.');
  const method = org.program.classes
    .find((c) => c.name === className)
    ?.methods.get(methodName.toLowerCase())
    ?.at(0);
  if (method === undefined) throw new Error(`No method ${name}`);
  return org.program.staticMethod(method);
}

/**
 * Loads one org, runs each fact's block in a transaction that is rolled back afterwards, and compares line by line.
 * One load for all facts of a file: that is what takes time.
 */
export async function proveFacts(t: Test, options: FactOrgOptions, facts: readonly Fact[]): Promise<void> {
  let lines: string[] = [];
  const body = facts.map((fact, i) => `public static void fact${i}() {\n${fact.apex}\n}`).join('\n');
  const files = { ...options.files, 'Facts.cls': `public class Facts {\n${body}\n}` };
  const org = await factOrg({ ...options, files }, (text) => lines.push(text.replace(/^\w+ /, '')));
  for (const [i, fact] of facts.entries()) {
    lines = [];
    const userId = fact.user === undefined ? org.adminId : org.userByUsername(fact.user)?.id;
    if (userId === undefined) throw new Error(`No user ${fact.user}`);
    const transaction = org.store.begin({ userId, isolated: false });
    try {
      const x = org.execution({ userId, transaction });
      org.finish(x, methodOf(org, `Facts.fact${i}`)(x));
    } catch (error) {
      lines.push(textOf(error));
    } finally {
      transaction.abort();
    }
    const name = `${fact.title} (${fact.source})`;
    t.equal(lines.length, fact.log.length, `${name}: number of lines\n${lines.join('\n')}`);
    for (const [at, expected] of fact.log.entries()) {
      const line = lines[at] ?? '(no line)';
      if (typeof expected === 'string')
        t.equal(line, expected, line === expected ? name : `${name}\nis:     ${line}\nwanted: ${expected}`);
      else t.match(line, expected, `${name}: ${line}`);
    }
  }
}

function textOf(error: unknown): string {
  if (error instanceof ApexThrow) return `${error.value.typeName}: ${error.value.message ?? ''}`;
  if (error instanceof GovernorLimitError) return `System.LimitException: ${error.message}`;
  if (error instanceof NotModelledError || error instanceof CompileFailure) return `${error.name}: ${error.message}`;
  throw error;
}
