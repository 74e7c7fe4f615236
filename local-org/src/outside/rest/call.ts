import type { Execution, Pause } from '../../execution/execution.ts';
import { GovernorLimits, SYNCHRONOUS_MAXIMA } from '../../execution/limits.ts';
import type { Org } from '../../org/org.ts';
import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import type { Permissions } from '../../security/permissions.ts';
import type { Schema } from '../../schema/schema.ts';
import { drive } from '../../org/drive.ts';
import { ApiError, notFound } from './api-error.ts';
import type { QueryCall } from './query.ts';

/** One API call of a user: what every resource needs. */
export class ApiCall implements QueryCall {
  readonly org: Org;
  readonly userId: string;
  /** e.g. v65.0 */
  readonly version: string;
  readonly access = { access: 'USER', withSharing: true } as const;
  readonly #inside: Execution | null;

  /** @param inside the transaction that the call is a part of; null = each `run` is one of its own */
  constructor(org: Org, userId: string, version: string, inside: Execution | null = null) {
    this.org = org;
    this.userId = userId;
    this.version = version;
    this.#inside = inside;
  }

  get schema(): Schema {
    return this.org.schema;
  }

  /** The same caller within one transaction. */
  within(x: Execution): ApiCall {
    return new ApiCall(this.org, this.userId, this.version, x);
  }

  read<T>(work: (x: Execution) => Generator<Pause, T, void>): T {
    return this.run((x) => work(x));
  }

  get base(): string {
    return `/services/data/${this.version}`;
  }

  /** Runs the work in a transaction of the caller: its own, or the one it is a part of. Apex row limits do not bind the API itself. */
  run<T>(work: (x: Execution, permissions: Permissions) => Generator<Pause, T, void>): T {
    const { org, userId } = this;
    const inside = this.#inside;
    if (inside !== null) return drive(work(inside, inside.org.permissionsOf(inside, userId)));
    return org.run(userId, function* (x: Execution) {
      x.limits = new GovernorLimits({ ...SYNCHRONOUS_MAXIMA, queryRows: 50_000_000 });
      return yield* work(x, x.org.permissionsOf(x, userId));
    });
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
