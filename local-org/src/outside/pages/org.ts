import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { browserSession } from '../cookies.ts';
import type { Environment } from '../environment.ts';
import { field } from '../form.ts';
import { apiErrorOf } from '../rest/api-error.ts';
import { ApiCall } from '../rest/call.ts';
import { html, page, type Html } from './html.ts';
import { objectsBody, recordContent, recordsBody, type Content } from './records.ts';
import { sendPage } from './send.ts';
import { permissionSetsBody, usersBody } from './access.ts';
import { setupApexBody, setupBody, setupObjectBody } from './setup.ts';
import { facts, plural, table } from './table.ts';
import { transactionBody, transactionsBody } from './transactions.ts';

interface Visit {
  call: ApiCall;
  /** a part of the path */
  param: (name: string) => string;
}

/** The org's own pages, for people who have logged in. */
export function orgPages(app: FastifyInstance, env: Environment): void {
  const show = (path: string, content: (visit: Visit) => Content | Promise<Content>) => {
    app.get(path, async (request, reply) => {
      const session = browserSession(env, request);
      if (session === null) return reply.redirect('/login', 302);
      const org = await env.org();
      const user = org.user(session.session.userId);
      if (user === null) return reply.redirect('/login', 302);
      const head = { site: siteName(env), user: user.name, path: request.url.split('?')[0] ?? '/' };
      try {
        const visit = {
          call: new ApiCall(org, user.id, 'v65.0'),
          param: (name: string) => field(request.params, name),
        };
        return sendPage(reply, 200, page({ ...head, ...(await content(visit)) }));
      } catch (error) {
        const known = apiErrorOf(error);
        if (known === null) throw error;
        const body = html`<p class="error" role="alert">${known.message}</p>`;
        return sendPage(reply, known.status, page({ ...head, title: 'Not available', body }));
      }
    });
  };
  show('/', ({ call }) => ({ title: 'Home', body: homeBody(env, call) }));
  show('/objects', async ({ call }) => ({ title: 'Records', body: await objectsBody(call) }));
  show('/objects/:name', async ({ call, param }) => {
    const name = param('name');
    return { title: call.schema.object(name)?.labelPlural ?? name, body: await recordsBody(call, name) };
  });
  show('/objects/:name/:id', ({ call, param }) => recordContent(call, param('name'), param('id')));
  show('/setup', async ({ call }) => ({ title: 'Setup', body: await setupBody(call) }));
  show('/setup/apex', async ({ call }) => ({ title: 'Apex classes and triggers', body: await setupApexBody(call) }));
  show('/setup/objects/:name', async ({ call, param }) => {
    const name = param('name');
    return { title: `Object: ${call.schema.object(name)?.label ?? name}`, body: await setupObjectBody(call, name) };
  });
  show('/users', async ({ call }) => ({ title: 'Users', body: await usersBody(call) }));
  show('/permission-sets', ({ call }) => ({ title: 'Permission sets', body: permissionSetsBody(call) }));
  show('/transactions', () => ({ title: 'Last transactions', body: transactionsBody(env.transactions) }));
  show('/transactions/:id', ({ param }) => ({
    title: `Transaction ${param('id')}`,
    body: transactionBody(env.transactions, param('id')),
  }));
  show('/requests', () => ({ title: 'Last requests', body: requestsBody(env) }));

  // record links as Salesforce has them
  const toRecord = async (request: FastifyRequest, reply: FastifyReply) => {
    const id = field(request.params, 'id');
    const object = (await env.org()).schema.objectByKeyPrefix(id.slice(0, 3));
    if (!/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(id) || object === null) return notFoundPage(env, reply);
    return reply.redirect(`/objects/${object.name}/${id}`, 302);
  };
  app.get('/:id', toRecord);
  app.get('/lightning/r/:name/:id/view', toRecord);
}

export function siteName(env: Environment): string {
  return env.kind === 'sandbox' ? `Sandbox: ${env.organization.name}` : env.organization.name;
}

export function notFoundPage(env: Environment, reply: FastifyReply): FastifyReply {
  const body = html`<p>There is no such page. <a href="/">Home</a></p>`;
  return sendPage(reply, 404, page({ title: 'Page not found', site: siteName(env), body }));
}

function homeBody(env: Environment, call: ApiCall): Html {
  const list: [string, string | number][] = [
    ['Organization', env.organization.name],
    ['Organization ID', env.organization.id],
    ['Kind', env.kind],
    ['API requests in the last 24 hours', `${env.usage.used()} of ${env.usage.allowance}`],
    ['Login host', env.loginUrl],
  ];
  const { schema, store } = call.org;
  const filled = schema
    .all()
    .filter((o) => o.kind !== 'aggregate' && !o.setup && o.kind !== 'customMetadata')
    .map((object) => ({ object, count: store.table(object).rows.size }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  return html`${facts(list)}
    <h2>Look at</h2>
    <ul class="cards">
      <li><a href="/objects">Records</a> of every object, with their related lists</li>
      <li><a href="/setup">Setup</a>: objects and fields, users, permission sets, Apex</li>
      <li><a href="/transactions">Last transactions</a>: statements, limits, debug log</li>
      <li><a href="/requests">Last API requests</a></li>
    </ul>
    <h2>Data</h2>
    ${
      filled.length === 0
        ? html`<p class="empty">No records yet.</p>`
        : table(
            'Data',
            'Objects that hold records',
            [
              {
                head: 'Object',
                cell: ({ object }) => html`<a href="/objects/${object.name}">${object.labelPlural}</a>`,
                header: true,
              },
              { head: 'Records', cell: ({ count }) => count, number: true },
            ],
            filled,
          )
    }`;
}

function requestsBody(env: Environment): Html {
  const rows = env.requests.entries();
  if (rows.length === 0) return html`<p>No API request so far.</p>`;
  return table(
    'Last requests',
    `The last ${plural(rows.length, 'API request')}, newest first`,
    [
      { head: 'Time (UTC)', cell: (row) => new Date(row.at).toISOString().slice(11, 23) },
      { head: 'Request', cell: (row) => `${row.method} ${row.path}`, header: true },
      { head: 'User', cell: (row) => row.username ?? '-' },
      { head: 'Status', cell: (row) => row.status, number: true },
      { head: 'Time taken', cell: (row) => `${row.milliseconds.toFixed(1)} ms`, number: true },
    ],
    rows,
  );
}
