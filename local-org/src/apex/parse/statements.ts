import type {
  BlockContext,
  ForStatementContext,
  LocalVariableDeclarationContext,
  StatementContext,
  SwitchStatementContext,
  TryStatementContext,
  WhenLiteralContext,
} from '@apexdevtools/apex-parser';
import type { AccessLevelContext, ExpressionContext } from '@apexdevtools/apex-parser';
import { NotModelledError } from '../../errors.ts';
import type { Block, DmlKind, Literal, LocalDeclaration, Statement, WhenValue } from './ast.ts';
import { expression, optional, typeNode } from './expressions.ts';
import { integerLiteral, unescapeString } from './literals.ts';

export function block(ctx: BlockContext, file: string): Block {
  return { kind: 'block', statements: ctx.statement_list().map((s) => statement(s, file)), line: ctx.start.line };
}

function local(ctx: LocalVariableDeclarationContext, file: string): LocalDeclaration {
  return {
    kind: 'local',
    type: typeNode(ctx.typeRef()),
    variables: ctx
      .variableDeclarators()
      .variableDeclarator_list()
      .map((v) => ({
        name: v.id().getText(),
        value: optional(v.expression()) === null ? null : expression(v.expression(), file),
        line: v.start.line,
      })),
    line: ctx.start.line,
  };
}

export function statement(ctx: StatementContext, file: string): Statement {
  const line = ctx.start.line;
  if (ctx.block()) return block(ctx.block(), file);
  if (ctx.localVariableDeclarationStatement()) {
    return local(ctx.localVariableDeclarationStatement().localVariableDeclaration(), file);
  }
  if (ctx.expressionStatement()) {
    return { kind: 'expressionStatement', expression: expression(ctx.expressionStatement().expression(), file), line };
  }
  if (ctx.ifStatement()) {
    const [then, otherwise] = ctx.ifStatement().statement_list();
    return {
      kind: 'if',
      condition: expression(ctx.ifStatement().parExpression().expression(), file),
      then: statement(then!, file),
      else: otherwise === undefined ? null : statement(otherwise, file),
      line,
    };
  }
  if (ctx.returnStatement()) {
    const value = optional(ctx.returnStatement().expression());
    return { kind: 'return', value: value === null ? null : expression(value, file), line };
  }
  if (ctx.throwStatement()) return { kind: 'throw', value: expression(ctx.throwStatement().expression(), file), line };
  if (ctx.breakStatement()) return { kind: 'break', line };
  if (ctx.continueStatement()) return { kind: 'continue', line };
  if (ctx.forStatement()) return forStatement(ctx.forStatement(), file);
  if (ctx.whileStatement()) {
    const loop = ctx.whileStatement();
    return {
      kind: 'while',
      condition: expression(loop.parExpression().expression(), file),
      body: optional(loop.statement()) === null ? null : statement(loop.statement(), file),
      line,
    };
  }
  if (ctx.doWhileStatement()) {
    const loop = ctx.doWhileStatement();
    return {
      kind: 'doWhile',
      condition: expression(loop.parExpression().expression(), file),
      body: block(loop.block(), file),
      line,
    };
  }
  if (ctx.tryStatement()) return tryStatement(ctx.tryStatement(), file);
  if (ctx.switchStatement()) return switchStatement(ctx.switchStatement(), file);
  if (ctx.runAsStatement()) {
    const runAs = ctx.runAsStatement();
    const args = optional(runAs.expressionList())?.expression_list() ?? [];
    return { kind: 'runAs', arguments: args.map((e) => expression(e, file)), body: block(runAs.block(), file), line };
  }
  return dmlStatement(ctx, file);
}

function dmlStatement(ctx: StatementContext, file: string): Statement {
  const line = ctx.start.line;
  const dml = (
    operation: DmlKind,
    of: { accessLevel(): AccessLevelContext; expression(): ExpressionContext },
    field: string[] | null = null,
  ): Statement => {
    const level = optional(of.accessLevel());
    const access = level === null ? null : optional(level.USER()) !== null ? 'USER' : 'SYSTEM';
    return { kind: 'dml', operation, access, target: expression(of.expression(), file), field, line };
  };
  if (ctx.insertStatement()) return dml('insert', ctx.insertStatement());
  if (ctx.updateStatement()) return dml('update', ctx.updateStatement());
  if (ctx.deleteStatement()) return dml('delete', ctx.deleteStatement());
  if (ctx.undeleteStatement()) return dml('undelete', ctx.undeleteStatement());
  if (ctx.upsertStatement()) {
    const name = optional(ctx.upsertStatement().qualifiedName());
    return dml('upsert', ctx.upsertStatement(), name === null ? null : name.id_list().map((i) => i.getText()));
  }
  if (ctx.mergeStatement()) {
    const merge = ctx.mergeStatement();
    const level = optional(merge.accessLevel());
    const [master, duplicates] = merge.expression_list();
    return {
      kind: 'merge',
      access: level === null ? null : optional(level.USER()) !== null ? 'USER' : 'SYSTEM',
      master: expression(master!, file),
      duplicates: expression(duplicates!, file),
      line,
    };
  }
  throw new NotModelledError(`statement ${ctx.getText()}`, `${file}:${line}`);
}

function forStatement(ctx: ForStatementContext, file: string): Statement {
  const line = ctx.start.line;
  const body = optional(ctx.statement()) === null ? null : statement(ctx.statement(), file);
  const control = ctx.forControl();
  const each = optional(control.enhancedForControl());
  if (each !== null) {
    const iterable = expression(each.expression(), file);
    return { kind: 'forEach', type: typeNode(each.typeRef()), name: each.id().getText(), iterable, body, line };
  }
  const init = optional(control.forInit());
  const declaration = init === null ? null : optional(init.localVariableDeclaration());
  const condition = optional(control.expression());
  const update = optional(control.forUpdate());
  return {
    kind: 'for',
    init:
      init === null
        ? null
        : declaration !== null
          ? local(declaration, file)
          : init
              .expressionList()
              .expression_list()
              .map((e) => expression(e, file)),
    condition: condition === null ? null : expression(condition, file),
    update:
      update === null
        ? []
        : update
            .expressionList()
            .expression_list()
            .map((e) => expression(e, file)),
    body,
    line,
  };
}

function tryStatement(ctx: TryStatementContext, file: string): Statement {
  const last = optional(ctx.finallyBlock());
  return {
    kind: 'try',
    body: block(ctx.block(), file),
    catches: ctx.catchClause_list().map((c) => ({
      type: {
        parts: c
          .qualifiedName()
          .id_list()
          .map((i) => ({ name: i.getText(), args: [] })),
        dimensions: 0,
        line: c.start.line,
      },
      name: c.id().getText(),
      body: block(c.block(), file),
      line: c.start.line,
    })),
    finally: last === null ? null : block(last.block(), file),
    line: ctx.start.line,
  };
}

function switchStatement(ctx: SwitchStatementContext, file: string): Statement {
  return {
    kind: 'switch',
    subject: expression(ctx.expression(), file),
    cases: ctx.whenControl_list().map((c) => {
      const when = c.whenValue();
      let value: WhenValue;
      if (optional(when.typeRef()) !== null) {
        value = { kind: 'type', type: typeNode(when.typeRef()), name: when.id().getText() };
      } else if (when.whenLiteral_list().length > 0) {
        value = { kind: 'literals', literals: when.whenLiteral_list().map((l) => whenLiteral(l, file)) };
      } else value = { kind: 'else' };
      return { value, body: block(c.block(), file), line: c.start.line };
    }),
    line: ctx.start.line,
  };
}

function whenLiteral(ctx: WhenLiteralContext, file: string): Literal | { kind: 'name'; parts: string[]; line: number } {
  const line = ctx.start.line;
  const inner = optional(ctx.whenLiteral());
  if (inner !== null) return whenLiteral(inner, file);
  const sign = ctx.SUB_list().length % 2 === 1 ? -1 : 1;
  if (ctx.IntegerLiteral()) {
    return { kind: 'integer', value: sign * integerLiteral(ctx.IntegerLiteral().getText(), file, line), line };
  }
  if (ctx.LongLiteral()) {
    return { kind: 'long', value: BigInt(sign) * BigInt(ctx.LongLiteral().getText().slice(0, -1)), line };
  }
  if (ctx.StringLiteral()) {
    return { kind: 'string', value: unescapeString(ctx.StringLiteral().getText().slice(1, -1), file, line), line };
  }
  if (ctx.NULL()) return { kind: 'null', line };
  if (ctx.qualifiedName()) {
    const parts = ctx
      .qualifiedName()
      .id_list()
      .map((i) => i.getText());
    return { kind: 'name', parts, line };
  }
  throw new NotModelledError(`when ${ctx.getText()}`, `${file}:${line}`);
}
