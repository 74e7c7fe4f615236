import type { AccessMode, Transaction } from '../data/contract.ts';
import type { Schema } from '../schema/schema.ts';
import type { Permissions } from '../security/permissions.ts';
import type { ApexId, ApexObject, ExceptionValue, SObjectValue, Value } from '../values/value.ts';
import type { ApexType } from '../types/type.ts';
import type { GovernorLimits } from './limits.ts';

/**
 * Why a running transaction gave way: a point where a scheduler may let another transaction go first, a wait for the
 * lock of that name, or time that goes by while it does nothing.
 */
export type Pause =
  | { readonly kind: 'statement' }
  | { readonly kind: 'wait'; readonly for: string }
  | { readonly kind: 'sleep'; readonly milliseconds: number };

/** A file that the org keeps for its code. */
export interface StaticResource {
  name: string;
  contentType: string;
  description: string | null;
  bytes: Uint8Array;
}

/** The org as running code sees it; assembled in org/org.ts. */
export interface OrgContext {
  /** 18 characters, 00D… */
  readonly id: string;
  readonly name: string;
  readonly isSandbox: boolean;
  /** null = the source runs without a namespace */
  readonly namespace: string | null;
  readonly schema: Schema;
  /** effective permissions of a user from profile and assigned permission sets, read through the transaction */
  permissionsOf(x: Execution, userId: string): Permissions;
  /** labels, custom permissions and the like, by lower-case name */
  label(name: string): string | null;
  /** case-insensitive; absent: an org without static resources */
  staticResource?(name: string): StaticResource | null;
  /** the standard price book, 18 characters */
  readonly standardPricebookId?: string | null;
}

export interface RunningUser {
  /** 18 characters, 005… */
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly profileId: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly language: string;
  readonly firstName?: string | null;
  readonly lastName?: string;
  /** absent or null: no role */
  readonly roleId?: string | null;
  /** of the licence; absent = Standard */
  readonly userType?: string;
}

export interface StackFrame {
  /** e.g. `Invoices.post` */
  method: string;
  /** with sharing, without, or inherited from the caller */
  withSharing: boolean;
  /** how statements run that do not say it themselves: USER for classes of API 67 and later; absent counts as SYSTEM */
  access?: AccessMode;
  line: number;
}

/** State of a running Apex test; null outside tests. */
export interface TestState {
  /** between startTest and stopTest the limits are fresh */
  started: boolean;
  stopped: boolean;
  /** asynchronous work queued since startTest, run by stopTest */
  queued: (() => Generator<Pause, void, void>)[];
  /** Test.setMock: interface name -> instance */
  mocks: Map<string, ApexObject>;
  /** limits outside startTest/stopTest, put back by stopTest */
  outerLimits: GovernorLimits | null;
  /** what SOSL finds: Test.setFixedSearchResults; absent = nothing */
  fixedSearchResults?: ApexId[];
}

/** Runs work as one transaction; in a test, in the test's own. */
export type TransactionRunner = <R>(work: (x: Execution) => Generator<Pause, R, void>) => Generator<Pause, R, void>;

/** Work that Apex has enqueued, in as many transactions as it needs. */
export interface AsyncJob {
  /** whoever enqueued it */
  readonly userId: string;
  run(transaction: TransactionRunner): Generator<Pause, void, void>;
}

/** One request's, test's or asynchronous job's run: everything that lives as long as a transaction. */
export interface Execution {
  readonly org: OrgContext;
  readonly program: Program;
  /** changed by System.runAs */
  user: RunningUser;
  readonly transaction: Transaction;
  limits: GovernorLimits;
  readonly test: TestState | null;
  /** RestContext of an Apex REST call, set by tests too */
  readonly restContext: { request: Value; response: Value };
  readonly frames: StackFrame[];
  /** static fields of the platform classes that live as long as the transaction */
  readonly statics: Map<string, Value>;
  readonly requestId: string;
  /** asynchronous work to start once the transaction has committed; absent: nothing runs it */
  readonly afterCommit?: AsyncJob[];
  /** milliseconds since the epoch */
  now(): number;
  /** a line of the debug log */
  log(level: string, message: string): void;
}

export interface ApexField {
  name: string;
  type: ApexType;
  isStatic: boolean;
  isTransient: boolean;
}

/** A call of a method of an object that Test.createStub made. */
export interface StubbedCall {
  target: ApexObject;
  name: string;
  returns: ApexType;
  parameters: readonly { name: string; type: ApexType }[];
}

/** The compiled Apex of the org, as the platform classes need it. Implemented by apex/. */
export interface Program {
  /** Type.forName: case-insensitive; null when there is none */
  typeNamed(name: string): ApexType | null;
  /** runs the no-argument constructor */
  newInstance(x: Execution, type: ApexType): Generator<Pause, Value, void>;
  /** calls an instance method of an own class by name (compareTo, equals, hashCode, execute, toString …) */
  call(x: Execution, target: ApexObject, method: string, args: Value[]): Generator<Pause, Value, void>;
  hasMethod(type: ApexType, method: string, parameters: number): boolean;
  /** instance fields and properties of an own class, inherited first, in order of declaration */
  fieldsOf(type: ApexType): ApexField[];
  getField(x: Execution, target: ApexObject, name: string): Generator<Pause, Value, void>;
  setField(x: Execution, target: ApexObject, name: string, value: Value): Generator<Pause, void, void>;
  /** an instance without running constructors, for JSON.deserialize */
  allocate(x: Execution, type: ApexType): ApexObject;
  /**
   * An object of an own top-level class or interface whose methods ask `handle`, for Test.createStub.
   * @returns null for what cannot be stubbed
   */
  stub(
    type: ApexType,
    handle: (x: Execution, call: StubbedCall, args: Value[]) => Generator<Pause, Value, void>,
  ): ApexObject | null;
  /** a copy of a value with all that it holds, as serialising makes it: transient fields are empty */
  copy<V extends Value>(x: Execution, value: V): V;
  enumValues(type: ApexType): Value[] | null;
  isAssignable(from: ApexType, to: ApexType): boolean;
  typeOf(value: Value): ApexType;
  /** the `before`/`after` triggers of an object; yields while they run */
  fireTriggers(x: Execution, event: TriggerEvent): Generator<Pause, void, void>;
  hasTriggers(object: string): boolean;
}

export interface TriggerEvent {
  object: string;
  operation:
    | 'BEFORE_INSERT'
    | 'BEFORE_UPDATE'
    | 'BEFORE_DELETE'
    | 'AFTER_INSERT'
    | 'AFTER_UPDATE'
    | 'AFTER_DELETE'
    | 'AFTER_UNDELETE';
  newRecords: SObjectValue[] | null;
  oldRecords: SObjectValue[] | null;
}

export type { ExceptionValue };
