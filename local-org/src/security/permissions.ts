/** What a user may do with the records of an object, sharing aside (viewAll and modifyAll pass over sharing). */
export interface ObjectAccess {
  create: boolean;
  read: boolean;
  edit: boolean;
  delete: boolean;
  viewAll: boolean;
  modifyAll: boolean;
}

export interface FieldAccess {
  read: boolean;
  edit: boolean;
}

/**
 * The effective permissions of one user: the union of the profile's and of all assigned permission sets'.
 * Names are case-insensitive. Object and field names must exist in the schema.
 */
export interface Permissions {
  object(object: string): ObjectAccess;
  /** field-level security joined with what the object permission allows; system fields are never editable */
  field(object: string, field: string): FieldAccess;
  classAccess(className: string): boolean;
  customPermission(name: string): boolean;
  /** by the name of the metadata: `ApiEnabled`, `ModifyAllData`, `CustomizeApplication`, … */
  userPermission(name: string): boolean;
}
