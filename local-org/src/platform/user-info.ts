import { createHash } from 'node:crypto';
import { apexException, nullArgument } from './exceptions.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';
import { timeZone } from './datetime.ts';
import type { Execution } from '../execution/execution.ts';
import { ApexId } from '../values/value.ts';

/** UserInfo (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_userinfo.htm). */

/** No managed package is ever installed here, so no name is one's. */
function unknownPackage(namespace: string | null): Error {
  if (namespace === null) return nullArgument(1);
  return apexException('TypeException', `The namespace prefix ${namespace} is not that of a managed package`);
}

/** A session id in Salesforce's form; nothing here accepts it [assumption: the same for all of a user's requests]. */
function sessionId(x: Execution): string {
  const token = createHash('sha256').update(`${x.org.id}${x.user.id}`).digest('base64url');
  return `${x.org.id.slice(0, 15)}!${token}`;
}

export const userInfoClass: PlatformClass = platformClass('UserInfo', {
  'static String getUserId()': (x) => x.user.id,
  'static String getUserName()': (x) => x.user.username,
  'static String getName()': (x) => x.user.name,
  'static String getFirstName()': (x) => x.user.firstName ?? null,
  'static String getLastName()': (x) => x.user.lastName ?? x.user.name,
  'static String getUserEmail()': (x) => x.user.email,
  'static String getProfileId()': (x) => x.user.profileId,
  'static Id getUserRoleId()': (x) => (x.user.roleId == null ? null : new ApexId(x.user.roleId)),
  'static String getUserType()': (x) => x.user.userType ?? 'Standard',
  'static String getOrganizationId()': (x) => x.org.id,
  'static String getOrganizationName()': (x) => x.org.name,
  'static String getLocale()': (x) => x.user.locale,
  'static String getLanguage()': (x) => x.user.language,
  'static String getSessionId()': sessionId,
  // The currency of the org's locale, which the seed sets to en_US.
  'static String getDefaultCurrency()': () => 'USD',
  'static TimeZone getTimeZone()': (x) => timeZone(x.user.timeZone),
  'static String getUiTheme()': () => 'Theme4d',
  'static String getUiThemeDisplayed()': () => 'Theme4d',
  'static Boolean isMultiCurrencyOrganization()': () => false,
  'static Boolean isCurrentUserLicensed(String)': (_x, _self, namespace: string | null) => {
    throw unknownPackage(namespace);
  },
  'static Boolean hasPackageLicense(Id)': (_x, _self, packageId: ApexId | null) => {
    if (packageId === null) throw nullArgument(1);
    return false;
  },
});
