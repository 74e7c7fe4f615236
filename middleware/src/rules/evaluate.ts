import type { PlainValue, ResponseEnvelope } from '../ingest/envelope.ts';
import type { ConditionGroup, Connection, TriggerCondition } from '../salesforce/contract.ts';
import { isBlank, readValue } from './values.ts';

/** What the trigger rules say. A reason names conditions and settings, never an answer. */
export type Decision =
  | { deliver: true }
  | { deliver: false; reason: { code: 'connection_inactive' | 'status' | 'condition'; message: string } };

/** Decides whether a connection takes a response. The operators are described in docs/delivery.md. */
export function evaluate(connection: Connection, response: ResponseEnvelope): Decision {
  if (!connection.active) return skip('connection_inactive', 'The connection is not active');
  if (!connection.statuses.includes(response.status)) {
    return skip('status', `The status ${response.status} is not one of: ${connection.statuses.join(', ')}`);
  }
  const group = connection.conditionGroup ?? {
    logic: connection.conditionLogic,
    members: connection.triggerConditions,
  };
  const unmet = whyUnmet(group, response);
  return unmet === undefined ? { deliver: true } : skip('condition', unmet);
}

/** Deeper groups than an editor makes are a fault of the configuration, not a reason to run out of stack. */
const MAX_DEPTH = 20;

/** Why a group is not met, in words; undefined when it is. A group without members is met. */
function whyUnmet(group: ConditionGroup, response: ResponseEnvelope, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) throw new Error(`Trigger conditions are nested deeper than ${MAX_DEPTH} groups`);
  const reasons: string[] = [];
  for (const member of group.members) {
    const reason =
      'members' in member
        ? whyUnmet(member, response, depth + 1)
        : isMet(member, response)
          ? undefined
          : describe(member);
    if (reason === undefined && group.logic === 'any') return undefined;
    if (reason === undefined) continue;
    if (group.logic === 'all') return depth === 0 && !('members' in member) ? `Not met: ${reason}` : reason;
    reasons.push(reason);
  }
  return reasons.length === 0 ? undefined : `None is met: ${reasons.join('; ')}`;
}

function skip(code: 'connection_inactive' | 'status' | 'condition', message: string): Decision {
  return { deliver: false, reason: { code, message } };
}

function describe(condition: TriggerCondition): string {
  const values = condition.values.length === 0 ? '' : ` ${condition.values.join(', ')}`;
  return `${condition.source} ${condition.key} ${condition.operator.replaceAll('_', ' ')}${values}`;
}

/** One condition against one response. An unanswered value meets the negative operators only. */
export function isMet(condition: TriggerCondition, response: ResponseEnvelope): boolean {
  const value = readValue(response, condition.source, condition.key);
  const wanted = condition.values.map(normalise);
  const texts = textsOf(value);
  const isAny = (): boolean => texts.some((text) => wanted.some((asked) => numeric(asked) === numeric(text)));
  const [low, high] = condition.values;
  switch (condition.operator) {
    case 'answered':
      return !isBlank(value);
    case 'not_answered':
      return isBlank(value);
    case 'equals':
      return equalsAll(texts, wanted);
    case 'not_equals':
      return !equalsAll(texts, wanted);
    case 'contains':
      return contains(value, texts, wanted);
    case 'not_contains':
      return !contains(value, texts, wanted);
    case 'starts_with':
      return texts.some((text) => wanted.some((start) => text.startsWith(start)));
    case 'any_of':
      return isAny();
    case 'none_of':
      return !isAny();
    case 'greater':
      return compare(value, low, (a, b) => a > b, toNumber);
    case 'less':
      return compare(value, low, (a, b) => a < b, toNumber);
    case 'between':
      return isBetween(value, low, high);
    case 'before':
      return compare(value, low, (a, b) => a < b, toTime);
    case 'after':
      return compare(value, low, (a, b) => a > b, toTime);
    default:
      throw new Error(`Unknown operator of a trigger condition: ${String(condition.operator)}`);
  }
}

const BOOLEAN_WORDS: Record<string, string> = { true: 'yes', false: 'no' };

/** Text is compared as Salesforce does: without regard to case and outer blanks. True reads as yes, false as no. */
function normalise(text: string): string {
  const plain = text.trim().toLowerCase();
  return BOOLEAN_WORDS[plain] ?? plain;
}

/** The comparable texts of an answer. */
function textsOf(value: PlainValue | undefined): string[] {
  if (isBlank(value)) return [];
  return (Array.isArray(value) ? value : [value]).map((entry) => normalise(String(entry)));
}

/** A single answer equals one wanted value; several choices equal when they are the same set as the wanted values. */
function equalsAll(texts: string[], wanted: string[]): boolean {
  if (texts.length === 0) return false;
  const given = new Set(texts.map(numeric));
  const asked = new Set(wanted.map(numeric));
  return given.size === asked.size && [...given].every((text) => asked.has(text));
}

/** `7`, `7.0` and `07` are one number. */
function numeric(text: string): string {
  const number = toNumber(text);
  return number === undefined ? text : String(number);
}

function contains(value: PlainValue | undefined, texts: string[], wanted: string[]): boolean {
  if (Array.isArray(value)) return wanted.some((part) => texts.includes(part));
  return wanted.some((part) => part !== '' && texts.some((text) => text.includes(part)));
}

function compare(
  value: PlainValue | undefined,
  limit: string | undefined,
  test: (a: number, b: number) => boolean,
  read: (value: PlainValue | undefined) => number | undefined,
): boolean {
  const a = read(value);
  const b = read(limit);
  return a !== undefined && b !== undefined && test(a, b);
}

/** Both ends belong to it; numbers when all three are numbers, else times. */
function isBetween(value: PlainValue | undefined, low: string | undefined, high: string | undefined): boolean {
  for (const read of [toNumber, toTime]) {
    const [a, from, to] = [read(value), read(low), read(high)];
    if (a !== undefined && from !== undefined && to !== undefined) return a >= from && a <= to;
  }
  return false;
}

function toNumber(value: PlainValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** ISO dates and times; a date alone is its first moment in UTC. */
function toTime(value: PlainValue | undefined): number | undefined {
  if (typeof value !== 'string' || !/^\s*\d{4}-\d{2}-\d{2}([T ]|\s*$)/.test(value)) return undefined;
  const time = Date.parse(value.trim());
  return Number.isNaN(time) ? undefined : time;
}
