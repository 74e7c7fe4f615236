import { queryException } from '../data/failure.ts';
import type { Row } from '../data/row.ts';
import { ApexDecimal } from '../values/decimal.ts';
import type { Value } from '../values/value.ts';
import type { SoqlCondition, SoqlExpression, SoqlOperand, SoqlOperator, SoqlQuery } from './ast.ts';
import { comparable, comparableOfValue, comparables, comparedAs } from './operand.ts';
import type { Comparable, ComparedAs, OperandContext } from './operand.ts';
import type { CompiledExpression } from './expression.ts';

/** Values of one indexed field that every matching row must have: the rows need not all be looked at. */
export interface IndexPlan {
  /** lower-case field name; `id` for the record id */
  field: string;
  /** ids as they are, text in lower case */
  texts: string[];
}

export interface CompiledCondition {
  test: (row: Row) => boolean;
  plan: IndexPlan | null;
}

export interface ConditionContext extends OperandContext {
  expression(expression: SoqlExpression): CompiledExpression;
  /** the ids that a semi-join's query gives */
  semiJoin(query: SoqlQuery): Set<string>;
}

/** Turns a WHERE condition into a test of rows. @throws ApexThrow with a QueryException for what Salesforce refuses */
export function compileCondition(condition: SoqlCondition, context: ConditionContext): CompiledCondition {
  switch (condition.kind) {
    case 'not': {
      const inner = compileCondition(condition.condition, context);
      return { test: (row) => !inner.test(row), plan: null };
    }
    case 'and': {
      const parts = condition.conditions.map((c) => compileCondition(c, context));
      const plans = parts.map((p) => p.plan).filter((p) => p !== null);
      const plan = plans.reduce<IndexPlan | null>(
        (a, b) => (a === null || b.texts.length < a.texts.length ? b : a),
        null,
      );
      return { test: (row) => parts.every((p) => p.test(row)), plan };
    }
    case 'or': {
      const parts = condition.conditions.map((c) => compileCondition(c, context));
      return { test: (row) => parts.some((p) => p.test(row)), plan: null };
    }
    case 'comparison':
      return compileComparison(condition.left, condition.operator, condition.right, context);
  }
}

function compileComparison(
  left: SoqlExpression,
  operator: SoqlOperator,
  right: SoqlOperand,
  context: ConditionContext,
): CompiledCondition {
  const expression = context.expression(left);
  if (!expression.filterable) throw queryException(`field '${expression.name}' can not be filtered in a query call`);
  const as = comparedAs(expression.type);
  if (right.kind === 'query') {
    const ids = semiJoinIds(operator, as, expression.name, right.query, context);
    const wanted = operator === 'IN';
    const test = (row: Row): boolean => {
      const value = comparableOfValue(expression.read(row), as);
      return (value.kind === 'text' && ids.has(value.text)) === wanted;
    };
    return { test, plan: wanted ? plan(expression, [...ids]) : null };
  }
  const matches = valueTest(operator, as, expression.name, right, context);
  const test = (row: Row): boolean => matches(expression.read(row));
  if (operator !== '=' && operator !== 'IN') return { test, plan: null };
  const texts = comparables(right, as, expression.name, context).map((c) => (c.kind === 'text' ? c.text : null));
  // Rows without a value are not in the index.
  const complete = texts.filter((text) => text !== null);
  return { test, plan: complete.length === texts.length ? plan(expression, complete) : null };
}

function plan(expression: CompiledExpression, texts: string[]): IndexPlan | null {
  return expression.indexedField === null ? null : { field: expression.indexedField, texts };
}

function semiJoinIds(
  operator: SoqlOperator,
  as: ComparedAs,
  field: string,
  query: SoqlQuery,
  context: ConditionContext,
): Set<string> {
  if (operator !== 'IN' && operator !== 'NOT IN') throw queryException(`unexpected token: 'SELECT'`);
  if (as !== 'id') {
    throw queryException(
      `The left operand field in the where expression for outer query '${field}' should be of an ID or reference type`,
    );
  }
  return context.semiJoin(query);
}

/** A test of one value against an operator and its operand; used for HAVING too. */
export function valueTest(
  operator: SoqlOperator,
  as: ComparedAs,
  field: string,
  right: SoqlOperand,
  context: OperandContext,
): (value: Value) => boolean {
  switch (operator) {
    case 'LIKE': {
      if (as !== 'text') throw queryException(`invalid operator on ${as} field`);
      const patterns = comparables(right, as, field, context).map((c) => likePattern(c, field));
      return (value) => typeof value === 'string' && patterns.some((p) => p.test(value));
    }
    case 'INCLUDES':
    case 'EXCLUDES': {
      const wanted = comparables(right, 'text', field, context).map((c) =>
        c.kind === 'text' ? c.text.split(';') : [],
      );
      return (value) => {
        const selected = new Set(typeof value === 'string' ? value.toLowerCase().split(';') : []);
        const included = wanted.some((all) => all.length > 0 && all.every((item) => selected.has(item)));
        return included === (operator === 'INCLUDES');
      };
    }
    case 'IN':
    case 'NOT IN': {
      if (right.kind !== 'list' && right.kind !== 'bind')
        throw queryException(`unexpected token: '${operandText(right)}'`);
      const keys = new Set(comparables(right, as, field, context).map(comparableKey));
      const wanted = operator === 'IN';
      return (value) => keys.has(comparableKey(comparableOfValue(value, as))) === wanted;
    }
    default: {
      if (right.kind === 'list') throw queryException(`unexpected token: '('`);
      const operand = comparable(right, as, field, context);
      if (operator !== '=' && operator !== '!=' && (as === 'boolean' || as === 'id')) {
        throw queryException(`invalid operator on ${as} field`);
      }
      return (value) => holds(comparableOfValue(value, as), operator, operand);
    }
  }
}

function operandText(operand: SoqlOperand): string {
  return operand.kind === 'string' ? operand.value : operand.kind === 'number' ? operand.text : operand.kind;
}

function comparableKey(value: Comparable): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'text':
      return `s${value.text}`;
    case 'number':
      return `n${value.number.stripTrailingZeros().toPlainString()}`;
    case 'boolean':
      return `b${value.value}`;
    case 'range':
      return `r${value.from}`;
  }
}

/** A null is unequal to everything else and neither less nor greater than anything. */
function holds(value: Comparable, operator: SoqlOperator, operand: Comparable): boolean {
  if (value.kind === 'null' || operand.kind === 'null') {
    const same = value.kind === operand.kind;
    return operator === '=' || operator === '<=' || operator === '>=' ? same : operator === '!=' ? !same : false;
  }
  const order = compare(value, operand);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

/** The order of two values of one kind; a point inside the other's range counts as equal to it. */
function compare(value: Comparable, operand: Comparable): number {
  if (value.kind === 'text' && operand.kind === 'text')
    return value.text < operand.text ? -1 : value.text > operand.text ? 1 : 0;
  if (value.kind === 'number' && operand.kind === 'number') return value.number.compare(operand.number);
  if (value.kind === 'boolean' && operand.kind === 'boolean') return Number(value.value) - Number(operand.value);
  if (value.kind === 'range' && operand.kind === 'range') {
    return value.from < operand.from ? -1 : value.from > operand.to ? 1 : 0;
  }
  throw new Error(`Compared ${value.kind} with ${operand.kind}`);
}

function likePattern(operand: Comparable, field: string): RegExp {
  if (operand.kind !== 'text')
    throw queryException(`value of filter criterion for field '${field}' must be of type string`);
  const source = operand.text.replace(
    /\\([%_])|([%_])|([.*+?^${}()|[\]\\])/g,
    (_, escaped?: string, wild?: string, special?: string) => {
      if (escaped !== undefined) return escaped;
      if (wild !== undefined) return wild === '%' ? '[\\s\\S]*' : '[\\s\\S]';
      return `\\${special ?? ''}`;
    },
  );
  return new RegExp(`^${source}$`, 'i');
}

/** A whole, not negative number for LIMIT and OFFSET. */
export function rowCount(operand: SoqlOperand | null, context: OperandContext): number | null {
  if (operand === null) return null;
  const value = comparable(operand, 'number', 'LIMIT', context);
  if (value.kind !== 'number') throw queryException('Invalid LIMIT or OFFSET: null');
  if (value.number.compare(ApexDecimal.ZERO) < 0)
    throw queryException(`Invalid query locator: ${value.number.toPlainString()}`);
  return Number(value.number.toPlainString());
}
