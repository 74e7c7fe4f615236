import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CompileFailure } from '../apex/emit/program.ts';
import { CompileError, NotModelledError } from '../errors.ts';
import { loadOrg, type Org } from '../org/org.ts';
import { SeedError } from '../org/seed.ts';
import { DataFileError, loadDataFiles } from '../outside/data-files.ts';
import { DefinitionError, readDefinition, type OrgDefinition } from '../outside/definition.ts';
import type { EnvironmentKind } from '../outside/environment.ts';
import { readGrants, writeGrants } from '../outside/grants-file.ts';
import { attachJournal } from '../outside/journal-file.ts';
import { startServers } from '../outside/server.ts';

const USAGE = `Starts a local Salesforce org.

  node local-org/src/cli/start.ts [options]

  --definition <file>        users, OAuth clients, ports, data (default config/local-org.json)
  --source <folder>          sfdx source to deploy; may be repeated (default the package
                             directories of sfdx-project.json)
  --data <file>              keep the data in this file, so that it survives a restart
  --port <n>                 port of the org (0 = any free one)
  --login-port <n>           port of the login host
  --sandbox-port <n>         port of the sandbox org
  --sandbox-login-port <n>   port of the sandbox login host
  --json                     print one line of JSON with the addresses instead of text
`;

interface Options {
  definition: OrgDefinition;
  sourceFolders: string[];
  dataFile: string | null;
  json: boolean;
}

async function readOptions(): Promise<Options | null> {
  const { values } = parseArgs({
    options: {
      definition: { type: 'string', default: 'config/local-org.json' },
      source: { type: 'string', multiple: true },
      data: { type: 'string' },
      port: { type: 'string' },
      'login-port': { type: 'string' },
      'sandbox-port': { type: 'string' },
      'sandbox-login-port': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const definition = await readDefinition(values.definition);
  definition.ports = {
    org: port('port', values.port, definition.ports.org),
    login: port('login-port', values['login-port'], definition.ports.login),
    sandboxOrg: port('sandbox-port', values['sandbox-port'], definition.ports.sandboxOrg),
    sandboxLogin: port('sandbox-login-port', values['sandbox-login-port'], definition.ports.sandboxLogin),
  };
  return {
    definition,
    sourceFolders: values.source ?? packageDirectories('sfdx-project.json'),
    dataFile: values.data === undefined ? null : resolve(values.data),
    json: values.json,
  };
}

function port(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) throw new UsageError(`--${name} must be from 0 to 65535`);
  return value;
}

class UsageError extends Error {}

/** The folders that the sfdx project in the working directory deploys. */
function packageDirectories(file: string): string[] {
  if (!existsSync(file)) throw new UsageError(`There is no ${file} here: name the source with --source <folder>`);
  const project = JSON.parse(readFileSync(file, 'utf8')) as { packageDirectories?: { path: string }[] };
  return (project.packageDirectories ?? []).map((directory) => directory.path);
}

/** The data and grants of the sandbox lie beside those of production. */
function fileOf(options: Options, kind: EnvironmentKind, what: string): string | null {
  if (options.dataFile === null) return null;
  return `${options.dataFile}${kind === 'sandbox' ? '.sandbox' : ''}${what}`;
}

async function load(options: Options, kind: EnvironmentKind, closers: (() => void)[]): Promise<Org> {
  const { definition } = options;
  const say = (text: string): void => {
    process.stderr.write(`${kind}: ${text}\n`);
  };
  const begin = performance.now();
  say(`loading ${options.sourceFolders.join(', ')}`);
  const org = await loadOrg({
    sourceFolders: options.sourceFolders,
    definition: definitionOf(definition, kind),
    tests: false,
    log: say,
  });
  const file = fileOf(options, kind, '');
  let replayed = 0;
  if (file !== null) {
    const journal = attachJournal(org.store, file);
    closers.push(journal.close);
    replayed = journal.replayed;
    if (replayed > 0) say(`${replayed} commits replayed from ${file}`);
  }
  if (replayed === 0 && definition.dataFiles.length > 0) {
    const records = await loadDataFiles(org, org.adminId, definition.dataFiles);
    say(`${records} records loaded from ${definition.dataFiles.length} data file(s)`);
  }
  say(`ready in ${Math.round(performance.now() - begin)} ms`);
  return org;
}

/** What the org itself needs of the definition; a sandbox has its own identity and its users a suffix. */
function definitionOf(definition: OrgDefinition, kind: EnvironmentKind) {
  if (kind === 'production') {
    return { organization: definition.organization, isSandbox: false, users: definition.users };
  }
  const suffix = `.${definition.sandbox.name.toLowerCase()}`;
  const users = definition.users.map((user) => ({
    ...user,
    username: user.username + suffix,
    email: `${user.email}.invalid`,
  }));
  return { organization: definition.sandbox, isSandbox: true, users };
}

async function main(): Promise<void> {
  const options = await readOptions();
  if (options === null) {
    process.stdout.write(USAGE);
    return;
  }
  const closers: (() => void)[] = [];
  // the source is checked before a port is open
  const production = await load(options, 'production', closers);
  const servers = await startServers({
    definition: options.definition,
    load: (kind) => (kind === 'production' ? Promise.resolve(production) : load(options, kind, closers)),
    grants: (kind) => {
      const file = fileOf(options, kind, '.grants');
      return {
        state: file === null ? null : readGrants(file),
        changed: (state) => {
          if (file !== null) writeGrants(file, state);
        },
      };
    },
  });
  await servers.production.org();
  const addresses = {
    org: servers.production.orgUrl,
    login: servers.production.loginUrl,
    sandboxOrg: servers.sandbox.orgUrl,
    sandboxLogin: servers.sandbox.loginUrl,
  };
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ready: true, ...addresses })}\n`
      : `Org            ${addresses.org}\nLogin          ${addresses.login}\nSandbox org    ${addresses.sandboxOrg}\nSandbox login  ${addresses.sandboxLogin}\nReady. Ctrl-C stops it.\n`,
  );
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await servers.close();
    for (const close of closers) close();
    process.exit(0);
  };
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
}

/** Faults of the input are told in a sentence, everything else with its stack. */
function isInputFault(error: unknown): error is Error {
  if (
    error instanceof CompileFailure ||
    error instanceof CompileError ||
    error instanceof NotModelledError ||
    error instanceof DefinitionError
  )
    return true;
  if (error instanceof SeedError || error instanceof DataFileError || error instanceof UsageError) return true;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && (code.startsWith('ERR_PARSE_ARGS') || code === 'EADDRINUSE' || code === 'EACCES');
}

main().catch((error: unknown) => {
  process.stderr.write(`${isInputFault(error) ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(1);
});
