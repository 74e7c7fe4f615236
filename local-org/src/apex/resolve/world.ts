import { CompileError, NotModelledError } from '../../errors.ts';
import type { PlatformClass } from '../../platform/signature.ts';
import type { ObjectDefinition } from '../../schema/definition.ts';
import type { Schema } from '../../schema/schema.ts';
import { apexType, T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import type { TypeNode } from '../parse/ast.ts';
import type { ClassSymbol } from './symbols.ts';
import { hasAnnotation, lineage, topLevel } from './symbols.ts';

/** Every name that Apex source can mean: own classes, platform classes, objects. Lookups are case-insensitive. */
export class World {
  readonly schema: Schema;
  readonly classes: ClassSymbol[] = [];
  /**
   * While set, a type that nothing is known of stands for itself, and only code that does something with it is at fault.
   */
  keepsUnknownTypes = false;
  readonly #topLevel = new Map<string, ClassSymbol>();
  readonly #byType = new Map<ApexType, ClassSymbol>();
  readonly #platform = new Map<string, PlatformClass>();
  readonly #namespaces = new Set<string>(['system', 'schema', 'database']);

  readonly #namespace: string | null;

  /** @param namespace the org's own, null for none */
  constructor(schema: Schema, platform: readonly PlatformClass[], namespace: string | null = null) {
    this.schema = schema;
    this.#namespace = namespace?.toLowerCase() ?? null;
    if (this.#namespace !== null) this.#namespaces.add(this.#namespace);
    for (const cls of platform) {
      this.#platform.set(cls.name.toLowerCase(), cls);
      const dot = cls.name.indexOf('.');
      if (dot > 0) this.#namespaces.add(cls.name.slice(0, dot).toLowerCase());
    }
  }

  add(symbol: ClassSymbol): void {
    symbol.index = this.classes.length;
    this.classes.push(symbol);
    this.#byType.set(symbol.type, symbol);
    if (symbol.outer !== null) return;
    const key = symbol.name.toLowerCase();
    if (this.#topLevel.has(key))
      throw new CompileError(`Duplicate class: ${symbol.name}`, symbol.file, symbol.node.line);
    this.#topLevel.set(key, symbol);
  }

  topLevel(name: string): ClassSymbol | null {
    return this.#topLevel.get(name.toLowerCase()) ?? null;
  }

  /** The own class behind a type; null for platform classes and objects. */
  own(type: ApexType): ClassSymbol | null {
    return this.#byType.get(type) ?? null;
  }

  platform(name: string): PlatformClass | null {
    return this.#platform.get(name.toLowerCase()) ?? null;
  }

  isNamespace(name: string): boolean {
    return this.#namespaces.has(name.toLowerCase());
  }

  /** The object behind an sObject type such as `Contact`; null for SObject itself and all else. */
  object(type: ApexType): ObjectDefinition | null {
    if (type.args.length > 0 || this.#byType.has(type) || this.platform(type.name) !== null) return null;
    if (type.name === 'AggregateResult') return this.schema.aggregateResult;
    return this.schema.object(type.name);
  }

  isSObject(type: ApexType): boolean {
    return type === T.SObject || this.object(type) !== null;
  }

  /** @throws {NotModelledError} when nothing has that name */
  resolve(node: TypeNode, from: ClassSymbol | null, file: string): ApexType {
    const args = node.parts.flatMap((p) => p.args).map((a) => this.resolve(a, from, file));
    const names = node.parts.map((p) => p.name);
    let type = this.named(names, args, from);
    if (type === null) {
      if (this.keepsUnknownTypes) return apexType(names.join('.'), ...args);
      throw new NotModelledError(`class or object ${names.join('.')}`, `${file}:${node.line}`);
    }
    const own = this.own(type);
    if (own !== null && from !== null && !isTypeVisible(own, from)) {
      throw new CompileError(`Type is not visible: ${type.text}`, file, node.line);
    }
    const expected = this.platform(type.name)?.typeParameters.length ?? 0;
    if (args.length !== expected && !(args.length === 0 && type.name === 'List')) {
      throw new CompileError(`Invalid type arguments of ${type.name}: expected ${expected}`, file, node.line);
    }
    for (let i = 0; i < node.dimensions; i++) type = apexType('List', type);
    return type;
  }

  /** The type of a dotted name, looked up from a class outwards; null when there is none. */
  named(names: readonly string[], args: readonly ApexType[], from: ClassSymbol | null): ApexType | null {
    const own = this.#ownNamed(names, from);
    if (own !== null) return own.type;
    if (names.length > 1 && names[0]?.toLowerCase() === this.#namespace) {
      return this.#ownNamed(names.slice(1), null)?.type ?? null;
    }
    const dotted = names.join('.').toLowerCase();
    const [first = '', ...rest] = names;
    const platform = this.platform(dotted) ?? (rest.length === 0 ? this.platform(`schema.${dotted}`) : null);
    if (platform !== null) return apexType(platform.name, ...args);
    if (rest.length === 0) return this.#builtIn(first);
    const namespace = first.toLowerCase();
    if (namespace === 'system' || namespace === 'schema') return this.named(rest, args, null);
    return null;
  }

  #builtIn(name: string): ApexType | null {
    const lower = name.toLowerCase();
    for (const type of Object.values(T)) {
      if (type !== T.Void && type !== T.Null && type.name.toLowerCase() === lower) return type;
    }
    if (lower === 'aggregateresult') return apexType('AggregateResult');
    const object = this.schema.object(name);
    return object === null ? null : apexType(object.name);
  }

  #ownNamed(names: readonly string[], from: ClassSymbol | null): ClassSymbol | null {
    const [first, ...rest] = names.map((n) => n.toLowerCase());
    let found: ClassSymbol | null = null;
    for (let scope = from; scope !== null && found === null; scope = scope.outer) {
      if (scope.name.toLowerCase() === first && scope.outer === null) found = scope;
      for (const cls of lineage(scope)) found ??= cls.inner.get(first!) ?? null;
    }
    found ??= this.#topLevel.get(first!) ?? null;
    for (const name of rest) {
      if (found === null) return null;
      let next: ClassSymbol | null = null;
      for (const cls of lineage(found)) next ??= cls.inner.get(name) ?? null;
      found = next;
    }
    return found;
  }
}

/** Private inner classes are seen in their top-level class, and by tests when they are @TestVisible. */
function isTypeVisible(type: ClassSymbol, from: ClassSymbol): boolean {
  if (type.outer === null || type.visibility === 'public' || type.visibility === 'global') return true;
  if (topLevel(type) === topLevel(from)) return true;
  return hasAnnotation(type.node, 'testvisible') && topLevel(from).isTest;
}
