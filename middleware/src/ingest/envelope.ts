import { Type } from 'typebox';
import type { Static } from 'typebox';

/** Keys are names of questions and hidden fields; ids end in key columns, so neither may hold control characters. */
const KEY_PATTERN = '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]+$';
const Id = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: KEY_PATTERN, description });
const Time = (description: string) => Type.String({ format: 'date-time', maxLength: 40, description });

export const SurveyId = Id(100, 'The platform’s id of the survey');

const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const Choice = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);
const Choices = Type.Array(Choice, { maxItems: 500 });

/** The types of questions, and the form of the answer to each (docs/webhooks.md). */
export const QUESTION_TYPES = [
  'text',
  'email',
  'phone',
  'url',
  'number',
  'rating',
  'nps',
  'yes_no',
  'single_choice',
  'multiple_choice',
  'ranking',
  'matrix',
  'date',
  'time',
  'date_time',
  'file',
  'location',
] as const;

export const File = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2000 }),
    name: Type.Optional(Type.String({ maxLength: 255 })),
    type: Type.Optional(Type.String({ maxLength: 255 })),
    size: Type.Optional(Type.Number({ minimum: 0 })),
  },
  { additionalProperties: false, description: 'An uploaded file: where it is; it is not fetched' },
);

/** Rows of a matrix, and the parts of a location (`latitude`, `longitude`, …). */
const Parts = Type.Record(Type.String({ pattern: KEY_PATTERN }), Type.Union([Scalar, Choices]), {
  maxProperties: 500,
  additionalProperties: false,
  description: 'The rows of a matrix with their answers, or a location with latitude and longitude',
});

export const Answer = Type.Union([Scalar, Choices, Type.Array(File, { maxItems: 100 }), Parts], {
  description:
    'One answer: text, number, true or false, null, a list (several choices, a ranking from first to last, files), or ' +
    'an object (matrix by row, location)',
});

const record = (description: string) =>
  Type.Record(Type.String({ pattern: KEY_PATTERN }), Answer, {
    maxProperties: 1000,
    additionalProperties: false,
    description,
  });

/** The canonical envelope of a response (docs/webhooks.md). */
export const Envelope = Type.Object(
  {
    responseId: Id(120, 'The platform’s id of the response; with the survey’s id it names the response'),
    status: Type.Union(
      [Type.Literal('completed'), Type.Literal('partial'), Type.Literal('disqualified'), Type.Literal('over_quota')],
      { description: 'completed, partial, disqualified or over_quota' },
    ),
    submittedAt: Type.Optional(Time('When the respondent submitted it')),
    updatedAt: Time('When it was last changed; the newest wins, the same again is a repeat'),
    startedAt: Type.Optional(Time('When the respondent started')),
    language: Type.Optional(Type.String({ maxLength: 35 })),
    durationSeconds: Type.Optional(Type.Number({ minimum: 0 })),
    score: Type.Optional(Type.Number()),
    answers: record('Answers by question key'),
    hidden: Type.Optional(
      Type.Record(Type.String({ pattern: KEY_PATTERN }), Type.Union([Scalar, Choices]), {
        maxProperties: 1000,
        additionalProperties: false,
        description: 'Hidden fields by key',
      }),
    ),
  },
  { additionalProperties: false, description: 'A survey response' },
);

export type ResponseEnvelope = Static<typeof Envelope>;
export type AnswerValue = Static<typeof Answer>;
/** A value without parts: what a condition compares and a field takes. */
export type PlainValue = Static<typeof Scalar> | Static<typeof Choices>;

export const Accepted = Type.Object({
  responseId: Type.String(),
  duplicate: Type.Boolean({ description: 'This version was stored before' }),
  superseded: Type.Boolean({ description: 'A newer version is stored already; this one was only recorded' }),
  erased: Type.Optional(Type.Boolean({ description: 'The response was erased; nothing was stored' })),
});

/** The version of a response: its `updatedAt` in epoch milliseconds. */
export function versionOf(envelope: ResponseEnvelope): number {
  return Date.parse(envelope.updatedAt);
}

/** The time by which deliveries are ordered. */
export function orderedAt(envelope: ResponseEnvelope): Date {
  return new Date(envelope.submittedAt ?? envelope.updatedAt);
}
