import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { ApexId } from '../values/value.ts';
import type { ApexObject } from '../values/value.ts';
import { apexType } from '../types/type.ts';
import { PlatformObject } from '../values/value.ts';
import { executeBatch } from './async-batch.ts';
import { classNameOf, enqueueJobOf } from './async-jobs.ts';
import type { Piece } from './async-jobs.ts';
import { insertSystemRow, removeSystemRow, stored, systemRow, systemRowsWith, updateSystemRow } from './async-rows.ts';
import { nextFireTime, parseCron } from './cron.ts';
import { apexException, nullArgument } from './exceptions.ts';

/** Scheduled Apex (https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_scheduler.htm). */

interface Timing {
  name: string;
  cron: string;
  /** ms since the epoch */
  next: number;
}

/** System.schedule. @returns the Id of the CronTrigger */
export function schedule(x: Execution, name: string | null, cron: string | null, job: ApexObject | null): string {
  if (name === null || cron === null || job === null) throw nullArgument(name === null ? 1 : cron === null ? 2 : 3);
  const parsed = parseCron(cron);
  if (parsed === null) throw apexException('StringException', `Illegal cron expression format (${cron})`);
  const next = nextFireTime(parsed, x.now(), x.user.timeZone);
  if (next === null) {
    throw apexException('AsyncException', `Based on configured schedule, the given trigger '${name}' will never fire.`);
  }
  const copy = x.program.copy(x, job);
  const execute = function* (piece: Piece, trigger: ApexId): Generator<Pause, void, void> {
    const context = new PlatformObject(apexType('SchedulableContext'), { id: trigger });
    yield* piece(function* (inner): Generator<Pause, void, void> {
      yield* inner.program.call(inner, copy, 'execute', [context]);
    });
  };
  return put(x, { name, cron, next }, classNameOf(job), execute).value;
}

/** System.scheduleBatch: a batch that starts once, some minutes from now. */
export function scheduleBatch(
  x: Execution,
  batch: ApexObject | null,
  name: string | null,
  minutes: number | null,
  size: number,
): string {
  if (batch === null || name === null || minutes === null) {
    throw nullArgument(batch === null ? 1 : name === null ? 2 : 3);
  }
  const next = x.now() + minutes * 60_000;
  const at = new Date(next);
  const cron = `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} ${at.getUTCDate()} ${at.getUTCMonth() + 1} ? ${at.getUTCFullYear()}`;
  const copy = x.program.copy(x, batch);
  const start = function* (piece: Piece): Generator<Pause, void, void> {
    yield* piece(function* (inner): Generator<Pause, void, void> {
      executeBatch(inner, copy, size);
    });
  };
  return put(x, { name, cron, next }, classNameOf(batch), start).value;
}

function put(
  x: Execution,
  { name, cron, next }: Timing,
  className: string,
  run: (piece: Piece, trigger: ApexId) => Generator<Pause, void, void>,
): ApexId {
  // a real org waits for the time; here only tests do not have to
  if (x.test === null) throw new NotModelledError('scheduled Apex outside of tests');
  if (systemRowsWith(x, 'CronJobDetail', 'Name', name).length > 0) {
    throw apexException('AsyncException', `The Apex job named "${name}" is already scheduled for execution.`);
  }
  const detail = insertSystemRow(x, 'CronJobDetail', { Name: name, JobType: '7' });
  const trigger = insertSystemRow(x, 'CronTrigger', {
    CronJobDetailId: detail,
    CronExpression: cron,
    NextFireTime: stored(next),
    StartTime: stored(x.now()),
    State: 'WAITING',
    TimesTriggered: 0,
    TimeZoneSidKey: x.user.timeZone,
    OwnerId: new ApexId(x.user.id),
  });
  enqueueJobOf(x, {
    kind: 'scheduled',
    className,
    cronTriggerId: trigger,
    *run(piece) {
      if (systemRow(x, 'CronTrigger', trigger) === null) return;
      yield* run(piece, trigger);
      updateSystemRow(x, 'CronTrigger', trigger, { TimesTriggered: 1, PreviousFireTime: stored(x.now()) });
    },
  });
  return trigger;
}

/** System.abortJob of a scheduled (08e) or a queued (707) job. */
export function abortJob(x: Execution, id: ApexId | null): void {
  if (id === null) throw nullArgument(1);
  if (id.value.startsWith('08e')) {
    const row = systemRow(x, 'CronTrigger', id);
    if (row === null)
      throw apexException('StringException', "You can't abort scheduled Apex job because it was already deleted");
    const detail = row.values.get('cronjobdetailid');
    if (detail instanceof ApexId) removeSystemRow(x, 'CronJobDetail', detail);
    removeSystemRow(x, 'CronTrigger', id);
    return;
  }
  if (!updateSystemRow(x, 'AsyncApexJob', id, { Status: 'Aborted', CompletedDate: stored(x.now()) })) {
    throw apexException('StringException', `Invalid job id: ${id.value}`);
  }
}
