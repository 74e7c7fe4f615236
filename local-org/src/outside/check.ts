export interface Problem {
  /** e.g. users[1].profile */
  path: string;
  message: string;
}

/**
 * A place in a JSON value that is being checked. Each reader gives a usable value even after a fault, so that all
 * problems of a file are found in one go.
 */
export class Check {
  readonly #value: unknown;
  readonly #path: string;
  readonly #problems: Problem[];

  constructor(value: unknown, path: string, problems: Problem[]) {
    this.#value = value;
    this.#path = path;
    this.#problems = problems;
  }

  get(key: string, fallback?: unknown): Check {
    const path = this.#path === '' ? key : `${this.#path}.${key}`;
    const value = isObject(this.#value) ? this.#value[key] : undefined;
    return new Check(value === undefined ? fallback : value, path, this.#problems);
  }

  onlyKeys(keys: readonly string[]): void {
    if (!isObject(this.#value)) {
      this.#fault('must be an object');
      return;
    }
    for (const key of Object.keys(this.#value)) {
      if (!keys.includes(key)) this.#fault(`has the unknown key "${key}" (known: ${keys.join(', ')})`);
    }
  }

  text(): string {
    if (typeof this.#value === 'string' && this.#value !== '') return this.#value;
    this.#fault(this.#value === undefined ? 'is missing' : 'must be a text that is not empty');
    return '';
  }

  textOrNull(): string | null {
    return this.#value === null ? null : this.text();
  }

  matching(pattern: RegExp, what: string): string {
    const text = this.text();
    if (text !== '' && !pattern.test(text)) this.#fault(`must be ${what}`);
    return text;
  }

  url(): string {
    const text = this.text();
    if (text !== '' && !URL.canParse(text)) this.#fault('must be a URL');
    return text;
  }

  oneOf(values: readonly string[]): string {
    const text = this.text();
    if (text !== '' && !values.includes(text)) this.#fault(`must be one of ${values.join(', ')}`);
    return text;
  }

  boolean(): boolean {
    if (typeof this.#value === 'boolean') return this.#value;
    this.#fault('must be true or false');
    return false;
  }

  number(minimum: number, maximum: number): number {
    if (typeof this.#value === 'number' && this.#value >= minimum && this.#value <= maximum) return this.#value;
    this.#fault(`must be a number from ${minimum} to ${maximum}`);
    return minimum;
  }

  integer(minimum: number, maximum: number): number {
    const value = this.number(minimum, maximum);
    if (Number.isInteger(value)) return value;
    this.#fault('must be a whole number');
    return minimum;
  }

  list<T>(read: (entry: Check) => T): T[] {
    if (Array.isArray(this.#value)) {
      return this.#value.map((entry: unknown, i) => read(new Check(entry, `${this.#path}[${i}]`, this.#problems)));
    }
    this.#fault(this.#value === undefined ? 'is missing' : 'must be a list');
    return [];
  }

  #fault(message: string): void {
    this.#problems.push({ path: this.#path === '' ? 'file' : this.#path, message });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
