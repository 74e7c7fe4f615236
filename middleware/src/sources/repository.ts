import { randomBytes } from 'node:crypto';
import type { Keyring } from '../security/keyring.ts';
import { seal, unseal } from '../security/sealed.ts';
import { first } from '../storage/database.ts';
import type { Database } from '../storage/database.ts';

/** A platform that posts its own webhook here. */
export interface Source {
  id: string;
  workspaceId: string;
  kind: string;
  name: string;
  createdAt: Date;
}

export type EventState = 'stored' | 'ignored' | 'unreadable';

export interface SourceEvent {
  id: number;
  state: EventState;
  reason: string | null;
  surveyId: string | null;
  responseId: string | null;
  /** Only of an event that could not be read. */
  body: string | null;
  receivedAt: Date;
}

const COLUMNS = `id, workspace_id as "workspaceId", kind, name, created_at as "createdAt"`;

/** Sources with their secrets, and what they sent. */
export class SourceRepository {
  readonly #database: Database;
  readonly #keyring: Keyring;

  constructor(database: Database, keyring: Keyring) {
    this.#database = database;
    this.#keyring = keyring;
  }

  async create(workspaceId: string, kind: string, name: string, secret: string): Promise<Source> {
    const id = `src_${randomBytes(12).toString('base64url')}`;
    await this.#database.query(
      'insert into source (id, workspace_id, kind, name, sealed_secret) values ($1, $2, $3, $4, $5)',
      [id, workspaceId, kind, name, seal(this.#keyring, ['source-secret', workspaceId, id], secret)],
    );
    return { id, workspaceId, kind, name, createdAt: new Date() };
  }

  async list(workspaceId: string): Promise<Source[]> {
    return (
      await this.#database.query<Source>(
        `select ${COLUMNS} from source where workspace_id = $1 and disabled_at is null order by created_at`,
        [workspaceId],
      )
    ).rows;
  }

  /** A source of any workspace with its secret: the address of its webhook names it alone. */
  async open(id: string): Promise<{ source: Source; secret: string } | undefined> {
    const row = first(
      await this.#database.query<Source & { sealed: string }>(
        `select ${COLUMNS}, sealed_secret as sealed from source where id = $1 and disabled_at is null`,
        [id],
      ),
    );
    if (row === undefined) return undefined;
    const { sealed, ...source } = row;
    return { source, secret: unseal(this.#keyring, ['source-secret', source.workspaceId, id], sealed) };
  }

  async disable(workspaceId: string, id: string): Promise<boolean> {
    const result = await this.#database.query(
      'update source set disabled_at = now() where workspace_id = $1 and id = $2 and disabled_at is null',
      [workspaceId, id],
    );
    return result.count > 0;
  }

  /** Notes an event. @returns false when it was there before */
  async note(
    source: Source,
    event: {
      dedupeKey: string;
      state: EventState;
      reason?: string;
      surveyId?: string;
      responseId?: string;
      body?: string;
    },
  ): Promise<boolean> {
    const result = await this.#database.query(
      `insert into source_event (workspace_id, source_id, dedupe_key, state, reason, survey_id, response_id, body)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (source_id, dedupe_key) do nothing returning id`,
      [
        source.workspaceId,
        source.id,
        event.dedupeKey,
        event.state,
        event.reason ?? null,
        event.surveyId ?? null,
        event.responseId ?? null,
        event.body ?? null,
      ],
    );
    return result.count > 0;
  }

  async events(
    workspaceId: string,
    sourceId: string,
    filter: { state?: EventState | undefined; before?: number | undefined; limit: number },
  ): Promise<SourceEvent[]> {
    return (
      await this.#database.query<SourceEvent>(
        `select id, state, reason, survey_id as "surveyId", response_id as "responseId", body, received_at as "receivedAt"
         from source_event where workspace_id = $1 and source_id = $2 and ($3::text is null or state = $3)
           and ($4::bigint is null or id < $4) order by id desc limit $5`,
        [workspaceId, sourceId, filter.state ?? null, filter.before ?? null, filter.limit],
      )
    ).rows;
  }
}
