import { needsScope } from '../../platform/index.ts';
import { T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import type { Expression } from '../parse/ast.ts';
import type { Callable } from '../resolve/members.ts';
import { chooseOverload, constructorsOf, methodsNamed } from '../resolve/members.ts';
import { isException } from '../resolve/declare.ts';
import type { ClassSymbol, MethodSymbol } from '../resolve/symbols.ts';
import { hasAnnotation, lineage, signatureText } from '../resolve/symbols.ts';
import type { Code, MethodContext } from './context.ts';
import { chained, nonNull } from './context.ts';
import { convert, singleRow } from './convert.ts';
import { expression } from './expression.ts';
import { checkVisible, eitherMeaning, recordMember, resolvePath } from './names.ts';

type CallNode = Extract<Expression, { kind: 'call' }>;

export function call(ctx: MethodContext, node: CallNode): Code {
  if (node.target === null) return unqualified(ctx, node);
  if (node.target.kind === 'super') return superCall(ctx, node);
  const fieldError = addFieldError(ctx, node);
  if (fieldError !== null) return fieldError;
  const target = resolvePath(ctx, node.target);
  const args = node.arguments.map((a) => expression(ctx, a));
  ctx.line = node.line;
  if (target.kind === 'value') {
    return eitherMeaning(
      ctx,
      node.target,
      () => instanceCall(ctx, target.code, node, args),
      (type) => staticCall(ctx, type, node.name, args),
    );
  }
  if (target.kind === 'type') return staticCall(ctx, target.type, node.name, args);
  if (target.kind === 'namespace') {
    const type = ctx.world.named([target.name], [], null);
    if (type !== null) return staticCall(ctx, type, node.name, args);
    throw ctx.notModelled(
      `method ${target.name}.${signatureText(
        node.name,
        args.map((a) => a.type),
      )}`,
    );
  }
  throw ctx.notModelled(`method ${node.name} on ${target.kind}`);
}

/** Picks the overload or says why there is none. */
function choose(ctx: MethodContext, type: ApexType, name: string, candidates: Callable[], args: Code[]): Callable {
  const types = args.map((a) => a.type);
  const direct = chooseOverload(ctx.world, candidates, types);
  // an inline query may stand for its single record
  const choice =
    'callable' in direct || !args.some((a) => a.singleRow !== undefined)
      ? direct
      : chooseOverload(
          ctx.world,
          candidates,
          args.map((a) => (a.singleRow === undefined ? a.type : a.type.args[0]!)),
        );
  if ('callable' in choice) return choice.callable;
  const wanted = signatureText(name, types);
  if (choice.failure === 'ambiguous') throw ctx.error(`Method is ambiguous: ${type.text}.${wanted}`);
  if (ctx.world.own(type) === null && type !== T.Object) {
    const known = candidates.some((c) => c.parameters.length === args.length);
    if (!known) throw ctx.notModelled(`method ${type.text}.${wanted}`);
  }
  throw ctx.error(`Method does not exist or incorrect signature: ${wanted} from the type ${type.text}`);
}

function convertArguments(ctx: MethodContext, callable: Callable, args: Code[]): string[] {
  return args.map((a, i) => {
    if (a.type === T.Void) throw ctx.error('A void method has no value');
    return convert(ctx, a, callable.parameters[i]!);
  });
}

function unqualified(ctx: MethodContext, node: CallNode): Code {
  const args = node.arguments.map((a) => expression(ctx, a));
  ctx.line = node.line;
  for (let cls: ClassSymbol | null = ctx.cls; cls !== null; cls = cls.outer) {
    const all = methodsNamed(ctx.world, cls.type, node.name);
    const candidates = cls === ctx.cls ? all : all.filter((m) => m.isStatic);
    if (candidates.length === 0 || (cls.outer !== null && candidates.every((c) => c.platform?.cls.name === 'Object')))
      continue;
    const callable = choose(ctx, cls.type, node.name, candidates, args);
    const js = convertArguments(ctx, callable, args);
    if (callable.isStatic) return emitStatic(ctx, callable, cls.type, js);
    if (ctx.isStatic) throw ctx.error(`Non static method cannot be referenced from a static context: ${node.name}`);
    return emitInstance(ctx, callable, cls.type, 'this', js);
  }
  throw ctx.error(
    `Method does not exist or incorrect signature: ${signatureText(
      node.name,
      args.map((a) => a.type),
    )}`,
  );
}

function superCall(ctx: MethodContext, node: CallNode): Code {
  const parent = ctx.cls.superclass?.type ?? ctx.cls.platformSuper ?? T.Object;
  const args = node.arguments.map((a) => expression(ctx, a));
  const callable = choose(ctx, parent, node.name, methodsNamed(ctx.world, parent, node.name), args);
  const js = convertArguments(ctx, callable, args);
  if (callable.own === null) return emitInstance(ctx, callable, parent, 'this', js);
  if (callable.own.isAbstract) throw ctx.error(`Abstract method cannot be called: ${node.name}`);
  return { js: `(yield* super.${callable.own.js}(${['x', ...js].join(', ')}))`, type: callable.returns };
}

function staticCall(ctx: MethodContext, type: ApexType, name: string, args: Code[]): Code {
  const all = methodsNamed(ctx.world, type, name);
  const statics = all.filter((m) => m.isStatic);
  if (statics.length === 0 && all.some((m) => m.own !== null)) {
    throw ctx.error(`Non static method cannot be referenced from a static context: ${name}`);
  }
  const callable = choose(ctx, type, name, statics, args);
  return emitStatic(ctx, callable, type, convertArguments(ctx, callable, args));
}

function instanceCall(ctx: MethodContext, given: Code, node: CallNode, args: Code[]): Code {
  const asList = methodsNamed(ctx.world, given.type, node.name).filter(
    (m) => !m.isStatic && m.platform?.cls.name !== 'Object',
  );
  const target = given.singleRow !== undefined && asList.length === 0 ? singleRow(given) : given;
  if (target.type === T.Null || target.type === T.Void)
    throw ctx.error(`Method does not exist: ${node.name} on ${target.type.text}`);
  const candidates = methodsNamed(ctx.world, target.type, node.name);
  const instance = candidates.filter((m) => !m.isStatic);
  if (instance.length === 0 && candidates.some((c) => c.own !== null)) {
    throw ctx.error(`Static method cannot be referenced from a non static context: ${node.name}`);
  }
  const callable = choose(ctx, target.type, node.name, instance, args);
  return chained(ctx, target, node.safe, (on) => {
    const js = convertArguments(ctx, callable, args);
    return emitInstance(ctx, callable, target.type, nonNull(on), js);
  });
}

function emitStatic(ctx: MethodContext, callable: Callable, type: ApexType, args: string[]): Code {
  if (callable.own !== null) {
    checkVisible(ctx, callable.own, callable.own.visibility);
    if (hasAnnotation(callable.own.node, 'future')) return futureCall(callable.own, args);
    return { js: `(yield* ${callable.own.js}(${['x', ...args].join(', ')}))`, type: callable.returns };
  }
  // the methods of all enums, and of objects by their kind, are told which one: self of values(), of getInstance()
  const { cls } = callable.platform!;
  const self = cls.name === 'Enum' || cls.name.startsWith('#') ? ctx.type(type) : 'null';
  return emitNative(ctx, callable, self, args);
}

/** The call of a @future method only puts it behind the transaction. */
function futureCall(method: MethodSymbol, args: string[]): Code {
  const names = `${JSON.stringify(method.owner.type.name)}, ${JSON.stringify(method.name)}`;
  return { js: `R.future(x, ${method.js}, ${names}, [${args.join(', ')}])`, type: T.Void };
}

function emitInstance(ctx: MethodContext, callable: Callable, type: ApexType, target: string, args: string[]): Code {
  if (callable.own !== null) {
    checkVisible(ctx, callable.own, callable.own.visibility);
    return { js: `(yield* ${target}.${callable.own.js}(${['x', ...args].join(', ')}))`, type: callable.returns };
  }
  const { cls, method } = callable.platform!;
  const mayBeOwn = cls.kind === 'interface' || cls.name === 'Object' || (cls.extensible && type.name === cls.name);
  if (mayBeOwn && target !== 'this') {
    const js = `(yield* R.callDynamic(x, ${target}, ${JSON.stringify(method.name)}, [${args.join(', ')}]))`;
    return { js, type: callable.returns };
  }
  return emitNative(ctx, callable, target, args);
}

function emitNative(ctx: MethodContext, callable: Callable, self: string, args: string[]): Code {
  const { cls, method } = callable.platform!;
  const all = ['x', self, ...args];
  if (needsScope(method)) all.push(scopeFunction(ctx));
  const js = `${ctx.native(method.run)}(${all.join(', ')})`;
  // a native may give undefined for null
  const code = nativeResult(js, callable.returns, method.suspends);
  // a dynamic query may stand for its single record, as an inline one
  const isQuery = cls.name === 'Database' && /^query(WithBinds)?$/i.test(method.name);
  if (!isQuery) return code;
  return { ...code, singleRow: `R.singleRow(${code.js})`, optionalRow: `R.optionalRow(${code.js})` };
}

function nativeResult(js: string, returns: ApexType, suspends: boolean): Code {
  const run = suspends ? `(yield* ${js})` : js;
  return { js: returns === T.Void ? run : `(${run} ?? null)`, type: returns };
}

/** `name => value` of the variables that a dynamic query may bind. */
export function scopeFunction(ctx: MethodContext): string {
  const cases = ctx.locals().map(([name, local]) => `case ${JSON.stringify(name)}: return ${local.js};`);
  const taken = new Set(ctx.locals().map(([name]) => name));
  for (let cls: ClassSymbol | null = ctx.cls; cls !== null; cls = cls.outer) {
    for (const at of lineage(cls)) {
      for (const [name, field] of at.fields) {
        if (taken.has(name) || field.getter !== null || !field.readable) continue;
        if (!field.isStatic && (ctx.isStatic || cls !== ctx.cls)) continue;
        taken.add(name);
        const holder = field.isStatic ? `x.classStates[${at.index}]?` : '$self';
        cases.push(`case ${JSON.stringify(name)}: return ${holder}.${field.js};`);
      }
    }
  }
  return `R.scope(${ctx.isStatic ? 'null' : 'this'}, ($n, $self) => { switch ($n) { ${cases.join(' ')} } return undefined; })`;
}

/** `record.Field.addError('…')`, which puts the error on the field. */
function addFieldError(ctx: MethodContext, node: CallNode): Code | null {
  if (node.name.toLowerCase() !== 'adderror' || node.target?.kind !== 'field') return null;
  const record = resolvePath(ctx, node.target.target);
  if (record.kind !== 'value') return null;
  const object = ctx.world.object(record.code.type);
  if (object === null) return null;
  const member = recordMember(ctx, object, node.target.name);
  if (member?.kind !== 'field') return null;
  const [message] = node.arguments;
  if (message === undefined || node.arguments.length !== 1) throw ctx.notModelled('addError with escape on a field');
  const text = convert(ctx, expression(ctx, message), T.String);
  return { js: `R.addFieldError(${nonNull(record.code)}, ${JSON.stringify(member.name)}, ${text})`, type: T.Void };
}

/** `this(…)` and `super(…)`. */
export function constructorCall(ctx: MethodContext, node: Extract<Expression, { kind: 'constructorCall' }>): Code {
  const args = node.arguments.map((a) => expression(ctx, a));
  ctx.line = node.line;
  const type = node.which === 'this' ? ctx.cls.type : (ctx.cls.superclass?.type ?? ctx.cls.platformSuper ?? T.Object);
  const own = ctx.world.own(type);
  const candidates = constructorsOf(ctx.world, type);
  const choice = chooseOverload(
    ctx.world,
    candidates,
    args.map((a) => a.type),
  );
  if ('callable' in choice && choice.callable.own !== null) {
    const js = convertArguments(ctx, choice.callable, args);
    return { js: `(yield* this.${choice.callable.own.js}(${['x', ...js].join(', ')}))`, type: T.Void };
  }
  const isExceptionType = own === null ? ctx.cls.platformSuper !== null : isException(own);
  if (isExceptionType && isExceptionArguments(ctx, args)) {
    const initialise = `R.initException(this, [${args.map((a) => a.js).join(', ')}])`;
    return { js: own === null ? initialise : `(${initialise}, yield* this.fields${own.index}(x))`, type: T.Void };
  }
  if (own === null && args.length === 0) return { js: '', type: T.Void };
  throw ctx.error(
    `Constructor not defined: ${signatureText(
      type.text,
      args.map((a) => a.type),
    )}`,
  );
}

/** The constructors that every exception class has: (), (String), (Exception), (String, Exception). */
export function isExceptionArguments(ctx: MethodContext, args: Code[]): boolean {
  const kinds = args.map((a) => {
    if (a.type === T.String || a.type === T.Null) return 's';
    const own = ctx.world.own(a.type);
    if (own !== null ? isException(own) : a.type.name.endsWith('Exception')) return 'e';
    return '?';
  });
  return ['', 's', 'e', 'se'].includes(kinds.join(''));
}
