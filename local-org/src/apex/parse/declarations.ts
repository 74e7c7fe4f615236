import type {
  AnnotationContext,
  ClassDeclarationContext,
  EnumDeclarationContext,
  FieldDeclarationContext,
  FormalParametersContext,
  InterfaceDeclarationContext,
  MethodDeclarationContext,
  ModifierContext,
  PropertyDeclarationContext,
} from '@apexdevtools/apex-parser';
import type { ConstructorDeclarationContext, TypeDeclarationContext } from '@apexdevtools/apex-parser';
import type {
  AccessorNode,
  Annotation,
  ClassNode,
  MemberNode,
  MethodNode,
  Modifiers,
  ParameterNode,
  PropertyNode,
} from './ast.ts';
import { expression, optional, typeNode, typeNodes } from './expressions.ts';
import { unescapeString } from './literals.ts';
import { block } from './statements.ts';

/** What class bodies, triggers and anonymous blocks may declare. */
export interface MemberContext {
  methodDeclaration(): MethodDeclarationContext;
  constructorDeclaration?(): ConstructorDeclarationContext;
  interfaceDeclaration(): InterfaceDeclarationContext;
  classDeclaration(): ClassDeclarationContext;
  enumDeclaration(): EnumDeclarationContext;
  propertyDeclaration(): PropertyDeclarationContext;
  fieldDeclaration(): FieldDeclarationContext;
}

export function modifiers(list: ModifierContext[], file: string): Modifiers {
  const result: Modifiers = { words: new Set(), annotations: [], sharing: null };
  for (const ctx of list) {
    const note = optional(ctx.annotation());
    if (note !== null) result.annotations.push(annotation(note, file));
    else if (ctx.getChildCount() === 2) {
      result.sharing = ctx.getChild(0).getText().toLowerCase() as 'with' | 'without' | 'inherited';
    } else result.words.add(ctx.getText().toLowerCase());
  }
  return result;
}

function annotation(ctx: AnnotationContext, file: string): Annotation {
  const parameters = new Map<string, string>();
  const value = (text: string, line: number): string =>
    text.startsWith("'") ? unescapeString(text.slice(1, -1), file, line) : text;
  const pairs = optional(ctx.elementValuePairs())?.elementValuePair_list() ?? [];
  for (const pair of pairs) {
    parameters.set(pair.id().getText().toLowerCase(), value(pair.elementValue().getText(), pair.start.line));
  }
  const lone = optional(ctx.elementValue());
  if (lone !== null) parameters.set('', value(lone.getText(), lone.start.line));
  return { name: ctx.id().getText().toLowerCase(), parameters, line: ctx.start.line };
}

export function typeDeclaration(ctx: TypeDeclarationContext, file: string): ClassNode {
  const node = typeMember(ctx, modifiers(ctx.modifier_list(), file), file);
  return node!;
}

function typeMember(
  ctx: Pick<MemberContext, 'classDeclaration' | 'interfaceDeclaration' | 'enumDeclaration'>,
  mods: Modifiers,
  file: string,
): ClassNode | null {
  const cls = optional(ctx.classDeclaration());
  if (cls !== null) {
    return {
      kind: 'class',
      name: cls.id().getText(),
      modifiers: mods,
      extends: optional(cls.typeRef()) === null ? null : typeNode(cls.typeRef()),
      implements: optional(cls.typeList()) === null ? [] : typeNodes(cls.typeList()),
      members: classBody(cls, file),
      enumConstants: [],
      line: cls.start.line,
    };
  }
  const itf = optional(ctx.interfaceDeclaration());
  if (itf !== null) {
    return {
      kind: 'interface',
      name: itf.id().getText(),
      modifiers: mods,
      extends: null,
      implements: optional(itf.typeList()) === null ? [] : typeNodes(itf.typeList()),
      members: itf
        .interfaceBody()
        .interfaceMethodDeclaration_list()
        .map((m) => ({
          kind: 'method',
          name: m.id().getText(),
          modifiers: { words: new Set(['public', 'abstract']), annotations: [], sharing: null },
          isConstructor: false,
          returns: optional(m.typeRef()) === null ? null : typeNode(m.typeRef()),
          parameters: parameters(m.formalParameters()),
          body: null,
          line: m.start.line,
        })),
      enumConstants: [],
      line: itf.start.line,
    };
  }
  const enumeration = optional(ctx.enumDeclaration());
  if (enumeration === null) return null;
  return {
    kind: 'enum',
    name: enumeration.id().getText(),
    modifiers: mods,
    extends: null,
    implements: [],
    members: [],
    enumConstants: (optional(enumeration.enumConstants())?.id_list() ?? []).map((i) => i.getText()),
    line: enumeration.start.line,
  };
}

function classBody(ctx: ClassDeclarationContext, file: string): MemberNode[] {
  const members: MemberNode[] = [];
  for (const declaration of ctx.classBody().classBodyDeclaration_list()) {
    const initialiser = optional(declaration.block());
    if (initialiser !== null) {
      const isStatic = optional(declaration.STATIC()) !== null;
      members.push({ kind: 'initialiser', isStatic, body: block(initialiser, file), line: declaration.start.line });
      continue;
    }
    const member = optional(declaration.memberDeclaration());
    if (member === null) continue;
    members.push(...memberNodes(member, modifiers(declaration.modifier_list(), file), file));
  }
  return members;
}

export function memberNodes(ctx: MemberContext, mods: Modifiers, file: string): MemberNode[] {
  const method = optional(ctx.methodDeclaration());
  if (method !== null) return [methodNode(method, mods, file)];
  const constructor = optional(ctx.constructorDeclaration?.() ?? null);
  if (constructor !== null) {
    return [
      {
        kind: 'method',
        name: constructor.qualifiedName().getText(),
        modifiers: mods,
        isConstructor: true,
        returns: null,
        parameters: parameters(constructor.formalParameters()),
        body: block(constructor.block(), file),
        line: constructor.start.line,
      },
    ];
  }
  const property = optional(ctx.propertyDeclaration());
  if (property !== null) return [propertyNode(property, mods, file)];
  const field = optional(ctx.fieldDeclaration());
  if (field !== null) {
    const type = typeNode(field.typeRef());
    return field
      .variableDeclarators()
      .variableDeclarator_list()
      .map((v) => ({
        kind: 'field',
        name: v.id().getText(),
        type,
        modifiers: mods,
        value: optional(v.expression()) === null ? null : expression(v.expression(), file),
        line: v.start.line,
      }));
  }
  const inner = typeMember(ctx, mods, file);
  return inner === null ? [] : [{ kind: 'inner', declaration: inner, line: inner.line }];
}

function methodNode(ctx: MethodDeclarationContext, mods: Modifiers, file: string): MethodNode {
  return {
    kind: 'method',
    name: ctx.id().getText(),
    modifiers: mods,
    isConstructor: false,
    returns: optional(ctx.typeRef()) === null ? null : typeNode(ctx.typeRef()),
    parameters: parameters(ctx.formalParameters()),
    body: optional(ctx.block()) === null ? null : block(ctx.block(), file),
    line: ctx.start.line,
  };
}

function parameters(ctx: FormalParametersContext): ParameterNode[] {
  const list = optional(ctx.formalParameterList())?.formalParameter_list() ?? [];
  return list.map((p) => ({ name: p.id().getText(), type: typeNode(p.typeRef()), line: p.start.line }));
}

function propertyNode(ctx: PropertyDeclarationContext, mods: Modifiers, file: string): PropertyNode {
  let getter: AccessorNode | null = null;
  let setter: AccessorNode | null = null;
  for (const part of ctx.propertyBlock_list()) {
    const own = modifiers(part.modifier_list(), file);
    const get = optional(part.getter());
    const of = get ?? part.setter();
    const body = optional(of.block()) === null ? null : block(of.block(), file);
    if (get !== null) getter = { modifiers: own, body, line: part.start.line };
    else setter = { modifiers: own, body, line: part.start.line };
  }
  return {
    kind: 'property',
    name: ctx.id().getText(),
    type: typeNode(ctx.typeRef()),
    modifiers: mods,
    getter,
    setter,
    line: ctx.start.line,
  };
}
