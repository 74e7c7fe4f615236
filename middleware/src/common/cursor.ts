import { ProblemError } from './problem.ts';

/** An opaque cursor for a page that goes on below an id. */
export function encodeCursor(id: number): string {
  return Buffer.from(`before:${id}`).toString('base64url');
}

/** @throws ProblemError 400 `invalid_cursor` */
export function decodeCursor(cursor: string): number {
  const match = /^before:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) throw new ProblemError(400, 'invalid_cursor', 'The cursor is not one that this API gave out.');
  return Number(match[1]);
}
