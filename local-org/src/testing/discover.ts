import type { CompiledProgram } from '../apex/run/program.ts';
import type { ClassSymbol, MethodSymbol } from '../apex/resolve/symbols.ts';
import { hasAnnotation } from '../apex/resolve/symbols.ts';
import { CompileError } from '../errors.ts';
import { T } from '../types/type.ts';

/** A test class with what is to run of it. */
export interface TestClass {
  cls: ClassSymbol;
  setup: MethodSymbol[];
  methods: MethodSymbol[];
  /** tests with (SeeAllData=true) see the org's data */
  seesAllData: (method: MethodSymbol) => boolean;
}

/**
 * The Apex tests of a program.
 * @param filters `Class` or `Class.method`, regardless of case; none = all
 * @param options.lenient leave out methods that cannot be tests, instead of refusing the class
 */
export function discoverTests(
  program: CompiledProgram,
  filters: readonly string[],
  options: { lenient?: boolean } = {},
): TestClass[] {
  const wanted = filters.map((f) => f.toLowerCase());
  const found: TestClass[] = [];
  for (const cls of program.classes) {
    if (cls.outer !== null || cls.kind !== 'class') continue;
    const all = [...cls.methods.values()].flat();
    const name = cls.name.toLowerCase();
    const candidates = all.filter((m) => isTest(m) && (options.lenient !== true || hasTestSignature(m)));
    const methods = candidates.filter((m) => {
      return wanted.length === 0 || wanted.includes(name) || wanted.includes(`${name}.${m.name.toLowerCase()}`);
    });
    if (methods.length === 0) continue;
    for (const method of methods) check(method);
    found.push({
      cls,
      setup: all.filter((m) => hasAnnotation(m.node, 'testsetup')),
      methods,
      seesAllData: (method) => seesAllData(method.node) || seesAllData(cls.node),
    });
  }
  return found.sort((a, b) => (a.cls.name < b.cls.name ? -1 : 1));
}

function isTest(method: MethodSymbol): boolean {
  return hasAnnotation(method.node, 'istest') || method.node.modifiers.words.has('testmethod');
}

function hasTestSignature(method: MethodSymbol): boolean {
  return method.isStatic && method.returns === T.Void && method.parameters.length === 0;
}

function check(method: MethodSymbol): void {
  if (hasTestSignature(method)) return;
  const { file } = method.owner;
  throw new CompileError(
    `Test methods must be static, without parameters and return void: ${method.name}`,
    file,
    method.node.line,
  );
}

function seesAllData(node: ClassSymbol['node'] | MethodSymbol['node']): boolean {
  const annotation = node.modifiers.annotations.find((a) => a.name === 'istest');
  return annotation?.parameters.get('seealldata')?.toLowerCase() === 'true';
}
