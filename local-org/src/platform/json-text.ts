import { apexException } from './exceptions.ts';

/** A JSON document as a tree; numbers keep their text, so that no digit is lost. */
export type Json = (
  | { kind: 'null' }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'number'; text: string }
  | { kind: 'string'; value: string }
  | { kind: 'array'; items: Json[] }
  | { kind: 'object'; entries: [string, Json][] }
) & { at?: Location };

export interface Location {
  line: number;
  column: number;
}

const VALUE_EXPECTED = "expected a valid value (number, String, array, object, 'true', 'false' or 'null')";

/**
 * Reads a JSON text.
 * @throws ApexThrow JSONException with the platform's wording and place
 */
export function parseJson(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  private location(at = this.at): Location {
    const before = this.text.slice(0, at);
    const line = before.split('\n').length;
    return { line, column: at - before.lastIndexOf('\n') };
  }

  private fail(message: string, at = this.at): never {
    const { line, column } = this.location(at);
    throw apexException('JSONException', `${message} at input location [${line},${column}]`);
  }

  private unexpected(expected: string): never {
    const char = this.text.charAt(this.at);
    if (char === '') this.fail('Unexpected end-of-input');
    this.fail(`Unexpected character ('${char}' (code ${char.charCodeAt(0)})): ${expected}`, this.at + 1);
  }

  private skip(): void {
    while (/[ \t\r\n]/.test(this.text.charAt(this.at))) this.at++;
  }

  end(): void {
    this.skip();
    if (this.at < this.text.length) this.unexpected('expected end of input');
  }

  value(): Json {
    this.skip();
    const at = this.location();
    const char = this.text.charAt(this.at);
    if (char === '') throw apexException('JSONException', 'No content to map to Object due to end of input');
    if (char === '{') return { ...this.object(), at };
    if (char === '[') return { ...this.array(), at };
    if (char === '"') return { kind: 'string', value: this.string(), at };
    const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(this.text.slice(this.at, this.at + 400));
    if (number !== null) {
      this.at += number[0].length;
      return { kind: 'number', text: number[0], at };
    }
    const word = /^(?:true|false|null)\b/.exec(this.text.slice(this.at, this.at + 6))?.[0];
    if (word === undefined) this.unknownWord();
    this.at += word.length;
    return word === 'null' ? { kind: 'null', at } : { kind: 'boolean', value: word === 'true', at };
  }

  private unknownWord(): never {
    const word = /^[A-Za-z_$][\w$]*/.exec(this.text.slice(this.at))?.[0];
    if (word === undefined) this.unexpected(VALUE_EXPECTED);
    this.fail(`Unrecognized token '${word}': was expecting 'null', 'true', 'false' or NaN`, this.at + word.length + 1);
  }

  private object(): Json {
    const entries: [string, Json][] = [];
    this.at++;
    this.skip();
    if (this.text.charAt(this.at) === '}') {
      this.at++;
      return { kind: 'object', entries };
    }
    for (;;) {
      this.skip();
      if (this.text.charAt(this.at) !== '"') this.unexpected('was expecting double-quote to start field name');
      const name = this.string();
      this.skip();
      if (this.text.charAt(this.at) !== ':') this.unexpected('was expecting a colon to separate field name and value');
      this.at++;
      entries.push([name, this.value()]);
      if (this.closes('}', 'OBJECT')) return { kind: 'object', entries };
    }
  }

  private array(): Json {
    const items: Json[] = [];
    this.at++;
    this.skip();
    if (this.text.charAt(this.at) === ']') {
      this.at++;
      return { kind: 'array', items };
    }
    for (;;) {
      items.push(this.value());
      if (this.closes(']', 'ARRAY')) return { kind: 'array', items };
    }
  }

  private closes(bracket: string, what: string): boolean {
    this.skip();
    const char = this.text.charAt(this.at);
    if (char !== bracket && char !== ',') this.unexpected(`was expecting comma to separate ${what} entries`);
    this.at++;
    return char === bracket;
  }

  private string(): string {
    const start = this.at++;
    let out = '';
    for (;;) {
      const from = this.at;
      while (this.text.charAt(this.at) >= ' ' && !'"\\'.includes(this.text.charAt(this.at))) this.at++;
      out += this.text.slice(from, this.at);
      const char = this.text.charAt(this.at);
      if (char === '"') break;
      if (char === '') this.fail('Unexpected end-of-input: was expecting closing quote for a string value', start + 1);
      if (char !== '\\') {
        this.fail(
          `Illegal unquoted character ((CTRL-CHAR, code ${char.charCodeAt(0)})): has to be escaped using backslash to be included in string value`,
        );
      }
      out += this.escape();
    }
    this.at++;
    return out;
  }

  private escape(): string {
    const match = /^\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))/.exec(this.text.slice(this.at, this.at + 6));
    if (match === null) this.unexpected('unrecognized character escape');
    this.at += match[0].length;
    if (match[1] !== undefined) return String.fromCharCode(Number.parseInt(match[1], 16));
    return JSON.parse(`"\\${match[2] ?? ''}"`) as string;
  }
}

/** The text of a tree, compact or in the layout of JSON.serializePretty. */
export function writeJson(json: Json, pretty: boolean, indent = ''): string {
  switch (json.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(json.value);
    case 'number':
      return json.text;
    case 'string':
      return JSON.stringify(json.value);
    case 'array': {
      const items = json.items.map((item) => writeJson(item, pretty, indent));
      if (!pretty) return `[${items.join(',')}]`;
      return items.length === 0 ? '[ ]' : `[ ${items.join(', ')} ]`;
    }
    case 'object': {
      if (!pretty)
        return `{${json.entries.map(([name, value]) => `${JSON.stringify(name)}:${writeJson(value, false)}`).join(',')}}`;
      if (json.entries.length === 0) return '{ }';
      const inner = `${indent}  `;
      const lines = json.entries.map(
        ([name, value]) => `${inner}${JSON.stringify(name)} : ${writeJson(value, true, inner)}`,
      );
      return `{\n${lines.join(',\n')}\n${indent}}`;
    }
  }
}
