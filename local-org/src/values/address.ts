import { apexType } from '../types/type.ts';
import { PlatformObject } from './value.ts';
import type { Value } from './value.ts';

/** The parts of an address by their name without the prefix, in lower case: street, city, postalcode … */
export interface AddressData {
  readonly parts: ReadonlyMap<string, Value>;
  readonly text: string;
}

export type ApexAddress = PlatformObject<AddressData>;

/** A System.Address; null when all parts are empty. */
export function addressOf(parts: ReadonlyMap<string, Value>): ApexAddress | null {
  if ([...parts.values()].every((value) => value === null)) return null;
  // how the debug log shows an address is not documented
  const text = `Address[${[...parts].map(([name, value]) => `${name}:${typeof value === 'string' ? value : 'null'}`).join(';')}]`;
  return new PlatformObject<AddressData>(apexType('Address'), { parts, text });
}
