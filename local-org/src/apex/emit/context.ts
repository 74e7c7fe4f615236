import { CompileError, NotModelledError } from '../../errors.ts';
import type { Native } from '../../platform/signature.ts';
import type { ApexType } from '../../types/type.ts';
import type { Expression, TypeNode } from '../parse/ast.ts';
import type { ClassSymbol, FieldSymbol } from '../resolve/symbols.ts';
import type { World } from '../resolve/world.ts';

/** JavaScript of an Apex expression, with its static type. */
export interface Code {
  js: string;
  type: ApexType;
  /** never null at run time */
  nonNull?: boolean;
  /** the literal that it is, for conversions at compile time */
  literal?: Expression;
  /** for an inline query: JavaScript that takes its single row */
  singleRow?: string;
  /** the same where no row is null: before `?.` and `??` */
  optionalRow?: string;
  /** a chain with `?.` in it: when `test` holds the whole chain is null, else `inner` is its value */
  chain?: { test: string; inner: string };
}

/** Things that emitted code refers to by number: platform methods, types, constants. */
export class Pool<V> {
  readonly prefix: string;
  readonly values: V[] = [];
  readonly #names = new Map<V, string>();

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  name(value: V): string {
    let name = this.#names.get(value);
    if (name === undefined) {
      name = `${this.prefix}${this.values.length}`;
      this.values.push(value);
      this.#names.set(value, name);
    }
    return name;
  }
}

/** Line coverage of one file: which lines can be hit; emitted code sets a byte for each that was. */
export interface CoverageFile {
  file: string;
  lines: Set<number>;
  size: number;
}

/** What all emitted code of a program shares. */
export class Emission {
  readonly world: World;
  readonly natives = new Pool<Native>('N');
  readonly types = new Pool<ApexType>('T');
  readonly constants = new Pool<unknown>('V');
  /** counts executed lines */
  readonly withCoverage: boolean;
  readonly coverage = new Pool<CoverageFile>('K');
  readonly #coverageFiles = new Map<string, CoverageFile>();
  readonly #mangled = new Map<string, string>();

  constructor(world: World, withCoverage: boolean) {
    this.world = world;
    this.withCoverage = withCoverage;
  }

  /** The JavaScript name of an Apex signature, the same in every class. */
  readonly mangle = (signature: string): string => {
    let name = this.#mangled.get(signature);
    if (name === undefined) {
      name = `m${this.#mangled.size}_${/^\w+/.exec(signature)?.[0] ?? ''}`;
      this.#mangled.set(signature, name);
    }
    return name;
  };

  coverageOf(file: string): CoverageFile {
    let known = this.#coverageFiles.get(file);
    if (known === undefined) {
      known = { file, lines: new Set(), size: 0 };
      this.#coverageFiles.set(file, known);
    }
    return known;
  }
}

export interface Local {
  js: string;
  type: ApexType;
}

/** State while one method, accessor or initialiser is emitted. */
export class MethodContext {
  readonly emission: Emission;
  readonly cls: ClassSymbol;
  readonly isStatic: boolean;
  readonly returns: ApexType;
  /** final fields may be assigned */
  readonly initialises: boolean;
  /** the property whose accessor this is: there its name means the stored value */
  readonly accessorOf: FieldSymbol | null;
  line: number;
  #scopes: Map<string, Local>[] = [new Map<string, Local>()];
  #temporaries: string[] = [];
  #unique = 0;
  /** an Apex `finally` exists, so `return` has to say that it happened */
  hasFinally = false;
  loopDepth = 0;

  constructor(
    emission: Emission,
    cls: ClassSymbol,
    options: { isStatic: boolean; returns: ApexType; initialises?: boolean; accessorOf?: FieldSymbol; line: number },
  ) {
    this.emission = emission;
    this.cls = cls;
    this.isStatic = options.isStatic;
    this.returns = options.returns;
    this.initialises = options.initialises ?? false;
    this.accessorOf = options.accessorOf ?? null;
    this.line = options.line;
  }

  get world(): World {
    return this.emission.world;
  }

  get where(): string {
    return `${this.cls.file}:${this.line}`;
  }

  error(message: string, line = this.line): CompileError {
    return new CompileError(message, this.cls.file, line);
  }

  notModelled(what: string): NotModelledError {
    return new NotModelledError(what, this.where);
  }

  resolve(node: TypeNode): ApexType {
    return this.world.resolve(node, this.cls, this.cls.file);
  }

  /** A JavaScript variable of the method, for values that are used twice. */
  temporary(): string {
    const name = `$t${this.#temporaries.length}`;
    this.#temporaries.push(name);
    return name;
  }

  unique(prefix: string): string {
    return `$${prefix}${this.#unique++}`;
  }

  get temporaries(): readonly string[] {
    return this.#temporaries;
  }

  push(): void {
    this.#scopes.push(new Map());
  }

  pop(): void {
    this.#scopes.pop();
  }

  declare(name: string, type: ApexType): Local {
    const key = name.toLowerCase();
    if (this.#scopes.some((s) => s.has(key))) throw this.error(`Duplicate variable: ${name}`);
    const local = { js: `v_${key}`, type };
    this.#scopes[this.#scopes.length - 1]!.set(key, local);
    return local;
  }

  local(name: string): Local | null {
    const key = name.toLowerCase();
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const found = this.#scopes[i]!.get(key);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** every variable in reach, for the binds of dynamic queries */
  locals(): [string, Local][] {
    return this.#scopes.flatMap((s) => [...s]);
  }

  type(type: ApexType): string {
    return this.emission.types.name(type);
  }

  constant(value: unknown): string {
    return this.emission.constants.name(value);
  }

  native(run: Native): string {
    return this.emission.natives.name(run);
  }
}

/**
 * A member of a value, `a.b` or `a?.b`. A null before `?.` makes all of the chain behind it null, so that `a?.b.c` is
 * null when a is, and a NullPointerException when only b is.
 */
export function chained(ctx: MethodContext, target: Code, safe: boolean, member: (on: Code) => Code): Code {
  const { chain, ...plain } = target;
  const start: Code = chain === undefined ? plain : { js: chain.inner, type: target.type };
  if (!safe) return chain === undefined ? member(start) : endChain(chain.test, member(start));
  const held = ctx.temporary();
  const test = `(${held} = ${start.js}) === null`;
  const code = member({ js: held, type: target.type, nonNull: true });
  return endChain(chain === undefined ? test : `(${chain.test} || ${test})`, code);
}

function endChain(test: string, code: Code): Code {
  return { js: `(${test} ? null : ${code.js})`, type: code.type, chain: { test, inner: code.js } };
}

/** JavaScript that throws the NullPointerException when the value is null. */
export function nonNull(code: Code): string {
  return code.nonNull === true ? code.js : `(${code.js} ?? R.npe())`;
}
