import type { AnswerValue, ResponseEnvelope } from '../ingest/envelope.ts';

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
export function readValue(response: ResponseEnvelope, source: ValueSource, key: string): AnswerValue | undefined {
  switch (source) {
    case 'question':
      return own(response.answers, key);
    case 'hidden':
      return own(response.hidden ?? {}, key);
    case 'metadata':
      return readMetadata(response, key);
  }
}

function readMetadata(response: ResponseEnvelope, key: string): AnswerValue | undefined {
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

function own(values: Record<string, AnswerValue>, key: string): AnswerValue | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** True for null, blank text and an empty list: the respondent gave no answer. */
export function isBlank(value: AnswerValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) && value.length === 0;
}
