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
}
