import { CompileFailure } from '../../src/apex/emit/program.ts';
import type { SourceUnit } from '../../src/apex/emit/program.ts';
import { ApexThrow, GovernorLimitError, NotModelledError } from '../../src/errors.ts';
import { loadOrg } from '../../src/org/org.ts';
import type { Org } from '../../src/org/org.ts';

export interface Evaluation {
  /** texts of System.debug, in order, without the level */
  log: string[];
  /** what ended the block before its end */
  error: { type: string; message: string; stackTrace: string } | null;
}

export interface EvaluateOptions {
  /** top-level classes and triggers by file name: `Foo.cls`, `Foo.trigger` */
  files?: Record<string, string>;
  apiVersion?: number;
  /** folders with metadata; default none */
  sourceFolders?: string[];
}

/** Loads an org with these files and the anonymous block. @throws CompileFailure */
export async function orgWith(
  source: string,
  options: EvaluateOptions = {},
  log: (text: string) => void = () => {},
): Promise<Org> {
  const apiVersion = options.apiVersion ?? 65;
  const units: SourceUnit[] = Object.entries(options.files ?? {}).map(([file, text]) => ({
    kind: file.endsWith('.trigger') ? 'trigger' : 'class',
    file,
    source: text,
    apiVersion,
  }));
  units.push({ kind: 'anonymous', file: 'AnonymousBlock', source, apiVersion });
  return await loadOrg({ sourceFolders: options.sourceFolders ?? [], extraSource: units, log });
}

/** Runs an anonymous block against an org without customisation. */
export async function evaluateApex(source: string, options: EvaluateOptions = {}): Promise<Evaluation> {
  const log: string[] = [];
  try {
    const org = await orgWith(source, options, (text) => log.push(text.replace(/^\w+ /, '')));
    org.run(org.adminId, (x) => org.program.anonymousMain()(x));
    return { log, error: null };
  } catch (error) {
    if (error instanceof ApexThrow) {
      const { typeName, message, stackTrace } = error.value;
      return { log, error: { type: typeName, message: message ?? '', stackTrace } };
    }
    if (error instanceof GovernorLimitError) {
      return { log, error: { type: 'System.LimitException', message: error.message, stackTrace: '' } };
    }
    if (error instanceof NotModelledError || error instanceof CompileFailure) {
      return { log, error: { type: error.name, message: error.message, stackTrace: '' } };
    }
    throw error;
  }
}

/** What the block logs; fails on an error. */
export async function debugOf(source: string, options: EvaluateOptions = {}): Promise<string[]> {
  const { log, error } = await evaluateApex(source, options);
  if (error !== null) throw new Error(`${error.type}: ${error.message}\n${error.stackTrace}`);
  return log;
}

/** The error that ends the block: `System.MathException: Divide by 0`; fails when there is none. */
export async function errorOf(source: string, options: EvaluateOptions = {}): Promise<string> {
  const { error } = await evaluateApex(source, options);
  if (error === null) throw new Error('The block ended without an error');
  return `${error.type}: ${error.message}`;
}
