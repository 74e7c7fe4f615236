import { LANES } from './repository.ts';
import type { Lane } from './repository.ts';
import type { Database, Transaction } from '../storage/database.ts';
import type { ResponseEnvelope } from '../ingest/envelope.ts';
import { lookupKey } from '../mapping/map.ts';
import { evaluate } from '../rules/evaluate.ts';
import type { Configuration, Connection } from '../salesforce/contract.ts';

const PAGE = 200;

/** A stored response on its way to deliveries. */
export interface ResponseRow {
  id: number;
  workspaceId: string;
  surveyId: string;
  responseId: string;
  version: number;
  orderedAt: Date;
  body: string;
  imported: boolean;
  planned: boolean;
}

/** A delivery that is about to be made. */
export interface PlannedDelivery {
  accountId: number;
  connection: string;
  response: ResponseRow;
  lookupKey: string;
  lane: Lane;
  backfillId: number | null;
  state: 'pending' | 'skipped' | 'rejected';
  reason: string | null;
  error: string | null;
}

export const RESPONSE_COLUMNS = `id, workspace_id as "workspaceId", survey_id as "surveyId", response_id as "responseId", version,
  ordered_at as "orderedAt", body, imported, planned`;

/** Makes deliveries of stored responses: one for each connection that is active for the survey. */
export class Planner {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
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

/** Decides what becomes of one response for one connection. */
export function plan(
  accountId: number,
  connection: Connection,
  response: ResponseRow,
  envelope: ResponseEnvelope,
): PlannedDelivery {
  const base = {
    accountId,
    connection: connection.name,
    response,
    lane: response.imported ? LANES.backfill : LANES.live,
    backfillId: null,
    reason: null,
    error: null,
  };
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

/**
 * Makes deliveries, once for each response version, account and connection. Live deliveries go before backfilled ones,
 * but never past an earlier one with the same lookup value: that one is taken along into the live lane.
 *
 * @returns how many were made now
 */
export async function insertDeliveries(transaction: Transaction, planned: PlannedDelivery[]): Promise<number> {
  if (planned.length === 0) return 0;
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
  const made = await transaction.query(
    `insert into delivery (account_id, connection, survey_id, response_id, version, workspace_id, ordered_at, lookup_key,
       state, outcome, reason, error, settled_at, response_row, lane, backfill_id)
     select n.account_id, n.connection, n.survey_id, n.response_id, n.version, n.workspace_id, n.ordered_at, n.lookup_key,
       n.state, case n.state when 'pending' then null else n.state end, n.reason, n.error,
       case n.state when 'pending' then null else now() end, n.response_row,
       case when n.lane = 1 and exists (select 1 from delivery o where o.lookup_key = n.lookup_key
         and o.account_id = n.account_id and o.lane = 0 and o.state in ('pending', 'delivering')) then 0 else n.lane end,
       n.backfill_id
     from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[], $8::text[],
       $9::text[], $10::text[], $11::text[], $12::bigint[], $13::smallint[], $14::bigint[])
       as n (account_id, connection, survey_id, response_id, version, workspace_id, ordered_at, lookup_key, state, reason, error, response_row, lane,
         backfill_id)
     on conflict do nothing returning id`,
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
      planned.map((entry) => entry.lane),
      planned.map((entry) => entry.backfillId),
    ],
  );
  const live = planned.filter((entry) => entry.lane === LANES.live && entry.state === 'pending');
  if (live.length > 0) {
    await transaction.query(
      `update delivery d set lane = 0 from unnest($1::bigint[], $2::text[]) as n (account_id, lookup_key)
       where d.lookup_key = n.lookup_key and d.account_id = n.account_id and d.lane = 1 and d.state = 'pending'`,
      [live.map((entry) => entry.accountId), live.map((entry) => entry.lookupKey)],
    );
  }
  return made.rows.length;
}
