import { MASTER_RECORD_TYPE, recordTypeId } from '../data/record-types.ts';
import type { Execution } from '../execution/execution.ts';
import type { ObjectDefinition } from '../schema/definition.ts';
import { apexType, T } from '../types/type.ts';
import { ApexId, PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { listOf, mapOf } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';
import type { ObjectToken } from './tokens.ts';

/**
 * Schema.RecordTypeInfo (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_Schema_RecordTypeInfo.htm).
 * Each object has the master record type, whose Id is the same everywhere, and those of its metadata. Every user has
 * all active ones, and the master as the default: profiles' assignments are not modelled.
 */
const RECORD_TYPE_INFO = apexType('Schema.RecordTypeInfo');

interface InfoData {
  id: ApexId;
  name: string;
  developerName: string;
  active: boolean;
  master: boolean;
}

type Info = PlatformObject<InfoData>;

function infosOf(x: Execution, object: ObjectDefinition): Info[] {
  const master = { id: new ApexId(MASTER_RECORD_TYPE), name: 'Master', developerName: 'Master', active: true };
  const own = (object.recordTypes ?? []).map((type) => ({
    id: recordTypeId(x.org.schema, object, type),
    name: type.label,
    developerName: type.name,
    active: type.active,
    master: false,
  }));
  return [...own, { ...master, master: true }].map((data) => new PlatformObject(RECORD_TYPE_INFO, data));
}

type Describe = PlatformObject<ObjectToken>;

/** The members of DescribeSObjectResult about record types. */
export const recordTypeMembers: Record<string, Native> = {
  'List<Schema.RecordTypeInfo> getRecordTypeInfos()': (x, self: Describe) =>
    listOf(RECORD_TYPE_INFO, infosOf(x, self.data.definition)),
  'Map<Id,Schema.RecordTypeInfo> getRecordTypeInfosById()': (x, self: Describe) =>
    keyed(x, self, T.Id, (data) => data.id),
  'Map<String,Schema.RecordTypeInfo> getRecordTypeInfosByName()': (x, self: Describe) =>
    keyed(x, self, T.String, (data) => data.name),
  'Map<String,Schema.RecordTypeInfo> getRecordTypeInfosByDeveloperName()': (x, self: Describe) =>
    keyed(x, self, T.String, (data) => data.developerName),
};

function keyed(x: Execution, self: Describe, key: typeof T.Id, of: (data: InfoData) => Value): Value {
  const infos = infosOf(x, self.data.definition);
  return mapOf(
    key,
    RECORD_TYPE_INFO,
    infos.map((info) => [of(info.data), info]),
  );
}

export const recordTypeInfoClass: PlatformClass = platformClass('Schema.RecordTypeInfo', {
  'String getName()': (_x, self: Info) => self.data.name,
  'String getDeveloperName()': (_x, self: Info) => self.data.developerName,
  'Id getRecordTypeId()': (_x, self: Info) => self.data.id,
  'Boolean isActive()': (_x, self: Info) => self.data.active,
  'Boolean isAvailable()': (_x, self: Info) => self.data.active,
  'Boolean isDefaultRecordTypeMapping()': (_x, self: Info) => self.data.master,
  'Boolean isMaster()': (_x, self: Info) => self.data.master,
});
