import type { Execution } from '../execution/execution.ts';
import { T } from '../types/type.ts';
import { localDatetime } from '../values/date.ts';
import { stringOf } from '../values/text.ts';
import { ApexId } from '../values/value.ts';
import type { ApexDatetime, ApexList, Value } from '../values/value.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { allElements, listOf, nonNull, strings } from './native.ts';
import { replacePattern, splitByPattern } from './regex.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';
import * as text from './text-functions.ts';

/** String (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_string.htm). */

function position(s: string, index: number, what: string): void {
  if (index < 0 || index > s.length) throw apexException('StringException', `${what} position out of bounds: ${index}`);
}

function substring(s: string, from: number, to: number): string {
  position(s, from, 'Starting');
  if (to > s.length || to < from) throw apexException('StringException', `Ending position out of bounds: ${to}`);
  return s.slice(from, to);
}

function charIndex(s: string, index: number): void {
  if (index < 0 || index >= s.length) throw apexException('StringException', `Index out of bounds: ${index}`);
}

function lastIndex(s: string, part: string, from: number): number {
  return from < 0 ? -1 : s.lastIndexOf(part, from);
}

function abbreviated(s: string, maximum: number, offset: number): string {
  const result = text.abbreviate(s, maximum, offset);
  if (result === null) {
    const minimum = offset === 0 ? 4 : 7;
    throw apexException('StringException', `Minimum abbreviation width is ${minimum}`);
  }
  return result;
}

const search: Record<string, Native> = nonNull({
  'Boolean contains(String)': (_x, s: string, part: string) => s.includes(part),
  'Boolean containsAny(String)': (_x, s: string, chars: string) => [...chars].some((c) => s.includes(c)),
  'Boolean containsIgnoreCase(String)': (_x, s: string, part: string) => s.toLowerCase().includes(part.toLowerCase()),
  'Boolean containsNone(String)': (_x, s: string, chars: string) => ![...chars].some((c) => s.includes(c)),
  'Boolean containsOnly(String)': (_x, s: string, chars: string) => [...s].every((c) => chars.includes(c)),
  'Boolean containsWhitespace()': (_x, s: string) => /\s/.test(s),
  'Integer countMatches(String)': (_x, s: string, part: string) => text.countMatches(s, part),
  'Boolean endsWith(String)': (_x, s: string, part: string) => s.endsWith(part),
  'Boolean endsWithIgnoreCase(String)': (_x, s: string, part: string) => s.toLowerCase().endsWith(part.toLowerCase()),
  'Boolean startsWith(String)': (_x, s: string, part: string) => s.startsWith(part),
  'Boolean startsWithIgnoreCase(String)': (_x, s: string, part: string) =>
    s.toLowerCase().startsWith(part.toLowerCase()),
  'Integer indexOf(String)': (_x, s: string, part: string) => s.indexOf(part),
  'Integer indexOf(String,Integer)': (_x, s: string, part: string, from: number) => s.indexOf(part, from),
  'Integer indexOfAny(String)': (_x, s: string, chars: string) => [...s].findIndex((c) => chars.includes(c)),
  'Integer indexOfAnyBut(String)': (_x, s: string, chars: string) => [...s].findIndex((c) => !chars.includes(c)),
  'Integer indexOfChar(Integer)': (_x, s: string, code: number) => s.indexOf(String.fromCodePoint(code)),
  'Integer indexOfChar(Integer,Integer)': (_x, s: string, code: number, from: number) =>
    s.indexOf(String.fromCodePoint(code), from),
  'Integer indexOfDifference(String)': (_x, s: string, other: string) => text.indexOfDifference(s, other),
  'Integer indexOfIgnoreCase(String)': (_x, s: string, part: string) => s.toLowerCase().indexOf(part.toLowerCase()),
  'Integer indexOfIgnoreCase(String,Integer)': (_x, s: string, part: string, from: number) =>
    s.toLowerCase().indexOf(part.toLowerCase(), from),
  'Integer lastIndexOf(String)': (_x, s: string, part: string) => s.lastIndexOf(part),
  'Integer lastIndexOf(String,Integer)': (_x, s: string, part: string, from: number) => lastIndex(s, part, from),
  'Integer lastIndexOfChar(Integer)': (_x, s: string, code: number) => s.lastIndexOf(String.fromCodePoint(code)),
  'Integer lastIndexOfChar(Integer,Integer)': (_x, s: string, code: number, from: number) =>
    lastIndex(s, String.fromCodePoint(code), from),
  'Integer lastIndexOfIgnoreCase(String)': (_x, s: string, part: string) =>
    s.toLowerCase().lastIndexOf(part.toLowerCase()),
  'Integer lastIndexOfIgnoreCase(String,Integer)': (_x, s: string, part: string, from: number) =>
    lastIndex(s.toLowerCase(), part.toLowerCase(), from),
  'Integer getLevenshteinDistance(String)': (_x, s: string, other: string) => text.levenshtein(s, other),
  'Integer getLevenshteinDistance(String,Integer)': (_x, s: string, other: string, threshold: number) => {
    const distance = text.levenshtein(s, other);
    return distance > threshold ? -1 : distance;
  },
  'Integer compareTo(String)': (_x, s: string, other: string) => javaCompare(s, other),
});

/** As Java: the difference of the first characters that differ, else of the lengths. */
function javaCompare(left: string, right: string): number {
  const at = text.indexOfDifference(left, right);
  if (at < 0) return 0;
  if (at >= left.length || at >= right.length) return left.length - right.length;
  return left.charCodeAt(at) - right.charCodeAt(at);
}

const comparison: Record<string, Native> = {
  'Boolean equals(Object)': (_x, s: string, other: Value) => s === (other instanceof ApexId ? other.value : other),
  'Boolean equalsIgnoreCase(String)': (_x, s: string, other: string | null) =>
    other !== null && s.toLowerCase() === other.toLowerCase(),
  'Integer hashCode()': (_x, s: string) => text.javaHashCode(s),
  'Integer length()': (_x, s: string) => s.length,
  'String toString()': (_x, s: string) => s,
};

const parts: Record<string, Native> = nonNull({
  'String abbreviate(Integer)': (_x, s: string, maximum: number) => abbreviated(s, maximum, 0),
  'String abbreviate(Integer,Integer)': (_x, s: string, maximum: number, offset: number) =>
    abbreviated(s, maximum, offset),
  'Integer charAt(Integer)': (_x, s: string, index: number) => {
    charIndex(s, index);
    return s.charCodeAt(index);
  },
  'Integer codePointAt(Integer)': (_x, s: string, index: number) => {
    charIndex(s, index);
    return s.codePointAt(index);
  },
  'Integer codePointBefore(Integer)': (_x, s: string, index: number) => {
    charIndex(s, index - 1);
    return [...s.slice(0, index)].at(-1)?.codePointAt(0);
  },
  'Integer codePointCount(Integer,Integer)': (_x, s: string, from: number, to: number) =>
    [...substring(s, from, to)].length,
  'Integer offsetByCodePoints(Integer,Integer)': (_x, s: string, index: number, count: number) =>
    index + [...s.slice(index)].slice(0, count).join('').length,
  'List<Integer> getChars()': (_x, s: string) =>
    listOf(
      T.Integer,
      [...s.split('')].map((c) => c.charCodeAt(0)),
    ),
  'String difference(String)': (_x, s: string, other: string) => {
    const at = text.indexOfDifference(s, other);
    return at < 0 ? '' : other.slice(at);
  },
  'String left(Integer)': (_x, s: string, length: number) => s.slice(0, Math.max(length, 0)),
  'String right(Integer)': (_x, s: string, length: number) => (length <= 0 ? '' : s.slice(-length)),
  'String mid(Integer,Integer)': (_x, s: string, from: number, length: number) =>
    length < 0 || from > s.length ? '' : s.slice(Math.max(from, 0), Math.max(from, 0) + length),
  'String substring(Integer)': (_x, s: string, from: number) => substring(s, from, s.length),
  'String substring(Integer,Integer)': (_x, s: string, from: number, to: number) => substring(s, from, to),
  'List<String> split(String)': (_x, s: string, pattern: string) => strings(splitByPattern(s, pattern, 0)),
  'List<String> split(String,Integer)': (_x, s: string, pattern: string, limit: number) =>
    strings(splitByPattern(s, pattern, limit)),
  'List<String> splitByCharacterType()': (_x, s: string) => strings(text.splitByCharacterType(s, false)),
  'List<String> splitByCharacterTypeCamelCase()': (_x, s: string) => strings(text.splitByCharacterType(s, true)),
});

function after(s: string, at: number, length: number): string {
  return at < 0 ? '' : s.slice(at + length);
}

/** The substring… family takes null for its separator as Commons Lang does. */
const aroundSeparator: Record<string, Native> = {
  'String substringAfter(String)': (_x, s: string, part: string | null) =>
    part === null ? '' : after(s, s.indexOf(part), part.length),
  'String substringAfterLast(String)': (_x, s: string, part: string | null) =>
    part === null || part === '' ? '' : after(s, s.lastIndexOf(part), part.length),
  'String substringBefore(String)': (_x, s: string, part: string | null) =>
    part === null || !s.includes(part) ? s : s.slice(0, s.indexOf(part)),
  'String substringBeforeLast(String)': (_x, s: string, part: string | null) =>
    part === null || part === '' || !s.includes(part) ? s : s.slice(0, s.lastIndexOf(part)),
  'String substringBetween(String)': (_x, s: string, tag: string | null) => between(s, tag, tag),
  'String substringBetween(String,String)': (_x, s: string, open: string | null, close: string | null) =>
    between(s, open, close),
};

function between(s: string, open: string | null, close: string | null): string | null {
  if (open === null || close === null) return null;
  const start = s.indexOf(open);
  if (start < 0) return null;
  const end = s.indexOf(close, start + open.length);
  return end < 0 ? null : s.slice(start + open.length, end);
}

const tests: Record<string, Native> = {
  'Boolean isAllLowerCase()': (_x, s: string) => /^\p{Ll}+$/u.test(s),
  'Boolean isAllUpperCase()': (_x, s: string) => /^\p{Lu}+$/u.test(s),
  'Boolean isAlpha()': (_x, s: string) => /^\p{L}+$/u.test(s),
  'Boolean isAlphaSpace()': (_x, s: string) => /^[\p{L} ]*$/u.test(s),
  'Boolean isAlphanumeric()': (_x, s: string) => /^[\p{L}\p{Nd}]+$/u.test(s),
  'Boolean isAlphanumericSpace()': (_x, s: string) => /^[\p{L}\p{Nd} ]*$/u.test(s),
  'Boolean isAsciiPrintable()': (_x, s: string) => /^[ -~]*$/.test(s),
  'Boolean isNumeric()': (_x, s: string) => /^\p{Nd}+$/u.test(s),
  'Boolean isNumericSpace()': (_x, s: string) => /^[\p{Nd} ]*$/u.test(s),
  'Boolean isWhitespace()': (_x, s: string) => /^\s*$/.test(s),
};

const changes: Record<string, Native> = nonNull({
  'String capitalize()': (_x, s: string) => text.capitalize(s),
  'String uncapitalize()': (_x, s: string) => s.charAt(0).toLowerCase() + s.slice(1),
  'String swapCase()': (_x, s: string) => text.swapCase(s),
  'String toLowerCase()': (_x, s: string) => s.toLowerCase(),
  'String toUpperCase()': (_x, s: string) => s.toUpperCase(),
  'String trim()': (_x, s: string) => text.trim(s),
  'String center(Integer)': (_x, s: string, size: number) => text.center(s, size, ' '),
  'String center(Integer,String)': (_x, s: string, size: number, padding: string) => text.center(s, size, padding),
  'String leftPad(Integer)': (_x, s: string, length: number) => s.padStart(length),
  'String leftPad(Integer,String)': (_x, s: string, length: number, padding: string) =>
    s.padStart(length, padding || ' '),
  'String rightPad(Integer)': (_x, s: string, length: number) => s.padEnd(length),
  'String rightPad(Integer,String)': (_x, s: string, length: number, padding: string) =>
    s.padEnd(length, padding || ' '),
  'String deleteWhitespace()': (_x, s: string) => s.replace(/\s+/g, ''),
  'String normalizeSpace()': (_x, s: string) => s.trim().replace(/\s+/g, ' '),
  'String remove(String)': (_x, s: string, part: string) => (part === '' ? s : s.replaceAll(part, '')),
  'String removeEnd(String)': (_x, s: string, part: string) =>
    s.endsWith(part) ? s.slice(0, s.length - part.length) : s,
  'String removeEndIgnoreCase(String)': (_x, s: string, part: string) =>
    s.toLowerCase().endsWith(part.toLowerCase()) ? s.slice(0, s.length - part.length) : s,
  'String removeStart(String)': (_x, s: string, part: string) => (s.startsWith(part) ? s.slice(part.length) : s),
  'String removeStartIgnoreCase(String)': (_x, s: string, part: string) =>
    s.toLowerCase().startsWith(part.toLowerCase()) ? s.slice(part.length) : s,
  'String repeat(Integer)': (_x, s: string, count: number) => s.repeat(Math.max(count, 0)),
  'String repeat(String,Integer)': (_x, s: string, separator: string, count: number) =>
    Array<string>(Math.max(count, 0)).fill(s).join(separator),
  'String replace(String,String)': (_x, s: string, part: string, by: string) => s.split(part).join(by),
  'String replaceAll(String,String)': (_x, s: string, pattern: string, by: string) =>
    replacePattern(s, pattern, by, true),
  'String replaceFirst(String,String)': (_x, s: string, pattern: string, by: string) =>
    replacePattern(s, pattern, by, false),
  'String reverse()': (_x, s: string) => [...s].reverse().join(''),
  'String stripHtmlTags()': (_x, s: string) =>
    text.unescapeHtml(s.replace(/<br\s*\/?>/gi, '\n').replace(/<[^>]*>/g, '')),
  'String escapeCsv()': (_x, s: string) => text.escapeCsv(s),
  'String unescapeCsv()': (_x, s: string) => text.unescapeCsv(s),
  'String escapeEcmaScript()': (_x, s: string) => text.escapeJava(s, true),
  'String unescapeEcmaScript()': (_x, s: string) => text.unescapeJava(s),
  'String escapeJava()': (_x, s: string) => text.escapeJava(s, false),
  'String unescapeJava()': (_x, s: string) => text.unescapeJava(s),
  'String escapeHtml3()': (_x, s: string) => text.escapeHtml(s),
  'String escapeHtml4()': (_x, s: string) => text.escapeHtml(s),
  'String unescapeHtml3()': (_x, s: string) => text.unescapeHtml(s),
  'String unescapeHtml4()': (_x, s: string) => text.unescapeHtml(s),
  'String escapeUnicode()': (_x, s: string) => text.escapeUnicode(s),
  'String unescapeUnicode()': (_x, s: string) => text.unescapeJava(s),
  'String escapeXml()': (_x, s: string) => text.escapeXml(s),
  'String unescapeXml()': (_x, s: string) => text.unescapeXml(s),
});

const statics: Record<string, Native> = {
  'static Boolean isBlank(String)': (_x, _self, s: string | null) => text.isBlank(s),
  'static Boolean isNotBlank(String)': (_x, _self, s: string | null) => !text.isBlank(s),
  'static Boolean isEmpty(String)': (_x, _self, s: string | null) => s === null || s === '',
  'static Boolean isNotEmpty(String)': (_x, _self, s: string | null) => s !== null && s !== '',
  'static String valueOf(Object)': function* (x: Execution, _self: null, value: Value) {
    return value === null ? null : yield* stringOf(x, value);
  },
  'static String join(Object,String)': function* (x: Execution, _self: null, items: Value, separator: string | null) {
    if (items === null) throw nullArgument(1);
    const texts: string[] = [];
    for (const item of yield* allElements(x, items)) texts.push(item === null ? '' : yield* stringOf(x, item));
    return texts.join(separator ?? '');
  },
  ...nonNull({
    'static String valueOfGmt(Datetime)': (_x, _self, value: ApexDatetime) => localDatetime(value.ms, 'GMT'),
    'static String escapeSingleQuotes(String)': (_x, _self, s: string) =>
      s.replace(/\\?'/g, (q) => (q.length === 2 ? q : "\\'")),
    'static String fromCharArray(List<Integer>)': (_x, _self, codes: ApexList) =>
      codes.items.map((code) => String.fromCharCode(code as number)).join(''),
    'static String getCommonPrefix(List<String>)': (_x, _self, list: ApexList) =>
      text.commonPrefix(list.items.map((item) => item as string)),
    'static String format(String,List<Object>)': function* (
      x: Execution,
      _self: null,
      pattern: string,
      values: ApexList,
    ) {
      const texts: string[] = [];
      for (const value of values.items) texts.push(yield* stringOf(x, value));
      return text.formatMessage(pattern, texts);
    },
  }),
};

export const stringClass: PlatformClass = platformClass('String', {
  ...comparison,
  ...search,
  ...parts,
  ...aroundSeparator,
  ...tests,
  ...changes,
  ...statics,
});
