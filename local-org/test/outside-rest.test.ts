import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection, OAuth2 } from 'jsforce';
import t from 'tap';
import { loadOrg, type Org } from '../src/org/org.ts';
import { DataFileError, loadDataFiles } from '../src/outside/data-files.ts';
import { parseDefinition } from '../src/outside/definition.ts';
import { attachJournal } from '../src/outside/journal-file.ts';
import { startServers, type RunningServers } from '../src/outside/server.ts';
import { Browser, formOf } from './support/browser.ts';
import { apexClass, customField, metadata, sourceFolder } from './support/source.ts';

const REDIRECT = 'http://127.0.0.1:9/callback';

const folder = sourceFolder({
  ...customField(
    'Contact',
    'Member__c',
    'Text',
    '<length>10</length><unique>true</unique><externalId>true</externalId><caseSensitive>false</caseSensitive>',
  ),
  ...customField('Contact', 'Score__c', 'Number', '<precision>2</precision><scale>0</scale>'),
  ...customField('Contact', 'Hidden__c', 'Text', '<length>20</length>'),
  'objects/Contact/validationRules/Score_Range.validationRule-meta.xml': metadata(
    'ValidationRule',
    '<fullName>Score_Range</fullName><active>true</active><errorConditionFormula>Score__c &gt; 10</errorConditionFormula><errorDisplayField>Score__c</errorDisplayField><errorMessage>At most ten</errorMessage>',
  ),
  'permissionsets/Integration.permissionset-meta.xml': metadata(
    'PermissionSet',
    `<label>Integration</label>
    <classAccesses><apexClass>Echo</apexClass><enabled>true</enabled></classAccesses>
    <objectPermissions><allowCreate>true</allowCreate><allowDelete>true</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><modifyAllRecords>true</modifyAllRecords><object>Contact</object><viewAllRecords>true</viewAllRecords></objectPermissions>
    <objectPermissions><allowCreate>true</allowCreate><allowDelete>true</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><modifyAllRecords>true</modifyAllRecords><object>Account</object><viewAllRecords>true</viewAllRecords></objectPermissions>
    ${[
      'Contact.Email',
      'Contact.Phone',
      'Contact.AccountId',
      'Contact.LeadSource',
      'Contact.Member__c',
      'Contact.Score__c',
      'Contact.Birthdate',
      'Account.Industry',
    ]
      .map(
        (f) =>
          `<fieldPermissions><editable>true</editable><field>${f}</field><readable>true</readable></fieldPermissions>`,
      )
      .join('')}`,
  ),
  ...apexClass(
    'Echo',
    `@RestResource(urlMapping='/echo/*')
global with sharing class Echo {
    @HttpGet
    global static void get() {
        RestRequest request = RestContext.request;
        RestResponse response = RestContext.response;
        if (request.headers.get('if-none-match') == 'abc') {
            response.statusCode = 304;
            return;
        }
        response.addHeader('ETag', 'abc');
        response.addHeader('Content-Type', 'text/plain');
        response.responseBody = Blob.valueOf(request.requestURI + ' ' + request.params.get('q'));
    }
    @HttpPost
    global static void post() {
        Map<String, Object> body = (Map<String, Object>) JSON.deserializeUntyped(RestContext.request.requestBody.toString());
        String name = (String) body.get('name');
        insert as system new Contact(LastName = name);
        Integer count = [SELECT COUNT() FROM Contact WHERE LastName = :name WITH SYSTEM_MODE];
        RestContext.response.statusCode = 201;
        RestContext.response.addHeader('Content-Type', 'application/json');
        RestContext.response.responseBody = Blob.valueOf(
            JSON.serialize(new Map<String, Object>{ 'name' => name.repeat((Integer) body.get('times')), 'count' => count })
        );
    }
    @HttpPatch
    global static void fail() {
        insert as system new Contact(LastName = 'Rolled back');
        Integer zero = 0;
        Integer broken = 1 / zero;
    }
}`,
  ),
});

const user = (name: string, profile: string, permissionSets: string[]) => ({
  username: `${name}@example.com`,
  password: 'right horse',
  lastName: name,
  profile,
  permissionSets,
});
const definition = parseDefinition(
  {
    organization: { id: '00D000000000001', name: 'Test' },
    sandbox: { id: '00D000000000002', name: 'dev' },
    apiRequestsPerDay: 400,
    sessionTimeoutMinutes: 10,
    users: [
      user('admin', 'System Administrator', []),
      user('integration', 'Minimum Access - API Only Integrations', ['Integration']),
      user('noapi', 'Minimum Access - Salesforce', []),
    ],
    oauthClients: [{ id: 'client', name: 'C', secret: 's', redirectUris: [REDIRECT], requirePkce: false }],
  },
  'test.json',
);
const seed = { organization: definition.organization, isSandbox: false, users: definition.users };

let now = Date.now();
let org: Org;
let servers: RunningServers;
let admin: Connection;
let integration: Connection;

async function tokensOf(username: string) {
  const host = servers.production.loginUrl;
  const parameters = { response_type: 'code', client_id: 'client', redirect_uri: REDIRECT };
  const url = `${host}/services/oauth2/authorize?${new URLSearchParams(parameters).toString()}`;
  const browser = new Browser();
  const login = formOf((await browser.get(url)).text);
  let page = await browser.post(`${host}${login.action}`, {
    ...login.fields,
    username: `${username}@example.com`,
    password: 'right horse',
  });
  if (page.location === null) {
    const approve = formOf(page.text);
    page = await browser.post(`${host}${approve.action}`, { ...approve.fields, save: 'allow' });
  }
  const oauth2 = new OAuth2({ loginUrl: host, clientId: 'client', clientSecret: 's', redirectUri: REDIRECT });
  const code = new URL(page.location ?? '').searchParams.get('code') ?? '';
  const tokens = await oauth2.requestToken(code);
  return { oauth2, tokens };
}

async function connectionOf(username: string): Promise<Connection> {
  const { oauth2, tokens } = await tokensOf(username);
  return new Connection({
    oauth2,
    instanceUrl: tokens.instance_url,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? '',
    version: '65.0',
  });
}

const failure = async (
  work: PromiseLike<unknown>,
): Promise<{ errorCode: string; message: string; fields?: string[] }> => {
  try {
    await work;
  } catch (error) {
    const { errorCode, message, data } = error as { errorCode: string; message: string; data?: { fields?: string[] } };
    return { errorCode, message, ...(data?.fields === undefined ? {} : { fields: data.fields }) };
  }
  throw new Error('It did not fail');
};

t.teardown(() => rmSync(folder, { recursive: true }));
t.before(async () => {
  org = await loadOrg({ sourceFolders: [folder], definition: seed });
  servers = await startServers({ definition, load: () => Promise.resolve(org), now: () => now });
  t.teardown(() => servers.close());
  admin = await connectionOf('admin');
  integration = await connectionOf('integration');
});

t.test('versions, identity, limits and describe', async (t) => {
  const versions = (await (await fetch(`${servers.production.orgUrl}/services/data/`)).json()) as {
    version: string;
    label: string;
  }[];
  t.match(
    versions.find((v) => v.version === '65.0'),
    { label: "Winter '26", url: '/services/data/v65.0' },
  );
  const identity = await integration.identity();
  t.equal(identity.username, 'integration@example.com');
  t.equal(identity.organization_id, '00D000000000001EAA');
  const limits = await integration.request<{ DailyApiRequests: { Max: number; Remaining: number } }>('/limits');
  t.equal(limits.DailyApiRequests.Max, 400);
  t.same(integration.limitInfo.apiUsage, { used: 400 - limits.DailyApiRequests.Remaining, limit: 400 });

  const contact = await integration.describe('Contact');
  const field = (name: string) => contact.fields.find((f) => f.name === name);
  t.match(field('LastName'), { nillable: false, length: 80, createable: true, type: 'string' });
  t.match(field('Member__c'), { externalId: true, unique: true, idLookup: true, length: 10 });
  t.match(
    (field('LeadSource')?.picklistValues ?? []).map((p: { value: string }) => p.value),
    ['Web', 'Phone Inquiry'],
  );
  t.notOk(field('Hidden__c'), 'a field without permission is not described');
  t.ok((await admin.describe('Contact')).fields.some((f) => f.name === 'Hidden__c'));
  t.match(await failure(integration.describe('Nothing__c')), { errorCode: 'NOT_FOUND' });
  const visible = (await integration.describeGlobal()).sobjects.map((o) => o.name);
  t.ok(visible.includes('Contact'));
  t.notOk(visible.includes('Opportunity'), 'an object without permission is not listed');
});

t.test('records: create, read, update, upsert, delete', async (t) => {
  const created = await integration.sobject('Contact').create({
    LastName: 'Hopper',
    FirstName: 'Grace',
    Email: 'grace@example.com',
    Score__c: 7,
    Birthdate: '1906-12-09',
    LeadSource: 'Radio',
  });
  t.match(created, { success: true, errors: [] });
  const id = created.id ?? '';
  t.match(id, /^003.{15}$/);
  const read = await integration.sobject('Contact').retrieve(id);
  t.match(read, { Id: id, Name: 'Grace Hopper', Score__c: 7, Birthdate: '1906-12-09', LeadSource: 'Radio' });
  t.match(read['CreatedDate'], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
  t.notOk('Hidden__c' in read);

  t.same(await failure(integration.sobject('Contact').create({ LastName: 'x'.repeat(81) })), {
    errorCode: 'STRING_TOO_LONG',
    message: `Last Name: data value too large: ${'x'.repeat(81)} (max length=80)`,
    fields: ['LastName'],
  });
  t.match(await failure(integration.sobject('Contact').create({ LastName: 'A', Score__c: 11 })), {
    errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    message: 'At most ten',
    fields: ['Score__c'],
  });
  t.match(await failure(integration.sobject('Contact').create({ FirstName: 'A' })), {
    errorCode: 'REQUIRED_FIELD_MISSING',
    message: 'Required fields are missing: [LastName]',
    fields: ['LastName'],
  });
  t.match(await failure(integration.sobject('Contact').create({ LastName: 'A', Nope: 1 })), {
    errorCode: 'INVALID_FIELD',
    message: "No such column 'Nope' on sobject of type Contact",
  });
  t.match(await failure(integration.sobject('Contact').create({ LastName: 'A', Hidden__c: 'x' })), {
    errorCode: 'INVALID_FIELD',
  });
  t.match(
    await failure(integration.sobject('Contact').create({ LastName: 'A', CreatedDate: '2026-01-01T00:00:00Z' })),
    {
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      fields: ['CreatedDate'],
    },
  );
  t.match(await failure(integration.sobject('Contact').create({ LastName: 'A', Birthdate: 'soon' })), {
    errorCode: 'JSON_PARSER_ERROR',
  });

  t.match(await integration.sobject('Contact').update({ Id: id, Phone: '123', Score__c: null }), { success: true, id });
  t.match(await integration.sobject('Contact').retrieve(id, { fields: ['Phone', 'Score__c'] }), {
    Phone: '123',
    Score__c: null,
  });

  const byKey = (value: string, fields: object) =>
    integration.request<{ id: string; created: boolean }>({
      method: 'PATCH',
      url: `/services/data/v65.0/sobjects/Contact/Member__c/${value}`,
      body: JSON.stringify(fields),
      headers: { 'content-type': 'application/json' },
    });
  const inserted = await byKey('M-1', { LastName: 'Member' });
  t.equal(inserted.created, true);
  const updated = await byKey('m-1', { LastName: 'Membra' });
  t.match(updated, { id: inserted.id, created: false }, 'the key does not heed capitals');
  t.match(
    await integration
      .sobject('Contact')
      .create({ LastName: 'Twin', Member__c: 'M-1' })
      .catch((e: unknown) => e),
    {
      errorCode: 'DUPLICATE_VALUE',
    },
  );
  t.match(await failure(byKey('M-1', { Member__c: 'M-2' })), { errorCode: 'INVALID_FIELD' });

  await integration.sobject('Contact').destroy(id);
  t.match(await failure(integration.sobject('Contact').retrieve(id)), { errorCode: 'NOT_FOUND' });
  t.match(await failure(integration.sobject('Contact').destroy(id)), { errorCode: 'ENTITY_IS_DELETED' });
});

t.test('collections save what they can, or nothing', async (t) => {
  const records = [{ LastName: 'One' }, { FirstName: 'No last name' }, { LastName: 'Three', Score__c: 99 }];
  const some = await integration.sobject('Contact').create(records, { allowRecursive: true });
  t.same(
    some.map((r) => r.success),
    [true, false, false],
  );
  const all = await integration.sobject('Contact').create(records, { allOrNone: true });
  t.same(
    all.map((r) => (r.success ? 'ok' : (r.errors[0] as { statusCode?: string }).statusCode)),
    ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING', 'FIELD_CUSTOM_VALIDATION_EXCEPTION'],
  );
  t.equal((await integration.query("SELECT Id FROM Contact WHERE LastName = 'One'")).totalSize, 1);
});

t.test('query: relationships, aggregates, faults and batches', async (t) => {
  const account = await integration.sobject('Account').create({ Name: "O'Hara & Co", Industry: 'Energy' });
  const accountId = account.id ?? '';
  await integration.sobject('Contact').create([
    { LastName: 'Q1', AccountId: accountId, Email: 'q1@example.com' },
    { LastName: 'Q2', AccountId: accountId },
  ]);
  const parents = await integration.query(
    "SELECT LastName, Account.Name, Account.Owner.Name FROM Contact WHERE Account.Name = 'O\\'Hara & Co' ORDER BY LastName",
  );
  t.match(parents.records, [
    {
      attributes: { type: 'Contact' },
      LastName: 'Q1',
      Account: { attributes: { type: 'Account' }, Name: "O'Hara & Co", Owner: { Name: 'integration' } },
    },
    { LastName: 'Q2' },
  ]);
  const children = await integration.query(
    `SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account WHERE Id = '${accountId}'`,
  );
  t.match(children.records[0], {
    Contacts: { totalSize: 2, done: true, records: [{ LastName: 'Q1' }, { LastName: 'Q2' }] },
  });
  const grouped = await integration.query(
    `SELECT AccountId, COUNT(Id) n, COUNT(Email) FROM Contact WHERE AccountId = '${accountId}' GROUP BY AccountId`,
  );
  t.match(grouped.records, [{ attributes: { type: 'AggregateResult' }, AccountId: accountId, n: 2, expr0: 1 }]);
  t.equal((await integration.query(`SELECT COUNT() FROM Contact WHERE AccountId = '${accountId}'`)).totalSize, 2);

  t.match(await failure(integration.query('SELECT Nope FROM Contact')), {
    errorCode: 'INVALID_FIELD',
    message: /No such column 'Nope'/,
  });
  t.match(await failure(integration.query('SELECT Hidden__c FROM Contact')), { errorCode: 'INVALID_FIELD' });
  t.match(await failure(integration.query('SELECT Id FROM Nope')), { errorCode: 'INVALID_TYPE' });
  t.match(await failure(integration.query('SELECT Id FROM Opportunity')), { errorCode: 'INVALID_TYPE' });
  t.match(await failure(integration.query('SELECT FROM Contact')), { errorCode: 'MALFORMED_QUERY' });

  for (let i = 0; i < 3; i++) {
    await integration
      .sobject('Contact')
      .create(Array.from({ length: 200 }, (_, n) => ({ LastName: `Batch ${i * 200 + n}` })));
  }
  const headers = { 'Sforce-Query-Options': 'batchSize=250' };
  const soql = "SELECT Id, LastName FROM Contact WHERE LastName LIKE 'Batch %'";
  let page = await integration.query(soql, { headers });
  t.match(page, { totalSize: 600, done: false, records: { length: 250 } });
  const seen = new Set(page.records.map((r) => r['Id']));
  while (!page.done) {
    page = await integration.queryMore(page.nextRecordsUrl ?? '');
    for (const record of page.records) seen.add(record['Id']);
  }
  t.equal(seen.size, 600);
  t.match(await failure(integration.queryMore('/services/data/v65.0/query/0r8000000000AAA-250')), {
    errorCode: 'INVALID_QUERY_LOCATOR',
  });
});

t.test('Apex REST', async (t) => {
  const url = `${servers.production.orgUrl}/services/apexrest/echo/a%20b?q=1%262`;
  const authorization = `Bearer ${integration.accessToken}`;
  const raw = await fetch(url, { headers: { authorization } });
  t.equal(raw.status, 200);
  t.match(raw.headers.get('content-type'), /^text\/plain/);
  t.match(await raw.text(), /^\/echo\/a(%20| )b 1&2$/);
  t.match(raw.headers.get('sforce-limit-info'), /^api-usage=\d+\/400$/);
  const same = await fetch(url, { headers: { authorization, 'if-none-match': raw.headers.get('etag') ?? '' } });
  t.equal(same.status, 304);
  t.equal(await same.text(), '');
  t.same(await integration.apex.post('/echo/', { name: 'Zuse', times: 2 }), { name: 'ZuseZuse', count: 1 });
  t.match(await failure(integration.apex.patch('/echo/', {})), {
    errorCode: 'APEX_ERROR',
    message: /^System\.MathException: Divide by 0/,
  });
  t.equal((await admin.query("SELECT Id FROM Contact WHERE LastName = 'Rolled back'")).totalSize, 0);
  t.match(await failure(integration.apex.get('/Echo/')), { errorCode: 'NOT_FOUND' }, 'the path heeds capitals');
  t.match(await failure(integration.apex.put('/echo/', {})), { errorCode: 'METHOD_NOT_ALLOWED' });
});

t.test('tokens: wrong, expired, refreshed by jsforce; users without the API', async (t) => {
  const wrong = await fetch(`${servers.production.orgUrl}/services/data/v65.0/limits`, {
    headers: { authorization: 'Bearer x' },
  });
  t.equal(wrong.status, 401);
  t.same(await wrong.json(), [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]);
  const connection = await connectionOf('integration');
  const before = connection.accessToken;
  now += 11 * 60_000;
  t.equal((await connection.query("SELECT Id FROM Contact WHERE LastName = 'nobody'")).totalSize, 0);
  t.not(connection.accessToken, before, 'jsforce took a new token after the 401');
  admin = await connectionOf('admin');
  integration = await connectionOf('integration');
  t.match(await failure((await connectionOf('noapi')).query('SELECT Id FROM User')), {
    errorCode: 'API_DISABLED_FOR_ORG',
  });
  t.match(await failure(integration.request('/analytics/query?q=x')), { errorCode: 'NOT_MODELLED' });
});

t.test('pages', async (t) => {
  const host = servers.production.orgUrl;
  const browser = new Browser();
  t.equal((await browser.get(`${host}/objects`)).location, '/login');
  await admin.sobject('Contact').create({ LastName: '<script>alert(1)</script>', Email: 'x@example.com' });
  const login = await browser.post(`${host}/login`, { username: 'admin@example.com', password: 'right horse' });
  t.equal(login.status, 303);
  const contacts = await browser.get(`${host}/objects/Contact`);
  t.match(contacts.text, /&lt;script&gt;alert\(1\)/);
  t.notMatch(contacts.text, /<script/);
  const link = /\/objects\/Contact\/(003\w{15})/.exec(contacts.text)?.[1] ?? '';
  t.equal((await browser.get(`${host}/${link}`)).location, `/objects/Contact/${link}`);
  const record = await browser.get(`${host}/objects/Contact/${link}`);
  t.match(record.text, /<th scope="row">Last Name<small>LastName<\/small><\/th>/);
  for (const [path, text] of [
    ['/', 'Test'],
    ['/users', 'integration@example.com'],
    ['/setup', 'Validation rules'],
    ['/setup/objects/Contact', 'Score_Range'],
    ['/setup/apex', '/services/apexrest/echo/*'],
    ['/transactions', 'POST /services/apexrest/echo'],
    ['/transactions/1', 'Debug log'],
    ['/permission-sets', 'Integration'],
    ['/requests', '/services/data/v65.0/sobjects/Contact'],
  ] as const) {
    const page = await browser.get(host + path);
    t.equal(page.status, 200, path);
    t.ok(page.text.includes(text), `${path} shows ${text}`);
  }
  t.equal((await browser.get(`${host}/objects/Nope__c`)).status, 404);
  t.equal((await browser.get(`${host}/nothing/here`)).status, 404);
  await browser.post(`${host}/logout`, {});
  t.equal((await browser.get(`${host}/`)).location, '/login');
});

t.test('the daily allowance', async (t) => {
  const env = servers.production;
  while (env.usage.take()) continue;
  const refused = await fetch(`${env.orgUrl}/services/data/v65.0/limits`, {
    headers: { authorization: `Bearer ${admin.accessToken}` },
  });
  t.equal(refused.status, 403);
  t.equal(refused.headers.get('sforce-limit-info'), 'api-usage=400/400');
  t.same(await refused.json(), [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }]);
  now += 25 * 3_600_000;
  t.equal(env.usage.used(), 0, 'the allowance is that of the last 24 hours');
});

t.test('data files, and data that survives a restart', async (t) => {
  const place = mkdtempSync(join(tmpdir(), 'local-org-data-'));
  t.teardown(() => rmSync(place, { recursive: true }));
  const file = join(place, 'tree.json');
  writeFileSync(
    file,
    JSON.stringify({
      records: [
        {
          attributes: { type: 'Account', referenceId: 'A1' },
          Name: 'Acme',
          Contacts: { records: [{ attributes: { type: 'Contact', referenceId: 'C1' }, LastName: 'Child' }] },
        },
        { attributes: { type: 'Contact', referenceId: 'C2' }, LastName: 'Ref', AccountId: '@A1', Member__c: 'M-9' },
      ],
    }),
  );
  const journal = join(place, 'org.jsonl');
  const first = await loadOrg({ sourceFolders: [folder], definition: seed });
  const firstJournal = attachJournal(first.store, journal);
  t.equal(firstJournal.replayed, 0);
  t.equal(await loadDataFiles(first, first.adminId, [file]), 3);
  await t.rejects(loadDataFiles(first, first.adminId, [file]), DataFileError, 'Member__c is unique');
  firstJournal.close();
  writeFileSync(journal, '{"at":1,"put":[{"object":"Cont', { flag: 'a' });

  const second = await loadOrg({ sourceFolders: [folder], definition: seed });
  const secondJournal = attachJournal(second.store, journal);
  t.equal(secondJournal.replayed, 1, 'the line that a crash cut off is dropped');
  const table = second.store.table(second.schema.object('Contact') ?? (t.fail('no Contact') as never));
  t.equal(table.rows.size, 2);
  t.equal(await loadDataFiles(second, second.adminId, []), 0);
  secondJournal.close();
});
