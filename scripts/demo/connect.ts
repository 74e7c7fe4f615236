import { Browser } from './browser.ts';
import type { Form, Page } from './browser.ts';

/** What the person types on the way from the middleware's page to the connected account. */
export interface Credentials {
  apiKey: string;
  username: string;
  password: string;
  sandbox: boolean;
}

/**
 * Connects an account as a person does: signs in to the middleware's pages with the API key, presses Connect, signs in
 * to Salesforce, allows access, and comes back. Rejects with the page that it did not understand.
 */
export async function connectAccount(middleware: string, credentials: Credentials): Promise<void> {
  const browser = new Browser();
  let page = await browser.open(`${middleware}/accounts`);
  const login = findForm(page, (form) => form.names.some((name) => /key/i.test(name)));
  const keyField = login.names.find((name) => /key/i.test(name)) ?? 'apiKey';
  page = await browser.submit(login, { [keyField]: credentials.apiKey });
  if (!page.url.includes('/accounts')) page = await browser.open(`${middleware}/accounts`);
  const connect = findForm(page, (form) => form.action.endsWith('/accounts/connect'));
  const sandboxField = connect.names.find((name) => /sandbox/i.test(name));
  if (sandboxField === undefined) throw new Error('The connect form has no sandbox choice.');
  page = await browser.submit(connect, {
    [sandboxField]: credentials.sandbox ? (connect.fields[sandboxField] ?? 'on') : null,
  });
  page = await browser.submit(
    findForm(page, (form) => form.names.includes('password')),
    { username: credentials.username, password: credentials.password },
  );
  const approve = page.forms.find((form) => !form.names.includes('password') && form.buttons.length > 0);
  if (approve !== undefined && !page.url.startsWith(middleware)) {
    const allow =
      approve.buttons.find((button) => /allow|approve|yes/i.test(`${button.name} ${button.value}`)) ??
      approve.buttons[0];
    page = await browser.submit(approve, allow === undefined ? {} : { [allow.name]: allow.value });
  }
  if (!page.url.startsWith(`${middleware}/accounts`)) {
    throw new Error(
      `Connecting the account ended on ${new URL(page.url).pathname} (HTTP ${page.status}): ${visibleText(page)}`,
    );
  }
}

function findForm(page: Page, matches: (form: Form) => boolean): Form {
  const form = page.forms.find(matches);
  if (form === undefined) {
    throw new Error(
      `The page ${new URL(page.url).pathname} (HTTP ${page.status}) has no such form: ${visibleText(page)}`,
    );
  }
  return form;
}

function visibleText(page: Page): string {
  return page.html
    .replace(/<(style|script)\b.*?<\/\1>/gis, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}
