import type { Execution } from '../execution/execution.ts';
import type { FieldDefinition } from '../schema/definition.ts';
import { apexType, T } from '../types/type.ts';
import { ApexList, PlatformObject, SObjectValue } from '../values/value.ts';
import type { EnumValue, Value } from '../values/value.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { mapOf, setOf } from './native.ts';
import { platformClass, platformEnum } from './signature.ts';
import type { PlatformClass } from './signature.ts';
import { memberName } from './sobject.ts';
import { permissions } from './tokens.ts';

/** Security.stripInaccessible (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_System_Security.htm). */

type AccessType = 'CREATABLE' | 'READABLE' | 'UPDATABLE' | 'UPSERTABLE';

/** State of an SObjectAccessDecision. */
interface Decision {
  records: ApexList;
  removed: Map<string, Set<string>>;
  modified: number[];
}

function objectAllows(x: Execution, object: string, access: AccessType): boolean {
  const allowed = permissions(x).object(object);
  switch (access) {
    case 'CREATABLE':
      return allowed.create;
    case 'READABLE':
      return allowed.read;
    case 'UPDATABLE':
      return allowed.edit;
    case 'UPSERTABLE':
      return allowed.create && allowed.edit;
  }
}

function fieldAllows(x: Execution, object: string, field: FieldDefinition, access: AccessType): boolean {
  if (field.type === 'id') return true;
  const allowed = permissions(x).field(object, field.name);
  if (access === 'READABLE') return allowed.read;
  if (access === 'CREATABLE') return allowed.edit && field.createable;
  if (access === 'UPDATABLE') return allowed.edit && field.updateable;
  return allowed.edit && field.createable && field.updateable;
}

/** Copies records without what the user may not touch and notes what was taken off. */
class Stripping {
  private readonly x: Execution;
  private readonly access: AccessType;
  readonly removed = new Map<string, Set<string>>();

  constructor(x: Execution, access: AccessType) {
    this.x = x;
    this.access = access;
  }

  strip(record: SObjectValue): SObjectValue {
    const copy = new SObjectValue(record.definition);
    const object = record.definition.name;
    for (const [key, value] of record.values) {
      if (!this.keeps(record, key)) this.note(object, memberName(record, key));
      else copy.values.set(key, this.nested(value));
    }
    copy.retrieved =
      record.retrieved === null ? null : new Set([...record.retrieved].filter((key) => copy.values.has(key)));
    return copy;
  }

  private nested(value: Value): Value {
    if (value instanceof SObjectValue) return this.strip(value);
    if (value instanceof ApexList) {
      return new ApexList(
        value.type,
        value.items.map((item) => this.nested(item)),
      );
    }
    return value;
  }

  /** A field by its field-level security, a relationship by the permission on the object behind it. */
  private keeps(record: SObjectValue, key: string): boolean {
    const field = record.definition.fields.get(key);
    if (field !== undefined) return fieldAllows(this.x, record.definition.name, field, this.access);
    const value = record.values.get(key);
    const related =
      value instanceof SObjectValue
        ? value.definition.name
        : value instanceof ApexList
          ? value.type.args[0]?.name
          : null;
    return related === null || related === undefined || objectAllows(this.x, related, this.access);
  }

  private note(object: string, name: string): void {
    const names = this.removed.get(object) ?? new Set<string>();
    names.add(name);
    this.removed.set(object, names);
  }
}

function stripInaccessible(
  x: Execution,
  access: EnumValue | null,
  records: ApexList | null,
  enforceObject: boolean,
): Value {
  if (access === null || records === null) throw nullArgument(access === null ? 1 : 2);
  const kind = access.name as AccessType;
  const stripping = new Stripping(x, kind);
  const modified: number[] = [];
  const stripped = records.items.map((record, index) => {
    if (!(record instanceof SObjectValue)) throw nullArgument(2);
    const object = record.definition.name;
    if (enforceObject && !objectAllows(x, object, kind)) {
      throw apexException('NoAccessException', `No access to entity: ${object}`);
    }
    const copy = stripping.strip(record);
    if (copy.values.size !== record.values.size) modified.push(index);
    return copy;
  });
  return new PlatformObject<Decision>(apexType('SObjectAccessDecision'), {
    records: new ApexList(records.type, stripped),
    removed: stripping.removed,
    modified,
  });
}

export const securityClasses: PlatformClass[] = [
  platformEnum('AccessType', ['CREATABLE', 'READABLE', 'UPDATABLE', 'UPSERTABLE']),
  platformClass('Security', {
    'static SObjectAccessDecision stripInaccessible(AccessType,List<SObject>)': (
      x,
      _self,
      access: EnumValue | null,
      records: ApexList | null,
    ) => stripInaccessible(x, access, records, true),
    'static SObjectAccessDecision stripInaccessible(AccessType,List<SObject>,Boolean)': (
      x,
      _self,
      access: EnumValue | null,
      records: ApexList | null,
      enforceObject: boolean | null,
    ) => stripInaccessible(x, access, records, enforceObject ?? true),
  }),
  platformClass('SObjectAccessDecision', {
    'List<SObject> getRecords()': (_x, self: PlatformObject<Decision>) => self.data.records,
    'Map<String,Set<String>> getRemovedFields()': (_x, self: PlatformObject<Decision>) =>
      mapOf(
        T.String,
        apexType('Set', T.String),
        [...self.data.removed].map(([object, names]): [Value, Value] => [object, setOf(T.String, names)]),
      ),
    'Set<Integer> getModifiedIndexes()': (_x, self: PlatformObject<Decision>) => setOf(T.Integer, self.data.modified),
  }),
];
