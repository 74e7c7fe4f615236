import { ApexErrorListener, ApexParserFactory } from '@apexdevtools/apex-parser';
import type { ApexParser } from '@apexdevtools/apex-parser';
import { CompileError } from '../../errors.ts';
import type { AnonymousNode, ClassNode, MemberNode, Statement, TriggerNode } from './ast.ts';
import { memberNodes, modifiers, typeDeclaration } from './declarations.ts';
import { optional } from './expressions.ts';
import { statement } from './statements.ts';

class Thrower extends ApexErrorListener {
  readonly file: string;
  constructor(file: string) {
    super();
    this.file = file;
  }
  override apexSyntaxError(line: number, _column: number, message: string): void {
    throw new CompileError(message, this.file, line);
  }
}

function parserOf(source: string, file: string): ApexParser {
  return ApexParserFactory.createLexerAndParser(source, new Thrower(file)).parser;
}

/** Parses a .cls file. @throws {CompileError} on a syntax error */
export function parseClass(source: string, file: string): ClassNode {
  return typeDeclaration(parserOf(source, file).compilationUnit().typeDeclaration(), file);
}

/** Parses a .trigger file. @throws {CompileError} on a syntax error */
export function parseTrigger(source: string, file: string): TriggerNode {
  const unit = parserOf(source, file).triggerUnit();
  const statements: Statement[] = [];
  const members: MemberNode[] = [];
  for (const member of unit.triggerBlock().triggerBlockMember_list()) {
    const declaration = optional(member.triggerMemberDeclaration());
    if (declaration === null) statements.push(statement(member.statement(), file));
    else members.push(...memberNodes(declaration, modifiers(member.modifier_list(), file), file));
  }
  return {
    name: unit.id(0).getText(),
    object: unit.id(1).getText(),
    events: unit.triggerCase_list().map((c) => `${c.getChild(0).getText()}_${c.getChild(1).getText()}`.toUpperCase()),
    body: { kind: 'block', statements, line: unit.start.line },
    members,
    line: unit.start.line,
  };
}

/** Parses an anonymous block. @throws {CompileError} on a syntax error */
export function parseAnonymous(source: string, file: string): AnonymousNode {
  const unit = parserOf(source, file).anonymousUnit();
  const statements: Statement[] = [];
  const members: MemberNode[] = [];
  for (const member of unit.anonymousBlock().anonymousBlockMember_list()) {
    const declaration = optional(member.anonymousMemberDeclaration());
    if (declaration === null) statements.push(statement(member.statement(), file));
    else members.push(...memberNodes(declaration, modifiers(member.modifier_list(), file), file));
  }
  return { body: { kind: 'block', statements, line: 1 }, members, line: 1 };
}
