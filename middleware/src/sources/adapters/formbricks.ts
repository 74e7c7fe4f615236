import type { AnswerValue } from '../../ingest/envelope.ts';
import type { NormalisedEvent, SourceAdapter, SurveyDefinition } from '../adapter.ts';
import { newStandardSecret, verifyStandardWebhook } from './canonical.ts';
import { digest, list, shape, text, time, UnknownShapeError } from './read.ts';
import type { Shape } from './read.ts';

const EVENTS = new Set(['responseCreated', 'responseUpdated', 'responseFinished']);

/** Formbricks' question types in the words of the envelope. */
const TYPES: Record<string, string> = {
  openText: 'text',
  multipleChoiceSingle: 'single_choice',
  multipleChoiceMulti: 'multiple_choice',
  nps: 'nps',
  rating: 'rating',
  consent: 'yes_no',
  ranking: 'ranking',
  matrix: 'matrix',
  date: 'date',
  fileUpload: 'file',
};

/** Formbricks: Standard Webhooks, three events for one response. */
export const formbricks: SourceAdapter = {
  kind: 'formbricks',
  label: 'Formbricks',
  verify: verifyStandardWebhook,
  newSecret: newStandardSecret,
  normalise: (body) => {
    try {
      return normalise(shape(body, 'body'));
    } catch (error) {
      if (error instanceof UnknownShapeError) return { kind: 'unreadable', reason: error.message };
      throw error;
    }
  },
};

function normalise(body: Shape): NormalisedEvent {
  const event = text(body['event'], '/event');
  if (event === 'testEndpoint') return { kind: 'ignored', reason: 'A test of the webhook', dedupeKey: digest(event) };
  if (!EVENTS.has(event)) throw new UnknownShapeError('/event');
  const data = shape(body['data'], '/data');
  const responseId = text(data['id'], '/data/id');
  const surveyId = text(data['surveyId'], '/data/surveyId');
  const updatedAt = time(data['updatedAt'], '/data/updatedAt');
  const startedAt = time(data['createdAt'], '/data/createdAt');
  const finished = data['finished'] === true;
  const variables = data['variables'] === undefined ? {} : shape(data['variables'], '/data/variables');
  const total = (data['ttc'] as Shape | undefined)?.['_total'];
  const { survey } = data;
  return {
    kind: 'response',
    surveyId,
    dedupeKey: digest(event, responseId, updatedAt),
    survey: survey === undefined || survey === null ? undefined : definition(shape(survey, '/data/survey'), surveyId),
    envelope: {
      responseId,
      status: finished ? 'completed' : 'partial',
      submittedAt: updatedAt,
      updatedAt,
      startedAt,
      ...(typeof data['language'] === 'string' ? { language: data['language'] } : {}),
      // Milliseconds for each element, and their sum.
      ...(typeof total === 'number' && total >= 0 ? { durationSeconds: Math.round(total / 1000) } : {}),
      answers: Object.fromEntries(
        Object.entries(shape(data['data'], '/data/data')).map(([key, value]) => [key, answer(value, key)]),
      ),
      hidden: Object.fromEntries(
        Object.entries(variables).flatMap(([key, value]) => (isScalar(value) ? [[key, value]] : [])),
      ),
    },
  };
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function answer(value: unknown, key: string): AnswerValue {
  if (value === null || isScalar(value)) return value;
  if (Array.isArray(value) && value.every(isScalar)) return value.filter((entry) => entry !== '');
  if (typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isScalar))
    return value as Record<string, string>; // a matrix: row to column
  throw new UnknownShapeError(`/data/data/${key}`);
}

function definition(survey: Shape, surveyId: string): SurveyDefinition {
  const blocks = Array.isArray(survey['blocks']) ? survey['blocks'].map((block) => shape(block, '/blocks')) : [];
  const entries =
    blocks.length > 0
      ? blocks.flatMap((block) => list(block['elements'] ?? [], '/blocks/elements'))
      : list(survey['questions'] ?? [], '/questions');
  return {
    label: typeof survey['name'] === 'string' ? survey['name'] : surveyId,
    questions: entries.map((entry) => {
      const question = shape(entry, '/questions');
      const key = text(question['id'], '/questions/id');
      const type = typeof question['type'] === 'string' ? question['type'] : '';
      return { key, label: headline(question['headline']) ?? key, type: typeOf(question, type) };
    }),
  };
}

function typeOf(question: Shape, type: string): string {
  const input = question['inputType'];
  if (type === 'openText' && (input === 'email' || input === 'phone' || input === 'url' || input === 'number'))
    return input;
  return TYPES[type] ?? 'text';
}

function headline(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const translations = typeof value === 'object' && value !== null ? (value as Shape) : {};
  const found = translations['default'] ?? Object.values(translations)[0];
  return typeof found === 'string' && found !== '' ? found : undefined;
}
