import { ApexDecimal } from '../values/decimal.ts';
import { ApexDouble } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/** Any kind of number as a Decimal; null for everything else. */
export function numberOfValue(value: NonNullable<Value>): ApexDecimal | null {
  if (value instanceof ApexDecimal) return value;
  if (value instanceof ApexDouble) return ApexDecimal.fromDouble(value.value);
  return typeof value === 'number' || typeof value === 'bigint' ? ApexDecimal.of(value) : null;
}
