import type { Execution, Pause } from '../execution/execution.ts';
import type { Value } from '../values/value.ts';
import { parseType } from '../types/type.ts';
import type { ApexType } from '../types/type.ts';

/**
 * The code behind a platform method: `(x, self, ...args)`; self is null for static methods and constructors. A method
 * that may run Apex (sort with a comparator, DML with triggers) is a generator function, and the emitted code delegates
 * to it with `yield*`; all others are plain. `undefined` counts as null. Arguments arrive already converted to the
 * parameter types of the signature (an Integer literal given for Decimal is a Decimal).
 */
// The parameters are `never` so that each method states the exact types that its signature guarantees.
export type Native = (
  x: Execution,
  self: never,
  ...args: never[]
) => Value | undefined | void | Generator<Pause, Value | undefined | void, void>;

export interface Property {
  get: (x: Execution, self: never) => Value;
  /** absent: read only */
  set?: (x: Execution, self: never, value: never) => void;
}

export interface PlatformMethod {
  name: string;
  isStatic: boolean;
  isConstructor: boolean;
  returns: ApexType;
  parameters: ApexType[];
  /** true when `run` is a generator function */
  suspends: boolean;
  run: Native;
}

export interface PlatformProperty {
  name: string;
  isStatic: boolean;
  type: ApexType;
  property: Property;
}

export interface PlatformClass {
  /** canonical name as in types/type.ts: `String`, `Database.SaveResult` */
  name: string;
  /** `['T']`, `['K', 'V']` */
  typeParameters: string[];
  extends: ApexType | null;
  implements: ApexType[];
  kind: 'class' | 'interface' | 'enum';
  /** own Apex classes may extend it (Exception) */
  extensible: boolean;
  methods: PlatformMethod[];
  properties: PlatformProperty[];
  enumValues: string[];
}

export interface ClassOptions {
  typeParameters?: string[];
  extends?: string;
  implements?: string[];
  kind?: 'class' | 'interface';
  extensible?: boolean;
}

/**
 * Declares a platform class as a table from Apex signature to code:
 * `'static String valueOf(Object)'`, `'Integer indexOf(String, Integer)'`, `'new(String)'` for a constructor,
 * `'static Integer maxQueries'` / `'String name'` (no parentheses) with a `Property`.
 * Parameter names are not written. Type parameters are used by name: `'T get(Integer)'`.
 */
export function platformClass(
  name: string,
  members: Record<string, Native | Property>,
  options: ClassOptions = {},
): PlatformClass {
  const cls: PlatformClass = {
    name,
    typeParameters: options.typeParameters ?? [],
    extends: options.extends === undefined ? null : parseType(options.extends),
    implements: (options.implements ?? []).map(parseType),
    kind: options.kind ?? 'class',
    extensible: options.extensible ?? false,
    methods: [],
    properties: [],
    enumValues: [],
  };
  for (const [signature, code] of Object.entries(members)) addMember(cls, signature, code);
  return cls;
}

/** Declares a platform enum; its values are interned EnumValues of the type `name`. */
export function platformEnum(name: string, values: string[]): PlatformClass {
  return { ...platformClass(name, {}), kind: 'enum', enumValues: values };
}

const GeneratorFunction = function* () {}.constructor as new () => unknown;

function addMember(cls: PlatformClass, signature: string, code: Native | Property): void {
  const constructorMatch = /^new\((.*)\)$/.exec(signature);
  if (constructorMatch !== null && typeof code === 'function') {
    cls.methods.push({
      name: 'new',
      isStatic: true,
      isConstructor: true,
      returns: selfType(cls),
      parameters: splitParameters(constructorMatch[1] ?? ''),
      suspends: code instanceof GeneratorFunction,
      run: code,
    });
    return;
  }
  const method = /^(static )?(.+) (\w+)\((.*)\)$/.exec(signature);
  if (method !== null && typeof code === 'function') {
    cls.methods.push({
      name: method[3] ?? '',
      isStatic: method[1] !== undefined,
      isConstructor: false,
      returns: parseType(method[2] ?? ''),
      parameters: splitParameters(method[4] ?? ''),
      suspends: code instanceof GeneratorFunction,
      run: code,
    });
    return;
  }
  const property = /^(static )?(.+) (\w+)$/.exec(signature);
  if (property !== null && typeof code === 'object') {
    cls.properties.push({
      name: property[3] ?? '',
      isStatic: property[1] !== undefined,
      type: parseType(property[2] ?? ''),
      property: code,
    });
    return;
  }
  throw new Error(`Bad signature in platform class ${cls.name}: ${signature}`);
}

function selfType(cls: PlatformClass): ApexType {
  return parseType(cls.typeParameters.length === 0 ? cls.name : `${cls.name}<${cls.typeParameters.join(',')}>`);
}

function splitParameters(source: string): ApexType[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const char of source) {
    if (char === '<') depth++;
    if (char === '>') depth--;
    if (char === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  if (part.trim() !== '') parts.push(part);
  return parts.map((p) => parseType(p.trim()));
}
