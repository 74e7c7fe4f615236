import type { RecordReader } from '../data/reader.ts';
import type { Row } from '../data/row.ts';
import type { FieldDefinition } from '../schema/definition.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { toId } from '../values/id.ts';
import type { Value } from '../values/value.ts';
import { evaluateFormula } from './formula/evaluate.ts';
import { parseFormula } from './formula/parse.ts';
import { RecordScope } from './formula/record-scope.ts';
import type { FormulaValue } from './formula/value.ts';

/** The value of a formula field, in the type of the field. */
export function evaluateFormulaField(reader: RecordReader, row: Row, field: FieldDefinition): Value {
  const where = `${row.object.name}.${field.name}`;
  const scope = new RecordScope(reader, row, row, where, field.blanksAsZero === true);
  return toField(evaluateFormula(parseFormula(field.formula ?? '', where), scope), field);
}

/** The default value of a field for a new record; null when it has none. */
export function evaluateDefault(reader: RecordReader, row: Row, field: FieldDefinition): Value {
  const listed = field.picklistValues.filter((v) => v.isDefault && v.active).map((v) => v.value);
  if (field.defaultFormula === null) return listed.length === 0 ? null : listed.join(';');
  const where = `the default of ${row.object.name}.${field.name}`;
  const source = textDefault(field) ?? field.defaultFormula;
  return toField(evaluateFormula(parseFormula(source, where), new RecordScope(reader, row, null, where)), field);
}

/** Defaults of standard picklist fields are written as the bare value; of all other fields as formulas. */
function textDefault(field: FieldDefinition): string | null {
  const bare = field.picklistValues.some((v) => v.value === field.defaultFormula);
  return bare ? JSON.stringify(field.defaultFormula) : null;
}

function toField(value: FormulaValue, field: FieldDefinition): Value {
  if (field.type === 'boolean') return value === true;
  if (value === null || value === '') return null;
  if (field.type === 'int' && value instanceof ApexDecimal) return value.setScale(0, 'HALF_UP').toNumber();
  if (value instanceof ApexDecimal)
    return field.custom || field.scale > 0 ? value.setScale(field.scale, 'HALF_UP') : value;
  if ((field.type === 'reference' || field.type === 'id') && typeof value === 'string') return toId(value);
  return value;
}
