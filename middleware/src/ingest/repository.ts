import type { TombstoneHash } from '../erasure/tombstones.ts';
import type { Database } from '../storage/database.ts';
import { orderedAt, versionOf } from './envelope.ts';
import type { ResponseEnvelope } from './envelope.ts';

/** A verified response on its way to the storage. */
export interface IncomingResponse {
  workspaceId: string;
  surveyId: string;
  envelope: ResponseEnvelope;
  /** It came with an import: it is delivered behind what arrives now. */
  imported?: boolean;
}

/** What became of it: `duplicate` was there before, `superseded` came after a newer version. */
export interface StoredResponse {
  duplicate: boolean;
  superseded: boolean;
  /** The response was erased: nothing was stored. */
  erased?: boolean;
}

const SEPARATOR = '\u0000'; // no id may hold it

function responseKey(row: { workspaceId: string; surveyId: string; responseId: string }): string {
  return [row.workspaceId, row.surveyId, row.responseId].join(SEPARATOR);
}

interface Row extends IncomingResponse {
  responseId: string;
  version: number;
  key: string;
}

/**
 * Stores many responses in one transaction, each statement for all of them. When it resolves they are on disk.
 *
 * @returns one result for each response, in the same order
 */
export async function storeResponses(
  database: Database,
  incoming: readonly IncomingResponse[],
  tombstone?: TombstoneHash,
): Promise<StoredResponse[]> {
  const rows = incoming.map((entry): Row => {
    const responseId = entry.envelope.responseId;
    return { ...entry, responseId, version: versionOf(entry.envelope), key: responseKey({ ...entry, responseId }) };
  });
  const versionKey = (row: { key: string; version: number }): string => `${row.key}${SEPARATOR}${row.version}`;
  const distinct = new Map<string, Row>();
  for (const row of rows) if (!distinct.has(versionKey(row))) distinct.set(versionKey(row), row);
  // In one order everywhere, so that two processes cannot wait for each other.
  const versions = [...distinct.values()].sort((a, b) =>
    a.key === b.key ? a.version - b.version : a.key < b.key ? -1 : 1,
  );

  const buried = new Set<string>();
  const { fresh, current } = await database.transaction(async (transaction) => {
    if (tombstone !== undefined) {
      const hashes = new Map(
        versions.map((row) => [tombstone(row.workspaceId, row.surveyId, row.responseId), row.key] as const),
      );
      const found = await transaction.query<{ hash: string }>(
        'select hash from tombstone where workspace_id = any($1::text[]) and hash = any($2::text[])',
        [[...new Set(versions.map((row) => row.workspaceId))], [...hashes.keys()]],
      );
      for (const { hash } of found.rows) buried.add(hashes.get(hash) ?? '');
    }
    const kept = versions.filter((row) => !buried.has(row.key));
    if (kept.length === 0) return { fresh: new Set<string>(), current: new Set<string>() };
    const inserted = await transaction.query<{
      workspaceId: string;
      surveyId: string;
      responseId: string;
      version: number;
    }>(
      `insert into response_version (workspace_id, survey_id, response_id, version)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
       on conflict do nothing
       returning workspace_id as "workspaceId", survey_id as "surveyId", response_id as "responseId", version`,
      [
        kept.map((row) => row.workspaceId),
        kept.map((row) => row.surveyId),
        kept.map((row) => row.responseId),
        kept.map((row) => row.version),
      ],
    );
    const fresh = new Set(inserted.rows.map((row) => versionKey({ key: responseKey(row), version: row.version })));
    const newest = new Map<string, Row>();
    for (const row of kept) if (fresh.has(versionKey(row))) newest.set(row.key, row); // ascending: the last is the newest
    const candidates = [...newest.values()];
    const current = new Set<string>();
    if (candidates.length > 0) {
      const upserted = await transaction.query<{
        workspaceId: string;
        surveyId: string;
        responseId: string;
        version: number;
      }>(
        `insert into response (workspace_id, survey_id, response_id, version, status, ordered_at, body, imported)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[], $7::text[],
           $8::boolean[])
         on conflict (workspace_id, survey_id, response_id) do update set
           version = excluded.version, status = excluded.status, ordered_at = excluded.ordered_at,
           body = excluded.body, imported = excluded.imported, received_at = now(), planned = false
         where response.version < excluded.version
         returning workspace_id as "workspaceId", survey_id as "surveyId", response_id as "responseId", version`,
        [
          candidates.map((row) => row.workspaceId),
          candidates.map((row) => row.surveyId),
          candidates.map((row) => row.responseId),
          candidates.map((row) => row.version),
          candidates.map((row) => row.envelope.status),
          candidates.map((row) => orderedAt(row.envelope).toISOString()),
          candidates.map((row) => JSON.stringify(row.envelope)),
          candidates.map((row) => row.imported ?? false),
        ],
      );
      for (const row of upserted.rows) current.add(versionKey({ key: responseKey(row), version: row.version }));
    }
    const late = kept.filter((row) => fresh.has(versionKey(row)) && !current.has(versionKey(row)));
    if (late.length > 0) {
      await transaction.query(
        `update response_version v set disposition = 'superseded'
         from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as late (workspace_id, survey_id, response_id, version)
         where v.workspace_id = late.workspace_id and v.survey_id = late.survey_id
           and v.response_id = late.response_id and v.version = late.version`,
        [
          late.map((row) => row.workspaceId),
          late.map((row) => row.surveyId),
          late.map((row) => row.responseId),
          late.map((row) => row.version),
        ],
      );
    }
    return { fresh, current };
  });

  const answered = new Set<string>();
  return rows.map((row) => {
    const id = versionKey(row);
    if (buried.has(row.key)) return { duplicate: true, superseded: false, erased: true };
    const duplicate = !fresh.has(id) || answered.has(id);
    answered.add(id);
    return { duplicate, superseded: !duplicate && !current.has(id) };
  });
}
