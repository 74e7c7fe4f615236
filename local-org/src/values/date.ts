export const DAY_MS = 86_400_000;

export interface CivilDate {
  year: number;
  /** 1 to 12 */
  month: number;
  day: number;
}

export interface CivilTime {
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

/** Days since 1970-01-01 of a date; month and day may overflow (month 13 is January of the next year). */
export function dayOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.floor(date.getTime() / DAY_MS);
}

export function civilOf(day: number): CivilDate {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** 0 = Sunday */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

export function daysInMonth(year: number, month: number): number {
  return dayOf(year, month + 1, 1) - dayOf(year, month, 1);
}

/** The same day in another month, or that month's last day. */
export function addMonths(day: number, months: number): number {
  const { year, month, day: ofMonth } = civilOf(day);
  const target = year * 12 + (month - 1) + months;
  const [targetYear, targetMonth] = [Math.floor(target / 12), (((target % 12) + 12) % 12) + 1];
  return dayOf(targetYear, targetMonth, Math.min(ofMonth, daysInMonth(targetYear, targetMonth)));
}

export function timeOf(msOfDay: number): CivilTime {
  return {
    hour: Math.floor(msOfDay / 3_600_000),
    minute: Math.floor(msOfDay / 60_000) % 60,
    second: Math.floor(msOfDay / 1000) % 60,
    millisecond: msOfDay % 1000,
  };
}

export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** `2026-01-31` */
export function isoDate(day: number): string {
  const { year, month, day: ofMonth } = civilOf(day);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(ofMonth, 2)}`;
}

/** `13:05:09.007` */
export function isoTime(msOfDay: number): string {
  const { hour, minute, second, millisecond } = timeOf(msOfDay);
  return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}.${pad(millisecond, 3)}`;
}

const offsetFormats = new Map<string, Intl.DateTimeFormat>();

function offsetFormat(zone: string): Intl.DateTimeFormat {
  let format = offsetFormats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone === 'GMT' ? 'UTC' : zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
    offsetFormats.set(zone, format);
  }
  return format;
}

/** Whether the runtime knows the time zone. */
export function isTimeZone(zone: string): boolean {
  try {
    offsetFormat(zone);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds that a zone is ahead of GMT at an instant. Throws a RangeError for an unknown zone. */
export function offsetAt(zone: string, ms: number): number {
  if (zone === 'GMT' || zone === 'UTC') return 0;
  const parts = new Map(
    offsetFormat(zone)
      .formatToParts(ms)
      .map((part) => [part.type, part.value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name) ?? 0);
  const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year');
  const local =
    dayOf(year, part('month'), part('day')) * DAY_MS +
    part('hour') * 3_600_000 +
    part('minute') * 60_000 +
    part('second') * 1000;
  return local - Math.floor(ms / 1000) * 1000;
}

/** The instant at which the clocks of a zone show a local time (milliseconds as if it were UTC). */
export function instantOf(zone: string, localMs: number): number {
  const first = localMs - offsetAt(zone, localMs);
  // The guess may stand on the other side of a change of the clocks; the second look settles it.
  const offset = offsetAt(zone, first);
  return localMs - offset;
}

/** An instant as `2026-01-31 13:05:09` in a zone. */
export function localDatetime(ms: number, zone: string): string {
  const local = ms + offsetAt(zone, ms);
  const day = Math.floor(local / DAY_MS);
  return `${isoDate(day)} ${isoTime(local - day * DAY_MS).slice(0, 8)}`;
}
