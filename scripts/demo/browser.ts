/** A page as far as a form filler needs it. */
export interface Page {
  url: string;
  status: number;
  html: string;
  forms: Form[];
}

export interface Form {
  action: string;
  method: 'GET' | 'POST';
  /** named fields with the values that the page gives them; checkboxes only when checked, buttons left out */
  fields: Record<string, string>;
  /** names of all fields, checkboxes and text fields included */
  names: string[];
  /** named submit buttons, in order */
  buttons: { name: string; value: string }[];
}

/**
 * A browser without JavaScript: cookies for each host and port, redirects, forms. The demo connects the account through
 * the same pages that a person would use.
 */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #stopAt: string | null;

  /** @param options.stopAt a redirect to an address that starts so is not followed: the page has that address and no text */
  constructor(options: { stopAt?: string } = {}) {
    this.#stopAt = options.stopAt ?? null;
  }

  async open(url: string): Promise<Page> {
    return this.#request(url, 'GET', null);
  }

  /** Sends a form with `values` laid over its own fields; null takes a field out. */
  async submit(form: Form, values: Record<string, string | null> = {}): Promise<Page> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...form.fields, ...values }))
      if (value !== null) body.set(name, value);
    if (form.method === 'POST') return this.#request(form.action, 'POST', body);
    const url = new URL(form.action);
    url.search = body.toString();
    return this.#request(url.toString(), 'GET', null);
  }

  async #request(url: string, method: 'GET' | 'POST', body: URLSearchParams | null): Promise<Page> {
    let at = url;
    let how = method;
    let sends = body;
    for (let hops = 0; hops < 15; hops++) {
      const origin = new URL(at).origin;
      const cookies = [...(this.#cookies.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(at, {
        method: how,
        body: sends,
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          ...(cookies === '' ? {} : { cookie: cookies }),
          ...(how === 'POST' ? { origin } : {}),
        },
      });
      this.#keepCookies(origin, response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel();
        at = new URL(location, at).toString();
        if (this.#stopAt !== null && at.startsWith(this.#stopAt))
          return { url: at, status: response.status, html: '', forms: [] };
        // 307 and 308 keep the method; after the others a browser goes on with GET.
        if (response.status !== 307 && response.status !== 308) {
          how = 'GET';
          sends = null;
        }
        continue;
      }
      const html = await response.text();
      return { url: at, status: response.status, html, forms: readForms(html, at) };
    }
    throw new Error(`Too many redirects from ${new URL(url).origin}.`);
  }

  #keepCookies(origin: string, lines: string[]): void {
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    for (const line of lines) {
      const match = /^([^=;]+)=([^;]*)/.exec(line);
      if (match?.[1] === undefined) continue;
      if (/;\s*max-age=0\b/i.test(line) || match[2] === '') jar.delete(match[1]);
      else jar.set(match[1], match[2] ?? '');
    }
    this.#cookies.set(origin, jar);
  }
}

/** The forms of a page. Enough HTML for server-rendered pages with quoted attributes. */
export function readForms(html: string, base: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)].map((match) => {
    const [, head = '', inside = ''] = match;
    const form: Form = {
      action: new URL(attribute(head, 'action') || base, base).toString(),
      method: attribute(head, 'method').toUpperCase() === 'POST' ? 'POST' : 'GET',
      fields: {},
      names: [],
      buttons: [],
    };
    for (const [, tag = '', attributes = ''] of inside.matchAll(/<(input|button)\b([^>]*)>/gi)) {
      const name = attribute(attributes, 'name');
      const type = attribute(attributes, 'type').toLowerCase() || (tag.toLowerCase() === 'button' ? 'submit' : 'text');
      if (name === '') continue;
      if (type === 'submit') form.buttons.push({ name, value: attribute(attributes, 'value') });
      else {
        form.names.push(name);
        if ((type !== 'checkbox' && type !== 'radio') || /\bchecked\b/i.test(attributes)) {
          form.fields[name] = attribute(attributes, 'value') || (type === 'checkbox' ? 'on' : '');
        }
      }
    }
    return form;
  });
}

function attribute(attributes: string, name: string): string {
  const value = new RegExp(`(?:^|\\s)${name}\\s*=\\s*"([^"]*)"`, 'i').exec(attributes)?.[1] ?? '';
  return value
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#x2F;', '/')
    .replaceAll('&#x3D;', '=')
    .replaceAll('&amp;', '&');
}
