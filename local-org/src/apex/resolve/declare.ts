import { CompileError, NotModelledError } from '../../errors.ts';
import { apexType, T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import { declareEnum } from '../../values/enums.ts';
import type { ClassNode, FieldNode, MethodNode, Modifiers, PropertyNode } from '../parse/ast.ts';
import type { ClassSymbol, FieldSymbol, MethodSymbol, Visibility } from './symbols.ts';
import { hasAnnotation, lineage } from './symbols.ts';
import type { World } from './world.ts';

export interface Unit {
  node: ClassNode;
  file: string;
  apiVersion: number;
  traceName: string;
  triggerObject: string | null;
}

/** Annotations that need nothing of this model, or that its parts look at themselves. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  'istest',
  'testsetup',
  'testvisible',
  'future',
  'auraenabled',
  'invocablemethod',
  'invocablevariable',
  'restresource',
  'httpget',
  'httppost',
  'httpput',
  'httppatch',
  'httpdelete',
  'deprecated',
  'suppresswarnings',
  'namespaceaccessible',
  'jsonaccess',
  'readonly',
  'remoteaction',
]);

function checkModifiers(modifiers: Modifiers, symbol: ClassSymbol): void {
  for (const { name, line } of modifiers.annotations) {
    if (!ANNOTATIONS.has(name)) throw new NotModelledError(`annotation @${name}`, `${symbol.file}:${line}`);
  }
}

/** Declares the class and its inner ones by name; types are resolved by `completeClass` once all names are known. */
export function declareClass(world: World, unit: Unit, outer: ClassSymbol | null = null): ClassSymbol {
  const { node } = unit;
  // the class around a trigger or an anonymous block has no name that Apex sees
  const isNamed = outer !== null && !outer.name.startsWith('$');
  const qualified = isNamed ? `${outer.type.name}.${node.name}` : node.name;
  const symbol: ClassSymbol = {
    index: -1,
    type: apexType(qualified),
    name: node.name,
    kind: node.kind,
    node,
    file: unit.file,
    apiVersion: unit.apiVersion,
    outer,
    superclass: null,
    platformSuper: null,
    interfaces: [],
    isAbstract: node.modifiers.words.has('abstract'),
    isTest: hasAnnotation(node, 'istest') || (outer?.isTest ?? false),
    visibility: visibilityOf(node.modifiers, outer === null ? 'public' : 'private'),
    sharing: node.modifiers.sharing,
    inner: new Map(),
    fields: new Map(),
    methods: new Map(),
    constructors: [],
    enumConstants: node.enumConstants,
    traceName: outer === null ? unit.traceName : `${outer.traceName}.${node.name}`,
    triggerObject: unit.triggerObject,
  };
  world.add(symbol);
  if (node.kind === 'enum') declareEnum(symbol.type, node.enumConstants);
  for (const member of node.members) {
    if (member.kind !== 'inner') continue;
    const inner = declareClass(world, { ...unit, node: member.declaration }, symbol);
    if (symbol.inner.has(inner.name.toLowerCase())) {
      throw new CompileError(`Duplicate class: ${inner.name}`, unit.file, member.line);
    }
    symbol.inner.set(inner.name.toLowerCase(), inner);
  }
  return symbol;
}

function visibilityOf(modifiers: Modifiers, fallback: Visibility): Visibility {
  for (const word of ['private', 'protected', 'public', 'global'] as const) if (modifiers.words.has(word)) return word;
  return modifiers.words.has('webservice') ? 'global' : fallback;
}

/** Resolves what a class extends and implements. */
export function resolveHeader(world: World, symbol: ClassSymbol): void {
  const { node, file } = symbol;
  if (node.extends !== null) {
    const parent = world.resolve(node.extends, symbol.outer ?? symbol, file);
    const own = world.own(parent);
    if (own === null) {
      if (world.platform(parent.name)?.extensible !== true) {
        throw new CompileError(`Non-virtual and non-abstract type cannot be extended: ${parent.text}`, file, node.line);
      }
      symbol.platformSuper = parent;
    } else {
      if (!own.node.modifiers.words.has('virtual') && !own.isAbstract && own.platformSuper === null) {
        throw new CompileError(`Non-virtual and non-abstract type cannot be extended: ${parent.text}`, file, node.line);
      }
      symbol.superclass = own;
    }
  }
  symbol.interfaces = node.implements.map((i) => world.resolve(i, symbol.outer ?? symbol, file));
}

/** Resolves the types of the members. Superclasses must be completed first. */
export function completeClass(world: World, symbol: ClassSymbol, mangle: (signature: string) => string): void {
  checkModifiers(symbol.node.modifiers, symbol);
  for (const member of symbol.node.members) {
    if ('modifiers' in member) {
      checkModifiers(member.modifiers, symbol);
      if (member.modifiers.words.has('static') && symbol.outer !== null) {
        throw new CompileError('static can only be used in a top level type', symbol.file, member.line);
      }
    }
    if (member.kind === 'field' || member.kind === 'property') addField(world, symbol, member);
    else if (member.kind === 'method') addMethod(world, symbol, member, mangle);
  }
  if (symbol.constructors.length === 0 && symbol.kind === 'class' && !isException(symbol)) {
    symbol.constructors.push(defaultConstructor(symbol));
  }
}

export function isException(symbol: ClassSymbol): boolean {
  for (const cls of lineage(symbol)) if (cls.platformSuper !== null) return true;
  return false;
}

function defaultConstructor(symbol: ClassSymbol): MethodSymbol {
  const line = symbol.node.line;
  return {
    name: symbol.name,
    owner: symbol,
    parameters: [],
    returns: symbol.type,
    isStatic: false,
    isAbstract: false,
    isVirtual: false,
    isOverride: false,
    isConstructor: true,
    visibility: 'public',
    isTestVisible: false,
    js: `i${symbol.index}_d`,
    node: {
      kind: 'method',
      name: symbol.name,
      modifiers: { words: new Set(), annotations: [], sharing: null },
      isConstructor: true,
      returns: null,
      parameters: [],
      body: { kind: 'block', statements: [], line },
      line,
    },
  };
}

function addField(world: World, symbol: ClassSymbol, node: FieldNode | PropertyNode): void {
  const key = node.name.toLowerCase();
  if (symbol.fields.has(key)) throw new CompileError(`Duplicate field: ${node.name}`, symbol.file, node.line);
  const words = node.modifiers.words;
  const taken = [...lineage(symbol)].some((c) => c !== symbol && c.fields.has(key));
  const js = taken ? `f_${key}_${symbol.index}` : `f_${key}`;
  const visibility = visibilityOf(node.modifiers, 'private');
  const field: FieldSymbol = {
    name: node.name,
    owner: symbol,
    type: world.resolve(node.type, symbol, symbol.file),
    isStatic: words.has('static'),
    isFinal: words.has('final'),
    isTransient: words.has('transient'),
    isProperty: node.kind === 'property',
    visibility,
    setterVisibility: visibility,
    isTestVisible: hasAnnotation(node, 'testvisible'),
    js,
    getter: null,
    setter: null,
    readable: true,
    writable: true,
    node,
  };
  if (node.kind === 'property') {
    const dynamic = words.has('virtual') || words.has('abstract') || words.has('override');
    field.readable = node.getter !== null;
    field.writable = node.setter !== null;
    // a virtual property may be overridden, so it is always read and written through its accessors
    if (node.getter !== null && (node.getter.body !== null || dynamic)) field.getter = `g_${key}`;
    if (node.setter !== null && (node.setter.body !== null || dynamic)) field.setter = `p_${key}`;
    if (node.setter !== null) field.setterVisibility = visibilityOf(node.setter.modifiers, visibility);
    if (field.isStatic) {
      if (field.getter !== null) field.getter = `s${symbol.index}_${field.getter}`;
      if (field.setter !== null) field.setter = `s${symbol.index}_${field.setter}`;
    }
  }
  symbol.fields.set(key, field);
}

function addMethod(world: World, symbol: ClassSymbol, node: MethodNode, mangle: (signature: string) => string): void {
  const words = node.modifiers.words;
  const parameters = node.parameters.map((p) => ({ name: p.name, type: world.resolve(p.type, symbol, symbol.file) }));
  const returns = node.returns === null ? T.Void : world.resolve(node.returns, symbol, symbol.file);
  const signature = `${node.name.toLowerCase()}(${parameters.map((p) => p.type.text).join(',')})`;
  const isStatic = words.has('static') || words.has('testmethod');
  const method: MethodSymbol = {
    name: node.name,
    owner: symbol,
    parameters,
    returns: node.isConstructor ? symbol.type : returns,
    isStatic,
    isAbstract: node.body === null,
    isVirtual: words.has('virtual'),
    isOverride: words.has('override'),
    isConstructor: node.isConstructor,
    visibility: visibilityOf(node.modifiers, symbol.kind === 'interface' ? 'public' : 'private'),
    isTestVisible: hasAnnotation(node, 'testvisible'),
    js: node.isConstructor
      ? `i${symbol.index}_${symbol.constructors.length}`
      : isStatic
        ? `s${symbol.index}_${mangle(signature)}`
        : mangle(signature),
    node,
  };
  if (node.isConstructor) {
    if (node.name.toLowerCase() !== symbol.name.toLowerCase()) {
      throw new CompileError(`Invalid constructor name: ${node.name}`, symbol.file, node.line);
    }
    symbol.constructors.push(method);
    return;
  }
  if (hasAnnotation(node, 'future')) checkFuture(world, symbol, method);
  if (node.body === null && symbol.kind === 'class' && !words.has('abstract')) {
    throw new CompileError(`Method must have a body: ${node.name}`, symbol.file, node.line);
  }
  const same = symbol.methods.get(node.name.toLowerCase()) ?? [];
  if (same.some((m) => m.js === method.js)) {
    throw new CompileError(`Method already defined: ${node.name}`, symbol.file, node.line);
  }
  symbol.methods.set(node.name.toLowerCase(), [...same, method]);
}

/**
 * "Methods with the future annotation must be static methods, and can only return a void type. The specified parameters
 * must be primitive data types, arrays of primitive data types, or collections of primitive data types" (Apex Developer
 * Guide, "Future Annotation"). The words of the errors are an assumption.
 */
function checkFuture(world: World, symbol: ClassSymbol, method: MethodSymbol): void {
  const { line } = method.node;
  if (!method.isStatic || method.returns !== T.Void) {
    throw new CompileError(`Future methods must be static and return void: ${method.name}`, symbol.file, line);
  }
  const isPlain = (type: ApexType): boolean =>
    type !== T.Object && world.own(type) === null && !world.isSObject(type) && type.args.every(isPlain);
  for (const { type } of method.parameters) {
    if (!isPlain(type)) throw new CompileError(`Unsupported parameter type ${type.text}`, symbol.file, line);
  }
}

/** Overrides and abstract methods, checked once every class is complete. */
export function checkInheritance(world: World, symbol: ClassSymbol): void {
  if (symbol.kind !== 'class') return;
  const inherited = symbol.superclass === null ? [] : [...lineage(symbol.superclass)];
  for (const methods of symbol.methods.values()) {
    for (const method of methods) {
      if (method.isStatic) continue;
      const overridden = inherited
        .flatMap((c) => c.methods.get(method.name.toLowerCase()) ?? [])
        .find((m) => m.js === method.js && !m.isStatic && m.visibility !== 'private');
      const fail = (text: string): never => {
        throw new CompileError(text, symbol.file, method.node.line);
      };
      if (overridden !== undefined) {
        if (!overridden.isVirtual && !overridden.isAbstract && !overridden.isOverride) {
          fail(`Non-virtual, non-abstract methods cannot be overridden: ${method.name}`);
        }
        if (!method.isOverride) fail(`Method must use the override keyword: ${method.name}`);
        if (overridden.returns !== method.returns) {
          fail(`Method does not override the return type of its superclass: ${method.name}`);
        }
      } else if (method.isOverride && !isPlatformMethod(world, symbol, method.name)) {
        fail(`@Override specified for non-overriding method: ${method.name}`);
      }
    }
  }
  if (symbol.isAbstract) return;
  const implementations = new Set(
    [...lineage(symbol)]
      .flatMap((c) => [...c.methods.values()].flat())
      .filter((m) => !m.isAbstract && !m.isStatic)
      .map((m) => m.js),
  );
  for (const wanted of required(world, symbol)) {
    if (!implementations.has(wanted.js)) {
      throw new CompileError(
        `Class ${symbol.type.text} must implement the method: ${wanted.returns.text} ${wanted.owner.type.text}.${wanted.name}(${wanted.parameters.map((p) => p.type.text).join(', ')})`,
        symbol.file,
        symbol.node.line,
      );
    }
  }
}

function isPlatformMethod(world: World, symbol: ClassSymbol, name: string): boolean {
  const wanted = name.toLowerCase();
  const has = (type: ApexType | null): boolean =>
    type !== null && (world.platform(type.name)?.methods.some((m) => m.name.toLowerCase() === wanted) ?? false);
  return (
    has(T.Object) ||
    ['tostring', 'equals', 'hashcode'].includes(wanted) ||
    [...lineage(symbol)].some((c) => has(c.platformSuper) || c.interfaces.some(has))
  );
}

function* required(world: World, symbol: ClassSymbol): Generator<MethodSymbol> {
  const seen = new Set<ClassSymbol>();
  const walk = function* (cls: ClassSymbol): Generator<MethodSymbol> {
    if (seen.has(cls)) return;
    seen.add(cls);
    for (const methods of cls.methods.values()) for (const m of methods) if (m.isAbstract) yield m;
    for (const type of cls.interfaces) {
      const own = world.own(type);
      if (own !== null) yield* walk(own);
    }
  };
  for (const cls of lineage(symbol)) yield* walk(cls);
}
