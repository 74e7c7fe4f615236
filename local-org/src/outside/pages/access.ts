import type { PermissionSetDefinition } from '../../schema/schema.ts';
import { runQuery, type QueryAnswer } from '../rest/query.ts';
import { QueryLocators } from '../rest/locators.ts';
import type { ApiCall } from '../rest/call.ts';
import { html, type Html } from './html.ts';

type Row = Record<string, unknown>;

function rowsOf(answer: QueryAnswer): Row[] {
  return answer.records.filter((record): record is Row => typeof record === 'object' && record !== null);
}

function text(row: Row, ...path: string[]): string {
  let value: unknown = row;
  for (const part of path) value = typeof value === 'object' && value !== null ? (value as Row)[part] : null;
  return typeof value === 'string' ? value : '';
}

/** Users with their profile and permission sets. */
export async function usersBody(call: ApiCall): Promise<Html> {
  const locators = new QueryLocators();
  const users = rowsOf(
    await runQuery(
      call,
      locators,
      'SELECT Id, Name, Username, Email, IsActive, Profile.Name FROM User ORDER BY Name',
      '',
    ),
  );
  const assignments = rowsOf(
    await runQuery(
      call,
      locators,
      'SELECT AssigneeId, PermissionSet.Label, PermissionSet.Name FROM PermissionSetAssignment WHERE PermissionSet.IsOwnedByProfile = false',
      '',
    ),
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Users">
    <table>
      <caption>
        ${users.length} users
      </caption>
      <thead>
        <tr>
          ${['Name', 'Username', 'E-mail', 'Profile', 'Permission sets', 'Active'].map((n) => html`<th scope="col">${n}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${users.map((user) => {
          const sets = assignments.filter((a) => a['AssigneeId'] === user['Id']);
          return html`<tr>
            <td><a href="/objects/User/${text(user, 'Id')}">${text(user, 'Name')}</a></td>
            <td>${text(user, 'Username')}</td>
            <td>${text(user, 'Email')}</td>
            <td>${text(user, 'Profile', 'Name')}</td>
            <td>${sets.map((set) => text(set, 'PermissionSet', 'Label')).join(', ')}</td>
            <td>${user['IsActive'] === true ? 'yes' : 'no'}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** What each permission set of the source grants. */
export function permissionSetsBody(call: ApiCall): Html {
  const sets = [...call.org.schema.permissionSets.values()];
  if (sets.length === 0) return html`<p>The source holds no permission set.</p>`;
  return html`${sets.map((set) => permissionSetSection(call, set))}`;
}

function permissionSetSection(call: ApiCall, set: PermissionSetDefinition): Html {
  const objectName = (key: string): string => call.org.schema.object(key)?.name ?? key;
  return html`<section>
    <h2>${set.label}</h2>
    <p>${set.name}${set.description === null ? '' : `: ${set.description}`}</p>
    <table>
      <caption>
        Objects
      </caption>
      <thead>
        <tr>
          ${['Object', 'Access', 'Fields to read', 'Fields to edit'].map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${[...set.objects].map(([key, access]) => {
          const fields = [...set.fields].filter(([name]) => name.startsWith(`${key}.`));
          const granted = (['create', 'read', 'edit', 'delete', 'viewAll', 'modifyAll'] as const).filter(
            (k) => access[k],
          );
          return html`<tr>
            <th scope="row">${objectName(key)}</th>
            <td>${granted.join(', ')}</td>
            <td>${fields.filter(([, f]) => f.read).length}</td>
            <td>${fields.filter(([, f]) => f.edit).length}</td>
          </tr>`;
        })}
      </tbody>
    </table>
    <p>
      Apex classes: ${[...set.classes].join(', ') || 'none'}. Custom permissions:
      ${[...set.customPermissions].join(', ') || 'none'}. User permissions:
      ${[...set.userPermissions].join(', ') || 'none'}.
    </p>
  </section>`;
}
