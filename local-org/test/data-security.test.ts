import t from 'tap';
import { ApexThrow } from '../src/errors.ts';
import type { DmlRequest, QueryOptions } from '../src/data/contract.ts';
import { dataOrg, fieldXml, id, objectXml, plain, texts, USERS } from './support/data-org.ts';
import type { Session } from './support/data-org.ts';

const NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"';
const grant = (object: string, rights: string[]): string =>
  `<objectPermissions>${['allowCreate', 'allowDelete', 'allowEdit', 'allowRead', 'modifyAllRecords', 'viewAllRecords'].map((r) => `<${r}>${rights.includes(r)}</${r}>`).join('')}<object>${object}</object></objectPermissions>`;
const field = (name: string, edit: boolean): string =>
  `<fieldPermissions><editable>${edit}</editable><field>${name}</field><readable>true</readable></fieldPermissions>`;

const org = dataOrg(
  {
    'objects/Note__c/Note__c.object-meta.xml': objectXml('Note', '<type>Text</type>', 'Private'),
    'objects/Note__c/fields/Open__c.field-meta.xml': fieldXml('Open__c', 'Text', '<length>20</length>'),
    'objects/Note__c/fields/Seen__c.field-meta.xml': fieldXml('Seen__c', 'Text', '<length>20</length>'),
    'objects/Note__c/fields/Hidden__c.field-meta.xml': fieldXml('Hidden__c', 'Text', '<length>20</length>'),
    'objects/Other__c/Other__c.object-meta.xml': objectXml('Other'),
    'objects/Public__c/Public__c.object-meta.xml': objectXml('Public', '<type>Text</type>', 'Read'),
    'customPermissions/Extra.customPermission-meta.xml': `<CustomPermission ${NS}><label>Extra</label></CustomPermission>`,
    'permissionsets/Writer.permissionset-meta.xml': `<PermissionSet ${NS}><label>Writer</label><classAccesses><apexClass>Api</apexClass><enabled>true</enabled></classAccesses><customPermissions><enabled>true</enabled><name>Extra</name></customPermissions>${grant('Note__c', ['allowCreate', 'allowEdit', 'allowRead'])}${grant('Public__c', ['allowCreate', 'allowEdit', 'allowRead'])}${grant('Contact', ['allowRead'])}${field('Note__c.Open__c', true)}${field('Note__c.Seen__c', false)}${field('Contact.Email', false)}${field('Contact.MailingAddress', false)}</PermissionSet>`,
  },
  { permissionSets: ['Writer'] },
);

const user: Partial<QueryOptions> & Partial<DmlRequest> = { access: 'USER' };

function thrown(run: () => unknown): { type: string; message: string; fields: [string, string[]][]; dml: string[][] } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ApexThrow)) throw error;
    const { value } = error;
    return {
      type: value.typeName,
      message: value.message ?? '',
      fields: [...(value.inaccessibleFields ?? [])],
      dml: value.dmlErrors.map((e) => e.fields),
    };
  }
  throw new Error('Nothing was thrown');
}

t.test('effective permissions: profile and permission sets together', (t) => {
  const s = org.begin(USERS.minimum);
  const p = s.tx.permissionsOf(org.userId(USERS.minimum));
  t.match(p.object('Note__c'), { create: true, read: true, edit: true, delete: false, viewAll: false });
  t.match(p.object('Account'), { read: false }, 'minimum access gives nothing by itself');
  t.match(p.field('Note__c', 'open__C'), { read: true, edit: true });
  t.match(p.field('Note__c', 'Seen__c'), { read: true, edit: false });
  t.match(p.field('Note__c', 'Hidden__c'), { read: false, edit: false });
  t.match(p.field('Note__c', 'Name'), { read: true, edit: true }, 'the name is open with the object');
  t.match(p.field('Note__c', 'CreatedDate'), { read: true, edit: false });
  t.match(p.field('Contact', 'LastName'), { read: true, edit: false }, 'without edit on the object');
  t.match(p.field('Contact', 'MailingCity'), { read: true }, 'parts of an address follow the address');
  t.match(p.field('Account', 'Name'), { read: false }, 'no object, no field');
  t.equal(p.classAccess('API'), true);
  t.equal(p.classAccess('Another'), false);
  t.equal(p.customPermission('extra'), true);
  t.equal(p.userPermission('ModifyAllData'), false);
  const admin = s.tx.permissionsOf(org.userId(USERS.admin));
  t.match(admin.object('Other__c'), { create: true, delete: true, viewAll: true, modifyAll: true });
  t.equal(admin.userPermission('modifyalldata'), true);
  t.equal(admin.customPermission('Extra'), false, 'custom permissions come from permission sets alone here');
  const standard = s.tx.permissionsOf(org.userId(USERS.standard));
  t.match(standard.object('Contact'), { create: true, viewAll: false });
  t.match(standard.object('Note__c'), { read: false });
  s.tx.abort();
  t.end();
});

t.test('permissions granted by rows, as tests grant them', (t) => {
  const s = org.begin(USERS.admin, { isolated: true });
  const set = s.insert('PermissionSet', { Name: 'Adhoc', Label: 'Adhoc' });
  s.insert('ObjectPermissions', {
    ParentId: id(set),
    SobjectType: 'Other__c',
    PermissionsRead: true,
    PermissionsCreate: true,
  });
  s.insert('FieldPermissions', {
    ParentId: id(set),
    SobjectType: 'Note__c',
    Field: 'Note__c.Hidden__c',
    PermissionsRead: true,
    PermissionsEdit: false,
  });
  const target = org.userId(USERS.minimum);
  t.equal(s.tx.permissionsOf(target).object('Other__c').read, false, 'not before it is assigned');
  s.insert('PermissionSetAssignment', { PermissionSetId: id(set), AssigneeId: id(target) });
  t.match(s.tx.permissionsOf(target).object('Other__c'), { read: true, create: true, edit: false });
  t.match(s.tx.permissionsOf(target).field('Note__c', 'Hidden__c'), { read: true, edit: false });
  s.tx.abort();
  t.end();
});

t.test('queries in user mode', (t) => {
  const s = org.begin(USERS.minimum);
  t.match(
    thrown(() => s.query('SELECT Id FROM Other__c', [], user)),
    { type: 'System.SecurityException', message: "Access to entity 'Other__c' denied" },
  );
  const closed = thrown(() => s.query("SELECT Hidden__c, Open__c, Name FROM Note__c WHERE Hidden__c = 'x'", [], user));
  t.match(closed, {
    type: 'System.QueryException',
    message: /^No such column 'Hidden__c' on entity 'Note__c'\./,
    fields: [['Note__c', ['Hidden__c']]],
  });
  t.match(
    thrown(() => s.query('SELECT Email, Account.Name, Phone FROM Contact', [], user)).fields,
    [
      ['Contact', ['AccountId', 'Phone']],
      ['Account', ['Name']],
    ],
    'every field, parents too',
  );
  t.match(
    thrown(() => s.query("SELECT Name FROM Note__c WHERE Hidden__c = 'x' WITH USER_MODE")).fields,
    [['Note__c', ['Hidden__c']]],
    'user mode checks all clauses (Apex Developer Guide, "Enforce User Mode")',
  );
  t.match(
    thrown(() => s.query('SELECT Hidden__c FROM Note__c WITH SECURITY_ENFORCED')).message,
    'Insufficient permissions: secure query included inaccessible field',
  );
  t.same(
    s.query("SELECT Name FROM Note__c WHERE Hidden__c = 'x' WITH SECURITY_ENFORCED"),
    [],
    'SECURITY_ENFORCED checks SELECT and FROM only',
  );
  t.same(s.query('SELECT Hidden__c FROM Note__c'), [], 'system mode checks nothing');
  t.same(s.query('SELECT Hidden__c FROM Note__c WITH SYSTEM_MODE', [], user), []);
  t.throws(() => s.count('SELECT COUNT() FROM Other__c', [], user), /denied/);
  s.tx.abort();
  t.end();
});

t.test('saves in user mode', (t) => {
  const s = org.begin(USERS.minimum);
  t.match(
    thrown(() => s.dml('insert', [s.record('Other__c', { Name: 'x' })], user)),
    { type: 'System.SecurityException', message: 'DML operation INSERT not allowed on Other__c' },
  );
  const note = (values: Record<string, string>) => s.record('Note__c', { Name: 'n', ...values });
  const whole = thrown(() =>
    s.dml('insert', [note({}), note({ Seen__c: 'x', Hidden__c: 'y' })], { ...user, allOrNone: true }),
  );
  t.match(whole, {
    type: 'System.DmlException',
    message:
      'Operation failed due to fields being inaccessible on Sobject Note__c, check errors on Exception or Result!',
    dml: [['Seen__c', 'Hidden__c']],
  });
  const partial = s.dml('insert', [note({ Open__c: 'x' }), note({ Seen__c: 'x' })], user);
  t.same(
    partial.map((r) => r.errors.flatMap((e) => e.fields)),
    [[], ['Seen__c']],
  );
  t.same(
    s.dml('insert', [note({ Seen__c: 'x' })]).map((r) => r.success),
    [true],
    'system mode checks nothing',
  );
  t.throws(
    () => s.dml('delete', [s.record('Note__c', { Id: partial[0]?.id ?? null })], user),
    /DML operation DELETE not allowed on Note__c/,
  );
  s.tx.abort();
  t.end();
});

t.test('sharing: owner and organisation-wide default', (t) => {
  const s = org.begin();
  const mine = id(org.userId(USERS.minimum));
  s.insert('Note__c', { Name: 'admin' });
  const own = s.insert('Note__c', { Name: 'mine', OwnerId: mine });
  const shown = s.insert('Public__c', { Name: 'public' });
  s.tx.commit();
  const names = (session: Session, object: string, withSharing: boolean): unknown[] =>
    session.column(`SELECT Name FROM ${object} ORDER BY Name`, [], { withSharing });
  const m = org.begin(USERS.minimum);
  t.same(names(m, 'Note__c', false), ['admin', 'mine']);
  t.same(names(m, 'Note__c', true), ['mine'], 'Private: the owner');
  t.same(
    m.query('SELECT Name FROM Note__c', [], user).map((r) => plain(r.values.get('name') ?? null)),
    ['mine'],
    'user mode always respects sharing',
  );
  t.same(names(m, 'Public__c', true), ['public'], 'Read: everybody reads');
  const change = (record: string, object: string, withSharing: boolean) =>
    texts(m.dml('update', [m.record(object, { Id: record, Name: 'x' })], { withSharing })[0]);
  t.same(change(shown, 'Public__c', true), [
    'INSUFFICIENT_ACCESS_OR_READONLY, insufficient access rights on object id: []',
  ]);
  t.same(change(shown, 'Public__c', false), []);
  t.same(change(own, 'Note__c', true), []);
  m.tx.abort();
  t.same(names(org.begin(), 'Note__c', true), ['admin', 'mine'], 'View All Data');
  t.end();
});
