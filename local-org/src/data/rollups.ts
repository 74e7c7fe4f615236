import type { Pause } from '../execution/execution.ts';
import { meetsFilter } from '../rules/criteria.ts';
import { numberOfValue } from '../rules/number.ts';
import type { FieldDefinition, ObjectDefinition, RollupSummary } from '../schema/definition.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { ApexDate, ApexDatetime, ApexId, SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { DmlContext } from './dml.ts';
import { NotModelledError } from '../errors.ts';
import { failed } from './pending.ts';
import type { Pending } from './pending.ts';
import { indexKey } from './row.ts';
import type { Row } from './row.ts';
import { saveRows } from './save.ts';
import { sameStored } from './stored-value.ts';

/**
 * Brings the roll-up summaries of the parents up to date after children have changed. A parent whose summary changes
 * goes through a save of its own, with triggers and rules (Apex Developer Guide, "Triggers and Order of Execution");
 * its errors become those of the children.
 */
export function* recalculateRollups(
  context: DmlContext,
  child: ObjectDefinition,
  rows: readonly Pending[],
): Generator<Pause, void, void> {
  const { tx } = context;
  for (const parent of tx.schema.all()) {
    const fields = [...parent.fields.values()].filter((field) => sumsUp(field, child));
    if (fields.length === 0) continue;
    const saves = new Map<string, Pending>();
    for (const row of parentsOf(context, parent, fields, rows)) {
      const changes = new Map<string, Value>();
      for (const field of fields) {
        const value = summed(context, field, row);
        const name = field.name.toLowerCase();
        if (!sameStored(value, context.reader.value(row, field))) changes.set(name, value);
      }
      if (changes.size > 0) saves.set(row.id, parentSave(row, changes));
    }
    if (saves.size === 0) continue;
    yield* saveRows(context, parent, [...saves.values()]);
    for (const row of rows) {
      const failure = parentIds(fields, row)
        .map((id) => saves.get(id))
        .find((save) => save !== undefined && failed(save));
      if (failure !== undefined && !failed(row)) row.errors.push(...failure.errors);
    }
  }
}

function sumsUp(field: FieldDefinition, child: ObjectDefinition): boolean {
  return field.summary?.childObject.toLowerCase() === child.name.toLowerCase();
}

function parentSave(row: Row, platformValues: Map<string, Value>): Pending {
  const record = new SObjectValue(row.object);
  record.values.set('id', new ApexId(row.id));
  return { index: 0, record, operation: 'update', before: row, id: row.id, row: null, errors: [], platformValues };
}

/** The parents that the rows have or had. */
function parentIds(fields: readonly FieldDefinition[], row: Pending): string[] {
  const ids = fields.flatMap((field) => {
    const name = field.summary?.childField.toLowerCase() ?? '';
    return [row.row, row.before].map((r) => r?.values.get(name)).filter((id) => id instanceof ApexId);
  });
  return [...new Set(ids.map((id) => id.value))];
}

function* parentsOf(
  context: DmlContext,
  parent: ObjectDefinition,
  fields: readonly FieldDefinition[],
  rows: readonly Pending[],
): Generator<Row> {
  const seen = new Set<string>();
  for (const id of rows.filter((row) => !failed(row)).flatMap((row) => parentIds(fields, row))) {
    if (seen.has(id)) continue;
    seen.add(id);
    const row = context.tx.get(parent, id);
    if (row !== null) yield row;
  }
}

function summed(context: DmlContext, field: FieldDefinition, parent: Row): Value {
  const summary = field.summary;
  const child = context.tx.schema.object(summary?.childObject ?? '');
  if (summary === undefined || child === null) throw new Error(`${field.name} is no roll-up summary`);
  const link = summary.childField.toLowerCase();
  const rows = context.tx
    .find(child, link, indexKey(new ApexId(parent.id)) ?? '')
    .filter((row) => sameStored(row.values.get(link) ?? null, new ApexId(parent.id)) && counts(context, summary, row));
  if (summary.operation === 'count') return ApexDecimal.of(rows.length);
  const summarized = child.fields.get(summary.summarizedField?.toLowerCase() ?? '');
  if (summarized === undefined) throw new Error(`${field.name} sums up nothing`);
  const values = rows.map((row) => context.reader.value(row, summarized)).filter((value) => value !== null);
  if (summary.operation === 'sum') {
    return values.reduce<ApexDecimal>(
      (sum, value) => sum.add(numberOfValue(value) ?? ApexDecimal.of(0)),
      ApexDecimal.of(0),
    );
  }
  const sorted = values.sort((a, b) => rank(a, field) - rank(b, field));
  return (summary.operation === 'min' ? sorted[0] : sorted.at(-1)) ?? null;
}

function counts(context: DmlContext, summary: RollupSummary, row: Row): boolean {
  return meetsFilter(summary.filter, (path) => {
    const name = path.split('.').at(-1)?.toLowerCase() ?? '';
    const field = row.object.fields.get(name);
    if (field === undefined) throw new NotModelledError(`field ${path} in a roll-up filter`, row.object.name);
    return context.reader.value(row, field);
  });
}

function rank(value: NonNullable<Value>, field: FieldDefinition): number {
  if (value instanceof ApexDate) return value.day;
  if (value instanceof ApexDatetime) return value.ms;
  const number = numberOfValue(value);
  if (number === null) throw new NotModelledError(`the minimum or maximum of ${field.type}`, field.name);
  return number.toNumber();
}
