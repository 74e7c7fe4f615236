import type { AccessMode, QueryOptions } from '../data/contract.ts';
import type { Execution } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import { PlatformObject } from '../values/value.ts';
import { nullArgument } from './exceptions.ts';
import { readOnly } from './native.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

export type AccessLevel = PlatformObject<{ readonly mode: AccessMode; readonly text: string }>;

const ACCESS_LEVEL = apexType('AccessLevel');
const USER_MODE: AccessLevel = new PlatformObject(ACCESS_LEVEL, { mode: 'USER', text: 'USER_MODE' });
const SYSTEM_MODE: AccessLevel = new PlatformObject(ACCESS_LEVEL, { mode: 'SYSTEM', text: 'SYSTEM_MODE' });

/** System.AccessLevel (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_System_AccessLevel.htm). */
export const accessLevelClass: PlatformClass = platformClass('AccessLevel', {
  'static AccessLevel USER_MODE': readOnly(() => USER_MODE),
  'static AccessLevel SYSTEM_MODE': readOnly(() => SYSTEM_MODE),
});

/** How a Database method reads and writes: the level given, or else the one of the running class's API version. */
export function accessOptions(x: Execution, level?: AccessLevel | null): QueryOptions {
  if (level === null) throw nullArgument(2);
  const frame = x.frames.at(-1);
  return {
    access: level?.data.mode ?? frame?.access ?? 'SYSTEM',
    withSharing: frame?.withSharing ?? false,
  };
}
