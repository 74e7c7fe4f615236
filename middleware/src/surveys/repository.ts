import { first } from '../storage/database.ts';
import type { Database } from '../storage/database.ts';

export interface Question {
  key: string;
  label: string;
  type: string;
}
export interface Survey {
  surveyId: string;
  label: string;
  questions: Question[];
  updatedAt: Date;
}

/** A survey and how it is fed. */
export interface SurveyFeed {
  surveyId: string;
  label: string | null;
  /** How many; null when it is not registered. */
  questions: number | null;
  responses: number;
  imported: number;
  lastReceivedAt: Date | null;
  /** Names of the active connections. */
  connections: string[];
}

interface ConnectionName {
  name: string;
  active: boolean;
  surveyId: string;
}

/** The survey definitions of a workspace. */
export class SurveyRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async save(workspaceId: string, surveyId: string, label: string, questions: Question[]): Promise<void> {
    await this.#database.query(
      `insert into survey (workspace_id, survey_id, label, questions) values ($1, $2, $3, $4)
       on conflict (workspace_id, survey_id) do update set label = excluded.label, questions = excluded.questions, updated_at = now()`,
      [workspaceId, surveyId, label, JSON.stringify(questions)],
    );
  }

  async find(workspaceId: string, surveyId: string): Promise<Survey | undefined> {
    const row = first(
      await this.#database.query<{ label: string; questions: string; updatedAt: Date }>(
        'select label, questions, updated_at as "updatedAt" from survey where workspace_id = $1 and survey_id = $2',
        [workspaceId, surveyId],
      ),
    );
    return row === undefined ? undefined : { surveyId, ...row, questions: JSON.parse(row.questions) as Question[] };
  }

  /** Every survey that is registered or has a response, with what feeds it and the active connections it goes to. */
  async feeds(workspaceId: string): Promise<SurveyFeed[]> {
    const { rows } = await this.#database.query<
      Omit<SurveyFeed, 'questions' | 'connections'> & { questions: string | null }
    >(
      `select coalesce(s.survey_id, r.survey_id) as "surveyId", s.label, s.questions, coalesce(r.responses, 0) as responses,
         coalesce(r.imported, 0) as imported, r.last as "lastReceivedAt"
       from (select survey_id, label, questions from survey where workspace_id = $1) s
       full join (select survey_id, count(*) as responses, count(*) filter (where imported) as imported,
           max(received_at) as last
         from response where workspace_id = $1 group by survey_id) r on r.survey_id = s.survey_id
       order by 1`,
      [workspaceId],
    );
    const accounts = await this.#database.query<{ configuration: string }>(
      `select configuration from account
       where workspace_id = $1 and state <> 'disconnected' and configuration is not null`,
      [workspaceId],
    );
    const connections = accounts.rows.flatMap(
      (row) => (JSON.parse(row.configuration) as { connections: ConnectionName[] }).connections,
    );
    return rows.map((row) => ({
      ...row,
      questions: row.questions === null ? null : (JSON.parse(row.questions) as unknown[]).length,
      connections: connections
        .filter((connection) => connection.active && connection.surveyId === row.surveyId)
        .map(({ name }) => name),
    }));
  }
}
