import { NotModelledError } from '../errors.ts';
import type { Execution } from '../execution/execution.ts';
import { hashKey } from '../values/equality.ts';
import { ApexObject, ExceptionValue, PlatformObject } from '../values/value.ts';
import type { ApexMap, Value } from '../values/value.ts';
import { DescribeMap } from './tokens.ts';

/**
 * The hash key of a value in a Set or of a Map's key. Own classes that define equals and hashCode would have to run
 * Apex here; that is refused by name instead of comparing them by identity.
 */
export function elementKey(x: Execution, value: Value): unknown {
  if (value instanceof ApexObject && !(value instanceof PlatformObject) && !(value instanceof ExceptionValue)) {
    if (x.program.hasMethod(value.type, 'hashCode', 0)) {
      throw new NotModelledError(`Set element or Map key of the class ${value.type.text} that has its own hashCode()`);
    }
  }
  return hashKey(value);
}

/** The key under which a map holds a value; describe maps do not mind capitals. */
export function mapKey(x: Execution, map: ApexMap, value: Value): unknown {
  if (map instanceof DescribeMap && typeof value === 'string') return hashKey(value.toLowerCase());
  return elementKey(x, value);
}
