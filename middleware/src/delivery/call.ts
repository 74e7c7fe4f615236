import { RefreshFailedError } from '../accounts/tokens.ts';
import { errorOf, jsonOf, ReconnectRequiredError } from '../salesforce/client.ts';
import type { SalesforceClient } from '../salesforce/client.ts';
import { parseItemOutcome, parseResponsesAnswer } from '../salesforce/contract.ts';
import type { DeliveryItem, ItemOutcome } from '../salesforce/contract.ts';
import { RequestError } from '../salesforce/http.ts';
import { classify } from './classify.ts';
import type { Reaction } from './classify.ts';
import type { DeliveryError } from './repository.ts';

export type CallOutcome =
  | { answered: true; duration: number; configVersion: string; outcomes: (ItemOutcome | undefined)[] }
  | { answered: false; duration: number; reaction: Reaction; error: DeliveryError };

/** Sends one batch to `POST /v1/responses` and says what came of it; throws for faults of this program only. */
export async function callResponses(
  client: SalesforceClient,
  configVersion: string,
  items: DeliveryItem[],
): Promise<CallOutcome> {
  const started = performance.now();
  const took = (): number => performance.now() - started;
  try {
    const answer = await client.apexRest('POST', '/v1/responses', {}, { configVersion, dryRun: false, items });
    const parsed = answer.status === 200 ? parseResponsesAnswer(jsonOf(answer)) : undefined;
    if (parsed !== undefined) {
      return {
        answered: true,
        duration: took(),
        configVersion: parsed.configVersion,
        outcomes: items.map((item, index) => parseItemOutcome(parsed.items[index], item)),
      };
    }
    if (answer.status === 200) {
      // Half an answer, or a page of something in between: nobody knows what the org did.
      return notAnswered(took(), classify({ failure: 'unknown', code: 'UNREADABLE_ANSWER' }), {
        code: 'UNREADABLE_ANSWER',
        message: 'The answer of the org could not be read',
      });
    }
    const { code, message, correlationId } = errorOf(answer);
    const reference = correlationId === undefined ? '' : ` (correlation id ${correlationId})`;
    return notAnswered(took(), classify({ status: answer.status, code }), {
      code,
      message: `${message || `The org answered with HTTP ${answer.status}`}${reference}`,
    });
  } catch (error) {
    if (error instanceof RequestError) {
      return notAnswered(took(), classify({ failure: error.failure, code: error.code }), {
        code: error.code,
        message: error.message,
      });
    }
    if (error instanceof RefreshFailedError) {
      return notAnswered(took(), classify({ failure: 'refresh_failed', code: error.code }), {
        code: error.code,
        message: error.message,
      });
    }
    if (error instanceof ReconnectRequiredError) {
      return notAnswered(took(), classify({ failure: 'reconnect_required', code: error.code }), {
        code: error.code,
        message: error.message,
      });
    }
    throw error;
  }
}

function notAnswered(duration: number, reaction: Reaction, error: DeliveryError): CallOutcome {
  return { answered: false, duration, reaction, error };
}
