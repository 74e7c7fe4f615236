import { NotModelledError } from '../../errors.ts';
import type { FieldDefinition } from '../../schema/definition.ts';
import { ApexDecimal } from '../../values/decimal.ts';
import { ApexDate, ApexDatetime, ApexDouble, ApexId, ApexTime } from '../../values/value.ts';
import type { Value } from '../../values/value.ts';

/** What a formula computes with. Blank text is null; Ids are text. */
export type FormulaValue = null | string | boolean | ApexDecimal | ApexDate | ApexDatetime | ApexTime;

/** The static type of an expression; `any` is only known when it runs (some global variables). */
export type Kind =
  'number' | 'text' | 'boolean' | 'date' | 'datetime' | 'time' | 'picklist' | 'multipicklist' | 'null' | 'any';

/** A formula that cannot be computed for this record, e.g. a division by zero; a formula field shows #Error! then. */
export class FormulaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FormulaError';
  }
}

/** The kind of a field's value. @throws NotModelledError for types that formulas do not read here */
export function kindOfField(field: FieldDefinition, where: string): Kind {
  switch (field.type) {
    case 'boolean':
    case 'date':
    case 'datetime':
    case 'time':
    case 'picklist':
    case 'multipicklist':
      return field.type;
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      return 'number';
    case 'base64':
    case 'address':
    case 'location':
    case 'anyType':
      throw new NotModelledError(`a field of type ${field.type} in a formula: ${field.name}`, where);
    default:
      return 'text';
  }
}

const HUNDRED = ApexDecimal.of(100);

/** A stored value as formulas see it: a percent of 25 is 0.25 (formula-engine, FieldReferenceCommandInfo). */
export function fromStored(value: Value, field: FieldDefinition): FormulaValue {
  if (field.type === 'boolean') return value === true;
  const plain = formulaValue(value);
  return field.type === 'percent' && plain instanceof ApexDecimal ? plain.divide(HUNDRED) : plain;
}

/** A value as formulas hold it. @throws Error for collections and the like, which no field holds */
export function formulaValue(value: Value): FormulaValue {
  if (value === null || value === '') return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return ApexDecimal.of(value);
  if (value instanceof ApexDouble) return ApexDecimal.fromDouble(value.value);
  if (value instanceof ApexId) return value.value;
  if (
    value instanceof ApexDecimal ||
    value instanceof ApexDate ||
    value instanceof ApexDatetime ||
    value instanceof ApexTime
  ) {
    return value;
  }
  throw new Error('A field holds a value that formulas cannot use');
}

/** Instants of the same kind compare by this number; null for other kinds. */
function moment(value: FormulaValue): number | null {
  if (value instanceof ApexDate) return value.day;
  if (value instanceof ApexDatetime || value instanceof ApexTime) return value.ms;
  return null;
}

/** Whether two values that are not blank are the same; text by case. */
export function sameValue(left: FormulaValue, right: FormulaValue): boolean {
  if (left instanceof ApexDecimal && right instanceof ApexDecimal) return left.compare(right) === 0;
  const [a, b] = [moment(left), moment(right)];
  return a !== null && b !== null ? a === b : left === right;
}

/** Negative, 0 or positive for two numbers or two moments; null when the two have no order. */
export function orderOf(left: FormulaValue, right: FormulaValue): number | null {
  if (left instanceof ApexDecimal && right instanceof ApexDecimal) return left.compare(right);
  const [a, b] = [moment(left), moment(right)];
  return a === null || b === null ? null : Math.sign(a - b);
}
