import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tmpdir } from 'node:os';
import t from 'tap';
import { applyAllowList } from '../check/apex.ts';
import { metadataFindings } from '../check/metadata.ts';
import { referencesIn, soqlFindings } from '../check/soql.ts';

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const xml = (root: string, content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://soap.sforce.com/2006/04/metadata">\n${content}\n</${root}>\n`;

/** A small sfdx project in a temporary folder; the tools are those of this project. */
function sfdxProject(t: { teardown(fn: () => void): void }, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'checks-test-'));
  writeFileSync(
    join(folder, 'sfdx-project.json'),
    JSON.stringify({ packageDirectories: [{ path: 'src', default: true }], sourceApiVersion: '65.0' }),
  );
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'src', name)), { recursive: true });
    writeFileSync(join(folder, 'src', name), content);
  }
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

t.test('metadata: what a deployment would refuse is found', async (t) => {
  const folder = sfdxProject(t, {
    'objects/Thing__c/Thing__c.object-meta.xml': xml(
      'CustomObject',
      '<label>Thing</label><sharingModel>Privat</sharingModel><colour>red</colour>',
    ),
    'objects/Thing__c/fields/Size__c.field-meta.xml': xml(
      'CustomField',
      '<fullName>Size__c</fullName><label>Size</label><type>Number</type><precision>five</precision><required>true</required>',
    ),
    'objects/Thing__c/validationRules/Small.validationRule-meta.xml': xml(
      'ValidationRule',
      '<fullName>Small</fullName><active>yes</active><errorMessage>Too big</errorMessage>',
    ),
    'classes/Lonely.cls': 'public class Lonely {}',
    'permissionsets/P.permissionset-meta.xml': xml(
      'PermissionSet',
      `<label>P</label>
<classAccesses><apexClass>Gone</apexClass><enabled>true</enabled></classAccesses>
<fieldPermissions><editable>true</editable><field>Thing__c.Size__c</field><readable>true</readable></fieldPermissions>
<fieldPermissions><editable>true</editable><field>Thing__c.Weight__c</field><readable>true</readable></fieldPermissions>`,
    ),
  });
  const messages = metadataFindings(folder).findings.map((f) => `${f.file}: ${f.message}`);
  const expectOne = (pattern: RegExp): void => {
    t.equal(messages.filter((m) => pattern.test(m)).length, 1, `one finding matches ${String(pattern)}`);
  };
  expectOne(/Thing__c\.object.*sharingModel: "Privat" is not one of/);
  expectOne(/Thing__c\.object.*colour: CustomObject has no such element/);
  expectOne(/Size__c\.field.*precision: "five" is not a number/);
  expectOne(/Size__c\.field.*needs <scale>/);
  expectOne(/Small\.validationRule.*active: "yes" is neither true nor false/);
  expectOne(/Small\.validationRule.*needs <errorConditionFormula>/);
  expectOne(/Lonely\.cls: has no -meta\.xml/);
  expectOne(/P\.permissionset.*classAccesses names Gone/);
  expectOne(/P\.permissionset.*Thing__c\.Size__c: a required .* field takes no field permission/);
  expectOne(/P\.permissionset.*Thing__c\.Weight__c: there is no such field/);
  t.equal(messages.length, 10, 'and nothing else is found');
});

t.test('SOQL: unknown fields, parents, children and objects are found with their line', async (t) => {
  const folder = sfdxProject(t, {
    'classes/Queries.cls': `public class Queries {
  void good(Set<String> names) {
    List<Account> a = [SELECT Id, Name, Owner.Name, (SELECT Email FROM Contacts WHERE LastName != null) FROM Account WHERE Name IN :names ORDER BY Name];
    Integer n = [SELECT COUNT() FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE Industry = 'x')];
    List<AggregateResult> g = [SELECT COUNT(Id) howMany, LeadSource FROM Contact GROUP BY LeadSource];
  }
  void bad() {
    List<Account> a = [SELECT Nme FROM Account];
    List<Contact> b = [SELECT Id FROM Contact WHERE Account.Owner.Nam = 'x'];
    List<Account> c = [SELECT Id, (SELECT Emai FROM Contacts) FROM Account];
    List<Contact> d = [SELECT Id FROM Contact WHERE AccountId IN (SELECT Idd FROM Account)];
    Object e = Database.query('SELECT Wrong FROM Contact');
  }
}`,
    'classes/Queries.cls-meta.xml': xml('ApexClass', '<apiVersion>65.0</apiVersion><status>Active</status>'),
  });
  const { findings, queries } = soqlFindings(folder);
  t.equal(queries, 8, 'inline queries and whole queries in literals are read');
  t.same(
    findings.map((f) => f.line).sort((a, b) => a - b),
    [8, 9, 10, 11, 12],
    'each bad line is named and no good one',
  );
});

t.test('SOQL: bind expressions are not taken for fields', async (t) => {
  const { references } = referencesIn(
    'class A { void f(Contact c) { Object o = [SELECT Id FROM Contact WHERE Email = :c.LastName]; } }',
    'A.cls',
  );
  t.same(
    references.map((r) => r.path),
    ['Id', 'Id', 'Email'],
  );
});

t.test('the allow-list takes single findings and names entries that nothing needs', async (t) => {
  const finding = { file: 'a.cls', line: 3, message: 'Missing: Unknown type Foo' };
  const used = { file: 'a.cls', message: 'Unknown type Foo', reason: 'newer than the checker' };
  const unused = { file: 'b.cls', message: 'x', reason: 'y' };
  const result = applyAllowList([finding, { ...finding, file: 'c.cls' }], [used, unused]);
  t.same(result.open, [{ ...finding, file: 'c.cls' }]);
  t.same(result.unused, [unused]);
});
