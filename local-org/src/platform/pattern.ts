import { apexType } from '../types/type.ts';
import { PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { apexException } from './exceptions.ts';
import { nonNull, strings } from './native.ts';
import { anchored, javaRegex, replacePattern, splitByPattern } from './regex.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/** Pattern and Matcher (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_matcher.htm). */

type PatternObject = PlatformObject<{ source: string; text: string }>;

interface MatcherData {
  pattern: string;
  input: string;
  /** where the next find() begins */
  from: number;
  /** end of what was appended; regions are start and end of the input that is looked at */
  start: number;
  end: number;
  match: RegExpExecArray | null;
  text: string;
}

type MatcherObject = PlatformObject<MatcherData>;

function pattern(source: string): PatternObject {
  javaRegex(source);
  return new PlatformObject(apexType('Pattern'), { source, text: source });
}

function matcher(source: string, input: string): MatcherObject {
  const data: MatcherData = {
    pattern: source,
    input,
    from: 0,
    start: 0,
    end: input.length,
    match: null,
    text: 'Matcher',
  };
  return new PlatformObject(apexType('Matcher'), data);
}

/** Looks at the region only, with positions in the whole input. */
function find(data: MatcherData): boolean {
  const region = data.input.slice(0, data.end);
  const regex = javaRegex(data.pattern, true);
  if (data.from > region.length) {
    data.match = null;
    return false;
  }
  regex.lastIndex = data.from;
  data.match = regex.exec(region);
  if (data.match === null) return false;
  const end = data.match.index + data.match[0].length;
  // A match of no width would be found for ever.
  data.from = data.match[0] === '' ? end + 1 : end;
  return true;
}

function whole(data: MatcherData, complete: boolean): boolean {
  const region = data.input.slice(data.start, data.end);
  const match = anchored(data.pattern, complete).exec(region);
  data.match = match === null ? null : shifted(match, data.start);
  if (data.match !== null) data.from = data.match.index + data.match[0].length;
  return data.match !== null;
}

function shifted(match: RegExpExecArray, by: number): RegExpExecArray {
  if (by === 0) return match;
  match.index += by;
  match.indices?.forEach((range, i, ranges) => {
    if (range !== undefined) ranges[i] = [range[0] + by, range[1] + by];
  });
  return match;
}

function current(data: MatcherData): RegExpExecArray {
  if (data.match === null) throw apexException('StringException', 'No match found');
  return data.match;
}

function group(data: MatcherData, index: number): Value {
  const match = current(data);
  if (index < 0 || index >= match.length) throw apexException('StringException', `No group ${index}`);
  return match[index] ?? null;
}

function range(data: MatcherData, index: number): [number, number] {
  const match = current(data);
  if (index < 0 || index >= match.length) throw apexException('StringException', `No group ${index}`);
  return match.indices?.[index] ?? [-1, -1];
}

function replace(data: MatcherData, by: string, all: boolean): string {
  return replacePattern(data.input, data.pattern, by, all);
}

function groupCount(source: string): number {
  return (new RegExp(`${javaRegex(source).source}|`, 'u').exec('')?.length ?? 1) - 1;
}

function reset(data: MatcherData, input: string): void {
  Object.assign(data, { input, from: 0, start: 0, end: input.length, match: null });
}

export const patternClasses: PlatformClass[] = [
  platformClass(
    'Pattern',
    nonNull({
      'static Pattern compile(String)': (_x, _self, source: string) => pattern(source),
      'static Boolean matches(String,String)': (_x, _self, source: string, input: string) =>
        anchored(source, true).test(input),
      'static String quote(String)': (_x, _self, text: string) => `\\Q${text.replaceAll('\\E', '\\E\\\\E\\Q')}\\E`,
      'Matcher matcher(String)': (_x, self: PatternObject, input: string) => matcher(self.data.source, input),
      'String pattern()': (_x, self: PatternObject) => self.data.source,
      'List<String> split(String)': (_x, self: PatternObject, input: string) =>
        strings(splitByPattern(input, self.data.source, 0)),
      'List<String> split(String,Integer)': (_x, self: PatternObject, input: string, limit: number) =>
        strings(splitByPattern(input, self.data.source, limit)),
    }),
  ),
  platformClass(
    'Matcher',
    nonNull({
      'static String quoteReplacement(String)': (_x, _self, text: string) => text.replace(/[\\$]/g, '\\$&'),
      'Boolean matches()': (_x, self: MatcherObject) => whole(self.data, true),
      'Boolean lookingAt()': (_x, self: MatcherObject) => whole(self.data, false),
      'Boolean find()': (_x, self: MatcherObject) => find(self.data),
      'Boolean find(Integer)': (_x, self: MatcherObject, from: number) => {
        if (from < 0 || from > self.data.input.length) throw apexException('StringException', 'Illegal start index');
        reset(self.data, self.data.input);
        self.data.from = from;
        return find(self.data);
      },
      'String group()': (_x, self: MatcherObject) => group(self.data, 0),
      'String group(Integer)': (_x, self: MatcherObject, index: number) => group(self.data, index),
      'Integer groupCount()': (_x, self: MatcherObject) => groupCount(self.data.pattern),
      'Integer start()': (_x, self: MatcherObject) => range(self.data, 0)[0],
      'Integer start(Integer)': (_x, self: MatcherObject, index: number) => range(self.data, index)[0],
      'Integer end()': (_x, self: MatcherObject) => range(self.data, 0)[1],
      'Integer end(Integer)': (_x, self: MatcherObject, index: number) => range(self.data, index)[1],
      'String replaceAll(String)': (_x, self: MatcherObject, by: string) => replace(self.data, by, true),
      'String replaceFirst(String)': (_x, self: MatcherObject, by: string) => replace(self.data, by, false),
      'Pattern pattern()': (_x, self: MatcherObject) => pattern(self.data.pattern),
      'Matcher reset()': (_x, self: MatcherObject) => {
        reset(self.data, self.data.input);
        return self;
      },
      'Matcher reset(String)': (_x, self: MatcherObject, input: string) => {
        reset(self.data, input);
        return self;
      },
      'Matcher region(Integer,Integer)': (_x, self: MatcherObject, start: number, end: number) => {
        reset(self.data, self.data.input);
        Object.assign(self.data, { from: start, start, end });
        return self;
      },
      'Integer regionStart()': (_x, self: MatcherObject) => self.data.start,
      'Integer regionEnd()': (_x, self: MatcherObject) => self.data.end,
    }),
  ),
];
