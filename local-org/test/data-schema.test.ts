import t from 'tap';
import { CompileError, NotModelledError } from '../src/errors.ts';
import { fieldXml, objectXml, picklistXml, ruleXml, schemaOf } from './support/data-org.ts';

const CONTACT = 'objects/Contact/Contact.object-meta.xml';
const NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"';

t.test('custom objects: system fields, name field, key prefixes in order of name', (t) => {
  const schema = schemaOf(
    {
      'main/objects/Zoo__c/Zoo__c.object-meta.xml': objectXml(
        'Zoo',
        '<displayFormat>Z-{000}</displayFormat><type>AutoNumber</type>',
        'Private',
      ),
    },
    { 'objects/Ant__c/Ant__c.object-meta.xml': objectXml('Ant') },
  );
  const zoo = schema.object('zoo__C');
  t.match(zoo, {
    name: 'Zoo__c',
    label: 'Zoo',
    labelPlural: 'Zoos',
    keyPrefix: 'a01',
    kind: 'custom',
    sharingModel: 'Private',
  });
  t.match(schema.object('Ant__c'), { keyPrefix: 'a00', sharingModel: 'ReadWrite' });
  t.equal(schema.objectByKeyPrefix('a01'), zoo);
  const names = [...(zoo?.fields.values() ?? [])].map((f) => f.name);
  t.same(names, [
    'Id',
    'Name',
    'IsDeleted',
    'OwnerId',
    'CreatedDate',
    'CreatedById',
    'LastModifiedDate',
    'LastModifiedById',
    'SystemModstamp',
  ]);
  t.match(schema.field('Zoo__c', 'Name'), {
    autoNumber: true,
    displayFormat: 'Z-{000}',
    createable: false,
    nillable: false,
  });
  t.match(schema.field('Ant__c', 'Name'), { autoNumber: false, nillable: true, length: 80, nameField: true });
  t.end();
});

t.test('fields: what each type of the metadata becomes', (t) => {
  const field = (name: string, type: string, more = ''): [string, string] => [
    `objects/Contact/fields/${name}.field-meta.xml`,
    fieldXml(name, type, more),
  ];
  const schema = schemaOf(
    Object.fromEntries([
      field(
        'Key__c',
        'Text',
        '<length>20</length><unique>true</unique><caseSensitive>false</caseSensitive><externalId>true</externalId><required>true</required>',
      ),
      field('N__c', 'Number', '<precision>5</precision><scale>2</scale><inlineHelpText>help</inlineHelpText>'),
      field('Flag__c', 'Checkbox', '<defaultValue>true</defaultValue>'),
      field('Pick__c', 'Picklist', picklistXml(['a', 'b'], true)),
      field('Long__c', 'LongTextArea', '<length>5000</length><visibleLines>5</visibleLines>'),
      field(
        'Other__c',
        'Lookup',
        '<referenceTo>Account</referenceTo><relationshipName>Others</relationshipName><relationshipLabel>Others</relationshipLabel>',
      ),
      field(
        'Sum__c',
        'Number',
        '<precision>18</precision><scale>0</scale><formula>N__c + 1</formula><formulaTreatBlanksAs>BlankAsZero</formulaTreatBlanksAs>',
      ),
      field('Seq__c', 'AutoNumber', '<displayFormat>{0}</displayFormat><startingNumber>5</startingNumber>'),
    ]),
  );
  t.match(schema.field('Contact', 'Key__c'), {
    type: 'string',
    length: 20,
    unique: true,
    externalId: true,
    idLookup: true,
    nillable: false,
    alwaysVisible: true,
    custom: true,
  });
  t.match(schema.field('Contact', 'N__c'), {
    type: 'double',
    precision: 5,
    scale: 2,
    length: 0,
    nillable: true,
    inlineHelpText: 'help',
  });
  t.match(schema.field('Contact', 'Flag__c'), { type: 'boolean', nillable: false, defaultFormula: 'true' });
  t.match(schema.field('Contact', 'Pick__c'), {
    type: 'picklist',
    restrictedPicklist: true,
    picklistValues: [{ value: 'a', active: true }, { value: 'b' }],
  });
  t.match(schema.field('Contact', 'Long__c'), { type: 'textarea', length: 5000, filterable: false, sortable: false });
  t.match(schema.field('Contact', 'Other__c'), {
    type: 'reference',
    referenceTo: ['Account'],
    relationshipName: 'Other__r',
    deleteConstraint: 'SetNull',
  });
  t.match(schema.field('Contact', 'Sum__c'), {
    formula: 'N__c + 1',
    createable: false,
    updateable: false,
    blanksAsZero: true,
  });
  t.match(schema.field('Contact', 'Seq__c'), { autoNumber: true, startingNumber: 5, createable: false });
  const account = schema.object('Account');
  t.ok(account);
  if (account !== null)
    t.match(schema.childRelationship(account, 'others__r'), {
      childObject: 'Contact',
      field: 'Other__c',
      cascadeDelete: false,
    });
  t.end();
});

t.test('the flat form of a folder, and several folders that meet on one object', (t) => {
  const flat = `<CustomObject ${NS}><label>Flat</label><pluralLabel>Flats</pluralLabel><nameField><label>Name</label><type>Text</type></nameField><sharingModel>ReadWrite</sharingModel><fields><fullName>A__c</fullName><label>A</label><type>Text</type><length>5</length></fields><validationRules><fullName>R</fullName><active>true</active><errorConditionFormula>ISBLANK(A__c)</errorConditionFormula><errorMessage>no</errorMessage></validationRules></CustomObject>`;
  const schema = schemaOf(
    { 'objects/Flat__c.object-meta.xml': flat },
    {
      'objects/Flat__c/fields/B__c.field-meta.xml': fieldXml('B__c', 'Date'),
      'objects/Flat__c/validationRules/S.validationRule-meta.xml': ruleXml('S', 'A__c = "x"', 'x', 'A__c'),
    },
  );
  t.ok(schema.field('Flat__c', 'A__c'));
  t.ok(schema.field('Flat__c', 'B__c'));
  t.match(schema.object('Flat__c')?.validationRules, [
    { name: 'R', errorDisplayField: null },
    { name: 'S', errorDisplayField: 'A__c' },
  ]);
  t.end();
});

t.test('labels, custom permissions, permission sets', (t) => {
  const schema = schemaOf({
    'labels/CustomLabels.labels-meta.xml': `<CustomLabels ${NS}><labels><fullName>Hello</fullName><language>en_US</language><protected>true</protected><shortDescription>h</shortDescription><value>Hello &amp; welcome</value></labels></CustomLabels>`,
    'customPermissions/Skip.customPermission-meta.xml': `<CustomPermission ${NS}><isLicensed>false</isLicensed><label>Skip rules</label></CustomPermission>`,
    'permissionsets/Reader.permissionset-meta.xml': `<PermissionSet ${NS}><label>Reader</label><hasActivationRequired>false</hasActivationRequired><classAccesses><apexClass>Service</apexClass><enabled>true</enabled></classAccesses><customPermissions><enabled>true</enabled><name>Skip</name></customPermissions><fieldPermissions><editable>false</editable><field>Contact.Email</field><readable>true</readable></fieldPermissions><objectPermissions><allowCreate>false</allowCreate><allowDelete>false</allowDelete><allowEdit>false</allowEdit><allowRead>true</allowRead><modifyAllRecords>false</modifyAllRecords><object>Contact</object><viewAllRecords>true</viewAllRecords></objectPermissions><userPermissions><enabled>true</enabled><name>ApiEnabled</name></userPermissions></PermissionSet>`,
  });
  t.equal(schema.labels.get('hello'), 'Hello & welcome');
  t.match(schema.customPermissions.get('skip'), { name: 'Skip', label: 'Skip rules' });
  const set = schema.permissionSets.get('reader');
  t.match(set?.objects.get('contact'), { read: true, viewAll: true, edit: false });
  t.match(set?.fields.get('contact.email'), { read: true, edit: false });
  t.same([...(set?.classes ?? [])], ['service']);
  t.same([...(set?.customPermissions ?? [])], ['skip']);
  t.same([...(set?.userPermissions ?? [])], ['apienabled']);
  t.end();
});

t.test('what is not modelled stops by name, with its file', (t) => {
  const refused: [string, Record<string, string>, RegExp][] = [
    [
      'an unknown element',
      {
        'objects/Contact/fields/A__c.field-meta.xml': fieldXml('A__c', 'Text', '<length>5</length><lenght>6</lenght>'),
      },
      /CustomField\.lenght \(at .*A__c\.field-meta\.xml\)/,
    ],
    ['an unknown type of metadata', { 'flows/F.flow-meta.xml': '<Flow/>' }, /metadata type \.flow/],
    [
      'a filter operation',
      {
        'objects/Contact/fields/A__c.field-meta.xml': fieldXml(
          'A__c',
          'Lookup',
          '<referenceTo>Account</referenceTo><relationshipName>As</relationshipName><lookupFilter><active>true</active>' +
            '<filterItems><field>Account.Name</field><operation>within</operation><value>x</value></filterItems></lookupFilter>',
        ),
      },
      /filter operation within/,
    ],
    [
      'fuzzy matching',
      {
        'matchingRules/Contact.matchingRule-meta.xml':
          '<MatchingRules><matchingRules><fullName>M</fullName><ruleStatus>Active</ruleStatus><matchingRuleItems>' +
          '<fieldName>FirstName</fieldName><matchingMethod>FirstName</matchingMethod></matchingRuleItems></matchingRules></MatchingRules>',
      },
      /matching method FirstName/,
    ],
    [
      'a big object',
      { 'objects/B__b/B__b.object-meta.xml': `<CustomObject ${NS}><label>B</label></CustomObject>` },
      /object B__b/,
    ],
    [
      'a field that formulas do not find, since the model may lack it',
      {
        'objects/Contact/validationRules/V.validationRule-meta.xml': ruleXml('V', 'ISBLANK(Nope__c)', 'm'),
      },
      /field Nope__c of Contact/,
    ],
    [
      'an unknown formula function',
      { 'objects/Contact/validationRules/V.validationRule-meta.xml': ruleXml('V', 'VLOOKUP(LastName) = "x"', 'm') },
      /VLOOKUP/,
    ],
  ];
  for (const [what, files, message] of refused) {
    t.throws(() => schemaOf(files), { message }, what);
    t.throws(() => schemaOf(files), NotModelledError, what);
  }
  t.end();
});

t.test('what a deployment would refuse is a compile error', (t) => {
  const set = (inner: string): Record<string, string> => ({
    'permissionsets/P.permissionset-meta.xml': `<PermissionSet ${NS}><label>P</label>${inner}</PermissionSet>`,
  });
  const fieldPermission = (field: string): string =>
    `<fieldPermissions><editable>true</editable><field>${field}</field><readable>true</readable></fieldPermissions>`;
  const refused: [string, Record<string, string>, RegExp][] = [
    [
      'a field of an object that there is not',
      { 'objects/No__c/fields/A__c.field-meta.xml': fieldXml('A__c', 'Date') },
      /No__c/,
    ],
    [
      'a rule shown at a field that there is not',
      { 'objects/Contact/validationRules/V.validationRule-meta.xml': ruleXml('V', 'TRUE', 'm', 'Nope__c') },
      /Nope__c does not exist/,
    ],
    [
      'a permission for a field that there is not',
      set(fieldPermission('Contact.Nope__c')),
      /no CustomField named Contact.Nope__c found/,
    ],
    [
      'a permission for a required field',
      set(fieldPermission('Contact.LastName')),
      /You cannot deploy to a required field: Contact.LastName/,
    ],
    [
      'a permission for a custom permission that there is not',
      set('<customPermissions><enabled>true</enabled><name>No</name></customPermissions>'),
      /no CustomPermission named No found/,
    ],
    [
      'edit without read',
      set(
        '<objectPermissions><allowEdit>true</allowEdit><allowRead>false</allowRead><object>Contact</object></objectPermissions>',
      ),
      /depends on permission\(s\): Read/,
    ],
    ['XML that is none', { [CONTACT]: '<CustomObject><label>' }, /Error parsing file/],
    ['another root element', { [CONTACT]: '<CustomField/>' }, /Expected root element CustomObject, found CustomField/],
    [
      'a missing element',
      { 'objects/Contact/fields/A__c.field-meta.xml': `<CustomField ${NS}><fullName>A__c</fullName></CustomField>` },
      /Required field is missing: type/,
    ],
  ];
  for (const [what, files, message] of refused) {
    t.throws(() => schemaOf(files), { message }, what);
    t.throws(() => schemaOf(files), CompileError, what);
  }
  t.end();
});
