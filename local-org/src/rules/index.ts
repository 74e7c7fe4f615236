import type { ObjectDefinition } from '../schema/definition.ts';
import { expectedKind, formulaProgram } from './formula/program.ts';
import type { ObjectSource } from './formula/scope.ts';
import type { FormulaValue } from './formula/value.ts';
import { ContextScope } from './context.ts';
import type { FormulaContext } from './context.ts';
import { defaultProgram } from './defaults.ts';
import { ruleProgram } from './validation-rules.ts';

export type { FormulaContext } from './context.ts';
export { applyDefaults } from './defaults.ts';
export { checkRequired, checkValues } from './field-values.ts';
export type { ValueCheckOptions } from './field-values.ts';
export { evaluateFormulaField } from './formula-field.ts';
export { storedForm } from './stored-form.ts';
export { checkValidationRules } from './validation-rules.ts';

/**
 * The value of a formula on a record. Percents are fractions here, Ids text, numbers Decimal.
 * @param where for messages, e.g. "Invoice__c.Amount_Is_Positive"
 * @throws CompileError for a formula that Salesforce would refuse, NotModelledError for what this model does not know,
 *   FormulaError for one that fails on this record
 */
export function evaluateFormula(text: string, context: FormulaContext, where = context.definition.name): FormulaValue {
  const { definition, schema } = context;
  return formulaProgram(text, { definition, schema, where }, null).run(new ContextScope(context));
}

/**
 * Compiles every formula of the objects, so that a bad one is refused before anything runs, as a deployment would.
 * @throws CompileError @throws NotModelledError
 */
export function checkFormulas(schema: ObjectSource & { all(): ObjectDefinition[] }): void {
  for (const definition of schema.all()) {
    for (const rule of definition.validationRules) if (rule.active) ruleProgram(rule, definition, schema);
    for (const field of definition.fields.values()) {
      defaultProgram(field, definition, schema);
      if (field.formula === null) continue;
      const where = `${definition.name}.${field.name}`;
      const target = { definition, schema, where };
      formulaProgram(field.formula, target, expectedKind(field, where), field.blanksAsZero === true);
    }
  }
}
