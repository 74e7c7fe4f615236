import type { DmlOperation, DmlRowResult } from '../../data/contract.ts';
import type { Execution, Pause } from '../../execution/execution.ts';
import type { Permissions } from '../../security/permissions.ts';
import { toId } from '../../values/id.ts';
import { SObjectValue } from '../../values/value.ts';
import { ApiError } from './api-error.ts';
import type { ApiCall } from './call.ts';
import { readRecord, recordFromJson, save } from './records.ts';

const MOST = 200;

interface RowAnswer {
  id?: string;
  success: boolean;
  created?: boolean;
  errors: { statusCode: string; message: string; fields: string[] }[];
}

/** Ends the transaction without keeping it and hands the answers out. */
class RolledBack extends Error {
  readonly answers: RowAnswer[];
  constructor(answers: RowAnswer[]) {
    super('allOrNone');
    this.answers = answers;
  }
}

type Prepared = { record: SObjectValue } | { failure: RowAnswer };

/** `POST` and `PATCH composite/sobjects`: up to 200 records, one answer each. */
export function saveCollection(call: ApiCall, operation: 'insert' | 'update', body: unknown): Promise<unknown> {
  const { records, allOrNone } = readBody(body);
  return answered(call, allOrNone, function* (x, permissions) {
    const prepared = records.map((json) =>
      prepare(() => {
        const object = call.object(typeOf(json), permissions);
        const { id, ...fields } = withoutId(json);
        const record = recordFromJson(call, object, fields, permissions, operation);
        if (operation === 'update') record.values.set('id', idFor(id, object.label));
        return record;
      }),
    );
    return yield* saveRuns(x, operation, prepared, allOrNone, null);
  });
}

/** `PATCH composite/sobjects/X/Field` */
export function upsertCollection(call: ApiCall, object: string, field: string, body: unknown): Promise<unknown> {
  const { records, allOrNone } = readBody(body);
  return answered(call, allOrNone, function* (x, permissions) {
    const definition = call.object(object, permissions);
    const key = call.field(definition, field, permissions);
    const prepared = records.map((json) =>
      prepare(() => recordFromJson(call, definition, withoutId(json), permissions, 'insert')),
    );
    return yield* saveRuns(x, 'upsert', prepared, allOrNone, key.name);
  });
}

/** `DELETE composite/sobjects?ids=…&allOrNone=…` */
export function deleteCollection(call: ApiCall, ids: string, allOrNone: boolean): Promise<unknown> {
  const list = ids.split(',').filter((id) => id !== '');
  if (list.length > MOST) throw tooMany();
  return answered(call, allOrNone, function* (x, permissions) {
    const prepared = list.map((text) =>
      prepare(() => {
        const id = idFor(text, 'Record');
        const object = call.org.schema.objectByKeyPrefix(id.value.slice(0, 3));
        const record = new SObjectValue(call.object(object?.name ?? '', permissions));
        record.values.set('id', id);
        return record;
      }),
    );
    return yield* saveRuns(x, 'delete', prepared, allOrNone, null);
  });
}

/** `composite/sobjects/X?ids=…&fields=…`: the records in the order of the Ids, null for those that cannot be read. */
export async function readCollection(call: ApiCall, name: string, ids: string[], fields: string[]): Promise<unknown[]> {
  if (ids.length === 0) throw new ApiError(400, 'MISSING_ARGUMENT', 'The ids parameter is required');
  if (fields.length === 0) throw new ApiError(400, 'MISSING_ARGUMENT', 'The fields parameter is required');
  if (ids.length > 2000) throw new ApiError(400, 'INVALID_INPUT', 'The number of records can not exceed 2000');
  const answers: unknown[] = [];
  for (const id of ids) {
    try {
      answers.push(await readRecord(call, name, id, fields));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404 || error.errors[0]?.errorCode !== 'NOT_FOUND')
        throw error;
      answers.push(null);
    }
  }
  return answers;
}

/** Runs of records of one type are saved together, as Salesforce chunks them. */
function* saveRuns(
  x: Execution,
  operation: DmlOperation,
  prepared: readonly Prepared[],
  allOrNone: boolean,
  externalIdField: string | null,
): Generator<Pause, RowAnswer[], void> {
  const answers: RowAnswer[] = [];
  for (let at = 0; at < prepared.length;) {
    const entry = prepared[at];
    if (entry === undefined) break;
    if ('failure' in entry) {
      answers.push(entry.failure);
      at++;
      continue;
    }
    const run: SObjectValue[] = [];
    for (
      let next = prepared[at];
      next !== undefined && 'record' in next && next.record.definition === entry.record.definition;
      next = prepared[at]
    ) {
      run.push(next.record);
      at++;
    }
    const results = yield* save(x, operation, run, false, externalIdField);
    answers.push(...results.map((result) => rowAnswer(result, operation)));
  }
  if (allOrNone && answers.some((answer) => !answer.success)) {
    throw new RolledBack(answers.map((answer) => (answer.success ? rolledBack() : answer)));
  }
  return answers;
}

async function answered(
  call: ApiCall,
  allOrNone: boolean,
  work: (x: Execution, permissions: Permissions) => Generator<Pause, RowAnswer[], void>,
): Promise<RowAnswer[]> {
  try {
    return await call.run(work);
  } catch (error) {
    if (allOrNone && error instanceof RolledBack) return error.answers;
    throw error;
  }
}

function prepare(make: () => SObjectValue): Prepared {
  try {
    return { record: make() };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 501) throw error;
    return {
      failure: {
        success: false,
        errors: error.errors.map((e) => ({ statusCode: e.errorCode, message: e.message, fields: e.fields ?? [] })),
      },
    };
  }
}

function rowAnswer(result: DmlRowResult, operation: DmlOperation): RowAnswer {
  return {
    ...(result.id === null ? {} : { id: result.id.value }),
    success: result.success,
    ...(operation === 'upsert' && result.success ? { created: result.created } : {}),
    errors: result.errors,
  };
}

const rolledBack = (): RowAnswer => ({
  success: false,
  errors: [
    {
      statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      message: 'Record rolled back because not all records were valid and the request was using AllOrNone header',
      fields: [],
    },
  ],
});

const tooMany = (): ApiError => new ApiError(400, 'INVALID_INPUT', `The number of records can not exceed ${MOST}`);

function readBody(body: unknown): { records: unknown[]; allOrNone: boolean } {
  const source = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const records = source['records'];
  if (!Array.isArray(records)) throw new ApiError(400, 'INVALID_INPUT', 'records is required');
  if (records.length > MOST) throw tooMany();
  return { records: records as unknown[], allOrNone: source['allOrNone'] === true };
}

function typeOf(json: unknown): string {
  const attributes =
    typeof json === 'object' && json !== null ? (json as { attributes?: unknown }).attributes : undefined;
  const type =
    typeof attributes === 'object' && attributes !== null ? (attributes as { type?: unknown }).type : undefined;
  if (typeof type === 'string') return type;
  throw new ApiError(400, 'INVALID_INPUT', 'Include an attributes.type in each record');
}

function withoutId(json: unknown): { id?: unknown } & Record<string, unknown> {
  if (typeof json !== 'object' || json === null) throw new ApiError(400, 'INVALID_INPUT', 'A record must be an object');
  const out: Record<string, unknown> = {};
  let id: unknown;
  for (const [name, value] of Object.entries(json)) {
    if (name.toLowerCase() === 'id') id = value;
    else out[name] = value;
  }
  return id === undefined ? out : { ...out, id };
}

function idFor(text: unknown, label: string) {
  const id = typeof text === 'string' ? toId(text) : null;
  if (id === null)
    throw new ApiError(400, 'MALFORMED_ID', `${label} ID: id value of incorrect type: ${String(text)}`, ['Id']);
  return id;
}
