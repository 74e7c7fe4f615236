import { NotModelledError } from '../errors.ts';
import { civilOf, DAY_MS, dayOf, offsetAt, pad, timeOf, weekdayOf } from './date.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

interface Moment {
  year: number;
  month: number;
  day: number;
  dayNumber: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  offset: number;
  zone: string;
  ms: number;
}

function name(names: string[], index: number, width: number): string {
  const full = names[index] ?? '';
  return width >= 4 ? full : full.slice(0, 3);
}

function offsetText(offset: number, colon: boolean): string {
  const minutes = Math.abs(Math.trunc(offset / 60_000));
  const sign = offset < 0 ? '-' : '+';
  return `${sign}${pad(Math.floor(minutes / 60), 2)}${colon ? ':' : ''}${pad(minutes % 60, 2)}`;
}

function zoneName(moment: Moment, width: number): string {
  if (moment.zone === 'GMT' || moment.zone === 'UTC') return width >= 4 ? 'Greenwich Mean Time' : 'GMT';
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: moment.zone,
    timeZoneName: width >= 4 ? 'long' : 'short',
  });
  return format.formatToParts(moment.ms).find((part) => part.type === 'timeZoneName')?.value ?? moment.zone;
}

/** The week of the year in the United States: weeks start on Sunday, the first holds January 1. */
function weekOfYear(moment: Moment): number {
  const first = dayOf(moment.year, 1, 1);
  const next = dayOf(moment.year + 1, 1, 1);
  if (moment.dayNumber >= next - weekdayOf(next)) return 1;
  return Math.floor((moment.dayNumber - first + weekdayOf(first)) / 7) + 1;
}

/** The year that the week belongs to (letter Y). */
function weekYear(moment: Moment): number {
  return weekOfYear(moment) === 1 && moment.month === 12 ? moment.year + 1 : moment.year;
}

const LETTERS: Readonly<Record<string, (moment: Moment, width: number) => string>> = {
  G: (m) => (m.year > 0 ? 'AD' : 'BC'),
  y: (m, width) => (width === 2 ? pad(m.year % 100, 2) : pad(m.year, width)),
  Y: (m, width) => (width === 2 ? pad(weekYear(m) % 100, 2) : pad(weekYear(m), width)),
  M: (m, width) => (width >= 3 ? name(MONTHS, m.month - 1, width) : pad(m.month, width)),
  L: (m, width) => (width >= 3 ? name(MONTHS, m.month - 1, width) : pad(m.month, width)),
  w: (m, width) => pad(weekOfYear(m), width),
  D: (m, width) => pad(m.dayNumber - dayOf(m.year, 1, 1) + 1, width),
  d: (m, width) => pad(m.day, width),
  E: (m, width) => name(DAYS, weekdayOf(m.dayNumber), width),
  u: (m, width) => pad(weekdayOf(m.dayNumber) || 7, width),
  a: (m) => (m.hour < 12 ? 'AM' : 'PM'),
  H: (m, width) => pad(m.hour, width),
  k: (m, width) => pad(m.hour || 24, width),
  K: (m, width) => pad(m.hour % 12, width),
  h: (m, width) => pad(m.hour % 12 || 12, width),
  m: (m, width) => pad(m.minute, width),
  s: (m, width) => pad(m.second, width),
  S: (m, width) => pad(m.millisecond, width),
  z: zoneName,
  Z: (m) => offsetText(m.offset, false),
  X: (m, width) => {
    if (m.offset === 0) return 'Z';
    return width === 1 ? offsetText(m.offset, false).slice(0, 3) : offsetText(m.offset, width === 3);
  },
};

/**
 * An instant in a time zone by a java.text.SimpleDateFormat pattern, with the texts of en_US.
 * @throws NotModelledError for a pattern letter that is not modelled
 */
export function formatDate(ms: number, zone: string, pattern: string): string {
  const offset = offsetAt(zone, ms);
  const dayNumber = Math.floor((ms + offset) / DAY_MS);
  const moment: Moment = {
    ...civilOf(dayNumber),
    ...timeOf(ms + offset - dayNumber * DAY_MS),
    dayNumber,
    offset,
    zone,
    ms,
  };
  return pattern.replace(/''|'((?:[^']|'')*)'|([a-zA-Z])\2*/g, (run: string, quoted?: string, letter?: string) => {
    if (letter === undefined) return quoted === undefined ? "'" : quoted.replaceAll("''", "'");
    const format = LETTERS[letter];
    if (format === undefined) throw new NotModelledError(`letter ${letter} in the date format "${pattern}"`);
    return format(moment, run.length);
  });
}
