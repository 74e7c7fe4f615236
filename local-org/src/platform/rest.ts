import { apexType, T } from '../types/type.ts';
import { hashKey } from '../values/equality.ts';
import { ApexBlob, ApexMap, PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { nullArgument } from './exceptions.ts';
import { mapOf, stored } from './native.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/** Apex REST (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_restrequest.htm). */

/** State of a RestRequest. Both maps are plain, case-sensitive maps of Apex. */
export interface RestRequestData {
  headers: ApexMap | null;
  params: ApexMap | null;
  httpMethod: string | null;
  requestURI: string | null;
  resourcePath: string | null;
  remoteAddress: string | null;
  requestBody: ApexBlob | null;
}

/** State of a RestResponse. */
export interface RestResponseData {
  headers: ApexMap;
  responseBody: ApexBlob | null;
  statusCode: number | null;
}

export type RestRequest = PlatformObject<RestRequestData>;
export type RestResponse = PlatformObject<RestResponseData>;

function textMap(entries: Iterable<[string, string]> = []): ApexMap {
  return mapOf(T.String, T.String, entries);
}

/** What is known of a request that reaches an Apex REST class. */
export interface IncomingRequest {
  /** behind `/services/apexrest`, without the query */
  requestURI: string;
  /** the URL mapping that matched: `/services/apexrest/v1/*` */
  resourcePath: string;
  httpMethod: string;
  /** names as the class is to see them: Salesforce hands them over in lower case since it speaks HTTP/2 */
  headers: Record<string, string>;
  params: Record<string, string>;
  body: Uint8Array;
  remoteAddress: string;
}

/** The RestContext.request of an incoming call. */
export function restRequest(incoming: IncomingRequest): RestRequest {
  return newRequest({
    headers: textMap(Object.entries(incoming.headers)),
    params: textMap(Object.entries(incoming.params)),
    httpMethod: incoming.httpMethod,
    requestURI: incoming.requestURI,
    resourcePath: incoming.resourcePath,
    remoteAddress: incoming.remoteAddress,
    requestBody: new ApexBlob(incoming.body),
  });
}

function newRequest(data: RestRequestData): RestRequest {
  return new PlatformObject<RestRequestData>(apexType('RestRequest'), data);
}

function emptyRequest(): RestRequest {
  return newRequest({
    headers: textMap(),
    params: textMap(),
    httpMethod: null,
    requestURI: null,
    resourcePath: null,
    remoteAddress: null,
    requestBody: null,
  });
}

export function restResponse(): RestResponse {
  return new PlatformObject<RestResponseData>(apexType('RestResponse'), {
    headers: textMap(),
    responseBody: null,
    statusCode: null,
  });
}

/** The answer that an Apex REST class left in RestContext.response; 200 where it set no status. */
export function responseOf(value: Value): { statusCode: number; headers: Record<string, string>; body: Uint8Array } {
  if (!(value instanceof PlatformObject) || value.type.name !== 'RestResponse') {
    return { statusCode: 200, headers: {}, body: new Uint8Array() };
  }
  const { statusCode, headers, responseBody } = (value as RestResponse).data;
  const texts = [...headers.entries.values()] as [string, string | null][];
  return {
    statusCode: statusCode ?? 200,
    headers: Object.fromEntries(texts.map(([name, text]) => [name, text ?? ''])),
    body: responseBody?.bytes ?? new Uint8Array(),
  };
}

function putText(map: ApexMap | null, name: string | null, value: string | null): void {
  if (name === null) throw nullArgument(1);
  if (map === null) throw nullArgument(2);
  map.entries.set(hashKey(name), [name, value]);
}

export const restClasses: PlatformClass[] = [
  platformClass('RestRequest', {
    'new()': () => emptyRequest(),
    'Map<String,String> headers': stored<RestRequestData>('headers'),
    'Map<String,String> params': stored<RestRequestData>('params'),
    'String httpMethod': stored<RestRequestData>('httpMethod'),
    'String requestURI': stored<RestRequestData>('requestURI'),
    'String resourcePath': stored<RestRequestData>('resourcePath'),
    'String remoteAddress': stored<RestRequestData>('remoteAddress'),
    'Blob requestBody': stored<RestRequestData>('requestBody'),
    'void addHeader(String,String)': (_x, self: RestRequest, name: string | null, value: string | null) =>
      putText(self.data.headers, name, value),
    'void addParameter(String,String)': (_x, self: RestRequest, name: string | null, value: string | null) =>
      putText(self.data.params, name, value),
  }),
  platformClass('RestResponse', {
    'new()': restResponse,
    'Map<String,String> headers': { get: (_x, self: RestResponse) => self.data.headers },
    'Blob responseBody': stored<RestResponseData>('responseBody'),
    'Integer statusCode': stored<RestResponseData>('statusCode'),
    'void addHeader(String,String)': (_x, self: RestResponse, name: string | null, value: string | null) =>
      putText(self.data.headers, name, value),
  }),
  platformClass('RestContext', {
    'static RestRequest request': {
      get: (x) => x.restContext.request,
      set: (x, _self, value: Value) => {
        x.restContext.request = value;
      },
    },
    'static RestResponse response': {
      get: (x) => x.restContext.response,
      set: (x, _self, value: Value) => {
        x.restContext.response = value;
      },
    },
  }),
];
