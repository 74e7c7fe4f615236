import type { Account } from '../accounts/repository.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

/** A message above the content. */
export interface Notice {
  kind: 'success' | 'error';
  text: string;
}

interface PageOptions {
  title: string;
  content: Html;
  notice?: Notice | undefined;
  /** The token of the sign-out form; left out when nobody is signed in. */
  csrfToken?: string | undefined;
}

/** The frame of every page. */
export function page({ title, content, notice, csrfToken }: PageOptions): string {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Fieldbridge</title>
        <link rel="stylesheet" href="/assets/style.css" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header>
          <a class="brand" href="/accounts"><img src="/assets/icon.svg" alt="" width="28" height="28" />Fieldbridge</a>
          ${
            csrfToken !== undefined &&
            html`<nav aria-label="Main">
                <a href="/accounts">Accounts</a><a href="/surveys">Surveys</a><a href="/deliveries">Deliveries</a
                ><a href="/documentation">API</a>
              </nav>
              <form method="post" action="/logout">
                <input type="hidden" name="_csrf" value="${csrfToken}" /><button class="quiet">Sign out</button>
              </form>`
          }
        </header>
        <main id="main">
          ${notice && html`<p class="notice ${notice.kind}" role="${notice.kind === 'error' ? 'alert' : 'status'}">${notice.text}</p>`}
          ${content}
        </main>
      </body>
    </html>`;
  return document.markup;
}

/** The sign-in form. */
export function loginView(csrfToken: string): Html {
  return html`<div class="card narrow">
    <h1>Sign in</h1>
    <p>Use an API key of your workspace. The first one was printed when the middleware started for the first time.</p>
    <form method="post" action="/login">
      <input type="hidden" name="_csrf" value="${csrfToken}" />
      <label for="apiKey">API key</label>
      <input id="apiKey" name="apiKey" type="password" autocomplete="current-password" required autofocus />
      <button class="primary">Sign in</button>
    </form>
  </div>`;
}

const STATES: Record<Account['state'], { label: string; style: string }> = {
  connected: { label: 'Connected', style: 'good' },
  reconnect_required: { label: 'Reconnect required', style: 'bad' },
  disconnected: { label: 'Disconnected', style: 'neutral' },
};

/** The accounts with their states, and the form that connects another. */
export function accountsView(accounts: readonly Account[], csrfToken: string, canConnect: boolean, now: Date): Html {
  return html`<h1>Salesforce accounts</h1>
    ${accounts.length === 0 ? emptyState() : accountTable(accounts, csrfToken, now)}
    ${connectForm(csrfToken, canConnect)}`;
}

function emptyState(): Html {
  return html`<div class="card empty">
    <h2>No account yet</h2>
    <p>
      Connect the Salesforce org in which the Fieldbridge package is installed. Responses that arrive before are kept
      and delivered then.
    </p>
  </div>`;
}

function accountTable(accounts: readonly Account[], csrfToken: string, now: Date): Html {
  return html`<div class="card scroll" tabindex="0" role="region" aria-label="Accounts">
    <table>
      <thead>
        <tr>
          <th scope="col">Org</th>
          <th scope="col">Environment</th>
          <th scope="col">State</th>
          <th scope="col">Connected</th>
          <th scope="col"><span class="hidden">Actions</span></th>
        </tr>
      </thead>
      <tbody>
        ${accounts.map((account) => accountRow(account, csrfToken, now))}
      </tbody>
    </table>
  </div>`;
}

function accountRow(account: Account, csrfToken: string, now: Date): Html {
  const state = STATES[account.state];
  const paused = account.pausedUntil !== null && account.pausedUntil > now;
  return html`<tr>
    <th scope="row">
      ${account.organizationName ?? account.organizationId}<small
        >${account.organizationId} · ${new URL(account.instanceUrl).host}</small
      ><small>as ${account.username}</small>
    </th>
    <td>${account.environment === 'sandbox' ? 'Sandbox' : 'Production'}</td>
    <td>
      <span class="badge ${state.style}">${state.label}</span>
      ${paused && account.state === 'connected' && html`<span class="badge warn">Paused</span><small>${account.pauseReason}</small>`}
      ${account.breaker !== 'closed' && account.state === 'connected' && html`<span class="badge warn">${account.breaker === 'open' ? 'Org away' : 'Recovering'}</span>`}
      ${account.state === 'reconnect_required' && html`<small>${account.stateReason}</small>`}
      ${account.state === 'connected' && account.configurationError && html`<small>Configuration: ${account.configurationError}</small>`}
    </td>
    <td>
      <time datetime="${account.connectedAt.toISOString()}"
        >${account.connectedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC</time
      >
    </td>
    <td class="actions">
      ${
        account.state !== 'connected' &&
        html`<form method="post" action="/accounts/connect">
          <input type="hidden" name="_csrf" value="${csrfToken}" />
          ${account.environment === 'sandbox' && html`<input type="hidden" name="sandbox" value="on" />`}
          <button>Reconnect<span class="hidden"> ${account.organizationId}</span></button>
        </form>`
      }
      ${
        account.state !== 'disconnected' &&
        html`<form method="post" action="/accounts/${account.id}/disconnect">
          <input type="hidden" name="_csrf" value="${csrfToken}" />
          <button class="quiet">Disconnect<span class="hidden"> ${account.organizationId}</span></button>
        </form>`
      }
    </td>
  </tr>`;
}

/** The form that starts the OAuth flow. */
export function connectForm(csrfToken: string, canConnect: boolean): Html {
  return html`<div class="card">
    <h2>Connect an account</h2>
    ${
      canConnect
        ? html`<form method="post" action="/accounts/connect">
            <input type="hidden" name="_csrf" value="${csrfToken}" />
            <p>You sign in at Salesforce and allow access there; the password never comes here.</p>
            <div class="check">
              <input type="checkbox" id="sandbox" name="sandbox" value="on" aria-describedby="sandbox-help" />
              <label for="sandbox">Use sandbox environment</label>
            </div>
            <p id="sandbox-help" class="help">Signs in at the sandbox login page instead of the production one.</p>
            <button class="primary">Connect</button>
          </form>`
        : html`<p>
            Set <code>SALESFORCE_CLIENT_ID</code> to the consumer key of your External Client App and start again.
          </p>`
    }
  </div>`;
}

/** A page that only says what went wrong. */
export function errorView(title: string, text: string): Html {
  return html`<div class="card narrow">
    <h1>${title}</h1>
    <p>${text}</p>
    <p><a href="/accounts">Back to the accounts</a></p>
  </div>`;
}
