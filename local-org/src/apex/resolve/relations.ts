import { apexType, T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import type { World } from './world.ts';
import { lineage } from './symbols.ts';

const RANK = new Map<ApexType, number>([
  [T.Integer, 1],
  [T.Long, 2],
  [T.Double, 3],
  [T.Decimal, 4],
]);

export function isNumeric(type: ApexType): boolean {
  return RANK.has(type);
}

/** The type of arithmetic between two numeric types. */
export function wider(left: ApexType, right: ApexType): ApexType {
  return (RANK.get(left) ?? 0) >= (RANK.get(right) ?? 0) ? left : right;
}

/** Puts type arguments in the place of type parameters: `List<T>` with T=String. */
export function substitute(type: ApexType, parameters: readonly string[], args: readonly ApexType[]): ApexType {
  if (parameters.length === 0) return type;
  if (type.args.length === 0) {
    const at = parameters.indexOf(type.name);
    return at < 0 ? type : (args[at] ?? T.Object);
  }
  return apexType(type.name, ...type.args.map((a) => substitute(a, parameters, args)));
}

/** All types that a type extends or implements, itself first; Object is left out. */
export function* supertypes(world: World, type: ApexType): Generator<ApexType> {
  yield type;
  const own = world.own(type);
  if (own !== null) {
    for (const cls of lineage(own)) {
      if (cls !== own) yield cls.type;
      for (const implemented of cls.interfaces) yield* supertypes(world, implemented);
      if (cls.platformSuper !== null) yield* supertypes(world, cls.platformSuper);
    }
    return;
  }
  const platform = world.platform(type.name);
  if (platform !== null) {
    const bind = (t: ApexType): ApexType => substitute(t, platform.typeParameters, type.args);
    if (platform.extends !== null) yield* supertypes(world, bind(platform.extends));
    for (const implemented of platform.implements) yield* supertypes(world, bind(implemented));
    if (type.name === 'List' || type.name === 'Set') yield apexType('Iterable', type.args[0] ?? T.Object);
    return;
  }
  if (type !== T.SObject && world.object(type) !== null) yield T.SObject;
}

/** Whether a class is another or descends from it; no conversions. */
export function isSubtype(world: World, from: ApexType, to: ApexType): boolean {
  if (from === to || to === T.Object) return true;
  for (const type of supertypes(world, from)) {
    if (type === to) return true;
    if (
      type.name === to.name &&
      type.args.length === to.args.length &&
      type.args.length > 0 &&
      covariant(world, type, to)
    ) {
      return true;
    }
  }
  return false;
}

/** `List<Contact>` is a `List<SObject>` and the other way round, `List<String>` a `List<Object>`; maps by their values. */
function covariant(world: World, from: ApexType, to: ApexType): boolean {
  return from.args.every((arg, i) => {
    const wanted = to.args[i]!;
    if (arg === wanted) return true;
    if (world.isSObject(arg) && world.isSObject(wanted)) return arg === T.SObject || wanted === T.SObject;
    if (from.name === 'Map' && i === 0) return false;
    if (from.name === 'Set') return false;
    return from.name !== 'Map' ? isSubtype(world, arg, wanted) : wanted !== T.Object && isSubtype(world, arg, wanted);
  });
}

/** Whether a value of type `from` may stand where `to` is wanted, implicit conversions included. */
export function isAssignable(world: World, from: ApexType, to: ApexType): boolean {
  if (from === to) return true;
  if (from === T.Void || to === T.Void) return false;
  if (from === T.Null || to === T.Object) return true;
  if (RANK.has(from) && RANK.has(to)) return RANK.get(from)! < RANK.get(to)! || (from === T.Decimal && to === T.Double);
  if ((from === T.Id && to === T.String) || (from === T.String && to === T.Id)) return true;
  if (from === T.Date && to === T.Datetime) return true;
  return isSubtype(world, from, to);
}

/** Whether a cast between the types can ever succeed. */
export function isCastable(world: World, from: ApexType, to: ApexType): boolean {
  if (isAssignable(world, from, to) || isAssignable(world, to, from) || from === T.Object) return true;
  if (isNumeric(from) && isNumeric(to)) return true;
  if (from.name === to.name && from.args.length === to.args.length && from.args.length > 0) {
    return from.args.every((a, i) => isCastable(world, a, to.args[i]!));
  }
  const [a, b] = [world.own(from), world.own(to)];
  const isInterface = (t: ApexType, own: typeof a): boolean =>
    own !== null ? own.kind === 'interface' : world.platform(t.name)?.kind === 'interface';
  return (isInterface(from, a) && b?.kind !== 'enum') || (isInterface(to, b) && a?.kind !== 'enum' && a !== null);
}
