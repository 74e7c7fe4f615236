import type { ObjectTable } from './builder.ts';
import { address, INDUSTRIES, LEAD_SOURCES, masterRecord, PERSON_NAME, RATINGS } from './parts.ts';

const EMAIL_BOUNCE = `
  EmailBouncedReason | Email Bounced Reason | string 255
  EmailBouncedDate | Email Bounced Date | datetime`;

const JIGSAW = 'Jigsaw | Data.com Key | string 20';

/** Account, Contact, Lead. */
export const customers: ObjectTable[] = [
  {
    name: 'Account',
    label: 'Account',
    plural: 'Accounts',
    prefix: '001',
    owner: 'User',
    recent: 'activity',
    fields: `
  ${masterRecord('Account')}
  Name | Account Name | string 255 | name required
  Type | Account Type | picklist 255: Prospect; Customer - Direct; Customer - Channel; Channel Partner / Reseller; Installation Partner; Technology Partner; Other
  RecordTypeId | Record Type ID | reference RecordType | rel=RecordType
  ParentId | Parent Account ID | reference Account | rel=Parent children=ChildAccounts
  ${address('Billing', 'Billing ')}
  ${address('Shipping', 'Shipping ')}
  Phone | Account Phone | phone
  Fax | Account Fax | phone
  AccountNumber | Account Number | string 40
  Website | Website | url 255
  PhotoUrl | Photo URL | url 255 | readonly
  Sic | SIC Code | string 20
  Industry | Industry | picklist 255: ${INDUSTRIES}
  AnnualRevenue | Annual Revenue | currency 18,0
  NumberOfEmployees | Employees | int 8
  Ownership | Ownership | picklist 255: Public; Private; Subsidiary; Other
  TickerSymbol | Ticker Symbol | string 20
  Description | Account Description | textarea 32000
  Rating | Account Rating | picklist 255: ${RATINGS}
  Site | Account Site | string 80
  ${JIGSAW}
  JigsawCompanyId | Jigsaw Company ID | string 20 | readonly
  AccountSource | Account Source | picklist 255: ${LEAD_SOURCES}
  SicDesc | SIC Description | string 80`,
  },
  {
    name: 'Contact',
    label: 'Contact',
    plural: 'Contacts',
    prefix: '003',
    owner: 'User',
    recent: 'activity',
    fields: `
  ${masterRecord('Contact')}
  AccountId | Account ID | reference Account | rel=Account children=Contacts
  ${PERSON_NAME}
  RecordTypeId | Record Type ID | reference RecordType | rel=RecordType
  ${address('Other', 'Other ')}
  ${address('Mailing', 'Mailing ')}
  Phone | Business Phone | phone
  Fax | Business Fax | phone
  MobilePhone | Mobile Phone | phone
  HomePhone | Home Phone | phone
  OtherPhone | Other Phone | phone
  AssistantPhone | Asst. Phone | phone
  ReportsToId | Reports To ID | reference Contact | rel=ReportsTo
  Email | Email | email | idlookup
  Title | Title | string 128
  Department | Department | string 80
  AssistantName | Assistant's Name | string 40
  LeadSource | Lead Source | picklist 255: ${LEAD_SOURCES}
  Birthdate | Birthdate | date
  Description | Contact Description | textarea 32000
  HasOptedOutOfEmail | Email Opt Out | boolean
  HasOptedOutOfFax | Fax Opt Out | boolean
  DoNotCall | Do Not Call | boolean
  LastCURequestDate | Last Stay-in-Touch Request Date | datetime | readonly
  LastCUUpdateDate | Last Stay-in-Touch Save Date | datetime | readonly
  ${EMAIL_BOUNCE}
  IsEmailBounced | Is Email Bounced | boolean | formula=NOT(ISBLANK(EmailBouncedReason))
  PhotoUrl | Photo URL | url 255 | readonly
  ${JIGSAW}
  JigsawContactId | Jigsaw Contact ID | string 20 | readonly`,
  },
  {
    name: 'Lead',
    label: 'Lead',
    plural: 'Leads',
    prefix: '00Q',
    owner: 'Group,User',
    recent: 'activity',
    fields: `
  ${masterRecord('Lead')}
  ${PERSON_NAME}
  RecordTypeId | Record Type ID | reference RecordType | rel=RecordType
  Title | Title | string 128
  Company | Company | string 255 | required
  ${address('', '')}
  Phone | Phone | phone
  MobilePhone | Mobile Phone | phone
  Fax | Fax | phone
  Email | Email | email | idlookup
  Website | Website | url 255
  PhotoUrl | Photo URL | url 255 | readonly
  Description | Description | textarea 32000
  LeadSource | Lead Source | picklist 255: ${LEAD_SOURCES}
  Status | Status | picklist 255: *Open - Not Contacted; Working - Contacted; Closed - Converted; Closed - Not Converted | required
  Industry | Industry | picklist 255: ${INDUSTRIES}
  Rating | Rating | picklist 255: ${RATINGS}
  AnnualRevenue | Annual Revenue | currency 18,0
  NumberOfEmployees | Employees | int 8
  HasOptedOutOfEmail | Email Opt Out | boolean
  HasOptedOutOfFax | Fax Opt Out | boolean
  DoNotCall | Do Not Call | boolean
  LastTransferDate | Last Transfer Date | date
  IsConverted | Converted | boolean | readonly
  ConvertedDate | Converted Date | date | readonly
  ConvertedAccountId | Converted Account ID | reference Account | readonly rel=ConvertedAccount
  ConvertedContactId | Converted Contact ID | reference Contact | readonly rel=ConvertedContact
  ConvertedOpportunityId | Converted Opportunity ID | reference Opportunity | readonly rel=ConvertedOpportunity
  IsUnreadByOwner | Unread By Owner | boolean
  ${EMAIL_BOUNCE}
  ${JIGSAW}
  JigsawContactId | Jigsaw Contact ID | string 20 | readonly`,
  },
];
