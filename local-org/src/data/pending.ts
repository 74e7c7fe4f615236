import type { DmlError } from '../values/value.ts';
import type { SObjectValue, Value } from '../values/value.ts';
import type { Row } from './row.ts';

/** One record of a DML statement on its way through the order of execution. */
export interface Pending {
  /** place in the request's list */
  readonly index: number;
  /** as the caller gave it */
  readonly record: SObjectValue;
  readonly operation: 'insert' | 'update' | 'delete' | 'undelete';
  /** the stored row before, null for inserts */
  readonly before: Row | null;
  /** a delete by merge: the Id of the master that gets the related records, which are listed in `relatedIds` */
  mergeInto?: string;
  relatedIds?: string[];
  /** what the platform itself writes beside the caller's values: roll-up summaries, the fields of a converted lead */
  platformValues?: ReadonlyMap<string, Value>;
  /** known from the start for updates and deletes; inserts get theirs when they are written */
  id: string | null;
  /** the row as it is to be written */
  row: Row | null;
  errors: DmlError[];
}

export function failed(pending: Pending): boolean {
  return pending.errors.length > 0;
}
