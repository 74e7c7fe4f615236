import { civilOf, DAY_MS, pad } from '../values/date.ts';

/**
 * An auto-number in its display format: `{0000}` is the number, padded; `{YYYY}`, `{YY}`, `{MM}`, `{DD}` the day it is
 * made on (Metadata API Developer Guide, CustomField.displayFormat).
 */
export function autoNumber(format: string, n: number, now: number): string {
  const { year, month, day } = civilOf(Math.floor(now / DAY_MS));
  return format.replace(/\{(0+|YYYY|YY|MM|DD)\}/g, (_, token: string) => {
    switch (token) {
      case 'YYYY':
        return String(year);
      case 'YY':
        return pad(year % 100, 2);
      case 'MM':
        return pad(month, 2);
      case 'DD':
        return pad(day, 2);
      default:
        return pad(n, token.length);
    }
  });
}
