import type { Execution, Pause } from '../execution/execution.ts';
import type { ApexDatetime, ApexId, DmlError, DmlOptions, SObjectValue, Value } from '../values/value.ts';
import type { SoqlQuery } from '../soql/ast.ts';
import type { LeadConvertRequest, LeadConvertRow } from './lead-convert.ts';
import type { MergeRequest, MergeRowResult } from './merge.ts';

/** USER enforces object permissions, field-level security and sharing of the running user; SYSTEM none of the first two. */
export type AccessMode = 'USER' | 'SYSTEM';

export interface QueryOptions {
  access: AccessMode;
  /** whether the running class is `with sharing` (USER mode always is) */
  withSharing: boolean;
}

export type DmlOperation = 'insert' | 'update' | 'upsert' | 'delete' | 'undelete';

export interface DmlRequest {
  operation: DmlOperation;
  records: SObjectValue[];
  allOrNone: boolean;
  access: AccessMode;
  withSharing: boolean;
  /** upsert only: API name of the external id field; null = Id */
  externalIdField: string | null;
  options: DmlOptions | null;
}

export interface DmlRowResult {
  success: boolean;
  id: ApexId | null;
  /** upsert: true when inserted */
  created: boolean;
  errors: DmlError[];
}

/** Opaque; names a state of one transaction to go back to. */
export interface Savepoint {
  readonly number: number;
}

/**
 * One Apex transaction's view of the data. Statement methods are generators: they yield a Pause at the scheduling point
 * of the statement, and while they wait for a lock or run triggers. They count the statement and its rows on x.limits.
 * Record fields of inserted records (Id) are set on the given SObjectValues as Salesforce does, and not reverted by a rollback.
 * Failures that Salesforce throws (QueryException, NoAccessException, UNABLE_TO_LOCK_ROW …) are thrown as ApexThrow;
 * row failures of a DML come back as results, for allOrNone too (all rows rolled back; the caller makes the DmlException).
 */
export interface Transaction {
  query(x: Execution, query: SoqlQuery, binds: Value[], options: QueryOptions): Generator<Pause, SObjectValue[], void>;
  /** COUNT() queries and Database.countQuery */
  count(x: Execution, query: SoqlQuery, binds: Value[], options: QueryOptions): Generator<Pause, number, void>;
  dml(x: Execution, request: DmlRequest): Generator<Pause, DmlRowResult[], void>;
  merge(x: Execution, request: MergeRequest): Generator<Pause, MergeRowResult[], void>;
  convertLead(x: Execution, request: LeadConvertRequest): Generator<Pause, LeadConvertRow[], void>;
  setSavepoint(x: Execution): Savepoint;
  rollback(x: Execution, savepoint: Savepoint): void;
  releaseSavepoint(x: Execution, savepoint: Savepoint): void;
  /**
   * Test.setCreatedDate: gives a record that this transaction made another CreatedDate.
   * @returns false when this transaction made no such record
   */
  setCreatedDate(id: ApexId, created: ApexDatetime): boolean;
  /** makes everything visible to others and durable */
  commit(): void;
  abort(): void;
}
