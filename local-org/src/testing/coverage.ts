import type { CompiledProgram } from '../apex/run/program.ts';

export interface ClassCoverage {
  /** class or trigger */
  name: string;
  totalLines: number;
  covered: number[];
  uncovered: number[];
  /** whole percent as Salesforce shows it */
  percent: number;
}

/** Executable lines of each class and trigger and whether they ran; test classes have none. */
export function coverageOf(program: CompiledProgram): ClassCoverage[] {
  return program.coverage
    .map(({ file, lines, hits }) => {
      const all = [...lines].sort((a, b) => a - b);
      const covered = all.filter((line) => hits[line] === 1);
      const uncovered = all.filter((line) => hits[line] !== 1);
      return {
        name: file.replace(/\.(cls|trigger)$/, ''),
        totalLines: all.length,
        covered,
        uncovered,
        percent: percentOf(covered.length, all.length),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function percentOf(covered: number, total: number): number {
  return total === 0 ? 100 : Math.floor((covered / total) * 100);
}

/** Percent over all classes together. */
export function overallPercent(coverage: readonly ClassCoverage[]): number {
  const total = coverage.reduce((sum, c) => sum + c.totalLines, 0);
  return percentOf(
    coverage.reduce((sum, c) => sum + c.covered.length, 0),
    total,
  );
}
