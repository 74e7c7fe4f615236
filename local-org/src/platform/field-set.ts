import { NotModelledError } from '../errors.ts';
import type { Execution } from '../execution/execution.ts';
import type { FieldDefinition, FieldSetDefinition, ObjectDefinition } from '../schema/definition.ts';
import { apexType } from '../types/type.ts';
import { enumConstant } from '../values/enums.ts';
import { PlatformObject } from '../values/value.ts';
import { listOf } from './native.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';
import { DescribeMap, sobjectFieldToken, sobjectTypeToken } from './tokens.ts';
import type { ObjectToken } from './tokens.ts';

/** Schema.FieldSet (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_Schema_FieldSet.htm). */

const FIELD_SET = apexType('Schema.FieldSet');
const MEMBER = apexType('Schema.FieldSetMember');

interface SetData {
  definition: ObjectDefinition;
  set: FieldSetDefinition;
  text: string;
}

interface MemberData {
  definition: ObjectDefinition;
  field: FieldDefinition;
  path: string;
  required: boolean;
  text: string;
}

type FieldSet = PlatformObject<SetData>;
type Member = PlatformObject<MemberData>;

function fieldSet(definition: ObjectDefinition, set: FieldSetDefinition): FieldSet {
  return new PlatformObject(FIELD_SET, { definition, set, text: `Schema.FieldSet[${set.name}]` });
}

/** The field set of an object by its name, as `SObjectType.Account.fieldSets.Name` gives it. */
export function fieldSetNamed(definition: ObjectDefinition, name: string): FieldSet | null {
  const set = definition.fieldSets?.get(name.toLowerCase());
  return set === undefined ? null : fieldSet(definition, set);
}

/** The object and field at the end of a path such as `Account.Owner.Name`. */
function endOf(
  x: Execution,
  start: ObjectDefinition,
  path: string,
): { definition: ObjectDefinition; field: FieldDefinition } {
  const steps = path.split('.');
  let definition = start;
  for (const step of steps.slice(0, -1)) {
    const to = x.org.schema.parentRelationship(definition, step)?.referenceTo[0];
    const next = to === undefined ? null : x.org.schema.object(to);
    if (next === null) throw new NotModelledError(`field set member ${path} of ${start.name}`);
    definition = next;
  }
  const field = definition.fields.get((steps.at(-1) ?? '').toLowerCase());
  if (field === undefined) throw new NotModelledError(`field set member ${path} of ${start.name}`);
  return { definition, field };
}

function membersOf(x: Execution, { definition: start, set }: SetData): Member[] {
  return set.members.map(({ path, required }) => {
    const { definition, field } = endOf(x, start, path);
    return new PlatformObject(MEMBER, { definition, field, path, required, text: `Schema.FieldSetMember[${path}]` });
  });
}

export const fieldSetClasses: PlatformClass[] = [
  platformClass('Schema.SObjectTypeFieldSets', {
    'Map<String,Schema.FieldSet> getMap()': (_x, self: PlatformObject<ObjectToken>) => {
      const { definition } = self.data;
      const sets = [...(definition.fieldSets?.values() ?? [])];
      return DescribeMap.of(
        FIELD_SET,
        sets.map((set) => [set.name, fieldSet(definition, set)]),
      );
    },
  }),
  platformClass('Schema.FieldSet', {
    'String getName()': (_x, self: FieldSet) => self.data.set.name,
    'String getLabel()': (_x, self: FieldSet) => self.data.set.label,
    'String getDescription()': (_x, self: FieldSet) => self.data.set.description,
    'String getNamespace()': (x) => x.org.namespace,
    'Schema.SObjectType getSObjectType()': (_x, self: FieldSet) => sobjectTypeToken(self.data.definition),
    'List<Schema.FieldSetMember> getFields()': (x, self: FieldSet) => listOf(MEMBER, membersOf(x, self.data)),
  }),
  platformClass('Schema.FieldSetMember', {
    'String getFieldPath()': (_x, self: Member) => self.data.path,
    'String getLabel()': (_x, self: Member) => self.data.field.label,
    'Boolean getRequired()': (_x, self: Member) => self.data.required,
    'Boolean getDBRequired()': (_x, self: Member) => !self.data.field.nillable && self.data.field.type !== 'boolean',
    'Schema.DisplayType getType()': (_x, self: Member) => {
      const { type } = self.data.field;
      return enumConstant(apexType('Schema.DisplayType'), type === 'int' ? 'INTEGER' : type);
    },
    'Schema.SObjectField getSObjectField()': (_x, self: Member) =>
      sobjectFieldToken(self.data.definition, self.data.field),
  }),
];
