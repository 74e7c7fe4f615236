import { NotModelledError } from '../errors.ts';
import type { ObjectDefinition, ValidationRule } from '../schema/definition.ts';
import type { DmlError } from '../values/value.ts';
import type { Compiled } from './formula/compile.ts';
import { formulaProgram } from './formula/program.ts';
import type { ObjectSource } from './formula/scope.ts';
import { FormulaError } from './formula/value.ts';
import { ContextScope } from './context.ts';
import type { FormulaContext } from './context.ts';

/**
 * The errors of all active validation rules that the record breaks; each names the field that it is shown at, or none
 * (errorDisplayField of the metadata). A formula whose outcome is not known breaks nothing.
 * @throws CompileError for a formula that Salesforce would refuse
 * @throws NotModelledError for what this model does not know, and for a formula that fails, e.g. a division by zero:
 *   no source says what Salesforce does then
 */
export function checkValidationRules(context: FormulaContext): DmlError[] {
  const scope = new ContextScope(context);
  const errors: DmlError[] = [];
  for (const rule of context.definition.validationRules) {
    if (!rule.active) continue;
    if (runRule(rule, context, scope)) errors.push(ruleError(rule, context.definition));
  }
  return errors;
}

function runRule(rule: ValidationRule, context: FormulaContext, scope: ContextScope): boolean {
  try {
    return ruleProgram(rule, context.definition, context.schema).run(scope) === true;
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    throw new NotModelledError(
      `a validation rule whose formula fails: ${error.message}`,
      `${context.definition.name}.${rule.name}`,
    );
  }
}

/** The compiled condition of a rule. @throws CompileError @throws NotModelledError */
export function ruleProgram(rule: ValidationRule, definition: ObjectDefinition, schema: ObjectSource): Compiled {
  return formulaProgram(rule.formula, { definition, schema, where: `${definition.name}.${rule.name}` }, 'boolean');
}

function ruleError(rule: ValidationRule, definition: ObjectDefinition): DmlError {
  const name = rule.errorDisplayField;
  const fields = name === null ? [] : [definition.fields.get(name.toLowerCase())?.name ?? name];
  return { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: rule.message, fields };
}
