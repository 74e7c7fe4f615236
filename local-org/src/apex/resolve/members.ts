import type { PlatformClass, PlatformMethod, PlatformProperty } from '../../platform/signature.ts';
import { T } from '../../types/type.ts';
import { objectStatics } from '../../platform/object-statics.ts';
import type { ApexType } from '../../types/type.ts';
import { isAssignable, substitute, supertypes } from './relations.ts';
import type { ClassSymbol, FieldSymbol, MethodSymbol } from './symbols.ts';
import { lineage } from './symbols.ts';
import type { World } from './world.ts';

/** A method that a call may mean, its type parameters filled in. */
export interface Callable {
  parameters: ApexType[];
  returns: ApexType;
  isStatic: boolean;
  own: MethodSymbol | null;
  platform: { cls: PlatformClass; method: PlatformMethod } | null;
}

export function ownCallable(method: MethodSymbol): Callable {
  return {
    parameters: method.parameters.map((p) => p.type),
    returns: method.returns,
    isStatic: method.isStatic,
    own: method,
    platform: null,
  };
}

function platformCallables(cls: PlatformClass, type: ApexType, name: string): Callable[] {
  const wanted = name.toLowerCase();
  const bind = (t: ApexType): ApexType => substitute(t, cls.typeParameters, type.args);
  return cls.methods
    .filter((m) => !m.isConstructor && m.name.toLowerCase() === wanted)
    .map((method) => ({
      parameters: method.parameters.map(bind),
      // a copy of a Contact is a Contact
      returns: cls.name === 'SObject' && wanted === 'clone' ? type : bind(method.returns),
      isStatic: method.isStatic,
      own: null,
      platform: { cls, method },
    }));
}

/** All methods of that name which a value of the type (or the type itself) has; overriding ones hide the overridden. */
export function methodsNamed(world: World, type: ApexType, name: string): Callable[] {
  const found: Callable[] = [];
  const wanted = name.toLowerCase();
  const add = (callable: Callable): void => {
    const hidden = found.some(
      (f) =>
        f.parameters.length === callable.parameters.length &&
        f.parameters.every((p, i) => p === callable.parameters[i]),
    );
    if (!hidden) found.push(callable);
  };
  for (const at of supertypes(world, type)) {
    const own = world.own(at);
    if (own !== null) {
      for (const method of own.methods.get(wanted) ?? []) add(ownCallable(method));
      if (own.kind === 'enum') for (const c of enumMethods(world, at, wanted)) add(c);
      continue;
    }
    const platform = world.platform(at.name) ?? (world.isSObject(at) ? world.platform('SObject') : null);
    if (platform === null) continue;
    for (const callable of staticsOfObject(world, at, name)) add(callable);
    for (const callable of platformCallables(platform, at, name)) add(callable);
    if (platform.kind === 'enum') for (const c of enumMethods(world, at, wanted)) add(c);
  }
  const object = world.platform('Object');
  if (object !== null) for (const callable of platformCallables(object, T.Object, name)) add(callable);
  return found;
}

/** `Settings__c.getInstance()` and its like; the class's one type parameter is the object. */
function staticsOfObject(world: World, type: ApexType, name: string): Callable[] {
  const object = world.object(type);
  const table = object === null ? null : objectStatics(object);
  return table === null ? [] : platformCallables(table, { name: table.name, args: [type], text: '' }, name);
}

/** values(), valueOf, name() and ordinal() are the same for every enum; the platform's table lists them as `Enum`. */
function enumMethods(world: World, type: ApexType, name: string): Callable[] {
  const table = world.platform('Enum');
  if (table === null) return [];
  return platformCallables({ ...table, typeParameters: ['T'] }, { name: 'Enum', args: [type], text: '' }, name);
}

export function constructorsOf(world: World, type: ApexType): Callable[] {
  const own = world.own(type);
  if (own !== null) return own.constructors.map(ownCallable);
  const cls = world.platform(type.name);
  if (cls === null) return [];
  const bind = (t: ApexType): ApexType => substitute(t, cls.typeParameters, type.args);
  return cls.methods
    .filter((m) => m.isConstructor)
    .map((method) => ({
      parameters: method.parameters.map(bind),
      returns: type,
      isStatic: true,
      own: null,
      platform: { cls, method },
    }));
}

export type Choice = { callable: Callable } | { failure: 'none' | 'ambiguous' };

/** Picks the overload whose parameters are nearest to the arguments' static types. */
export function chooseOverload(world: World, candidates: readonly Callable[], args: readonly ApexType[]): Choice {
  const applicable = candidates.filter(
    (c) => c.parameters.length === args.length && c.parameters.every((p, i) => isAssignable(world, args[i]!, p)),
  );
  const [first] = applicable;
  if (first === undefined) return { failure: 'none' };
  if (applicable.length === 1) return { callable: first };
  const best = applicable.filter((c) =>
    applicable.every(
      (other) => other === c || c.parameters.every((p, i) => isNearer(world, args[i]!, p, other.parameters[i]!)),
    ),
  );
  if (best.length === 1) return { callable: best[0]! };
  // only null literals leave the choice open; the platform takes the first declared then
  if (best.length > 1 || args.some((a) => a === T.Null)) return { callable: best[0] ?? first };
  return { failure: 'ambiguous' };
}

/** Whether parameter type `a` fits the argument at least as well as `b`. */
function isNearer(world: World, arg: ApexType, a: ApexType, b: ApexType): boolean {
  if (a === b || a === arg) return true;
  if (b === arg) return false;
  if (b === T.Object) return true;
  if (a === T.Object) return false;
  const [ab, ba] = [isAssignable(world, a, b), isAssignable(world, b, a)];
  return ab && (!ba || arg !== T.Null || a !== T.Id);
}

/** A field or property of an own class or of what it extends. */
export function ownField(cls: ClassSymbol, name: string): FieldSymbol | null {
  const wanted = name.toLowerCase();
  for (const at of lineage(cls)) {
    const field = at.fields.get(wanted);
    if (field !== undefined) return field;
  }
  return null;
}

export interface FoundProperty {
  cls: PlatformClass;
  property: PlatformProperty;
  type: ApexType;
}

export function platformProperty(world: World, type: ApexType, name: string): FoundProperty | null {
  const wanted = name.toLowerCase();
  for (const at of supertypes(world, type)) {
    const cls = world.platform(at.name);
    const property = cls?.properties.find((p) => p.name.toLowerCase() === wanted);
    if (cls && property) return { cls, property, type: substitute(property.type, cls.typeParameters, at.args) };
  }
  return null;
}
