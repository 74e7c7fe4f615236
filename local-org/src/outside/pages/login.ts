import { SCOPES } from '../definition.ts';
import { html, page, type Html } from './html.ts';

/** The login form. `action` is where it posts to; `fields` go along as hidden ones. */
export function loginPage(options: {
  site: string;
  action: string;
  fields: Readonly<Record<string, string>>;
  username: string;
  failed: boolean;
}): string {
  const body = html`
    ${
      options.failed &&
      html`<p class="error" role="alert" id="login-error">
        Please check your username and password. If you still can't log in, contact your Salesforce administrator.
      </p>`
    }
    <form method="post" action="${options.action}">
      ${hidden(options.fields)}
      <label for="username">Username</label>
      <input
        id="username"
        name="username"
        type="text"
        autocomplete="username"
        required
        value="${options.username}"
        ${options.failed && html`aria-describedby="login-error"`}
      />
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required />
      <button type="submit" name="Login" value="Log In">Log In</button>
    </form>
  `;
  return page({ title: 'Log in', site: options.site, body, narrow: true });
}

/** The page that asks whether a client may have access. */
export function approvePage(options: {
  site: string;
  client: string;
  username: string;
  scopes: readonly string[];
  action: string;
  fields: Readonly<Record<string, string>>;
}): string {
  const wishes = [...new Set(options.scopes.map((scope) => SCOPES[scope] ?? scope))];
  const body = html`
    <p><strong>${options.client}</strong> is asking to:</p>
    <ul>
      ${wishes.map((wish) => html`<li>${wish}</li>`)}
    </ul>
    <p>Do you want to allow access for ${options.username}?</p>
    <form method="post" action="${options.action}">
      ${hidden(options.fields)}
      <p class="buttons">
        <button type="submit" name="save" value="allow">Allow</button>
        <button type="submit" name="save" value="deny" class="second">Deny</button>
      </p>
    </form>
  `;
  return page({ title: 'Allow access?', site: options.site, body, narrow: true });
}

/** A fault of the client that must not be sent to its redirect URI. */
export function oauthErrorPage(site: string, error: string, description: string): string {
  const body = html`<p>
      We can't authorize you because of an OAuth error. For more information, contact your Salesforce administrator.
    </p>
    <p class="error">error=${error}&amp;error_description=${description}</p>`;
  return page({ title: 'OAuth error', site, body, narrow: true });
}

function hidden(fields: Readonly<Record<string, string>>): Html[] {
  return Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);
}
