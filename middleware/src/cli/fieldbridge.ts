#!/usr/bin/env node
import { Command } from 'commander';
import { ApiClient, ApiError } from './client.ts';
import { examine } from './doctor.ts';
import { importFile } from './import.ts';

type Row = Record<string, unknown>;
interface Page {
  items: Row[];
  nextCursor?: string | null;
}

const program = new Command('fieldbridge')
  .description('Looks after a running Fieldbridge middleware.')
  .option('--url <url>', 'where it runs (FIELDBRIDGE_URL)', process.env['FIELDBRIDGE_URL'] ?? 'http://127.0.0.1:3000')
  .option('--json', 'print JSON');

function api(): ApiClient {
  const apiKey = process.env['FIELDBRIDGE_API_KEY'];
  // Not as an option: arguments are seen by every process of the machine.
  if (apiKey === undefined || apiKey === '') throw new ApiError(401, 'Set FIELDBRIDGE_API_KEY to an API key.');
  return new ApiClient({ url: program.opts<{ url: string }>().url, apiKey });
}

/** Prints a result as lines of its columns, or as JSON. */
function print(rows: Row[] | Row, columns: string[] = []): void {
  if (program.opts<{ json?: boolean }>().json === true || !Array.isArray(rows)) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  if (rows.length === 0) console.log('Nothing.');
  for (const row of rows) console.log(columns.map((column) => cell(row[column])).join('\t'));
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

program
  .command('accounts')
  .description('connected orgs and their states')
  .action(async () => {
    const { items } = await api().call<Page>('GET', '/v1/accounts');
    print(items, [
      'id',
      'organizationId',
      'organizationName',
      'environment',
      'state',
      'pauseReason',
      'configurationError',
    ]);
  });

program
  .command('connections')
  .description('connections of all accounts')
  .action(async () => {
    const { items } = await api().call<Page>('GET', '/v1/accounts');
    const rows = items.flatMap((account) =>
      (account['connections'] as Row[]).map((connection): Row => ({ accountId: account['id'], ...connection })),
    );
    print(rows, ['accountId', 'name', 'active', 'surveyId', 'object']);
  });

program
  .command('deliveries')
  .description('what happened to the responses, newest first')
  .option('--state <state>')
  .option('--survey <id>')
  .option('--connection <name>')
  .option('--response <id>')
  .option('--limit <n>', 'at most 500', '50')
  .action(async (options: Record<string, string>) => {
    const { response, ...others } = options;
    const query = new URLSearchParams({ ...others, ...(response === undefined ? {} : { responseId: response }) });
    const { items } = await api().call<Page>('GET', `/v1/deliveries?${query.toString()}`);
    print(items, ['id', 'responseId', 'connection', 'state', 'outcome', 'recordId', 'error', 'reason']);
  });

program
  .command('replay')
  .description('send dead or rejected deliveries again')
  .argument('<ids...>')
  .action(async (ids: string[]) => {
    const client = api();
    const rows: Row[] = [];
    for (const id of ids) rows.push(await client.call<Row>('POST', `/v1/deliveries/${encodeURIComponent(id)}/replay`));
    print(rows, ['id', 'responseId', 'state']);
  });

program
  .command('import')
  .description('store the responses of a file (.ndjson or .csv); the same file goes on where it stopped')
  .argument('<survey>')
  .argument('<file>')
  .option('--id <id>', 'a name for the import')
  .action(async (survey: string, file: string, options: { id?: string }) => {
    print({ ...(await importFile(api(), survey, file, options.id)) });
  });

const backfill = program.command('backfill').description('runs of connections over the stored responses');
backfill.command('list').action(async () => {
  const { items } = await api().call<Page>('GET', '/v1/backfills');
  print(items, ['id', 'connection', 'state', 'matching', 'queued', 'deliveries']);
});
backfill
  .command('start')
  .argument('<account>')
  .argument('<connection>')
  .action(async (accountId: string, connection: string) => {
    print(await api().call<Row>('POST', '/v1/backfills', { accountId, connection }));
  });
for (const action of ['pause', 'resume', 'cancel']) {
  backfill
    .command(action)
    .argument('<id>')
    .action(async (id: string) => {
      print(await api().call<Row>('POST', `/v1/backfills/${encodeURIComponent(id)}/${action}`));
    });
}

program
  .command('erase')
  .description('erase a response here and in the orgs')
  .argument('<response>')
  .option('--survey <id>', 'only in this survey')
  .action(async (response: string, options: { survey?: string }) => {
    const query = options.survey === undefined ? '' : `?survey=${encodeURIComponent(options.survey)}`;
    print(await api().call<Row>('DELETE', `/v1/responses/${encodeURIComponent(response)}${query}`));
  });

const keys = program.command('keys').description('API keys and webhook secrets of the workspace');
keys.command('list').action(async () => {
  print((await api().call<Page>('GET', '/v1/keys')).items, ['id', 'name', 'fingerprint', 'createdAt']);
});
keys
  .command('create')
  .argument('<name>')
  .action(async (name: string) => {
    print(await api().call<Row>('POST', '/v1/keys', { name }));
  });
keys
  .command('revoke')
  .argument('<id>')
  .action(async (id: string) => {
    await api().call('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
    console.log('Revoked.');
  });
keys
  .command('rotate-secret')
  .description('make a webhook secret; the ones before are accepted for a day')
  .argument('<name>')
  .action(async (name: string) => {
    print(await api().call<Row>('POST', '/v1/webhook-secrets', { name }));
  });

program
  .command('doctor')
  .description('looks for what is wrong and says what to do')
  .action(async () => {
    const findings = await examine(api());
    for (const { ok, what, todo } of findings)
      console.log(`${ok ? 'ok  ' : 'BAD '} ${what}${todo ? `\n     ${todo}` : ''}`);
    if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : 'It failed.');
  process.exitCode = 1;
}
