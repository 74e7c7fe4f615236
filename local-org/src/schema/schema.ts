import type { NotModelledError } from '../errors.ts';
import type { FieldAccess, ObjectAccess } from '../security/permissions.ts';
import type { ChildRelationship, FieldDefinition, ObjectDefinition } from './definition.ts';
import { buildAggregateDefinition } from './aggregate.ts';

/** A permission set, or the permissions of a profile. Maps and sets are keyed by lower-case name. */
export interface PermissionSetDefinition {
  name: string;
  label: string;
  description: string | null;
  /** by object */
  objects: Map<string, ObjectAccess>;
  /** by `object.field` */
  fields: Map<string, FieldAccess>;
  classes: Set<string>;
  customPermissions: Set<string>;
  userPermissions: Set<string>;
  /** metadata file it came from, null for built-in ones */
  file: string | null;
}

export interface CustomPermissionDefinition {
  name: string;
  label: string;
}

/** A custom metadata record as its file states it; values are still texts of the XML, null for xsi:nil. */
export interface CustomMetadataRecord {
  /** e.g. Setting__mdt */
  type: string;
  developerName: string;
  label: string;
  protected: boolean;
  values: Map<string, string | null>;
  file: string;
}

/** Everything the org knows of its objects and metadata. Names are case-insensitive throughout. */
export class Schema {
  readonly #objects = new Map<string, ObjectDefinition>();
  readonly #byPrefix = new Map<string, ObjectDefinition>();
  readonly permissionSets = new Map<string, PermissionSetDefinition>();
  readonly customPermissions = new Map<string, CustomPermissionDefinition>();
  /** custom labels by lower-case name */
  readonly labels = new Map<string, string>();
  readonly customMetadataRecords: CustomMetadataRecord[] = [];
  /** what a tolerant load passed over */
  readonly notModelled: NotModelledError[] = [];
  /** the object of the rows of aggregate queries */
  readonly aggregateResult: ObjectDefinition = buildAggregateDefinition();

  constructor(objects: ObjectDefinition[]) {
    for (const object of objects) this.add(object);
  }

  /** @throws Error when two objects have the same name or key prefix */
  add(object: ObjectDefinition): void {
    const key = object.name.toLowerCase();
    if (this.#objects.has(key)) throw new Error(`Object ${object.name} is defined twice`);
    const other = this.#byPrefix.get(object.keyPrefix);
    if (other !== undefined && object.keyPrefix !== '') {
      throw new Error(`Objects ${other.name} and ${object.name} share the key prefix ${object.keyPrefix}`);
    }
    this.#objects.set(key, object);
    if (object.keyPrefix !== '') this.#byPrefix.set(object.keyPrefix, object);
  }

  object(name: string): ObjectDefinition | null {
    return this.#objects.get(name.toLowerCase()) ?? null;
  }

  /** The object that Ids with this three-character prefix belong to (case-sensitive, as Ids are). */
  objectByKeyPrefix(prefix: string): ObjectDefinition | null {
    return this.#byPrefix.get(prefix) ?? null;
  }

  all(): ObjectDefinition[] {
    return [...this.#objects.values()];
  }

  field(object: string, field: string): FieldDefinition | null {
    return this.object(object)?.fields.get(field.toLowerCase()) ?? null;
  }

  /** The reference field behind a parent relationship name: (`Contact`, `Account`) -> AccountId. */
  parentRelationship(object: ObjectDefinition, relationshipName: string): FieldDefinition | null {
    const wanted = relationshipName.toLowerCase();
    for (const field of object.fields.values()) {
      if (field.relationshipName !== null && field.relationshipName.toLowerCase() === wanted) return field;
    }
    return null;
  }

  /** The child relationship of that name: (`Account`, `Contacts`). */
  childRelationship(object: ObjectDefinition, relationshipName: string): ChildRelationship | null {
    const wanted = relationshipName.toLowerCase();
    return object.childRelationships.find((c) => c.relationshipName?.toLowerCase() === wanted) ?? null;
  }
}
