import { Type } from 'typebox';
import { PROBLEM_MEDIA_TYPE } from './problem.ts';

/** Response schemas for error statuses: problem details, referenced so that the description stays small. */
export function problems(...statuses: number[]): Record<number, object> {
  const entry = {
    description: 'Problem details, RFC 9457',
    content: { [PROBLEM_MEDIA_TYPE]: { schema: Type.Ref('Problem#') } },
  };
  return Object.fromEntries(statuses.map((status) => [status, entry]));
}

/** A time in ISO 8601, or null. */
export const NullableTime = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);
export const NullableText = Type.Union([Type.String(), Type.Null()]);
export const Time = Type.String({ format: 'date-time' });
/** The id of a row in a path. */
export const RowId = Type.String({ pattern: '^[1-9]\\d{0,14}$' });
