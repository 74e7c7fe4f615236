import { CompileError, NotModelledError } from '../../errors.ts';
import type { FieldDefinition } from '../../schema/definition.ts';
import { ApexDecimal } from '../../values/decimal.ts';
import { DATE_FUNCTIONS } from './date-functions.ts';
import { arithmetic, arithmeticKind, comparison, equality, joined } from './operators.ts';
import { NUMBER_FUNCTIONS } from './number-functions.ts';
import { ownField, resolveField } from './names.ts';
import type { FormulaNode } from './parser.ts';
import { parseFormula } from './parser.ts';
import type { FormulaScope, FormulaTarget } from './scope.ts';
import type { FormulaFunction } from './signature.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';
import { formulaValue, fromStored, kindOfField, sameValue } from './value.ts';
import type { FormulaValue, Kind } from './value.ts';

/** A formula, or a part of one, checked and ready to run on records. */
export interface Compiled {
  readonly kind: Kind;
  run(scope: FormulaScope): FormulaValue;
}

export interface CompileOptions {
  /** empty numbers count as 0 (formula fields with formulaTreatBlanksAs BlankAsZero) */
  blanksAsZero: boolean;
}

type Call = Extract<FormulaNode, { type: 'call' }>;

const FUNCTIONS: ReadonlyMap<string, FormulaFunction> = new Map([
  ...TEXT_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...DATE_FUNCTIONS,
]);

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  number: 'Number',
  text: 'Text',
  boolean: 'Boolean',
  date: 'Date',
  datetime: 'DateTime',
  time: 'Time',
  picklist: 'Picklist',
  multipicklist: 'Multi-Select Picklist',
  null: 'Null',
  any: 'Any',
};

/** What everything but the functions made for picklists accepts. */
const PLAIN: readonly Kind[] = ['number', 'text', 'boolean', 'date', 'datetime', 'time'];
const NOT_BOOLEAN: readonly Kind[] = ['number', 'text', 'date', 'datetime', 'time'];

/**
 * Parses and checks a formula.
 * @throws CompileError for a formula that Salesforce would refuse to save, in Salesforce's words
 * @throws NotModelledError for a function, field or variable that this model does not know
 */
export function compileFormula(formula: string, target: FormulaTarget, options: CompileOptions): Compiled {
  return new Compiler(target, options).compile(parseFormula(formula, target.where));
}

class Compiler {
  private readonly target: FormulaTarget;
  private readonly options: CompileOptions;

  constructor(target: FormulaTarget, options: CompileOptions) {
    this.target = target;
    this.options = options;
  }

  compile(node: FormulaNode): Compiled {
    switch (node.type) {
      case 'number': {
        const value = ApexDecimal.parse(node.text);
        return { kind: 'number', run: () => value };
      }
      case 'text': {
        const value = node.text === '' ? null : node.text;
        return { kind: 'text', run: () => value };
      }
      case 'constant': {
        const { value } = node;
        return { kind: value === null ? 'null' : 'boolean', run: () => value };
      }
      case 'name':
        return this.name(node.name);
      case 'call':
        return this.call(node);
    }
  }

  private name(name: string): Compiled {
    const { where } = this.target;
    if (name.startsWith('$')) {
      return {
        kind: name.toLowerCase().startsWith('$permission.') ? 'boolean' : 'any',
        run: (scope) => {
          const value = scope.global(name);
          if (value === undefined) throw new NotModelledError(`formula variable ${name}`, where);
          return formulaValue(value);
        },
      };
    }
    const path = resolveField(name, this.target);
    const kind = kindOfField(path.field, where);
    const zero = this.options.blanksAsZero && kind === 'number' ? ApexDecimal.ZERO : null;
    return { kind, run: (scope) => fromStored(scope.field(path), path.field) ?? zero };
  }

  private call(node: Call): Compiled {
    switch (node.name) {
      case 'neg':
      case 'pos': {
        const operand = this.argument(node, 0, ['number']);
        const negative = node.name === 'neg';
        return {
          kind: 'number',
          run: (scope) => {
            const value = operand.run(scope);
            return negative && value instanceof ApexDecimal ? value.negate() : value;
          },
        };
      }
      case '+':
      case '-':
      case '*':
      case '/':
      case '^':
        return this.arithmetic(node);
      case '&': {
        const [left, right] = [this.argument(node, 0, ['text']), this.argument(node, 1, ['text'])];
        return { kind: 'text', run: (scope) => joined(left.run(scope), right.run(scope)) };
      }
      case '=':
      case '<>':
        return this.equality(node);
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const kinds: readonly Kind[] = ['number', 'date', 'datetime', 'time'];
        const [left, right] = this.alike(node, kinds);
        return { kind: 'boolean', run: (scope) => comparison(node.name, left.run(scope), right.run(scope)) };
      }
      default:
        return this.special(node) ?? this.function(node);
    }
  }

  private arithmetic(node: Call): Compiled {
    const [left, right] = [this.argument(node, 0, PLAIN), this.argument(node, 1, PLAIN)];
    const kind = arithmeticKind(node.name, left.kind, right.kind);
    if (kind === null) this.wrongType(node, ['number', 'date', 'datetime'], right.kind);
    return { kind, run: (scope) => arithmetic(node.name, left.run(scope), right.run(scope), kind) };
  }

  private equality(node: Call): Compiled {
    const [left, right] = this.alike(node, PLAIN);
    const asText = left.kind === 'text' || right.kind === 'text';
    const negative = node.name === '<>';
    return {
      kind: 'boolean',
      run: (scope) => {
        const [a, b] = [left.run(scope), right.run(scope)];
        const same = equality(a, b, asText || typeof a === 'string' || typeof b === 'string');
        return same === null ? null : same !== negative;
      },
    };
  }

  /** Functions that do not compute all their arguments first, or whose result has the type of an argument. */
  private special(node: Call): Compiled | null {
    switch (node.name) {
      case 'NOT': {
        const operand = this.argument(node, 0, ['boolean'], 1);
        return {
          kind: 'boolean',
          run: (scope) => {
            // NOT of what is not known is not known either (formula-engine, OperatorNot).
            const value = operand.run(scope);
            return value === null ? null : value !== true;
          },
        };
      }
      case 'AND':
      case 'OR': {
        const stop = node.name === 'OR';
        const args = node.args.map((_arg, index) => this.argument(node, index, ['boolean']));
        if (args.length === 0) this.wrongCount(node, 1);
        // What is not known counts as false (FunctionAnd, FunctionOr).
        return { kind: 'boolean', run: (scope) => args.some((a) => (a.run(scope) === true) === stop) === stop };
      }
      case 'IF':
        return this.if(node);
      case 'CASE':
        return this.case(node);
      case 'ISBLANK':
      case 'ISNULL':
        return this.isBlank(node);
      case 'BLANKVALUE':
      case 'NULLVALUE':
        return this.blankValue(node);
      case 'ISPICKVAL':
        return this.isPickVal(node);
      case 'ISNEW':
        if (node.args.length > 0) this.wrongCount(node, 0);
        return { kind: 'boolean', run: (scope) => scope.isNew };
      case 'ISCHANGED':
      case 'PRIORVALUE':
        return this.ofField(node);
      default:
        return null;
    }
  }

  private if(node: Call): Compiled {
    const condition = this.argument(node, 0, ['boolean'], 3);
    const [yes, no] = [this.argument(node, 1, PLAIN, 3), this.argument(node, 2, PLAIN, 3)];
    const kind = this.common(node, yes.kind, no.kind);
    return { kind, run: (scope) => (condition.run(scope) === true ? yes : no).run(scope) };
  }

  /** Conditions of CASE are compared in order; a blank matches only an empty text (formula-engine, FunctionCase). */
  private case(node: Call): Compiled {
    const count = node.args.length;
    if (count < 4 || count % 2 !== 0) this.wrongCount(node, Math.max(4, count + 1));
    const subject = this.argument(node, 0, [...NOT_BOOLEAN, 'picklist']);
    const asText = subject.kind === 'text' || subject.kind === 'picklist';
    const branches: { when: Compiled; then: Compiled }[] = [];
    let kind: Kind = 'null';
    for (let i = 1; i + 1 < count; i += 2) {
      const when = this.argument(node, i, NOT_BOOLEAN);
      if (subject.kind === 'picklist' && node.args[i]?.type !== 'text') this.wrongType(node, ['text'], when.kind);
      if (subject.kind !== 'picklist') this.common(node, subject.kind, when.kind);
      const then = this.argument(node, i + 1, NOT_BOOLEAN);
      kind = this.common(node, kind, then.kind);
      branches.push({ when, then });
    }
    const otherwise = this.argument(node, count - 1, NOT_BOOLEAN);
    kind = this.common(node, kind, otherwise.kind);
    return {
      kind,
      run: (scope) => {
        const value = subject.run(scope);
        const found = branches.find(({ when }) => equality(value, when.run(scope), asText) === true);
        return (found?.then ?? otherwise).run(scope);
      },
    };
  }

  /** Text is never null for ISNULL and NULLVALUE, only blank (Salesforce Help, ISNULL). */
  private isBlank(node: Call): Compiled {
    const operand = this.argument(node, 0, [...NOT_BOOLEAN, 'picklist', 'multipicklist'], 1);
    if (node.name === 'ISNULL' && operand.kind === 'text') return { kind: 'boolean', run: () => false };
    return { kind: 'boolean', run: (scope) => operand.run(scope) === null };
  }

  private blankValue(node: Call): Compiled {
    const operand = this.argument(node, 0, NOT_BOOLEAN, 2);
    const substitute = this.argument(node, 1, NOT_BOOLEAN, 2);
    const kind = this.common(node, operand.kind, substitute.kind);
    if (node.name === 'NULLVALUE' && kind === 'text') return operand;
    return { kind, run: (scope) => operand.run(scope) ?? substitute.run(scope) };
  }

  private isPickVal(node: Call): Compiled {
    const operand = this.argument(node, 0, ['picklist'], 2);
    const literal = node.args[1];
    if (literal?.type !== 'text') this.wrongType(node, ['text'], this.argument(node, 1, PLAIN).kind);
    const wanted = literal.text;
    return { kind: 'boolean', run: (scope) => (operand.run(scope) ?? '') === wanted };
  }

  /**
   * ISCHANGED is false and PRIORVALUE the present value for a new record
   * (Salesforce Help, ISCHANGED and PRIORVALUE).
   */
  private ofField(node: Call): Compiled {
    const name = node.args[0];
    if (node.args.length !== 1) this.wrongCount(node, 1);
    const field = name?.type === 'name' ? ownField(name.name, this.target) : null;
    if (field === null) {
      throw new CompileError(
        `Incorrect parameter for function '${node.name}()'. Expected Field Reference`,
        this.target.where,
        node.line,
      );
    }
    const kind = kindOfField(field, this.target.where);
    if (node.name === 'PRIORVALUE') return { kind, run: (scope) => fromStored(scope.prior(field), field) };
    return { kind: 'boolean', run: (scope) => !scope.isNew && isChanged(scope, field) };
  }

  private function(node: Call): Compiled {
    const fn = FUNCTIONS.get(node.name);
    if (fn === undefined) throw new NotModelledError(`formula function ${node.name}()`, this.target.where);
    const { parameters, variadic } = fn;
    const least = parameters.filter((p) => !p.optional).length;
    if (node.args.length < least) this.wrongCount(node, least);
    if (!variadic && node.args.length > parameters.length) this.wrongCount(node, parameters.length);
    const args = node.args.map((_arg, i) => {
      const parameter = parameters[Math.min(i, parameters.length - 1)];
      return this.argument(node, i, parameter?.kinds ?? []);
    });
    return {
      kind: fn.result,
      run: (scope) =>
        fn.run(
          args.map((a) => a.run(scope)),
          scope,
        ),
    };
  }

  /** An argument of one of these kinds. @param count how many the function takes, when that is fixed */
  private argument(node: Call, index: number, kinds: readonly Kind[], count?: number): Compiled {
    if (count !== undefined && node.args.length !== count) this.wrongCount(node, count);
    const arg = node.args[index];
    if (arg === undefined) this.wrongCount(node, index + 1);
    const compiled = this.compile(arg);
    if (compiled.kind !== 'any' && compiled.kind !== 'null' && !kinds.includes(compiled.kind)) {
      if (arg.type === 'name' && (compiled.kind === 'picklist' || compiled.kind === 'multipicklist')) {
        throw new CompileError(
          `Field ${arg.name} is a picklist field. Picklist fields are only supported in certain functions.`,
          this.target.where,
          node.line,
        );
      }
      this.wrongType(node, kinds, compiled.kind);
    }
    return compiled;
  }

  private alike(node: Call, kinds: readonly Kind[]): [Compiled, Compiled] {
    const [left, right] = [this.argument(node, 0, kinds), this.argument(node, 1, kinds)];
    this.common(node, left.kind, right.kind);
    return [left, right];
  }

  private common(node: Call, left: Kind, right: Kind): Kind {
    if (left === 'null' || left === right) return right;
    if (right === 'null') return left;
    if (left === 'any' || right === 'any') return 'any';
    this.wrongType(node, [left], right);
  }

  private wrongType(node: Call, expected: readonly Kind[], received: Kind): never {
    const what = /^[A-Z]/.test(node.name)
      ? `function '${node.name}()'`
      : `operator '${node.name === 'neg' ? '-' : node.name === 'pos' ? '+' : node.name}'`;
    throw new CompileError(
      `Incorrect parameter type for ${what}. Expected ${expected.map((kind) => KIND_NAMES[kind]).join(', ')}, ` +
        `received ${KIND_NAMES[received]}`,
      this.target.where,
      node.line,
    );
  }

  private wrongCount(node: Call, expected: number): never {
    throw new CompileError(
      `Incorrect number of parameters for function '${node.name}()'. ` +
        `Expected ${expected}, received ${node.args.length}`,
      this.target.where,
      node.line,
    );
  }
}

/** Line ends of either kind are the same (formula-engine, FunctionIsChanged). */
function isChanged(scope: FormulaScope, field: FieldDefinition): boolean {
  const [now, before] = [scope.field({ relationships: [], field }), scope.prior(field)].map((value) => {
    const plain = fromStored(value, field);
    return typeof plain === 'string' ? plain.replaceAll('\r\n', '\n') : plain;
  });
  if (now === undefined || before === undefined || now === null || before === null) return now !== before;
  return !sameValue(now, before);
}
