import type { ObjectDefinition } from '../../schema/definition.ts';
import type { Schema } from '../../schema/schema.ts';
import type { SoqlCondition, SoqlExpression, SoqlOperand, SoqlQuery } from '../../soql/ast.ts';

/**
 * What an inline query names and the schema does not have; Salesforce refuses such a class when it is compiled.
 * @returns the message of the first fault, null when all names exist
 */
export function checkQuery(schema: Schema, query: SoqlQuery): string | null {
  const object = schema.object(query.from);
  if (object === null) return `sObject type '${query.from}' is not supported.`;
  return new Checker(schema).query(query, object);
}

class Checker {
  readonly #schema: Schema;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  query(query: SoqlQuery, object: ObjectDefinition): string | null {
    const names = [query.from, query.alias].filter((n) => n !== null).map((n) => n.toLowerCase());
    const aliases = new Set<string>();
    for (const item of query.select) {
      if (item.kind === 'expression') {
        if (item.alias !== null) aliases.add(item.alias.toLowerCase());
        const fault = this.#expression(item.expression, object, names);
        if (fault !== null) return fault;
      } else if (item.kind === 'subquery') {
        const fault = this.#subquery(item.query, object);
        if (fault !== null) return fault;
      }
    }
    for (const { expression } of query.orderBy) {
      const isAlias = expression.kind === 'field' && aliases.has(expression.path.join('.').toLowerCase());
      const fault = isAlias ? null : this.#expression(expression, object, names);
      if (fault !== null) return fault;
    }
    return first([
      ...query.groupBy.map((e) => () => this.#expression(e, object, names)),
      () => this.#condition(query.where, object, names),
      () => this.#condition(query.having, object, names),
    ]);
  }

  #subquery(query: SoqlQuery, parent: ObjectDefinition): string | null {
    const child = this.#schema.childRelationship(parent, query.from);
    const object = child === null ? null : this.#schema.object(child.childObject);
    if (object === null) return `Didn't understand relationship '${query.from}' in FROM part of query call.`;
    return this.query(query, object);
  }

  #condition(condition: SoqlCondition | null, object: ObjectDefinition, names: readonly string[]): string | null {
    if (condition === null) return null;
    switch (condition.kind) {
      case 'and':
      case 'or':
        return first(condition.conditions.map((c) => () => this.#condition(c, object, names)));
      case 'not':
        return this.#condition(condition.condition, object, names);
      case 'comparison':
        return this.#expression(condition.left, object, names) ?? this.#operand(condition.right);
    }
  }

  #operand(operand: SoqlOperand): string | null {
    return operand.kind === 'query' ? checkQuery(this.#schema, operand.query) : null;
  }

  #expression(expression: SoqlExpression, object: ObjectDefinition, names: readonly string[]): string | null {
    if (expression.kind === 'function') {
      return expression.argument === null ? null : this.#expression(expression.argument, object, names);
    }
    const [head = '', ...rest] = expression.path;
    const path = rest.length > 0 && names.includes(head.toLowerCase()) ? rest : expression.path;
    return this.#path(path, object);
  }

  #path(path: readonly string[], from: ObjectDefinition): string | null {
    let object = from;
    for (const name of path.slice(0, -1)) {
      const reference = this.#schema.parentRelationship(object, name);
      if (reference === null) return `Didn't understand relationship '${name}' in field path.`;
      // behind a lookup to several objects there is more than this check knows
      const [target, ...others] = reference.referenceTo;
      const next = others.length > 0 || target === undefined ? null : this.#schema.object(target);
      if (next === null) return null;
      object = next;
    }
    const last = path[path.length - 1] ?? '';
    if (object.fields.has(last.toLowerCase())) return null;
    return `No such column '${last}' on entity '${object.name}'.`;
  }
}

function first(checks: readonly (() => string | null)[]): string | null {
  for (const check of checks) {
    const fault = check();
    if (fault !== null) return fault;
  }
  return null;
}
