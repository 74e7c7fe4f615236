import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Org } from '../org/org.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import type { Permissions } from '../security/permissions.ts';
import type { ApexId } from '../values/value.ts';
import { ApiError } from './rest/api-error.ts';
import { ApiCall } from './rest/call.ts';
import { recordFromJson, save } from './rest/records.ts';
import type { Execution, Pause } from '../execution/execution.ts';

interface TreeRecord extends Record<string, unknown> {
  attributes: { type: string; referenceId: string };
}

/** A data file cannot be loaded; the message names the file and the record. */
export class DataFileError extends Error {
  constructor(file: string, message: string) {
    super(`${file}: ${message}`);
    this.name = 'DataFileError';
  }
}

/**
 * Loads files in the sObject tree format (as `sf data import tree` reads them; a plan file, which is a list, names
 * others) as the given user, each file in one transaction. `@reference` values name records of this or earlier files.
 * @returns the number of records
 */
export async function loadDataFiles(org: Org, userId: string, files: readonly string[]): Promise<number> {
  const references = new Map<string, ApexId>();
  let count = 0;
  for (const file of files) {
    const json = await readJson(file);
    if (Array.isArray(json)) {
      const parts = (json as { files?: string[] }[]).flatMap((part) => part.files ?? []);
      for (const part of parts.map((name) => resolve(dirname(file), name))) {
        count += await loadTree(org, userId, part, await readJson(part), references);
      }
    } else count += await loadTree(org, userId, file, json, references);
  }
  return count;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    throw new DataFileError(file, (error as Error).message);
  }
}

async function loadTree(
  org: Org,
  userId: string,
  file: string,
  json: unknown,
  references: Map<string, ApexId>,
): Promise<number> {
  const call = new ApiCall(org, userId, 'v65.0');
  try {
    return await call.run((x, permissions) => insertTree({ call, permissions, references }, x, recordsOf(json), null));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new DataFileError(file, error.errors.map((e) => `${e.errorCode}: ${e.message}`).join('; '));
  }
}

interface Load {
  call: ApiCall;
  permissions: Permissions;
  references: Map<string, ApexId>;
}

function* insertTree(
  load: Load,
  x: Execution,
  records: readonly TreeRecord[],
  parent: { field: string; id: ApexId } | null,
): Generator<Pause, number, void> {
  let count = records.length;
  for (const run of runsOfOneType(records)) {
    const object = load.call.object(run[0]?.attributes.type ?? '', load.permissions);
    const rows = run.map((json) => {
      const fields = Object.fromEntries(
        Object.entries(json)
          .filter(([, value]) => childRecords(value) === null)
          .map(([name, value]) => [name, resolveReference(load, value)]),
      );
      if (parent !== null) fields[parent.field] = parent.id.value;
      return recordFromJson(load.call, object, fields, load.permissions, 'insert');
    });
    const results = yield* save(x, 'insert', rows, true);
    for (const [i, result] of results.entries()) {
      const reference = run[i]?.attributes.referenceId ?? '';
      if (!result.success || result.id === null) {
        const error = ApiError.ofRow(result.errors);
        const first = error.errors[0];
        if (first !== undefined) first.message = `record ${reference}: ${first.message}`;
        throw error;
      }
      load.references.set(reference, result.id);
    }
    for (const json of run) count += yield* insertChildren(load, x, object, json);
  }
  return count;
}

function* insertChildren(
  load: Load,
  x: Execution,
  object: ObjectDefinition,
  json: TreeRecord,
): Generator<Pause, number, void> {
  let count = 0;
  for (const [name, value] of Object.entries(json)) {
    const children = childRecords(value);
    if (children === null) continue;
    const relationship = load.call.org.schema.childRelationship(object, name);
    const id = load.references.get(json.attributes.referenceId);
    if (relationship === null || id === undefined) {
      throw new ApiError(400, 'INVALID_FIELD', `${object.name} has no child relationship ${name}`);
    }
    count += yield* insertTree(load, x, children, { field: relationship.field, id });
  }
  return count;
}

function resolveReference(load: Load, value: unknown): unknown {
  if (typeof value !== 'string' || !/^@\w+$/.test(value)) return value;
  const id = load.references.get(value.slice(1));
  if (id === undefined) throw new ApiError(400, 'INVALID_INPUT', `the reference ${value} is not known yet`);
  return id.value;
}

function childRecords(value: unknown): TreeRecord[] | null {
  return typeof value === 'object' && value !== null && 'records' in value ? recordsOf(value) : null;
}

function recordsOf(json: unknown): TreeRecord[] {
  const records = typeof json === 'object' && json !== null ? (json as { records?: unknown }).records : undefined;
  if (!Array.isArray(records)) throw new ApiError(400, 'INVALID_INPUT', 'an sObject tree needs a list "records"');
  return records.map((record: unknown) => {
    const attributes =
      typeof record === 'object' && record !== null ? (record as Partial<TreeRecord>).attributes : undefined;
    if (typeof attributes?.type !== 'string' || typeof attributes.referenceId !== 'string') {
      throw new ApiError(400, 'INVALID_INPUT', 'each record needs attributes.type and attributes.referenceId');
    }
    return record as TreeRecord;
  });
}

function runsOfOneType(records: readonly TreeRecord[]): TreeRecord[][] {
  const runs: TreeRecord[][] = [];
  for (const record of records) {
    const last = runs.at(-1);
    if (last !== undefined && last[0]?.attributes.type === record.attributes.type && last.length < 200)
      last.push(record);
    else runs.push([record]);
  }
  return runs;
}
