import type { Execution } from '../execution/execution.ts';
import {
  addMonths,
  civilOf,
  DAY_MS,
  dayOf,
  instantOf,
  isoDate,
  isoTime,
  isTimeZone,
  offsetAt,
  timeOf,
} from '../values/date.ts';
import { formatDate } from '../values/format.ts';
import { runtimeType } from '../values/convert.ts';
import { apexType } from '../types/type.ts';
import { ApexDate, ApexDatetime, ApexTime, PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { requireEnUs } from './date.ts';
import { apexException, nullPointer } from './exceptions.ts';
import { nonNull } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/** Datetime and TimeZone (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_datetime.htm). */

type Zone = (x: Execution) => string;
const USER: Zone = (x) => x.user.timeZone;
const GMT: Zone = () => 'GMT';

function local(self: ApexDatetime, zone: string): { day: number; ms: number } {
  const shifted = self.ms + offsetAt(zone, self.ms);
  const day = Math.floor(shifted / DAY_MS);
  return { day, ms: shifted - day * DAY_MS };
}

function at(zone: string, day: number, ms: number): ApexDatetime {
  return new ApexDatetime(instantOf(zone, day * DAY_MS + ms));
}

function invalid(text: string): Error {
  return apexException('TypeException', `Invalid date/time: ${text}`);
}

/** `2026-01-31 13:05:09`, in the user's time zone. */
function read(text: string, zone: string): ApexDatetime {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d*)?Z?$/.exec(text);
  if (match === null) throw invalid(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) throw invalid(text);
  return at(zone, dayOf(year, month, day), hour * 3_600_000 + minute * 60_000 + second * 1000);
}

/** `1/31/2026, 1:05 PM` of en_US, in the user's time zone. */
function parseShort(text: string, zone: string): ApexDatetime {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d{2})[ \u202f](AM|PM)$/i.exec(text.trim());
  if (match === null) throw invalid(text);
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0] = match.slice(1, 6).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour < 1 || hour > 12 || minute > 59) throw invalid(text);
  const hours = (hour % 12) + (match[6]?.toUpperCase() === 'PM' ? 12 : 0);
  return at(zone, dayOf(year, month, day), hours * 3_600_000 + minute * 60_000);
}

function zoneOrGmt(zone: string): string {
  // As Java's TimeZone.getTimeZone: an unknown id is GMT.
  return isTimeZone(zone) ? zone : 'GMT';
}

/** The parts of the date and the time, once for the user's zone and once for GMT. */
function partGetters(suffix: string, zone: Zone): Record<string, Native> {
  const day = (x: Execution, self: ApexDatetime): number => local(self, zone(x)).day;
  const time = (x: Execution, self: ApexDatetime): ReturnType<typeof timeOf> => timeOf(local(self, zone(x)).ms);
  return {
    [`Date date${suffix}()`]: (x, self: ApexDatetime) => new ApexDate(day(x, self)),
    [`Time time${suffix}()`]: (x, self: ApexDatetime) => new ApexTime(local(self, zone(x)).ms),
    [`Integer year${suffix}()`]: (x, self: ApexDatetime) => civilOf(day(x, self)).year,
    [`Integer month${suffix}()`]: (x, self: ApexDatetime) => civilOf(day(x, self)).month,
    [`Integer day${suffix}()`]: (x, self: ApexDatetime) => civilOf(day(x, self)).day,
    [`Integer dayOfYear${suffix}()`]: (x, self: ApexDatetime) =>
      day(x, self) - dayOf(civilOf(day(x, self)).year, 1, 1) + 1,
    [`Integer hour${suffix}()`]: (x, self: ApexDatetime) => time(x, self).hour,
    [`Integer minute${suffix}()`]: (x, self: ApexDatetime) => time(x, self).minute,
    [`Integer second${suffix}()`]: (x, self: ApexDatetime) => time(x, self).second,
    [`Integer millisecond${suffix}()`]: (x, self: ApexDatetime) => time(x, self).millisecond,
  };
}

/** newInstance in the user's zone and newInstanceGmt. */
function factories(name: string, zone: Zone): Record<string, Native> {
  return {
    [`static Datetime ${name}(Date,Time)`]: (x, _self, date: ApexDate, time: ApexTime) =>
      at(zone(x), date.day, time.ms),
    [`static Datetime ${name}(Integer,Integer,Integer)`]: (x, _self, y: number, m: number, d: number) =>
      at(zone(x), dayOf(y, m, d), 0),
    [`static Datetime ${name}(Integer,Integer,Integer,Integer,Integer,Integer)`]: (
      x,
      _self,
      y: number,
      m: number,
      d: number,
      hour: number,
      minute: number,
      second: number,
    ) => at(zone(x), dayOf(y, m, d), hour * 3_600_000 + minute * 60_000 + second * 1000),
  };
}

/** Adding days and months keeps the clock of the user's zone; hours and less are plain milliseconds. */
function addDays(x: Execution, self: ApexDatetime, change: (day: number) => number): ApexDatetime {
  const { day, ms } = local(self, USER(x));
  return at(USER(x), change(day), ms);
}

const datetimeClass = platformClass('Datetime', {
  'static Datetime now()': (x) => new ApexDatetime(x.now()),
  'static Datetime valueOf(Object)': (x, _self, value: Value) => {
    if (value === null) throw nullPointer('Argument cannot be null.');
    if (value instanceof ApexDatetime) return value;
    if (value instanceof ApexDate) return new ApexDatetime(value.day * DAY_MS);
    if (typeof value === 'string') return read(value, USER(x));
    throw invalid(runtimeType(value).text);
  },
  ...nonNull({
    ...factories('newInstance', USER),
    ...factories('newInstanceGmt', GMT),
    ...partGetters('', USER),
    ...partGetters('Gmt', GMT),
    'static Datetime newInstance(Long)': (_x, _self, ms: bigint) => new ApexDatetime(Number(ms)),
    'static Datetime valueOf(String)': (x, _self, text: string) => read(text, USER(x)),
    'static Datetime valueOfGmt(String)': (_x, _self, text: string) => read(text, 'GMT'),
    'static Datetime parse(String)': (x, _self, text: string) => {
      requireEnUs(x);
      return parseShort(text, USER(x));
    },
    'Long getTime()': (_x, self: ApexDatetime) => BigInt(self.ms),
    'Datetime addDays(Integer)': (x, self: ApexDatetime, n: number) => addDays(x, self, (day) => day + n),
    'Datetime addMonths(Integer)': (x, self: ApexDatetime, n: number) => addDays(x, self, (day) => addMonths(day, n)),
    'Datetime addYears(Integer)': (x, self: ApexDatetime, n: number) =>
      addDays(x, self, (day) => addMonths(day, n * 12)),
    'Datetime addHours(Integer)': (_x, self: ApexDatetime, n: number) => new ApexDatetime(self.ms + n * 3_600_000),
    'Datetime addMinutes(Integer)': (_x, self: ApexDatetime, n: number) => new ApexDatetime(self.ms + n * 60_000),
    'Datetime addSeconds(Integer)': (_x, self: ApexDatetime, n: number) => new ApexDatetime(self.ms + n * 1000),
    'Boolean isSameDay(Datetime)': (x, self: ApexDatetime, other: ApexDatetime) =>
      local(self, USER(x)).day === local(other, USER(x)).day,
    'String format()': (x, self: ApexDatetime) => {
      requireEnUs(x);
      return formatDate(self.ms, USER(x), 'M/d/yyyy, h:mm a');
    },
    'String format(String)': (x, self: ApexDatetime, pattern: string) => formatDate(self.ms, USER(x), pattern),
    'String format(String,String)': (_x, self: ApexDatetime, pattern: string, zone: string) =>
      formatDate(self.ms, zoneOrGmt(zone), pattern),
    'String formatGmt(String)': (_x, self: ApexDatetime, pattern: string) => formatDate(self.ms, 'GMT', pattern),
    'String formatLong()': (x, self: ApexDatetime) => {
      requireEnUs(x);
      return formatDate(self.ms, USER(x), 'M/d/yyyy, h:mm:ss a z');
    },
  }),
});

type TimeZoneObject = PlatformObject<{ id: string; text: string }>;

export function timeZone(id: string): TimeZoneObject {
  const zone = zoneOrGmt(id);
  return new PlatformObject(apexType('TimeZone'), { id: zone, text: zone });
}

/** `Pacific Standard Time`: the name outside of daylight saving time, which is half a year from now or now. */
function standardName(zone: string, now: number): string {
  const other = now + 183 * DAY_MS;
  return formatDate(offsetAt(zone, other) < offsetAt(zone, now) ? other : now, zone, 'zzzz');
}

const timeZoneClass = platformClass(
  'TimeZone',
  nonNull({
    'static TimeZone getTimeZone(String)': (_x, _self, id: string) => timeZone(id),
    'String getID()': (_x, self: TimeZoneObject) => self.data.id,
    'String getDisplayName()': (x, self: TimeZoneObject) => standardName(self.data.id, x.now()),
    'Integer getOffset(Datetime)': (_x, self: TimeZoneObject, when: ApexDatetime) => offsetAt(self.data.id, when.ms),
    'String toString()': (_x, self: TimeZoneObject) => self.data.id,
  }),
);

/** `2026-01-31T13:05:09.000Z`, as JSON and the APIs write an instant. */
export function isoInstant(ms: number): string {
  const day = Math.floor(ms / DAY_MS);
  return `${isoDate(day)}T${isoTime(ms - day * DAY_MS)}Z`;
}

export const datetimeClasses: PlatformClass[] = [datetimeClass, timeZoneClass];
