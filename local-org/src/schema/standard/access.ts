import type { ObjectTable } from './builder.ts';

/**
 * The user permissions that profiles and permission sets carry here, by API name without "Permissions". Salesforce has
 * some five hundred; these are the ones that govern what this model does. A permission set that grants another keeps
 * it in its metadata only.
 */
export const USER_PERMISSIONS: Readonly<Record<string, string>> = {
  ApiEnabled: 'API Enabled',
  ApiUserOnly: 'Api Only User',
  AssignPermissionSets: 'Assign Permission Sets',
  AuthorApex: 'Author Apex',
  BulkApiHardDelete: 'Bulk API Hard Delete',
  CustomizeApplication: 'Customize Application',
  EditPublicDocuments: 'Manage Public Documents',
  EditTask: 'Edit Tasks',
  EditEvent: 'Edit Events',
  ManageCustomPermissions: 'Manage Custom Permissions',
  ManageInternalUsers: 'Manage Internal Users',
  ManageProfilesPermissionsets: 'Manage Profiles and Permission Sets',
  ManageRoles: 'Manage Roles',
  ManageSharing: 'Manage Sharing',
  ManageUsers: 'Manage Users',
  ModifyAllData: 'Modify All Data',
  ModifyMetadata: 'Modify Metadata Through Metadata API Functions',
  PasswordNeverExpires: 'Password Never Expires',
  RunReports: 'Run Reports',
  TransferAnyEntity: 'Transfer Record',
  ViewAllData: 'View All Data',
  ViewAllUsers: 'View All Users',
  ViewRoles: 'View Roles and Role Hierarchy',
  ViewSetup: 'View Setup and Configuration',
};

const PERMISSION_FIELDS = Object.entries(USER_PERMISSIONS)
  .map(([name, label]) => `Permissions${name} | ${label} | boolean`)
  .join('\n');

/** Profile, permission sets and what they grant. */
export const access: ObjectTable[] = [
  {
    name: 'UserLicense',
    label: 'User License',
    plural: 'User Licenses',
    prefix: '100',
    setup: true,
    readOnly: true,
    audit: 'modstamp',
    fields: `
  LicenseDefinitionKey | License Def. ID | string 40 | readonly
  Name | Name | string 80 | name readonly
  MasterLabel | Master Label | string 80 | readonly
  Status | Status | picklist 40: *Active; Disabled | readonly restricted
  TotalLicenses | Total Licenses | int 9 | readonly
  UsedLicenses | Used Licenses | int 9 | readonly`,
  },
  {
    name: 'Profile',
    label: 'Profile',
    plural: 'Profile',
    prefix: '00e',
    setup: true,
    recycleBin: false,
    recent: 'viewed',
    fields: `
  Name | Name | string 255 | name required
  ${PERMISSION_FIELDS}
  UserLicenseId | User License ID | reference UserLicense | createonly rel=UserLicense
  UserType | User Type | picklist 40: *Standard; PowerPartner; PowerCustomerSuccess; CustomerSuccess; Guest; CspLitePortal; CSNOnly | readonly restricted
  Description | Description | string 255`,
  },
  {
    name: 'PermissionSet',
    label: 'Permission Set',
    plural: 'Permission Sets',
    prefix: '0PS',
    setup: true,
    recycleBin: false,
    fields: `
  Name | Permission Set Name | string 80 | name required
  Label | Permission Set Label | string 80 | required
  LicenseId | License ID | reference UserLicense | rel=License
  ProfileId | Profile ID | reference Profile | readonly cascade rel=Profile
  IsOwnedByProfile | Is Owned By Profile | boolean | readonly
  IsCustom | Custom | boolean | readonly
  ${PERMISSION_FIELDS}
  Description | Description | string 255
  NamespacePrefix | Namespace Prefix | string 15 | readonly
  HasActivationRequired | Has Activation Required | boolean
  Type | Permission Set Type | picklist 40: *Regular; Standard; Session; Profile; Group | readonly restricted`,
  },
  {
    name: 'PermissionSetAssignment',
    label: 'Permission Set Assignment',
    plural: 'Permission Set Assignments',
    prefix: '0Pa',
    setup: true,
    audit: 'modstamp',
    fields: `
  PermissionSetId | PermissionSet ID | reference PermissionSet | required createonly cascade rel=PermissionSet children=Assignments
  AssigneeId | Assignee ID | reference User | required createonly cascade rel=Assignee children=PermissionSetAssignments
  IsActive | Is Active | boolean | formula=TRUE
  ExpirationDate | Date Expires | datetime`,
  },
  {
    name: 'ObjectPermissions',
    label: 'Object Permissions',
    plural: 'Object Permissions',
    prefix: '110',
    setup: true,
    recycleBin: false,
    fields: `
  ParentId | Parent ID | reference PermissionSet | required createonly cascade rel=Parent children=ObjectPerms
  SobjectType | Sobject Type Name | picklist 40 | required createonly
  PermissionsCreate | Create Records | boolean
  PermissionsRead | Read Records | boolean
  PermissionsEdit | Edit Records | boolean
  PermissionsDelete | Delete Records | boolean
  PermissionsViewAllRecords | Read All Records | boolean
  PermissionsModifyAllRecords | Edit All Records | boolean
  PermissionsViewAllFields | View All Fields | boolean`,
  },
  {
    name: 'FieldPermissions',
    label: 'Field Permissions',
    plural: 'Field Permissions',
    prefix: '01k',
    setup: true,
    audit: 'modstamp',
    fields: `
  ParentId | Parent ID | reference PermissionSet | required createonly cascade rel=Parent children=FieldPerms
  SobjectType | Sobject Type Name | picklist 40 | required createonly
  Field | Field Name | picklist 40 | required createonly
  PermissionsEdit | Edit Field | boolean
  PermissionsRead | Read Field | boolean`,
  },
  {
    name: 'SetupEntityAccess',
    label: 'Setup Entity Access',
    plural: 'Setup Entity Access',
    prefix: '0J0',
    setup: true,
    audit: 'modstamp',
    fields: `
  ParentId | Parent ID | reference PermissionSet | required createonly cascade rel=Parent children=SetupEntityAccessItems
  SetupEntityId | Setup Entity ID | reference ApexClass,CustomPermission | required createonly cascade rel=SetupEntity children=SetupEntityAccessItems
  SetupEntityType | Setup Entity Type | picklist 40: ApexClass; ApexPage; ConnectedApplication; CustomPermission; CustomEntityDefinition | readonly restricted`,
  },
  {
    name: 'CustomPermission',
    label: 'Custom Permission',
    plural: 'Custom Permissions',
    prefix: '0CP',
    setup: true,
    fields: `
  DeveloperName | Name | string 80 | name required
  MasterLabel | Custom Permission Name | string 80 | required
  NamespacePrefix | Namespace Prefix | string 15 | readonly
  Description | Description | string 255
  IsProtected | Protected Component | boolean | readonly
  IsLicensed | License Required | boolean | readonly
  Language | Master Language | picklist 40: *en_US; de; es; fr; it; ja; nl_NL; pt_BR; sv; zh_CN; zh_TW`,
  },
];
