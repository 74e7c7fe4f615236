import { apexException } from '../platform/exceptions.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import { Sharing } from '../security/sharing.ts';
import type { DmlContext } from './dml.ts';
import { FLS_MESSAGE } from './dml.ts';
import { accessDenied, failure } from './failure.ts';
import { failed } from './pending.ts';
import type { Pending } from './pending.ts';

/**
 * Whether the object takes this operation at all, and in user mode whether the user may do it.
 * @throws ApexThrow: TypeException for objects without DML (custom metadata), SecurityException without permission
 */
export function checkObjectAccess(context: DmlContext, object: ObjectDefinition): void {
  const { request, tx, x } = context;
  const word = request.operation.toUpperCase();
  const possible = {
    insert: object.createable,
    update: object.updateable,
    upsert: object.createable && object.updateable,
    delete: object.deletable,
    undelete: object.deletable,
  }[request.operation];
  if (!possible) throw apexException('TypeException', `DML operation ${word} not allowed on ${object.name}`);
  if (request.access !== 'USER') return;
  const access = tx.permissionsOf(x.user.id).object(object.name);
  const allowed = {
    insert: access.create,
    update: access.edit,
    upsert: access.create && access.edit,
    delete: access.delete,
    undelete: access.create,
  }[request.operation];
  if (!allowed) throw accessDenied(`DML operation ${word} not allowed on ${object.name}`);
}

/**
 * Field-level security of the fields that the records set (user mode), and record access of the rows to change. In
 * user mode a field that is set counts although its value is the stored one, as in Salesforce.
 */
export function checkFieldAccess(context: DmlContext, rows: Pending[]): void {
  const { request, tx, x, reader } = context;
  const user = request.access === 'USER';
  if (!user && !request.withSharing) return;
  const permissions = tx.permissionsOf(x.user.id);
  const sharing = new Sharing(reader, tx, permissions, x.user.id);
  for (const row of rows) {
    if (failed(row)) continue;
    if (row.before !== null && !sharing.canEdit(row.before)) {
      row.errors.push(failure('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id'));
      continue;
    }
    if (!user || row.operation === 'delete') continue;
    const object = row.record.definition;
    const closed: string[] = [];
    for (const name of row.record.values.keys()) {
      const field = object.fields.get(name);
      // What the platform sets by itself may stand in a record that was queried.
      if (field === undefined || field.system || field.type === 'id' || field.formula !== null) continue;
      if (field.compoundOf !== undefined || field.autoNumber) continue;
      const writable = row.operation === 'insert' ? field.createable : field.updateable;
      if (!writable || !permissions.field(object.name, field.name).edit) closed.push(field.name);
    }
    if (closed.length === 0) continue;
    const message = `${FLS_MESSAGE} ${object.name}, check errors on Exception or Result!`;
    // The status code of this failure is not documented.
    row.errors.push(failure('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message, closed));
  }
}
