import type { Execution } from '../execution/execution.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { apexType } from '../types/type.ts';
import type { ApexType } from '../types/type.ts';
import { ApexMap, PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { hashKey } from '../values/equality.ts';
import { T } from '../types/type.ts';
import { interner } from './native.ts';

/** State of a Schema.SObjectType or Schema.DescribeSObjectResult. */
export interface ObjectToken {
  readonly definition: ObjectDefinition;
  readonly text: string;
}

/** State of a Schema.SObjectField or Schema.DescribeFieldResult. */
export interface FieldToken {
  readonly definition: ObjectDefinition;
  readonly field: FieldDefinition;
  readonly text: string;
}

export type SObjectTypeToken = PlatformObject<ObjectToken>;
export type SObjectFieldToken = PlatformObject<FieldToken>;
/** System.Type */
export type TypeToken = PlatformObject<{ readonly type: ApexType; readonly text: string }>;

export const SOBJECT_TYPE = apexType('Schema.SObjectType');
export const SOBJECT_FIELD = apexType('Schema.SObjectField');
export const DESCRIBE_SOBJECT = apexType('Schema.DescribeSObjectResult');
export const DESCRIBE_FIELD = apexType('Schema.DescribeFieldResult');
const TYPE = apexType('Type');

/** The Schema.SObjectType of an object, always the same one. */
export const sobjectTypeToken: (definition: ObjectDefinition) => SObjectTypeToken = interner(
  (definition: ObjectDefinition) => new PlatformObject(SOBJECT_TYPE, { definition, text: definition.name }),
);

/** The Schema.DescribeSObjectResult of an object. */
export const describeSObject: (definition: ObjectDefinition) => PlatformObject<ObjectToken> = interner(
  (definition: ObjectDefinition) =>
    new PlatformObject(DESCRIBE_SOBJECT, { definition, text: `Schema.DescribeSObjectResult[${definition.name}]` }),
);

const fieldTokens = interner((_field: FieldDefinition) => new WeakMap<ObjectDefinition, SObjectFieldToken>());
const fieldDescribes = interner(
  (_field: FieldDefinition) => new WeakMap<ObjectDefinition, PlatformObject<FieldToken>>(),
);

/** The Schema.SObjectField of a field, always the same one. */
export function sobjectFieldToken(definition: ObjectDefinition, field: FieldDefinition): SObjectFieldToken {
  const known = fieldTokens(field);
  let token = known.get(definition);
  if (token === undefined) {
    token = new PlatformObject<FieldToken>(SOBJECT_FIELD, { definition, field, text: field.name });
    known.set(definition, token);
  }
  return token;
}

/** The Schema.DescribeFieldResult of a field. */
export function describeField(definition: ObjectDefinition, field: FieldDefinition): PlatformObject<FieldToken> {
  const known = fieldDescribes(field);
  let describe = known.get(definition);
  if (describe === undefined) {
    const text = `Schema.DescribeFieldResult[${definition.name}.${field.name}]`;
    describe = new PlatformObject<FieldToken>(DESCRIBE_FIELD, { definition, field, text });
    known.set(definition, describe);
  }
  return describe;
}

/** The System.Type of a type, as `Foo.class` and Type.forName give it. */
export const typeToken: (type: ApexType) => TypeToken = interner(
  (type: ApexType) => new PlatformObject(TYPE, { type, text: type.text }),
);

/**
 * The maps of Schema.getGlobalDescribe() and `fields.getMap()`: their keys are in lower case, and a look-up finds them
 * in any case.
 */
export class DescribeMap extends ApexMap {
  static of(value: ApexType, entries: Iterable<[string, Value]>): DescribeMap {
    const map = new DescribeMap(apexType('Map', T.String, value));
    for (const [name, token] of entries) map.entries.set(hashKey(name.toLowerCase()), [name.toLowerCase(), token]);
    return map;
  }
}

/** The permissions of the running user. */
export function permissions(x: Execution): ReturnType<Execution['org']['permissionsOf']> {
  return x.org.permissionsOf(x, x.user.id);
}
