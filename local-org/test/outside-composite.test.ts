// Composite resources (REST API Developer Guide: Composite, Batch, sObject Tree, sObject Collections).
import t from 'tap';
import { outsideOrg, type OutsideOrg } from './support/outside.ts';
import { customField } from './support/source.ts';

const DATA = '/services/data/v65.0';
let outside: OutsideOrg;

t.before(async () => {
  outside = await outsideOrg(
    customField('Account', 'Key__c', 'Text', '<length>10</length><unique>true</unique><externalId>true</externalId>'),
  );
});

const post = async (path: string, body: unknown) => outside.request('POST', DATA + path, body);
const count = async (where: string): Promise<number> => {
  const soql = encodeURIComponent(`SELECT COUNT() FROM ${where}`);
  return ((await outside.request('GET', `${DATA}/query?q=${soql}`)).json as { totalSize: number }).totalSize;
};
const part = (method: string, path: string, referenceId: string, body?: unknown) => ({
  method,
  url: DATA + path,
  referenceId,
  ...(body === undefined ? {} : { body }),
});

t.test('composite: values of one part in the next', async (t) => {
  const answer = await post('/composite', {
    compositeRequest: [
      part('POST', '/sobjects/Account', 'NewAccount', { Name: 'Composite' }),
      part('POST', '/sobjects/Contact', 'NewContact', { LastName: 'Part', AccountId: '@{NewAccount.id}' }),
      part('GET', `/query?q=SELECT+LastName,Account.Name+FROM+Contact+WHERE+Id='@{NewContact.id}'`, 'Found'),
      part('GET', '/sobjects/Account/@{Missing.id}', 'Halted'),
    ],
  });
  t.equal(answer.status, 200);
  t.match(answer.json, {
    compositeResponse: [
      {
        referenceId: 'NewAccount',
        httpStatusCode: 201,
        body: { success: true },
        httpHeaders: { Location: /^\/services\/data\/v65\.0\/sobjects\/Account\/001/ },
      },
      { referenceId: 'NewContact', httpStatusCode: 201 },
      { referenceId: 'Found', body: { totalSize: 1, records: [{ Account: { Name: 'Composite' } }] } },
      {
        referenceId: 'Halted',
        httpStatusCode: 400,
        body: [
          {
            errorCode: 'PROCESSING_HALTED',
            message: 'Invalid reference specified. No value for Missing.id found in Missing',
          },
        ],
      },
    ],
  });
});

t.test('composite: all or none', async (t) => {
  const parts = [
    part('POST', '/sobjects/Account', 'a', { Name: 'Undone' }),
    part('POST', '/sobjects/Contact', 'b', { FirstName: 'No last name' }),
    part('POST', '/sobjects/Account', 'c', { Name: 'Undone' }),
  ];
  const none = await post('/composite', { allOrNone: true, compositeRequest: parts });
  t.match(none.json, {
    compositeResponse: [
      { httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED', message: /^The transaction was rolled back/ }] },
      { httpStatusCode: 400, body: [{ errorCode: 'REQUIRED_FIELD_MISSING' }] },
      { httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] },
    ],
  });
  t.equal(await count("Account WHERE Name = 'Undone'"), 0);
  await post('/composite', { compositeRequest: parts });
  t.equal(await count("Account WHERE Name = 'Undone'"), 2, 'without it the others stay');
  const many = Array.from({ length: 26 }, (_, i) => part('GET', '/limits', `r${i}`));
  t.match((await post('/composite', { compositeRequest: many })).json, [{ errorCode: 'LIMIT_EXCEEDED' }]);
});

t.test('batch', async (t) => {
  const requests = [
    { method: 'GET', url: 'v65.0/sobjects/Nothing__c/describe' },
    { method: 'POST', url: 'v65.0/sobjects/Account', richInput: { Name: 'Batch' } },
  ];
  t.match((await post('/composite/batch', { batchRequests: requests })).json, {
    hasErrors: true,
    results: [
      { statusCode: 404, result: [{ errorCode: 'NOT_FOUND' }] },
      { statusCode: 201, result: { success: true } },
    ],
  });
  const halted = await post('/composite/batch', { haltOnError: true, batchRequests: requests });
  t.match(halted.json, {
    results: [{ statusCode: 404 }, { statusCode: 412, result: [{ errorCode: 'BATCH_PROCESSING_HALTED' }] }],
  });
  t.equal(await count("Account WHERE Name = 'Batch'"), 1);
});

t.test('tree: parents with children, or nothing', async (t) => {
  const records = (lastName: string) => ({
    records: [
      {
        attributes: { type: 'Account', referenceId: 'root' },
        Name: 'Tree',
        Contacts: { records: [{ attributes: { type: 'Contact', referenceId: 'leaf' }, LastName: lastName }] },
      },
    ],
  });
  const made = await post('/composite/tree/Account', records('Leaf'));
  t.match(
    [made.status, made.json],
    [201, { hasErrors: false, results: [{ referenceId: 'root' }, { referenceId: 'leaf' }] }],
  );
  t.equal(await count("Contact WHERE Account.Name = 'Tree'"), 1);
  const failed = await post('/composite/tree/Account', records('x'.repeat(81)));
  t.match(
    [failed.status, failed.json],
    [400, { hasErrors: true, results: [{ referenceId: 'leaf', errors: [{ statusCode: 'STRING_TOO_LONG' }] }] }],
  );
  t.equal(await count("Account WHERE Name = 'Tree'"), 1, 'the parent is undone too');
});

t.test('collections are read in order; parents by external id; deleted records', async (t) => {
  const made = await post('/sobjects/Account', { Name: 'Keyed', Key__c: 'k1' });
  const { id } = made.json as { id: string };
  t.equal(made.headers.get('location'), `${DATA}/sobjects/Account/${id}`);
  const list = await outside.request(
    'GET',
    `${DATA}/composite/sobjects/Account?ids=001000000000000AAA,${id}&fields=Name`,
  );
  t.match(list.json, [null, { Name: 'Keyed', Id: id }]);
  t.equal((await post('/sobjects/Contact', { LastName: 'Child', Account: { Key__c: 'k1' } })).status, 201);
  t.equal(await count("Contact WHERE Account.Key__c = 'k1'"), 1);
  const unknown = await post('/sobjects/Contact', { LastName: 'Child', Account: { Key__c: 'none' } });
  t.match([unknown.status, unknown.json], [400, [{ errorCode: 'INVALID_FIELD', message: /none not found/ }]]);
  await outside.request('DELETE', `${DATA}/sobjects/Account/${id}`);
  const soql = encodeURIComponent("SELECT Name, IsDeleted FROM Account WHERE Key__c = 'k1'");
  t.match((await outside.request('GET', `${DATA}/query?q=${soql}`)).json, { totalSize: 0 });
  const all = await outside.request('GET', `${DATA}/queryAll?q=${soql}`);
  t.match(all.json, { totalSize: 1, records: [{ Name: 'Keyed', IsDeleted: true }] });
  t.match((await outside.request('PUT', `${DATA}/sobjects/Account`, {})).json, [{ errorCode: 'METHOD_NOT_ALLOWED' }]);
});
