/** One row of the table of what became of each response. */
export interface Row {
  response: string;
  shows: string;
  connection: string;
  outcome: string;
  recordId: string;
  /** one line for each dropped field or the reason */
  notes: string[];
  /** null = as expected */
  unexpected: string | null;
}

const HEAD = ['Response', 'Connection', 'Outcome', 'Record', 'Left out, or why'] as const;

/**
 * Lays rows out as a text table that fits `width` columns; the last column wraps. `shows` stands as a line above the
 * rows of its response.
 */
export function renderTable(rows: readonly Row[], width: number): string {
  const cells = rows.map((row) => [row.response, row.connection, row.outcome, row.recordId] as const);
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(HEAD[column]?.length ?? 0, ...cells.map((cell) => cell[column]?.length ?? 0)),
  );
  const fixed = widths.reduce((sum, w) => sum + w + 2, 2);
  const rest = Math.max(30, width - fixed);
  const line = (values: readonly string[], note: string): string =>
    `  ${values.map((value, i) => value.padEnd(widths[i] ?? 0)).join('  ')}  ${note}`.trimEnd();
  const output = [
    line(HEAD.slice(0, 4), HEAD[4]),
    line(
      widths.map((w) => '─'.repeat(w)),
      '─'.repeat(Math.min(rest, 40)),
    ),
  ];
  let last = '';
  rows.forEach((row, i) => {
    if (row.shows !== last) output.push(`  · ${row.shows}`);
    last = row.shows;
    const notes = [...row.notes, ...(row.unexpected === null ? [] : [`UNEXPECTED: ${row.unexpected}`])];
    const lines = notes.flatMap((note) => wrap(note, rest));
    output.push(line(cells[i] ?? [], lines[0] ?? ''));
    for (const more of lines.slice(1)) output.push(line(['', '', '', ''], more));
  });
  return output.join('\n');
}

/** Breaks a text at spaces into lines of at most `width` characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** A progress bar such as `[██████····] 60% 150/250`. */
export function progressBar(done: number, total: number, width = 30): string {
  const filled = total === 0 ? width : Math.round((done / total) * width);
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  return `[${'█'.repeat(filled)}${'·'.repeat(width - filled)}] ${String(percent).padStart(3)}% ${done}/${total}`;
}
