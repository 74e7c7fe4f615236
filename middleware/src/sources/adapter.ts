import type { ResponseEnvelope } from '../ingest/envelope.ts';
import type { Question } from '../surveys/repository.ts';

/** A header of a request by its name in lower case. */
export type HeaderReader = (name: string) => string | undefined;

export interface SurveyDefinition {
  label: string;
  questions: Question[];
}

/** What an event of a platform means. */
export type NormalisedEvent =
  | {
      kind: 'response';
      surveyId: string;
      envelope: ResponseEnvelope;
      /** The survey's questions, where the event brings them. */
      survey?: SurveyDefinition | undefined;
      dedupeKey: string;
    }
  /** An event that carries no response (a test, another type). */
  | { kind: 'ignored'; reason: string; dedupeKey: string }
  /** A shape that this adapter does not know; the reason names places, never values. */
  | { kind: 'unreadable'; reason: string };

/** A survey platform's webhook: everything that is its own is behind this interface. Pure: no I/O, the time is given. */
export interface SourceAdapter {
  readonly kind: string;
  readonly label: string;
  /** Says whether the raw bytes were signed with one of the secrets. */
  verify(body: Buffer, header: HeaderReader, secrets: readonly string[], now: number): boolean;
  /** Turns a parsed body into the canonical envelope. Never throws for a shape it does not know. */
  normalise(body: unknown, header: HeaderReader, now: number): NormalisedEvent;
  /** A secret as this platform wants it. */
  newSecret(): string;
}
