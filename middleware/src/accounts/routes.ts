import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ProblemError } from '../common/problem.ts';
import { NullableText, NullableTime, problems, RowId, Time } from '../common/schemas.ts';
import { budgetOf } from '../delivery/budget.ts';
import type { ConfigurationRepository } from '../configuration/repository.ts';
import { authenticateApiKey, workspaceOf } from '../workspaces/authenticate.ts';
import type { WorkspaceRepository } from '../workspaces/repository.ts';
import type { AccountRepository } from './repository.ts';

export interface AccountRoutesOptions {
  workspaces: WorkspaceRepository;
  accounts: AccountRepository;
  configurations: ConfigurationRepository;
  apiShare: number;
}

const Account = Type.Object({
  id: Type.String(),
  organizationId: Type.String(),
  organizationName: NullableText,
  environment: Type.Union([Type.Literal('production'), Type.Literal('sandbox')]),
  state: Type.Union([Type.Literal('connected'), Type.Literal('reconnect_required'), Type.Literal('disconnected')]),
  stateReason: NullableText,
  instanceUrl: Type.String(),
  username: Type.String(),
  connectedAt: Time,
  pausedUntil: NullableTime,
  pauseReason: NullableText,
  breaker: Type.Object(
    { state: Type.String({ description: 'closed, open, recovering' }), until: NullableTime },
    { description: 'Open while the org is away' },
  ),
  apiUsage: Type.Object(
    {
      callsLastDay: Type.Integer({ description: 'Calls of this account' }),
      budget: Type.Union([Type.Integer(), Type.Null()], { description: 'Calls a day that it may make' }),
      used: Type.Union([Type.Integer(), Type.Null()], { description: 'Calls of everyone in the org' }),
      limit: Type.Union([Type.Integer(), Type.Null()], { description: 'The org’s daily limit' }),
      share: Type.Integer({ description: 'Percent of the limit that this account may use' }),
    },
    { description: 'Daily API calls' },
  ),
  configVersion: NullableText,
  configurationFetchedAt: NullableTime,
  configurationError: NullableText,
  connections: Type.Array(
    Type.Object({
      name: Type.String(),
      label: Type.String(),
      active: Type.Boolean(),
      surveyId: Type.String(),
      object: Type.String(),
    }),
  ),
});

/** The connected orgs of a workspace, for programs. */
export const accountRoutes: FastifyPluginAsyncTypebox<AccountRoutesOptions> = async (app, options) => {
  app.addHook('onRequest', async (request) => {
    request.workspace = await authenticateApiKey(options.workspaces, request);
  });

  app.get(
    '/v1/accounts',
    {
      schema: {
        operationId: 'listAccounts',
        summary: 'Connected Salesforce orgs',
        tags: ['Accounts'],
        security: [{ apiKey: [] }],
        response: { 200: Type.Object({ items: Type.Array(Account) }), ...problems(401, 429) },
      },
    },
    async (request) => {
      const accounts = await options.accounts.list(workspaceOf(request).id);
      const items = await Promise.all(
        accounts.map(async (account) => {
          const calls = await options.accounts.callsOfLastDay(account.id);
          const share = account.apiShare ?? options.apiShare;
          const use = { calls, used: account.apiUsed, limit: account.apiLimit, share };
          const configuration = await options.configurations.find(account.id);
          return {
            id: String(account.id),
            organizationId: account.organizationId,
            organizationName: account.organizationName,
            environment: account.environment,
            state: account.state,
            stateReason: account.stateReason,
            instanceUrl: account.instanceUrl,
            username: account.username,
            connectedAt: account.connectedAt.toISOString(),
            pausedUntil: account.pausedUntil?.toISOString() ?? null,
            pauseReason: account.pauseReason,
            breaker: { state: account.breaker, until: account.breakerUntil?.toISOString() ?? null },
            apiUsage: {
              callsLastDay: calls,
              budget: budgetOf(use).calls,
              used: use.used,
              limit: use.limit,
              share,
            },
            configVersion: account.configVersion,
            configurationFetchedAt: account.configurationFetchedAt?.toISOString() ?? null,
            configurationError: account.configurationError,
            connections: (configuration?.connections ?? []).map(({ name, label, active, surveyId, object }) => ({
              name,
              label: label ?? name,
              active,
              surveyId,
              object,
            })),
          };
        }),
      );
      return { items };
    },
  );

  app.put(
    '/v1/accounts/:id/api-budget',
    {
      schema: {
        operationId: 'setApiBudget',
        summary: 'Sets the share of the org’s daily API limit that an account may use; null takes the installation’s',
        tags: ['Accounts'],
        security: [{ apiKey: [] }],
        params: Type.Object({ id: RowId }),
        body: Type.Object(
          { percent: Type.Union([Type.Integer({ minimum: 1, maximum: 100 }), Type.Null()]) },
          { additionalProperties: false },
        ),
        response: { 204: Type.Null(), ...problems(400, 401, 404, 429) },
      },
    },
    async (request, reply) => {
      const { percent } = request.body;
      if (!(await options.accounts.setApiShare(workspaceOf(request).id, Number(request.params.id), percent)))
        throw new ProblemError(404, 'account_not_found', 'There is no such account.');
      return reply.code(204).send(null);
    },
  );
};
