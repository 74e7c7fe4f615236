import type { Pause } from '../execution/execution.ts';

/** Runs a generator to its end, one transaction after the other: a pause is nothing to wait for here. */
export function drive<T>(work: Generator<Pause, T, void>): T {
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}
