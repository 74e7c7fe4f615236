import { NotModelledError } from '../errors.ts';
import { apexException } from './exceptions.ts';

const LINE_END = '(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])';

/** Outside a character class, or `class` inside one. */
const ESCAPES: Readonly<Record<string, { outside: string; inside: string | null }>> = {
  s: { outside: '[ \\t\\n\\v\\f\\r]', inside: ' \\t\\n\\v\\f\\r' },
  S: { outside: '[^ \\t\\n\\v\\f\\r]', inside: null },
  h: {
    outside: '[ \\t\\xA0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000]',
    inside: ' \\t\\xA0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000',
  },
  R: { outside: LINE_END, inside: null },
  A: { outside: '^', inside: null },
  z: { outside: '$', inside: null },
  Z: { outside: `(?=${LINE_END}?$)`, inside: null },
  a: { outside: '\\x07', inside: '\\x07' },
  e: { outside: '\\x1b', inside: '\\x1b' },
};

/** Escapes that mean the same in both languages. */
const SHARED_ESCAPES = new Set([...'dDwWbBtnrfv']);

const PROPERTIES: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  XDigit: '0-9a-fA-F',
  Space: ' \\t\\n\\v\\f\\r',
};

const compiled = new Map<string, RegExp>();

/** Patterns can be made from data, so the compiled ones are not kept for ever. */
const MOST_COMPILED = 2000;

function remember(key: string, regex: RegExp): void {
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(key, regex);
}

/**
 * A java.util.regex pattern as a global RegExp, wound back to the start.
 * @param offsets whether the places of groups are asked for; that makes every match slower
 * @throws ApexThrow StringException for a pattern that Java refuses too
 * @throws NotModelledError for what JavaScript has no counterpart of (possessive quantifiers, atomic groups, \G,
 *   class intersections, the x flag)
 */
export function javaRegex(pattern: string, offsets = false): RegExp {
  const key = offsets ? `\0offsets:${pattern}` : pattern;
  let regex = compiled.get(key);
  if (regex === undefined) {
    const source = new Translation(pattern).translate();
    try {
      regex = new RegExp(source, offsets ? 'gud' : 'gu');
    } catch {
      throw apexException('StringException', `Invalid regex at character 0 in ${pattern}`);
    }
    remember(key, regex);
  }
  regex.lastIndex = 0;
  return regex;
}

/** The matches of a pattern in a text, one after the other; the shared RegExp is not copied as matchAll would. */
function* matches(text: string, pattern: string): Generator<RegExpExecArray> {
  const regex = javaRegex(pattern);
  let from = 0;
  for (;;) {
    regex.lastIndex = from;
    const match = regex.exec(text);
    if (match === null) return;
    const end = match.index + match[0].length;
    from = match[0] === '' ? end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1) : end;
    yield match;
    if (from > text.length) return;
  }
}

/** A pattern that only matches the whole input, or (`lookingAt`) from its start. */
export function anchored(pattern: string, whole: boolean): RegExp {
  const key = `${whole ? 'whole' : 'start'}:${pattern}`;
  let regex = compiled.get(`\0${key}`);
  if (regex === undefined) {
    const inner = javaRegex(pattern).source;
    regex = new RegExp(whole ? `^(?:${inner})$` : `^(?:${inner})`, 'ud');
    remember(`\0${key}`, regex);
  }
  return regex;
}

function refuse(what: string, pattern: string): never {
  throw new NotModelledError(`regular expression with ${what}: ${pattern}`);
}

class Translation {
  private readonly pattern: string;
  private at = 0;
  private out = '';
  /** for each open group, how many `)` more its end needs for `(?i)` inside it */
  private readonly pending: number[] = [0];
  private multiline = false;
  private dotAll = false;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  translate(): string {
    while (this.at < this.pattern.length) this.step();
    return this.out + ')'.repeat(this.pending[0] ?? 0);
  }

  private step(): void {
    const char = this.pattern.charAt(this.at);
    switch (char) {
      case '\\':
        this.escape();
        return;
      case '[':
        this.characterClass();
        return;
      case '(':
        this.openGroup();
        return;
      case ')':
        this.out += ')'.repeat(this.pending.length > 1 ? (this.pending.pop() ?? 0) : 0) + ')';
        this.at++;
        return;
      case '.':
        this.out += this.dotAll ? '[\\s\\S]' : '[^\\n\\r\\u0085\\u2028\\u2029]';
        this.at++;
        return;
      case '$':
        this.out += this.multiline ? `(?=${LINE_END}|$)` : `(?=${LINE_END}?$)`;
        this.at++;
        return;
      case '^':
        this.out += this.multiline ? `(?<=^|[\\n\\r\\u0085\\u2028\\u2029])` : '^';
        this.at++;
        return;
      case '*':
      case '+':
      case '?':
        this.quantifier(char);
        return;
      case '{': {
        const match = /^\{\d+(,\d*)?\}/.exec(this.pattern.slice(this.at));
        if (match === null) throw apexException('StringException', `Illegal repetition\n${this.pattern}`);
        this.quantifier(match[0]);
        return;
      }
      case ']':
      case '}':
      case '/':
        this.out += `\\${char}`;
        this.at++;
        return;
      default:
        this.out += char;
        this.at++;
    }
  }

  private quantifier(text: string): void {
    this.at += text.length;
    this.out += text;
    const next = this.pattern.charAt(this.at);
    if (next === '+') refuse('a possessive quantifier', this.pattern);
    if (next === '?') {
      this.out += '?';
      this.at++;
    }
  }

  private openGroup(): void {
    const rest = this.pattern.slice(this.at);
    if (rest.startsWith('(?>')) refuse('an atomic group', this.pattern);
    const flags = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/.exec(rest);
    if (flags !== null && (flags[1] !== '' || flags[2] !== undefined)) {
      this.flags(flags[0], flags[1] ?? '', flags[2] ?? '', flags[3] === ')');
      return;
    }
    const opening = /^\((?:\?(?:[:=!]|<[=!]|<[a-zA-Z][a-zA-Z0-9]*>))?/.exec(rest)?.[0] ?? '(';
    this.out += opening;
    this.at += opening.length;
    this.pending.push(0);
  }

  private flags(text: string, on: string, off: string, toEndOfGroup: boolean): void {
    for (const flag of on) {
      if (!'ismu'.includes(flag)) refuse(`the flag (?${flag})`, this.pattern);
    }
    if (off !== '' && off !== 'i') refuse(`the flag (?-${off})`, this.pattern);
    if ((on.includes('m') || on.includes('s')) && !(toEndOfGroup && this.pending.length === 1)) {
      refuse('the flags m or s inside a group', this.pattern);
    }
    this.multiline ||= on.includes('m');
    this.dotAll ||= on.includes('s');
    this.at += text.length;
    const modifier = on.includes('i') ? '(?i:' : off.includes('i') ? '(?-i:' : '(?:';
    this.out += modifier;
    if (toEndOfGroup) this.pending[this.pending.length - 1] = (this.pending.at(-1) ?? 0) + 1;
    else this.pending.push(0);
  }

  private escape(): void {
    const char = this.pattern.charAt(this.at + 1);
    if (char === '') throw apexException('StringException', `Invalid regex at character ${this.at} in ${this.pattern}`);
    if (char === 'Q') {
      this.out += this.quoted();
      return;
    }
    if (char === 'G') refuse('\\G', this.pattern);
    if (char === 'p' || char === 'P') {
      this.out += this.property(false);
      return;
    }
    const known = ESCAPES[char];
    if (known !== undefined) {
      this.out += known.outside;
      this.at += 2;
      return;
    }
    if (char === 'k' || /[1-9]/.test(char)) {
      this.out += `\\${char}`;
      this.at += 2;
      return;
    }
    this.out += this.sharedEscape(char);
  }

  /** An escape that stands for one character, or for a class that both languages know, in and outside of classes. */
  private sharedEscape(char: string): string {
    const code = /^\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]+)\}|0([0-3]?[0-7]{1,2}))/.exec(
      this.pattern.slice(this.at),
    );
    if (code !== null) {
      this.at += code[0].length;
      const hex = code[1] ?? code[2] ?? code[3] ?? Number.parseInt(code[4] ?? '0', 8).toString(16);
      return `\\u{${hex}}`;
    }
    this.at += 2;
    if (SHARED_ESCAPES.has(char)) return `\\${char}`;
    if (/[a-zA-Z0-9]/.test(char)) {
      throw apexException(
        'StringException',
        `Illegal/unsupported escape sequence near index ${this.at - 1}\n${this.pattern}`,
      );
    }
    return literal(char);
  }

  private quoted(): string {
    const end = this.pattern.indexOf('\\E', this.at + 2);
    const text = this.pattern.slice(this.at + 2, end < 0 ? undefined : end);
    this.at = end < 0 ? this.pattern.length : end + 2;
    return [...text].map(literal).join('');
  }

  private property(inside: boolean): string {
    const match = /^\\([pP])(?:\{(\w+)(?:=(\w+))?\}|(\w))/.exec(this.pattern.slice(this.at));
    if (match === null) throw apexException('StringException', `Unknown character property name in ${this.pattern}`);
    this.at += match[0].length;
    const name = match[2] ?? match[4] ?? '';
    const ascii = PROPERTIES[name];
    if (ascii !== undefined) {
      if (inside && match[1] === 'P') refuse(`\\P{${name}} inside a class`, this.pattern);
      return inside ? ascii : `[${match[1] === 'P' ? '^' : ''}${ascii}]`;
    }
    const unicode = name.replace(/^Is(?=[A-Z])/, '');
    if (
      !/^(L|Lu|Ll|Lt|Lm|Lo|M|Mn|Mc|Me|N|Nd|Nl|No|P|Pd|Ps|Pe|Pi|Pf|Pc|Po|S|Sm|Sc|Sk|So|Z|Zs|Zl|Zp|C|Cc|Cf|Alphabetic|Uppercase|Lowercase|White_Space)$/.test(
        unicode,
      )
    ) {
      refuse(`the property ${name}`, this.pattern);
    }
    return `\\${match[1] ?? 'p'}{${unicode}}`;
  }

  private characterClass(): void {
    let out = '[';
    this.at++;
    if (this.pattern.charAt(this.at) === '^') {
      out += '^';
      this.at++;
    }
    let first = true;
    for (;;) {
      const char = this.pattern.charAt(this.at);
      if (char === '')
        throw apexException('StringException', `Unclosed character class near index ${this.at - 1}\n${this.pattern}`);
      if (char === ']' && !first) break;
      first = false;
      if (char === '[') refuse('a class inside a class', this.pattern);
      if (this.pattern.startsWith('&&', this.at)) refuse('a class intersection', this.pattern);
      if (char === '\\') out += this.classEscape();
      else {
        out += char === '-' ? this.classHyphen(out) : /[\\/()|{}\]]/.test(char) ? `\\${char}` : char;
        this.at++;
      }
    }
    this.at++;
    this.out += `${out}]`;
  }

  /** A hyphen is itself at either end of a class and after a class escape, else it makes a range. */
  private classHyphen(before: string): string {
    const atEnd = this.pattern.charAt(this.at + 1) === ']' || before === '[' || before === '[^';
    return atEnd || /\\[dDwWsS]$/.test(before) ? '\\-' : '-';
  }

  private classEscape(): string {
    const char = this.pattern.charAt(this.at + 1);
    if (char === 'Q') return this.quoted();
    if (char === 'p' || char === 'P') return this.property(true);
    const known = ESCAPES[char];
    if (known !== undefined) {
      if (known.inside === null) refuse(`\\${char} inside a class`, this.pattern);
      this.at += 2;
      return known.inside;
    }
    return this.sharedEscape(char);
  }
}

function literal(char: string): string {
  return /[\^$\\.*+?()[\]{}|/-]/.test(char) ? (char === '-' ? '\\x2d' : `\\${char}`) : char;
}

/**
 * A Java replacement text ($1, ${name}, \$) filled from a match.
 * @throws ApexThrow StringException for a group that the pattern lacks
 */
export function expandReplacement(replacement: string, match: RegExpExecArray): string {
  if (!/[\\$]/.test(replacement)) return replacement;
  return replacement.replace(/\\([\s\S])|\$(?:(\d)|\{(\w+)\})/g, (_all, escaped, digit, name) => {
    if (escaped !== undefined) return escaped as string;
    if (digit !== undefined) {
      if (Number(digit) >= match.length) throw apexException('StringException', `No group ${digit}`);
      return match[Number(digit)] ?? '';
    }
    return match.groups?.[name as string] ?? '';
  });
}

/** String.replaceAll / replaceFirst. */
export function replacePattern(text: string, pattern: string, replacement: string, all: boolean): string {
  let out = '';
  let from = 0;
  for (const match of matches(text, pattern)) {
    out += text.slice(from, match.index) + expandReplacement(replacement, match);
    from = match.index + match[0].length;
    if (!all) break;
  }
  return out + text.slice(from);
}

/** String.split(regex, limit) as in Java: no empty first part for a match of no width, trailing empty ones cut at limit 0. */
export function splitByPattern(text: string, pattern: string, limit: number): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const match of matches(text, pattern)) {
    const end = match.index + match[0].length;
    if (end === 0) continue;
    if (limit > 0 && parts.length === limit - 1) break;
    if (match[0].length === 0 && match.index >= text.length) continue;
    parts.push(text.slice(from, match.index));
    from = end;
  }
  if (parts.length === 0) return [text];
  parts.push(text.slice(from));
  if (limit === 0) while (parts.length > 1 && parts.at(-1) === '') parts.pop();
  return parts;
}
