import { ApexThrow } from '../../errors.ts';
import { anchored } from '../../platform/regex.ts';
import { isoDate, isoTime, localDatetime } from '../../values/date.ts';
import { ApexDecimal } from '../../values/decimal.ts';
import { to18 } from '../../values/id.ts';
import { ApexDate, ApexDatetime, ApexTime } from '../../values/value.ts';
import { functionTable } from './signature.ts';
import { FormulaError } from './value.ts';
import type { FormulaValue } from './value.ts';

/** The text of an argument; null when it is blank. */
export function textOf(value: FormulaValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The whole part of a number argument; null when it is blank. */
export function integerOf(value: FormulaValue | undefined): number | null {
  return value instanceof ApexDecimal ? Number(value.truncate()) : null;
}

/** Text cut out with length, start from 0; blank when nothing is left. */
function cut(text: string | null, start: number, length: number | null): FormulaValue {
  if (text === null || length === null || length <= 0) return null;
  const part = text.slice(start, start + length);
  return part === '' ? null : part;
}

/** A blank part is in every text; whether a blank text holds a part is not known (formula-engine, FunctionContains). */
function holds(text: string | null, part: string | null, test: (text: string, part: string) => boolean): FormulaValue {
  if (part === null) return true;
  return text === null ? null : test(text, part);
}

/** LPAD and RPAD: blank text or no length gives blank, a shorter length cuts at the right (FunctionLpad). */
function pad(args: readonly FormulaValue[], left: boolean): FormulaValue {
  const [text, length] = [textOf(args[0]), integerOf(args[1])];
  if (text === null || length === null || length <= 0) return null;
  if (length <= text.length) return text.slice(0, length);
  const fill = args.length > 2 ? textOf(args[2]) : ' ';
  if (fill === null) return text;
  return left ? text.padStart(length, fill) : text.padEnd(length, fill);
}

/** TEXT: dates in ISO 8601, date/times in GMT with a Z (FunctionText). */
export function toText(value: FormulaValue): FormulaValue {
  if (value instanceof ApexDecimal) return value.stripTrailingZeros().toPlainString();
  if (value instanceof ApexDate) return isoDate(value.day);
  if (value instanceof ApexDatetime) return `${localDatetime(value.ms, 'GMT')}Z`;
  if (value instanceof ApexTime) return isoTime(value.ms);
  return value;
}

function matches(text: string, pattern: string): boolean {
  try {
    return anchored(pattern, true).test(text);
  } catch (error) {
    // The regex translation reports a pattern that Java refuses as the Apex exception of Pattern.compile.
    if (error instanceof ApexThrow) throw new FormulaError(error.value.message ?? `Invalid regex ${pattern}`);
    throw error;
  }
}

function numberIn(text: string | null): ApexDecimal | null {
  return text === null ? null : ApexDecimal.parse(text.trim());
}

/** Text functions (Salesforce Help, "Formula Operators and Functions by Context"; results as formula-engine has them). */
export const TEXT_FUNCTIONS = functionTable({
  'TEXT(number|date|datetime|time|picklist): text': ([value = null]) => toText(value),
  'LEN(text): number': ([text]) => ApexDecimal.of(textOf(text)?.length ?? 0),
  'LEFT(text, number): text': ([text, n]) => cut(textOf(text), 0, integerOf(n)),
  'RIGHT(text, number): text': ([text, n]) => {
    const [source, length] = [textOf(text), integerOf(n)];
    return source === null ? null : cut(source, Math.max(source.length - (length ?? 0), 0), length);
  },
  'MID(text, number, number): text': ([text, start, n]) => {
    const from = integerOf(start);
    return from === null ? null : cut(textOf(text), Math.max(from, 1) - 1, integerOf(n));
  },
  'LOWER(text, text?): text': ([text]) => textOf(text)?.toLowerCase() ?? null,
  'UPPER(text, text?): text': ([text]) => textOf(text)?.toUpperCase() ?? null,
  'TRIM(text): text': ([text]) => textOf(textOf(text)?.trim()),
  'CONTAINS(text, text): boolean': ([text, part]) => holds(textOf(text), textOf(part), (t, p) => t.includes(p)),
  'BEGINS(text, text): boolean': ([text, part]) => holds(textOf(text), textOf(part), (t, p) => t.startsWith(p)),
  'FIND(text, text, number?): number': ([part, text, start]) => {
    const [sought, source] = [textOf(part), textOf(text)];
    if (sought === null || source === null) return ApexDecimal.ZERO;
    return ApexDecimal.of(source.indexOf(sought, (integerOf(start) ?? 0) - 1) + 1);
  },
  'SUBSTITUTE(text, text, text): text': ([text, old, replacement]) => {
    const [source, sought] = [textOf(text), textOf(old)];
    if (source === null || sought === null) return null;
    return textOf(source.split(sought).join(textOf(replacement) ?? ''));
  },
  'LPAD(text, number, text?): text': (args) => pad(args, true),
  'RPAD(text, number, text?): text': (args) => pad(args, false),
  'BR(): text': () => '\n',
  'CASESAFEID(text): text': ([text]) => {
    const id = textOf(text);
    return id?.length === 15 ? to18(id) : id;
  },
  'REGEX(text, text): boolean': ([text, pattern]) => matches(textOf(text) ?? '', textOf(pattern) ?? ''),
  'VALUE(text): number': ([text]) => {
    const source = textOf(text);
    const number = numberIn(source);
    if (source !== null && number === null) throw new FormulaError(`VALUE() of "${source}", which is no number`);
    return number;
  },
  'ISNUMBER(text): boolean': ([text]) => numberIn(textOf(text)) !== null,
  'INCLUDES(multipicklist, text): boolean': ([values, value]) =>
    textOf(values)
      ?.split(';')
      .includes(textOf(value) ?? '') ?? false,
});
