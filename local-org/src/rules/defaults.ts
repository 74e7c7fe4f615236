import type { FieldDefinition, ObjectDefinition } from '../schema/definition.ts';
import type { Value } from '../values/value.ts';
import { ContextScope } from './context.ts';
import type { FormulaContext } from './context.ts';
import type { Compiled } from './formula/compile.ts';
import { expectedKind, formulaProgram, toField } from './formula/program.ts';
import type { ObjectSource } from './formula/scope.ts';

/**
 * Fills in the defaults of a new record: fields that were never set get the value of their default formula, or the
 * picklist values marked as default. A field set to null stays null: the SOAP API guide has fieldsToNull for just that
 * ("Core Data Types Used in API Calls", sObject).
 * @throws CompileError @throws NotModelledError
 */
export function applyDefaults(context: FormulaContext): void {
  const scope = new ContextScope(context);
  for (const [name, field] of context.definition.fields) {
    if (context.record.values.has(name) || !hasDefault(field)) continue;
    const value = defaultValue(field, context, scope);
    if (value !== null) context.record.values.set(name, value);
  }
}

function hasDefault(field: FieldDefinition): boolean {
  return field.formula === null && field.compoundOf === undefined && !field.autoNumber && field.type !== 'id';
}

function defaultValue(field: FieldDefinition, context: FormulaContext, scope: ContextScope): Value {
  const program = defaultProgram(field, context.definition, context.schema);
  if (program !== null) return toField(program.run(scope), field);
  const marked = field.picklistValues.filter((v) => v.isDefault && v.active).map((v) => v.value);
  return marked.length === 0 ? null : marked.join(';');
}

/** The compiled default formula of a field, null when it has none. @throws CompileError @throws NotModelledError */
export function defaultProgram(
  field: FieldDefinition,
  definition: ObjectDefinition,
  schema: ObjectSource,
): Compiled | null {
  if (field.defaultFormula === null) return null;
  const where = `the default of ${definition.name}.${field.name}`;
  return formulaProgram(field.defaultFormula, { definition, schema, where }, expectedKind(field, where));
}
