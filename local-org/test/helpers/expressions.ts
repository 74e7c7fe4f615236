import type { Fact } from './facts.ts';

/**
 * One fact for a table of expressions, each with the text that System.debug shows for it.
 * @param before statements that stand before them
 */
export function expressions(title: string, source: string, table: Record<string, string | RegExp>, before = ''): Fact {
  const lines = Object.keys(table).map((expression) => `System.debug(${expression});`);
  return { title, source, apex: [before, ...lines].join('\n'), log: Object.values(table) };
}

/** One fact for a table of statements, each with the exception that it throws: `System.MathException: Divide by 0`. */
export function exceptions(title: string, source: string, table: Record<string, string | RegExp>, before = ''): Fact {
  const lines = Object.keys(table).map(
    (statement) =>
      `try { ${statement} System.debug('nothing thrown'); } catch (Exception e) { System.debug(e.getTypeName() + ': ' + e.getMessage()); }`,
  );
  return { title, source, apex: [before, ...lines].join('\n'), log: Object.values(table) };
}
