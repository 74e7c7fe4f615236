import type { Pause, TriggerEvent } from '../../execution/execution.ts';
import type { ApexType } from '../../types/type.ts';
import { apexType, T } from '../../types/type.ts';
import { enumConstant } from '../../values/enums.ts';
import { hashKey } from '../../values/equality.ts';
import { ApexId, ApexList, ApexMap } from '../../values/value.ts';
import type { SObjectValue, Value } from '../../values/value.ts';
import { ApexThrow, GovernorLimitError } from '../../errors.ts';
import type { ApexExecution } from './execution.ts';
import { noteOrigin } from './frames.ts';
import type { EmittedFunction } from './program.ts';

/** Triggers that fire one another, at most. */
const MAXIMUM_DEPTH = 16;

/** At most this many records are handed to a trigger at a time. */
const CHUNK = 200;

function mapOf(records: readonly SObjectValue[] | null, type: ApexType): ApexMap | null {
  if (records === null) return null;
  const map = new ApexMap(apexType('Map', T.Id, type));
  for (const record of records) {
    const id = record.values.get('id');
    if (id instanceof ApexId) map.entries.set(hashKey(id), [id, record]);
  }
  return map;
}

function variablesOf(event: TriggerEvent): Map<string, Value> {
  const { operation, newRecords, oldRecords } = event;
  const record = apexType(event.object);
  const list = (records: SObjectValue[] | null): Value =>
    records === null ? null : new ApexList(apexType('List', record), records);
  const isBefore = operation.startsWith('BEFORE');
  return new Map<string, Value>([
    ['new', list(newRecords)],
    ['old', list(oldRecords)],
    ['newmap', operation === 'BEFORE_INSERT' ? null : mapOf(newRecords, record)],
    ['oldmap', mapOf(oldRecords, record)],
    ['isexecuting', true],
    ['isinsert', operation.endsWith('_INSERT')],
    ['isupdate', operation.endsWith('_UPDATE')],
    ['isdelete', operation.endsWith('_DELETE')],
    ['isundelete', operation.endsWith('_UNDELETE')],
    ['isbefore', isBefore],
    ['isafter', !isBefore],
    ['size', (newRecords ?? oldRecords ?? []).length],
    ['operationtype', enumConstant(apexType('TriggerOperation'), operation)],
  ]);
}

/** A `Trigger.…` variable; outside triggers the flags are false and the rest null. */
export function triggerVariable(x: ApexExecution, name: string): Value {
  const running = x.triggers[x.triggers.length - 1];
  if (running === undefined) return name.startsWith('is') ? false : null;
  return running.variables.get(name) ?? null;
}

/** "trigger.old is always read-only", and Trigger.new is so after the save (Apex Developer Guide, "Context Variable Considerations"). */
function unchangeable({ operation, newRecords, oldRecords }: TriggerEvent): SObjectValue[] {
  return [...(oldRecords ?? []), ...(operation.startsWith('AFTER') ? (newRecords ?? []) : [])];
}

/** Runs triggers on the records, at most 200 at a time. */
export function* fire(
  x: ApexExecution,
  event: TriggerEvent,
  triggers: readonly EmittedFunction[],
): Generator<Pause, void, void> {
  const size = (event.newRecords ?? event.oldRecords ?? []).length;
  for (let from = 0; from < size; from += CHUNK) {
    const part: TriggerEvent = {
      ...event,
      newRecords: event.newRecords?.slice(from, from + CHUNK) ?? null,
      oldRecords: event.oldRecords?.slice(from, from + CHUNK) ?? null,
    };
    for (const record of unchangeable(part)) record.isReadOnly = true;
    for (const trigger of triggers) {
      if (x.triggers.length >= MAXIMUM_DEPTH) throw new GovernorLimitError('Maximum trigger depth exceeded');
      const depth = x.triggers.push({ event: part, variables: variablesOf(part) });
      const frames = x.frames.length;
      try {
        yield* trigger(x);
      } catch (error) {
        // the statement that fired the trigger turns the exception into row errors and goes on in its own frame
        if (error instanceof ApexThrow) noteOrigin(x, error.value);
        throw error;
      } finally {
        x.triggers.length = depth - 1;
        x.frames.length = frames;
      }
    }
  }
}
