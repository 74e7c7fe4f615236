import type { ApexField, Execution, Pause, Program, TriggerEvent } from '../../execution/execution.ts';
import { apexException } from '../../platform/exceptions.ts';
import type { ApexType } from '../../types/type.ts';
import { runtimeType } from '../../values/convert.ts';
import { enumConstants } from '../../values/enums.ts';
import { ApexList, ApexMap, ApexSet, SObjectValue } from '../../values/value.ts';
import type { ApexObject, Value } from '../../values/value.ts';
import { isSubtype, isAssignable } from '../resolve/relations.ts';
import type { ClassSymbol, FieldSymbol, MethodSymbol } from '../resolve/symbols.ts';
import { lineage } from '../resolve/symbols.ts';
import { ownField } from '../resolve/members.ts';
import type { World } from '../resolve/world.ts';
import { parseAnyType } from './type-name.ts';
import type { ApexExecution } from './execution.ts';
import { isStub, makeStub } from './stub.ts';
import { copyOf } from './copy.ts';
import { fire } from './trigger.ts';

export type EmittedFunction = (x: ApexExecution, ...args: Value[]) => Generator<Pause, Value, void>;

/** An instance of an own class: its fields by JavaScript key, its methods by mangled name. */
export type OwnObject = ApexObject & Record<string, Value | EmittedFunction>;

export interface ProgramTrigger {
  name: string;
  object: string;
  events: string[];
  /** the function of its body */
  main: string;
}

export interface CoverageHits {
  file: string;
  /** executable lines */
  lines: ReadonlySet<number>;
  /** 1 for each line that ran */
  hits: Uint8Array;
}

export interface ProgramParts {
  world: World;
  constructors: Record<number, new (type: ApexType) => OwnObject>;
  functions: Record<string, EmittedFunction>;
  triggers: ProgramTrigger[];
  coverage: CoverageHits[];
}

/** The org's Apex, compiled. */
export class CompiledProgram implements Program {
  readonly world: World;
  readonly coverage: readonly CoverageHits[];
  readonly #parts: ProgramParts;

  constructor(parts: ProgramParts) {
    this.world = parts.world;
    this.coverage = parts.coverage;
    this.#parts = parts;
  }

  get classes(): readonly ClassSymbol[] {
    return this.world.classes;
  }

  typeNamed(name: string): ApexType | null {
    return parseAnyType(this.world, name);
  }

  own(type: ApexType): ClassSymbol | null {
    return this.world.own(type);
  }

  /** The emitted function of a static method. */
  staticMethod(method: MethodSymbol): EmittedFunction {
    return this.#function(method.js);
  }

  /** The body of the anonymous block, which is the last unit of the program. */
  anonymousMain(): EmittedFunction {
    const symbol = this.world.classes.findLast((c) => c.traceName === 'AnonymousBlock' && c.methods.has('$main'));
    const main = symbol?.methods.get('$main')?.[0];
    if (main === undefined) throw new Error('The program has no anonymous block');
    return this.#function(main.js);
  }

  #function(name: string): EmittedFunction {
    const found = this.#parts.functions[name];
    if (found === undefined) throw new Error(`No emitted function ${name}`);
    return found;
  }

  *newInstance(x: Execution, type: ApexType): Generator<Pause, Value, void> {
    const object = this.world.object(type);
    if (object !== null) return new SObjectValue(object);
    if (type.name === 'List') return new ApexList(type);
    if (type.name === 'Set') return new ApexSet(type);
    if (type.name === 'Map') return new ApexMap(type);
    const own = this.own(type);
    const constructor = own?.constructors.find((c) => c.parameters.length === 0);
    if (own === null || own.isAbstract || own.kind !== 'class' || constructor === undefined) {
      throw apexException('TypeException', `Type cannot be constructed: ${type.text}`);
    }
    return yield* this.#function(`new_${constructor.js}`)(x as ApexExecution);
  }

  *call(x: Execution, target: ApexObject, name: string, args: Value[]): Generator<Pause, Value, void> {
    const method = this.#method(target, name, args);
    if (method === null) throw new Error(`${target.type.text} has no method ${name} with ${args.length} parameters`);
    const run = (target as OwnObject)[method.js] as EmittedFunction;
    return (yield* run.call(target, x as ApexExecution, ...args)) ?? null;
  }

  #method(target: ApexObject, name: string, args: readonly Value[]): MethodSymbol | null {
    const own = this.own(target.type);
    if (own === null) return null;
    const candidates = [...lineage(own)]
      .flatMap((c) => c.methods.get(name.toLowerCase()) ?? [])
      .filter((m) => !m.isStatic && (m.node.body !== null || isStub(target)) && m.parameters.length === args.length);
    const fits = candidates.find((m) =>
      m.parameters.every((p, i) => isAssignable(this.world, runtimeType(args[i]!), p.type)),
    );
    return fits ?? candidates[0] ?? null;
  }

  hasMethod(type: ApexType, name: string, parameters: number): boolean {
    const own = this.own(type);
    if (own === null) return false;
    return [...lineage(own)].some((c) =>
      (c.methods.get(name.toLowerCase()) ?? []).some((m) => !m.isStatic && m.parameters.length === parameters),
    );
  }

  fieldsOf(type: ApexType): ApexField[] {
    const own = this.own(type);
    if (own === null) return [];
    return [...lineage(own)].reverse().flatMap((c) =>
      [...c.fields.values()].map(({ name, type: fieldType, isStatic, isTransient }) => ({
        name,
        type: fieldType,
        isStatic,
        isTransient,
      })),
    );
  }

  #field(target: ApexObject, name: string): FieldSymbol {
    const own = this.own(target.type);
    const field = own === null ? null : ownField(own, name);
    if (field === null) throw new Error(`${target.type.text} has no field ${name}`);
    return field;
  }

  *getField(x: Execution, target: ApexObject, name: string): Generator<Pause, Value, void> {
    const field = this.#field(target, name);
    const object = target as OwnObject;
    if (field.getter === null) return object[field.js] as Value;
    return yield* (object[field.getter] as EmittedFunction).call(target, x as ApexExecution);
  }

  *setField(x: Execution, target: ApexObject, name: string, value: Value): Generator<Pause, void, void> {
    const field = this.#field(target, name);
    const object = target as OwnObject;
    if (field.setter === null) (object as Record<string, Value>)[field.js] = value;
    else yield* (object[field.setter] as EmittedFunction).call(target, x as ApexExecution, value);
  }

  /** JavaScript keys under which an own class keeps what is serialised of its instances. */
  storedFields(type: ApexType): string[] {
    const own = this.own(type);
    if (own === null) return [];
    const fields = [...lineage(own)].flatMap((c) => [...c.fields.values()]);
    return fields.filter((f) => !f.isStatic && !f.isTransient).map((f) => f.js);
  }

  copy<V extends Value>(x: Execution, value: V): V {
    return copyOf(x as ApexExecution, this, value);
  }

  allocate(_x: Execution, type: ApexType): ApexObject {
    const own = this.own(type);
    const constructor = own === null ? undefined : this.#parts.constructors[own.index];
    if (constructor === undefined) throw apexException('TypeException', `Type cannot be constructed: ${type.text}`);
    return new constructor(type);
  }

  stub(type: ApexType, handle: Parameters<Program['stub']>[1]): ApexObject | null {
    const own = this.own(type);
    if (own === null || own.kind === 'enum' || own.outer !== null) return null;
    return makeStub(this.world, own, this.#parts.constructors[own.index] ?? null, handle);
  }

  enumValues(type: ApexType): Value[] | null {
    return enumConstants(type);
  }

  isAssignable(from: ApexType, to: ApexType): boolean {
    return isAssignable(this.world, from, to);
  }

  /** Class hierarchy only, no conversions. */
  isSubtype(from: ApexType, to: ApexType): boolean {
    return isSubtype(this.world, from, to);
  }

  typeOf(value: Value): ApexType {
    return runtimeType(value);
  }

  *fireTriggers(x: Execution, event: TriggerEvent): Generator<Pause, void, void> {
    const triggers = this.#triggersOf(event.object).filter((t) => t.events.includes(event.operation));
    if (triggers.length === 0) return;
    yield* fire(
      x as ApexExecution,
      event,
      triggers.map((t) => this.#function(t.main)),
    );
  }

  hasTriggers(object: string): boolean {
    return this.#triggersOf(object).length > 0;
  }

  #triggersOf(object: string): ProgramTrigger[] {
    const wanted = object.toLowerCase();
    return this.#parts.triggers.filter((t) => t.object.toLowerCase() === wanted);
  }
}
