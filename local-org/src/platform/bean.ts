import type { Execution } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import { PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { platformClass } from './signature.ts';
import type { ClassOptions, Native, PlatformClass } from './signature.ts';

/** Platform classes that are nothing but variables: e-mail messages, metadata components, results handed to callbacks. */

export interface BeanData {
  /** by lower-case name */
  readonly values: Map<string, Value>;
  readonly text: string;
}

export type Bean = PlatformObject<BeanData>;

type Members = Parameters<typeof platformClass>[1];

/** A bean of that type. @param values by lower-case name */
export function bean(typeName: string, values: Readonly<Record<string, Value>> = {}): Bean {
  return new PlatformObject<BeanData>(apexType(typeName), {
    values: new Map(Object.entries(values)),
    text: `${typeName}[]`,
  });
}

export function construct(typeName: string, defaults: Readonly<Record<string, Value>> = {}): Native {
  return () => bean(typeName, defaults);
}

/** `htmlBody: 'String'` as a variable that is read and written. */
export function variables(properties: Readonly<Record<string, string>>): Members {
  return Object.fromEntries(
    Object.entries(properties).map(([name, type]) => [
      `${type} ${name}`,
      {
        get: (_x: Execution, self: Bean): Value => self.data.values.get(name.toLowerCase()) ?? null,
        set: (_x: Execution, self: Bean, value: Value): void => {
          self.data.values.set(name.toLowerCase(), value);
        },
      },
    ]),
  );
}

/** `htmlBody: 'String'` as getHtmlBody() and setHtmlBody(String). */
export function accessors(properties: Readonly<Record<string, string>>): Members {
  const members: Members = {};
  for (const [name, type] of Object.entries(properties)) {
    const suffix = name.charAt(0).toUpperCase() + name.slice(1);
    members[`${type} get${suffix}()`] = (_x, self: Bean) => self.data.values.get(name.toLowerCase());
    members[`void set${suffix}(${type})`] = (_x, self: Bean, value: Value) => {
      self.data.values.set(name.toLowerCase(), value);
    };
  }
  return members;
}

/** A class with a constructor without parameters and public variables. */
export function beanClass(
  typeName: string,
  properties: Readonly<Record<string, string>>,
  defaults: Readonly<Record<string, Value>> = {},
  options: ClassOptions = {},
): PlatformClass {
  return platformClass(typeName, { 'new()': construct(typeName, defaults), ...variables(properties) }, options);
}
