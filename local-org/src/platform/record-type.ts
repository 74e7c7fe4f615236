import { apexType, T } from '../types/type.ts';
import { ApexId, PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { listOf, mapOf } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';

/**
 * Schema.RecordTypeInfo. Objects of this model have no record types of their own, so each has the one that every object
 * has: the master record type, whose Id is the same everywhere
 * (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_Schema_RecordTypeInfo.htm).
 */
const RECORD_TYPE_INFO = apexType('Schema.RecordTypeInfo');
const MASTER = new PlatformObject(RECORD_TYPE_INFO, { id: new ApexId('012000000000000AAA'), name: 'Master' });

type Info = typeof MASTER;

/** The members of DescribeSObjectResult about record types. */
export const recordTypeMembers: Record<string, Native> = {
  'List<Schema.RecordTypeInfo> getRecordTypeInfos()': () => listOf(RECORD_TYPE_INFO, [MASTER]),
  'Map<Id,Schema.RecordTypeInfo> getRecordTypeInfosById()': () => keyed(T.Id, MASTER.data.id),
  'Map<String,Schema.RecordTypeInfo> getRecordTypeInfosByName()': () => keyed(T.String, MASTER.data.name),
  'Map<String,Schema.RecordTypeInfo> getRecordTypeInfosByDeveloperName()': () => keyed(T.String, MASTER.data.name),
};

function keyed(key: typeof T.Id, value: Value): Value {
  return mapOf(key, RECORD_TYPE_INFO, [[value, MASTER]]);
}

export const recordTypeInfoClass: PlatformClass = platformClass('Schema.RecordTypeInfo', {
  'String getName()': (_x, self: Info) => self.data.name,
  'String getDeveloperName()': (_x, self: Info) => self.data.name,
  'Id getRecordTypeId()': (_x, self: Info) => self.data.id,
  'Boolean isActive()': () => true,
  'Boolean isAvailable()': () => true,
  'Boolean isDefaultRecordTypeMapping()': () => true,
  'Boolean isMaster()': () => true,
});
