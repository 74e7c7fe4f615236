import type { ApexType } from '../types/type.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import type { ApexDecimal } from './decimal.ts';

/**
 * What an Apex variable, a field of a record and a database column hold.
 * Integer is a JS number (always a 32-bit integer), Long a bigint, String a JS string, Boolean a JS boolean; the others
 * are the classes below, so that the run-time type of an `Object` is always known. All but collections, records and
 * objects are immutable.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | ApexDouble
  | ApexDecimal
  | ApexId
  | ApexDate
  | ApexDatetime
  | ApexTime
  | ApexBlob
  | ApexList
  | ApexSet
  | ApexMap
  | SObjectValue
  | EnumValue
  | ApexObject;

export class ApexDouble {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** An Id, always in its 18-character form. Make one with `toId` of values/id.ts, which checks. */
export class ApexId {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

/** A calendar day; `day` counts days since 1970-01-01. */
export class ApexDate {
  readonly day: number;
  constructor(day: number) {
    this.day = day;
  }
}

/** An instant; `ms` counts milliseconds since the epoch, UTC. */
export class ApexDatetime {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** A time of day; `ms` counts milliseconds since midnight. */
export class ApexTime {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

export class ApexBlob {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

export class ApexList {
  /** e.g. List<String>; arrays too */
  readonly type: ApexType;
  items: Value[];
  constructor(type: ApexType, items: Value[] = []) {
    this.type = type;
    this.items = items;
  }
}

/** Keeps insertion order. `entries` maps the hash key of values/equality.ts to the value. */
export class ApexSet {
  readonly type: ApexType;
  readonly entries = new Map<unknown, Value>();
  constructor(type: ApexType) {
    this.type = type;
  }
}

/** Keeps insertion order. `entries` maps the hash key of values/equality.ts to [key, value]. */
export class ApexMap {
  readonly type: ApexType;
  readonly entries = new Map<unknown, [Value, Value]>();
  constructor(type: ApexType) {
    this.type = type;
  }
}

/**
 * A record. `values` is keyed by lower-case field API name, or lower-case relationship name (parent: SObjectValue or
 * null; children: ApexList). A key that is absent was never set; null was set to null.
 * `retrieved` is null for a record made by code, else the lower-case names that the SOQL asked for: reading any other
 * field throws "SObject row was retrieved via SOQL without querying the requested field: Contact.Email".
 */
export class SObjectValue {
  readonly definition: ObjectDefinition;
  readonly values = new Map<string, Value>();
  retrieved: Set<string> | null = null;
  /** errors put on by addError, in a trigger or elsewhere */
  addedErrors: { message: string; field: string | null }[] = [];
  /** a record of Trigger.old, or of Trigger.new after the save: its fields cannot be set */
  isReadOnly = false;
  /** Database.DMLOptions set on this record by setOptions */
  dmlOptions: DmlOptions | null = null;
  constructor(definition: ObjectDefinition) {
    this.definition = definition;
  }
}

export interface DmlOptions {
  allowFieldTruncation?: boolean;
  duplicateRuleAllowSave?: boolean;
  assignmentRuleUseDefault?: boolean;
  optAllOrNone?: boolean;
}

/** A value of an enum, interned by its type. */
export class EnumValue {
  readonly type: ApexType;
  readonly name: string;
  readonly ordinal: number;
  constructor(type: ApexType, name: string, ordinal: number) {
    this.type = type;
    this.name = name;
    this.ordinal = ordinal;
  }
}

/** Base of every other instance: own Apex classes (made by the emitted code), platform objects and exceptions. */
export class ApexObject {
  readonly type: ApexType;
  constructor(type: ApexType) {
    this.type = type;
  }
}

/** An instance of a platform class (Pattern, Database.SaveResult, RestRequest, …); `data` is that class's own state. */
export class PlatformObject<D = unknown> extends ApexObject {
  data: D;
  constructor(type: ApexType, data: D) {
    super(type);
    this.data = data;
  }
}

export interface DmlError {
  /** a StatusCode name, e.g. STRING_TOO_LONG */
  statusCode: string;
  message: string;
  /** API names of the fields, empty when the error names none */
  fields: string[];
}

/** An exception object, of a platform type or of an own class that extends Exception. */
export class ExceptionValue extends ApexObject {
  message: string | null = null;
  cause: ExceptionValue | null = null;
  lineNumber: number | null = null;
  /** "Class.Foo.bar: line 3, column 1\nClass.…" */
  stackTrace = '';
  /** rows of a DmlException */
  dmlErrors: (DmlError & { index: number; id: ApexId | null })[] = [];
  /** inaccessible fields of a user-mode failure: object name -> field names (QueryException, DmlException, NoAccess) */
  inaccessibleFields: Map<string, string[]> | null = null;

  /** as getTypeName() gives it: `System.NullPointerException`, `MyException` */
  get typeName(): string {
    return this.type.name.includes('.') || !PLATFORM_EXCEPTIONS.has(this.type.name)
      ? this.type.name
      : `System.${this.type.name}`;
  }
}

/** Names of the System exceptions; filled by the platform's exception table. */
export const PLATFORM_EXCEPTIONS = new Set<string>();
