import type { Execution, Pause } from '../../execution/execution.ts';
import { GovernorLimits, SYNCHRONOUS_MAXIMA } from '../../execution/limits.ts';
import type { Schema } from '../../schema/schema.ts';
import { ApiError } from '../rest/api-error.ts';
import type { ApiCall } from '../rest/call.ts';
import { proceed } from '../../scheduler/beside.ts';
import type { QueryCall } from '../rest/query.ts';
import type { ToolingStore } from './store.ts';

/** A call of the Tooling API: its own objects and rows, for users who may see Setup. */
export class ToolingCall implements QueryCall {
  readonly tooling: ToolingStore;
  readonly userId: string;
  readonly version: string;
  readonly access = { access: 'SYSTEM', withSharing: false } as const;

  private constructor(call: ApiCall, tooling: ToolingStore) {
    this.tooling = tooling;
    this.userId = call.userId;
    this.version = call.version;
  }

  /** @throws ApiError when the user may not see Setup */
  static async enter(call: ApiCall, tooling: ToolingStore): Promise<ToolingCall> {
    const allowed = await call.run(function* (_x, permissions) {
      return permissions.userPermission('ViewSetup');
    });
    if (!allowed) {
      throw new ApiError(403, 'INSUFFICIENT_ACCESS', 'You do not have the permission to use the Tooling API');
    }
    return new ToolingCall(call, tooling);
  }

  get schema(): Schema {
    return this.tooling.store.schema;
  }

  get base(): string {
    return `/services/data/${this.version}/tooling`;
  }

  /** Reads the rows of the Tooling API. */
  async read<T>(work: (x: Execution) => Generator<Pause, T, void>): Promise<T> {
    const { org } = this.tooling;
    const user = org.user(this.userId);
    if (user === null) throw new Error(`There is no active user ${this.userId}`);
    const transaction = this.tooling.store.begin({ userId: this.userId, isolated: false });
    try {
      const x = org.execution({ userId: this.userId, user, transaction });
      x.limits = new GovernorLimits({ ...SYNCHRONOUS_MAXIMA, queryRows: 50_000_000 });
      return await proceed(x, work(x));
    } finally {
      transaction.abort();
    }
  }
}
