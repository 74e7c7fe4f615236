import { T } from '../../types/type.ts';
import type { ApexType } from '../../types/type.ts';
import type { Expression } from '../parse/ast.ts';
import { ownField, platformProperty } from '../resolve/members.ts';
import { isNumeric } from '../resolve/relations.ts';
import type { ClassSymbol, FieldSymbol } from '../resolve/symbols.ts';
import { lineage } from '../resolve/symbols.ts';
import type { Code, MethodContext } from './context.ts';
import { nonNull } from './context.ts';
import { convert, singleRow } from './convert.ts';
import { expression } from './expression.ts';
import { checkVisible, readInstance, readStatic, recordMember, resolvePath, staticsOf, stored } from './names.ts';
import { binary } from './operators.ts';

/** Something that can be assigned to. `setup` fixes its object and index, so that they are evaluated once. */
interface Place {
  type: ApexType;
  setup: string[];
  read: () => string;
  /** JavaScript that stores and has the stored value as its own */
  write: (js: string) => string;
}

export function assign(ctx: MethodContext, node: Extract<Expression, { kind: 'assign' }>): Code {
  const target = place(ctx, node.target);
  ctx.line = node.line;
  const value = expression(ctx, node.value);
  let js: string;
  if (node.operator === null) js = convert(ctx, value, target.type);
  else {
    const result = binary(ctx, node.operator, { js: target.read(), type: target.type }, value);
    // `+=` and the like convert their result back to the variable's type: i += 1.5 is not allowed, l += 1 is
    js = convert(ctx, result, target.type);
  }
  return { js: sequence(target.setup, target.write(js)), type: target.type };
}

export function step(ctx: MethodContext, node: Extract<Expression, { kind: 'step' }>): Code {
  const target = place(ctx, node.operand);
  if (!isNumeric(target.type)) throw ctx.error(`${node.operator} needs a number: ${target.type.text}`);
  const one: Code = {
    js: '1',
    type: T.Integer,
    nonNull: true,
    literal: { kind: 'integer', value: 1, line: node.line },
  };
  const changed = (js: string, known: boolean): string =>
    convert(
      ctx,
      binary(ctx, node.operator === '++' ? '+' : '-', { js, type: target.type, nonNull: known }, one),
      target.type,
    );
  if (node.prefix) {
    return {
      js: sequence(target.setup, target.write(changed(target.read(), false))),
      type: target.type,
      nonNull: true,
    };
  }
  const old = ctx.temporary();
  const setup = [...target.setup, `${old} = (${target.read()} ?? R.npe())`];
  return { js: `(${[...setup, target.write(changed(old, true)), old].join(', ')})`, type: target.type, nonNull: true };
}

function sequence(setup: string[], last: string): string {
  return `(${[...setup, last].join(', ')})`;
}

function place(ctx: MethodContext, node: Expression): Place {
  ctx.line = node.line;
  if (node.kind === 'name') return namePlace(ctx, node.name);
  if (node.kind === 'index') {
    const list = expression(ctx, node.target);
    if (list.type.name !== 'List') throw ctx.error(`Expression must be a list type: ${list.type.text}`);
    const [held, index] = [ctx.temporary(), ctx.temporary()];
    const at = convert(ctx, expression(ctx, node.index), T.Integer);
    return {
      type: list.type.args[0] ?? T.Object,
      setup: [`${held} = ${nonNull(list)}`, `${index} = ${at}`],
      read: () => `R.listGet(${held}, ${index})`,
      write: (js) => `R.listSet(${held}, ${index}, ${js})`,
    };
  }
  if (node.kind === 'field') {
    if (node.safe) throw ctx.error('A safe navigation expression cannot be assigned to');
    const target = resolvePath(ctx, node.target);
    if (target.kind === 'value') return memberPlace(ctx, target.code, node.name);
    if (target.kind === 'type') {
      const own = ctx.world.own(target.type);
      const field = own === null ? null : ownField(own, node.name);
      if (field !== null && field.isStatic) return staticPlace(ctx, field);
      const property = platformProperty(ctx.world, target.type, node.name);
      if (property !== null && property.property.isStatic) {
        const { get, set } = property.property.property;
        if (set === undefined) throw ctx.error(`Property is not writeable: ${node.name}`);
        return {
          type: property.type,
          setup: [],
          read: () => `${ctx.native(get)}(x, null)`,
          write: (js) => setThrough(ctx, (held) => `${ctx.native(set)}(x, null, ${held})`, js),
        };
      }
    }
  }
  throw ctx.error('Expression cannot be assigned');
}

/** A setter gives nothing back, so the value is kept aside to be the assignment's own. */
function setThrough(ctx: MethodContext, set: (held: string) => string, js: string): string {
  const held = ctx.temporary();
  return `(${held} = ${js}, ${set(held)}, ${held})`;
}

function namePlace(ctx: MethodContext, name: string): Place {
  const local = ctx.local(name);
  if (local !== null) {
    return { type: local.type, setup: [], read: () => local.js, write: (js) => `${local.js} = ${js}` };
  }
  for (let cls: ClassSymbol | null = ctx.cls; cls !== null; cls = cls.outer) {
    const field = ownField(cls, name);
    if (field === null || (cls !== ctx.cls && !field.isStatic)) continue;
    if (field.isStatic) return staticPlace(ctx, stored(ctx, field));
    if (ctx.isStatic) throw ctx.error(`Variable does not exist: ${name} (an instance field in a static context)`);
    return instancePlace(ctx, stored(ctx, field), 'this', []);
  }
  throw ctx.error(`Variable does not exist: ${name}`);
}

function checkWritable(ctx: MethodContext, field: FieldSymbol): void {
  checkVisible(ctx, field, field.visibility);
  checkVisible(ctx, field, field.setterVisibility);
  if (!field.writable) throw ctx.error(`Property is not writeable: ${field.name}`);
  // a constructor may also give its superclass's final fields their values
  if (field.isFinal && !(ctx.initialises && [...lineage(ctx.cls)].includes(field.owner))) {
    throw ctx.error(
      `Final members can only be assigned in their declaration, init blocks, or constructors: ${field.name}`,
    );
  }
}

function staticPlace(ctx: MethodContext, field: FieldSymbol): Place {
  checkWritable(ctx, field);
  return {
    type: field.type,
    setup: [],
    read: () => readStatic(ctx, field).js,
    write: (js) =>
      field.setter === null
        ? `${staticsOf(ctx, field.owner)}.${field.js} = ${js}`
        : setThrough(ctx, (held) => `yield* ${field.setter}(x, ${held})`, js),
  };
}

function instancePlace(ctx: MethodContext, field: FieldSymbol, on: string, setup: string[]): Place {
  checkWritable(ctx, field);
  return {
    type: field.type,
    setup,
    read: () => readInstance(field, on).js,
    write: (js) =>
      field.setter === null
        ? `${on}.${field.js} = ${js}`
        : setThrough(ctx, (held) => `yield* ${on}.${field.setter}(x, ${held})`, js),
  };
}

function memberPlace(ctx: MethodContext, given: Code, name: string): Place {
  const target = given.singleRow === undefined ? given : singleRow(given);
  const held = target.js === 'this' ? 'this' : ctx.temporary();
  const setup = held === 'this' ? [] : [`${held} = ${nonNull(target)}`];
  const object = ctx.world.object(target.type);
  if (object !== null || target.type === T.SObject) {
    const found = recordMember(ctx, object, name);
    if (found === null)
      throw ctx.error(`Variable does not exist: ${name} (Invalid field ${name} for SObject ${target.type.text})`);
    if (found.kind === 'children') throw ctx.error(`Field is not writeable: ${target.type.text}.${name}`);
    if (found.kind === 'field') checkFieldWritable(ctx, object, found.field, found.name);
    const key = JSON.stringify(found.key);
    return {
      type: found.type,
      setup,
      read: () => (found.kind === 'parent' ? `R.parent(${held}, ${key}, false)` : `R.field(${held}, ${key})`),
      write: (js) => `R.setField(${held}, ${key}, ${js})`,
    };
  }
  const own = ctx.world.own(target.type);
  const field = own === null ? null : ownField(own, name);
  if (field !== null) {
    if (field.isStatic) throw ctx.error(`Static field cannot be referenced from a non static context: ${name}`);
    return instancePlace(ctx, held === 'this' ? stored(ctx, field) : field, held, setup);
  }
  const property = platformProperty(ctx.world, target.type, name);
  if (property === null || property.property.isStatic) {
    if (own !== null) throw ctx.error(`Variable does not exist: ${name} (in ${target.type.text})`);
    throw ctx.notModelled(`property ${target.type.text}.${name}`);
  }
  const { get, set } = property.property.property;
  if (set === undefined) throw ctx.error(`Property is not writeable: ${name}`);
  return {
    type: property.type,
    setup,
    read: () => `${ctx.native(get)}(x, ${held})`,
    write: (js) => setThrough(ctx, (value) => `${ctx.native(set)}(x, ${held}, ${value})`, js),
  };
}

/** Calculated and system fields cannot be set by code; custom metadata records in memory can. */
export function checkFieldWritable(
  ctx: MethodContext,
  object: { name: string; kind: string } | null,
  field: { createable: boolean; updateable: boolean; type: string; name: string } | null,
  name: string,
): void {
  if (object === null || field === null || field.type === 'id' || object.kind === 'customMetadata') return;
  if (!field.createable && !field.updateable) throw ctx.error(`Field is not writeable: ${object.name}.${name}`);
}
