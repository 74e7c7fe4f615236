// Writes docs/openapi.json from the schemas of the routes; with --check compares instead, and fails when it differs.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Fastify from 'fastify';
import app from '../app.ts';
import { readSettings } from '../environment.ts';
import { serverOptions } from '../options.ts';

const FILE = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'openapi.json');

/** The description of an app on an empty data folder. */
async function describe(): Promise<unknown> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fieldbridge-openapi-'));
  try {
    const settings = readSettings({
      DATA_DIR: folder,
      PUBLIC_URL: 'https://fieldbridge.example.com',
      ADMIN_API_KEY: 'for-the-description-only',
      LOG_LEVEL: 'silent',
    });
    const server = Fastify(serverOptions(settings));
    await server.register(app, { settings });
    await server.ready();
    const description = JSON.parse(JSON.stringify(server.swagger())) as unknown;
    await server.close();
    return description;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const description = await describe();
if (process.argv.includes('--check')) {
  const committed: unknown = fs.existsSync(FILE) ? JSON.parse(fs.readFileSync(FILE, 'utf8')) : undefined;
  if (!isDeepStrictEqual(committed, description)) {
    console.error('docs/openapi.json does not say what the API does. Run: npm run openapi');
    process.exitCode = 1;
  } else console.log('docs/openapi.json is true.');
} else {
  fs.writeFileSync(FILE, `${JSON.stringify(description, null, 2)}\n`);
}
