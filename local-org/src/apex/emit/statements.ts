import { apexType, T } from '../../types/type.ts';
import type { Block, Expression, Statement } from '../parse/ast.ts';
import { supertypes } from '../resolve/relations.ts';
import { forEach, forLoop, loopMark } from './loops.ts';
import { dml, merge } from './dml.ts';
import { completes } from './flow.ts';
import type { MethodContext } from './context.ts';
import { nonNull } from './context.ts';
import { condition, expression, expressionAs } from './expression.ts';
import { switchStatement } from './switch.ts';

/** The statements of a block, without braces. */
export function statements(ctx: MethodContext, list: readonly Statement[]): string {
  return list
    .map((node, i) => {
      const before = list[i - 1];
      if (before !== undefined && (!completes(before) || before.kind === 'break' || before.kind === 'continue')) {
        throw ctx.error('Unreachable statement', node.line);
      }
      return statement(ctx, node);
    })
    .join('\n');
}

export function block(ctx: MethodContext, node: Block): string {
  ctx.push();
  const js = statements(ctx, node.statements);
  ctx.pop();
  return `{\n${js}\n}`;
}

/** Says where the running method is, and counts the line. */
export function mark(ctx: MethodContext, line: number): string {
  const { emission } = ctx;
  const at = `$f.line = ${line};`;
  if (!emission.withCoverage || ctx.cls.isTest) return at;
  const file = emission.coverageOf(ctx.cls.file);
  file.lines.add(line);
  file.size = Math.max(file.size, line + 1);
  return `${at} ${emission.coverage.name(file)}[${line}] = 1;`;
}

export function body(ctx: MethodContext, node: Statement | null): string {
  if (node === null) return '{}';
  return node.kind === 'block' ? block(ctx, node) : block(ctx, { kind: 'block', statements: [node], line: node.line });
}

export function statement(ctx: MethodContext, node: Statement): string {
  ctx.line = node.line;
  switch (node.kind) {
    case 'block':
      return block(ctx, node);
    case 'local': {
      const type = ctx.resolve(node.type);
      return node.variables
        .map((v) => {
          const value = v.value === null ? 'null' : expressionAs(ctx, v.value, type);
          const marker = v.value === null ? '' : `${mark(ctx, node.line)} `;
          return `${marker}let ${ctx.declare(v.name, type).js} = ${value};`;
        })
        .join('\n');
    }
    case 'expressionStatement':
      return `${mark(ctx, node.line)} ${statementExpression(ctx, node.expression)};`;
    case 'if': {
      const test = condition(ctx, node.condition);
      const otherwise = node.else === null ? '' : ` else ${body(ctx, node.else)}`;
      return `${mark(ctx, node.line)} if (${test}) ${body(ctx, node.then)}${otherwise}`;
    }
    case 'for':
      return forLoop(ctx, node);
    case 'forEach':
      return forEach(ctx, node);
    case 'while': {
      const test = condition(ctx, node.condition);
      ctx.loopDepth++;
      const js = `${mark(ctx, node.line)} while (${test}) { ${loopMark()} ${body(ctx, node.body)} ${mark(ctx, node.line)} }`;
      ctx.loopDepth--;
      return js;
    }
    case 'doWhile': {
      ctx.loopDepth++;
      const inner = block(ctx, node.body);
      ctx.loopDepth--;
      const test = condition(ctx, node.condition);
      return `do { ${loopMark()} ${inner} ${mark(ctx, node.line)} } while (${test});`;
    }
    case 'break':
    case 'continue':
      if (ctx.loopDepth === 0) throw ctx.error(`${node.kind} statement must be in a loop`);
      return `${mark(ctx, node.line)} ${node.kind};`;
    case 'return':
      return returnStatement(ctx, node);
    case 'throw': {
      const value = expression(ctx, node.value);
      if (!isThrowable(ctx, value.type))
        throw ctx.error(`Throw expression must be of type exception: ${value.type.text}`);
      return `${mark(ctx, node.line)} throw R.thrown(x, ${nonNull(value)});`;
    }
    case 'try':
      return tryStatement(ctx, node);
    case 'switch':
      return switchStatement(ctx, node);
    case 'dml':
      return `${mark(ctx, node.line)} ${dml(ctx, node)};`;
    case 'merge':
      return `${mark(ctx, node.line)} ${merge(ctx, node)};`;
    case 'runAs': {
      const [user] = node.arguments;
      if (user === undefined || node.arguments.length !== 1) throw ctx.error('System.runAs takes one argument');
      // a version of a managed package: the org's own code is the same in all of them
      if (isVersion(ctx, user)) return `${mark(ctx, node.line)} ${block(ctx, node.body)}`;
      const record = expressionAs(ctx, user, apexType('User'));
      const previous = ctx.unique('user');
      return `${mark(ctx, node.line)} { const ${previous} = yield* R.beginRunAs(x, ${record}); try ${block(ctx, node.body)} finally { ${previous}(); } }`;
    }
  }
}

/** Whether System.runAs is told a package version and not a user. */
function isVersion(ctx: MethodContext, argument: Expression): boolean {
  return argument.kind === 'new' && ctx.resolve(argument.type).name === 'Version';
}

function statementExpression(ctx: MethodContext, node: Expression): string {
  const allowed = ['call', 'constructorCall', 'assign', 'step', 'new', 'soql'];
  if (!allowed.includes(node.kind)) throw ctx.error('Expression cannot be a statement');
  return expression(ctx, node).js;
}

export function isThrowable(ctx: MethodContext, type: typeof T.Object): boolean {
  for (const at of supertypes(ctx.world, type)) if (at.name === 'Exception') return true;
  return false;
}

function returnStatement(ctx: MethodContext, node: Extract<Statement, { kind: 'return' }>): string {
  const leave = ctx.hasFinally ? '$returned = true; x.frames.length = $d;' : 'x.frames.length = $d;';
  if (node.value === null) {
    if (ctx.returns !== T.Void) throw ctx.error(`Missing return value: ${ctx.returns.text}`);
    return `${mark(ctx, node.line)} ${leave} return;`;
  }
  if (ctx.returns === T.Void) throw ctx.error('Return value from a void method');
  const value = expressionAs(ctx, node.value, ctx.returns);
  return `{ ${mark(ctx, node.line)} const $r = ${value}; ${leave} return $r; }`;
}

function tryStatement(ctx: MethodContext, node: Extract<Statement, { kind: 'try' }>): string {
  if (node.finally !== null) ctx.hasFinally = true;
  let js = `try ${block(ctx, node.body)}`;
  if (node.catches.length > 0) js += ` ${catches(ctx, node)}`;
  if (node.finally === null) return js;
  // neither a limit that was exceeded nor a thing that is not modelled may run Apex on its way out
  const [fatal, error] = [ctx.unique('fatal'), ctx.unique('e')];
  const inner = node.catches.length > 0 ? `{ ${js} }` : js.slice('try '.length);
  const last = block(ctx, node.finally);
  return `{ let ${fatal} = false; try ${inner} catch (${error}) { ${fatal} = !R.caught(x, ${error}, $d, $f); throw ${error}; }
finally { if (!${fatal}) { R.enterFinally(x, $d, $f); ${last} if ($returned) x.frames.length = $d; } } }`;
}

function catches(ctx: MethodContext, node: Extract<Statement, { kind: 'try' }>): string {
  const error = ctx.unique('e');
  const value = ctx.unique('x');
  const clauses = node.catches.map((clause) => {
    const type = ctx.resolve(clause.type);
    if (!isThrowable(ctx, type)) throw ctx.error(`Catch type must be an exception: ${type.text}`, clause.line);
    ctx.push();
    const local = ctx.declare(clause.name, type);
    const inner = block(ctx, clause.body);
    ctx.pop();
    const test = type.name === 'Exception' ? 'true' : `R.isInstance(x, ${value}, ${ctx.type(type)})`;
    return `if (${test}) { let ${local.js} = ${value}; ${inner} }`;
  });
  return `catch (${error}) { if (!R.caught(x, ${error}, $d, $f)) throw ${error}; const ${value} = ${error}.value; ${clauses.join(' else ')} else throw ${error}; }`;
}
