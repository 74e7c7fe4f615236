export interface Page {
  status: number;
  text: string;
  location: string | null;
  headers: Headers;
}

/** A browser that keeps cookies by host and does not follow redirects. */
export class Browser {
  readonly #cookies = new Map<string, string>();

  get(url: string): Promise<Page> {
    return this.#send(url, { method: 'GET' });
  }

  post(url: string, fields: Record<string, string>): Promise<Page> {
    return this.#send(url, { method: 'POST', body: new URLSearchParams(fields) });
  }

  async #send(url: string, init: RequestInit): Promise<Page> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return {
      status: response.status,
      text: await response.text(),
      location: response.headers.get('location'),
      headers: response.headers,
    };
  }
}

/** The form in the main part of a page: where it posts to and its hidden fields. */
export function formOf(page: string): { action: string; fields: Record<string, string> } {
  const main = page.slice(page.indexOf('<main'));
  const action = /<form method="post" action="([^"]*)"/.exec(main)?.[1];
  if (action === undefined) throw new Error(`The page has no form: ${page}`);
  const fields: Record<string, string> = {};
  for (const [, name = '', value = ''] of main.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    fields[name] = value;
  }
  return { action, fields };
}
