import type { AnswerValue, PlainValue, ResponseEnvelope } from '../ingest/envelope.ts';

export type MetadataKey =
  'responseId' | 'status' | 'submittedAt' | 'updatedAt' | 'language' | 'durationSeconds' | 'score';

/** Where a condition or a mapping reads from. */
export type ValueSource = 'question' | 'metadata' | 'hidden';

/**
 * Reads a value of a response.
 *
 * @returns undefined when the response does not hold it
 * @throws Error when the metadata key is not one of the contract
 */
export function readValue(response: ResponseEnvelope, source: ValueSource, key: string): PlainValue | undefined {
  switch (source) {
    case 'question':
      return plain(read(response.answers, key));
    case 'hidden':
      return plain(read(response.hidden ?? {}, key));
    case 'metadata':
      return readMetadata(response, key);
  }
}

function readMetadata(response: ResponseEnvelope, key: string): PlainValue | undefined {
  switch (key as MetadataKey) {
    case 'responseId':
    case 'status':
    case 'language':
    case 'durationSeconds':
    case 'score':
      return response[key as 'responseId'];
    case 'submittedAt':
    case 'updatedAt': {
      const time = response[key as 'updatedAt'] as string | undefined;
      return time === undefined ? undefined : new Date(time).toISOString();
    }
    default:
      throw new Error(`Unknown response metadata: ${key}`);
  }
}

/** The answer under a key, or under `question.part` one row of a matrix or one part of a location. */
function read(values: Record<string, AnswerValue>, key: string): AnswerValue | undefined {
  const whole = own(values, key);
  if (whole !== undefined) return whole;
  for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
    const parts = own(values, key.slice(0, dot));
    if (isParts(parts) && Object.hasOwn(parts, key.slice(dot + 1))) return parts[key.slice(dot + 1)];
  }
  return undefined;
}

function isParts(value: AnswerValue | undefined): value is Record<string, PlainValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * An answer as a field takes it: files are their addresses, a location is `latitude, longitude`, a matrix is a line for
 * each answered row.
 */
function plain(value: AnswerValue | undefined): PlainValue | undefined {
  if (Array.isArray(value)) return value.map((entry) => (typeof entry === 'object' ? entry.url : entry));
  if (!isParts(value)) return value;
  const { latitude, longitude } = value;
  if (typeof latitude === 'number' && typeof longitude === 'number') return `${latitude}, ${longitude}`;
  const rows = Object.entries(value).filter(([, answer]) => !isBlank(answer));
  return rows
    .map(([row, answer]) => `${row}: ${Array.isArray(answer) ? answer.join(', ') : String(answer)}`)
    .join('\n');
}

function own(values: Record<string, AnswerValue>, key: string): AnswerValue | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** True for null, blank text and an empty list: the respondent gave no answer. */
export function isBlank(value: PlainValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) && value.length === 0;
}
