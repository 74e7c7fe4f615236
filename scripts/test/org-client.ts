import { createHash, randomBytes } from 'node:crypto';
import { Browser } from '../demo/browser.ts';

/** Reads the org through its REST API, signed in by OAuth as a tool of its administrator would be. */
export class OrgClient {
  readonly #instance: string;
  readonly #token: string;

  private constructor(instance: string, token: string) {
    this.#instance = instance;
    this.#token = token;
  }

  /** Signs in with the authorisation code flow and PKCE; the code is taken from the redirect to the middleware's address. */
  static async signIn(org: {
    loginUrl: string;
    clientId: string;
    clientSecret: string;
    middlewareUrl: string;
    admin: { username: string; password: string };
  }): Promise<OrgClient> {
    const verifier = randomBytes(32).toString('base64url');
    const redirect = `${org.middlewareUrl}/oauth/callback`;
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: org.clientId,
      redirect_uri: redirect,
      scope: 'api refresh_token',
      state: 'org-client',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const browser = new Browser({ stopAt: redirect });
    let page = await browser.open(`${org.loginUrl}/services/oauth2/authorize?${query.toString()}`);
    for (let i = 0; i < 4 && !page.url.startsWith(redirect); i++) {
      const form = page.forms.at(0);
      if (form === undefined) throw new Error(`No form on ${page.url}`);
      const allow = form.buttons.find((b) => /allow|approve/i.test(`${b.name} ${b.value}`));
      page = await browser.submit(
        form,
        form.names.includes('password') ? org.admin : allow === undefined ? {} : { [allow.name]: allow.value },
      );
    }
    const code = new URL(page.url).searchParams.get('code');
    if (code === null) throw new Error(`Signing in ended on ${page.url} without a code.`);
    const answer = await fetch(`${org.loginUrl}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        client_id: org.clientId,
        client_secret: org.clientSecret,
        redirect_uri: redirect,
        code_verifier: verifier,
      }),
    });
    if (!answer.ok) throw new Error(`The token request was answered ${answer.status}: ${await answer.text()}`);
    const token = (await answer.json()) as { instance_url: string; access_token: string };
    return new OrgClient(token.instance_url, token.access_token);
  }

  /** All rows of a query, page by page. */
  async query(soql: string): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    let next: string | null = `/services/data/v65.0/query?q=${encodeURIComponent(soql)}`;
    while (next !== null) {
      const answer: Response = await fetch(`${this.#instance}${next}`, {
        headers: { authorization: `Bearer ${this.#token}` },
      });
      if (!answer.ok) throw new Error(`${soql} was answered ${answer.status}: ${await answer.text()}`);
      const page = (await answer.json()) as { records: Record<string, unknown>[]; nextRecordsUrl?: string };
      rows.push(...page.records);
      next = page.nextRecordsUrl ?? null;
    }
    return rows;
  }
}
