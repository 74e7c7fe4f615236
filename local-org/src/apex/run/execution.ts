import { randomUUID } from 'node:crypto';
import type {
  AsyncJob,
  Execution,
  OrgContext,
  RunningUser,
  StackFrame,
  TestState,
  TriggerEvent,
} from '../../execution/execution.ts';
import { GovernorLimits } from '../../execution/limits.ts';
import type { StoreTransaction } from '../../data/transaction.ts';
import type { Value } from '../../values/value.ts';
import type { CompiledProgram } from './program.ts';

export interface ExecutionOptions {
  org: OrgContext;
  program: CompiledProgram;
  user: RunningUser;
  transaction: StoreTransaction;
  test?: TestState | null;
  log?: (level: string, message: string) => void;
  now?: () => number;
  /** how to make the running user of a User record, for System.runAs */
  userOf: (x: ApexExecution, id: string) => RunningUser;
}

/** The running trigger's records and operation. */
export interface TriggerContext {
  event: TriggerEvent;
  variables: Map<string, Value>;
}

/** One transaction of Apex: the state that own classes, the platform and the data share while it runs. */
export class ApexExecution implements Execution {
  readonly org: OrgContext;
  readonly program: CompiledProgram;
  user: RunningUser;
  readonly transaction: StoreTransaction;
  limits = new GovernorLimits();
  readonly test: TestState | null;
  readonly restContext: { request: Value; response: Value } = { request: null, response: null };
  readonly frames: StackFrame[] = [];
  readonly statics = new Map<string, Value>();
  readonly requestId = randomUUID();
  readonly afterCommit: AsyncJob[] = [];
  /** static fields of the own classes by their number; set when a class is first used */
  readonly classStates: (Record<string, Value> | undefined)[] = [];
  readonly triggers: TriggerContext[] = [];
  readonly userOf: ExecutionOptions['userOf'];
  /** turns of loops, to look at the CPU time now and then */
  turns = 0;
  readonly #log: (level: string, message: string) => void;
  readonly #now: () => number;

  constructor(options: ExecutionOptions) {
    this.org = options.org;
    this.program = options.program;
    this.user = options.user;
    this.transaction = options.transaction;
    this.test = options.test ?? null;
    this.userOf = options.userOf;
    this.#log = options.log ?? (() => undefined);
    this.#now = options.now ?? Date.now;
  }

  now(): number {
    return this.#now();
  }

  log(level: string, message: string): void {
    this.#log(level, message);
  }
}
