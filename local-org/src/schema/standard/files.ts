import type { ObjectTable } from './builder.ts';

const RECORD = 'Account,Contact,Lead,Opportunity,Case,Campaign,Task,Event';

/** Files, attachments and notes. */
export const files: ObjectTable[] = [
  {
    name: 'ContentDocument',
    label: 'Content Document',
    plural: 'Content Documents',
    prefix: '069',
    owner: 'User',
    fields: `
  Title | Title | string 255 | name required
  Description | Description | textarea 1000 | nofilter
  PublishStatus | Publish Status | picklist 40: P; R; U | readonly restricted
  LatestPublishedVersionId | Latest Published Version ID | reference ContentVersion | readonly rel=LatestPublishedVersion
  ContentSize | Size | int 9 | readonly
  FileType | File Type | string 20 | readonly
  FileExtension | File Extension | string 40 | readonly
  IsArchived | Is Archived | boolean`,
  },
  {
    name: 'ContentVersion',
    label: 'Content Version',
    plural: 'Content Versions',
    prefix: '068',
    owner: 'User',
    fields: `
  ContentDocumentId | ContentDocument ID | reference ContentDocument | createonly cascade rel=ContentDocument children=ContentVersions
  IsLatest | Is Latest | boolean | readonly
  VersionNumber | Version Number | string 20 | readonly
  Title | Title | string 255 | name
  Description | Description | textarea 1000 | nofilter
  ReasonForChange | Reason For Change | string 1000
  PathOnClient | Path On Client | string 500 | createonly
  FileType | File Type | string 20 | readonly
  FileExtension | File Extension | string 40 | readonly
  ContentSize | Size | int 9 | readonly
  VersionData | Version Data | base64
  ContentLocation | Content Origin | picklist 40: *S; E; L | restricted createonly
  Origin | Content Origin | picklist 40: C; *H | restricted createonly
  FirstPublishLocationId | First Publish Location ID | reference ${RECORD},User | createonly rel=FirstPublishLocation`,
  },
  {
    name: 'ContentDocumentLink',
    label: 'Content Document Link',
    plural: 'Content Document Link',
    prefix: '06A',
    audit: 'modstamp',
    recycleBin: true,
    fields: `
  ContentDocumentId | ContentDocument ID | reference ContentDocument | required createonly cascade rel=ContentDocument children=ContentDocumentLinks
  LinkedEntityId | Linked Entity ID | reference ${RECORD},User | required createonly cascade rel=LinkedEntity children=ContentDocumentLinks
  ShareType | Share Type | picklist 40: V; C; I | restricted
  Visibility | Visibility | picklist 40: *AllUsers; InternalUsers; SharedUsers | restricted`,
  },
  {
    name: 'Attachment',
    label: 'Attachment',
    plural: 'Attachments',
    prefix: '00P',
    owner: 'User',
    fields: `
  ParentId | Parent ID | reference ${RECORD} | required createonly cascade rel=Parent children=Attachments
  Name | File Name | string 255 | name required
  IsPrivate | Private | boolean
  ContentType | Content Type | string 120
  BodyLength | Body Length | int 9 | readonly
  Body | Body | base64 | required
  Description | Description | textarea 500 | nofilter`,
  },
  {
    name: 'Note',
    label: 'Note',
    plural: 'Notes',
    prefix: '002',
    owner: 'User',
    fields: `
  ParentId | Parent ID | reference Account,Contact,Lead,Opportunity | required createonly cascade rel=Parent children=Notes
  Title | Title | string 80 | name required
  IsPrivate | Private | boolean
  Body | Body | textarea 32000 | nofilter`,
  },
];
