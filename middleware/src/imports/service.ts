import { Compile } from 'typebox/compile';
import { Envelope, versionOf } from '../ingest/envelope.ts';
import type { ResponseEnvelope } from '../ingest/envelope.ts';
import type { TombstoneHash } from '../erasure/tombstones.ts';
import { storeResponses } from '../ingest/repository.ts';
import { first, isDataError } from '../storage/database.ts';
import type { Database } from '../storage/database.ts';
import type { ImportRecord } from './parse.ts';

/** How far an import got. `records` counts what is settled, from the beginning of the file. */
export interface ImportProgress {
  importId: string;
  surveyId: string;
  records: number;
  stored: number;
  duplicates: number;
  superseded: number;
  refused: number;
  /** The first refused records: their number in the file, from 1, and why. */
  errors: { record: number; message: string }[];
}

const COLUMNS = `import_id as "importId", survey_id as "surveyId", records, stored, duplicates, superseded, refused, errors`;
const PAGE = 250;
const MAX_ERRORS = 100;
const validator = Compile(Envelope);

/** Stores existing responses from a stream, a page in memory at a time; each page and its progress are on disk. */
export class ImportService {
  readonly #database: Database;
  readonly #onStored: () => void;
  readonly #tombstone: TombstoneHash;

  constructor(database: Database, onStored: () => void, tombstone: TombstoneHash) {
    this.#database = database;
    this.#tombstone = tombstone;
    this.#onStored = onStored;
  }

  async find(workspaceId: string, importId: string): Promise<ImportProgress | undefined> {
    const row = first(
      await this.#database.query<Omit<ImportProgress, 'errors'> & { errors: string }>(
        `select ${COLUMNS} from import where workspace_id = $1 and import_id = $2`,
        [workspaceId, importId],
      ),
    );
    return row === undefined ? undefined : { ...row, errors: JSON.parse(row.errors) as ImportProgress['errors'] };
  }

  /** The import of this name, made when it is new. */
  async begin(workspaceId: string, importId: string, surveyId: string): Promise<ImportProgress> {
    await this.#database.query(
      'insert into import (workspace_id, import_id, survey_id) values ($1, $2, $3) on conflict do nothing',
      [workspaceId, importId, surveyId],
    );
    const progress = await this.find(workspaceId, importId);
    if (progress === undefined) throw new Error('The import that was just begun is not there');
    return progress;
  }

  /**
   * Stores the records behind those that are settled already.
   *
   * @param offset the number of records of the file that come before the first of this stream
   */
  async run(
    workspaceId: string,
    begun: ImportProgress,
    records: AsyncIterable<ImportRecord>,
    offset: number,
  ): Promise<ImportProgress> {
    let progress = begun;
    let number = offset;
    let page: { number: number; record: ImportRecord }[] = [];
    for await (const record of records) {
      number += 1;
      if (number <= progress.records) continue; // settled before the break
      page.push({ number, record });
      if (page.length < PAGE) continue;
      progress = await this.#store(workspaceId, progress, page);
      page = [];
    }
    return page.length === 0 ? progress : this.#store(workspaceId, progress, page);
  }

  async #store(
    workspaceId: string,
    before: ImportProgress,
    page: { number: number; record: ImportRecord }[],
  ): Promise<ImportProgress> {
    const progress = { ...before, errors: [...before.errors] };
    const good: { number: number; envelope: ResponseEnvelope }[] = [];
    const refuse = (number: number, message: string): void => {
      progress.refused += 1;
      if (progress.errors.length < MAX_ERRORS) progress.errors.push({ record: number, message });
    };
    for (const { number, record } of page) {
      const wrong = 'unreadable' in record ? record.unreadable : whyRefused(record.value);
      if (wrong !== undefined || 'unreadable' in record) refuse(number, wrong ?? '');
      else good.push({ number, envelope: record.value as ResponseEnvelope });
    }
    const store = (some: typeof good) =>
      storeResponses(
        this.#database,
        some.map(({ envelope }) => ({ workspaceId, surveyId: before.surveyId, envelope, imported: true })),
        this.#tombstone,
      );
    const count = (result: { duplicate: boolean; superseded: boolean } | undefined): void => {
      if (result?.duplicate === true) progress.duplicates += 1;
      else if (result?.superseded === true) progress.superseded += 1;
      else progress.stored += 1;
    };
    try {
      for (const result of good.length === 0 ? [] : await store(good)) count(result);
    } catch (error) {
      if (!isDataError(error)) throw error;
      // One that the storage refuses must not take the others with it.
      for (const entry of good) {
        try {
          count((await store([entry]))[0]);
        } catch (single) {
          if (!isDataError(single)) throw single;
          refuse(entry.number, 'The storage cannot hold it');
        }
      }
    }
    progress.records = page.at(-1)?.number ?? progress.records;
    await this.#database.query(
      `update import set records = $3, stored = $4, duplicates = $5, superseded = $6, refused = $7, errors = $8,
         updated_at = now() where workspace_id = $1 and import_id = $2`,
      [
        workspaceId,
        before.importId,
        progress.records,
        progress.stored,
        progress.duplicates,
        progress.superseded,
        progress.refused,
        JSON.stringify(progress.errors),
      ],
    );
    if (good.length > 0) this.#onStored();
    return progress;
  }
}

/** Why a record is no response; names places, never values. */
function whyRefused(value: unknown): string | undefined {
  if (!validator.Check(value)) {
    const [error] = validator.Errors(value);
    return `${error?.instancePath || 'The record'} ${error?.message ?? 'is not as the envelope says'}`;
  }
  const envelope = value;
  if (Number.isNaN(versionOf(envelope)) || Number.isNaN(Date.parse(envelope.submittedAt ?? envelope.updatedAt)))
    return 'updatedAt or submittedAt is not a time';
  return undefined;
}
