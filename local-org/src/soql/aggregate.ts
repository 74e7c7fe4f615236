import { queryException } from '../data/failure.ts';
import { indexKey } from '../data/row.ts';
import type { Row } from '../data/row.ts';
import type { FieldType } from '../schema/definition.ts';
import type { Schema } from '../schema/schema.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { SObjectValue } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { AGGREGATE_FUNCTIONS } from './ast.ts';
import type { SoqlCondition, SoqlExpression, SoqlQuery } from './ast.ts';
import { valueTest } from './condition.ts';
import type { CompiledExpression } from './expression.ts';
import { comparedAs } from './operand.ts';
import type { OperandContext } from './operand.ts';
import { compareStored, isNumeric, sortItems } from './order.ts';

interface GroupExpression {
  type: FieldType;
  read: (group: Row[]) => Value;
}

export interface AggregateContext extends OperandContext {
  schema: Schema;
  expression(expression: SoqlExpression): CompiledExpression;
}

/** Groups rows and gives one AggregateResult for each group that HAVING lets through. */
export function aggregateRows(query: SoqlQuery, rows: Row[], context: AggregateContext): SObjectValue[] {
  const groupKeys = query.groupBy.map((e) => ({ source: textOf(e), compiled: context.expression(e) }));
  const compileGroup = (e: SoqlExpression): GroupExpression => groupExpression(e, groupKeys, context);
  let unnamed = 0;
  const columns = query.select.map((item) => {
    if (item.kind !== 'expression') throw queryException('Subqueries are not allowed in aggregate queries');
    const isCall = item.expression.kind === 'function' && AGGREGATE_FUNCTIONS.has(item.expression.name);
    const name = item.alias ?? (isCall ? `expr${unnamed++}` : lastName(item.expression));
    return { name, expression: compileGroup(item.expression) };
  });
  let groups = [
    ...group(
      rows,
      groupKeys.map((k) => k.compiled),
    ),
  ];
  if (query.groupBy.length === 0 && groups.length === 0) groups = [[]];
  if (query.having !== null) {
    const test = compileHaving(query.having, compileGroup, context);
    groups = groups.filter(test);
  }
  const order = query.orderBy.map((o) => ({ ...o, read: compileGroup(o.expression).read }));
  return sortItems(groups, order).map((members) => {
    const record = new SObjectValue(context.schema.aggregateResult);
    for (const column of columns) record.values.set(column.name.toLowerCase(), column.expression.read(members));
    return record;
  });
}

function* group(rows: Row[], keys: CompiledExpression[]): Generator<Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keys.map((k) => indexKey(k.read(row)) ?? '').join('\0');
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [row]);
    else members.push(row);
  }
  yield* groups.values();
}

function lastName(expression: SoqlExpression): string {
  return expression.kind === 'field' ? (expression.path.at(-1) ?? '') : 'expr0';
}

function textOf(expression: SoqlExpression): string {
  if (expression.kind === 'field') return expression.path.join('.').toLowerCase();
  return `${expression.name}(${expression.argument === null ? '' : textOf(expression.argument)})`;
}

function groupExpression(
  expression: SoqlExpression,
  keys: { source: string; compiled: CompiledExpression }[],
  context: AggregateContext,
): GroupExpression {
  if (expression.kind === 'function' && AGGREGATE_FUNCTIONS.has(expression.name))
    return aggregateFunction(expression, context);
  const key = keys.find((k) => k.source === textOf(expression));
  if (key === undefined) throw queryException(`Field must be grouped or aggregated: ${lastName(expression)}`);
  return {
    type: key.compiled.type,
    read: (rows) => (rows[0] === undefined ? null : key.compiled.read(rows[0])),
  };
}

function aggregateFunction(
  expression: SoqlExpression & { kind: 'function' },
  context: AggregateContext,
): GroupExpression {
  if (expression.argument === null) return { type: 'int', read: (rows) => rows.length };
  const argument = context.expression(expression.argument);
  const values = (rows: Row[]): NonNullable<Value>[] => rows.map((row) => argument.read(row)).filter((v) => v !== null);
  switch (expression.name) {
    case 'COUNT':
      return { type: 'int', read: (rows) => values(rows).length };
    case 'COUNT_DISTINCT':
      return { type: 'int', read: (rows) => new Set(values(rows).map(indexKey)).size };
    case 'MIN':
    case 'MAX': {
      const sign = expression.name === 'MIN' ? 1 : -1;
      const pick = (a: NonNullable<Value>, b: NonNullable<Value>): NonNullable<Value> =>
        sign * compareStored(a, b) <= 0 ? a : b;
      return {
        type: argument.type,
        read: (rows) => values(rows).reduce<Value>((a, b) => (a === null || b === null ? (a ?? b) : pick(a, b)), null),
      };
    }
    default: {
      if (!isNumeric(argument.type))
        throw queryException(`field ${argument.name} does not support aggregate operator ${expression.name}`);
      return { type: 'double', read: (rows) => sumOrAverage(values(rows), expression.name === 'AVG') };
    }
  }
}

function sumOrAverage(values: NonNullable<Value>[], average: boolean): Value {
  if (values.length === 0) return null;
  const sum = values.reduce<ApexDecimal>(
    (total, v) => total.add(v instanceof ApexDecimal ? v : ApexDecimal.of(v as number)),
    ApexDecimal.ZERO,
  );
  return average ? sum.divide(ApexDecimal.of(values.length)) : sum;
}

function compileHaving(
  condition: SoqlCondition,
  compileGroup: (e: SoqlExpression) => GroupExpression,
  context: AggregateContext,
): (rows: Row[]) => boolean {
  switch (condition.kind) {
    case 'not': {
      const inner = compileHaving(condition.condition, compileGroup, context);
      return (rows) => !inner(rows);
    }
    case 'and':
    case 'or': {
      const parts = condition.conditions.map((c) => compileHaving(c, compileGroup, context));
      return (rows) => (condition.kind === 'and' ? parts.every((p) => p(rows)) : parts.some((p) => p(rows)));
    }
    case 'comparison': {
      const left = compileGroup(condition.left);
      const matches = valueTest(
        condition.operator,
        comparedAs(left.type),
        textOf(condition.left),
        condition.right,
        context,
      );
      return (rows) => matches(left.read(rows));
    }
  }
}
