import type { Execution, Pause } from '../../execution/execution.ts';
import { GovernorLimits, SYNCHRONOUS_MAXIMA } from '../../execution/limits.ts';
import type { Org } from '../../org/org.ts';
import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import type { Permissions } from '../../security/permissions.ts';
import type { Schema } from '../../schema/schema.ts';
import { proceed, type TransactionHost } from '../../scheduler/beside.ts';
import type { ApexExecution } from '../../apex/run/execution.ts';
import { ApiError, notFound } from './api-error.ts';
import type { QueryCall } from './query.ts';

/** One API call of a user: what every resource needs. */
export class ApiCall implements QueryCall {
  readonly org: Org;
  readonly userId: string;
  /** e.g. v65.0 */
  readonly version: string;
  readonly access = { access: 'USER', withSharing: true } as const;
  readonly #host: TransactionHost;
  readonly #inside: ApexExecution | null;

  /**
   * @param host where its transactions run: the org, or what writes down what they do
   * @param inside the transaction that the call is a part of; null = each `run` is one of its own
   */
  constructor(
    org: Org,
    userId: string,
    version: string,
    host: TransactionHost = org,
    inside: ApexExecution | null = null,
  ) {
    this.org = org;
    this.#host = host;
    this.userId = userId;
    this.version = version;
    this.#inside = inside;
  }

  get schema(): Schema {
    return this.org.schema;
  }

  /** The same caller, with the version that a part of a composite request names. */
  ofVersion(version: string): ApiCall {
    return new ApiCall(this.org, this.userId, version, this.#host, this.#inside);
  }

  get base(): string {
    return `/services/data/${this.version}`;
  }

  /** Runs several calls as one transaction: it commits when the work ends and is undone when the work fails. */
  async transaction<T>(work: (call: ApiCall) => Promise<T>): Promise<T> {
    if (this.#inside !== null) return work(this);
    const { org, userId } = this;
    const transaction = this.#host.store.begin({ userId, isolated: false });
    transaction.waits = { now: Date.now };
    try {
      const x = this.#host.execution({ userId, transaction });
      // the row limit of Apex does not bind the API itself
      x.limits = new GovernorLimits({ ...SYNCHRONOUS_MAXIMA, queryRows: 50_000_000 });
      const result = await work(new ApiCall(org, userId, this.version, this.#host, x));
      transaction.commit();
      this.#host.jobs.start(x.afterCommit);
      return result;
    } catch (error) {
      transaction.abort();
      throw error;
    }
  }

  /** Runs the work in a transaction of the caller: one of its own, or the one it is a part of. */
  run<T>(work: (x: ApexExecution, permissions: Permissions) => Generator<Pause, T, void>): Promise<T> {
    const inside = this.#inside;
    if (inside === null) return this.transaction((call) => call.run(work));
    return proceed(inside, work(inside, inside.org.permissionsOf(inside, this.userId)));
  }

  read<T>(work: (x: Execution) => Generator<Pause, T, void>): Promise<T> {
    return this.run((x) => work(x));
  }

  /** The object of that name, if the user may see it. @throws ApiError NOT_FOUND */
  object(name: string, permissions: Permissions): ObjectDefinition {
    const object = this.org.schema.object(name);
    if (object === null || object.kind === 'aggregate') throw notFound();
    if (!permissions.object(object.name).read) throw notFound();
    return object;
  }

  /** The field of that name, if the user may see it. @throws ApiError INVALID_FIELD */
  field(object: ObjectDefinition, name: string, permissions: Permissions): FieldDefinition {
    const field = object.fields.get(name.toLowerCase());
    if (field === undefined || !permissions.field(object.name, field.name).read) {
      throw new ApiError(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
    }
    return field;
  }
}
