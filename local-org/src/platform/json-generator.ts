import type { Execution, Pause } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import { PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { toJson } from './json-serialize.ts';
import { writeJson } from './json-text.ts';
import type { Json } from './json-text.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/** JSONGenerator (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_jsonGenerator.htm). */

type Container = Extract<Json, { kind: 'array' | 'object' }>;

interface GeneratorData {
  pretty: boolean;
  /** values at the top */
  roots: Json[];
  /** containers that are still open, outermost first */
  open: Container[];
  /** name of the field whose value comes next */
  field: string | null;
  closed: boolean;
  text: string;
}

type JsonGenerator = PlatformObject<GeneratorData>;
type Run = Generator<Pause, void, void>;

export function jsonGenerator(pretty: boolean): JsonGenerator {
  const data: GeneratorData = { pretty, roots: [], open: [], field: null, closed: false, text: 'JSONGenerator' };
  return new PlatformObject(apexType('JSONGenerator'), data);
}

function failure(message: string): Error {
  return apexException('JSONException', message);
}

function write(data: GeneratorData, value: Json): void {
  if (data.closed) throw failure('The generator is closed');
  const container = data.open.at(-1);
  if (container === undefined) data.roots.push(value);
  else if (container.kind === 'array') container.items.push(value);
  else {
    if (data.field === null) throw failure('Can not write a value, expecting field name');
    container.entries.push([data.field, value]);
    data.field = null;
  }
}

function writeName(data: GeneratorData, name: string | null): void {
  if (name === null) throw nullArgument(1);
  if (data.open.at(-1)?.kind !== 'object' || data.field !== null) {
    throw failure('Can not write a field name, expecting a value');
  }
  data.field = name;
}

function start(data: GeneratorData, container: Container): void {
  write(data, container);
  data.open.push(container);
}

function end(data: GeneratorData, kind: Container['kind']): void {
  const container = data.open.at(-1);
  if (container?.kind !== kind) {
    const current = container === undefined ? 'root context' : container.kind.toUpperCase();
    throw failure(`Current context not an ${kind.toUpperCase()} but ${current}`);
  }
  if (data.field !== null) throw failure('Can not end an object after a field name without a value');
  data.open.pop();
}

/** write<Name>(T) and write<Name>Field(String, T). */
function writers(name: string, types: string[]): Record<string, Native> {
  const members: Record<string, Native> = {};
  for (const type of types) {
    members[`void write${name}(${type})`] = function* (x: Execution, self: JsonGenerator, value: Value): Run {
      write(self.data, yield* toJson(x, value));
    };
    members[`void write${name}Field(String,${type})`] = function* (
      x: Execution,
      self: JsonGenerator,
      field: string | null,
      value: Value,
    ): Run {
      writeName(self.data, field);
      write(self.data, yield* toJson(x, value));
    };
  }
  return members;
}

function textOf(data: GeneratorData): string {
  return data.roots.map((root) => writeJson(root, data.pretty)).join(' ');
}

export const jsonGeneratorClass: PlatformClass = platformClass('JSONGenerator', {
  'void writeStartObject()': (_x, self: JsonGenerator) => start(self.data, { kind: 'object', entries: [] }),
  'void writeEndObject()': (_x, self: JsonGenerator) => end(self.data, 'object'),
  'void writeStartArray()': (_x, self: JsonGenerator) => start(self.data, { kind: 'array', items: [] }),
  'void writeEndArray()': (_x, self: JsonGenerator) => end(self.data, 'array'),
  'void writeFieldName(String)': (_x, self: JsonGenerator, name: string | null) => writeName(self.data, name),
  'void writeNull()': (_x, self: JsonGenerator) => write(self.data, { kind: 'null' }),
  'void writeNullField(String)': (_x, self: JsonGenerator, name: string | null) => {
    writeName(self.data, name);
    write(self.data, { kind: 'null' });
  },
  ...writers('String', ['String']),
  ...writers('Number', ['Decimal', 'Double', 'Integer', 'Long']),
  ...writers('Boolean', ['Boolean']),
  ...writers('Object', ['Object']),
  ...writers('Date', ['Date']),
  ...writers('DateTime', ['Datetime']),
  ...writers('Time', ['Time']),
  ...writers('Id', ['Id']),
  ...writers('Blob', ['Blob']),
  'String getAsString()': (_x, self: JsonGenerator) => {
    self.data.closed = true;
    return textOf(self.data);
  },
  'void close()': (_x, self: JsonGenerator) => {
    self.data.closed = true;
  },
  'Boolean isClosed()': (_x, self: JsonGenerator) => self.data.closed,
});
