import type { Pause } from '../../src/execution/execution.ts';
import type { ApexExecution } from '../../src/apex/run/execution.ts';
import type { Org } from '../../src/org/org.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import type { Interleaving, Task } from '../../src/scheduler/scheduler.ts';

export type Work<R> = (x: ApexExecution) => Generator<Pause, R, void>;

/**
 * Runs each function as a transaction of one user (by default the administrator), all side by side; the seed decides
 * which goes on at each SOQL and DML statement. What ends well is committed, what throws is rolled back.
 */
export function interleave<R>(
  org: Org,
  seed: number,
  works: readonly Work<R>[],
  userId: string = org.adminId,
): Interleaving<R> {
  const tasks = works.map((work): Task<R> => {
    const transaction = org.store.begin({ userId, isolated: false });
    const x = org.execution({ userId, transaction });
    x.limits.cpu.suspend();
    return {
      transaction,
      work: work(x),
      resume: () => x.limits.cpu.resume(),
      suspend: () => x.limits.cpu.suspend(),
    };
  });
  return new Scheduler<R>(seed).run(tasks);
}
