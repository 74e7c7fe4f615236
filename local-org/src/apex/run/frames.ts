import { ApexThrow, GovernorLimitError } from '../../errors.ts';
import type { AccessMode } from '../../data/contract.ts';
import type { StackFrame } from '../../execution/execution.ts';
import { ExceptionValue } from '../../values/value.ts';
import type { ApexExecution } from './execution.ts';

const MAXIMUM_DEPTH = 1000;

/** How a class states its sharing: 0 without, 1 with, 2 inherited, 3 nothing said in a class older than API 67. */
type SharingCode = 0 | 1 | 2 | 3;

/** Puts a frame on the stack of a method that starts. */
export function enter(
  x: ApexExecution,
  method: string,
  sharing: SharingCode,
  access: AccessMode,
  line: number,
): StackFrame {
  const { frames } = x;
  if (frames.length >= MAXIMUM_DEPTH) throw new GovernorLimitError(`Maximum stack depth reached: ${MAXIMUM_DEPTH + 1}`);
  const caller = frames[frames.length - 1];
  // `inherited` as the entry point runs with sharing, an old class that says nothing without
  const withSharing = sharing === 1 || (sharing >= 2 && (caller === undefined ? sharing === 2 : caller.withSharing));
  const frame = { method, withSharing, access, line };
  frames.push(frame);
  return frame;
}

/** `Class.Foo.run: line 3, column 1`, innermost first. */
export function stackTrace(frames: readonly StackFrame[]): string {
  const lines: string[] = [];
  for (let i = frames.length - 1; i >= 0; i--) {
    const frame = frames[i]!;
    lines.push(`${frameName(frame.method)}: line ${frame.line}, column 1`);
  }
  return lines.join('\n');
}

function frameName(method: string): string {
  const name = method.replace(/\.\$main$/, '');
  return name.startsWith('Trigger.') || name.startsWith('AnonymousBlock') ? name : `Class.${name}`;
}

/** Writes where an exception was thrown, unless it was thrown before. */
export function noteOrigin(x: ApexExecution, value: ExceptionValue): void {
  if (value.stackTrace !== '') return;
  value.stackTrace = stackTrace(x.frames);
  value.lineNumber = x.frames[x.frames.length - 1]?.line ?? null;
}

/** What a `throw` statement throws. */
export function thrown(x: ApexExecution, value: ExceptionValue): ApexThrow {
  noteOrigin(x, value);
  return new ApexThrow(value);
}

/**
 * Whether Apex may see this error: only Apex exceptions are; limits and things that are not modelled pass by.
 * Puts the stack back to the method that catches.
 */
export function caught(x: ApexExecution, error: unknown, depth: number, frame: StackFrame): boolean {
  if (!(error instanceof ApexThrow)) return false;
  noteOrigin(x, error.value);
  // a failed assertion ends the test whatever the code around it catches
  if (error.value.type.name === 'AssertException') return false;
  x.frames.length = depth;
  x.frames.push(frame);
  return true;
}

/** A `finally` runs in its method's frame, after a return too. */
export function enterFinally(x: ApexExecution, depth: number, frame: StackFrame): void {
  x.frames.length = depth;
  x.frames.push(frame);
}

/** Fills an own exception from the arguments of a constructor that every exception class has. */
export function initException(value: ExceptionValue, args: readonly (string | ExceptionValue | null)[]): void {
  for (const arg of args) {
    if (arg instanceof ExceptionValue) {
      value.cause = arg;
      if (args.length === 1) value.message = arg.message;
    } else if (arg !== null) value.message = arg;
  }
}

/** Charges the CPU time used so far; called at loop turns and statements. */
export function checkCpu(x: ApexExecution): void {
  if (x.limits.used.cpuTime > x.limits.maxima.cpuTime) throw new GovernorLimitError('Apex CPU time limit exceeded');
}
