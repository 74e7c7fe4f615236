import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AnswerValue } from '../../ingest/envelope.ts';
import type { NormalisedEvent, SourceAdapter } from '../adapter.ts';
import { digest, list, shape, text, time, UnknownShapeError } from './read.ts';
import type { Shape } from './read.ts';

const TYPES: Record<string, string> = {
  short_text: 'text',
  long_text: 'text',
  email: 'email',
  phone_number: 'phone',
  website: 'url',
  number: 'number',
  rating: 'rating',
  opinion_scale: 'rating',
  nps: 'nps',
  yes_no: 'yes_no',
  legal: 'yes_no',
  multiple_choice: 'multiple_choice',
  picture_choice: 'multiple_choice',
  dropdown: 'single_choice',
  ranking: 'ranking',
  matrix: 'matrix',
  date: 'date',
  file_upload: 'file',
};

/** Typeform: base64 HMAC-SHA256 over the raw body, without a time. */
export const typeform: SourceAdapter = {
  kind: 'typeform',
  label: 'Typeform',
  newSecret: () => randomBytes(24).toString('base64url'),
  verify: (body, header, secrets) => {
    const given = Buffer.from(header('typeform-signature') ?? '');
    let valid = false;
    for (const secret of secrets) {
      const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('base64')}`);
      // No early exit: the time must not tell which secret matched.
      if (given.length === expected.length && timingSafeEqual(given, expected)) valid = true;
    }
    return valid;
  },
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
  const eventType = text(body['event_type'], '/event_type');
  const eventId = text(body['event_id'], '/event_id');
  if (eventType !== 'form_response' && eventType !== 'form_response_partial')
    throw new UnknownShapeError('/event_type');
  const form = shape(body['form_response'], '/form_response');
  const surveyId = text(form['form_id'], '/form_response/form_id');
  const landedAt = form['landed_at'] === undefined ? undefined : time(form['landed_at'], '/form_response/landed_at');
  const submittedAt = time(form['submitted_at'] ?? form['landed_at'], '/form_response/submitted_at');
  const definition = form['definition'] === undefined ? undefined : shape(form['definition'], '/definition');
  const fields = list(definition?.['fields'] ?? [], '/definition/fields').map((field) => shape(field, '/fields'));
  const hidden = form['hidden'] === undefined ? {} : shape(form['hidden'], '/form_response/hidden');
  const score = (form['calculated'] as Shape | undefined)?.['score'];
  return {
    kind: 'response',
    surveyId,
    dedupeKey: digest(eventId),
    survey:
      definition === undefined
        ? undefined
        : {
            label: typeof definition['title'] === 'string' ? definition['title'] : surveyId,
            questions: fields.map((field) => ({
              key: keyOf(field, '/definition/fields'),
              label: typeof field['title'] === 'string' ? field['title'] : keyOf(field, '/definition/fields'),
              type: TYPES[String(field['type'])] ?? 'text',
            })),
          },
    envelope: {
      responseId: text(form['token'], '/form_response/token'),
      status: eventType === 'form_response' ? 'completed' : 'partial',
      submittedAt,
      updatedAt: submittedAt,
      ...(landedAt === undefined
        ? {}
        : {
            startedAt: landedAt,
            durationSeconds: Math.max(0, Math.round((Date.parse(submittedAt) - Date.parse(landedAt)) / 1000)),
          }),
      ...(typeof score === 'number' ? { score } : {}),
      answers: Object.fromEntries(
        list(form['answers'] ?? [], '/form_response/answers').map((entry) => {
          const given = shape(entry, '/answers');
          return [keyOf(shape(given['field'], '/answers/field'), '/answers/field'), answer(given)];
        }),
      ),
      hidden: Object.fromEntries(
        Object.entries(hidden).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
      ),
    },
  };
}

/** The reference an author gave the field, else its id. */
function keyOf(field: Shape, place: string): string {
  return typeof field['ref'] === 'string' && field['ref'] !== '' ? field['ref'] : text(field['id'], `${place}/id`);
}

function answer(entry: Shape): AnswerValue {
  const type = text(entry['type'], '/answers/type');
  const value = entry[type];
  switch (type) {
    case 'text':
    case 'email':
    case 'url':
    case 'date':
    case 'phone_number':
    case 'number':
    case 'boolean':
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
      throw new UnknownShapeError(`/answers/${type}`);
    case 'file_url':
      return [{ url: text(value, '/answers/file_url') }];
    case 'choice': {
      const choice = shape(value, '/answers/choice');
      return text(choice['label'] ?? choice['other'], '/answers/choice/label');
    }
    case 'choices': {
      const choices = shape(value, '/answers/choices');
      const labels = list(choices['labels'] ?? [], '/answers/choices/labels').map((label) => text(label, '/labels'));
      return typeof choices['other'] === 'string' ? [...labels, choices['other']] : labels;
    }
    default:
      throw new UnknownShapeError('/answers/type');
  }
}
