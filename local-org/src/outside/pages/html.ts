/** A piece of HTML that is safe to put into a page. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return String(value).replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

/** Template tag: every inserted text is escaped; pieces made by this tag, and lists of them, go in as they are. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(strings.reduce((text, part, i) => text + render(values[i - 1]) + part));
}

export interface PageOptions {
  title: string;
  /** shown in the page's head line: org name, or the login host */
  site: string;
  body: Html;
  /** name of the person who is signed in; gives the navigation */
  user?: string;
  narrow?: boolean;
  /** path of the page, to mark its place in the navigation */
  path?: string;
}

const NAVIGATION = [
  ['/', 'Home'],
  ['/objects', 'Records'],
  ['/setup', 'Setup'],
  ['/transactions', 'Transactions'],
  ['/requests', 'Requests'],
] as const;

const IN_SETUP = ['/users', '/permission-sets'];

function current(path: string | undefined, entry: string): Html | null {
  if (path === undefined) return null;
  const place = IN_SETUP.some((page) => path.startsWith(page)) ? '/setup' : path;
  const here = entry === '/' ? place === '/' : place === entry || place.startsWith(`${entry}/`);
  return here ? html` aria-current="page"` : null;
}

/** A whole page: language, landmarks, a skip link, one h1. */
export function page(options: PageOptions): string {
  const navigation =
    options.user === undefined
      ? null
      : html`<nav aria-label="Org">
          ${NAVIGATION.map(([path, name]) => html`<a href="${path}" ${current(options.path, path)}>${name}</a> `)}
          <form method="post" action="/logout"><button class="link">Log out ${options.user}</button></form>
        </nav>`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${options.title} | ${options.site}</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header><strong>${options.site}</strong>${navigation}</header>
        <main id="main" class="${options.narrow === true ? 'narrow' : ''}">
          <h1>${options.title}</h1>
          ${options.body}
        </main>
        <footer>A local model of a Salesforce org. Not Salesforce, and no data leaves this machine.</footer>
      </body>
    </html> `.text;
}

/** The one style sheet of all pages. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #181818; --soft: #5a5a5a; --line: #c9c9c9; --page: #f3f3f3; --card: #fff; --brand: #014486; --on-brand: #fff; --bad: #aa1100; }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --soft: #b5b5b5; --line: #555; --page: #16191d; --card: #22262b; --brand: #7cb7f5; --on-brand: #10141a; --bad: #ff9b8a; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; align-items: center; padding: 0.75rem 1.5rem; background: var(--card); border-bottom: 3px solid var(--brand); }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; align-items: center; }
nav { flex: 1; } nav form { margin: 0 0 0 auto; }
main { max-width: 72rem; margin: 1.5rem auto; padding: 1rem 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
main.narrow { max-width: 26rem; }
footer { text-align: center; color: var(--soft); padding: 1rem; font-size: 0.875rem; }
h1 { margin-top: 0; font-size: 1.5rem; } h2 { font-size: 1.15rem; }
a { color: var(--brand); }
.skip { position: absolute; left: -999rem; } .skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.5rem; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
th { white-space: nowrap; } th[scope=row] { white-space: normal; font-weight: 600; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tbody tr:hover { background: var(--page); }
nav a[aria-current] { font-weight: 700; text-decoration: none; border-bottom: 3px solid var(--brand); }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre.log { background: var(--page); padding: 0.75rem; border: 1px solid var(--line); border-radius: 4px; overflow: auto; max-height: 30rem; white-space: pre-wrap; }
.depth-1 { padding-left: 1.5rem; display: block; } .depth-2 { padding-left: 3rem; display: block; } .depth-3, .depth-4 { padding-left: 4.5rem; display: block; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 0.75rem 1.5rem; margin: 0 0 1.5rem; }
.facts dt { color: var(--soft); font-size: 0.875rem; } .facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.cards { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 0.75rem; }
.cards li { border: 1px solid var(--line); border-radius: 6px; padding: 0.75rem 1rem; }
.fields th { width: 16rem; white-space: normal; font-weight: 400; color: var(--soft); }
.fields td { white-space: pre-wrap; } .fields small { color: var(--soft); display: block; }
summary { cursor: pointer; color: var(--brand); padding: 0.5rem 0; }
.empty { color: var(--soft); }
meter { width: 8rem; height: 1rem; }
@media (max-width: 40rem) { main { margin: 0; border: 0; border-radius: 0; } header { padding: 0.75rem 1rem; } }
label { display: block; font-weight: 600; margin-top: 1rem; }
input { width: 100%; font: inherit; padding: 0.5rem; border: 1px solid var(--soft); border-radius: 4px; color: inherit; background: var(--page); }
button { font: inherit; padding: 0.5rem 1.25rem; margin-top: 1rem; border: 1px solid var(--brand); border-radius: 4px; background: var(--brand); color: var(--on-brand); cursor: pointer; }
button.second { background: transparent; color: var(--brand); }
button.link { all: unset; color: var(--brand); text-decoration: underline; cursor: pointer; }
a:focus-visible, button:focus-visible, input:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
.error { color: var(--bad); font-weight: 600; }
.buttons { display: flex; gap: 1rem; }
`;
