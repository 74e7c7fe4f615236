import { apexType, parseType } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import type { World } from '../resolve/world.ts';

/** The type that Type.forName means; null when there is none. */
export function parseAnyType(world: World, name: string): ApexType | null {
  if (!/^[\w.<>, [\]]+$/.test(name)) return null;
  let raw: ApexType;
  try {
    raw = parseType(name.trim());
  } catch {
    // a text that is no type at all is an unknown name, and Type.forName answers null to those
    return null;
  }
  return canonical(world, raw);
}

function canonical(world: World, raw: ApexType): ApexType | null {
  const args: ApexType[] = [];
  for (const arg of raw.args) {
    const known = canonical(world, arg);
    if (known === null) return null;
    args.push(known);
  }
  const found = world.named(raw.name.split('.'), args, null);
  return found === null || args.length === 0 ? found : apexType(found.name, ...args);
}
