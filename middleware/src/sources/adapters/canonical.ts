import { randomBytes } from 'node:crypto';
import { Compile } from 'typebox/compile';
import { Envelope, SurveyId, versionOf } from '../../ingest/envelope.ts';
import { verifySignature } from '../../ingest/verify.ts';
import type { HeaderReader, SourceAdapter } from '../adapter.ts';
import { digest, shape, UnknownShapeError } from './read.ts';

const envelopes = Compile(Envelope);
const surveyIds = Compile(SurveyId);

/** Standard Webhooks, as the canonical endpoint and Formbricks use them. */
export function verifyStandardWebhook(
  body: Buffer,
  header: HeaderReader,
  secrets: readonly string[],
  now: number,
): boolean {
  const headers = {
    id: header('webhook-id'),
    timestamp: header('webhook-timestamp'),
    signature: header('webhook-signature'),
  };
  return verifySignature(body, headers, secrets, now).valid;
}

export function newStandardSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

/** The canonical envelope together with its `surveyId`. */
export const canonical: SourceAdapter = {
  kind: 'canonical',
  label: 'Canonical envelope',
  verify: verifyStandardWebhook,
  newSecret: newStandardSecret,
  normalise: (body) => {
    try {
      const { surveyId, ...envelope } = shape(body, 'body');
      if (!surveyIds.Check(surveyId)) throw new UnknownShapeError('/surveyId');
      if (!envelopes.Check(envelope)) {
        const [error] = envelopes.Errors(envelope);
        throw new UnknownShapeError(error?.instancePath || 'The envelope');
      }
      if (Number.isNaN(versionOf(envelope))) throw new UnknownShapeError('/updatedAt');
      return {
        kind: 'response',
        surveyId,
        envelope,
        dedupeKey: digest(surveyId, envelope.responseId, envelope.updatedAt),
      };
    } catch (error) {
      if (error instanceof UnknownShapeError) return { kind: 'unreadable', reason: error.message };
      throw error;
    }
  },
};
