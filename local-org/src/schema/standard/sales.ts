import type { ObjectTable } from './builder.ts';
import { LEAD_SOURCES, masterRecord } from './parts.ts';

/** Opportunity, Case, Campaign, CampaignMember. */
export const sales: ObjectTable[] = [
  {
    name: 'Opportunity',
    label: 'Opportunity',
    plural: 'Opportunities',
    prefix: '006',
    owner: 'User',
    recent: 'activity',
    fields: `
  AccountId | Account ID | reference Account | rel=Account children=Opportunities
  RecordTypeId | Record Type ID | reference RecordType | rel=RecordType
  IsPrivate | Private | boolean
  Name | Name | string 120 | name required
  Description | Description | textarea 32000
  StageName | Stage | picklist 255: Prospecting; Qualification; Needs Analysis; Value Proposition; Id. Decision Makers; Perception Analysis; Proposal/Price Quote; Negotiation/Review; Closed Won; Closed Lost | required
  Amount | Amount | currency 18,2
  Probability | Probability (%) | percent 3,0
  ExpectedRevenue | Expected Amount | currency 18,2 | formula=Amount * Probability
  TotalOpportunityQuantity | Quantity | double 18,2
  CloseDate | Close Date | date | required
  Type | Opportunity Type | picklist 255: Existing Customer - Upgrade; Existing Customer - Replacement; Existing Customer - Downgrade; New Customer
  NextStep | Next Step | string 255
  LeadSource | Lead Source | picklist 255: ${LEAD_SOURCES}
  IsClosed | Closed | boolean | formula=OR(ISPICKVAL(StageName, 'Closed Won'), ISPICKVAL(StageName, 'Closed Lost'))
  IsWon | Won | boolean | formula=ISPICKVAL(StageName, 'Closed Won')
  CampaignId | Campaign ID | reference Campaign | rel=Campaign children=Opportunities
  ContactId | Contact ID | reference Contact | createonly rel=Contact`,
  },
  {
    name: 'Case',
    label: 'Case',
    plural: 'Cases',
    prefix: '500',
    owner: 'Group,User',
    recent: 'viewed',
    fields: `
  ${masterRecord('Case')}
  CaseNumber | Case Number | string 30 | name idlookup number={00000000}
  ContactId | Contact ID | reference Contact | rel=Contact children=Cases
  AccountId | Account ID | reference Account | rel=Account children=Cases
  ParentId | Parent Case ID | reference Case | rel=Parent children=Cases
  RecordTypeId | Record Type ID | reference RecordType | rel=RecordType
  SuppliedName | Name | string 80
  SuppliedEmail | Email Address | email
  SuppliedPhone | Phone | string 40
  SuppliedCompany | Company | string 80
  Type | Case Type | picklist 255: Mechanical; Electrical; Electronic; Structural; Other
  Status | Status | picklist 255: *New; Working; Escalated; Closed | required
  Reason | Case Reason | picklist 255: Installation; Equipment Complexity; Performance; Breakdown; Equipment Design; Feedback; Other
  Origin | Case Origin | picklist 255: Phone; Email; Web
  Subject | Subject | string 255
  Priority | Priority | picklist 255: High; *Medium; Low
  Description | Description | textarea 32000
  IsClosed | Closed | boolean | formula=ISPICKVAL(Status, 'Closed')
  ClosedDate | Closed Date | datetime | readonly
  IsEscalated | Escalated | boolean
  ContactPhone | Contact Phone | phone | formula=Contact.Phone
  ContactMobile | Contact Mobile | phone | formula=Contact.MobilePhone
  ContactEmail | Contact Email | email | formula=Contact.Email
  ContactFax | Contact Fax | phone | formula=Contact.Fax
  Comments | Internal Comments | textarea 4000 | nofilter`,
  },
  {
    name: 'Campaign',
    label: 'Campaign',
    plural: 'Campaigns',
    prefix: '701',
    owner: 'User',
    recent: 'activity',
    fields: `
  Name | Name | string 80 | name required
  ParentId | Parent Campaign ID | reference Campaign | rel=Parent children=ChildCampaigns
  RecordTypeId | Record Type ID | reference RecordType | rel=RecordType
  Type | Type | picklist 255: Conference; Webinar; Trade Show; Public Relations; Partners; Referral Program; Advertisement; Banner Ads; Direct Mail; Email; Telemarketing; Other
  Status | Status | picklist 255: *Planned; In Progress; Completed; Aborted
  StartDate | Start Date | date
  EndDate | End Date | date
  ExpectedRevenue | Expected Revenue | currency 18,0
  BudgetedCost | Budgeted Cost | currency 18,0
  ActualCost | Actual Cost | currency 18,0
  ExpectedResponse | Expected Response (%) | percent 10,2
  NumberSent | Num Sent | double 18,0
  IsActive | Active | boolean
  Description | Description | textarea 32000`,
  },
  {
    name: 'CampaignMember',
    label: 'Campaign Member',
    plural: 'Campaign Members',
    prefix: '00v',
    fields: `
  CampaignId | Campaign ID | reference Campaign | required createonly cascade rel=Campaign children=CampaignMembers
  LeadId | Lead ID | reference Lead | createonly cascade rel=Lead children=CampaignMembers
  ContactId | Contact ID | reference Contact | createonly cascade rel=Contact children=CampaignMembers
  Status | Status | picklist 40: *Sent; Responded
  HasResponded | Responded | boolean | formula=ISPICKVAL(Status, 'Responded')
  FirstRespondedDate | First Responded Date | date | readonly`,
  },
];
