import { T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import type { Block, PropertyNode, Statement } from '../parse/ast.ts';
import { isException } from '../resolve/declare.ts';
import type { ClassSymbol, FieldSymbol, MethodSymbol } from '../resolve/symbols.ts';
import { lineage } from '../resolve/symbols.ts';
import type { Emission } from './context.ts';
import { MethodContext } from './context.ts';
import { constructorCall } from './call.ts';
import { expressionAs } from './expression.ts';
import { mark, statements } from './statements.ts';
import { completes } from './flow.ts';

/**
 * Called for each member, so that one faulty method does not hide the faults of the others.
 * @param name what stands before the parameters in the member's JavaScript, to write another body
 */
export type Guard = (emit: () => string, name: string) => string;

/** How a class says `with sharing` to the runtime; see R.enter. */
const SHARING = { with: 1, without: 0, inherited: 2 } as const;

/** From this version on, Apex runs in user mode and with sharing unless it says otherwise. */
const USER_MODE_VERSION = 67;

/** The JavaScript of one own class: the class itself and the functions for what is static. */
export function emitClass(emission: Emission, cls: ClassSymbol, guard: Guard): string {
  if (cls.kind !== 'class') return '';
  const base =
    cls.superclass !== null ? `C${cls.superclass.index}` : isException(cls) ? 'R.ExceptionValue' : 'R.ApexObject';
  const instance = [...cls.fields.values()].filter((f) => !f.isStatic);
  const members = [
    `constructor(type) { super(type); ${instance.map((f) => `this.${f.js} = null;`).join(' ')} }`,
    guard(() => emitFieldInitialisers(emission, cls), `*fields${cls.index}`),
    ...cls.constructors.map((c) => guard(() => emitConstructor(emission, cls, c), `*${c.js}`)),
  ];
  const functions: string[] = [emitStaticState(emission, cls, guard)];
  for (const method of [...cls.methods.values()].flat()) {
    if (method.node.body === null) continue;
    const js = guard(() => emitMethod(emission, cls, method), method.js);
    if (method.isStatic) functions.push(`function* ${js}`);
    else members.push(`*${js}`);
  }
  for (const field of cls.fields.values()) {
    for (const js of emitAccessors(emission, cls, field, guard)) {
      if (field.isStatic) functions.push(`function* ${js}`);
      else members.push(`*${js}`);
    }
  }
  for (const c of cls.constructors) functions.push(emitNew(emission, cls, c));
  if (isException(cls)) functions.push(emitNewException(emission, cls));
  return `class C${cls.index} extends ${base} {\n${members.join('\n')}\n}\n${functions.join('\n')}`;
}

/** Whether the class has static state to initialise before its first use. */
export function hasStatics(cls: ClassSymbol): boolean {
  return cls.node.members.some(
    (m) =>
      (m.kind === 'initialiser' && m.isStatic) ||
      ((m.kind === 'field' || m.kind === 'property') && m.modifiers.words.has('static')),
  );
}

function ensureStatics(cls: ClassSymbol): string {
  return hasStatics(cls) ? `if (x.classStates[${cls.index}] === undefined) yield* init${cls.index}(x);` : '';
}

interface Routine {
  name: string;
  /** as in a stack trace, e.g. `Foo.run` */
  trace: string;
  parameters: string[];
  line: number;
  body: string;
  before?: string;
}

/** Wraps a body with the frame that every running method has. */
function routine(ctx: MethodContext, cls: ClassSymbol, r: Routine): string {
  const sharing = cls.sharing === null ? (cls.apiVersion >= USER_MODE_VERSION ? 1 : 3) : SHARING[cls.sharing];
  const access = cls.apiVersion >= USER_MODE_VERSION ? 'USER' : 'SYSTEM';
  const variables = [...ctx.temporaries, ...(ctx.hasFinally ? ['$returned = false'] : [])];
  const declared = variables.length === 0 ? '' : `let ${variables.join(', ')};`;
  return `${r.name}(${['x', ...r.parameters].join(', ')}) {
${r.before ?? ''} const $d = x.frames.length, $f = R.enter(x, ${JSON.stringify(r.trace)}, ${sharing}, '${access}', ${r.line}); ${declared}
${r.body}
x.frames.length = $d;
}`;
}

function emitMethod(emission: Emission, cls: ClassSymbol, method: MethodSymbol): string {
  const { node } = method;
  const ctx = new MethodContext(emission, cls, { isStatic: method.isStatic, returns: method.returns, line: node.line });
  const parameters = method.parameters.map((p) => ctx.declare(p.name, p.type).js);
  return emitBody(ctx, cls, node.body!, {
    name: method.js,
    trace: `${cls.traceName}.${method.name}`,
    parameters,
    line: node.line,
    before: method.isStatic ? ensureStatics(cls) : '',
  });
}

/** A body with its own scope; says so when a value is missing at its end. */
function emitBody(ctx: MethodContext, cls: ClassSymbol, body: Block, r: Omit<Routine, 'body'>): string {
  ctx.hasFinally = containsFinally(body.statements);
  const js = statements(ctx, body.statements);
  if (ctx.returns !== T.Void && completes(body)) {
    throw ctx.error(`Missing return statement required return type: ${ctx.returns.text}`, r.line);
  }
  return routine(ctx, cls, { ...r, body: js });
}

/** Whether a `finally` stands anywhere in the statements. */
function containsFinally(list: readonly Statement[]): boolean {
  return list.some((node) => {
    switch (node.kind) {
      case 'block':
        return containsFinally(node.statements);
      case 'if':
        return containsFinally(node.else === null ? [node.then] : [node.then, node.else]);
      case 'for':
      case 'forEach':
      case 'while':
      case 'doWhile':
        return node.body !== null && containsFinally([node.body]);
      case 'switch':
        return node.cases.some((c) => containsFinally([c.body]));
      case 'runAs':
        return containsFinally([node.body]);
      case 'try':
        return node.finally !== null || containsFinally([node.body, ...node.catches.map((c) => c.body)]);
      default:
        return false;
    }
  });
}

function emitConstructor(emission: Emission, cls: ClassSymbol, method: MethodSymbol): string {
  const { node } = method;
  const ctx = new MethodContext(emission, cls, {
    isStatic: false,
    returns: T.Void,
    initialises: true,
    line: node.line,
  });
  const parameters = method.parameters.map((p) => ctx.declare(p.name, p.type).js);
  const [first, ...rest] = node.body!.statements;
  const explicit =
    first?.kind === 'expressionStatement' && first.expression.kind === 'constructorCall' ? first.expression : null;
  ctx.hasFinally = containsFinally(node.body!.statements);
  const start: string[] = [];
  if (explicit !== null) {
    start.push(`${mark(ctx, explicit.line)} ${constructorCall(ctx, explicit).js};`);
  } else if (cls.superclass !== null) {
    start.push(
      `${constructorCall(ctx, { kind: 'constructorCall', which: 'super', arguments: [], line: node.line }).js};`,
    );
  }
  if (explicit?.which !== 'this') start.push(`yield* this.fields${cls.index}(x);`);
  const body = statements(ctx, explicit === null ? node.body!.statements : rest);
  return `*${routine(ctx, cls, {
    name: method.js,
    trace: `${cls.traceName}.<init>`,
    parameters,
    line: node.line,
    body: `${start.join('\n')}\n${body}`,
  })}`;
}

/** Values of fields and instance initialisers, in order of declaration. */
function emitFieldInitialisers(emission: Emission, cls: ClassSymbol): string {
  const ctx = new MethodContext(emission, cls, {
    isStatic: false,
    returns: T.Void,
    initialises: true,
    line: cls.node.line,
  });
  const body = initialisers(ctx, cls, false, (field) => `this.${field.js}`);
  if (body === '') return `*fields${cls.index}(x) {}`;
  return `*${routine(ctx, cls, { name: `fields${cls.index}`, trace: `${cls.traceName}.<init>`, parameters: [], line: cls.node.line, body })}`;
}

function initialisers(
  ctx: MethodContext,
  cls: ClassSymbol,
  isStatic: boolean,
  target: (f: FieldSymbol) => string,
): string {
  const parts: string[] = [];
  for (const member of cls.node.members) {
    if (member.kind === 'initialiser' && member.isStatic === isStatic) {
      ctx.hasFinally ||= containsFinally(member.body.statements);
      ctx.push();
      parts.push(`{ ${statements(ctx, member.body.statements)} }`);
      ctx.pop();
    }
    if (member.kind !== 'field' || member.value === null || member.modifiers.words.has('static') !== isStatic) continue;
    const field = cls.fields.get(member.name.toLowerCase())!;
    ctx.line = member.line;
    parts.push(`${mark(ctx, member.line)} ${target(field)} = ${expressionAs(ctx, member.value, field.type)};`);
  }
  return parts.join('\n');
}

function emitStaticState(emission: Emission, cls: ClassSymbol, guard: Guard): string {
  if (!hasStatics(cls)) return '';
  const own = [...cls.fields.values()].filter((f) => f.isStatic);
  const state = `x.classStates[${cls.index}]`;
  const body = guard(() => {
    const ctx = new MethodContext(emission, cls, {
      isStatic: true,
      returns: T.Void,
      initialises: true,
      line: cls.node.line,
    });
    const js = initialisers(ctx, cls, true, (field) => `${state}.${field.js}`);
    return `function* ${routine(ctx, cls, { name: `static${cls.index}`, trace: `${cls.traceName}.<clinit>`, parameters: [], line: cls.node.line, body: js })}`;
  }, `function* static${cls.index}`);
  const parent = cls.superclass === null ? '' : ensureAllStatics(cls.superclass);
  return `${body}
function* init${cls.index}(x) {
${parent} ${state} = { ${own.map((f) => `${f.js}: null`).join(', ')} };
yield* static${cls.index}(x);
return ${state};
}`;
}

function* emitAccessors(emission: Emission, cls: ClassSymbol, field: FieldSymbol, guard: Guard): Generator<string> {
  if (!field.isProperty) return;
  const node = field.node as PropertyNode;
  const holder = field.isStatic ? `x.classStates[${cls.index}]` : 'this';
  const before = field.isStatic ? ensureStatics(cls) : '';
  const accessor = (which: 'getter' | 'setter', name: string): string => {
    const own = node[which]!;
    const returns: ApexType = which === 'getter' ? field.type : T.Void;
    const ctx = new MethodContext(emission, cls, {
      isStatic: field.isStatic,
      returns,
      accessorOf: field,
      line: own.line,
    });
    const parameters = which === 'setter' ? [ctx.declare('value', field.type).js] : [];
    const r = { name, trace: `${cls.traceName}.${field.name}`, parameters, line: own.line, before };
    if (own.body !== null) return emitBody(ctx, cls, own.body, r);
    const body = which === 'getter' ? `return ${holder}.${field.js};` : `${holder}.${field.js} = v_value;`;
    return `${name}(${['x', ...parameters].join(', ')}) { ${before} ${body} }`;
  };
  if (field.getter !== null) yield guard(() => accessor('getter', field.getter!), field.getter);
  if (field.setter !== null) yield guard(() => accessor('setter', field.setter!), field.setter);
}

/** The static state of a class and of what it extends, the superclass first. */
function ensureAllStatics(cls: ClassSymbol): string {
  return [...lineage(cls)].reverse().map(ensureStatics).join(' ');
}

function emitNew(emission: Emission, cls: ClassSymbol, c: MethodSymbol): string {
  const parameters = ['x', ...c.parameters.map((_, i) => `a${i}`)].join(', ');
  return `function* new_${c.js}(${parameters}) { ${ensureAllStatics(cls)} const o = new C${cls.index}(${emission.types.name(cls.type)}); yield* o.${c.js}(${parameters}); return o; }`;
}

function emitNewException(emission: Emission, cls: ClassSymbol): string {
  const chain = [...lineage(cls)].reverse().map((c) => `yield* o.fields${c.index}(x);`);
  return `function* newException${cls.index}(x, args) { ${ensureAllStatics(cls)} const o = new C${cls.index}(${emission.types.name(cls.type)}); R.initException(o, args); ${chain.join(' ')} return o; }`;
}
