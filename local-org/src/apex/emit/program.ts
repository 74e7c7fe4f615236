import { compileFunction } from 'node:vm';
import { CompileError, NotModelledError } from '../../errors.ts';
import type { PlatformClass } from '../../platform/signature.ts';
import type { Schema } from '../../schema/schema.ts';
import type { ApexType } from '../../types/type.ts';
import * as R from '../run/runtime.ts';
import { CompiledProgram } from '../run/program.ts';
import type { EmittedFunction } from '../run/program.ts';
import type { ClassNode, MethodNode } from '../parse/ast.ts';
import type { ParseCache } from '../parse/cache.ts';
import { parseAnonymous, parseClass, parseTrigger } from '../parse/parse.ts';
import { checkInheritance, completeClass, declareClass, resolveHeader } from '../resolve/declare.ts';
import type { ClassSymbol } from '../resolve/symbols.ts';
import { World } from '../resolve/world.ts';
import { emitClass, hasStatics } from './classes.ts';
import type { Guard } from './classes.ts';
import { Emission } from './context.ts';

export interface SourceUnit {
  kind: 'class' | 'trigger' | 'anonymous';
  /** as in messages: `Foo.cls` */
  file: string;
  source: string;
  apiVersion: number;
}

/** Everything that is wrong with the source, so that it can be mended in one go. */
export class CompileFailure extends Error {
  readonly errors: readonly (CompileError | NotModelledError)[];
  constructor(errors: readonly (CompileError | NotModelledError)[]) {
    super(errors.map((e) => e.message).join('\n'));
    this.name = 'CompileFailure';
    this.errors = errors;
  }
}

export interface CompileOptions {
  schema: Schema;
  platform: readonly PlatformClass[];
  units: readonly SourceUnit[];
  coverage?: boolean;
  /** the org's own; null: it has none */
  namespace?: string | null;
  /** where syntax trees of unchanged source are kept; none: everything is parsed */
  cache?: ParseCache | null;
  /** members that use what is not modelled throw when they run, instead of failing the compilation */
  tolerant?: boolean;
  /**
   * For measuring foreign code: told of every fault, which then fails nothing. A faulty member throws its fault when it
   * runs, a class whose head or syntax is at fault is left out.
   */
  onFault?: (fault: CompileError | NotModelledError) => void;
}

interface TriggerInfo {
  name: string;
  object: string;
  events: string[];
  symbol: ClassSymbol;
}

/** Compiles the org's Apex. @throws CompileFailure with every fault found */
export function compileProgram(options: CompileOptions): CompiledProgram {
  const errors: (CompileError | NotModelledError)[] = [];
  const attempt = <R>(work: () => R, fallback: R): R => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof CompileError || error instanceof NotModelledError)) throw error;
      if (options.onFault === undefined) errors.push(error);
      else options.onFault(error);
      return fallback;
    }
  };
  const world = new World(options.schema, options.platform, options.namespace ?? null);
  world.keepsUnknownTypes = options.onFault !== undefined;
  const triggers: TriggerInfo[] = [];
  const cache = options.cache ?? null;
  for (const unit of options.units) attempt(() => declareUnit(world, unit, triggers, cache), undefined);
  for (const symbol of world.classes) attempt(() => resolveHeader(world, symbol), undefined);
  failOn(errors);
  const ordered = inheritanceOrder(world.classes);
  const emission = new Emission(world, options.coverage ?? false);
  for (const symbol of ordered) attempt(() => completeClass(world, symbol, emission.mangle), undefined);
  failOn(errors);
  world.keepsUnknownTypes = false;
  for (const symbol of ordered) attempt(() => checkInheritance(world, symbol), undefined);
  const guard = guardOf(emission, errors, options);
  const parts = ordered.map((symbol) => emitClass(emission, symbol, guard));
  failOn(errors);
  return evaluate(emission, ordered, parts, triggers);
}

/** Collects the faults of members; in a tolerant compilation what is not modelled becomes a member that throws. */
function guardOf(
  emission: Emission,
  errors: (CompileError | NotModelledError)[],
  { tolerant = false, onFault }: CompileOptions,
): Guard {
  return (emit, name) => {
    try {
      return emit();
    } catch (error) {
      if (onFault !== undefined && (error instanceof CompileError || error instanceof NotModelledError)) {
        onFault(error);
        return `${name}(x) { throw ${emission.constants.name(error)}; }`;
      }
      if (error instanceof NotModelledError && tolerant)
        return `${name}(x) { throw ${emission.constants.name(error)}; }`;
      if (error instanceof CompileError || error instanceof NotModelledError) errors.push(error);
      else throw error;
      return `${name}(x) {}`;
    }
  };
}

function failOn(errors: readonly (CompileError | NotModelledError)[]): void {
  if (errors.length > 0) throw new CompileFailure(errors);
}

function declareUnit(world: World, unit: SourceUnit, triggers: TriggerInfo[], cache: ParseCache | null): void {
  const { file, apiVersion } = unit;
  const tree = <Tree>(parse: (source: string, file: string) => Tree): Tree =>
    cache === null || unit.kind === 'anonymous'
      ? parse(unit.source, file)
      : cache.get(unit.kind, file, unit.source, () => parse(unit.source, file));
  if (unit.kind === 'class') {
    const node = tree(parseClass);
    declareClass(world, { node, file, apiVersion, traceName: node.name, triggerObject: null });
    return;
  }
  if (unit.kind === 'anonymous') {
    const node = parseAnonymous(unit.source, file);
    const main = mainMethod(node.body, node.members);
    declareClass(world, { ...main, file, apiVersion, traceName: 'AnonymousBlock', triggerObject: null });
    return;
  }
  const node = tree(parseTrigger);
  const object = world.schema.object(node.object);
  if (object === null) throw new CompileError(`sObject type '${node.object}' is not supported.`, file, node.line);
  const main = mainMethod(node.body, node.members);
  const symbol = declareClass(world, {
    ...main,
    file,
    apiVersion,
    traceName: `Trigger.${node.name}`,
    triggerObject: object.name,
  });
  triggers.push({ name: node.name, object: object.name, events: node.events, symbol });
}

let synthetic = 0;

/** The class that stands for a trigger or an anonymous block: its body is the static method `$main`. */
function mainMethod(body: MethodNode['body'], members: ClassNode['members']): { node: ClassNode } {
  const method: MethodNode = {
    kind: 'method',
    name: '$main',
    modifiers: { words: new Set(['public', 'static']), annotations: [], sharing: null },
    isConstructor: false,
    returns: null,
    parameters: [],
    body,
    line: body?.line ?? 1,
  };
  // methods of an anonymous block are called like static ones
  for (const member of members)
    if (member.kind !== 'inner' && 'modifiers' in member) member.modifiers.words.add('static');
  const node: ClassNode = {
    kind: 'class',
    name: `$Main${synthetic++}`,
    modifiers: { words: new Set(['public']), annotations: [], sharing: null },
    extends: null,
    implements: [],
    members: [...members, method],
    enumConstants: [],
    line: 1,
  };
  return { node };
}

/** Superclasses first. */
function inheritanceOrder(classes: readonly ClassSymbol[]): ClassSymbol[] {
  const ordered: ClassSymbol[] = [];
  const visiting = new Set<ClassSymbol>();
  const visit = (symbol: ClassSymbol): void => {
    if (ordered.includes(symbol)) return;
    if (visiting.has(symbol))
      throw new CompileError(`Circular inheritance: ${symbol.type.text}`, symbol.file, symbol.node.line);
    visiting.add(symbol);
    if (symbol.superclass !== null) visit(symbol.superclass);
    ordered.push(symbol);
  };
  for (const symbol of classes) visit(symbol);
  return ordered;
}

function evaluate(
  emission: Emission,
  classes: readonly ClassSymbol[],
  parts: readonly string[],
  triggers: readonly TriggerInfo[],
): CompiledProgram {
  const exported: string[] = [];
  const constructed: string[] = [];
  for (const cls of classes) {
    if (cls.kind !== 'class') continue;
    constructed.push(`${cls.index}: C${cls.index}`);
    exported.push(...cls.constructors.map((c) => `new_${c.js}`));
    for (const m of [...cls.methods.values()].flat()) if (m.isStatic && m.node.body !== null) exported.push(m.js);
    for (const f of cls.fields.values()) {
      if (f.isStatic) exported.push(...[f.getter, f.setter].filter((n) => n !== null));
    }
    if (hasStatics(cls)) exported.push(`init${cls.index}`);
  }
  const pools = [emission.natives, emission.types, emission.constants, emission.coverage];
  const constants = pools.flatMap((pool, p) => pool.values.map((_, i) => `${pool.prefix}${i} = $pools[${p}][${i}]`));
  const coverage = new Map(emission.coverage.values.map((f) => [f, new Uint8Array(f.size)]));
  const source = `'use strict';
${constants.length === 0 ? '' : `const ${constants.join(',\n')};`}
${parts.join('\n')}
return { classes: { ${constructed.join(', ')} }, functions: { ${exported.join(', ')} } };`;
  const build = compileFunction(source, ['R', '$pools'], { filename: 'emitted-apex.js' }) as (
    runtime: typeof R,
    pools: unknown[],
  ) => { classes: Record<number, new (type: ApexType) => R.OwnObject>; functions: Record<string, EmittedFunction> };
  const values = [emission.natives.values, emission.types.values, emission.constants.values, [...coverage.values()]];
  const { classes: constructors, functions } = build(R, values);
  return new CompiledProgram({
    world: emission.world,
    constructors,
    functions,
    triggers: triggers.map((t) => ({ ...t, main: t.symbol.methods.get('$main')![0]!.js })),
    coverage: [...coverage].map(([file, hits]) => ({ file: file.file, lines: file.lines, hits })),
  });
}
