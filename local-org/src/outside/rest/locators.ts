import { randomBytes } from 'node:crypto';

/** Rows of a query that were not sent yet, as JSON. */
export interface Locator {
  userId: string;
  rows: unknown[];
  batchSize: number;
}

/** Salesforce keeps ten open query cursors for each user and drops the oldest. */
const OPEN_FOR_A_USER = 10;

/** Query results that are sent in batches (`nextRecordsUrl`). */
export class QueryLocators {
  readonly #locators = new Map<string, Locator>();

  open(locator: Locator): string {
    const own = [...this.#locators].filter(([, l]) => l.userId === locator.userId);
    if (own.length >= OPEN_FOR_A_USER && own[0] !== undefined) this.#locators.delete(own[0][0]);
    const id = `0r8${randomBytes(9).toString('base64url').replaceAll('-', 'A').replaceAll('_', 'B')}AAA`;
    this.#locators.set(id, locator);
    return id;
  }

  find(id: string, userId: string): Locator | null {
    const locator = this.#locators.get(id);
    return locator?.userId === userId ? locator : null;
  }
}
