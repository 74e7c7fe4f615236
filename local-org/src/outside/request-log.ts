export interface LoggedRequest {
  at: number;
  method: string;
  /** without the query string, which may hold data or tokens */
  path: string;
  status: number;
  milliseconds: number;
  username: string | null;
}

const KEPT = 200;

/** The last requests of the API, for the page that shows them. Neither bodies nor tokens are kept. */
export class RequestLog {
  readonly #entries: LoggedRequest[] = [];

  add(entry: LoggedRequest): void {
    this.#entries.unshift(entry);
    if (this.#entries.length > KEPT) this.#entries.pop();
  }

  /** newest first */
  entries(): readonly LoggedRequest[] {
    return this.#entries;
  }
}
