import type { ObjectTable } from './builder.ts';
import { address } from './parts.ts';

const TIME_ZONES = ['GMT', 'Asia/Kolkata', ...Intl.supportedValuesOf('timeZone')].join('; ');
const LOCALES =
  'en_US; en_GB; en_CA; en_AU; en_IE_EURO; de_DE_EURO; de_DE; de_CH; de_AT; fr_FR; fr_FR_EURO; es_ES; it_IT; nl_NL; pt_BR; ja_JP; zh_CN';
const LANGUAGES = 'en_US; de; es; fr; it; ja; sv; ko; zh_TW; zh_CN; pt_BR; nl_NL; da; th; fi; ru; es_MX; no';
const ENCODINGS =
  'UTF-8; ISO-8859-1; Shift_JIS; ISO-2022-JP; EUC-JP; ks_c_5601-1987; Big5; GB2312; Big5-HKSCS; x-SJIS_0213';

/** User, UserRole, Group, GroupMember, Organization. */
export const people: ObjectTable[] = [
  {
    name: 'User',
    label: 'User',
    plural: 'Users',
    prefix: '005',
    setup: true,
    recycleBin: false,
    recent: 'viewed',
    fields: `
  Username | Username | string 80 | required unique idlookup
  LastName | Last Name | string 80 | required
  FirstName | First Name | string 40
  Name | Full Name | string 121 | name of=FirstName,LastName required
  CompanyName | Company Name | string 80
  Division | Division | string 80
  Department | Department | string 80
  Title | Title | string 80
  ${address('', '')}
  Email | Email | email 128 | required idlookup
  SenderEmail | Email Sender Address | email 80
  SenderName | Email Sender Name | string 80
  Signature | Email Signature | string 1333
  Phone | Phone | phone
  Fax | Fax | phone
  MobilePhone | Mobile | phone
  Alias | Alias | string 8 | required
  CommunityNickname | Nickname | string 40 | unique
  IsActive | Active | boolean | default=true
  TimeZoneSidKey | Time Zone | picklist 40: ${TIME_ZONES} | required
  UserRoleId | Role ID | reference UserRole | rel=UserRole children=Users
  LocaleSidKey | Locale | picklist 40: ${LOCALES} | required
  ReceivesInfoEmails | Info Emails | boolean
  ReceivesAdminInfoEmails | Admin Info Emails | boolean
  EmailEncodingKey | Email Encoding | picklist 40: ${ENCODINGS} | required
  ProfileId | Profile ID | reference Profile | required rel=Profile children=Users
  UserType | User Type | picklist 40: *Standard; PowerPartner; PowerCustomerSuccess; CustomerSuccess; Guest; CspLitePortal; CSNOnly; SelfService | readonly restricted
  LanguageLocaleKey | Language | picklist 40: ${LANGUAGES} | required
  EmployeeNumber | Employee Number | string 20
  ManagerId | Manager ID | reference User | rel=Manager children=ManagedUsers
  LastLoginDate | Last Login | datetime | readonly
  LastPasswordChangeDate | Last Password Change or Reset | datetime | readonly
  FederationIdentifier | SAML Federation ID | string 512 | unique casesensitive
  AboutMe | About Me | textarea 1000 | nofilter
  ContactId | Contact ID | reference Contact | createonly rel=Contact
  AccountId | Account ID | reference Account | readonly rel=Account`,
  },
  {
    name: 'UserRole',
    label: 'Role',
    plural: 'Role',
    prefix: '00E',
    setup: true,
    audit: 'modstamp',
    fields: `
  Name | Name | string 80 | name required
  ParentRoleId | Parent Role ID | reference UserRole | rel=ParentRole
  DeveloperName | Developer Name | string 80
  RollupDescription | Description | string 80
  OpportunityAccessForAccountOwner | Opportunity Access Level for Account Owner | picklist 40: *None; Read; Edit | restricted
  CaseAccessForAccountOwner | Case Access Level for Account Owner | picklist 40: *None; Read; Edit | restricted
  ContactAccessForAccountOwner | Contact Access Level for Account Owner | picklist 40: *None; Read; Edit | restricted`,
  },
  {
    name: 'Group',
    label: 'Group',
    plural: 'Group',
    prefix: '00G',
    setup: true,
    recycleBin: false,
    fields: `
  Name | Name | string 40 | name required
  DeveloperName | Developer Name | string 80
  RelatedId | Related ID | reference User,UserRole | readonly rel=Related
  Type | Type | picklist 40: *Regular; Role; RoleAndSubordinates; Organization; Queue | restricted createonly
  Email | Email | email 255
  Description | Description | textarea 255
  DoesSendEmailToMembers | Send Email to Members | boolean
  DoesIncludeBosses | Include Bosses | boolean`,
  },
  {
    name: 'GroupMember',
    label: 'Group Member',
    plural: 'Group Member',
    prefix: '011',
    setup: true,
    audit: 'modstamp',
    fields: `
  GroupId | Group ID | reference Group | required createonly cascade rel=Group children=GroupMembers
  UserOrGroupId | User/Group ID | reference Group,User | required createonly cascade rel=UserOrGroup`,
  },
  {
    name: 'Organization',
    label: 'Organization',
    plural: 'Organization',
    prefix: '00D',
    setup: true,
    recycleBin: false,
    fields: `
  Name | Name | string 80 | name required
  Division | Division | string 80
  ${address('', '')}
  Phone | Phone | phone
  Fax | Fax | phone
  PrimaryContact | Primary Contact | string 80
  DefaultLocaleSidKey | Locale | picklist 40: ${LOCALES}
  TimeZoneSidKey | Time Zone | picklist 40: ${TIME_ZONES}
  LanguageLocaleKey | Language | picklist 40: ${LANGUAGES}
  OrganizationType | Edition | picklist 40: Team Edition; Professional Edition; Enterprise Edition; *Developer Edition; Unlimited Edition | readonly restricted
  NamespacePrefix | Namespace Prefix | string 15 | readonly
  InstanceName | Instance Name | string 5 | readonly
  IsSandbox | Is Sandbox | boolean | readonly
  IsReadOnly | Is Read Only | boolean | readonly
  TrialExpirationDate | Trial Expiration Date | datetime | readonly
  FiscalYearStartMonth | Fiscal Year Starts In | int 9
  UsesStartDateAsFiscalYearName | Fiscal Year Name by Start | boolean`,
  },
];
