import { Webhook } from 'standardwebhooks';
import type { SampleResponse } from './sample.ts';

/** A delivery as `GET /v1/deliveries` shows it, as far as the demo reads it. */
export interface Delivery {
  id: string;
  responseId: string;
  /** which version of the response: its `updatedAt` in epoch milliseconds */
  version: number;
  connection: string;
  state: string;
  outcome: string | null;
  recordId: string | null;
  droppedFields: { field: string; label: string; code: string; message: string }[];
  reason: { code: string; message: string } | null;
  error: { code: string; message: string } | null;
}

export const SETTLED: ReadonlySet<string> = new Set(['synced', 'synced_with_fallback', 'skipped', 'rejected', 'dead']);

/** What the survey platform and an operator do with the middleware, over HTTP. */
export class MiddlewareClient {
  readonly #base: string;
  readonly #apiKey: string;
  readonly #webhook: Webhook;

  constructor(base: string, apiKey: string, webhookSecret: string) {
    this.#base = base;
    this.#apiKey = apiKey;
    this.#webhook = new Webhook(webhookSecret);
  }

  async isReady(): Promise<boolean> {
    try {
      const response = await fetch(`${this.#base}/readyz`);
      await response.body?.cancel();
      return response.ok;
    } catch (error) {
      // Not listening yet; anything else (a bad address, say) must be seen.
      if (error instanceof TypeError) return false;
      throw error;
    }
  }

  async putSurvey(surveyId: string, survey: unknown): Promise<void> {
    await this.#call('PUT', `/v1/surveys/${surveyId}`, survey);
  }

  /** Posts one response, signed as Standard Webhooks says. True when it was answered as a duplicate. */
  async postResponse(surveyId: string, response: SampleResponse): Promise<boolean> {
    const body = JSON.stringify(response);
    const id = `msg_${response.responseId}_${Date.parse(response.updatedAt)}`;
    const now = new Date();
    const answer = await fetch(`${this.#base}/v1/surveys/${surveyId}/responses`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': this.#webhook.sign(id, now, body),
      },
    });
    const text = await answer.text();
    if (answer.status !== 202) throw new Error(`Posting ${response.responseId} was answered ${answer.status}: ${text}`);
    return (JSON.parse(text) as { duplicate: boolean }).duplicate;
  }

  /** All deliveries of a survey, page by page. */
  async deliveries(surveyId: string): Promise<Delivery[]> {
    const all: Delivery[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ survey: surveyId, limit: '500', ...(cursor === null ? {} : { cursor }) });
      const page = (await this.#call('GET', `/v1/deliveries?${query.toString()}`)) as {
        items: Delivery[];
        nextCursor: string | null;
      };
      all.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return all;
  }

  async accounts(): Promise<{ id: string; state: string; environment: string }[]> {
    const page = (await this.#call('GET', '/v1/accounts')) as {
      items: { id: string; state: string; environment: string }[];
    };
    return page.items;
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }
}
