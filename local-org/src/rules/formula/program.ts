import { CompileError } from '../../errors.ts';
import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import { ApexDecimal } from '../../values/decimal.ts';
import { toId } from '../../values/id.ts';
import type { Value } from '../../values/value.ts';
import { compileFormula } from './compile.ts';
import type { Compiled } from './compile.ts';
import type { FormulaTarget } from './scope.ts';
import { kindOfField } from './value.ts';
import type { FormulaValue, Kind } from './value.ts';

const compiled = new WeakMap<ObjectDefinition, Map<string, Compiled>>();

/**
 * The formula ready to run, compiled once for each object and place.
 * @param expected the kind of result that the place needs, null for any
 * @throws CompileError, also "Formula result is data type (Number), incompatible with expected data type (Text)."
 * @throws NotModelledError
 */
export function formulaProgram(
  formula: string,
  target: FormulaTarget,
  expected: Kind | null,
  blanksAsZero = false,
): Compiled {
  let programs = compiled.get(target.definition);
  if (programs === undefined) compiled.set(target.definition, (programs = new Map<string, Compiled>()));
  const key = `${target.where}\0${expected ?? ''}\0${blanksAsZero}\0${formula}`;
  let program = programs.get(key);
  if (program === undefined) {
    program = compileFormula(formula, target, { blanksAsZero });
    const fits = program.kind === expected || program.kind === 'null' || program.kind === 'any';
    if (expected !== null && !fits) {
      throw new CompileError(
        `Formula result is data type (${program.kind}), incompatible with expected data type (${expected}).`,
        target.where,
        1,
      );
    }
    programs.set(key, program);
  }
  return program;
}

/** The kind that a formula for this field must give: picklists take their default as text. */
export function expectedKind(field: FieldDefinition, where: string): Kind {
  const kind = kindOfField(field, where);
  return kind === 'picklist' || kind === 'multipicklist' ? 'text' : kind;
}

const HUNDRED = ApexDecimal.of(100);

/** The result of a formula in the type of the field: rounded half up to its scale, a percent of 0.25 as 25. */
export function toField(value: FormulaValue, field: FieldDefinition): Value {
  if (field.type === 'boolean') return value === true;
  if (value === null || value === '') return null;
  if (value instanceof ApexDecimal) {
    if (field.type === 'int') return Number(value.round('HALF_UP'));
    return (field.type === 'percent' ? value.multiply(HUNDRED) : value).setScale(field.scale, 'HALF_UP');
  }
  if ((field.type === 'reference' || field.type === 'id') && typeof value === 'string') return toId(value);
  return value;
}
