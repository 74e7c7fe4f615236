import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { SingleBar } from 'cli-progress';
import { readCsv, readNdjson } from '../imports/parse.ts';
import type { ImportProgress } from '../imports/service.ts';
import { ApiError } from './client.ts';
import type { ApiClient } from './client.ts';

/** A request carries so many records: small enough for the 30 seconds that a request may take. */
const PART = 1_000;

/**
 * Sends a file of responses in parts, with a progress bar on a terminal. The same file goes on where it stopped.
 *
 * @param importId names the import; by default the file's name, size and time do
 */
export async function importFile(
  api: ApiClient,
  surveyId: string,
  file: string,
  importId = nameOf(file),
): Promise<ImportProgress> {
  const size = fs.statSync(file).size;
  const stream = fs.createReadStream(file);
  const records = file.toLowerCase().endsWith('.csv') ? readCsv(stream) : readNdjson(stream);
  const begun = await progressOf(api, importId);
  const bar = new SingleBar({ format: '{bar} {percentage}% | {records} records, {refused} refused' });
  if (process.stderr.isTTY) bar.start(size, 0, { records: begun, refused: 0 });
  let progress: ImportProgress | undefined;
  let part: string[] = [];
  let number = 0;
  const send = async (): Promise<void> => {
    const offset = number - part.length;
    progress = await api.call<ImportProgress>(
      'POST',
      `/v1/surveys/${encodeURIComponent(surveyId)}/import?importId=${encodeURIComponent(importId)}&offset=${offset}`,
      { type: 'application/x-ndjson', content: part.join('\n') },
    );
    bar.update(stream.bytesRead, { records: progress.records, refused: progress.refused });
    part = [];
  };
  try {
    for await (const record of records) {
      number += 1;
      if (number <= begun) continue; // settled at an earlier run
      part.push('value' in record ? JSON.stringify(record.value) : '"unreadable"');
      if (part.length === PART) await send();
    }
    if (part.length > 0 || progress === undefined) await send();
  } finally {
    bar.stop();
    stream.destroy();
  }
  if (progress === undefined) throw new Error('The file holds no record');
  return progress;
}

async function progressOf(api: ApiClient, importId: string): Promise<number> {
  try {
    return (await api.call<ImportProgress>('GET', `/v1/imports/${encodeURIComponent(importId)}`)).records;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return 0;
    throw error;
  }
}

function nameOf(file: string): string {
  const { size, mtimeMs } = fs.statSync(file);
  const mark = createHash('sha256')
    .update(`${path.basename(file)}:${size}:${mtimeMs}`)
    .digest('hex')
    .slice(0, 12);
  return `${path
    .basename(file)
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 60)}-${mark}`;
}
