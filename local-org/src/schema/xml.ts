import { readFileSync } from 'node:fs';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { CompileError, NotModelledError } from '../errors.ts';

/** Takes note of what is not modelled instead of stopping at it. */
export type Tolerate = (error: NotModelledError) => void;

/**
 * One element of a metadata file. Readers ask for the children that they know; `close` then refuses every child that
 * nobody asked for, so that no metadata is passed over in silence.
 */
export class XmlElement {
  readonly name: string;
  readonly file: string;
  /** the element's own text, trimmed */
  readonly content: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly #children: XmlElement[];
  readonly #known = new Set<string>();
  readonly #tolerate: Tolerate | null;

  constructor(
    name: string,
    file: string,
    content: string,
    attributes: Map<string, string>,
    children: XmlElement[],
    tolerate: Tolerate | null = null,
  ) {
    this.#tolerate = tolerate;
    this.name = name;
    this.file = file;
    this.content = content;
    this.attributes = attributes;
    this.#children = children;
  }

  all(name: string): XmlElement[] {
    this.#known.add(name);
    return this.#children.filter((c) => c.name === name);
  }

  one(name: string): XmlElement | null {
    return this.all(name)[0] ?? null;
  }

  text(name: string): string | null {
    return this.one(name)?.content ?? null;
  }

  /** @throws CompileError when the element is missing, as the deployment would be refused */
  required(name: string): string {
    const text = this.text(name);
    if (text === null) throw this.fault(`Required field is missing: ${name}`);
    return text;
  }

  flag(name: string): boolean {
    return this.text(name) === 'true';
  }

  /** @throws CompileError when the text is no number */
  number(name: string): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const value = Number(text);
    if (text === '' || Number.isNaN(value)) throw this.fault(`${name} is not a number: ${text}`);
    return value;
  }

  /** Elements without effect on what the local org models. */
  ignore(...names: string[]): void {
    for (const name of names) this.#known.add(name);
  }

  /** Elements whose mere presence changes behaviour in a way that is not modelled, unless they say `false`. */
  refuse(kind: string, ...names: string[]): void {
    for (const name of names) {
      const child = this.one(name);
      if (child !== null && child.content !== 'false')
        this.#report(new NotModelledError(`metadata element ${kind}.${name}`, this.file));
    }
  }

  /** @throws NotModelledError naming the first child element that no reader asked for */
  close(kind: string): void {
    const unknown = this.#children.find((c) => !this.#known.has(c.name));
    if (unknown !== undefined)
      this.#report(new NotModelledError(`metadata element ${kind}.${unknown.name}`, this.file));
  }

  #report(error: NotModelledError): void {
    if (this.#tolerate === null) throw error;
    this.#tolerate(error);
  }

  fault(message: string): CompileError {
    return new CompileError(message, this.file, 1);
  }
}

const TEXT = '#text';
const ATTRIBUTES = ':@';

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  ignoreDeclaration: true,
  processEntities: true,
});

type OrderedNode = Record<string, unknown>;

/**
 * Reads the root element of a metadata file.
 * @throws CompileError when the file is no well-formed XML or its root has another name
 */
export function readXml(file: string, root: string, tolerate: Tolerate | null = null): XmlElement {
  const source = readFileSync(file, 'utf8');
  const valid = XMLValidator.validate(source);
  if (valid !== true) throw new CompileError(`Error parsing file: ${valid.err.msg}`, file, valid.err.line);
  const nodes = parser.parse(source) as OrderedNode[];
  const element = nodes.map((n) => toElement(n, file, tolerate)).find((e) => e !== null);
  if (element === undefined || element === null || element.name !== root) {
    throw new CompileError(`Expected root element ${root}, found ${element?.name ?? 'none'}`, file, 1);
  }
  return element;
}

function toElement(node: OrderedNode, file: string, tolerate: Tolerate | null): XmlElement | null {
  const name = Object.keys(node).find((key) => key !== ATTRIBUTES);
  if (name === undefined || name === TEXT) return null;
  const inner = node[name] as OrderedNode[];
  const content = inner
    .filter((n) => TEXT in n)
    .map((n) => String(n[TEXT]))
    .join('');
  const attributes = new Map(Object.entries((node[ATTRIBUTES] ?? {}) as Record<string, string>));
  const children = inner.map((n) => toElement(n, file, tolerate)).filter((e) => e !== null);
  return new XmlElement(name, file, content, attributes, children, tolerate);
}
