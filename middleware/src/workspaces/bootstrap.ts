import { randomBytes } from 'node:crypto';
import type { WorkspaceRepository } from './repository.ts';

export const DEFAULT_WORKSPACE = 'default';

/** Credentials that were made now: shown once, never again. */
export interface NewCredentials {
  apiKey: string | undefined;
  webhookSecret: string | undefined;
}

/**
 * Makes the default workspace with an API key and a webhook secret at the first start. Credentials of the settings are
 * taken over at every start, so that a scripted installation knows them.
 */
export async function ensureDefaultWorkspace(
  workspaces: WorkspaceRepository,
  given: { apiKey: string | undefined; webhookSecret: string | undefined },
): Promise<NewCredentials> {
  await workspaces.create({ id: DEFAULT_WORKSPACE, name: 'Default workspace' });
  const made: NewCredentials = { apiKey: undefined, webhookSecret: undefined };
  if (given.apiKey !== undefined) {
    await workspaces.addApiKey(DEFAULT_WORKSPACE, given.apiKey);
  } else if (!(await workspaces.hasApiKey(DEFAULT_WORKSPACE))) {
    made.apiKey = `fbk_${randomBytes(24).toString('base64url')}`;
    await workspaces.addApiKey(DEFAULT_WORKSPACE, made.apiKey);
  }
  if (given.webhookSecret !== undefined) {
    await workspaces.setWebhookSecret(DEFAULT_WORKSPACE, 'environment', given.webhookSecret);
  } else if ((await workspaces.webhookSecrets(DEFAULT_WORKSPACE, new Date()))?.secrets.length === 0) {
    made.webhookSecret = `whsec_${randomBytes(24).toString('base64')}`;
    await workspaces.setWebhookSecret(DEFAULT_WORKSPACE, 'first', made.webhookSecret);
  }
  return made;
}
