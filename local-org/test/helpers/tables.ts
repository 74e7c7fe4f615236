import type t from 'tap';
import { debugOf } from './evaluate.ts';

type Assertions = Pick<typeof t, 'equal'>;

/** Each entry: an Apex expression and the text that System.debug shows for it, in one block after `before`. */
export async function holds(test: Assertions, table: Record<string, string>, before = ''): Promise<void> {
  const source = Object.keys(table).map((e) => `System.debug(${e});`);
  const found = await debugOf(`${before}\n${source.join('\n')}`);
  Object.entries(table).forEach(([expression, wanted], i) => test.equal(found[i], wanted, expression));
}

/** Each entry: a statement and the exception, with its message, that ends it. */
export async function throwsEach(test: Assertions, table: Record<string, string>, before = ''): Promise<void> {
  const report = "System.debug(e.getTypeName() + ': ' + e.getMessage());";
  const source = Object.keys(table).map(
    (statement) => `try { ${statement} System.debug('nothing thrown'); } catch (Exception e) { ${report} }`,
  );
  const found = await debugOf(`${before}\n${source.join('\n')}`);
  Object.entries(table).forEach(([statement, wanted], i) => test.equal(found[i], wanted, statement));
}
