import type { Pause } from '../execution/execution.ts';
import { applyDefaults, checkRequired, checkValidationRules, checkValues } from '../rules/index.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { ApexDatetime, ApexId, SObjectValue } from '../values/value.ts';
import { stringValueOf } from '../values/text.ts';
import type { Value } from '../values/value.ts';
import { autoNumber } from './auto-number.ts';
import type { DmlContext } from './dml.ts';
import { failure, LOCK_MESSAGE } from './failure.ts';
import { failed } from './pending.ts';
import type { Pending } from './pending.ts';
import { indexKey } from './row.ts';
import type { Row } from './row.ts';
import { isWritable, sameStored, storedValue, writtenValues } from './stored-value.ts';
import { fireTriggers, recordOfRow } from './triggers.ts';
import { duplicateErrors, foreignKeyErrors } from './keys.ts';
import { duplicateRuleErrors } from './duplicate-rules.ts';
import { formulaContext } from './formula-context.ts';
import { lookupFilterErrors } from './lookup-filters.ts';
import { recordTypeDefaults, recordTypeErrors } from './record-types.ts';
import { recalculateRollups } from './rollups.ts';

/** A row between the steps of a save. */
interface Saving {
  pending: Pending;
  /** what this save writes, as stored */
  written: Map<string, Value>;
}

/**
 * The order of execution for inserts or updates of one object: defaults, before triggers, system checks in stages,
 * write, after triggers. Rows that fail keep their errors; the caller decides what becomes of the others.
 */
export function* saveRows(
  context: DmlContext,
  object: ObjectDefinition,
  rows: Pending[],
): Generator<Pause, void, void> {
  const operation = rows[0]?.operation === 'update' ? 'update' : 'insert';
  yield* lockRows(context, object, rows);
  let saving = rows
    .filter((r) => !failed(r))
    .map((pending) => ({ pending, written: initialValues(context, object, pending, operation) }));
  if (context.x.program.hasTriggers(object.name)) {
    yield* beforeTriggers(context, object, saving, operation);
    saving = saving.filter((s) => !failed(s.pending));
  }
  for (const { pending, written } of saving) check(context, object, pending, written, operation);
  // A statement that is all or none has failed already: nothing needs to be written.
  if (context.request.allOrNone && rows.some(failed)) return;
  for (const { pending } of saving) if (!failed(pending)) yield* write(context, object, pending, operation);
  if (context.x.program.hasTriggers(object.name)) yield* afterTriggers(context, object, rows, operation);
  yield* recalculateRollups(context, object, rows);
}

function* lockRows(context: DmlContext, object: ObjectDefinition, rows: Pending[]): Generator<Pause, void, void> {
  for (const row of [...rows].sort((a, b) => (a.id ?? '').localeCompare(b.id ?? ''))) {
    if (row.before === null) continue;
    const taken = yield* context.tx.takeLock(row.before.id);
    if (taken === 'timeout')
      row.errors.push(failure('UNABLE_TO_LOCK_ROW', `${LOCK_MESSAGE} or 1 records: ${row.before.id}`));
    // What another transaction committed meanwhile is what this one changes.
    if (taken !== 'waited') continue;
    const current = context.tx.get(object, row.before.id);
    if (current === null) row.errors.push(failure('ENTITY_IS_DELETED', 'entity is deleted'));
    else Object.assign(row, { before: current });
  }
}

function initialValues(
  context: DmlContext,
  object: ObjectDefinition,
  pending: Pending,
  operation: 'insert' | 'update',
): Map<string, Value> {
  const given = writtenValues(pending.record, operation);
  for (const [name, id] of parentsByExternalId(context, pending)) given.set(name, id);
  if (operation === 'insert') {
    addDefaults(context, object, given);
    const owner = object.fields.get('ownerid');
    if (owner !== undefined && (given.get('ownerid') ?? null) === null)
      given.set('ownerid', new ApexId(context.x.user.id));
  }
  for (const [name, value] of pending.platformValues ?? []) given.set(name, value);
  pending.row = merged(object, pending, given);
  return given;
}

/** Defaults stand in for the fields that the caller did not set; a field set to null stays empty. */
function addDefaults(context: DmlContext, object: ObjectDefinition, given: Map<string, Value>): void {
  const blank = formulaContext(context.x, context.reader, { id: '', object, values: given }, null);
  blank.record.values.clear();
  for (const [name, value] of given) blank.record.values.set(name, value);
  applyDefaults(blank);
  for (const [name, value] of recordTypeDefaults(context.tx.schema, object, given.get('recordtypeid'))) {
    if (!given.has(name)) blank.record.values.set(name, value);
  }
  if (object.settingType === 'Hierarchy' && (given.get('setupownerid') ?? null) === null) {
    given.set('setupownerid', new ApexId(context.x.org.id));
  }
  if (object.name === 'User' && !given.has('communitynickname')) {
    // "User" and a number that no other user has, as the platform fills it.
    const number = context.tx.store.nextNumber('User.CommunityNickname', context.x.now() * 1000);
    given.set('communitynickname', `User${number}`);
  }
  for (const [name, value] of blank.record.values) {
    const field = object.fields.get(name);
    if (field !== undefined && !given.has(name) && isWritable(field, 'insert'))
      given.set(name, storedValue(field, value));
  }
}

/** `contact.Account = new Account(Key__c = 'x')`: the parent by its external id. */
function* parentsByExternalId(context: DmlContext, pending: Pending): Generator<[string, Value]> {
  const object = pending.record.definition;
  for (const [name, value] of pending.record.values) {
    if (!(value instanceof SObjectValue) || object.fields.has(name) || value.values.has('id')) continue;
    const reference = context.tx.schema.parentRelationship(object, name);
    const [keyName, key] = [...value.values].find(([k]) => value.definition.fields.get(k)?.externalId === true) ?? [];
    if (reference === null || keyName === undefined || key === undefined) continue;
    const stored = indexKey(key);
    const [parent] = stored === null ? [] : context.tx.find(value.definition, keyName, stored);
    if (parent !== undefined) yield [reference.name.toLowerCase(), new ApexId(parent.id)];
    else {
      const fieldName = value.definition.fields.get(keyName)?.name ?? keyName;
      const message = `Foreign key external ID: ${stringValueOf(key)} not found for field ${fieldName} in entity ${value.definition.name}`;
      pending.errors.push(failure('INVALID_FIELD', message));
    }
  }
}

/** The stored row with what this save writes on top. */
function merged(object: ObjectDefinition, pending: Pending, written: Map<string, Value>): Row {
  const values = new Map(pending.before?.values ?? []);
  for (const [name, value] of written) values.set(name, value);
  for (const [name, field] of object.fields) {
    if (field.type === 'boolean' && field.formula === null && !values.has(name)) values.set(name, false);
  }
  return { id: pending.id ?? '', object, values };
}

function* beforeTriggers(
  context: DmlContext,
  object: ObjectDefinition,
  saving: Saving[],
  operation: 'insert' | 'update',
): Generator<Pause, void, void> {
  const { reader } = context;
  const records = saving.map(({ pending }) => {
    const record = recordOfRow(reader, pending.row ?? fault());
    if (operation === 'insert') record.values.delete('id');
    return record;
  });
  const old =
    operation === 'update' ? saving.map(({ pending }) => recordOfRow(reader, pending.before ?? fault())) : null;
  const shown = records.map((r) => new Map(r.values));
  const event = operation === 'insert' ? 'BEFORE_INSERT' : 'BEFORE_UPDATE';
  yield* fireTriggers(
    context.x,
    object,
    event,
    saving.map((s) => s.pending),
    records,
    old,
  );
  for (const [i, { pending, written }] of saving.entries()) {
    const record = records[i] ?? fault();
    for (const [name, value] of record.values) {
      const field = object.fields.get(name);
      if (field === undefined || !isWritable(field, operation)) continue;
      if (!sameStored(value, shown[i]?.get(name) ?? null)) written.set(name, storedValue(field, value));
    }
    pending.row = merged(object, pending, written);
  }
}

/** The stages of the system checks: a later one is only looked at when the earlier ones found nothing. */
function check(
  context: DmlContext,
  object: ObjectDefinition,
  pending: Pending,
  written: Map<string, Value>,
  operation: 'insert' | 'update',
): void {
  const before = operation === 'update' ? pending.before : null;
  const truncate =
    pending.record.dmlOptions?.allowFieldTruncation ?? context.request.options?.allowFieldTruncation ?? false;
  const set = new SObjectValue(object);
  for (const [name, value] of written) set.values.set(name, value);
  pending.errors.push(...checkValues(object, set, { operation, truncate, schema: context.tx.schema }));
  if (failed(pending)) return;
  for (const [name, value] of set.values) written.set(name, value);
  const row = merged(object, pending, written);
  pending.row = row;
  const formula = formulaContext(context.x, context.reader, row, before);
  const stages = [
    () => checkValidationRules(formula),
    () => checkRequired(object, formula.record),
    () => [...foreignKeyErrors(context, object, written), ...recordTypeErrors(context.tx.schema, object, written)],
    () => lookupFilterErrors(context, row, written),
    () => duplicateRuleErrors(context, row, pending),
  ];
  for (const stage of stages) {
    if (failed(pending)) return;
    pending.errors.push(...stage());
  }
}

function* write(
  context: DmlContext,
  object: ObjectDefinition,
  pending: Pending,
  operation: 'insert' | 'update',
): Generator<Pause, void, void> {
  const { x, tx } = context;
  yield* lockParents(context, object, pending);
  if (!failed(pending)) pending.errors.push(...(yield* duplicateErrors(context, object, pending)));
  if (failed(pending)) return;
  const row = pending.row ?? fault();
  const values = new Map(row.values);
  const now = new ApexDatetime(Math.floor(x.now() / 1000) * 1000);
  const user = new ApexId(x.user.id);
  const set = (name: string, value: Value): void => {
    if (object.fields.has(name)) values.set(name, value);
  };
  if (operation === 'insert') {
    pending.id = tx.store.nextId(object);
    set('createddate', now);
    set('createdbyid', user);
    for (const [name, field] of object.fields)
      if (field.autoNumber) values.set(name, nextAutoNumber(context, object, field));
    const name = object.fields.get('name');
    // A custom object's record without a name is called by its id.
    if (object.kind === 'custom' && name?.nameField === true && (values.get('name') ?? null) === null)
      set('name', pending.id);
  }
  set('lastmodifieddate', now);
  set('lastmodifiedbyid', user);
  set('systemmodstamp', now);
  pending.row = { id: pending.id ?? fault(), object, values };
  tx.put(pending.row);
}

function nextAutoNumber(context: DmlContext, object: ObjectDefinition, field: FieldDefinition): string {
  const n = context.tx.store.nextNumber(`number ${object.name}.${field.name}`, field.startingNumber ?? 1);
  return autoNumber(field.displayFormat ?? '{0}', n, context.x.now());
}

/** Parents are locked before their children: masters always, and the account of what hangs on one. */
function* lockParents(context: DmlContext, object: ObjectDefinition, pending: Pending): Generator<Pause, void, void> {
  for (const [name, field] of object.fields) {
    if (!field.masterDetail && name !== 'accountid') continue;
    const parent = pending.row?.values.get(name);
    if (!(parent instanceof ApexId) || sameStored(parent, pending.before?.values.get(name) ?? null)) continue;
    if ((yield* context.tx.takeLock(parent.value)) === 'timeout') {
      pending.errors.push(failure('UNABLE_TO_LOCK_ROW', `${LOCK_MESSAGE} or 1 records: ${parent.value}`));
      return;
    }
  }
}

function* afterTriggers(
  context: DmlContext,
  object: ObjectDefinition,
  rows: Pending[],
  operation: 'insert' | 'update',
): Generator<Pause, void, void> {
  const saved = rows.filter((row) => !failed(row));
  if (saved.length === 0) return;
  const records = saved.map((row) => recordOfRow(context.reader, row.row ?? fault()));
  const old = operation === 'update' ? saved.map((row) => recordOfRow(context.reader, row.before ?? fault())) : null;
  yield* fireTriggers(context.x, object, operation === 'insert' ? 'AFTER_INSERT' : 'AFTER_UPDATE', saved, records, old);
}

function fault(): never {
  throw new Error('A row of a save is missing');
}
