import type { Execution, Pause } from '../../execution/execution.ts';
import { GovernorLimits, SYNCHRONOUS_MAXIMA } from '../../execution/limits.ts';
import type { Org } from '../../org/org.ts';
import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import type { Permissions } from '../../security/permissions.ts';
import { ApiError, notFound } from './api-error.ts';

/** One API call of a user: what every resource needs. */
export class ApiCall {
  readonly org: Org;
  readonly userId: string;
  /** e.g. v65.0 */
  readonly version: string;

  constructor(org: Org, userId: string, version: string) {
    this.org = org;
    this.userId = userId;
    this.version = version;
  }

  get base(): string {
    return `/services/data/${this.version}`;
  }

  /** Runs the work in one transaction of the caller; commits when it returns. Apex row limits do not bind the API itself. */
  run<T>(work: (x: Execution, permissions: Permissions) => Generator<Pause, T, void>): T {
    const { org, userId } = this;
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
