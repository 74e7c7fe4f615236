import { apexException } from '../../platform/exceptions.ts';
import { T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import { castNumber as castNumberTo, convertTo, idOrThrow, runtimeType } from '../../values/convert.ts';
import { toId } from '../../values/id.ts';
import { ApexId, SObjectValue } from '../../values/value.ts';
import type { Value } from '../../values/value.ts';
import type { ApexExecution } from './execution.ts';

const NUMBERS: readonly ApexType[] = [T.Integer, T.Long, T.Double, T.Decimal];

/** `(Integer) decimal` and the like; null stays null. */
export function castNumber(value: Value, to: ApexType): Value {
  return castNumberTo(value, to);
}

/**
 * Apex `instanceof`. An Integer is an instance of the wider number types too, and a String that is a valid Id one of
 * Id.
 */
export function isInstance(x: ApexExecution, value: Value, type: ApexType): boolean {
  if (value === null) return false;
  if (type === T.Object) return true;
  const actual = runtimeType(value);
  if (actual === type) return true;
  const [from, to] = [NUMBERS.indexOf(actual), NUMBERS.indexOf(type)];
  if (from >= 0 && to >= 0) return from <= to;
  if (type === T.Id) return typeof value === 'string' && toId(value) !== null;
  if (type === T.String) return value instanceof ApexId;
  if (type === T.SObject) return value instanceof SObjectValue;
  return x.program.isSubtype(actual, type);
}

/** A cast that only the run can judge. @throws ApexThrow TypeException "Invalid conversion from runtime type …" */
export function cast(x: ApexExecution, value: Value, type: ApexType): Value {
  if (value === null) return null;
  if (type === T.Id && typeof value === 'string') return idOrThrow(value);
  if (isInstance(x, value, type)) return convertTo(value, type);
  throw apexException(
    'TypeException',
    `Invalid conversion from runtime type ${runtimeType(value).text} to ${type.text}`,
  );
}
