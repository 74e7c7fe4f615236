import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import secureJson from 'secure-json-parse';
import { ProblemError } from '../common/problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes as they came: what the signature was made over. */
    rawBody: Buffer | null;
  }
}

/** Keeps the bytes of JSON bodies; they are parsed with `parseJson` once the sender is known. */
export function keepRawJson(app: FastifyInstance): void {
  app.decorateRequest('rawBody', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.rawBody = body as Buffer;
    done(null, body);
  });
}

/** @throws ProblemError 400 `empty_body`, `invalid_encoding`, `invalid_json` */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new ProblemError(400, 'empty_body', 'The body is empty.');
  if (!isUtf8(bytes)) throw new ProblemError(400, 'invalid_encoding', 'The body is not UTF-8.');
  try {
    return secureJson.parse(bytes.toString('utf8'), { protoAction: 'error', constructorAction: 'error' }) as unknown;
  } catch {
    // The parser's message quotes the body.
    throw new ProblemError(400, 'invalid_json', 'The body is not JSON, or has a key that is not allowed (__proto__).');
  }
}
