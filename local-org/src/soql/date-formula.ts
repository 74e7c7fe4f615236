import { NotModelledError } from '../errors.ts';
import { addMonths, civilOf, DAY_MS, dayOf, instantOf, offsetAt, weekdayOf } from '../values/date.ts';

/** Days from `from` on and before `to`, as days since 1970-01-01. */
export interface DayRange {
  from: number;
  to: number;
}

/** The day it is at an instant in a time zone. */
export function dayAt(ms: number, zone: string): number {
  return Math.floor((ms + offsetAt(zone, ms)) / DAY_MS);
}

/** The instant at which a day begins in a time zone. */
export function startOfDay(day: number, zone: string): number {
  return instantOf(zone, day * DAY_MS);
}

/**
 * The days that a date literal such as LAST_N_DAYS:7 stands for (SOQL and SOSL Reference, "Date Formats and Date
 * Literals"). Weeks begin on Sunday, the fiscal year is the calendar year.
 * @param today the running user's day
 * @throws NotModelledError for a literal of a custom fiscal year
 */
export function dayRange(name: string, n: number | null, today: number): DayRange {
  const count = n ?? 0;
  const literal = name.replace('FISCAL_', '');
  const days = (from: number, to: number): DayRange => ({ from, to });
  switch (literal) {
    case 'YESTERDAY':
      return days(today - 1, today);
    case 'TODAY':
      return days(today, today + 1);
    case 'TOMORROW':
      return days(today + 1, today + 2);
    case 'LAST_90_DAYS':
      return days(today - 90, today + 1);
    case 'NEXT_90_DAYS':
      return days(today + 1, today + 91);
    case 'LAST_N_DAYS':
      return days(today - count, today + 1);
    case 'NEXT_N_DAYS':
      return days(today + 1, today + 1 + count);
    case 'N_DAYS_AGO':
      return days(today - count, today - count + 1);
  }
  const match = /^(LAST|THIS|NEXT)(_N)?_(WEEK|MONTH|QUARTER|YEAR)S?$/.exec(literal);
  const ago = /^N_(WEEK|MONTH|QUARTER|YEAR)S_AGO$/.exec(literal);
  const unit = match?.[3] ?? ago?.[1];
  if (unit === undefined) throw new NotModelledError(`date literal ${name}`);
  const start = (offset: number): number => startOfUnit(unit, today, offset);
  if (ago !== null) return days(start(-count), start(-count + 1));
  const many = match?.[2] !== undefined;
  if (match?.[1] === 'LAST') return days(start(many ? -count : -1), start(0));
  if (match?.[1] === 'NEXT') return days(start(1), start(many ? 1 + count : 2));
  return days(start(0), start(1));
}

/** The first day of the unit that `today` is in, or of the one `offset` units later. */
function startOfUnit(unit: string, today: number, offset: number): number {
  if (unit === 'WEEK') return today - (weekdayOf(today) % 7) + 7 * offset;
  const { year, month } = civilOf(today);
  if (unit === 'YEAR') return dayOf(year + offset, 1, 1);
  if (unit === 'QUARTER') return addMonths(dayOf(year, month - ((month - 1) % 3), 1), 3 * offset);
  return addMonths(dayOf(year, month, 1), offset);
}
