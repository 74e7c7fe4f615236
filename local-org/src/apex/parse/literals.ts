import type { LiteralContext } from '@apexdevtools/apex-parser';
import { CompileError } from '../../errors.ts';
import type { Literal } from './ast.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

/** The text that a string literal stands for, escapes resolved. @param source the literal without its quotes */
export function unescapeString(source: string, file: string, line: number): string {
  return source.replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    const char = ESCAPES[escape.toLowerCase()];
    if (char === undefined)
      throw new CompileError(`Illegal string literal: Invalid string escape \\${escape}`, file, line);
    return char;
  });
}

/** A `'''` literal: the body starts on the next line, and the common indentation of its lines is not part of it. */
function multiline(source: string, file: string, line: number): string {
  const body = source.slice(3, -3).replace(/^[ \t]*\r?\n/, '');
  const lines = body.split(/\r?\n/);
  const last = lines[lines.length - 1] ?? '';
  const counted = lines.filter((l, i) => l.trim() !== '' || i === lines.length - 1);
  const indent = Math.min(...counted.map((l) => /^[ \t]*/.exec(l)?.[0].length ?? 0));
  const stripped = lines.map((l) => l.slice(Math.min(indent, l.length)));
  if (last.trim() === '') stripped[stripped.length - 1] = '';
  return unescapeString(stripped.join('\n'), file, line);
}

/** Apex integers are 32 bits; -2147483648 is written through the unary minus, so its positive form is let through. */
export function integerLiteral(text: string, file: string, line: number): number {
  const value = Number(text);
  if (value > 2_147_483_648) throw new CompileError(`Illegal integer: ${text}`, file, line);
  return value;
}

export function literal(ctx: LiteralContext, file: string): Literal {
  const line = ctx.start.line;
  const text = ctx.getText();
  if (ctx.NULL()) return { kind: 'null', line };
  if (ctx.BooleanLiteral()) return { kind: 'boolean', value: text.toLowerCase() === 'true', line };
  if (ctx.IntegerLiteral()) return { kind: 'integer', value: integerLiteral(text, file, line), line };
  if (ctx.LongLiteral()) return { kind: 'long', value: BigInt(text.slice(0, -1)), line };
  if (ctx.NumberLiteral()) {
    return /[dD]$/.test(text) ? { kind: 'double', text: text.slice(0, -1), line } : { kind: 'decimal', text, line };
  }
  if (ctx.MultilineStringLiteral()) return { kind: 'string', value: multiline(text, file, line), line };
  return { kind: 'string', value: unescapeString(text.slice(1, -1), file, line), line };
}
