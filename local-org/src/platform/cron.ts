import { civilOf, dayOf, DAY_MS, daysInMonth, instantOf, offsetAt, weekdayOf } from '../values/date.ts';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
/** How many days ahead a next time is looked for: years that have a 29 February on a given weekday are rare. */
const HORIZON_DAYS = 366 * 30;

/**
 * `Seconds Minutes Hours Day_of_month Month Day_of_week [year]`
 * (https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_scheduler.htm).
 */
export interface Cron {
  seconds: ReadonlySet<number>;
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  months: ReadonlySet<number>;
  years: ReadonlySet<number> | null;
  /** whether a date, in days since 1970-01-01, is one of its days */
  isDay(day: number): boolean;
}

/** @returns null when the text is no cron expression */
export function parseCron(text: string): Cron | null {
  const parts = text.trim().toUpperCase().split(/\s+/);
  if (parts.length < 6 || parts.length > 7) return null;
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year] = parts;
  // one of the two days says nothing, with a question mark
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return null;
  const seconds = numbers(second, 0, 59);
  const minutes = numbers(minute, 0, 59);
  const hours = numbers(hour, 0, 23);
  const months = numbers(month, 1, 12, MONTHS);
  const years = year === undefined || year === '*' ? null : numbers(year, 1970, 2099);
  const isDay = dayOfMonth === '?' ? weekdays(dayOfWeek) : monthDays(dayOfMonth);
  if (seconds === null || minutes === null || hours === null || months === null || isDay === null) return null;
  if (year !== undefined && year !== '*' && years === null) return null;
  return { seconds, minutes, hours, months, years, isDay };
}

/** `*`, `5`, `1-5`, `0/15`, `MON-FRI` and lists of these; null when it is none. */
function numbers(text: string, low: number, high: number, names: readonly string[] = []): Set<number> | null {
  const valueOf = (word: string): number => {
    const named = names.indexOf(word);
    return named >= 0 ? named + low : /^\d+$/.test(word) ? Number(word) : NaN;
  };
  const result = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', stepText] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    const [fromText = '', toText] = range === '*' ? [String(low), String(high)] : range.split('-');
    const from = range === '*' ? low : valueOf(fromText);
    const to = range === '*' ? high : toText !== undefined ? valueOf(toText) : stepText === undefined ? from : high;
    if (![from, to, step].every(Number.isInteger) || step < 1 || from < low || to > high || from > to) return null;
    for (let n = from; n <= to; n += step) result.add(n);
  }
  return result;
}

function monthDays(text: string): ((day: number) => boolean) | null {
  const lastOf = (day: number): number => daysInMonth(civilOf(day).year, civilOf(day).month);
  if (text === 'L') return (day) => civilOf(day).day === lastOf(day);
  const nearest = /^(\d+|L)W$/.exec(text)?.[1];
  if (nearest !== undefined) {
    return (day) => {
      const { year, month } = civilOf(day);
      const wanted = nearest === 'L' ? lastOf(day) : Math.min(Number(nearest), lastOf(day));
      return day === nearestWeekday(dayOf(year, month, wanted), month);
    };
  }
  const days = numbers(text, 1, 31);
  return days === null ? null : (day) => days.has(civilOf(day).day);
}

/** Monday to Friday nearest to a day, in the same month. */
function nearestWeekday(day: number, month: number): number {
  const weekday = weekdayOf(day);
  if (weekday === 6) return civilOf(day - 1).month === month ? day - 1 : day + 2;
  if (weekday === 0) return civilOf(day + 1).month === month ? day + 1 : day - 2;
  return day;
}

function weekdays(text: string): ((day: number) => boolean) | null {
  const last = /^(\w+)L$/.exec(text)?.[1];
  const nth = /^(\w+)#([1-5])$/.exec(text);
  const days = numbers(last ?? nth?.[1] ?? text, 1, 7, WEEKDAYS);
  if (days === null) return null;
  return (day) => {
    if (!days.has(weekdayOf(day) + 1)) return false;
    const { year, month, day: ofMonth } = civilOf(day);
    if (last !== undefined) return ofMonth + 7 > daysInMonth(year, month);
    return nth === null || Math.ceil(ofMonth / 7) === Number(nth[2]);
  };
}

/** The first time after `after` (both in ms since the epoch) in a time zone; null when there is none any more. */
export function nextFireTime(cron: Cron, after: number, zone: string): number | null {
  const local = after + offsetAt(zone, after);
  const firstDay = Math.floor(local / DAY_MS);
  const times = [...cron.hours]
    .flatMap((h) => [...cron.minutes].flatMap((m) => [...cron.seconds].map((s) => ((h * 60 + m) * 60 + s) * 1000)))
    .sort((a, b) => a - b);
  for (let day = firstDay; day < firstDay + HORIZON_DAYS; day++) {
    const { year, month } = civilOf(day);
    if (!cron.months.has(month) || (cron.years !== null && !cron.years.has(year)) || !cron.isDay(day)) continue;
    const time = times.find((t) => day * DAY_MS + t > local);
    if (time !== undefined) return instantOf(zone, day * DAY_MS + time);
  }
  return null;
}
