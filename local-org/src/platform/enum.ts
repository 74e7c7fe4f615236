import type { ApexType } from '../types/type.ts';
import { apexType } from '../types/type.ts';
import { enumConstant, enumConstants } from '../values/enums.ts';
import { ApexList } from '../values/value.ts';
import type { EnumValue, Value } from '../values/value.ts';
import { apexException, nullPointer } from './exceptions.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';
import { javaHashCode } from './text-functions.ts';

/**
 * What every enum has (https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_enums.htm).
 * `self` of the static methods is the enum's type.
 */
export const enumClass: PlatformClass = platformClass(
  'Enum',
  {
    'static List<T> values()': (_x, type: ApexType) => new ApexList(apexType('List', type), enumConstants(type) ?? []),
    'static T valueOf(String)': (_x, type: ApexType, name: string | null) => {
      if (name === null) throw nullPointer('Argument cannot be null.');
      const value = enumConstant(type, name);
      if (value === null) throw apexException('NoSuchElementException', `No enum constant ${type.text}.${name}`);
      return value;
    },
    'String name()': (_x, self: EnumValue) => self.name,
    'Integer ordinal()': (_x, self: EnumValue) => self.ordinal,
    'Boolean equals(Object)': (_x, self: EnumValue, other: Value) => self === other,
    'Integer hashCode()': (_x, self: EnumValue) => javaHashCode(self.name),
    'String toString()': (_x, self: EnumValue) => self.name,
  },
  { typeParameters: ['T'] },
);
