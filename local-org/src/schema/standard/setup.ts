import type { ObjectTable } from './builder.ts';

/** Objects that describe the org's own code, jobs and metadata. */
export const setup: ObjectTable[] = [
  {
    name: 'RecordType',
    label: 'Record Type',
    plural: 'Record Type',
    prefix: '012',
    setup: true,
    recycleBin: false,
    fields: `
  Name | Name | string 80 | name required
  DeveloperName | Record Type Name | string 80 | required
  NamespacePrefix | Namespace Prefix | string 15 | readonly
  Description | Description | string 255
  SobjectType | Sobject Type Name | picklist 40 | required createonly
  IsActive | Active | boolean
  IsPersonType | Is Person Type | boolean | readonly`,
  },
  {
    name: 'ApexClass',
    label: 'Apex Class',
    plural: 'Apex Class',
    prefix: '01p',
    setup: true,
    readOnly: true,
    recycleBin: false,
    fields: `
  NamespacePrefix | Namespace Prefix | string 15 | readonly
  Name | Name | string 255 | name readonly
  ApiVersion | Api Version | double 18,1 | readonly
  Status | Status | picklist 40: Inactive; *Active; Deleted | readonly restricted
  IsValid | Is Valid | boolean | readonly
  Body | Body | textarea 1000000 | readonly nofilter
  LengthWithoutComments | Size Without Comments | int 9 | readonly`,
  },
  {
    name: 'StaticResource',
    label: 'Static Resource',
    plural: 'Static Resources',
    prefix: '081',
    setup: true,
    readOnly: true,
    recycleBin: false,
    fields: `
  NamespacePrefix | Namespace Prefix | string 15 | readonly
  Name | Name | string 255 | name readonly
  ContentType | MIME Type | string 120 | readonly
  BodyLength | Size | int 9 | readonly
  Body | Body | base64 | readonly
  Description | Description | string 255 | readonly
  CacheControl | Cache Control | picklist 40: *Private; Public | readonly restricted`,
  },
  {
    name: 'CustomNotificationType',
    label: 'Custom Notification Type',
    plural: 'Custom Notification Types',
    prefix: '0ML',
    setup: true,
    readOnly: true,
    recycleBin: false,
    fields: `
  DeveloperName | Name | string 80 | readonly
  MasterLabel | Label | string 80 | name readonly
  CustomNotifTypeName | Custom Notification Name | string 80 | readonly
  NamespacePrefix | Namespace Prefix | string 15 | readonly
  Description | Description | string 255 | readonly
  Language | Master Language | picklist 40: *en_US | readonly restricted`,
  },
  {
    name: 'ApexTrigger',
    label: 'Apex Trigger',
    plural: 'Apex Triggers',
    prefix: '01q',
    setup: true,
    readOnly: true,
    recycleBin: false,
    fields: `
  NamespacePrefix | Namespace Prefix | string 15 | readonly
  Name | Name | string 255 | name readonly
  TableEnumOrId | Custom Object Definition ID | picklist 40 | readonly
  UsageBeforeInsert | Before Insert | boolean | readonly
  UsageAfterInsert | After Insert | boolean | readonly
  UsageBeforeUpdate | Before Update | boolean | readonly
  UsageAfterUpdate | After Update | boolean | readonly
  UsageBeforeDelete | Before Delete | boolean | readonly
  UsageAfterDelete | After Delete | boolean | readonly
  UsageIsBulk | Is Bulk | boolean | readonly
  UsageAfterUndelete | After Undelete | boolean | readonly
  ApiVersion | Api Version | double 18,1 | readonly
  Status | Status | picklist 40: Inactive; *Active; Deleted | readonly restricted
  IsValid | Is Valid | boolean | readonly
  Body | Body | textarea 1000000 | readonly nofilter
  LengthWithoutComments | Size Without Comments | int 9 | readonly`,
  },
  {
    name: 'AsyncApexJob',
    label: 'Apex Job',
    plural: 'Apex Jobs',
    prefix: '707',
    setup: true,
    readOnly: true,
    audit: 'created',
    fields: `
  JobType | Job Type | picklist 40: Future; SharingRecalculation; ScheduledApex; BatchApex; BatchApexWorker; TestRequest; TestWorker; ApexToken; Queueable | readonly restricted
  ApexClassId | Class ID | reference ApexClass | readonly rel=ApexClass
  Status | Status | picklist 40: Queued; Processing; Aborted; Completed; Failed; Preparing; Holding | readonly restricted
  JobItemsProcessed | Batches Processed | int 9 | readonly
  TotalJobItems | Total Batches | int 9 | readonly
  NumberOfErrors | Failures | int 9 | readonly
  CompletedDate | Completion Date | datetime | readonly
  MethodName | Apex Method | string 255 | readonly
  ExtendedStatus | Status Detail | string 1000 | readonly
  ParentJobId | Apex Job ID | reference AsyncApexJob | readonly rel=ParentJob
  CronTriggerId | Cron Trigger ID | reference CronTrigger | readonly rel=CronTrigger`,
  },
  {
    name: 'CronJobDetail',
    label: 'Cron Job',
    plural: 'Cron Jobs',
    prefix: '08a',
    setup: true,
    readOnly: true,
    audit: 'none',
    fields: `
  Name | Job Name | string 255 | name readonly
  JobType | Job Type | picklist 40: 7; 3; A | readonly restricted`,
  },
  {
    name: 'CronTrigger',
    label: 'Scheduled Jobs',
    plural: 'Scheduled Jobs',
    prefix: '08e',
    setup: true,
    readOnly: true,
    audit: 'created',
    fields: `
  CronJobDetailId | Job ID | reference CronJobDetail | readonly rel=CronJobDetail
  NextFireTime | Next Run Time | datetime | readonly
  PreviousFireTime | Previous Run Time | datetime | readonly
  State | State | string 16 | readonly
  StartTime | Start Time | datetime | readonly
  EndTime | End Time | datetime | readonly
  CronExpression | Cron Expression | string 255 | readonly
  TimeZoneSidKey | Time Zone | picklist 40 | readonly
  OwnerId | Owner ID | reference User | readonly rel=Owner
  TimesTriggered | Job Fired Count | int 9 | readonly`,
  },
  {
    name: 'EntityDefinition',
    label: 'Entity Definition',
    plural: 'Entity Definitions',
    prefix: '4ie',
    setup: true,
    readOnly: true,
    audit: 'none',
    fields: `
  DurableId | Durable ID | string 255 | readonly
  QualifiedApiName | Qualified API Name | string 70 | readonly name
  DeveloperName | Developer Name | string 40 | readonly
  NamespacePrefix | Namespace Prefix | string 15 | readonly
  Label | Label | string 40 | readonly
  PluralLabel | Plural Label | string 40 | readonly
  KeyPrefix | Key Prefix | string 3 | readonly
  IsQueryable | Is Queryable | boolean | readonly
  IsCustomSetting | Is Custom Setting | boolean | readonly`,
  },
];
