import type { DeliveryError, DeliveryRow } from '../delivery/repository.ts';
import { DELIVERY_STATES, REPLAYABLE } from '../delivery/states.ts';
import type { DeliveryState } from '../delivery/states.ts';
import type { DroppedField } from '../salesforce/contract.ts';
import type { SurveyFeed } from '../surveys/repository.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

const STATES: Record<DeliveryState, { label: string; style: string }> = {
  pending: { label: 'Waiting', style: 'neutral' },
  delivering: { label: 'On its way', style: 'neutral' },
  synced: { label: 'Synced', style: 'good' },
  synced_with_fallback: { label: 'Synced, fields left out', style: 'warn' },
  skipped: { label: 'Skipped', style: 'neutral' },
  rejected: { label: 'Rejected', style: 'bad' },
  dead: { label: 'Dead', style: 'bad' },
};

/** What the filter form holds. */
export interface DeliveryQuery {
  state?: string | undefined;
  survey?: string | undefined;
  connection?: string | undefined;
  responseId?: string | undefined;
}

/** Deliveries, newest first, with the form that filters them. */
export function deliveriesView(rows: readonly DeliveryRow[], query: DeliveryQuery, next: string | undefined): Html {
  return html`<h1>Deliveries</h1>
    ${filterForm(query)}
    ${
      rows.length === 0
        ? html`<div class="card empty">
            <h2>Nothing here</h2>
            <p>No delivery matches. Each stored response makes one for every active connection of its survey.</p>
          </div>`
        : html`<div class="card scroll" tabindex="0" role="region" aria-label="Deliveries">
            <table>
              <thead>
                <tr>
                  <th scope="col">Response</th>
                  <th scope="col">Connection</th>
                  <th scope="col">State</th>
                  <th scope="col">Why</th>
                  <th scope="col">When</th>
                </tr>
              </thead>
              <tbody>
                ${rows.map(deliveryRow)}
              </tbody>
            </table>
          </div>`
    }
    ${next !== undefined && html`<p><a href="${next}">Older deliveries</a></p>`}`;
}

function filterForm(query: DeliveryQuery): Html {
  const text = (name: keyof DeliveryQuery, label: string): Html =>
    html`<div>
      <label for="${name}">${label}</label><input id="${name}" name="${name}" value="${query[name] ?? ''}" />
    </div>`;
  return html`<form class="card filters" method="get" action="/deliveries">
    <div>
      <label for="state">State</label>
      <select id="state" name="state">
        <option value="">All</option>
        ${DELIVERY_STATES.map((state) =>
          state === query.state
            ? html`<option value="${state}" selected>${STATES[state].label}</option>`
            : html`<option value="${state}">${STATES[state].label}</option>`,
        )}
      </select>
    </div>
    ${text('survey', 'Survey')} ${text('connection', 'Connection')} ${text('responseId', 'Response')}
    <button>Filter</button>
  </form>`;
}

function deliveryRow(row: DeliveryRow): Html {
  return html`<tr>
    <th scope="row"><a href="/deliveries/${row.id}">${row.responseId}</a><small>${row.surveyId}</small></th>
    <td>${row.connection}</td>
    <td>${badge(row.state)}</td>
    <td>
      ${
        why(row)?.message ??
        (row.state === 'synced_with_fallback' &&
          dropped(row)
            .map(({ field }) => field)
            .join(', '))
      }
    </td>
    <td>${when(row.updatedAt)}</td>
  </tr>`;
}

/** The whole story of one delivery. */
export function deliveryView(row: DeliveryRow, others: readonly DeliveryRow[], csrfToken: string): Html {
  const reason = why(row);
  const fields = dropped(row);
  const facts: [label: string, value: Html | string | null][] = [
    ['State', badge(row.state)],
    ['Outcome', row.outcome],
    ['Record', row.recordId],
    ['Why', reason === null ? null : html`${reason.message} <code>${reason.code}</code>`],
    ['Survey', row.surveyId],
    ['Connection', row.connection],
    ['Version', when(new Date(row.version))],
    ['Received', when(row.createdAt)],
    [
      'Sent',
      row.attempts === 0
        ? row.settledAt === null
          ? 'not yet'
          : 'never'
        : `${row.attempts === 1 ? 'once' : `${row.attempts} times`}, ${row.failures} counted as failed`,
    ],
    ['Next attempt', row.state === 'pending' ? when(row.availableAt) : null],
    ['Ended', row.settledAt === null ? null : when(row.settledAt)],
  ];
  return html`<p><a href="/deliveries">All deliveries</a></p>
    <h1>Response ${row.responseId}</h1>
    <div class="card">
      <dl>
        ${facts.map(
          ([label, value]) =>
            value !== null &&
            html`<div>
              <dt>${label}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>
      ${
        REPLAYABLE.includes(row.state) &&
        html`<form method="post" action="/deliveries/${row.id}/replay">
          <input type="hidden" name="_csrf" value="${csrfToken}" /><button class="primary">Send again</button>
        </form>`
      }
    </div>
    ${
      fields.length > 0 &&
      html`<div class="card">
        <h2>Fields that were left out</h2>
        <ul>
          ${fields.map((field) => html`<li><strong>${field.label ?? field.field}</strong> (${field.field}): ${field.message} <code>${field.code}</code></li>`)}
        </ul>
      </div>`
    }
    ${
      others.length > 0 &&
      html`<div class="card">
        <h2>Other deliveries of this response</h2>
        <ul>
          ${others.map((other) => html`<li><a href="/deliveries/${other.id}">${other.connection}, ${when(new Date(other.version))}</a> ${badge(other.state)}</li>`)}
        </ul>
      </div>`
    }`;
}

function badge(state: DeliveryState): Html {
  return html`<span class="badge ${STATES[state].style}">${STATES[state].label}</span>`;
}

function why(row: DeliveryRow): DeliveryError | null {
  const text = row.error ?? row.reason;
  return text === null ? null : (JSON.parse(text) as DeliveryError);
}

function dropped(row: DeliveryRow): DroppedField[] {
  return JSON.parse(row.droppedFields) as DroppedField[];
}

function when(time: Date): Html {
  return html`<time datetime="${time.toISOString()}">${time.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** The surveys of a workspace, how each is fed and where it goes. */
export function surveysView(surveys: readonly SurveyFeed[]): Html {
  return html`<h1>Surveys</h1>
    ${
      surveys.length === 0
        ? html`<div class="card empty">
            <h2>No survey yet</h2>
            <p>A survey appears with its first response, import or definition (<a href="/documentation">API</a>).</p>
          </div>`
        : html`<div class="card scroll" tabindex="0" role="region" aria-label="Surveys">
            <table>
              <thead>
                <tr>
                  <th scope="col">Survey</th>
                  <th scope="col">Questions</th>
                  <th scope="col">Fed by</th>
                  <th scope="col">Goes to</th>
                  <th scope="col">Last response</th>
                </tr>
              </thead>
              <tbody>
                ${surveys.map(surveyRow)}
              </tbody>
            </table>
          </div>`
    }`;
}

function surveyRow(survey: SurveyFeed): Html {
  const live = survey.responses - survey.imported;
  return html`<tr>
    <th scope="row">
      <a href="/deliveries?survey=${encodeURIComponent(survey.surveyId)}">${survey.label ?? survey.surveyId}</a
      ><small>${survey.surveyId}</small>
    </th>
    <td>${survey.questions ?? 'not registered'}</td>
    <td>
      ${live > 0 && html`${live} posted`}${live > 0 && survey.imported > 0 && ', '}${survey.imported > 0 && html`${survey.imported} imported`}
      ${survey.responses === 0 && 'nothing yet'}
    </td>
    <td>${survey.connections.length === 0 ? 'no active connection' : survey.connections.join(', ')}</td>
    <td>${survey.lastReceivedAt !== null && when(survey.lastReceivedAt)}</td>
  </tr>`;
}
