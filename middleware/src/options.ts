import { LogController } from 'fastify';
import type { FastifyServerOptions } from 'fastify';
import type { DestinationStream } from 'pino';
import { describeError } from './common/loop.ts';
import type { Settings } from './environment.ts';

/** A sender has this long for its whole request; milliseconds. */
const REQUEST_TIMEOUT = 30_000;

/**
 * The storage is opened and migrated while the application loads: on a busy machine the first start of PGlite took over
 * Fastify's 10 seconds; milliseconds.
 */
const PLUGIN_TIMEOUT = 120_000;

/**
 * The options of the Fastify instance, for the server and for tests alike, so that both validate and log the same.
 *
 * @param stream where log lines go; standard output when left out
 */
export function serverOptions(settings: Settings, stream?: DestinationStream): FastifyServerOptions {
  return {
    logger: {
      level: settings.logLevel,
      // Whole requests, answers and errors never reach a line: only what is named here and in the calls.
      serializers: {
        err: (error: unknown) => describeError(error) as never,
        req: (request) => ({ method: request.method }),
        res: (reply) => ({ statusCode: reply.statusCode }),
      },
      ...(stream === undefined ? {} : { stream }),
    },
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: settings.trustProxy,
    bodyLimit: settings.maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT,
    pluginTimeout: PLUGIN_TIMEOUT,
    routerOptions: { maxParamLength: 300 },
    ajv: {
      customOptions: {
        // A response is stored as it was sent: nothing is coerced or silently taken out.
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: true,
        allErrors: false,
      },
    },
  };
}
