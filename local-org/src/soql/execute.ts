import type { Execution, Pause } from '../execution/execution.ts';
import type { QueryOptions } from '../data/contract.ts';
import { queryException, unsupportedObject } from '../data/failure.ts';
import { RecordReader } from '../data/reader.ts';
import { indexKey } from '../data/row.ts';
import type { Row } from '../data/row.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import type { Schema } from '../schema/schema.ts';
import type { Permissions } from '../security/permissions.ts';
import { Sharing } from '../security/sharing.ts';
import { ApexId } from '../values/value.ts';
import type { SObjectValue, Value } from '../values/value.ts';
import { aggregateRows } from './aggregate.ts';
import { isAggregate } from './ast.ts';
import type { SoqlExpression, SoqlQuery } from './ast.ts';
import { AccessCheck } from './access.ts';
import { compileCondition, rowCount } from './condition.ts';
import type { IndexPlan } from './condition.ts';
import { dayAt } from './date-formula.ts';
import { compileExpression } from './expression.ts';
import type { CompiledExpression } from './expression.ts';
import type { OperandContext } from './operand.ts';
import { byId, sortItems } from './order.ts';
import type { OrderKey } from './order.ts';
import { compileSelect, projectRow } from './project.ts';

/** What a query needs of the transaction that it runs in. */
export interface QueryHost {
  readonly schema: Schema;
  get(object: ObjectDefinition, id: string): Row | null;
  find(object: ObjectDefinition, field: string, key: string): Row[];
  all(object: ObjectDefinition): Row[];
  /** the rows in the recycle bin, for ALL ROWS */
  deletedRows(object: ObjectDefinition): Row[];
  permissionsOf(userId: string): Permissions;
  /** @returns whether the row was free at once; otherwise it may have changed while waiting */
  lockRow(id: string): Generator<Pause, boolean, void>;
}

/** Highest OFFSET (SOQL Reference, "OFFSET"). */
const MAX_OFFSET = 2000;

/** One run of one query: the settings that its subqueries share. */
export class QueryRun implements OperandContext {
  readonly x: Execution;
  readonly host: QueryHost;
  readonly binds: Value[];
  readonly today: number;
  readonly timeZone: string;
  readonly reader: RecordReader;
  readonly #sharing: Sharing | null;
  readonly #check: AccessCheck | null;
  readonly #enforced: boolean;
  readonly #allRows: boolean;

  constructor(x: Execution, host: QueryHost, query: SoqlQuery, binds: Value[], options: QueryOptions) {
    this.x = x;
    this.host = host;
    this.binds = binds;
    this.timeZone = x.user.timeZone;
    this.today = dayAt(x.now(), this.timeZone);
    this.reader = new RecordReader(host.schema, host, { now: x.now(), userId: x.user.id });
    const user = query.access === null ? options.access === 'USER' : query.access === 'USER_MODE';
    this.#allRows = query.allRows === true;
    this.#enforced = query.access === 'SECURITY_ENFORCED';
    this.#check =
      user || this.#enforced
        ? new AccessCheck(host.permissionsOf(x.user.id), user ? 'USER' : 'SECURITY_ENFORCED')
        : null;
    const sharing = user || options.withSharing;
    this.#sharing = sharing ? new Sharing(this.reader, host, host.permissionsOf(x.user.id), x.user.id) : null;
  }

  /** The records of a SELECT, or the AggregateResults. */
  *records(query: SoqlQuery): Generator<Pause, SObjectValue[], void> {
    const object = this.object(query.from);
    if (isAggregate(query)) {
      const context = { ...this.#operands(), schema: this.host.schema, expression: this.#compiler(object, query) };
      this.#checkAggregate(query, context.expression);
      const rows = this.#matching(object, query, null);
      this.#check?.finish();
      const results = aggregateRows(query, rows, context);
      const { limit, offset } = this.#window(query);
      const page = results.slice(offset, limit === null ? undefined : offset + limit);
      this.x.limits.use('queryRows', query.groupBy.length > 0 ? rows.length : 1);
      return page;
    }
    const select = compileSelect(this, object, query);
    const order = this.#order(object, query);
    let rows = this.#page(query, this.#matching(object, query, order));
    this.#check?.finish();
    if (query.forUpdate) rows = yield* this.#lock(object, query, rows, order);
    this.x.limits.use('queryRows', rows.length);
    return rows.map((row) => projectRow(this, row, select));
  }

  /** The number of a COUNT() query. */
  count(query: SoqlQuery): number {
    const object = this.object(query.from);
    const rows = this.#page(query, this.#matching(object, query, null));
    this.#check?.finish();
    this.x.limits.use('queryRows', 1);
    return rows.length;
  }

  /** @throws ApexThrow: unknown object, or one that the user may not read */
  object(name: string): ObjectDefinition {
    const object = this.host.schema.object(name);
    if (object === null || !object.queryable) throw queryException(unsupportedObject(name));
    this.#check?.object(object);
    return object;
  }

  expression(object: ObjectDefinition, alias: string | null, expression: SoqlExpression): CompiledExpression {
    return compileExpression(expression, { object, alias, reader: this.reader });
  }

  /** Notes the fields of SELECT, which every mode checks. */
  selected(compiled: CompiledExpression): CompiledExpression {
    this.#check?.paths(compiled.paths);
    return compiled;
  }

  canRead(row: Row): boolean {
    return this.#sharing === null || this.#sharing.canRead(row);
  }

  /** Makes the condition and the order of a child subquery ready, so that their fields are checked with the others. */
  prepareChildren(query: SoqlQuery, object: ObjectDefinition, field: string): (parentId: string) => Row[] {
    const { test } = this.#where(object, query);
    const order = this.#order(object, query);
    const name = field.toLowerCase();
    return (parentId) => {
      const found = this.host.find(object, name, indexKey(new ApexId(parentId)) ?? '');
      if (this.#allRows) found.push(...this.host.deletedRows(object));
      const rows = found.filter((row) => {
        const parent = row.values.get(name);
        return parent instanceof ApexId && parent.value === parentId && test(row) && this.canRead(row);
      });
      return this.#page(query, sortItems(rows.sort(byId), order));
    };
  }

  #operands(): OperandContext {
    return { binds: this.binds, today: this.today, timeZone: this.timeZone };
  }

  /** User mode checks every clause of a query, WITH SECURITY_ENFORCED only SELECT and FROM. */
  #compiler(object: ObjectDefinition, query: SoqlQuery): (e: SoqlExpression) => CompiledExpression {
    return (e) => {
      const compiled = this.expression(object, query.alias, e);
      if (!this.#enforced) this.#check?.paths(compiled.paths);
      return compiled;
    };
  }

  #checkAggregate(query: SoqlQuery, compile: (e: SoqlExpression) => CompiledExpression): void {
    for (const item of query.select) {
      if (item.kind !== 'expression') continue;
      const inner = item.expression.kind === 'function' ? item.expression.argument : item.expression;
      if (inner !== null) this.selected(compile(inner));
    }
  }

  #where(object: ObjectDefinition, query: SoqlQuery): { test: (row: Row) => boolean; plan: IndexPlan | null } {
    if (query.where === null) return { test: () => true, plan: null };
    return compileCondition(query.where, {
      ...this.#operands(),
      expression: this.#compiler(object, query),
      semiJoin: (inner) => this.#semiJoin(inner),
    });
  }

  #matching(object: ObjectDefinition, query: SoqlQuery, order: OrderKey<Row>[] | null): Row[] {
    const { test, plan } = this.#where(object, query);
    const candidates = this.#candidates(object, plan);
    if (query.allRows === true) candidates.push(...this.host.deletedRows(object));
    const rows = candidates.filter((row) => test(row) && this.canRead(row));
    rows.sort(byId);
    return order === null ? rows : sortItems(rows, order);
  }

  #candidates(object: ObjectDefinition, plan: IndexPlan | null): Row[] {
    if (plan === null) return [...this.host.all(object)];
    const found = new Map<string, Row>();
    for (const text of plan.texts) {
      const rows =
        plan.field === 'id'
          ? [this.host.get(object, text)]
          : this.host.find(object, plan.field, `s${text.toLowerCase()}`);
      for (const row of rows) if (row !== null) found.set(row.id, row);
    }
    return [...found.values()];
  }

  #semiJoin(query: SoqlQuery): Set<string> {
    const object = this.object(query.from);
    const item = query.select[0];
    if (query.select.length !== 1 || item?.kind !== 'expression')
      throw queryException('Semi join sub-selects must select one field');
    const selected = this.selected(this.expression(object, query.alias, item.expression));
    if (selected.type !== 'id' && selected.type !== 'reference') {
      throw queryException(
        `The selected field '${selected.name}' in the subquery and the left operand field in the where expression should be of an ID or reference type`,
      );
    }
    const ids = new Set<string>();
    for (const row of this.#page(query, this.#matching(object, query, this.#order(object, query)))) {
      const value = selected.read(row);
      if (value instanceof ApexId) ids.add(value.value);
    }
    return ids;
  }

  #order(object: ObjectDefinition, query: SoqlQuery): OrderKey<Row>[] {
    const compile = this.#compiler(object, query);
    return query.orderBy.map((item) => {
      const compiled = compile(item.expression);
      if (!compiled.sortable) throw queryException(`field '${compiled.name}' can not be sorted in a query call`);
      return { read: compiled.read, descending: item.descending, nullsLast: item.nullsLast };
    });
  }

  #window(query: SoqlQuery): { limit: number | null; offset: number } {
    const limit = rowCount(query.limit, this);
    const offset = rowCount(query.offset, this) ?? 0;
    if (offset > MAX_OFFSET) throw queryException(`Maximum SOQL offset allowed is ${MAX_OFFSET}`);
    return { limit, offset };
  }

  #page(query: SoqlQuery, rows: Row[]): Row[] {
    const { limit, offset } = this.#window(query);
    return limit === null && offset === 0 ? rows : rows.slice(offset, limit === null ? undefined : offset + limit);
  }

  /** Locks in the order of the ids, as the platform does; rows that changed during a wait are looked at again. */
  *#lock(
    object: ObjectDefinition,
    query: SoqlQuery,
    rows: Row[],
    order: OrderKey<Row>[],
  ): Generator<Pause, Row[], void> {
    if (query.orderBy.length > 0) throw queryException('ORDER BY is not allowed in a query that locks (FOR UPDATE)');
    let waited = false;
    for (const row of [...rows].sort(byId)) waited = !(yield* this.host.lockRow(row.id)) || waited;
    return waited ? this.#page(query, this.#matching(object, query, order)) : rows;
  }
}
