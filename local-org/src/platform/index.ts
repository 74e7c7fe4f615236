import { accessLevelClass } from './access.ts';
import { addressClass } from './address.ts';
import { asyncClasses, batchMembers } from './async.ts';
import { cacheClasses } from './cache.ts';
import { contextClasses } from './context.ts';
import { customNotificationClass } from './custom-notification.ts';
import { databaseResultClasses } from './database-results.ts';
import { databaseClasses, scopedMembers } from './database.ts';
import { dateClasses } from './date.ts';
import { datetimeClasses } from './datetime.ts';
import { schemaClasses } from './describe.ts';
import { dmlOptionsClasses } from './dml-options.ts';
import { encodingClasses } from './encoding.ts';
import { enumClass } from './enum.ts';
import { eventBusClasses } from './event-bus.ts';
import { exceptionClasses } from './exceptions.ts';
import { formulaClasses } from './formula.ts';
import { httpClasses } from './http.ts';
import { jsonClasses } from './json.ts';
import { limitsClass } from './limits.ts';
import { listClasses } from './list.ts';
import { mapClass } from './map.ts';
import { mathClass } from './math.ts';
import { messagingClasses } from './messaging.ts';
import { metadataClasses } from './metadata.ts';
import { miscClasses } from './misc.ts';
import { numberClasses } from './number.ts';
import { objectClasses } from './object.ts';
import { pageClasses } from './pages.ts';
import { patternClasses } from './pattern.ts';
import { restClasses } from './rest.ts';
import { searchClass, searchQuery } from './search.ts';
import { securityClasses } from './security.ts';
import { setClass } from './set.ts';
import { platformEnum } from './signature.ts';
import type { Native, PlatformClass, PlatformMethod } from './signature.ts';
import { sobjectClass } from './sobject.ts';
import { stringClass } from './string.ts';
import { stubProviderInterface } from './stub.ts';
import { systemClasses } from './system.ts';
import { testClass } from './test.ts';
import { urlClasses } from './url.ts';
import { userInfoClass } from './user-info.ts';
import { versionClasses } from './version.ts';
import { declareEnum } from '../values/enums.ts';
import { apexType } from '../types/type.ts';

/** Every class of Salesforce that this model knows, for the compiler to look names up in. */
export const platformClasses: PlatformClass[] = [
  stringClass,
  ...numberClasses,
  ...objectClasses,
  mathClass,
  ...listClasses,
  setClass,
  mapClass,
  ...dateClasses,
  ...datetimeClasses,
  ...encodingClasses,
  ...patternClasses,
  ...jsonClasses,
  enumClass,
  ...urlClasses,
  ...exceptionClasses,
  ...schemaClasses,
  sobjectClass,
  ...dmlOptionsClasses,
  ...databaseResultClasses,
  ...databaseClasses(batchMembers),
  accessLevelClass,
  addressClass,
  ...securityClasses,
  ...systemClasses,
  ...contextClasses,
  userInfoClass,
  limitsClass,
  testClass,
  stubProviderInterface,
  ...versionClasses,
  ...pageClasses,
  ...cacheClasses,
  ...messagingClasses,
  customNotificationClass,
  ...eventBusClasses,
  ...metadataClasses,
  ...miscClasses,
  ...formulaClasses,
  searchClass,
  ...asyncClasses,
  ...restClasses,
  ...httpClasses,
  platformEnum('TriggerOperation', [
    'BEFORE_INSERT',
    'BEFORE_UPDATE',
    'BEFORE_DELETE',
    'AFTER_INSERT',
    'AFTER_UPDATE',
    'AFTER_DELETE',
    'AFTER_UNDELETE',
  ]),
];

for (const cls of platformClasses) {
  if (cls.kind === 'enum') declareEnum(apexType(cls.name), cls.enumValues);
}

/** Methods of dynamic SOQL and SOSL, whose `run` takes the scope of the caller's variables as one more argument. */
const scoped = new Set<Native>([...Object.values(scopedMembers), searchQuery]);

/** Whether the emitted code hands the method the caller's variables: `(name: string) => Value | undefined`. */
export function needsScope(method: PlatformMethod): boolean {
  return scoped.has(method.run);
}
