import { Type } from 'typebox';
import type { Static } from 'typebox';

/** Keys are names of questions and hidden fields; ids end in key columns, so neither may hold control characters. */
const KEY_PATTERN = '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]+$';
const Id = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: KEY_PATTERN, description });
const Time = (description: string) => Type.String({ format: 'date-time', maxLength: 40, description });

export const SurveyId = Id(100, 'The platform’s id of the survey');

const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
export const Answer = Type.Union(
  [Scalar, Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean()]), { maxItems: 500 })],
  {
    description: 'One answer: text, number, true or false, null, or a list for several choices',
  },
);

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
    hidden: Type.Optional(record('Hidden fields by key')),
  },
  { additionalProperties: false, description: 'A survey response' },
);

export type ResponseEnvelope = Static<typeof Envelope>;
export type AnswerValue = Static<typeof Answer>;

export const Accepted = Type.Object({
  responseId: Type.String(),
  duplicate: Type.Boolean({ description: 'This version was stored before' }),
  superseded: Type.Boolean({ description: 'A newer version is stored already; this one was only recorded' }),
});

/** The version of a response: its `updatedAt` in epoch milliseconds. */
export function versionOf(envelope: ResponseEnvelope): number {
  return Date.parse(envelope.updatedAt);
}

/** The time by which deliveries are ordered. */
export function orderedAt(envelope: ResponseEnvelope): Date {
  return new Date(envelope.submittedAt ?? envelope.updatedAt);
}
