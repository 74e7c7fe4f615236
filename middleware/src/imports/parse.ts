import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parse as parseCsv } from 'csv-parse';
import secureJson from 'secure-json-parse';

/** One record of an import: what it holds, unchecked, or why it cannot be read. */
export type ImportRecord = { value: unknown } | { unreadable: string };

/** Columns of a CSV that are the response's own; all others are answers, `hidden.…` hidden fields. */
const OWN_TEXT = new Set(['responseId', 'status', 'submittedAt', 'updatedAt', 'startedAt', 'language']);
const OWN_NUMBER = new Set(['durationSeconds', 'score']);

/** Several choices in a cell of a column whose name ends in `[]` are separated by this. */
const SEPARATOR = ';';
const MAX_RECORD_BYTES = 1_048_576;

/** One JSON object a line; blank lines are left out. Holds one line in memory. */
export async function* readNdjson(stream: Readable): AsyncGenerator<ImportRecord> {
  const lines = createInterface({ input: stream, crlfDelay: Infinity });
  for await (const line of lines) {
    if (line.trim() === '') continue;
    if (line.length > MAX_RECORD_BYTES) {
      yield { unreadable: 'The line is longer than 1 MiB' };
      continue;
    }
    yield readLine(line);
  }
}

function readLine(line: string): ImportRecord {
  try {
    return { value: secureJson.parse(line, { protoAction: 'error', constructorAction: 'error' }) as unknown };
  } catch {
    return { unreadable: 'The line is not JSON, or has a key that is not allowed (__proto__)' };
  }
}

/** A CSV with a header row, quoted as RFC 4180 says. An empty cell is no answer. */
export async function* readCsv(stream: Readable): AsyncGenerator<ImportRecord> {
  const parser = stream.pipe(
    parseCsv({ columns: true, bom: true, skip_empty_lines: true, max_record_size: MAX_RECORD_BYTES }),
  );
  stream.once('error', (error) => parser.destroy(error));
  for await (const row of parser) yield { value: fromRow(row as Record<string, string>) };
}

function fromRow(row: Record<string, string>): Record<string, unknown> {
  const response: Record<string, unknown> = {};
  const answers: [string, unknown][] = [];
  const hidden: [string, unknown][] = [];
  for (const [column, cell] of Object.entries(row)) {
    if (cell === '') continue;
    if (OWN_TEXT.has(column)) response[column] = cell;
    else if (OWN_NUMBER.has(column)) response[column] = Number.isFinite(Number(cell)) ? Number(cell) : cell;
    else if (column.startsWith('hidden.')) hidden.push(answerOf(column.slice('hidden.'.length), cell));
    else answers.push(answerOf(column.replace(/^answers\./, ''), cell));
  }
  response['answers'] = Object.fromEntries(answers);
  if (hidden.length > 0) response['hidden'] = Object.fromEntries(hidden);
  return response;
}

function answerOf(column: string, cell: string): [string, unknown] {
  if (!column.endsWith('[]')) return [column, cell];
  return [
    column.slice(0, -2),
    cell
      .split(SEPARATOR)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ];
}
