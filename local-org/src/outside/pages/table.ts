import { html, type Html, type HtmlValue } from './html.ts';

export interface Column<Row> {
  head: string;
  cell: (row: Row) => HtmlValue;
  /** numbers stand at the right */
  number?: boolean;
  /** the cell names the row */
  header?: boolean;
}

/** A table that scrolls by itself when it is wide; the keyboard reaches it then. */
export function table<Row>(
  label: string,
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((c) => html`<th scope="col" class="${c.number === true ? 'number' : ''}">${c.head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map((column) => cellOf(column, row))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function cellOf<Row>(column: Column<Row>, row: Row): Html {
  const value = column.cell(row);
  if (column.header === true) return html`<th scope="row">${value}</th>`;
  return html`<td class="${column.number === true ? 'number' : ''}">${value}</td>`;
}

/** Names and values, e.g. the facts of a page's head. */
export function facts(rows: readonly (readonly [string, HtmlValue])[]): Html {
  return html`<dl class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
