import type { ApexType } from '../../types/type.ts';
import type { ClassNode, FieldNode, MethodNode, PropertyNode, Sharing } from '../parse/ast.ts';

export type Visibility = 'private' | 'protected' | 'public' | 'global';

/** A class, interface or enum of the org's own source; triggers and anonymous blocks are one too. */
export interface ClassSymbol {
  /** position in the program's table of classes */
  index: number;
  type: ApexType;
  name: string;
  kind: 'class' | 'interface' | 'enum';
  node: ClassNode;
  /** as in messages: `Foo.cls` */
  file: string;
  apiVersion: number;
  outer: ClassSymbol | null;
  superclass: ClassSymbol | null;
  /** a platform class that it extends (Exception) */
  platformSuper: ApexType | null;
  interfaces: ApexType[];
  isAbstract: boolean;
  isTest: boolean;
  visibility: Visibility;
  sharing: Sharing;
  /** by lower-case name */
  inner: Map<string, ClassSymbol>;
  fields: Map<string, FieldSymbol>;
  methods: Map<string, MethodSymbol[]>;
  constructors: MethodSymbol[];
  enumConstants: string[];
  /** what a stack trace calls it: `Class.Foo.Bar`, `Trigger.Foo`, `AnonymousBlock` */
  traceName: string;
  /** the object of a trigger */
  triggerObject: string | null;
}

/** A field or property of an own class. */
export interface FieldSymbol {
  name: string;
  owner: ClassSymbol;
  type: ApexType;
  isStatic: boolean;
  isFinal: boolean;
  isTransient: boolean;
  isProperty: boolean;
  visibility: Visibility;
  setterVisibility: Visibility;
  isTestVisible: boolean;
  /** JavaScript key under which the value is kept */
  js: string;
  /** JavaScript name of the accessor; null: the value is read or written directly */
  getter: string | null;
  setter: string | null;
  readable: boolean;
  writable: boolean;
  node: FieldNode | PropertyNode;
}

export interface MethodSymbol {
  name: string;
  owner: ClassSymbol;
  parameters: { name: string; type: ApexType }[];
  returns: ApexType;
  isStatic: boolean;
  isAbstract: boolean;
  isVirtual: boolean;
  isOverride: boolean;
  isConstructor: boolean;
  visibility: Visibility;
  isTestVisible: boolean;
  /** JavaScript name; the same for methods that override one another */
  js: string;
  node: MethodNode;
}

/** The top-level class around a symbol. */
export function topLevel(symbol: ClassSymbol): ClassSymbol {
  let top = symbol;
  while (top.outer !== null) top = top.outer;
  return top;
}

/** The class, its superclass and so on. */
export function* lineage(symbol: ClassSymbol): Generator<ClassSymbol> {
  for (let at: ClassSymbol | null = symbol; at !== null; at = at.superclass) yield at;
}

export function hasAnnotation(node: { modifiers: { annotations: { name: string }[] } }, name: string): boolean {
  return node.modifiers.annotations.some((a) => a.name === name);
}

export function signatureText(name: string, types: readonly ApexType[]): string {
  return `${name}(${types.map((t) => t.text).join(', ')})`;
}
