import { notFound } from '../rest/api-error.ts';
import type { StatementRecord, TransactionLog, TransactionRecord } from '../transactions/log.ts';
import { html, type Html } from './html.ts';
import { facts, plural, table } from './table.ts';

const time = (at: number): Html => {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(11, 23)}</time>`;
};

const ms = (milliseconds: number): string => `${milliseconds.toFixed(1)} ms`;

/** The last transactions, newest first. */
export function transactionsBody(log: TransactionLog): Html {
  const records = log.records();
  if (records.length === 0) {
    return html`<p>No API request has run a statement so far. Send one and load this page again.</p>`;
  }
  return table(
    'Last transactions',
    `The last ${plural(records.length, 'transaction')} of API requests, newest first`,
    [
      { head: 'Time (UTC)', cell: (r) => html`<a href="/transactions/${r.id}">${time(r.at)}</a>` },
      { head: 'Request', cell: (r) => r.entry, header: true },
      { head: 'User', cell: (r) => r.username },
      { head: 'End', cell: outcome },
      { head: 'SOQL', cell: (r) => count(r, 'SOQL'), number: true },
      { head: 'DML', cell: (r) => count(r, 'DML'), number: true },
      { head: 'Time taken', cell: (r) => ms(r.milliseconds), number: true },
    ],
    records,
  );
}

const count = (record: TransactionRecord, kind: StatementRecord['kind']): number =>
  record.statements.filter((statement) => statement.kind === kind).length;

const outcome = (record: TransactionRecord): Html =>
  record.outcome === 'committed' ? html`committed` : html`<span class="error">rolled back</span>`;

/** One transaction: statements, limits, debug log. */
export function transactionBody(log: TransactionLog, id: string): Html {
  const record = log.find(Number(id));
  if (record === null) throw notFound();
  const limits = record.limits.filter((limit) => limit.used > 0);
  return html`${facts([
      ['Request', record.entry],
      ['User', record.username],
      ['Began', new Date(record.at).toISOString()],
      ['Time taken', ms(record.milliseconds)],
      ['End', outcome(record)],
    ])}
    <h2>Statements</h2>
    ${
      record.statements.length === 0
        ? html`<p>None.</p>`
        : table(
            'Statements',
            `${plural(record.statements.length, 'statement')} in order${record.moreStatements > 0 ? `, and ${record.moreStatements} more` : ''}; those of triggers are indented`,
            [
              { head: 'After', cell: (s) => ms(s.startedMs), number: true },
              { head: 'Kind', cell: (s) => s.kind },
              { head: 'Statement', cell: statementText },
              { head: 'Rows', cell: (s) => s.rows ?? '', number: true },
              { head: 'Time', cell: (s) => ms(s.milliseconds), number: true },
            ],
            record.statements,
          )
    }
    <h2>Limits</h2>
    ${
      limits.length === 0
        ? html`<p>None was used.</p>`
        : table(
            'Limits',
            'Used of what the transaction may use',
            [
              { head: 'Limit', cell: (l) => words(l.name), header: true },
              { head: 'Used', cell: (l) => l.used.toLocaleString('en'), number: true },
              { head: 'Maximum', cell: (l) => l.maximum.toLocaleString('en'), number: true },
              {
                head: 'Share',
                cell: (l) =>
                  html`<meter
                    min="0"
                    max="${l.maximum}"
                    high="${l.maximum * 0.8}"
                    value="${l.used}"
                    aria-label="${words(l.name)}"
                  ></meter>`,
              },
            ],
            limits,
          )
    }
    <h2>Debug log</h2>
    ${
      record.log.length === 0
        ? html`<p>Empty.</p>`
        : html`<pre class="log" tabindex="0" role="region" aria-label="Debug log">${record.log.join('\n')}</pre>`
    }
    ${record.moreLines > 0 ? html`<p>and ${record.moreLines} more lines</p>` : null}
    <p><a href="/transactions">All transactions</a></p>`;
}

function statementText(statement: StatementRecord): Html {
  const failure = statement.failure === null ? null : html`<div class="error">${statement.failure}</div>`;
  return html`<code class="depth-${Math.min(statement.depth, 4)}">${statement.text}</code>${failure}`;
}

/** `queryRows` as `Query rows` */
function words(name: string): string {
  const text = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1).replace('cpu', 'CPU');
}
