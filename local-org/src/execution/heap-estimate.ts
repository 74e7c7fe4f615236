import { GovernorLimitError } from '../errors.ts';
import { ApexList, SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { Execution, StackFrame } from './execution.ts';

/** What one SOQL statement of a running method has read. */
export interface HeapCharge {
  frame: StackFrame | null;
  line: number;
  bytes: number;
}

/**
 * Charges the records of a query to the method that runs it, until that method returns; the same statement charged again
 * replaces what it read before. An estimate: it knows the records of queries, which is what fills a heap in practice,
 * and not what Apex builds itself; it is rather too low than too high.
 * @throws GovernorLimitError "Apex heap size too large: …"
 */
export function chargeHeap(x: Execution, records: readonly SObjectValue[]): void {
  const { limits } = x;
  const frame = x.frames.at(-1) ?? null;
  const line = frame?.line ?? 0;
  const alive = limits.heap.filter(
    (charge) =>
      charge.frame !== null && x.frames.includes(charge.frame) && !(charge.frame === frame && charge.line === line),
  );
  alive.push({ frame, line, bytes: records.reduce((sum, record) => sum + bytesOf(record), 0) });
  limits.heap.splice(0, limits.heap.length, ...alive);
  limits.used.heapSize = alive.reduce((sum, { bytes }) => sum + bytes, 0);
  if (limits.used.heapSize > limits.maxima.heapSize) {
    throw new GovernorLimitError(`Apex heap size too large: ${limits.used.heapSize}`);
  }
}

/** Bytes of a value; how Salesforce counts is not published: the sizes here are assumptions. */
function bytesOf(value: Value): number {
  if (value === null) return 4;
  if (typeof value === 'string') return 4 + value.length;
  if (value instanceof SObjectValue) {
    let sum = 16;
    for (const field of value.values.values()) sum += 8 + bytesOf(field);
    return sum;
  }
  if (value instanceof ApexList) return value.items.reduce<number>((sum, item) => sum + bytesOf(item), 16);
  return 12;
}
