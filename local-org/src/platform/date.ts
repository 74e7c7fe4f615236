import type { Execution } from '../execution/execution.ts';
import { NotModelledError } from '../errors.ts';
import {
  addMonths,
  civilOf,
  DAY_MS,
  dayOf,
  daysInMonth,
  isLeapYear,
  offsetAt,
  timeOf,
  weekdayOf,
} from '../values/date.ts';
import { ApexDate, ApexTime } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { runtimeType } from '../values/convert.ts';
import { apexException, nullPointer } from './exceptions.ts';
import { nonNull } from './native.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/** Date and Time (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_date.htm). */

/** Formats of the user's locale; only en_US is modelled. */
export function requireEnUs(x: Execution): void {
  if (x.user.locale !== 'en_US') throw new NotModelledError(`date format of the locale ${x.user.locale}`);
}

export function today(x: Execution): ApexDate {
  const now = x.now();
  return new ApexDate(Math.floor((now + offsetAt(x.user.timeZone, now)) / DAY_MS));
}

function invalidDate(text: string): Error {
  return apexException('TypeException', `Invalid date: ${text}`);
}

/** `2026-01-31`, with or without a time behind it, as Date.valueOf(String) reads it. */
export function readDate(text: string): ApexDate {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?$/.exec(text);
  if (match === null) throw invalidDate(text);
  return checkedDate(Number(match[1]), Number(match[2]), Number(match[3]), text);
}

function checkedDate(year: number, month: number, day: number, text: string): ApexDate {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) throw invalidDate(text);
  return new ApexDate(dayOf(year, month, day));
}

/** The short form of en_US: `1/31/2026`. */
export function shortDate(day: number): string {
  const { year, month, day: ofMonth } = civilOf(day);
  return `${month}/${ofMonth}/${year}`;
}

function parseShort(text: string): ApexDate {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{1,4})$/.exec(text.trim());
  if (match === null) throw invalidDate(text);
  return checkedDate(Number(match[3]), Number(match[1]), Number(match[2]), text);
}

/** Whole months between two dates, as monthsBetween counts them: by month and year, days do not matter. */
function monthsBetween(from: ApexDate, to: ApexDate): number {
  const [a, b] = [civilOf(from.day), civilOf(to.day)];
  return (b.year - a.year) * 12 + (b.month - a.month);
}

const dateClass = platformClass('Date', {
  'static Date today()': (x) => today(x),
  'static Date valueOf(Object)': (_x, _self, value: Value) => {
    if (value === null) throw nullPointer('Argument cannot be null.');
    if (value instanceof ApexDate) return value;
    if (typeof value === 'string') return readDate(value);
    throw apexException('TypeException', `Invalid date: ${runtimeType(value).text}`);
  },
  ...nonNull({
    'static Date newInstance(Integer,Integer,Integer)': (_x, _self, year: number, month: number, day: number) =>
      new ApexDate(dayOf(year, month, day)),
    'static Date valueOf(String)': (_x, _self, text: string) => readDate(text),
    'static Date parse(String)': (x, _self, text: string) => {
      requireEnUs(x);
      return parseShort(text);
    },
    'static Integer daysInMonth(Integer,Integer)': (_x, _self, year: number, month: number) => daysInMonth(year, month),
    'static Boolean isLeapYear(Integer)': (_x, _self, year: number) => isLeapYear(year),
    'Date addDays(Integer)': (_x, self: ApexDate, days: number) => new ApexDate(self.day + days),
    'Date addMonths(Integer)': (_x, self: ApexDate, months: number) => new ApexDate(addMonths(self.day, months)),
    'Date addYears(Integer)': (_x, self: ApexDate, years: number) => new ApexDate(addMonths(self.day, years * 12)),
    'Integer day()': (_x, self: ApexDate) => civilOf(self.day).day,
    'Integer dayOfYear()': (_x, self: ApexDate) => self.day - dayOf(civilOf(self.day).year, 1, 1) + 1,
    'Integer month()': (_x, self: ApexDate) => civilOf(self.day).month,
    'Integer year()': (_x, self: ApexDate) => civilOf(self.day).year,
    'Integer daysBetween(Date)': (_x, self: ApexDate, other: ApexDate) => other.day - self.day,
    'Integer monthsBetween(Date)': (_x, self: ApexDate, other: ApexDate) => monthsBetween(self, other),
    'String format()': (x, self: ApexDate) => {
      requireEnUs(x);
      return shortDate(self.day);
    },
    'Boolean isSameDay(Date)': (_x, self: ApexDate, other: ApexDate) => self.day === other.day,
    'Date toStartOfMonth()': (_x, self: ApexDate) => {
      const { year, month } = civilOf(self.day);
      return new ApexDate(dayOf(year, month, 1));
    },
    'Date toStartOfWeek()': (x, self: ApexDate) => {
      requireEnUs(x);
      return new ApexDate(self.day - weekdayOf(self.day));
    },
  }),
});

function wrapTime(ms: number): ApexTime {
  return new ApexTime(((ms % DAY_MS) + DAY_MS) % DAY_MS);
}

const timeClass = platformClass(
  'Time',
  nonNull({
    'static Time newInstance(Integer,Integer,Integer,Integer)': (
      _x,
      _self,
      hour: number,
      minute: number,
      second: number,
      ms: number,
    ) => wrapTime(hour * 3_600_000 + minute * 60_000 + second * 1000 + ms),
    'Time addHours(Integer)': (_x, self: ApexTime, n: number) => wrapTime(self.ms + n * 3_600_000),
    'Time addMinutes(Integer)': (_x, self: ApexTime, n: number) => wrapTime(self.ms + n * 60_000),
    'Time addSeconds(Integer)': (_x, self: ApexTime, n: number) => wrapTime(self.ms + n * 1000),
    'Time addMilliseconds(Integer)': (_x, self: ApexTime, n: number) => wrapTime(self.ms + n),
    'Integer hour()': (_x, self: ApexTime) => timeOf(self.ms).hour,
    'Integer minute()': (_x, self: ApexTime) => timeOf(self.ms).minute,
    'Integer second()': (_x, self: ApexTime) => timeOf(self.ms).second,
    'Integer millisecond()': (_x, self: ApexTime) => timeOf(self.ms).millisecond,
  }),
);

export const dateClasses: PlatformClass[] = [dateClass, timeClass];
