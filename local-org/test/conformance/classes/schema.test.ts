import t from 'tap';
import { exceptions, expressions } from '../../helpers/expressions.ts';
import { proveFacts } from '../../helpers/facts.ts';
import type { FactOrgOptions } from '../../helpers/facts.ts';

// Schema describe, field sets, Type, and the classes about the running transaction.
const DESCRIBE = 'Apex Reference Guide, DescribeSObjectResult Class';
const FIELD = 'Apex Reference Guide, DescribeFieldResult Class';
const SETS = 'Apex Reference Guide, FieldSet and FieldSetMember Classes';
const TYPE = 'Apex Reference Guide, Type Class';
const CONTEXT = 'Apex Reference Guide, UserInfo, Limits, Request, System Classes';
const URLS = 'Apex Reference Guide, URL Class; java.net.URL';
const SMALL = 'Apex Reference Guide, SelectOption, Version, UUID, DomainCreator, Collator Classes';

const field = (body: string): string =>
  `<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">${body}</CustomField>`;

const METADATA: FactOrgOptions['metadata'] = {
  'objects/Order__c/Order__c.object-meta.xml': `<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
    <deploymentStatus>Deployed</deploymentStatus><label>Order</label><pluralLabel>Orders</pluralLabel>
    <nameField><displayFormat>O-{0000}</displayFormat><label>Number</label><type>AutoNumber</type></nameField>
    <sharingModel>ControlledByParent</sharingModel></CustomObject>`,
  'objects/Order__c/fields/Account__c.field-meta.xml': field(`<fullName>Account__c</fullName><label>Account</label>
    <referenceTo>Account</referenceTo><relationshipName>Orders</relationshipName><type>MasterDetail</type>`),
  'objects/Order__c/fields/Amount__c.field-meta.xml': field(`<fullName>Amount__c</fullName><label>Amount</label>
    <inlineHelpText>In euros</inlineHelpText><precision>10</precision><scale>2</scale><type>Number</type>`),
  'objects/Order__c/fields/Code__c.field-meta.xml': field(`<fullName>Code__c</fullName><label>Code</label>
    <caseSensitive>true</caseSensitive><externalId>true</externalId><length>12</length><type>Text</type><unique>true</unique>`),
  'objects/Order__c/fields/Kind__c.field-meta.xml': field(`<fullName>Kind__c</fullName><label>Kind</label>
    <required>true</required><type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted>
    <value><fullName>New</fullName><default>true</default><label>Brand new</label></value>
    <value><fullName>Old</fullName><default>false</default><label>Old</label></value></valueSetDefinition></valueSet>`),
  'objects/Order__c/fields/Detail__c.field-meta.xml': field(`<fullName>Detail__c</fullName><label>Detail</label>
    <type>Picklist</type><valueSet><controllingField>Kind__c</controllingField><restricted>true</restricted><valueSetDefinition>
    <sorted>false</sorted><value><fullName>A</fullName><default>false</default><label>A</label></value></valueSetDefinition>
    <valueSettings><controllingFieldValue>New</controllingFieldValue><valueName>A</valueName></valueSettings></valueSet>`),
  'objects/Order__c/fields/Double__c.field-meta.xml': field(`<fullName>Double__c</fullName><label>Double</label>
    <formula>Amount__c * 2</formula><formulaTreatBlanksAs>BlankAsZero</formulaTreatBlanksAs><precision>18</precision>
    <scale>2</scale><type>Number</type>`),
  'objects/Order__c/fieldSets/Short.fieldSet-meta.xml': `<FieldSet xmlns="http://soap.sforce.com/2006/04/metadata">
    <fullName>Short</fullName><description>for lists</description><label>Short form</label>
    <availableFields><field>Code__c</field><isFieldManaged>false</isFieldManaged><isRequired>false</isRequired></availableFields>
    <displayedFields><field>Kind__c</field><isFieldManaged>false</isFieldManaged><isRequired>true</isRequired></displayedFields>
    <displayedFields><field>Account__r.Name</field><isFieldManaged>false</isFieldManaged><isRequired>false</isRequired></displayedFields>
    </FieldSet>`,
};

const FILES: FactOrgOptions['files'] = {
  'Shape.cls': `public virtual class Shape { public Integer sides = 4; public override String toString() { return 'shape ' + sides; }
    public class Inner { } public interface Drawable { } public enum Color { RED, GREEN } }`,
  'Square.cls': `public class Square extends Shape implements Shape.Drawable { }`,
};

t.test('schema and context', async (t) => {
  await proveFacts(t, { metadata: METADATA, files: FILES }, [
    expressions(
      'objects',
      DESCRIBE,
      {
        'd.getName()': 'Order__c',
        'd.getLocalName()': 'Order__c',
        'd.getLabel()': 'Order',
        'd.getLabelPlural()': 'Orders',
        'd.getKeyPrefix().length()': '3',
        'd.isCustom()': 'true',
        'd.isCustomSetting()': 'false',
        'd.isQueryable()': 'true',
        'd.isCreateable()': 'true',
        'd.isUpdateable()': 'true',
        'd.isDeletable()': 'true',
        'd.isUndeletable()': 'true',
        'd.isMergeable()': 'false',
        'Account.SObjectType.getDescribe().isMergeable()': 'true',
        'd.getSObjectType() == Order__c.SObjectType': 'true',
        "Schema.getGlobalDescribe().get('ORDER__C') == Order__c.SObjectType": 'true',
        "Schema.getGlobalDescribe().containsKey('nothing__c')": 'false',
        "Schema.describeSObjects(new List<String>{'Account', 'Order__c'}).size()": '2',
        "d.fields.getMap().containsKey('AMOUNT__C')": 'true',
        "d.fields.getMap().keySet().contains('amount__c')": 'true',
        'Order__c.SObjectType.newSObject() instanceof Order__c': 'true',
        'd.getRecordTypeInfos().size()': '1',
        "d.getRecordTypeInfosByDeveloperName().get('Master').isMaster()": 'true',
        "d.getRecordTypeInfosByName().get('Master').getRecordTypeId()": '012000000000000AAA',
        children: '1',
        'Account.SObjectType': 'Account',
        'Schema.SObjectType.Order__c.getLabel()': 'Order',
      },
      `Schema.DescribeSObjectResult d = Order__c.SObjectType.getDescribe(SObjectDescribeOptions.DEFERRED);
      Integer children = 0;
      for (Schema.ChildRelationship c : Account.SObjectType.getDescribe().getChildRelationships()) {
        if (c.getChildSObject() == Order__c.SObjectType && c.getRelationshipName() == 'Orders__r'
          && c.getField() == Order__c.Account__c && c.isCascadeDelete()) children++;
      }`,
    ),
    exceptions('objects that do not exist', DESCRIBE, {
      "Schema.describeSObjects(new List<String>{'Nothing__c'});":
        /^System\.InvalidParameterValueException: Invalid sobject provided\./,
    }),
    expressions(
      'fields',
      FIELD,
      {
        'amount.getName() + amount.getLabel() + amount.getType()': 'Amount__cAmountDOUBLE',
        "amount.getPrecision() + ' ' + amount.getScale() + ' ' + amount.getDigits()": '10 2 0',
        'amount.getInlineHelpText()': 'In euros',
        'amount.isNillable()': 'true',
        'amount.isCalculated()': 'false',
        'amount.isFilterable() && amount.isSortable()': 'true',
        'amount.isGroupable()': 'false',
        'amount.getSoapType()': 'DOUBLE',
        'amount.getSObjectField() == Order__c.Amount__c': 'true',
        'code.isUnique() && code.isExternalId() && code.isCaseSensitive()': 'true',
        "code.getLength() + ' ' + code.getByteLength()": '12 36',
        'kind.getPicklistValues().size()': '2',
        'kind.getPicklistValues()[0].getLabel() + kind.getPicklistValues()[0].getValue()': 'Brand newNew',
        'kind.getPicklistValues()[0].isDefaultValue() && kind.getPicklistValues()[0].isActive()': 'true',
        'kind.isRestrictedPicklist()': 'true',
        'kind.isDependentPicklist()': 'false',
        'detail.isDependentPicklist()': 'true',
        'detail.getController() == Order__c.Kind__c': 'true',
        'doubled.isCalculated() && !doubled.isCreateable()': 'true',
        'doubled.getCalculatedFormula()': 'Amount__c * 2',
        'doubled.isFormulaTreatNullNumberAsZero()': 'true',
        'account.getReferenceTo()[0] == Account.SObjectType': 'true',
        'account.getRelationshipName()': 'Account__r',
        'account.getRelationshipOrder()': '0',
        'account.isCascadeDelete()': 'true',
        'account.isNamePointing()': 'false',
        'Order__c.Name.getDescribe().isAutoNumber() && Order__c.Name.getDescribe().isNameField()': 'true',
        'Schema.SObjectType.Contact.fields.FirstName.getCompoundFieldName()': 'Name',
        'Contact.LastName.getDescribe().isPermissionable()': 'false',
        'Order__c.Amount__c': 'Amount__c',
        'Contact.Email.getDescribe().getType() == Schema.DisplayType.EMAIL': 'true',
        'Opportunity.IsWon.getDescribe().isDefaultedOnCreate()': 'true',
      },
      `Schema.DescribeFieldResult amount = Order__c.Amount__c.getDescribe();
      Schema.DescribeFieldResult code = Schema.SObjectType.Order__c.fields.Code__c;
      Schema.DescribeFieldResult kind = Order__c.Kind__c.getDescribe();
      Schema.DescribeFieldResult detail = Order__c.Detail__c.getDescribe();
      Schema.DescribeFieldResult doubled = Order__c.Double__c.getDescribe();
      Schema.DescribeFieldResult account = Order__c.Account__c.getDescribe();`,
    ),
    expressions(
      'field sets',
      SETS,
      {
        'f.getName() + f.getLabel() + f.getDescription()': 'ShortShort formfor lists',
        'f.getSObjectType() == Order__c.SObjectType': 'true',
        'f.getFields().size()': '2',
        'f.getFields()[0].getFieldPath() + f.getFields()[0].getLabel()': 'Kind__cKind',
        'f.getFields()[0].getRequired() && f.getFields()[0].getDbRequired()': 'true',
        'f.getFields()[1].getFieldPath()': 'Account__r.Name',
        'f.getFields()[1].getType()': 'STRING',
        'f.getFields()[1].getSObjectField() == Account.Name': 'true',
        "Order__c.SObjectType.getDescribe().fieldSets.getMap().get('SHORT').getLabel()": 'Short form',
        'Account.SObjectType.getDescribe().fieldSets.getMap().isEmpty()': 'true',
      },
      'Schema.FieldSet f = Schema.SObjectType.Order__c.fieldSets.Short;',
    ),
    expressions('types', TYPE, {
      "Type.forName('square').getName()": 'Square',
      "Type.forName('Shape.Inner')": 'Shape.Inner',
      "Type.forName('', 'Square') == Square.class": 'true',
      "Type.forName('Nothing')": 'null',
      "Type.forName('Square').newInstance()": 'shape 4',
      'Shape.class.isAssignableFrom(Square.class)': 'true',
      'Square.class.isAssignableFrom(Shape.class)': 'false',
      'Shape.Drawable.class.isAssignableFrom(Square.class)': 'true',
      'List<Map<String, Integer>>.class': 'List<Map<String,Integer>>',
      "((List<String>) Type.forName('List<String>').newInstance()).size()": '0',
      "Type.forName('Account').newInstance() instanceof Account": 'true',
      'String.class.toString()': 'String',
      'Square.class.equals(Square.class)': 'true',
      "Shape.Color.valueOf('GREEN').ordinal()": '1',
      'Shape.Color.values().size()': '2',
    }),
    expressions('who runs, and how much', CONTEXT, {
      "UserInfo.getUserId().startsWith('005')": 'true',
      'UserInfo.getUserId().length()': '18',
      "UserInfo.getFirstName() + ' ' + UserInfo.getLastName()": 'Ada Admin',
      'UserInfo.getName()': 'Ada Admin',
      'UserInfo.getUserType()': 'Standard',
      'UserInfo.getUserRoleId()': 'null',
      "UserInfo.getOrganizationId().startsWith('00D')": 'true',
      'UserInfo.getDefaultCurrency()': 'USD',
      'UserInfo.isMultiCurrencyOrganization()': 'false',
      'UserInfo.getLocale() + UserInfo.getLanguage()': 'en_USen_US',
      'UserInfo.getUiThemeDisplayed()': 'Theme4d',
      "UserInfo.getSessionId().startsWith(UserInfo.getOrganizationId().left(15) + '!')": 'true',
      'Limits.getLimitQueries()': '100',
      'Limits.getLimitDmlStatements()': '150',
      'Limits.getLimitDmlRows()': '10000',
      'Limits.getLimitQueryRows()': '50000',
      'Limits.getLimitCpuTime()': '10000',
      'Limits.getLimitHeapSize()': /^6(000000|291456)$/,
      'Limits.getLimitCallouts()': '100',
      'Limits.getLimitFutureCalls()': '50',
      'Limits.getLimitQueueableJobs()': '50',
      'Limits.getLimitSoslQueries()': '20',
      'Limits.getLimitAggregateQueries()': '300',
      'Limits.getLimitEmailInvocations()': '10',
      'Limits.getLimitQueryLocatorRows()': '10000',
      'Limits.getLimitPublishImmediateDml()': '150',
      'Limits.getLimitMobilePushApexCalls()': '10',
      'Limits.getSavepoints() == Limits.getDmlStatements()': 'true',
      'Request.getCurrent().getQuiddity()': 'SYNCHRONOUS',
      'System.getQuiddityShortCode(Quiddity.BATCH_APEX)': 'B',
      'System.isBatch() || System.isFuture() || System.isQueueable() || System.isScheduled()': 'false',
      'System.getApplicationReadWriteMode()': 'DEFAULT',
      'Test.isRunningTest()': 'false',
      'System.currentTimeMillis() > 1700000000000L': 'true',
      "FeatureManagement.checkPermission('Nothing')": 'false',
      'Network.getNetworkId()': 'null',
    }),
    expressions(
      'recalculated formulas',
      'Apex Reference Guide, Formula Class, recalculateFormulas(sobjects)',
      { 'orders[0].Double__c': '7.00', 'orders[1].Double__c': /^0(\.00)?$/, 'done[0].isSuccess()': 'true' },
      `List<Order__c> orders = new List<Order__c>{new Order__c(Amount__c = 3.5), new Order__c()};
      List<FormulaRecalcResult> done = Formula.recalculateFormulas(orders);`,
    ),
    expressions('URLs', URLS, {
      "new Url('https://ada@example.org:8443/a/b?c=1#d').getHost()": 'example.org',
      "new Url('https://ada@example.org:8443/a/b?c=1#d').getPort()": '8443',
      "new Url('https://example.org/a').getDefaultPort()": '443',
      "new Url('https://example.org/a?b=1').getFile()": '/a?b=1',
      "new Url('https://example.org/a?b=1').getQuery()": 'b=1',
      "new Url('https://example.org/a/b').toExternalForm()": 'https://example.org/a/b',
      "new Url('https', 'example.org', '/x').toExternalForm()": 'https://example.org/x',
      "new Url(new Url('https://example.org/a/b'), 'c').toExternalForm()": 'https://example.org/a/c',
      "Url.getOrgDomainUrl().getHost().endsWith('.my.salesforce.com')": 'true',
      'Url.getOrgDomainUrl().toExternalForm() == Url.getSalesforceBaseUrl().toExternalForm()': 'true',
    }),
    expressions(
      'small classes',
      SMALL,
      {
        "new SelectOption('a', 'A').getLabel()": 'A',
        "new SelectOption('a', 'A', true).getDisabled()": 'true',
        'new Version(1, 2, 3)': '1.2.3',
        'new Version(1, 10).compareTo(new Version(1, 9)) > 0': 'true',
        'new Version(1, 2).compareTo(new Version(1, 2, 5))': '0',
        'UUID.randomUUID().toString().length()': '36',
        "UUID.fromString('D3B07384-D9A3-4C8B-9E3F-1A2B3C4D5E6F').toString()": 'd3b07384-d9a3-4c8b-9e3f-1a2b3c4d5e6f',
        "DomainCreator.getOrgMyDomainHostname().endsWith('.my.salesforce.com')": 'true',
        words: '(Äpfel, apple, Zebra)',
      },
      "List<String> words = new List<String>{'Zebra', 'Äpfel', 'apple'}; words.sort(Collator.getInstance());",
    ),
  ]);
});
