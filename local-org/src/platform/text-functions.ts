/** Pure text functions behind the String class that JavaScript has no counterpart of (Apache Commons Lang semantics). */

export function isBlank(text: string | null): boolean {
  return text === null || trim(text) === '';
}

/** Java's String.trim(): everything up to U+0020 at both ends. */
export function trim(text: string): string {
  return text.replace(/^[\0-\u0020]+|[\0-\u0020]+$/g, '');
}

export function javaHashCode(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

export function levenshtein(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_unused, i) => i);
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const cost = left[i - 1] === right[j - 1] ? 0 : 1;
      row.push(Math.min((row[j - 1] ?? 0) + 1, (previous[j] ?? 0) + 1, (previous[j - 1] ?? 0) + cost));
    }
    previous = row;
  }
  return previous[right.length] ?? 0;
}

/** Position of the first difference, -1 when the texts are equal. */
export function indexOfDifference(left: string, right: string): number {
  if (left === right) return -1;
  let i = 0;
  while (i < left.length && i < right.length && left[i] === right[i]) i++;
  return i;
}

export function commonPrefix(texts: string[]): string {
  const first = texts[0] ?? '';
  let length = first.length;
  for (const text of texts) {
    const difference = indexOfDifference(first, text);
    if (difference >= 0) length = Math.min(length, difference);
  }
  return first.slice(0, length);
}

export function center(text: string, size: number, padding: string): string {
  const missing = size - text.length;
  if (missing <= 0) return text;
  return text.padStart(text.length + Math.floor(missing / 2), padding).padEnd(size, padding);
}

/** "Now is the time" -> "Now is..."; the offset is the leftmost position that must stay visible. */
export function abbreviate(text: string, maximum: number, offset: number): string | null {
  if (maximum < 4) return null;
  if (text.length <= maximum) return text;
  let at = Math.min(offset, text.length);
  if (text.length - at < maximum - 3) at = text.length - (maximum - 3);
  if (at <= 4) return `${text.slice(0, maximum - 3)}...`;
  if (maximum < 7) return null;
  if (at + maximum - 3 < text.length) return `...${abbreviate(text.slice(at), maximum - 3, 0) ?? ''}`;
  return `...${text.slice(text.length - (maximum - 3))}`;
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function swapCase(text: string): string {
  return [...text].map((c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join('');
}

export function countMatches(text: string, part: string): number {
  return part === '' ? 0 : text.split(part).length - 1;
}

function characterType(char: string): string {
  if (/\p{Lu}/u.test(char)) return 'upper';
  if (/\p{Ll}/u.test(char)) return 'lower';
  if (/\p{Nd}/u.test(char)) return 'digit';
  if (/\p{Zs}/u.test(char)) return 'space';
  return /\p{P}/u.test(char) ? `punctuation ${generalCategory(char)}` : 'other';
}

function generalCategory(char: string): string {
  return ['Pc', 'Pd', 'Ps', 'Pe', 'Pi', 'Pf', 'Po'].find((name) => new RegExp(`\\p{${name}}`, 'u').test(char)) ?? '';
}

export function splitByCharacterType(text: string, camelCase: boolean): string[] {
  const parts: { type: string; text: string }[] = [];
  for (const char of text) {
    const type = characterType(char);
    const last = parts.at(-1);
    if (last?.type === type) last.text += char;
    else if (camelCase && last?.type === 'upper' && type === 'lower') {
      // The last capital begins the next word.
      const capital = last.text.slice(-1);
      last.text = last.text.slice(0, -1);
      if (last.text === '') parts.pop();
      parts.push({ type, text: capital + char });
    } else parts.push({ type, text: char });
  }
  return parts.map((part) => part.text);
}

const XML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => XML_ENTITIES[c] ?? c);
}

export function unescapeXml(text: string): string {
  return text.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d+)|#x([0-9a-fA-F]+));/g, (all, name, decimal, hex) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex as string, 16));
    return Object.keys(XML_ENTITIES).find((c) => XML_ENTITIES[c] === `&${name as string};`) ?? all;
  });
}

/** `&`, `<`, `>` and `"`; the Latin-1 letters become named entities. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"\u00A0-\u00FF]/g, (c) => XML_ENTITIES[c] ?? `&${LATIN1[c.charCodeAt(0) - 0xa0] ?? ''};`);
}

export function unescapeHtml(text: string): string {
  return unescapeXml(text).replace(/&(\w+);/g, (all, name: string) => {
    const index = LATIN1.indexOf(name);
    return index < 0 ? all : String.fromCharCode(0xa0 + index);
  });
}

/** Names of the HTML entities of U+00A0 to U+00FF in order. */
const LATIN1 = (
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para ' +
  'middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave ' +
  'Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute ' +
  'Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave ' +
  'iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
).split(' ');

const CONTROL: Readonly<Record<string, string>> = { '\b': '\\b', '\n': '\\n', '\t': '\\t', '\f': '\\f', '\r': '\\r' };

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** escapeJava (`script` false) and escapeEcmaScript (`script` true: `'` and `/` too). */
export function escapeJava(text: string, script: boolean): string {
  const special = script ? /["'\\/]/ : /["\\]/;
  return text.replace(/["'\\/]|[^\u0020-\u007E]/g, (c) => {
    if (special.test(c)) return `\\${c}`;
    return /[\u0020-\u007E]/.test(c) ? c : (CONTROL[c] ?? unicodeEscape(c));
  });
}

export function unescapeJava(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_all, hex, char: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex as string, 16));
    return Object.keys(CONTROL).find((c) => CONTROL[c] === `\\${char ?? ''}`) ?? char ?? '';
  });
}

export function escapeUnicode(text: string): string {
  return text.replace(/[^\0-\u007F]/g, unicodeEscape);
}

export function escapeCsv(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function unescapeCsv(text: string): string {
  const quoted = /^"([\s\S]*)"$/.exec(text);
  if (quoted === null || !/[",\n\r]/.test(quoted[1] ?? '')) return text;
  return (quoted[1] ?? '').replaceAll('""', '"');
}

/** java.text.MessageFormat as String.format uses it: {0}; text in single quotes is literal, '' is one quote. */
export function formatMessage(pattern: string, values: string[]): string {
  let out = '';
  let quoted = false;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (char === "'") {
      if (pattern.charAt(i + 1) === "'") {
        out += "'";
        i++;
      } else quoted = !quoted;
      continue;
    }
    const placeholder = !quoted && char === '{' ? /^\{(\d+)\}/.exec(pattern.slice(i)) : null;
    if (placeholder === null) out += char;
    else {
      out += values[Number(placeholder[1])] ?? placeholder[0];
      i += placeholder[0].length - 1;
    }
  }
  return out;
}
