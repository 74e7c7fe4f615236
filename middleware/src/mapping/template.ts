import type { ResponseEnvelope } from '../ingest/envelope.ts';
import { isBlank, readValue } from '../rules/values.ts';
import type { ValueSource } from '../rules/values.ts';

/** `{{` is a brace, `{source.key}` a place. Anything else is text. */
const PARTS = /\{\{|\{(question|metadata|hidden)\.([^{}]+)\}/g;

/**
 * Fills the places of a template (docs/apex-rest.md). A source without a value leaves nothing in its place.
 *
 * @returns undefined when the template has places and none of them has a value
 */
export function fillTemplate(template: string, response: ResponseEnvelope): string | undefined {
  let places = 0;
  let filled = 0;
  const text = template.replace(PARTS, (_part: string, source: ValueSource | undefined, key: string | undefined) => {
    if (source === undefined || key === undefined) return '{';
    places += 1;
    const value = readValue(response, source, key);
    if (isBlank(value)) return '';
    filled += 1;
    return Array.isArray(value) ? value.join(', ') : String(value);
  });
  return places > 0 && filled === 0 ? undefined : text;
}
