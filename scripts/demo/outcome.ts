import { CONTACT, OPINION } from './sample.ts';
import type { Expected, Sample } from './sample.ts';
import type { Delivery } from './middleware-client.ts';
import type { Row } from './table.ts';

/** The rows of one sample response: one for each connection. */
export function rowsOf(sample: Sample, deliveries: readonly Delivery[], answers: readonly string[]): Row[] {
  return (
    [
      [CONTACT, sample.contact],
      [OPINION, sample.opinion],
    ] as const
  ).map(([connection, expected], i) => {
    const delivery = deliveries.find((d) => d.connection === connection);
    return {
      response: i === 0 ? sample.response.responseId : '',
      shows: sample.shows,
      connection: connection.replace('Customer_Feedback_', ''),
      outcome: delivery === undefined ? 'none' : describe(delivery),
      recordId: delivery?.recordId ?? '–',
      notes: [...(i === 0 ? answers : []), ...(delivery === undefined ? [] : notesOf(delivery))],
      unexpected: difference(expected, delivery),
    };
  });
}

function describe(delivery: Delivery): string {
  if (delivery.outcome === null || delivery.outcome === delivery.state) return delivery.state;
  return delivery.state === 'synced_with_fallback' ? `${delivery.outcome} (fallback)` : delivery.outcome;
}

function notesOf(delivery: Delivery): string[] {
  const notes = delivery.droppedFields.map((d) => `${d.field} (${d.code}): ${d.message}`);
  if (delivery.error !== null) notes.push(`${delivery.error.code}: ${delivery.error.message}`);
  else if (delivery.reason !== null && notes.length === 0) notes.push(delivery.reason.message);
  return notes;
}

/** What differs from the expectation; null when nothing does. */
export function difference(expected: Expected, delivery: Delivery | undefined): string | null {
  if (delivery === undefined) return `no delivery, expected ${expected.state}`;
  if (delivery.state !== expected.state) return `${delivery.state}, expected ${expected.state}`;
  if (expected.outcome !== undefined && delivery.outcome !== expected.outcome) {
    return `outcome ${String(delivery.outcome)}, expected ${expected.outcome}`;
  }
  const dropped = delivery.droppedFields.map((d) => d.field).sort();
  const wanted = [...(expected.dropped ?? [])].sort();
  if (dropped.join() !== wanted.join())
    return `dropped ${dropped.join(', ') || 'nothing'}, expected ${wanted.join(', ') || 'nothing'}`;
  return null;
}
