import { addMonths, civilOf, DAY_MS, dayOf, daysInMonth, offsetAt, timeOf, weekdayOf } from '../../values/date.ts';
import { ApexDecimal } from '../../values/decimal.ts';
import { ApexDate, ApexDatetime, ApexTime } from '../../values/value.ts';
import { functionTable } from './signature.ts';
import type { FormulaScope } from './scope.ts';
import { integerOf, textOf } from './text-functions.ts';
import { FormulaError } from './value.ts';
import type { FormulaValue } from './value.ts';

/** The calendar day of an instant in the running user's time zone. */
export function dayIn(scope: FormulaScope, ms: number): ApexDate {
  return new ApexDate(Math.floor((ms + offsetAt(scope.timeZone, ms)) / DAY_MS));
}

function onDate(compute: (day: number) => number): (args: readonly FormulaValue[]) => FormulaValue {
  return ([date]) => (date instanceof ApexDate ? ApexDecimal.of(compute(date.day)) : null);
}

function onTime(unit: keyof ReturnType<typeof timeOf>): (args: readonly FormulaValue[]) => FormulaValue {
  return ([time]) => (time instanceof ApexTime ? ApexDecimal.of(timeOf(time.ms)[unit]) : null);
}

function date(year: number, month: number, day: number): ApexDate {
  if (year < 1 || year > 9999) throw new FormulaError('Year out of range in DATE() function');
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    throw new FormulaError('Month or Day out of range in DATE() function');
  }
  return new ApexDate(dayOf(year, month, day));
}

const CLOCK = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{3}))?$/;

function clock(text: string, what: string): number {
  const parts = CLOCK.exec(text)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  const [hour = 24, minute = 0, second = 0, millisecond = 0] = parts ?? [];
  if (hour > 23 || minute > 59 || second > 59) throw new FormulaError(`${what} of "${text}"`);
  return ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
}

function dateIn(text: string, what: string): ApexDate {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (match === null) throw new FormulaError(`${what} of "${text}"`);
  return date(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** YYYY-MM-DD HH:MM:SS, taken as GMT (Salesforce Help, DATETIMEVALUE). */
function datetimeIn(text: string): ApexDatetime {
  const [day = '', time = ''] = text.trim().replace(/Z$/, '').split(' ');
  return new ApexDatetime(dateIn(day, 'DATETIMEVALUE()').day * DAY_MS + clock(time, 'DATETIMEVALUE()'));
}

/** Date and time functions; a blank argument makes the result blank (formula-engine, FunctionDate and others). */
export const DATE_FUNCTIONS = functionTable({
  'TODAY(): date': (_args, scope) => dayIn(scope, scope.now),
  // Seconds are the finest that NOW() has; formula-engine: "we assume there is only second granularity".
  'NOW(): datetime': (_args, scope) => new ApexDatetime(Math.floor(scope.now / 1000) * 1000),
  'TIMENOW(): time': (_args, scope) =>
    new ApexTime((((scope.now + offsetAt(scope.timeZone, scope.now)) % DAY_MS) + DAY_MS) % DAY_MS),
  'DATE(number, number, number): date': (args) => {
    const [year, month, day] = args.map(integerOf);
    return typeof year === 'number' && typeof month === 'number' && typeof day === 'number'
      ? date(year, month, day)
      : null;
  },
  'DATEVALUE(text|datetime): date': ([value = null], scope) => {
    if (value instanceof ApexDatetime) return dayIn(scope, value.ms);
    const text = textOf(value);
    return text === null ? null : dateIn(text, 'DATEVALUE()');
  },
  'DATETIMEVALUE(text|date|datetime): datetime': ([value = null]) => {
    if (value instanceof ApexDatetime) return value;
    if (value instanceof ApexDate) return new ApexDatetime(value.day * DAY_MS);
    const text = textOf(value);
    return text === null ? null : datetimeIn(text);
  },
  'TIMEVALUE(text|datetime): time': ([value = null]) => {
    if (value instanceof ApexDatetime) return new ApexTime(((value.ms % DAY_MS) + DAY_MS) % DAY_MS);
    const text = textOf(value);
    return text === null ? null : new ApexTime(clock(text, 'TIMEVALUE()'));
  },
  'YEAR(date): number': onDate((day) => civilOf(day).year),
  'MONTH(date): number': onDate((day) => civilOf(day).month),
  'DAY(date): number': onDate((day) => civilOf(day).day),
  // 1 is Sunday (Salesforce Help, WEEKDAY).
  'WEEKDAY(date): number': onDate((day) => weekdayOf(day) + 1),
  'HOUR(time): number': onTime('hour'),
  'MINUTE(time): number': onTime('minute'),
  'SECOND(time): number': onTime('second'),
  'MILLISECOND(time): number': onTime('millisecond'),
  'ADDMONTHS(date, number): date': ([value = null, months]) => {
    const count = integerOf(months);
    if (!(value instanceof ApexDate) || count === null) return null;
    const moved = addMonths(value.day, count);
    // The last day of a month stays the last day (Salesforce Help, ADDMONTHS).
    const { year, month, day } = civilOf(value.day);
    const target = civilOf(moved);
    return day === daysInMonth(year, month)
      ? new ApexDate(dayOf(target.year, target.month, daysInMonth(target.year, target.month)))
      : new ApexDate(moved);
  },
});
