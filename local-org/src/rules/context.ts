import type { RunningUser } from '../execution/execution.ts';
import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import { ApexId } from '../values/value.ts';
import type { SObjectValue, Value } from '../values/value.ts';
import { expectedKind, formulaProgram, toField } from './formula/program.ts';
import type { FieldPath, FormulaScope, ObjectSource } from './formula/scope.ts';
import { FormulaError } from './formula/value.ts';

/** A record at the moment of its save, as formulas see it. */
export interface FormulaContext {
  readonly definition: ObjectDefinition;
  readonly schema: ObjectSource;
  /** all fields of the row as it will be stored */
  readonly record: SObjectValue;
  /** the row before the save; null for a new record */
  readonly previous: SObjectValue | null;
  readonly isNew: boolean;
  readonly user: RunningUser;
  /** epoch milliseconds */
  readonly now: number;
  /**
   * The record behind a path of relationships from the record, e.g. `Account` or `Account.Owner`; null when a step is
   * empty.
   */
  parent(path: string): SObjectValue | null;
  /** a global variable by its whole name, e.g. `$Permission.Skip_Rules`; undefined when it is not modelled */
  global?(name: string): Value | undefined;
}

const USER_FIELDS: Readonly<Record<string, (user: RunningUser) => Value>> = {
  id: (user) => new ApexId(user.id),
  username: (user) => user.username,
  email: (user) => user.email,
  profileid: (user) => new ApexId(user.profileId),
  timezonesidkey: (user) => user.timeZone,
  localesidkey: (user) => user.locale,
  languagelocalekey: (user) => user.language,
};

/** Reads a FormulaContext for a formula. */
export class ContextScope implements FormulaScope {
  readonly #context: FormulaContext;

  constructor(context: FormulaContext) {
    this.#context = context;
  }

  get now(): number {
    return this.#context.now;
  }

  get timeZone(): string {
    return this.#context.user.timeZone;
  }

  get isNew(): boolean {
    return this.#context.isNew;
  }

  field({ relationships, field }: FieldPath): Value {
    const context = this.#context;
    if (relationships.length === 0) return read(context, context.record, field);
    const path = relationships.join('.');
    const parent = context.parent(path);
    // A polymorphic parent may be of an object that lacks the field.
    const own = parent?.definition.fields.get(field.name.toLowerCase());
    if (parent === null || own === undefined) return null;
    return read(parentContext(context, parent, path), parent, own);
  }

  prior(field: FieldDefinition): Value {
    const { previous, record, isNew } = this.#context;
    return read(this.#context, isNew ? record : (previous ?? record), field);
  }

  global(name: string): Value | undefined {
    const known = /^\$user\.(\w+)$/i.exec(name)?.[1];
    const ofUser = known === undefined ? undefined : USER_FIELDS[known.toLowerCase()];
    return ofUser === undefined ? this.#context.global?.(name) : ofUser(this.#context.user);
  }
}

function parentContext(context: FormulaContext, parent: SObjectValue, path: string): FormulaContext {
  return {
    definition: parent.definition,
    schema: context.schema,
    record: parent,
    previous: null,
    isNew: false,
    user: context.user,
    now: context.now,
    parent: (further) => context.parent(`${path}.${further}`),
    global: (name) => context.global?.(name),
  };
}

function read(context: FormulaContext, record: SObjectValue, field: FieldDefinition): Value {
  const value = record.values.get(field.name.toLowerCase());
  if (field.compoundOf !== undefined) return compound(record, field.compoundOf);
  if (field.formula === null) return value ?? null;
  return runFieldFormula(field, { ...context, record, parent: (path) => context.parent(path) });
}

/** Name of a person: its parts with one space between. */
function compound(record: SObjectValue, parts: readonly string[]): Value {
  const texts = parts.map((part) => record.values.get(part.toLowerCase())).filter((t) => typeof t === 'string');
  return texts.length === 0 ? null : texts.join(' ');
}

/** The value of a formula field; null where Salesforce shows #Error!. */
export function runFieldFormula(field: FieldDefinition, context: FormulaContext): Value {
  return fieldFormulaValue(field, context.definition, context.schema, new ContextScope(context));
}

/** Runs a formula field's formula on a scope. @throws CompileError @throws NotModelledError */
export function fieldFormulaValue(
  field: FieldDefinition,
  definition: ObjectDefinition,
  schema: ObjectSource,
  scope: FormulaScope,
): Value {
  const where = `${definition.name}.${field.name}`;
  const target = { definition, schema, where };
  const program = formulaProgram(
    field.formula ?? 'NULL',
    target,
    expectedKind(field, where),
    field.blanksAsZero === true,
  );
  try {
    return toField(program.run(scope), field);
  } catch (error) {
    if (error instanceof FormulaError) return null;
    throw error;
  }
}
