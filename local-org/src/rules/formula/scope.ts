import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import type { Value } from '../../values/value.ts';

/** Looks objects up by name, in any case; the org's schema does. */
export interface ObjectSource {
  object(name: string): ObjectDefinition | null;
}

/** What a formula is compiled for. */
export interface FormulaTarget {
  readonly definition: ObjectDefinition;
  readonly schema: ObjectSource;
  /** for messages: "Invoice__c.Amount_Is_Positive" */
  readonly where: string;
}

/** A field of the record, or of a parent behind the relationships. */
export interface FieldPath {
  /** relationship names from the record up, empty for its own fields */
  readonly relationships: readonly string[];
  readonly field: FieldDefinition;
}

/** What a formula runs on. */
export interface FormulaScope {
  /** epoch milliseconds */
  readonly now: number;
  /** time zone of the running user */
  readonly timeZone: string;
  /** whether the record is being created */
  readonly isNew: boolean;
  /** the stored value; null when a parent is missing */
  field(path: FieldPath): Value;
  /** an own field's value before the save; the present one of a new record */
  prior(field: FieldDefinition): Value;
  /** `$User.Id` and the like, as written; undefined when it is not modelled */
  global(name: string): Value | undefined;
}
