import closeWithGrace from 'close-with-grace';
import Fastify from 'fastify';
import app from './app.ts';
import { readSettings } from './environment.ts';
import type { Settings } from './environment.ts';
import { serverOptions } from './options.ts';

/** Milliseconds for running batches to finish before the process ends all the same; leases cover what is cut. */
const GRACE = 75_000;

/** Ends the process with one sentence: a start that cannot succeed is no fault to debug. */
function refuseToStart(error: unknown): never {
  process.stderr.write(`Fieldbridge cannot start. ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    return refuseToStart(error);
  }
}

const settings = settingsOrExit();
const server = Fastify(serverOptions(settings));

closeWithGrace(
  {
    delay: GRACE,
    logger: {
      error: (...text: unknown[]) => {
        server.log.error(text.filter((part) => typeof part === 'string').join(' '));
      },
    },
  },
  async ({ signal, err }) => {
    if (err) server.log.fatal({ err }, 'unexpected error, stopping');
    else server.log.info({ signal }, 'stopping, running batches finish');
    await server.close();
  },
);

try {
  await server.register(app, { settings });
  await server.ready();
  const { apiKey, webhookSecret } = server.newCredentials;
  if (apiKey !== undefined) process.stdout.write(`API key (shown once): ${apiKey}\n`);
  if (webhookSecret !== undefined) process.stdout.write(`Webhook secret (shown once): ${webhookSecret}\n`);
  await server.listen({ host: settings.host, port: settings.port });
} catch (error) {
  refuseToStart(error);
}
