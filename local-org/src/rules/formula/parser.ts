import { CompileError } from '../../errors.ts';
import { lineOf, tokenize } from './lexer.ts';
import type { Token } from './lexer.ts';

export type FormulaNode =
  | { readonly type: 'number'; readonly text: string; readonly line: number }
  | { readonly type: 'text'; readonly text: string; readonly line: number }
  | { readonly type: 'constant'; readonly value: boolean | null; readonly line: number }
  /** a field or a global variable, as written: `Account.Owner.Name`, `$User.Id` */
  | { readonly type: 'name'; readonly name: string; readonly line: number }
  /** operators are calls too, under their symbol; `neg` and `pos` are the signs, `NOT` also stands for `!` */
  | { readonly type: 'call'; readonly name: string; readonly args: readonly FormulaNode[]; readonly line: number };

/**
 * Binding strength of the binary operators, all of them left-associative. `^` binds weaker than `*` and `/`, as in
 * Salesforce's own grammar (github.com/salesforce/formula-engine, FormulaGrammar.g: multiplicativeExpression).
 */
const STRENGTH: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '=': 3,
  '<>': 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '&': 5,
  '^': 6,
  '*': 7,
  '/': 7,
};

const SPELLINGS: Readonly<Record<string, string>> = { '==': '=', '!=': '<>' };

/** Infix and and or are the functions of that name. */
const FUNCTION_OF: Readonly<Record<string, string>> = { '||': 'OR', '&&': 'AND' };

/**
 * The syntax tree of a formula. Function names are in capitals.
 * @param where for messages, e.g. "Invoice__c.Amount_Is_Positive"
 * @throws CompileError "Syntax error …" with the line within the formula
 */
export function parseFormula(formula: string, where: string): FormulaNode {
  return new Parser(formula, where).parse();
}

class Parser {
  private readonly formula: string;
  private readonly where: string;
  private readonly tokens: Token[];
  private index = 0;

  constructor(formula: string, where: string) {
    this.formula = formula;
    this.where = where;
    this.tokens = tokenize(formula, where);
  }

  parse(): FormulaNode {
    const node = this.binary(1);
    if (this.token.kind !== 'end') this.fail(`Extra '${this.token.text}'`);
    return node;
  }

  private get token(): Token {
    const token = this.tokens[this.index];
    if (token === undefined) throw new Error('Read past the end of a formula');
    return token;
  }

  private get line(): number {
    return lineOf(this.formula, this.token.at);
  }

  private fail(what: string): never {
    throw new CompileError(`Syntax error. ${what}`, this.where, this.line);
  }

  private isSymbol(symbol: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === symbol;
  }

  private expect(symbol: string): void {
    if (!this.isSymbol(symbol)) this.fail(`Missing '${symbol}'`);
    this.index++;
  }

  private binary(weakest: number): FormulaNode {
    let left = this.unary();
    for (;;) {
      const { kind, text } = this.token;
      const operator = SPELLINGS[text] ?? text;
      const strength = kind === 'symbol' ? STRENGTH[operator] : undefined;
      if (strength === undefined || strength < weakest) return left;
      const line = this.line;
      this.index++;
      const right = this.binary(strength + 1);
      left = { type: 'call', name: FUNCTION_OF[operator] ?? operator, args: [left, right], line };
    }
  }

  private unary(): FormulaNode {
    const line = this.line;
    const isNot = this.isSymbol('!') || (this.token.kind === 'name' && this.token.text.toUpperCase() === 'NOT');
    const name = isNot ? 'NOT' : this.isSymbol('-') ? 'neg' : this.isSymbol('+') ? 'pos' : null;
    if (name === null) return this.primary();
    this.index++;
    return { type: 'call', name, args: [this.unary()], line };
  }

  private primary(): FormulaNode {
    const { kind, text } = this.token;
    const line = this.line;
    if (kind === 'end') this.fail('Unexpected end of the formula');
    this.index++;
    if (kind === 'number' || kind === 'text') return { type: kind, text, line };
    if (kind === 'name') return this.named(text, line);
    if (text !== '(') {
      this.index--;
      this.fail(`Found '${text}'`);
    }
    const inner = this.binary(1);
    this.expect(')');
    return inner;
  }

  private named(name: string, line: number): FormulaNode {
    const upper = name.toUpperCase();
    if (this.isSymbol('(')) return { type: 'call', name: upper, args: this.args(), line };
    if (upper === 'TRUE' || upper === 'FALSE') return { type: 'constant', value: upper === 'TRUE', line };
    if (upper === 'NULL') return { type: 'constant', value: null, line };
    return { type: 'name', name, line };
  }

  private args(): FormulaNode[] {
    this.expect('(');
    const args: FormulaNode[] = [];
    if (!this.isSymbol(')')) {
      args.push(this.binary(1));
      while (this.isSymbol(',')) {
        this.index++;
        args.push(this.binary(1));
      }
    }
    this.expect(')');
    return args;
  }
}
