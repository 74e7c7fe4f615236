import { randomUUID } from 'node:crypto';
import type { Execution, Pause } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import { enumConstant } from '../values/enums.ts';
import { PlatformObject } from '../values/value.ts';
import type { EnumValue, Value } from '../values/value.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { platformClass, platformEnum } from './signature.ts';
import type { PlatformClass } from './signature.ts';
import { permissions, typeToken } from './tokens.ts';
import type { TypeToken } from './tokens.ts';

/** Classes about the running transaction: Type, FeatureManagement, UUID, Request. */

const type = platformClass('Type', {
  'static Type forName(String)': (x, _self, name: string | null) => typeNamed(x, null, name),
  'static Type forName(String,String)': (x, _self, namespace: string | null, name: string | null) =>
    typeNamed(x, namespace, name),
  'String getName()': (_x, self: TypeToken) => self.data.text,
  'String toString()': (_x, self: TypeToken) => self.data.text,
  'Boolean equals(Object)': (_x, self: TypeToken, other: Value) => self === other,
  'Boolean isAssignableFrom(Type)': (x, self: TypeToken, other: TypeToken | null) => {
    if (other === null) throw nullArgument(1);
    return x.program.isAssignable(other.data.type, self.data.type);
  },
  'Object newInstance()': function* (x: Execution, self: TypeToken): Generator<Pause, Value, void> {
    return yield* x.program.newInstance(x, self.data.type);
  },
});

function typeNamed(x: Execution, namespace: string | null, name: string | null): Value {
  if (name === null) throw nullArgument(1);
  const own = namespace === null || namespace === '' || namespace === x.org.namespace;
  const found = x.program.typeNamed(own ? name : `${namespace}.${name}`);
  return found === null ? null : typeToken(found);
}

const featureManagement = platformClass('FeatureManagement', {
  'static Boolean checkPermission(String)': (x, _self, name: string | null) => {
    if (name === null) throw nullArgument(1);
    return permissions(x).customPermission(name);
  },
});

type UuidObject = PlatformObject<{ text: string }>;

const uuid = platformClass('UUID', {
  'static UUID randomUUID()': () => new PlatformObject(apexType('UUID'), { text: randomUUID() }),
  'static UUID fromString(String)': (_x, _self, text: string | null) => {
    if (text === null) throw nullArgument(1);
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) {
      throw apexException('IllegalArgumentException', `Invalid UUID string: ${text}`);
    }
    return new PlatformObject(apexType('UUID'), { text: text.toLowerCase() });
  },
  'String toString()': (_x, self: UuidObject) => self.data.text,
  'Boolean equals(Object)': (_x, self: UuidObject, other: Value) =>
    other instanceof PlatformObject && other.type === self.type && (other as UuidObject).data.text === self.data.text,
});

const QUIDDITY = apexType('Quiddity');
const QUIDDITIES =
  'ANONYMOUS AURA BATCH_ACS BATCH_APEX BATCH_CHUNK_PARALLEL BATCH_CHUNK_SERIAL BULK_API COMMERCE_INTEGRATION ' +
  'DISCOVERABLE_LOGIN EXTERNAL_SERVICE_CALLBACK FUNCTION_CALLBACK FUTURE INBOUND_EMAIL_SERVICE INVOCABLE_ACTION IOT ' +
  'PLATFORM_EVENT_PUBLISH_CALLBACK POST_INSTALL_SCRIPT QUEUEABLE REMOTE_ACTION REST RUNTEST_ASYNC RUNTEST_DEPLOY ' +
  'RUNTEST_SYNC SCHEDULED SOAP SYNCHRONOUS TRANSACTION_FINALIZER_QUEUEABLE UNDEFINED VF';
const QUIDDITY_OF_JOB: Readonly<Record<string, string>> = {
  queueable: 'QUEUEABLE',
  batch: 'BATCH_APEX',
  future: 'FUTURE',
  scheduled: 'SCHEDULED',
};

/** What kind of work the running transaction is. */
function quiddity(x: Execution): EnumValue | null {
  const job = x.statics.get('async.kind');
  let name = x.restContext.request === null ? 'SYNCHRONOUS' : 'REST';
  if (typeof job === 'string') name = QUIDDITY_OF_JOB[job] ?? 'UNDEFINED';
  else if (x.test !== null) name = 'RUNTEST_SYNC';
  return enumConstant(QUIDDITY, name);
}

const requestClasses = [
  platformEnum('Quiddity', QUIDDITIES.split(' ')),
  platformClass('Request', {
    'static Request getCurrent()': (x) => new PlatformObject(apexType('Request'), { id: x.requestId }),
    'String getRequestId()': (_x, self: PlatformObject<{ id: string }>) => self.data.id,
    'Quiddity getQuiddity()': (x) => quiddity(x),
  }),
];

export const contextClasses: PlatformClass[] = [type, featureManagement, uuid, ...requestClasses];
