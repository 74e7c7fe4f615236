import type { Database } from '../storage/database.ts';

export interface AuditEvent {
  id: number;
  actor: string;
  action: string;
  subject: string | null;
  status: number;
  at: Date;
}

/** What was done in a workspace by whom. */
export class AuditRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async record(
    workspaceId: string,
    event: { actor: string; action: string; subject: string | null; status: number },
  ): Promise<void> {
    await this.#database.query(
      'insert into audit_event (workspace_id, actor, action, subject, status) values ($1, $2, $3, $4, $5)',
      [workspaceId, event.actor, event.action, event.subject, event.status],
    );
  }

  async list(workspaceId: string, before: number | undefined, limit: number): Promise<AuditEvent[]> {
    return (
      await this.#database.query<AuditEvent>(
        `select id, actor, action, subject, status, at from audit_event
         where workspace_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3`,
        [workspaceId, before ?? null, limit],
      )
    ).rows;
  }
}
