/** An answer of the API that is an error; the message is for the person at the terminal. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** Where the middleware is and who asks. */
export interface Access {
  url: string;
  apiKey: string;
}

/** Calls the API of a running middleware. */
export class ApiClient {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  /** @throws ApiError for any status above 299, and when there is no answer */
  async call<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: { type: string; content: string } | object,
  ): Promise<T> {
    const sent =
      body === undefined
        ? undefined
        : 'content' in body && 'type' in body
          ? body
          : { type: 'application/json', content: JSON.stringify(body) };
    let answer: Response;
    try {
      answer = await fetch(new URL(path, this.#access.url), {
        method,
        headers: {
          authorization: `Bearer ${this.#access.apiKey}`,
          ...(sent === undefined ? {} : { 'content-type': sent.type }),
        },
        ...(sent === undefined ? {} : { body: sent.content }),
      });
    } catch {
      throw new ApiError(0, `Nothing answers at ${this.#access.url}. Is the middleware running? Set FIELDBRIDGE_URL.`);
    }
    const text = await answer.text();
    if (answer.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
    throw new ApiError(answer.status, explain(answer.status, text));
  }
}

function explain(status: number, text: string): string {
  if (status === 401) return 'The API key is not valid. Set FIELDBRIDGE_API_KEY.';
  try {
    const problem = JSON.parse(text) as { detail?: string; code?: string };
    return `${problem.detail ?? 'The call was refused.'} (${problem.code ?? status})`;
  } catch {
    return `The call was refused (HTTP ${status}).`;
  }
}
