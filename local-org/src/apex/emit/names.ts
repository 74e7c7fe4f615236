import { fieldSetNamed } from '../../platform/field-set.ts';
import { CompileError, NotModelledError } from '../../errors.ts';
import { pageNamed } from '../../platform/pages.ts';
import { describeField, describeSObject, sobjectFieldToken, sobjectTypeToken } from '../../platform/tokens.ts';
import type { FieldDefinition, ObjectDefinition } from '../../schema/definition.ts';
import { apexTypeOfField } from '../../schema/definition.ts';
import { apexType, T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import { enumConstant } from '../../values/enums.ts';
import type { Expression } from '../parse/ast.ts';
import { ownField, platformProperty } from '../resolve/members.ts';
import type { ClassSymbol, FieldSymbol } from '../resolve/symbols.ts';
import { lineage, topLevel } from '../resolve/symbols.ts';
import type { Code, MethodContext } from './context.ts';
import { chained, nonNull } from './context.ts';
import { optionalRow, singleRow } from './convert.ts';
import { expression } from './expression.ts';
import { triggerVariable } from './trigger.ts';

/** What a dotted name means up to some dot. */
export type Resolved =
  | { kind: 'value'; code: Code }
  | { kind: 'type'; type: ApexType }
  | { kind: 'namespace'; name: string }
  /** `Schema.SObjectType`, before the object's name */
  | { kind: 'objects' }
  /** `SObjectType.Contact.fields` */
  | { kind: 'fields'; object: ObjectDefinition }
  | { kind: 'labels' }
  /** `Page`, before a Visualforce page's name */
  | { kind: 'pages' }
  | { kind: 'trigger' };

const value = (code: Code): Resolved => ({ kind: 'value', code });

/** @param isHead something follows the name: a dot and a member */
export function resolvePath(ctx: MethodContext, node: Expression, isHead = true): Resolved {
  if (node.kind === 'name') return resolveName(ctx, node.name, isHead);
  if (node.kind !== 'field') return value(expression(ctx, node));
  const target = resolvePath(ctx, node.target);
  ctx.line = node.line;
  if (target.kind !== 'value') return member(ctx, target, node.name);
  const setsOf = describedObject(ctx, node.target, 'fieldsets');
  const fieldSet = setsOf === null ? null : fieldSetNamed(setsOf, node.name);
  if (fieldSet !== null) return value({ js: ctx.constant(fieldSet), type: fieldSet.type, nonNull: true });
  const described = describedObject(ctx, node.target, 'fields');
  if (described !== null) return member(ctx, { kind: 'fields', object: described }, node.name);
  return eitherMeaning(
    ctx,
    node.target,
    () => value(fieldOf(ctx, target.code, node.name, node.safe)),
    (type) => member(ctx, { kind: 'type', type }, node.name),
  );
}

/**
 * `name.member` where the name means a variable and perhaps a class as well: the variable first, and when it has no such
 * member the class (Apex Developer Guide, "Namespace, Class, and Variable Name Precedence").
 */
export function eitherMeaning<R>(
  ctx: MethodContext,
  target: Expression,
  asValue: () => R,
  asType: (type: ApexType) => R,
): R {
  const type = target.kind === 'name' ? ctx.world.named([target.name], [], ctx.cls) : null;
  if (type === null) return asValue();
  try {
    return asValue();
  } catch (error) {
    if (!(error instanceof CompileError || error instanceof NotModelledError)) throw error;
    try {
      return asType(type);
    } catch (other) {
      // what is wrong with the first meaning is the better message
      if (other instanceof CompileError || other instanceof NotModelledError) throw error;
      throw other;
    }
  }
}

/** The object of `SObjectType.Contact.fields` and `….fieldSets`, behind which names of the object's own stand. */
function describedObject(ctx: MethodContext, node: Expression, of: 'fields' | 'fieldsets'): ObjectDefinition | null {
  if (node.kind !== 'field' || node.name.toLowerCase() !== of || node.target.kind !== 'field') return null;
  const root = node.target.target;
  if (root.kind !== 'name' && root.kind !== 'field') return null;
  return resolvePath(ctx, root).kind === 'objects' ? ctx.world.schema.object(node.target.name) : null;
}

function resolveName(ctx: MethodContext, name: string, isHead: boolean): Resolved {
  const local = ctx.local(name);
  if (local !== null) return value({ js: local.js, type: local.type });
  for (let cls: ClassSymbol | null = ctx.cls; cls !== null; cls = cls.outer) {
    const field = ownField(cls, name);
    if (field === null || (cls !== ctx.cls && !field.isStatic)) continue;
    if (field.isStatic) return value(readStatic(ctx, stored(ctx, field)));
    if (ctx.isStatic) throw ctx.error(`Variable does not exist: ${name} (an instance field in a static context)`);
    return value(readInstance(stored(ctx, field), 'this'));
  }
  const lower = name.toLowerCase();
  const type = ctx.world.named([name], [], ctx.cls);
  if (lower === 'trigger' && type === null) return { kind: 'trigger' };
  if (lower === 'sobjecttype') return { kind: 'objects' };
  if (lower === 'label' && type === null) return { kind: 'labels' };
  if (lower === 'page' && type === null) return { kind: 'pages' };
  if (type !== null) return { kind: 'type', type };
  if (ctx.world.isNamespace(name)) return { kind: 'namespace', name };
  // a capital first letter is how classes are written: more likely one that the model lacks than a variable
  if (isHead && /^[A-Z]/.test(name)) throw ctx.notModelled(`class ${name} (or a variable that does not exist)`);
  throw ctx.error(`Variable does not exist: ${name}`);
}

/** A name behind a type or a namespace. */
function member(ctx: MethodContext, target: Resolved, name: string): Resolved {
  const lower = name.toLowerCase();
  switch (target.kind) {
    case 'namespace':
      return inNamespace(ctx, target.name, name);
    case 'trigger':
      return value(triggerVariable(ctx, name));
    case 'labels':
      if (!ctx.world.schema.labels.has(lower)) throw ctx.error(`External string does not exist: ${name}`);
      return value({ js: `R.label(x, ${JSON.stringify(name)})`, type: T.String, nonNull: true });
    case 'pages': {
      const type = apexType('PageReference');
      return value({ js: `${ctx.native(pageNamed)}(x, null, ${JSON.stringify(name)})`, type, nonNull: true });
    }
    case 'objects': {
      const object = ctx.world.schema.object(name);
      if (object === null) throw ctx.error(`Invalid SObject type: ${name}`);
      const type = apexType('Schema.DescribeSObjectResult');
      return value({ js: ctx.constant(describeSObject(object)), type, nonNull: true });
    }
    case 'fields': {
      const field = target.object.fields.get(lower);
      if (field === undefined) throw ctx.error(`Invalid field ${name} for SObject ${target.object.name}`);
      const type = apexType('Schema.DescribeFieldResult');
      return value({ js: ctx.constant(describeField(target.object, field)), type, nonNull: true });
    }
    case 'type':
      return inType(ctx, target.type, name);
    case 'value':
      throw new Error('Members of values are resolved by fieldOf');
  }
}

function inNamespace(ctx: MethodContext, namespace: string, name: string): Resolved {
  const lower = name.toLowerCase();
  if (lower === 'sobjecttype') return { kind: 'objects' };
  if (lower === 'label') return { kind: 'labels' };
  if (lower === 'trigger') return { kind: 'trigger' };
  const type = ctx.world.named([namespace, name], [], ctx.cls);
  if (type !== null) return { kind: 'type', type };
  throw ctx.notModelled(`class ${namespace}.${name}`);
}

function inType(ctx: MethodContext, type: ApexType, name: string): Resolved {
  const own = ctx.world.own(type);
  if (own !== null) {
    const field = ownField(own, name);
    if (field !== null && field.isStatic) {
      checkVisible(ctx, field, field.visibility);
      return value(readStatic(ctx, field));
    }
    for (const cls of lineage(own)) {
      const inner = cls.inner.get(name.toLowerCase());
      if (inner !== undefined) return { kind: 'type', type: inner.type };
    }
  }
  const constant = enumConstant(type, name);
  if (constant !== null) return value({ js: ctx.constant(constant), type, nonNull: true });
  const property = platformProperty(ctx.world, type, name);
  if (property !== null && property.property.isStatic) {
    const js = `${ctx.native(property.property.property.get)}(x, null)`;
    return value({ js, type: property.type });
  }
  const object = ctx.world.object(type);
  if (object !== null) return value(token(ctx, object, name));
  const lower = type.name.toLowerCase();
  if (lower === 'system' || lower === 'schema' || lower === 'database') return inNamespace(ctx, type.name, name);
  const nested = ctx.world.named([type.name, name], [], null);
  if (nested !== null) return { kind: 'type', type: nested };
  if (own !== null || ctx.world.platform(type.name)?.kind === 'enum')
    throw ctx.error(`Variable does not exist: ${type.text}.${name}`);
  throw ctx.notModelled(`property ${type.text}.${name}`);
}

/** `Contact.SObjectType` and `Contact.Email`. */
function token(ctx: MethodContext, object: ObjectDefinition, name: string): Code {
  if (name.toLowerCase() === 'sobjecttype') {
    return { js: ctx.constant(sobjectTypeToken(object)), type: apexType('Schema.SObjectType'), nonNull: true };
  }
  const field = object.fields.get(name.toLowerCase());
  if (field === undefined) throw ctx.error(`Invalid field ${name} for SObject ${object.name}`);
  return { js: ctx.constant(sobjectFieldToken(object, field)), type: apexType('Schema.SObjectField'), nonNull: true };
}

/** Private members are seen in the same top-level class only, and by tests when they are @TestVisible. */
export function checkVisible(
  ctx: MethodContext,
  symbol: { name: string; owner: ClassSymbol; isTestVisible: boolean },
  visibility: string,
): void {
  if (visibility === 'public' || visibility === 'global') return;
  if (topLevel(symbol.owner) === topLevel(ctx.cls)) return;
  if (symbol.isTestVisible && topLevel(ctx.cls).isTest) return;
  if (visibility === 'protected') {
    for (let cls: ClassSymbol | null = ctx.cls; cls !== null; cls = cls.outer) {
      for (const at of lineage(cls)) if (at === symbol.owner) return;
    }
  }
  throw ctx.error(
    `${'parameters' in symbol ? 'Method' : 'Variable'} is not visible: ${symbol.owner.type.text}.${symbol.name}`,
  );
}

/** Inside its own accessor, a property's name means the value that is kept. */
export function stored(ctx: MethodContext, field: FieldSymbol): FieldSymbol {
  if (ctx.accessorOf !== field) return field;
  return { ...field, getter: null, setter: null, readable: true, writable: true, isFinal: false };
}

/** JavaScript of the object that holds the static values of a class. */
export function staticsOf(ctx: MethodContext, cls: ClassSymbol): string {
  // static code runs after the initialisation; an instance may have been made by JSON without it
  if (cls === ctx.cls && ctx.isStatic) return `x.classStates[${cls.index}]`;
  return `(x.classStates[${cls.index}] ?? (yield* init${cls.index}(x)))`;
}

export function readStatic(ctx: MethodContext, field: FieldSymbol): Code {
  if (field.getter !== null) return { js: `(yield* ${field.getter}(x))`, type: field.type };
  if (!field.readable) throw ctx.error(`Property is not readable: ${field.name}`);
  return { js: `${staticsOf(ctx, field.owner)}.${field.js}`, type: field.type };
}

export function readInstance(field: FieldSymbol, target: string): Code {
  if (field.getter !== null) return { js: `(yield* ${target}.${field.getter}(x))`, type: field.type };
  return { js: `${target}.${field.js}`, type: field.type };
}

/** `target.name` of a value. */
export function fieldOf(ctx: MethodContext, given: Code, name: string, safe: boolean): Code {
  const target = given.singleRow === undefined ? given : safe ? optionalRow(given) : singleRow(given);
  const object = ctx.world.object(target.type);
  return chained(ctx, target, safe, (on) =>
    object !== null || target.type === T.SObject ? recordField(ctx, on, object, name) : objectField(ctx, on, name),
  );
}

function objectField(ctx: MethodContext, target: Code, name: string): Code {
  const own = ctx.world.own(target.type);
  const field = own === null ? null : ownField(own, name);
  const on = nonNull(target);
  if (field !== null) {
    if (field.isStatic) throw ctx.error(`Static field cannot be referenced from a non static context: ${name}`);
    checkVisible(ctx, field, field.visibility);
    if (!field.readable) throw ctx.error(`Property is not readable: ${name}`);
    return readInstance(on === 'this' ? stored(ctx, field) : field, on);
  }
  const found = platformProperty(ctx.world, target.type, name);
  if (found !== null && !found.property.isStatic) {
    return { js: `${ctx.native(found.property.property.get)}(x, ${on})`, type: found.type };
  }
  if (own !== null) throw ctx.error(`Variable does not exist: ${name} (in ${target.type.text})`);
  throw ctx.notModelled(`property ${target.type.text}.${name}`);
}

export interface RecordMember {
  kind: 'field' | 'parent' | 'children';
  type: ApexType;
  field: FieldDefinition | null;
  key: string;
  name: string;
}

/** A field, parent or child relationship of an object by its name. */
export function recordMember(ctx: MethodContext, object: ObjectDefinition | null, name: string): RecordMember | null {
  const key = name.toLowerCase();
  if (object === null) return key === 'id' ? { kind: 'field', type: T.Id, field: null, key, name: 'Id' } : null;
  const field = object.fields.get(key);
  if (field !== undefined) return { kind: 'field', type: apexTypeOfField(field), field, key, name: field.name };
  const parent = ctx.world.schema.parentRelationship(object, name);
  if (parent !== null) {
    const to =
      parent.referenceTo.length === 1
        ? ctx.world.schema.object(parent.referenceTo[0]!)
        : ctx.world.schema.object('Name');
    return {
      kind: 'parent',
      type: to === null ? T.SObject : apexType(to.name),
      field: parent,
      key,
      name: parent.relationshipName!,
    };
  }
  const child = ctx.world.schema.childRelationship(object, name);
  if (child === null) return null;
  const type = apexType('List', apexType(child.childObject));
  return { kind: 'children', type, field: null, key, name: child.relationshipName! };
}

function recordField(ctx: MethodContext, target: Code, object: ObjectDefinition | null, name: string): Code {
  const found = recordMember(ctx, object, name);
  if (found === null)
    throw ctx.error(`Variable does not exist: ${name} (Invalid field ${name} for SObject ${target.type.text})`);
  const key = JSON.stringify(found.key);
  // a relationship that was not set reads as a record without values, so the next step gives null too
  const isRelationship = target.js.startsWith('R.parent(');
  const on = isRelationship ? target.js : nonNull(target);
  if (found.kind === 'parent') return { js: `R.parent(${on}, ${key}, ${isRelationship})`, type: found.type };
  if (found.kind === 'children') return { js: `R.children(${on}, ${key}, ${ctx.type(found.type)})`, type: found.type };
  const blank = found.type === T.Boolean ? ', false' : '';
  return { js: `R.${isRelationship ? 'fieldOrNull' : 'field'}(${on}, ${key}${blank})`, type: found.type };
}
