/** One value of a parsed query string or form; a repeated name gives the first, as Salesforce does. */
export function field(source: unknown, name: string): string {
  if (typeof source !== 'object' || source === null) return '';
  const value: unknown = Object.hasOwn(source, name) ? (source as Record<string, unknown>)[name] : undefined;
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}
