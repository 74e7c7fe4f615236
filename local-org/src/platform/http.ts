import { NotModelledError } from '../errors.ts';
import type { Execution, Pause } from '../execution/execution.ts';
import { apexType } from '../types/type.ts';
import { ApexBlob, PlatformObject } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { platformInterface } from './async.ts';
import { apexException, nullArgument } from './exceptions.ts';
import { strings } from './native.ts';
import { platformClass } from './signature.ts';
import type { Native, PlatformClass } from './signature.ts';
import { staticResource } from './static-resource.ts';

/**
 * Callouts (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_classes_restful_http.htm).
 * Tests answer them with a mock; this model sends none.
 */

/** Headers and body, common to both directions. Header names keep their case, as HttpResponse.getHeader minds it. */
class MessageData {
  readonly headers = new Map<string, string | null>();
  body: Uint8Array = new Uint8Array();
}

class RequestData extends MessageData {
  endpoint: string | null = null;
  method: string | null = null;
  /** milliseconds */
  timeout: number | null = null;
  compressed = false;

  get text(): string {
    return `System.HttpRequest[Endpoint=${this.endpoint}, Method=${this.method}]`;
  }
}

class ResponseData extends MessageData {
  status: string | null = null;
  statusCode = 0;

  get text(): string {
    return `System.HttpResponse[Status=${this.status}, StatusCode=${this.statusCode}]`;
  }
}

type Message = PlatformObject<MessageData>;
type Request = PlatformObject<RequestData>;
type Response = PlatformObject<ResponseData>;

const message: Record<string, Native> = {
  'String getBody()': (_x, self: Message) => new TextDecoder().decode(self.data.body),
  'Blob getBodyAsBlob()': (_x, self: Message) => new ApexBlob(self.data.body),
  'void setBody(String)': (_x, self: Message, text: string | null) => {
    if (text === null) throw nullArgument(1);
    self.data.body = new TextEncoder().encode(text);
  },
  'void setBodyAsBlob(Blob)': (_x, self: Message, blob: ApexBlob | null) => {
    if (blob === null) throw nullArgument(1);
    self.data.body = blob.bytes;
  },
  'String getHeader(String)': (_x, self: Message, name: string | null) => {
    if (name === null) throw nullArgument(1);
    return self.data.headers.get(name) ?? null;
  },
  'void setHeader(String,String)': (_x, self: Message, name: string | null, value: string | null) => {
    if (name === null) throw nullArgument(1);
    self.data.headers.set(name, value);
  },
};

const request: Record<string, Native> = {
  'new()': () => new PlatformObject(apexType('HttpRequest'), new RequestData()),
  ...message,
  'String getEndpoint()': (_x, self: Request) => self.data.endpoint,
  'void setEndpoint(String)': (_x, self: Request, endpoint: string | null) => {
    self.data.endpoint = endpoint;
  },
  'String getMethod()': (_x, self: Request) => self.data.method,
  'void setMethod(String)': (_x, self: Request, method: string | null) => {
    self.data.method = method;
  },
  'Boolean getCompressed()': (_x, self: Request) => self.data.compressed,
  'void setCompressed(Boolean)': (_x, self: Request, compressed: boolean | null) => {
    self.data.compressed = compressed === true;
  },
  // Which certificate signs a callout matters to the callout only, and none leaves this model.
  'void setClientCertificateName(String)': (_x, _self: Request, name: string | null) => {
    if (name === null) throw nullArgument(1);
  },
  'void setTimeout(Integer)': (_x, self: Request, timeout: number | null) => {
    self.data.timeout = timeout;
  },
};

const response: Record<string, Native> = {
  'new()': () => new PlatformObject(apexType('HttpResponse'), new ResponseData()),
  ...message,
  'List<String> getHeaderKeys()': (_x, self: Response) => strings([...self.data.headers.keys()]),
  'String getStatus()': (_x, self: Response) => self.data.status,
  'void setStatus(String)': (_x, self: Response, status: string | null) => {
    self.data.status = status;
  },
  'Integer getStatusCode()': (_x, self: Response) => self.data.statusCode,
  'void setStatusCode(Integer)': (_x, self: Response, code: number | null) => {
    if (code === null) throw nullArgument(1);
    self.data.statusCode = code;
  },
};

/** Counts the callout and lets the test's mock answer it. */
function* send(x: Execution, _self: null, given: Request | null): Generator<Pause, Value, void> {
  if (given === null) throw nullArgument(1);
  if (x.test === null) throw new NotModelledError(`callout to ${given.data.endpoint ?? 'no endpoint'}`);
  const mock = x.test.mocks.get('HttpCalloutMock');
  if (mock === undefined) {
    throw apexException('CalloutException', 'Methods defined as TestMethod do not support Web service callouts');
  }
  if (x.limits.used.dmlStatements > 0) {
    const text = 'You have uncommitted work pending. Please commit or rollback before calling out';
    throw apexException('CalloutException', text);
  }
  x.limits.use('callouts');
  if (mock instanceof PlatformObject) return mockResponse(x, mock as ResourceMock, given);
  return yield* x.program.call(x, mock, 'respond', [given]);
}

/** The built-in mocks, whose bodies are static resources. */
class ResourceMockData extends ResponseData {
  /** by endpoint; the key null is the one for every endpoint */
  readonly resources = new Map<string | null, string>();
}

type ResourceMock = PlatformObject<ResourceMockData>;

/** @throws ApexThrow CalloutException for an endpoint without a resource [assumption as to the words] */
function mockResponse(x: Execution, { data }: ResourceMock, given: Request): Response {
  const resource = data.resources.get(null) ?? data.resources.get(given.data.endpoint);
  if (resource === undefined) {
    throw apexException('CalloutException', `No static resource for the endpoint ${given.data.endpoint}`);
  }
  const made = new ResponseData();
  for (const [name, value] of data.headers) made.headers.set(name, value);
  made.status = data.status;
  made.statusCode = data.statusCode;
  made.body = staticResource(x, resource).bytes;
  return new PlatformObject(apexType('HttpResponse'), made);
}

const mockSetters: Record<string, Native> = {
  'void setHeader(String,String)': (_x, self: ResourceMock, name: string | null, value: string | null) => {
    if (name === null) throw nullArgument(1);
    self.data.headers.set(name, value);
  },
  'void setStatus(String)': (_x, self: ResourceMock, status: string | null) => {
    self.data.status = status;
  },
  'void setStatusCode(Integer)': (_x, self: ResourceMock, code: number | null) => {
    if (code === null) throw nullArgument(1);
    self.data.statusCode = code;
  },
};

const resourceMocks: PlatformClass[] = [
  platformClass(
    'StaticResourceCalloutMock',
    {
      'new()': () => new PlatformObject(apexType('StaticResourceCalloutMock'), new ResourceMockData()),
      ...mockSetters,
      'void setStaticResource(String)': (_x, self: ResourceMock, name: string | null) => {
        if (name === null) throw nullArgument(1);
        self.data.resources.set(null, name);
      },
    },
    { implements: ['HttpCalloutMock'] },
  ),
  platformClass(
    'MultiStaticResourceCalloutMock',
    {
      'new()': () => new PlatformObject(apexType('MultiStaticResourceCalloutMock'), new ResourceMockData()),
      ...mockSetters,
      'void setStaticResource(String,String)': (
        _x,
        self: ResourceMock,
        endpoint: string | null,
        name: string | null,
      ) => {
        if (endpoint === null || name === null) throw nullArgument(endpoint === null ? 1 : 2);
        self.data.resources.set(endpoint, name);
      },
    },
    { implements: ['HttpCalloutMock'] },
  ),
];

export const httpClasses: PlatformClass[] = [
  platformClass('HttpRequest', request),
  platformClass('HttpResponse', response),
  platformClass('Http', {
    'new()': () => new PlatformObject(apexType('Http'), {}),
    'HttpResponse send(HttpRequest)': send,
  }),
  platformInterface('HttpCalloutMock', ['HttpResponse respond(HttpRequest)']),
  ...resourceMocks,
];
