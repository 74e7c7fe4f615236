import type { ClassCoverage } from './coverage.ts';
import { overallPercent } from './coverage.ts';
import type { TestOutcome, TestRun } from './run.ts';

const ms = (n: number): string => `${Math.round(n)} ms`;

interface Counts {
  passed: number;
  failed: number;
  ran: number;
}

export function countsOf(run: TestRun): Counts {
  const passed = run.outcomes.filter((o) => o.outcome === 'Pass').length;
  return { passed, failed: run.outcomes.length - passed, ran: run.outcomes.length };
}

function rate(part: number, whole: number): string {
  return whole === 0 ? '0%' : `${Math.round((part / whole) * 100)}%`;
}

function summaryRows(run: TestRun): [string, string][] {
  const { passed, failed, ran } = countsOf(run);
  return [
    ['Outcome', failed === 0 ? 'Passed' : 'Failed'],
    ['Tests Ran', String(ran)],
    ['Pass Rate', rate(passed, ran)],
    ['Fail Rate', rate(failed, ran)],
    ['Skip Rate', '0%'],
    ['Test Setup Time', ms(run.setupTimeMs)],
    ['Test Execution Time', ms(run.executionTimeMs)],
  ];
}

/** The text of `sf apex run test --result-format human`. */
export function humanReport(run: TestRun, withCoverage: boolean): string {
  const parts = [heading('Test Summary'), table(['NAME', 'VALUE'], summaryRows(run))];
  parts.push(heading('Test Results'));
  parts.push(
    table(
      ['TEST NAME', 'OUTCOME', 'MESSAGE', 'RUNTIME (MS)'],
      run.outcomes.map((o) => [fullName(o), o.outcome, messageOf(o), String(Math.round(o.runTimeMs))]),
    ),
  );
  if (withCoverage) {
    parts.push(heading('Apex Code Coverage by Class'));
    const rows = run.coverage.map((c) => [c.name, `${c.percent}%`, ranges(c.uncovered)]);
    parts.push(table(['CLASSES', 'PERCENT', 'UNCOVERED LINES'], rows));
    parts.push(`Org Wide Coverage: ${overallPercent(run.coverage)}%`);
  }
  return parts.join('\n\n');
}

function fullName(outcome: TestOutcome): string {
  return `${outcome.className}.${outcome.methodName}`;
}

function messageOf(outcome: TestOutcome): string {
  return outcome.message === null ? '' : `${outcome.message}\n${outcome.stackTrace ?? ''}`;
}

/** `3,7-9` */
export function ranges(lines: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const from = lines[i]!;
    while (i + 1 < lines.length && lines[i + 1] === lines[i]! + 1) i++;
    const to = lines[i]!;
    parts.push(from === to ? String(from) : `${from}-${to}`);
  }
  return parts.join(',');
}

function heading(text: string): string {
  return `=== ${text}`;
}

/** Columns as wide as their widest line; a cell may have several lines. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => row.map((cell) => cell.split('\n')));
  const widths = head.map((title, i) =>
    Math.max(title.length, ...lines.flatMap((row) => (row[i] ?? ['']).map((l) => l.length))),
  );
  const render = (cells: readonly string[]): string =>
    cells
      .map((c, i) => c.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const out = [render(head), render(widths.map((w) => '─'.repeat(w)))];
  for (const row of lines) {
    const height = Math.max(1, ...row.map((cell) => cell.length));
    for (let i = 0; i < height; i++) out.push(render(row.map((cell) => cell[i] ?? '')));
  }
  return out.join('\n');
}

/** The object of `sf apex run test --result-format json`. */
export function jsonReport(run: TestRun): unknown {
  const { passed, failed, ran } = countsOf(run);
  return {
    status: failed === 0 ? 0 : 100,
    result: {
      summary: {
        outcome: failed === 0 ? 'Passed' : 'Failed',
        testsRan: ran,
        passing: passed,
        failing: failed,
        skipped: 0,
        passRate: rate(passed, ran),
        failRate: rate(failed, ran),
        testStartTime: run.startedAt.toISOString(),
        testSetupTimeInMs: Math.round(run.setupTimeMs),
        testExecutionTime: ms(run.executionTimeMs),
        testTotalTime: ms(run.setupTimeMs + run.executionTimeMs),
        orgWideCoverage: `${overallPercent(run.coverage)}%`,
      },
      tests: run.outcomes.map((o) => ({
        ApexClass: { Name: o.className },
        MethodName: o.methodName,
        FullName: fullName(o),
        Outcome: o.outcome,
        Message: o.message,
        StackTrace: o.stackTrace,
        RunTime: Math.round(o.runTimeMs),
      })),
      coverage: {
        coverage: run.coverage.map(coverageRow),
        summary: { orgWideCoverage: `${overallPercent(run.coverage)}%` },
      },
    },
  };
}

function coverageRow(c: ClassCoverage): unknown {
  return {
    name: c.name,
    totalLines: c.totalLines,
    totalCovered: c.covered.length,
    coveredPercent: c.percent,
    lines: Object.fromEntries([...c.covered.map((l) => [l, 1] as const), ...c.uncovered.map((l) => [l, 0] as const)]),
  };
}
