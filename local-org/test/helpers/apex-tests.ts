import type { Test } from 'tap';
import { runTests } from '../../src/testing/run.ts';
import { factOrg } from './facts.ts';
import type { FactOrgOptions } from './facts.ts';

/** A fact of the platform that an Apex test shows by what it logs and by how it ends. */
export interface TestFact {
  /** `Class.method` */
  test: string;
  /** where the fact is written down; `[assumption]` where it is not */
  source: string;
  log?: readonly (string | RegExp)[];
  /** how the test fails; absent: it passes */
  fails?: string | RegExp;
}

/** Loads one org, runs all its Apex tests and compares each with its fact; a test without a fact is an error. */
export async function proveTests(t: Test, options: FactOrgOptions, facts: readonly TestFact[]): Promise<void> {
  const org = await factOrg(options);
  const outcomes = new Map(runTests(org).outcomes.map((o) => [`${o.className}.${o.methodName}`, o]));
  t.strictSame([...outcomes.keys()].sort(), facts.map((f) => f.test).sort(), 'each test has its fact');
  for (const fact of facts) {
    const outcome = outcomes.get(fact.test);
    const name = `${fact.test} (${fact.source})`;
    const message = outcome?.message ?? '';
    if (fact.fails === undefined) t.equal(`${message}${outcome?.stackTrace ?? ''}`, '', `${name} passes`);
    else if (typeof fact.fails === 'string') t.equal(message, fact.fails, `${name} fails`);
    else t.match(message, fact.fails, `${name} fails`);
    const lines = (outcome?.log ?? []).map((line) => line.replace(/^\w+ /, ''));
    if (fact.log === undefined) continue;
    t.equal(lines.length, fact.log.length, `${name}: number of lines\n${lines.join('\n')}`);
    for (const [i, expected] of fact.log.entries()) {
      if (typeof expected === 'string') t.equal(lines[i], expected, name);
      else t.match(lines[i] ?? '', expected, name);
    }
  }
}
