/** What people in an org ask for (docs/apex-rest.md, `GET /v1/requests`). */
export const REQUEST_TYPES = [
  'retry',
  'backfill_start',
  'backfill_pause',
  'backfill_resume',
  'backfill_cancel',
  'erase',
] as const;

export interface OrgRequest {
  id: string;
  type: (typeof REQUEST_TYPES)[number];
  connection: string | null;
  surveyId: string | null;
  responseId: string | null;
}

/** The acknowledgement of a request, with its progress. */
export interface RequestReply {
  status: 'running' | 'done' | 'failed';
  message: string | null;
  total: number;
  done: number;
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The requests of an org; those of a type that this version does not know are left. Undefined when it is no list. */
export function parseRequests(body: unknown): OrgRequest[] | undefined {
  if (typeof body !== 'object' || body === null || !('requests' in body) || !Array.isArray(body.requests))
    return undefined;
  return (body.requests as unknown[]).flatMap((entry) => {
    const request = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    const type = REQUEST_TYPES.find((known) => known === request['kind']);
    if (typeof request['id'] !== 'string' || type === undefined) return [];
    return [
      {
        id: request['id'],
        type,
        connection: textOrNull(request['connection']),
        surveyId: textOrNull(request['surveyId']),
        responseId: textOrNull(request['responseId']),
      },
    ];
  });
}
