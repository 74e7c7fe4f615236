import type { FormulaScope } from './scope.ts';
import type { FormulaValue, Kind } from './value.ts';

export interface Parameter {
  kinds: readonly Kind[];
  optional: boolean;
}

/** A function whose arguments are all computed before it runs. */
export interface FormulaFunction {
  parameters: readonly Parameter[];
  /** the last parameter may repeat */
  variadic: boolean;
  result: Kind;
  run(args: readonly FormulaValue[], scope: FormulaScope): FormulaValue;
}

type Run = FormulaFunction['run'];

/**
 * Reads a table of functions whose keys are signatures: `FIND(text, text, number?): number`,
 * `MAX(number...): number`, `TEXT(number|date|picklist): text`.
 */
export function functionTable(table: Readonly<Record<string, Run>>): ReadonlyMap<string, FormulaFunction> {
  return new Map(Object.entries(table).map(([signature, run]) => readSignature(signature, run)));
}

function readSignature(signature: string, run: Run): [string, FormulaFunction] {
  const match = /^([A-Z]+)\((.*)\): (\w+)$/.exec(signature);
  if (match?.[1] === undefined || match[3] === undefined) throw new Error(`Bad signature "${signature}"`);
  const parts = (match[2] ?? '').split(',').map((part) => part.trim());
  const parameters = parts
    .filter((part) => part !== '')
    .map((part) => ({ kinds: part.replace(/[?.]+$/, '').split('|') as Kind[], optional: part.endsWith('?') }));
  return [match[1], { parameters, variadic: parts.at(-1)?.endsWith('...') ?? false, result: match[3] as Kind, run }];
}
