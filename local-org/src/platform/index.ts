import { schemaClasses } from './describe.ts';
import { exceptionClasses } from './exceptions.ts';
import { mathClass } from './math.ts';
import { numberClasses } from './number.ts';
import { objectClasses } from './object.ts';
import type { PlatformClass, PlatformMethod } from './signature.ts';
import { stringClass } from './string.ts';
import { declareEnum } from '../values/enums.ts';
import { apexType } from '../types/type.ts';

/** Every class of Salesforce that this model knows, for the compiler to look names up in. */
export const platformClasses: PlatformClass[] = [
  stringClass,
  ...numberClasses,
  ...objectClasses,
  mathClass,
  ...exceptionClasses,
  ...schemaClasses,
];

for (const cls of platformClasses) {
  if (cls.kind === 'enum') declareEnum(apexType(cls.name), cls.enumValues);
}

/** Methods of dynamic SOQL, whose `run` takes the scope of the caller's variables as one more argument. */
const scoped = new WeakSet<PlatformMethod>();

/** Whether the emitted code hands the method the caller's variables: `(name: string) => Value | undefined`. */
export function needsScope(method: PlatformMethod): boolean {
  return scoped.has(method);
}
