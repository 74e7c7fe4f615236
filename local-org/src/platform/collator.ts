import { apexType } from '../types/type.ts';
import { PlatformObject } from '../values/value.ts';
import type { ApexObject } from '../values/value.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/** The order of texts in a language (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_System_Collator.htm). */

type Collator = PlatformObject<Intl.Collator>;

const COLLATOR = apexType('Collator');

export function isCollator(comparator: ApexObject): comparator is Collator {
  return comparator instanceof PlatformObject && comparator.type === COLLATOR;
}

/** Null stands before every text. */
export function collate({ data }: Collator, left: string | null, right: string | null): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  return data.compare(left, right);
}

export const collatorClass: PlatformClass = platformClass(
  'Collator',
  {
    'static Collator getInstance()': (x) =>
      new PlatformObject(COLLATOR, new Intl.Collator(x.user.locale.replaceAll('_', '-'))),
    'Integer compare(String,String)': (_x, self: Collator, left: string | null, right: string | null) =>
      collate(self, left, right),
  },
  { implements: ['Comparator<String>'] },
);
