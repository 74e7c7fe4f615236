import { ProblemError } from '../common/problem.ts';
import type { TombstoneHash } from '../erasure/tombstones.ts';
import { isDataError } from '../storage/database.ts';
import type { Database } from '../storage/database.ts';
import { GroupCommit } from './group-commit.ts';
import { storeResponses } from './repository.ts';
import type { IncomingResponse, StoredResponse } from './repository.ts';

const RETRY_AFTER_SECONDS = '5';

/** Stores responses durably, concurrent ones together. */
export class IngestService {
  readonly #group: GroupCommit<IncomingResponse, StoredResponse | Error>;
  readonly #onStored: () => void;

  /**
   * @param onStored called after a commit that brought something new
   * @param tombstone by which erased responses are known
   */
  constructor(database: Database, onStored: () => void, tombstone?: TombstoneHash) {
    this.#onStored = onStored;
    this.#group = new GroupCommit(async (entries) => {
      try {
        return await storeResponses(database, entries, tombstone);
      } catch (error) {
        if (!isDataError(error) || entries.length === 1) throw error;
        // One response that the storage refuses must not take the others with it.
        const results: (StoredResponse | Error)[] = [];
        for (const entry of entries) results.push(await storeAlone(database, entry, tombstone));
        return results;
      }
    });
  }

  /** @throws ProblemError 503 when the storage is away or too busy; nothing was acknowledged then */
  async store(response: IncomingResponse): Promise<StoredResponse> {
    let result: StoredResponse | Error;
    try {
      result = await this.#group.add(response);
    } catch (error) {
      throw unavailable(error);
    }
    if (result instanceof Error) throw unavailable(result);
    if (!result.duplicate) this.#onStored();
    return result;
  }

  idle(): Promise<void> {
    return this.#group.idle();
  }
}

async function storeAlone(
  database: Database,
  entry: IncomingResponse,
  tombstone: TombstoneHash | undefined,
): Promise<StoredResponse | Error> {
  try {
    const [stored] = await storeResponses(database, [entry], tombstone);
    return stored ?? new Error('The storage gave no result');
  } catch (error) {
    return error instanceof Error ? error : new Error('The storage failed');
  }
}

/** Always 503: senders switch a webhook off at 404 or 410, and a 500 may not be sent again. */
function unavailable(cause: unknown): ProblemError {
  return new ProblemError(503, 'storage_unavailable', 'The response could not be stored. Send it again later.', {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
    cause,
  });
}
