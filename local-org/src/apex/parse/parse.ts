import { ApexErrorListener, ApexParserFactory } from '@apexdevtools/apex-parser';
import type { ApexParser, ModifierContext, StatementContext } from '@apexdevtools/apex-parser';
import { CompileError } from '../../errors.ts';
import type { AnonymousNode, ClassNode, MemberNode, Statement, TriggerNode } from './ast.ts';
import { memberNodes, modifiers, typeDeclaration } from './declarations.ts';
import type { MemberContext } from './declarations.ts';
import { optional } from './expressions.ts';
import { statement } from './statements.ts';

class Thrower extends ApexErrorListener {
  readonly file: string;
  constructor(file: string) {
    super();
    this.file = file;
  }
  override apexSyntaxError(line: number, _column: number, message: string): void {
    // the tokens that would have been right are most of the grammar
    throw new CompileError(message.replace(/ expecting \{.*$/s, ''), this.file, line);
  }
}

function parserOf(source: string, file: string): ApexParser {
  return ApexParserFactory.createLexerAndParser(source, new Thrower(file)).parser;
}

/** Parses a .cls file. @throws {CompileError} on a syntax error */
export function parseClass(source: string, file: string): ClassNode {
  return typeDeclaration(parserOf(source, file).compilationUnit().typeDeclaration(), file);
}

interface BodyMember {
  modifier_list(): ModifierContext[];
  statement(): StatementContext;
}

/**
 * Sorts what stands in a trigger or an anonymous block into statements and declarations. The grammar takes
 * `Integer i = 0;` there for a field, but it is a variable of the block.
 */
function bodyOf<M extends BodyMember>(
  members: M[],
  declarationOf: (member: M) => MemberContext,
  file: string,
): { statements: Statement[]; members: MemberNode[] } {
  const result = { statements: [] as Statement[], members: [] as MemberNode[] };
  for (const member of members) {
    const declaration = optional(declarationOf(member));
    if (declaration === null) {
      result.statements.push(statement(member.statement(), file));
      continue;
    }
    for (const node of memberNodes(declaration, modifiers(member.modifier_list(), file), file)) {
      if (node.kind !== 'field') result.members.push(node);
      else {
        const { name, type, value, line } = node;
        result.statements.push({ kind: 'local', type, variables: [{ name, value, line }], line });
      }
    }
  }
  return result;
}

/** Parses a .trigger file. @throws {CompileError} on a syntax error */
export function parseTrigger(source: string, file: string): TriggerNode {
  const unit = parserOf(source, file).triggerUnit();
  const members = unit.triggerBlock().triggerBlockMember_list();
  const body = bodyOf(members, (m) => m.triggerMemberDeclaration(), file);
  return {
    name: unit.id(0).getText(),
    object: unit.id(1).getText(),
    events: unit.triggerCase_list().map((c) => `${c.getChild(0).getText()}_${c.getChild(1).getText()}`.toUpperCase()),
    body: { kind: 'block', statements: body.statements, line: unit.start.line },
    members: body.members,
    line: unit.start.line,
  };
}

/** Parses an anonymous block. @throws {CompileError} on a syntax error */
export function parseAnonymous(source: string, file: string): AnonymousNode {
  const members = parserOf(source, file).anonymousUnit().anonymousBlock().anonymousBlockMember_list();
  const body = bodyOf(members, (m) => m.anonymousMemberDeclaration(), file);
  return { body: { kind: 'block', statements: body.statements, line: 1 }, members: body.members, line: 1 };
}
