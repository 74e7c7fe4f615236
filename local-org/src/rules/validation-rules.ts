import { failure } from '../data/failure.ts';
import type { RecordReader } from '../data/reader.ts';
import type { Row } from '../data/row.ts';
import type { DmlError } from '../values/value.ts';
import { evaluateFormula } from './formula/evaluate.ts';
import { parseFormula } from './formula/parse.ts';
import { RecordScope } from './formula/record-scope.ts';

/**
 * The errors of all active validation rules that the record breaks; every rule is evaluated. An error names a field
 * when its rule is shown at one (errorDisplayField), else none.
 */
export function brokenRules(reader: RecordReader, row: Row, before: Row | null): DmlError[] {
  const errors: DmlError[] = [];
  for (const rule of row.object.validationRules) {
    if (!rule.active) continue;
    const where = `${row.object.name}.${rule.name}`;
    const broken = evaluateFormula(parseFormula(rule.formula, where), new RecordScope(reader, row, before, where));
    if (broken !== true) continue;
    const field =
      rule.errorDisplayField === null ? undefined : row.object.fields.get(rule.errorDisplayField.toLowerCase());
    errors.push(failure('FIELD_CUSTOM_VALIDATION_EXCEPTION', rule.message, field === undefined ? [] : [field.name]));
  }
  return errors;
}
