import { NotModelledError } from '../errors.ts';
import { combine, meetsFilter } from '../rules/criteria.ts';
import type { DuplicateRule, MatchingItem, ObjectDefinition } from '../schema/definition.ts';
import { Sharing } from '../security/sharing.ts';
import type { DmlError, Value } from '../values/value.ts';
import type { DmlContext } from './dml.ts';
import { failure } from './failure.ts';
import type { Pending } from './pending.ts';
import { indexKey, isIndexed } from './row.ts';
import type { Row } from './row.ts';

/** What the page of a new duplicate rule suggests as the alert text. */
const DEFAULT_ALERT = 'Use one of these records?';

/**
 * The first duplicate rule that finds a match: Block always fails, Allow with Alert fails unless the caller passes
 * DuplicateRuleHeader.allowSave, Allow without it (report only) never does (Apex Reference, "DuplicateRuleHeader").
 * Records of the same statement are not compared with each other.
 */
export function duplicateRuleErrors(context: DmlContext, row: Row, pending: Pending): DmlError[] {
  const insert = pending.operation === 'insert';
  for (const rule of row.object.duplicateRules ?? []) {
    const action = insert ? rule.actionOnInsert : rule.actionOnUpdate;
    const alert = insert ? rule.alertOnInsert : rule.alertOnUpdate;
    if (!rule.active || (action === 'Allow' && (!alert || allowSave(context, pending)))) continue;
    if (!meetsFilter(rule.filter, (path) => fieldValue(context, row, path))) continue;
    if (hasDuplicate(context, rule, row, pending)) {
      return [failure('DUPLICATES_DETECTED', rule.alertText ?? DEFAULT_ALERT)];
    }
  }
  return [];
}

function allowSave(context: DmlContext, pending: Pending): boolean {
  const { dmlOptions } = pending.record;
  return (dmlOptions?.duplicateRuleAllowSave ?? context.request.options?.duplicateRuleAllowSave) === true;
}

function hasDuplicate(context: DmlContext, rule: DuplicateRule, row: Row, pending: Pending): boolean {
  const { tx, x, reader } = context;
  const sharing = rule.enforceSharing ? new Sharing(reader, tx, tx.permissionsOf(x.user.id), x.user.id) : null;
  return rule.matches.some(({ object: name, items, logic }) => {
    const object = tx.schema.object(name);
    if (object === null) throw new NotModelledError(`matching records of ${name}`, rule.name);
    return candidates(context, object, items, logic, row).some(
      (other) =>
        other.id !== pending.id &&
        (sharing === null || sharing.canRead(other)) &&
        combine(
          items.map((item) => matches(context, item, row, other)),
          logic,
        ),
    );
  });
}

/** By an index where every match must have the same value of an indexed field; else all rows. */
function candidates(
  { tx }: DmlContext,
  object: ObjectDefinition,
  items: readonly MatchingItem[],
  logic: string | null,
  row: Row,
): Row[] {
  const item = items.find(({ field, blanks }) => {
    const definition = object.fields.get(field.toLowerCase());
    return logic === null && blanks === 'NullNotAllowed' && definition !== undefined && isIndexed(definition);
  });
  if (item === undefined) return tx.all(object);
  const key = indexKey(row.values.get(item.field.toLowerCase()) ?? null);
  return key === null ? [] : tx.find(object, item.field.toLowerCase(), key);
}

function matches(context: DmlContext, item: MatchingItem, row: Row, other: Row): boolean {
  const [a, b] = [fieldValue(context, row, item.field), fieldValue(context, other, item.field)];
  if (a === null || b === null) return item.blanks === 'MatchBlanks' && a === null && b === null;
  return indexKey(a) === indexKey(b);
}

function fieldValue({ reader }: DmlContext, row: Row, path: string): Value {
  const name = path.split('.').at(-1) ?? '';
  const field = row.object.fields.get(name.toLowerCase());
  if (field === undefined) throw new NotModelledError(`field ${path} in a duplicate or matching rule`, row.object.name);
  return reader.value(row, field);
}
