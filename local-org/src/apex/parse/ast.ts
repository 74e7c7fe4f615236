import type { SoqlQuery } from '../../soql/ast.ts';

/** Place of a node in its file; lines count from 1. */
export interface Node {
  line: number;
}

/** A type as written: `Map<String, List<Id>>`, `Outer.Inner`, `String[]`. */
export interface TypeNode extends Node {
  parts: { name: string; args: TypeNode[] }[];
  /** number of `[]` behind it */
  dimensions: number;
}

export interface Annotation extends Node {
  /** lower case, without @ */
  name: string;
  /** lower-case parameter names; a lone value is under '' */
  parameters: Map<string, string>;
}

export type Sharing = 'with' | 'without' | 'inherited' | null;

export interface Modifiers {
  /** lower case: public, static, virtual, … */
  words: Set<string>;
  annotations: Annotation[];
  sharing: Sharing;
}

export interface ClassNode extends Node {
  kind: 'class' | 'interface' | 'enum';
  name: string;
  modifiers: Modifiers;
  extends: TypeNode | null;
  /** for an interface: what it extends */
  implements: TypeNode[];
  members: MemberNode[];
  enumConstants: string[];
}

export interface FieldNode extends Node {
  kind: 'field';
  name: string;
  type: TypeNode;
  modifiers: Modifiers;
  value: Expression | null;
}

export interface AccessorNode extends Node {
  modifiers: Modifiers;
  /** null: automatic */
  body: Block | null;
}

export interface PropertyNode extends Node {
  kind: 'property';
  name: string;
  type: TypeNode;
  modifiers: Modifiers;
  getter: AccessorNode | null;
  setter: AccessorNode | null;
}

export interface ParameterNode extends Node {
  name: string;
  type: TypeNode;
}

export interface MethodNode extends Node {
  kind: 'method';
  name: string;
  modifiers: Modifiers;
  isConstructor: boolean;
  /** null: void */
  returns: TypeNode | null;
  parameters: ParameterNode[];
  body: Block | null;
}

export interface InitialiserNode extends Node {
  kind: 'initialiser';
  isStatic: boolean;
  body: Block;
}

export interface InnerClassNode extends Node {
  kind: 'inner';
  declaration: ClassNode;
}

export type MemberNode = FieldNode | PropertyNode | MethodNode | InitialiserNode | InnerClassNode;

export interface TriggerNode extends Node {
  name: string;
  object: string;
  /** e.g. BEFORE_INSERT */
  events: string[];
  body: Block;
  members: MemberNode[];
}

export interface AnonymousNode extends Node {
  body: Block;
  members: MemberNode[];
}

// Statements

export interface Block extends Node {
  kind: 'block';
  statements: Statement[];
}

export interface LocalDeclaration extends Node {
  kind: 'local';
  type: TypeNode;
  variables: { name: string; value: Expression | null; line: number }[];
}

export type WhenValue =
  | { kind: 'else' }
  | { kind: 'literals'; literals: (Literal | { kind: 'name'; parts: string[]; line: number })[] }
  | { kind: 'type'; type: TypeNode; name: string };

export type DmlKind = 'insert' | 'update' | 'upsert' | 'delete' | 'undelete';

export type Statement =
  | Block
  | LocalDeclaration
  | (Node & { kind: 'expressionStatement'; expression: Expression })
  | (Node & { kind: 'if'; condition: Expression; then: Statement; else: Statement | null })
  | (Node & { kind: 'switch'; subject: Expression; cases: { value: WhenValue; body: Block; line: number }[] })
  | (Node & {
      kind: 'for';
      init: LocalDeclaration | Expression[] | null;
      condition: Expression | null;
      update: Expression[];
      body: Statement | null;
    })
  | (Node & { kind: 'forEach'; type: TypeNode; name: string; iterable: Expression; body: Statement | null })
  | (Node & { kind: 'while'; condition: Expression; body: Statement | null })
  | (Node & { kind: 'doWhile'; condition: Expression; body: Block })
  | (Node & {
      kind: 'try';
      body: Block;
      catches: { type: TypeNode; name: string; body: Block; line: number }[];
      finally: Block | null;
    })
  | (Node & { kind: 'return'; value: Expression | null })
  | (Node & { kind: 'throw'; value: Expression })
  | (Node & { kind: 'break' })
  | (Node & { kind: 'continue' })
  | (Node & {
      kind: 'dml';
      operation: DmlKind;
      access: 'USER' | 'SYSTEM' | null;
      target: Expression;
      /** upsert: the field; as written */
      field: string[] | null;
    })
  | (Node & { kind: 'merge'; access: 'USER' | 'SYSTEM' | null; master: Expression; duplicates: Expression })
  | (Node & { kind: 'runAs'; arguments: Expression[]; body: Block });

// Expressions

export type Literal = Node &
  (
    | { kind: 'integer'; value: number }
    | { kind: 'long'; value: bigint }
    | { kind: 'decimal'; text: string }
    | { kind: 'double'; text: string }
    | { kind: 'string'; value: string }
    | { kind: 'boolean'; value: boolean }
    | { kind: 'null' }
  );

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '<<'
  | '>>'
  | '>>>'
  | '<'
  | '>'
  | '<='
  | '>='
  | '=='
  | '!='
  | '==='
  | '!=='
  | '&'
  | '|'
  | '^'
  | '&&'
  | '||'
  | '??';

export type Creation = Node & { kind: 'new'; type: TypeNode } & (
    | { form: 'arguments'; arguments: Expression[] }
    | { form: 'size'; size: Expression }
    | { form: 'elements'; elements: Expression[] }
    | { form: 'pairs'; pairs: [Expression, Expression][] }
  );

export type Expression =
  | Literal
  | (Node & { kind: 'name'; name: string })
  | (Node & { kind: 'this' })
  | (Node & { kind: 'super' })
  | (Node & { kind: 'field'; target: Expression; name: string; safe: boolean })
  | (Node & { kind: 'call'; target: Expression | null; name: string; safe: boolean; arguments: Expression[] })
  /** this(…) or super(…) at the start of a constructor */
  | (Node & { kind: 'constructorCall'; which: 'this' | 'super'; arguments: Expression[] })
  | (Node & { kind: 'index'; target: Expression; index: Expression })
  | (Node & { kind: 'classLiteral'; type: TypeNode | null })
  | Creation
  | (Node & { kind: 'cast'; type: TypeNode; value: Expression })
  | (Node & { kind: 'instanceof'; type: TypeNode; value: Expression })
  | (Node & { kind: 'unary'; operator: '-' | '+' | '!' | '~'; operand: Expression })
  | (Node & { kind: 'step'; operator: '++' | '--'; prefix: boolean; operand: Expression })
  | (Node & { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression })
  | (Node & { kind: 'ternary'; condition: Expression; then: Expression; else: Expression })
  /** operator null: plain `=` */
  | (Node & { kind: 'assign'; operator: BinaryOperator | null; target: Expression; value: Expression })
  /** an inline query; `binds` in the order of their index in the query */
  | (Node & { kind: 'soql'; query: SoqlQuery; binds: Expression[] })
  | (Node & { kind: 'sosl'; text: string });
