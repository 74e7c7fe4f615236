import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** What the Metadata API's WSDL says of one element of a type. */
export interface Element {
  type: string;
  repeated: boolean;
  required: boolean;
}

/** A complex type by its elements, or an enumeration by its values. */
export type MetadataType =
  { kind: 'complex'; elements: Map<string, Element> } | { kind: 'enumeration'; values: ReadonlySet<string> };

/** Reads the typings of `@salesforce/types`, which are generated from the Metadata WSDL, as data. */
export function metadataTypings(): Map<string, MetadataType> {
  const entry = createRequire(import.meta.url).resolve('@salesforce/types/metadata');
  const file = join(dirname(entry), 'metadata.d.ts');
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const types = new Map<string, MetadataType>();
  for (const statement of source.statements) {
    if (!ts.isTypeAliasDeclaration(statement)) continue;
    types.set(statement.name.text, readType(statement.type, types));
  }
  return types;
}

function readType(node: ts.TypeNode, known: Map<string, MetadataType>): MetadataType {
  const values = literals(node);
  if (values !== null) return { kind: 'enumeration', values: new Set(values) };
  const elements = new Map<string, Element>();
  const parts = ts.isIntersectionTypeNode(node) ? node.types : [node];
  for (const part of parts) {
    if (ts.isTypeLiteralNode(part)) {
      for (const member of part.members) addElement(member, elements);
    } else if (ts.isTypeReferenceNode(part) && ts.isIdentifier(part.typeName)) {
      const base = known.get(part.typeName.text);
      if (base?.kind === 'complex') for (const [name, element] of base.elements) elements.set(name, element);
    }
  }
  return { kind: 'complex', elements };
}

function literals(node: ts.TypeNode): string[] | null {
  const members = ts.isUnionTypeNode(node) ? node.types : [node];
  const values: string[] = [];
  for (const member of members) {
    if (!ts.isLiteralTypeNode(member) || !ts.isStringLiteral(member.literal)) return null;
    values.push(member.literal.text);
  }
  return values;
}

function addElement(member: ts.TypeElement, elements: Map<string, Element>): void {
  if (!ts.isPropertySignature(member) || member.type === undefined || !ts.isIdentifier(member.name)) return;
  const repeated = ts.isArrayTypeNode(member.type);
  const node = ts.isArrayTypeNode(member.type) ? member.type.elementType : member.type;
  elements.set(member.name.text, {
    type: typeName(node),
    repeated,
    // A list may be empty, so the WSDL's minOccurs=0 shows as an array without a question mark.
    required: member.questionToken === undefined && !repeated,
  });
}

function typeName(node: ts.TypeNode): string {
  if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) return node.typeName.text;
  if (node.kind === ts.SyntaxKind.BooleanKeyword) return 'boolean';
  if (node.kind === ts.SyntaxKind.NumberKeyword) return 'number';
  if (node.kind === ts.SyntaxKind.StringKeyword) return 'string';
  return 'any';
}
