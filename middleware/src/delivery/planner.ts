import type { Database, Transaction } from '../storage/database.ts';
import type { ResponseEnvelope } from '../ingest/envelope.ts';
import { lookupKey } from '../mapping/map.ts';
import { evaluate } from '../rules/evaluate.ts';
import type { Configuration, Connection } from '../salesforce/contract.ts';
import type { ConfigurationRepository, OpenPass } from '../configuration/repository.ts';

const PAGE = 200;

interface ResponseRow {
  id: number;
  workspaceId: string;
  surveyId: string;
  responseId: string;
  version: number;
  orderedAt: Date;
  body: string;
}

interface PlannedDelivery {
  accountId: number;
  connection: string;
  response: ResponseRow;
  lookupKey: string;
  state: 'pending' | 'skipped' | 'rejected';
  reason: string | null;
  error: string | null;
}

const RESPONSE_COLUMNS = `id, workspace_id as "workspaceId", survey_id as "surveyId", response_id as "responseId", version,
  ordered_at as "orderedAt", body`;

/** Makes deliveries of stored responses: one for each connection that is active for the survey. */
export class Planner {
  readonly #database: Database;
  readonly #configurations: ConfigurationRepository;

  constructor(database: Database, configurations: ConfigurationRepository) {
    this.#database = database;
    this.#configurations = configurations;
  }

  /** Plans the responses that are new or have a new version. @returns how many it planned */
  async planNew(): Promise<number> {
    return this.#database.transaction(async (transaction) => {
      const { rows } = await transaction.query<ResponseRow>(
        `select ${RESPONSE_COLUMNS} from response where not planned order by id limit ${PAGE} for update skip locked`,
      );
      if (rows.length === 0) return 0;
      const targets = await loadTargets(transaction, [...new Set(rows.map((row) => row.workspaceId))]);
      const planned = rows.flatMap((row) => {
        const envelope = JSON.parse(row.body) as ResponseEnvelope;
        return targets
          .filter((target) => target.workspaceId === row.workspaceId)
          .flatMap(({ accountId, configuration }) =>
            configuration.connections
              .filter((connection) => connection.active && connection.surveyId === row.surveyId)
              .map((connection) => plan(accountId, connection, row, envelope)),
          );
      });
      await insertDeliveries(transaction, planned);
      await transaction.query('update response set planned = true where id = any($1::bigint[])', [
        rows.map((row) => row.id),
      ]);
      return rows.length;
    });
  }

  /** Goes one page on in the passes over the stored responses. @returns how many responses it looked at */
  async planStored(): Promise<number> {
    let seen = 0;
    for (const pass of await this.#configurations.openPasses()) seen += await this.#planPage(pass);
    return seen;
  }

  async #planPage(pass: OpenPass): Promise<number> {
    return this.#database.transaction(async (transaction) => {
      const configuration = await this.#configurations.find(pass.accountId, transaction);
      const connection = configuration?.connections.find(
        (candidate) => candidate.name === pass.connection && candidate.active,
      );
      if (connection === undefined) return 0; // switched off again: the pass goes on when it is active
      const { rows } = await transaction.query<ResponseRow>(
        `select ${RESPONSE_COLUMNS} from response
         where workspace_id = $1 and survey_id = $2 and id > $3 order by id limit ${PAGE} for update`,
        [pass.workspaceId, connection.surveyId, pass.position],
      );
      await insertDeliveries(
        transaction,
        rows.map((row) => plan(pass.accountId, connection, row, JSON.parse(row.body) as ResponseEnvelope)),
      );
      await transaction.query(
        `update connection_pass set position = $3, finished_at = case when $4 then now() end
         where account_id = $1 and connection = $2`,
        [pass.accountId, pass.connection, rows.at(-1)?.id ?? pass.position, rows.length < PAGE],
      );
      return rows.length;
    });
  }
}

async function loadTargets(
  transaction: Transaction,
  workspaceIds: string[],
): Promise<{ accountId: number; workspaceId: string; configuration: Configuration }[]> {
  const { rows } = await transaction.query<{ accountId: number; workspaceId: string; configuration: string }>(
    `select id as "accountId", workspace_id as "workspaceId", configuration from account
     where workspace_id = any($1::text[]) and state <> 'disconnected' and configuration is not null`,
    [workspaceIds],
  );
  return rows.map((row) => ({ ...row, configuration: JSON.parse(row.configuration) as Configuration }));
}

function plan(
  accountId: number,
  connection: Connection,
  response: ResponseRow,
  envelope: ResponseEnvelope,
): PlannedDelivery {
  const base = { accountId, connection: connection.name, response, reason: null, error: null };
  try {
    const decision = evaluate(connection, envelope);
    const key = lookupKey(connection, envelope);
    if (decision.deliver) return { ...base, lookupKey: key, state: 'pending' };
    return { ...base, lookupKey: key, state: 'skipped', reason: JSON.stringify(decision.reason) };
  } catch (error) {
    // The org's configuration asks for what this version does not know; the message names the setting.
    const message = error instanceof Error ? error.message : 'Unknown';
    return {
      ...base,
      lookupKey: `response:${response.id}`,
      state: 'rejected',
      error: JSON.stringify({ code: 'UNSUPPORTED_CONFIGURATION', message }),
    };
  }
}

async function insertDeliveries(transaction: Transaction, planned: PlannedDelivery[]): Promise<void> {
  if (planned.length === 0) return;
  const accounts = planned.map((entry) => entry.accountId);
  const connections = planned.map((entry) => entry.connection);
  const surveys = planned.map((entry) => entry.response.surveyId);
  const responses = planned.map((entry) => entry.response.responseId);
  const versions = planned.map((entry) => entry.response.version);
  await transaction.query(
    `update delivery d set state = 'skipped', outcome = 'superseded', settled_at = now(), updated_at = now(),
       reason = '{"code":"superseded","message":"A newer version of the response arrived"}'
     from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) as n (response_row, account_id, connection, version)
     where d.response_row = n.response_row and d.account_id = n.account_id and d.connection = n.connection
       and d.version < n.version and d.state = 'pending'`,
    [planned.map((entry) => entry.response.id), accounts, connections, versions],
  );
  await transaction.query(
    `insert into delivery (account_id, connection, survey_id, response_id, version, workspace_id, ordered_at, lookup_key,
       state, outcome, reason, error, settled_at, response_row)
     select n.account_id, n.connection, n.survey_id, n.response_id, n.version, n.workspace_id, n.ordered_at, n.lookup_key,
       n.state, case n.state when 'pending' then null else n.state end, n.reason, n.error,
       case n.state when 'pending' then null else now() end, n.response_row
     from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[], $8::text[],
       $9::text[], $10::text[], $11::text[], $12::bigint[])
       as n (account_id, connection, survey_id, response_id, version, workspace_id, ordered_at, lookup_key, state, reason, error, response_row)
     on conflict do nothing`,
    [
      accounts,
      connections,
      surveys,
      responses,
      versions,
      planned.map((entry) => entry.response.workspaceId),
      planned.map((entry) => entry.response.orderedAt.toISOString()),
      planned.map((entry) => entry.lookupKey),
      planned.map((entry) => entry.state),
      planned.map((entry) => entry.reason),
      planned.map((entry) => entry.error),
      planned.map((entry) => entry.response.id),
    ],
  );
}
