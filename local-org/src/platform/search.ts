import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { parseSoql, SoqlSyntaxError } from '../soql/parse.ts';
import { apexType } from '../types/type.ts';
import { ApexList } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { accessOptions } from './access.ts';
import type { Scope } from './database.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { listOf } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/**
 * SOSL as tests see it: a search finds what Test.setFixedSearchResults named, by the WHERE and LIMIT clauses of each
 * object, and nothing without it (Apex Developer Guide, "Adding SOSL Queries to Unit Tests"). There is no search index:
 * outside of tests a search is refused.
 */

interface Returning {
  object: string;
  fields: string;
  where: string | null;
  /** ORDER BY, LIMIT, OFFSET as they stand */
  rest: string;
}

const HEAD =
  /^\s*FIND\s+(?:\{[^}]*\}|'(?:\\.|[^'\\])*'|:\s*[\w.]+)\s*(?:IN\s+(?:ALL|NAME|EMAIL|PHONE|SIDEBAR)\s+FIELDS\s*)?/i;

function syntaxError(text: string): Error {
  return apexException('SearchException', `unexpected token: ${text.trim().split(/\s/)[0] ?? ''}`);
}

/** The objects of a search with their clauses. */
export function parseSosl(text: string): Returning[] {
  const head = HEAD.exec(text);
  if (head === null) throw syntaxError(text);
  const tail = text.slice(head[0].length);
  const returning = /^RETURNING\s+/i.exec(tail);
  if (returning === null) throw new NotModelledError('SOSL without RETURNING');
  const items: Returning[] = [];
  let rest = tail.slice(returning[0].length).trim();
  for (;;) {
    const name = /^(\w+)\s*/.exec(rest);
    if (name === null) throw syntaxError(rest);
    rest = rest.slice(name[0].length);
    const inner = rest.startsWith('(') ? parenthesised(rest) : null;
    items.push(returningOf(name[1] ?? '', inner ?? 'Id'));
    if (inner !== null) rest = rest.slice(inner.length + 2).trim();
    if (!rest.startsWith(',')) break;
    rest = rest.slice(1).trim();
  }
  if (rest !== '') throw new NotModelledError(`SOSL clause ${rest.split(/\s/)[0] ?? ''}`);
  return items;
}

/** What stands in the parentheses at the start of a text, texts in quotes passed over. */
function parenthesised(text: string): string {
  let depth = 0;
  for (const token of text.matchAll(/'(?:\\.|[^'\\])*'|[()]/g)) {
    if (token[0] === '(') depth++;
    if (token[0] === ')' && --depth === 0) return text.slice(1, token.index);
  }
  throw syntaxError(text);
}

function returningOf(object: string, inner: string): Returning {
  const match = /^(.*?)(?:\bWHERE\b(.*?))?(\b(?:ORDER\s+BY|LIMIT|OFFSET)\b.*)?$/is.exec(inner);
  return { object, fields: (match?.[1] ?? '').trim(), where: match?.[2]?.trim() ?? null, rest: match?.[3] ?? '' };
}

const IDS = 'foundBySearch';

/** One list of records for each object of RETURNING; `scope` reads the caller's variables. */
export const searchQuery: Native = function* (
  x: Execution,
  _self: null,
  text: string | null,
  scope: Scope,
): Generator<Pause, Value, void> {
  if (text === null) throw nullArgument(1);
  const returning = parseSosl(text);
  x.limits.use('soslQueries');
  if (x.test === null) throw new NotModelledError('a SOSL search outside of tests');
  const fixed = x.test.fixedSearchResults ?? [];
  const lists: Value[] = [];
  for (const { object, fields, where, rest } of returning) {
    const definition = x.org.schema.object(object);
    if (definition === null) throw apexException('SearchException', `sObject type '${object}' is not supported.`);
    const ids = fixed.filter((id) => id.value.startsWith(definition.keyPrefix));
    const also = where === null ? '' : ` AND (${where})`;
    const soql = parsed(`SELECT ${fields} FROM ${definition.name} WHERE Id IN :${IDS}${also} ${rest}`);
    const binds = soql.binds.map((name): Value => {
      if (name === IDS) return listOf(apexType('Id'), ids);
      const value = scope(name);
      if (value === undefined) throw apexException('SearchException', `Variable does not exist: ${name}`);
      return value;
    });
    const rows = yield* x.transaction.query(x, soql.query, binds, accessOptions(x));
    // a search is no SOQL query
    x.limits.used.queries--;
    lists.push(new ApexList(apexType('List', apexType(definition.name)), rows));
  }
  return listOf(apexType('List', apexType('SObject')), lists);
};

function parsed(text: string): ReturnType<typeof parseSoql> {
  try {
    return parseSoql(text);
  } catch (error) {
    if (error instanceof SoqlSyntaxError) throw apexException('SearchException', error.message);
    throw error;
  }
}

export const searchClass: PlatformClass = platformClass('Search', {
  'static List<List<SObject>> query(String)': searchQuery,
});
