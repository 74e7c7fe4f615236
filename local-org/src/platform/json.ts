import type { Execution, Pause } from '../execution/execution.ts';
import type { Value } from '../values/value.ts';
import { nullPointer } from './exceptions.ts';
import { typed, untyped } from './json-deserialize.ts';
import { jsonGenerator, jsonGeneratorClass } from './json-generator.ts';
import { jsonParser, jsonParserClasses } from './json-parser.ts';
import { toJson } from './json-serialize.ts';
import { parseJson, writeJson } from './json-text.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';
import type { TypeToken } from './tokens.ts';

/** JSON (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_System_Json.htm). */

type Run = Generator<Pause, Value, void>;

function given<V>(value: V | null): V {
  if (value === null) throw nullPointer('Argument cannot be null.');
  return value;
}

function serializer(pretty: boolean) {
  return function* (x: Execution, _self: null, value: Value, suppressNulls?: boolean | null): Run {
    return writeJson(yield* toJson(x, value, suppressNulls ?? false), pretty);
  };
}

function deserializer(strict: boolean) {
  return function* (x: Execution, _self: null, text: string | null, type: TypeToken | null): Run {
    return yield* typed(x, parseJson(given(text)), given(type).data.type, strict);
  };
}

const jsonClass = platformClass('JSON', {
  'static JSONGenerator createGenerator(Boolean)': (_x, _self, pretty: boolean | null) => jsonGenerator(given(pretty)),
  'static JSONParser createParser(String)': (_x, _self, text: string | null) => jsonParser(given(text)),
  'static String serialize(Object)': serializer(false),
  'static String serialize(Object,Boolean)': serializer(false),
  'static String serializePretty(Object)': serializer(true),
  'static String serializePretty(Object,Boolean)': serializer(true),
  'static Object deserialize(String,Type)': deserializer(false),
  'static Object deserializeStrict(String,Type)': deserializer(true),
  'static Object deserializeUntyped(String)': (_x, _self, text: string | null) => untyped(parseJson(given(text))),
});

export const jsonClasses: PlatformClass[] = [jsonClass, jsonGeneratorClass, ...jsonParserClasses];
