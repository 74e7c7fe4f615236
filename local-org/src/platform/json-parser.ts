import type { Execution, Pause } from '../execution/execution.ts';
import { apexType, T } from '../types/type.ts';
import type { ApexType } from '../types/type.ts';
import { enumConstant } from '../values/enums.ts';
import { PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { typed } from './json-deserialize.ts';
import { parseJson } from './json-text.ts';
import type { Json } from './json-text.ts';
import { platformClass, platformEnum } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';
import type { TypeToken } from './tokens.ts';

/** JSONParser (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_jsonParser.htm). */

const TOKENS = [
  'END_ARRAY',
  'END_OBJECT',
  'FIELD_NAME',
  'NOT_AVAILABLE',
  'START_ARRAY',
  'START_OBJECT',
  'VALUE_EMBEDDED_OBJECT',
  'VALUE_FALSE',
  'VALUE_NULL',
  'VALUE_NUMBER_FLOAT',
  'VALUE_NUMBER_INT',
  'VALUE_STRING',
  'VALUE_TRUE',
] as const;

type TokenName = (typeof TOKENS)[number];

interface Token {
  name: TokenName;
  text: string;
  /** the field that the value or name belongs to */
  field: string | null;
  /** the value that starts here */
  value: Json | null;
  /** index of the token that closes this one; itself for scalars */
  end: number;
}

interface ParserData {
  tokens: Token[];
  /** -1 before the first nextToken() */
  at: number;
  cleared: boolean;
  lastCleared: Token | null;
  text: string;
}

type Parser = PlatformObject<ParserData>;

const TOKEN = apexType('JSONToken');

function scalarToken(json: Json): [TokenName, string] {
  switch (json.kind) {
    case 'null':
      return ['VALUE_NULL', 'null'];
    case 'boolean':
      return [json.value ? 'VALUE_TRUE' : 'VALUE_FALSE', String(json.value)];
    case 'number':
      return [/^-?\d+$/.test(json.text) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT', json.text];
    case 'string':
      return ['VALUE_STRING', json.value];
    case 'array':
      return ['START_ARRAY', '['];
    case 'object':
      return ['START_OBJECT', '{'];
  }
}

function flatten(json: Json, field: string | null, tokens: Token[]): void {
  const [name, text] = scalarToken(json);
  const token: Token = { name, text, field, value: json, end: tokens.length };
  tokens.push(token);
  if (json.kind === 'array') {
    for (const item of json.items) flatten(item, null, tokens);
    token.end = tokens.length;
    tokens.push({ name: 'END_ARRAY', text: ']', field, value: null, end: tokens.length });
  }
  if (json.kind === 'object') {
    for (const [key, value] of json.entries) {
      tokens.push({ name: 'FIELD_NAME', text: key, field: key, value: null, end: tokens.length });
      flatten(value, key, tokens);
    }
    token.end = tokens.length;
    tokens.push({ name: 'END_OBJECT', text: '}', field, value: null, end: tokens.length });
  }
}

/** JSON.createParser. The whole text is read here, so a fault in it shows at once. */
export function jsonParser(text: string): Parser {
  const tokens: Token[] = [];
  flatten(parseJson(text), null, tokens);
  const data: ParserData = { tokens, at: -1, cleared: false, lastCleared: null, text: 'JSONParser' };
  return new PlatformObject(apexType('JSONParser'), data);
}

function current(data: ParserData): Token | null {
  return data.cleared ? null : (data.tokens[data.at] ?? null);
}

function tokenConstant(token: Token | null): Value {
  return token === null ? null : enumConstant(TOKEN, token.name);
}

function advance(data: ParserData): Token | null {
  data.cleared = false;
  if (data.at < data.tokens.length) data.at++;
  return current(data);
}

function nextValue(data: ParserData): Token | null {
  const token = advance(data);
  return token?.name === 'FIELD_NAME' ? advance(data) : token;
}

/** The value at the current token, which must be a scalar of one of these kinds. */
function scalarGetter(type: ApexType, ...names: TokenName[]): Native {
  return function* (x: Execution, self: Parser): Generator<Pause, Value, void> {
    const token = current(self.data);
    if (token === null || token.value === null || !names.includes(token.name)) {
      throw apexException('JSONException', `Current token (${token?.name ?? 'null'}) not of the type ${type.text}`);
    }
    return yield* typed(x, token.value, type, false);
  };
}

function reader(strict: boolean): Native {
  return function* (x: Execution, self: Parser, type: TypeToken | null): Generator<Pause, Value, void> {
    if (type === null) throw nullArgument(1);
    if (self.data.at < 0) advance(self.data);
    let token = current(self.data);
    if (token?.name === 'FIELD_NAME') token = advance(self.data);
    if (token === null || token.value === null) throw apexException('JSONException', 'No value at the current token');
    self.data.at = token.end;
    return yield* typed(x, token.value, type.data.type, strict);
  };
}

const NUMBERS: TokenName[] = ['VALUE_NUMBER_INT', 'VALUE_NUMBER_FLOAT'];

export const jsonParserClasses: PlatformClass[] = [
  platformEnum('JSONToken', [...TOKENS]),
  platformClass('JSONParser', {
    'JSONToken nextToken()': (_x, self: Parser) => tokenConstant(advance(self.data)),
    'JSONToken nextValue()': (_x, self: Parser) => tokenConstant(nextValue(self.data)),
    'JSONToken getCurrentToken()': (_x, self: Parser) => tokenConstant(current(self.data)),
    'Boolean hasCurrentToken()': (_x, self: Parser) => current(self.data) !== null,
    'void clearCurrentToken()': (_x, self: Parser) => {
      self.data.lastCleared = current(self.data);
      self.data.cleared = true;
    },
    'JSONToken getLastClearedToken()': (_x, self: Parser) => tokenConstant(self.data.lastCleared),
    'String getCurrentName()': (_x, self: Parser) => current(self.data)?.field ?? null,
    'String getText()': (_x, self: Parser) => current(self.data)?.text ?? null,
    'void skipChildren()': (_x, self: Parser) => {
      const token = current(self.data);
      if (token !== null) self.data.at = token.end;
    },
    'Integer getIntegerValue()': scalarGetter(T.Integer, ...NUMBERS),
    'Long getLongValue()': scalarGetter(T.Long, ...NUMBERS),
    'Decimal getDecimalValue()': scalarGetter(T.Decimal, ...NUMBERS),
    'Double getDoubleValue()': scalarGetter(T.Double, ...NUMBERS),
    'Boolean getBooleanValue()': scalarGetter(T.Boolean, 'VALUE_TRUE', 'VALUE_FALSE'),
    'Date getDateValue()': scalarGetter(T.Date, 'VALUE_STRING'),
    'Datetime getDateTimeValue()': scalarGetter(T.Datetime, 'VALUE_STRING'),
    'Time getTimeValue()': scalarGetter(T.Time, 'VALUE_STRING'),
    'Id getIdValue()': scalarGetter(T.Id, 'VALUE_STRING'),
    'Blob getBlobValue()': scalarGetter(T.Blob, 'VALUE_STRING'),
    'Object readValueAs(Type)': reader(false),
    'Object readValueAsStrict(Type)': reader(true),
  }),
];
