import t from 'tap';
import { fieldXml, objectXml, picklistXml, ruleXml } from '../../support/data-org.ts';
import { proveFacts } from '../../helpers/facts.ts';

// Help = Salesforce Help; Apex = Apex Developer Guide; Facts = the platform facts that the project is built on ("Save
// errors"): codes, fields and stages. Formulas = Help, "Formula Operators and Functions".

const field = (object: string, name: string, type: string, inner = ''): Record<string, string> => ({
  [`objects/${object}/fields/${name}.field-meta.xml`]: fieldXml(name, type, inner),
});
const rule = (object: string, name: string, formula: string, message: string, at?: string): Record<string, string> => ({
  [`objects/${object}/validationRules/${name}.validationRule-meta.xml`]: ruleXml(name, formula, message, at),
});
const filter = (items: string, more = ''): string =>
  `<lookupFilter><active>true</active>${more}${items}<isOptional>false</isOptional></lookupFilter>`;
const item = (path: string, operation: string, value: string): string =>
  `<filterItems><field>${path}</field><operation>${operation}</operation>${value}</filterItems>`;
const duplicates = (
  object: string,
  name: string,
  match: string,
  action: string,
  more: string,
): Record<string, string> => ({
  [`duplicateRules/${object}.${name}.duplicateRule-meta.xml`]:
    `<DuplicateRule><actionOnInsert>${action}</actionOnInsert><actionOnUpdate>${action}</actionOnUpdate>${more}` +
    `<duplicateRuleMatchRules><matchRuleSObjectType>${object}</matchRuleSObjectType><matchingRule>${match}</matchingRule></duplicateRuleMatchRules>` +
    `<isActive>true</isActive><masterLabel>${name}</masterLabel><securityOption>EnforceSharingRules</securityOption><sortOrder>1</sortOrder></DuplicateRule>`,
});
const matching = (object: string, name: string, ...fields: string[]): Record<string, string> => ({
  [`matchingRules/${object}.matchingRule-meta.xml`]:
    `<MatchingRules><matchingRules><fullName>${name}</fullName><label>${name}</label>` +
    fields
      .map(
        (f) =>
          `<matchingRuleItems><blankValueBehavior>NullNotAllowed</blankValueBehavior><fieldName>${f}</fieldName><matchingMethod>Exact</matchingMethod></matchingRuleItems>`,
      )
      .join('') +
    '<ruleStatus>Active</ruleStatus></matchingRules></MatchingRules>',
});

const metadata: Record<string, string> = {
  'objects/Case2__c/Case2__c.object-meta.xml': objectXml('Case Two', '<type>Text</type>'),
  ...field('Case2__c', 'Short__c', 'Text', '<length>5</length>'),
  ...field('Case2__c', 'Needed__c', 'Text', '<length>5</length><required>true</required>'),
  ...field('Case2__c', 'Amount__c', 'Number', '<precision>5</precision><scale>2</scale>'),
  ...field('Case2__c', 'Strict__c', 'Picklist', picklistXml(['One', 'Two'], true)),
  ...field('Case2__c', 'Loose__c', 'Picklist', picklistXml(['One', 'Two'], false)),
  ...field('Case2__c', 'Mail__c', 'Email'),
  ...field('Case2__c', 'Site__c', 'Url'),
  ...field('Case2__c', 'Day__c', 'Date'),
  ...field('Case2__c', 'Flag__c', 'Checkbox', '<defaultValue>false</defaultValue>'),
  ...field(
    'Case2__c',
    'Energy__c',
    'Lookup',
    '<referenceTo>Account</referenceTo><relationshipName>EnergyCases</relationshipName>' +
      filter(
        item('Account.Industry', 'equals', '<value>Energy, Mining</value>'),
        '<errorMessage>energy only</errorMessage>',
      ),
  ),
  ...field(
    'Case2__c',
    'Person__c',
    'Lookup',
    '<referenceTo>Contact</referenceTo><relationshipName>PersonCases</relationshipName>' +
      filter(item('Contact.AccountId', 'equals', '<valueField>$Source.Energy__c</valueField>')),
  ),
  ...rule('Case2__c', 'R1_Changed', 'ISCHANGED(Short__c) && PRIORVALUE(Short__c) = "lock"', 'locked', 'Short__c'),
  ...rule('Case2__c', 'R2_New', 'AND(ISNEW(), Short__c = "new")', 'not at first'),
  ...rule('Case2__c', 'R3_Regex', 'NOT(ISBLANK(Short__c)) && NOT(REGEX(Short__c, "[a-z]+"))', 'letters', 'Short__c'),
  ...rule('Case2__c', 'R4_Pick', 'ISPICKVAL(Strict__c, "Two") && Amount__c > 10', 'too much for Two', 'Amount__c'),
  ...rule('Case2__c', 'R5_Text', 'TEXT(Strict__c) = "One" && Flag__c', 'One has no flag'),
  ...rule('Case2__c', 'R6_Parent', 'Energy__r.NumberOfEmployees > 100', 'too large', 'Energy__c'),
  ...rule('Case2__c', 'R7_Date', 'Day__c < DATE(2000, 1, 1)', 'too old', 'Day__c'),
  ...matching('Contact', 'Same_Mail', 'Email'),
  ...duplicates('Contact', 'Block_Mail', 'Same_Mail', 'Block', '<alertText>known already</alertText>'),
  'matchingRules/Account.matchingRule-meta.xml':
    Object.values(matching('Account', 'Same_Name', 'Name', 'Phone'))[0] ?? '',
  ...duplicates(
    'Account',
    'Alert_Name',
    'Same_Name',
    'Allow',
    '<operationsOnInsert>Alert</operationsOnInsert><operationsOnInsert>Report</operationsOnInsert>',
  ),
};

const files = {
  'Case2.trigger': `trigger Case2 on Case2__c (before insert, after insert) {
    for (Case2__c c : Trigger.new) {
      if (c.Name == 'boom') { Integer i = 1 / (c.Amount__c == null ? 0 : 1); }
      if (c.Name == 'field') c.Amount__c.addError('wrong amount');
      if (c.Name == 'row') c.addError('wrong record');
      if (Trigger.isBefore && c.Name == 'cure') c.Short__c = 'ok';
    }
  }`,
  'Show.cls': `public class Show {
    public static void errors(Database.SaveResult r) {
      if (r.isSuccess()) System.debug('saved');
      for (Database.Error e : r.getErrors()) System.debug(e.getStatusCode() + ' | ' + e.getMessage() + ' | ' + e.getFields());
    }
    public static void save(SObject s) { errors(Database.insert(s, false)); }
    public static Case2__c fine() { return new Case2__c(Name = 'x', Needed__c = 'n'); }
  }`,
};

t.test('what a save refuses, and with which words', async (t) => {
  await proveFacts(t, { metadata, files }, [
    {
      title: 'required, also when it is blank text',
      source: 'Facts; Help, "Required Fields": white space counts as blank',
      apex: `Show.save(new Case2__c(Name = 'x')); Show.save(new Case2__c(Name = 'x', Needed__c = '  ')); Show.save(Show.fine());`,
      log: [
        'REQUIRED_FIELD_MISSING | Required fields are missing: [Needed__c] | (Needed__c)',
        'REQUIRED_FIELD_MISSING | Required fields are missing: [Needed__c] | (Needed__c)',
        'saved',
      ],
    },
    {
      title: 'too long; allowFieldTruncation cuts',
      source: 'github.com/CoderDojo/community-platform issue 762; Apex, "Setting DML Options"',
      apex: `Case2__c c = Show.fine(); c.Short__c = 'abcdefg'; Show.save(c);
        Database.DMLOptions o = new Database.DMLOptions(); o.allowFieldTruncation = true;
        Database.insert(c, o);
        System.debug([SELECT Short__c FROM Case2__c].Short__c);`,
      log: ['STRING_TOO_LONG | Short: data value too large: abcdefg (max length=5) | (Short__c)', 'abcde'],
    },
    {
      title: 'numbers: range, and rounding to the scale',
      source: 'declarative-lookup-rollup-summaries issue 713; formula-engine BigDecimalHelper',
      apex: `Case2__c c = Show.fine(); c.Amount__c = 1000; Show.save(c);
        c.Amount__c = 999.995; Show.save(c);
        c.Amount__c = 2.345; Show.save(c); System.debug([SELECT Amount__c FROM Case2__c].Amount__c);`,
      log: [
        'NUMBER_OUTSIDE_VALID_RANGE | Amount: value outside of valid range on numeric field: 1000.0 | (Amount__c)',
        /NUMBER_OUTSIDE_VALID_RANGE/,
        'saved',
        '2.35',
      ],
    },
    {
      title: 'picklists: restricted refuses, open takes any; capitals as defined',
      source: 'Facts: unrestricted picklists do not fail; Help 000386557',
      apex: `Case2__c c = Show.fine(); c.Strict__c = 'Three'; Show.save(c);
        c.Strict__c = 'one'; c.Loose__c = 'Three'; Show.save(c);
        System.debug([SELECT Strict__c, Loose__c FROM Case2__c].Strict__c + ' ' + [SELECT Loose__c FROM Case2__c].Loose__c);`,
      log: [
        'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST | Strict: bad value for restricted picklist field: Three | (Strict__c)',
        'saved',
        'One Three',
      ],
    },
    {
      title: 'e-mail addresses are looked at, and kept in lower case; URLs are not looked at',
      source: 'Facts; Help 000384328; Help, "Custom Field Types", URL',
      apex: `Case2__c c = Show.fine(); c.Mail__c = 'nobody'; Show.save(c);
        c.Mail__c = 'Ada@Example.org'; c.Site__c = 'anything goes'; Show.save(c);
        System.debug([SELECT Mail__c FROM Case2__c].Mail__c);`,
      log: ['INVALID_EMAIL_ADDRESS | Mail: invalid email address: nobody | (Mail__c)', 'saved', 'ada@example.org'],
    },
    {
      title: 'references: to nothing, to the wrong object',
      source: 'Facts: INVALID_CROSS_REFERENCE_KEY, FIELD_INTEGRITY_EXCEPTION',
      apex: `Case2__c c = Show.fine(); c.Energy__c = '001000000000zzzAAA'; Show.save(c);
        c.Energy__c = UserInfo.getUserId();
        Database.Error e = Database.insert(c, false).getErrors()[0];
        System.debug(e.getStatusCode() + ' ' + e.getFields());`,
      log: [/^INVALID_CROSS_REFERENCE_KEY .* \(Energy__c\)$/, 'FIELD_INTEGRITY_EXCEPTION (Energy__c)'],
    },
    {
      title: 'lookup filters: own words, the platform words, fields of the record itself',
      source: 'Help, "Lookup Filters"; SOAP API, FIELD_FILTER_VALIDATION_EXCEPTION',
      apex: `Account e = new Account(Name = 'E', Industry = 'Energy'); Account r = new Account(Name = 'R', Industry = 'Retail');
        insert new List<Account>{ e, r };
        Contact p = new Contact(LastName = 'p', AccountId = r.Id); insert p;
        Case2__c c = Show.fine(); c.Energy__c = r.Id; Show.save(c);
        c.Energy__c = e.Id; c.Person__c = p.Id; Show.save(c);
        update new Contact(Id = p.Id, AccountId = e.Id); Show.save(c);`,
      log: [
        'FIELD_FILTER_VALIDATION_EXCEPTION | energy only | (Energy__c)',
        'FIELD_FILTER_VALIDATION_EXCEPTION | Value does not exist or does not match filter criteria. | (Person__c)',
        'saved',
      ],
    },
    {
      title: 'validation rules: all that fail at once, with their fields',
      source: 'Facts: all validation rules together; Help, "Validation Rules"',
      apex: `Case2__c c = Show.fine(); c.Short__c = 'A1'; c.Strict__c = 'Two'; c.Amount__c = 11; c.Day__c = Date.newInstance(1999, 12, 31); Show.save(c);
        c.Short__c = 'new'; c.Amount__c = 10; c.Day__c = null; Show.save(c);
        c.Short__c = null; c.Strict__c = 'One'; c.Flag__c = true; Show.save(c);`,
      log: [
        'FIELD_CUSTOM_VALIDATION_EXCEPTION | letters | (Short__c)',
        'FIELD_CUSTOM_VALIDATION_EXCEPTION | too much for Two | (Amount__c)',
        'FIELD_CUSTOM_VALIDATION_EXCEPTION | too old | (Day__c)',
        'FIELD_CUSTOM_VALIDATION_EXCEPTION | not at first | ()',
        'FIELD_CUSTOM_VALIDATION_EXCEPTION | One has no flag | ()',
      ],
    },
    {
      title: 'ISCHANGED and PRIORVALUE see the stored record; parents are followed',
      source: 'Formulas, ISCHANGED, PRIORVALUE; Help, "Cross-Object Formulas"',
      apex: `Account big = new Account(Name = 'b', Industry = 'Energy', NumberOfEmployees = 101); insert big;
        Case2__c c = Show.fine(); c.Short__c = 'lock'; Show.save(c);
        c.Short__c = 'open'; Show.errors(Database.update(c, false));
        c.Short__c = 'lock'; c.Flag__c = true; Show.errors(Database.update(c, false));
        c.Energy__c = big.Id; Show.errors(Database.update(c, false));`,
      log: [
        'saved',
        'FIELD_CUSTOM_VALIDATION_EXCEPTION | locked | (Short__c)',
        'saved',
        'FIELD_CUSTOM_VALIDATION_EXCEPTION | too large | (Energy__c)',
      ],
    },
    {
      title: 'stages: lengths first, then rules, then required',
      source: 'Facts: errors arrive in stages, one kind at a time',
      apex: `Case2__c c = new Case2__c(Name = 'x', Short__c = 'ABCDEFG', Flag__c = true, Strict__c = 'One'); Show.save(c);
        c.Short__c = null; Show.save(c);
        c.Flag__c = false; Show.save(c);`,
      log: [/^STRING_TOO_LONG/, 'FIELD_CUSTOM_VALIDATION_EXCEPTION | One has no flag | ()', /^REQUIRED_FIELD_MISSING/],
    },
    {
      title: 'before triggers run before the rules and can cure a record',
      source: 'Apex, "Triggers and Order of Execution"',
      apex: `Case2__c c = Show.fine(); c.Name = 'cure'; c.Short__c = 'A1'; Show.save(c);
        System.debug([SELECT Short__c FROM Case2__c].Short__c);`,
      log: ['saved', 'ok'],
    },
    {
      title: 'addError on a field and on the record; an exception of a trigger',
      source: 'Facts: addError, CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      apex: `Case2__c c = Show.fine(); c.Name = 'field'; Show.save(c); c.Name = 'row'; Show.save(c);
        c.Name = 'boom'; Database.Error e = Database.insert(c, false).getErrors()[0];
        System.debug(e.getStatusCode() + ' ' + e.getMessage().substringBefore('\\n') + ' ' + e.getMessage().contains('System.MathException: Divide by 0'));`,
      log: [
        'FIELD_CUSTOM_VALIDATION_EXCEPTION | wrong amount | (Amount__c)',
        'FIELD_CUSTOM_VALIDATION_EXCEPTION | wrong record | ()',
        'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY Case2: execution of BeforeInsert true',
      ],
    },
    {
      title: 'a duplicate rule that blocks, in its own words; its own record is no duplicate',
      source: 'Apex Reference, "DuplicateRuleHeader"; Help, "Duplicate Rules"; SOAP API, DUPLICATES_DETECTED',
      apex: `Contact a = new Contact(LastName = 'a', Email = 'a@x.org'); Show.save(a);
        Show.save(new Contact(LastName = 'b', Email = 'A@X.org'));
        Database.DMLOptions o = new Database.DMLOptions(); o.DuplicateRuleHeader.allowSave = true;
        Show.errors(Database.insert(new Contact(LastName = 'b', Email = 'a@x.org'), o));
        a.Title = 't'; Show.errors(Database.update(a, false));
        Show.save(new Contact(LastName = 'c')); Show.save(new Contact(LastName = 'd'));`,
      log: [
        'saved',
        'DUPLICATES_DETECTED | known already | ()',
        'DUPLICATES_DETECTED | known already | ()',
        'saved',
        'saved',
        'saved',
      ],
    },
    {
      title: 'a duplicate rule that alerts is passed by allowSave; every field of its match counts',
      source: 'Apex Reference, "DuplicateRuleHeader": allowSave; the words are those a new rule suggests [assumption]',
      apex: `Show.save(new Account(Name = 'Acme', Phone = '1'));
        Account twin = new Account(Name = 'acme', Phone = '1');
        Show.save(twin);
        Show.save(new Account(Name = 'Acme', Phone = '2'));
        Database.DMLOptions o = new Database.DMLOptions(); o.DuplicateRuleHeader.allowSave = true;
        Show.errors(Database.insert(twin, o));`,
      log: ['saved', 'DUPLICATES_DETECTED | Use one of these records? | ()', 'saved', 'saved'],
    },
    {
      title: 'setup objects and others do not mix in one transaction',
      source: 'Apex, "sObjects That Cannot Be Used Together in DML Operations"',
      apex: `insert new Account(Name = 'a');
        Database.SaveResult r = Database.insert(new PermissionSet(Name = 'P', Label = 'P'), false);
        System.debug(r.getErrors()[0].getStatusCode());`,
      log: ['MIXED_DML_OPERATION'],
    },
  ]);
});
