import type { ApexType } from '../types/type.ts';
import { EnumValue } from './value.ts';

const constants = new Map<ApexType, Map<string, EnumValue>>();

/** Declares the constants of an enum once; afterwards they are found by name. */
export function declareEnum(type: ApexType, names: readonly string[]): EnumValue[] {
  const known = constants.get(type);
  if (known !== undefined) return [...known.values()];
  const values = names.map((name, ordinal) => new EnumValue(type, name, ordinal));
  constants.set(type, new Map(values.map((value) => [value.name.toLowerCase(), value])));
  return values;
}

/** The constants of a declared enum in order; null for a type that is no declared enum. */
export function enumConstants(type: ApexType): EnumValue[] | null {
  const known = constants.get(type);
  return known === undefined ? null : [...known.values()];
}

/** The constant of that name, whatever its case; null when the enum has none. */
export function enumConstant(type: ApexType, name: string): EnumValue | null {
  return constants.get(type)?.get(name.toLowerCase()) ?? null;
}
