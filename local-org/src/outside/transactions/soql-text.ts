import type { SelectItem, SoqlCondition, SoqlExpression, SoqlOperand, SoqlQuery } from '../../soql/ast.ts';

/** A query as the debug log of Salesforce shows it: binds as `:tmpVar1`, without their values. */
export function soqlText(query: SoqlQuery): string {
  const parts = [
    `SELECT ${query.countOnly ? 'COUNT()' : query.select.map(selectText).join(', ')}`,
    `FROM ${query.from}`,
  ];
  if (query.alias !== null) parts.push(query.alias);
  if (query.where !== null) parts.push(`WHERE ${conditionText(query.where)}`);
  if (query.access !== null) parts.push(`WITH ${query.access}`);
  if (query.groupBy.length > 0) parts.push(`GROUP BY ${query.groupBy.map(expressionText).join(', ')}`);
  if (query.having !== null) parts.push(`HAVING ${conditionText(query.having)}`);
  const order = query.orderBy.map((item) => {
    const direction = item.descending ? ' DESC' : '';
    return `${expressionText(item.expression)}${direction}${item.nullsLast ? ' NULLS LAST' : ''}`;
  });
  if (order.length > 0) parts.push(`ORDER BY ${order.join(', ')}`);
  if (query.limit !== null) parts.push(`LIMIT ${operandText(query.limit)}`);
  if (query.offset !== null) parts.push(`OFFSET ${operandText(query.offset)}`);
  if (query.allRows === true) parts.push('ALL ROWS');
  if (query.forUpdate) parts.push('FOR UPDATE');
  return parts.join(' ');
}

function selectText(item: SelectItem): string {
  if (item.kind === 'subquery') return `(${soqlText(item.query)})`;
  if (item.kind === 'fields') return `FIELDS(${item.which})`;
  if (item.kind === 'typeof') {
    const list = (paths: string[][]): string => paths.map((path) => path.join('.')).join(', ');
    const branches = item.branches.map((branch) => `WHEN ${branch.object} THEN ${list(branch.fields)}`);
    const otherwise = item.otherwise.length === 0 ? '' : ` ELSE ${list(item.otherwise)}`;
    return `TYPEOF ${item.relationship} ${branches.join(' ')}${otherwise} END`;
  }
  return item.alias === null ? expressionText(item.expression) : `${expressionText(item.expression)} ${item.alias}`;
}

function expressionText(expression: SoqlExpression): string {
  if (expression.kind === 'field') return expression.path.join('.');
  return `${expression.name}(${expression.argument === null ? '' : expressionText(expression.argument)})`;
}

function conditionText(condition: SoqlCondition): string {
  if (condition.kind === 'comparison') {
    return `${expressionText(condition.left)} ${condition.operator} ${operandText(condition.right)}`;
  }
  if (condition.kind === 'not') return `NOT (${conditionText(condition.condition)})`;
  const word = condition.kind === 'and' ? ' AND ' : ' OR ';
  return condition.conditions
    .map((c) => (c.kind === 'comparison' ? conditionText(c) : `(${conditionText(c)})`))
    .join(word);
}

function operandText(operand: SoqlOperand): string {
  switch (operand.kind) {
    case 'null':
      return 'NULL';
    case 'boolean':
      return operand.value ? 'TRUE' : 'FALSE';
    case 'number':
    case 'date':
    case 'datetime':
      return operand.text;
    case 'string':
      return `'${operand.value.replace(/[\\']/g, (char) => `\\${char}`)}'`;
    case 'dateFormula':
      return operand.n === null ? operand.name : `${operand.name}:${operand.n}`;
    case 'list':
      return `(${operand.items.map(operandText).join(', ')})`;
    case 'query':
      return `(${soqlText(operand.query)})`;
    case 'bind':
      return `:tmpVar${operand.index + 1}`;
  }
}
