import { CompileError } from '../../errors.ts';

export interface Token {
  kind: 'number' | 'text' | 'name' | 'symbol' | 'end';
  /** text: the string's content; symbol: the operator; name and number: as written */
  text: string;
  at: number;
}

/** Longest first. The grammar is that of Salesforce's own engine (github.com/salesforce/formula-engine, FormulaGrammar.g). */
const SYMBOLS = [
  '<>',
  '!=',
  '==',
  '<=',
  '>=',
  '&&',
  '||',
  '(',
  ')',
  ',',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '^',
  '&',
  '!',
];

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', "'": "'", '\\': '\\' };

/**
 * Cuts a formula into tokens. A name may hold dots, `$`, `:` and `#` (Account.Owner:User.Name, $User.Id).
 * @param where for messages, e.g. "Invoice__c.Amount_Is_Positive"
 * @throws CompileError "Syntax error …"
 */
export function tokenize(formula: string, where: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < formula.length) {
    const rest = formula.slice(at);
    const skipped = /^(?:[ \t\f\r\n]+|\/\*[\s\S]*?\*\/)/.exec(rest)?.[0];
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const token = nextToken(rest, at, formula, where);
    tokens.push(token.token);
    at += token.length;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

function nextToken(rest: string, at: number, formula: string, where: string): { token: Token; length: number } {
  const number = /^\d+(?:\.\d+)?/.exec(rest)?.[0];
  if (number !== undefined) return { token: { kind: 'number', text: number, at }, length: number.length };
  const name = /^[A-Za-z$][A-Za-z0-9_$:.#]*/.exec(rest)?.[0];
  if (name !== undefined) return { token: { kind: 'name', text: name, at }, length: name.length };
  const quoted = /^(?:"(?:\\[nrt"'\\]|[^"\\\r\n])*"|'(?:\\[nrt"'\\]|[^'\\\r\n])*')/.exec(rest)?.[0];
  if (quoted !== undefined) {
    const text = quoted.slice(1, -1).replace(/\\(.)/g, (_all, char: string) => ESCAPES[char] ?? char);
    return { token: { kind: 'text', text, at }, length: quoted.length };
  }
  const symbol = SYMBOLS.find((candidate) => rest.startsWith(candidate));
  if (symbol !== undefined) return { token: { kind: 'symbol', text: symbol, at }, length: symbol.length };
  throw new CompileError(`Syntax error. Found '${rest.charAt(0)}'`, where, lineOf(formula, at));
}

/** The line of a position, from 1. */
export function lineOf(formula: string, at: number): number {
  return formula.slice(0, at).split('\n').length;
}
