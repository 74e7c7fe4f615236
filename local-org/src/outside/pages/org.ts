import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { browserSession } from '../cookies.ts';
import type { Environment } from '../environment.ts';
import { field } from '../form.ts';
import { apiErrorOf } from '../rest/api-error.ts';
import { ApiCall } from '../rest/call.ts';
import { html, page, type Html } from './html.ts';
import { objectsBody, recordBody, recordsBody } from './records.ts';
import { sendPage } from './send.ts';
import { permissionSetsBody, usersBody } from './access.ts';

interface Visit {
  call: ApiCall;
  request: FastifyRequest;
}

/** The org's own pages, for people who have logged in. */
export function orgPages(app: FastifyInstance, env: Environment): void {
  const show = (path: string, title: (visit: Visit) => string, body: (visit: Visit) => Html | Promise<Html>) => {
    app.get(path, async (request, reply) => {
      const session = browserSession(env, request);
      if (session === null) return reply.redirect('/login', 302);
      const org = await env.org();
      const user = org.user(session.session.userId);
      if (user === null) return reply.redirect('/login', 302);
      const visit: Visit = { call: new ApiCall(org, user.id, 'v65.0'), request };
      const site = siteName(env);
      try {
        const text = page({ title: title(visit), site, user: user.name, body: await body(visit) });
        return sendPage(reply, 200, text);
      } catch (error) {
        const known = apiErrorOf(error);
        if (known === null) throw error;
        const message = html`<p class="error" role="alert">${known.message}</p>`;
        return sendPage(reply, known.status, page({ title: 'Not available', site, user: user.name, body: message }));
      }
    });
  };
  const param = (visit: Visit, name: string): string => field(visit.request.params, name);

  show(
    '/',
    () => 'Home',
    (visit) => homeBody(env, visit.call),
  );
  show(
    '/objects',
    () => 'Objects',
    (visit) => objectsBody(visit.call),
  );
  show(
    '/objects/:name',
    (v) => labelOf(v.call, param(v, 'name')),
    (v) => recordsBody(v.call, param(v, 'name')),
  );
  show(
    '/objects/:name/:id',
    (v) => `${labelOf(v.call, param(v, 'name'), 'one')} ${param(v, 'id')}`,
    (v) => recordBody(v.call, param(v, 'name'), param(v, 'id')),
  );
  show(
    '/users',
    () => 'Users',
    (visit) => usersBody(visit.call),
  );
  show(
    '/permission-sets',
    () => 'Permission sets',
    (visit) => permissionSetsBody(visit.call),
  );
  show(
    '/requests',
    () => 'Last requests',
    () => requestsBody(env),
  );

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

function labelOf(call: ApiCall, name: string, form: 'one' | 'many' = 'many'): string {
  const object = call.org.schema.object(name);
  return object === null ? name : form === 'one' ? object.label : object.labelPlural;
}

function homeBody(env: Environment, call: ApiCall): Html {
  const facts: [string, string | number][] = [
    ['Organization', env.organization.name],
    ['Organization ID', env.organization.id],
    ['Kind', env.kind],
    ['API requests in the last 24 hours', `${env.usage.used()} of ${env.usage.allowance}`],
    ['Login host', env.loginUrl],
    ['Objects', call.org.schema.all().length],
  ];
  return html`<table>
      <caption>
        About this org
      </caption>
      <tbody>
        ${facts.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <h2>Look at</h2>
    <ul>
      <li><a href="/objects">Objects and their records</a></li>
      <li><a href="/users">Users</a></li>
      <li><a href="/permission-sets">Permission sets</a></li>
      <li><a href="/requests">Last API requests</a></li>
    </ul>`;
}

function requestsBody(env: Environment): Html {
  const rows = env.requests.entries();
  if (rows.length === 0) return html`<p>No API request so far.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Last requests">
    <table>
      <caption>
        The last ${rows.length} API requests, newest first
      </caption>
      <thead>
        <tr>
          ${['Time', 'User', 'Request', 'Status', 'Milliseconds'].map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <td>${new Date(row.at).toISOString()}</td>
              <td>${row.username ?? '-'}</td>
              <td>${row.method} ${row.path}</td>
              <td>${row.status}</td>
              <td>${row.milliseconds.toFixed(1)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
