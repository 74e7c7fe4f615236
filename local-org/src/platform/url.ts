import { apexType } from '../types/type.ts';
import { PlatformObject } from '../values/value.ts';
import { apexException } from './exceptions.ts';
import { ORG_URL } from './misc.ts';
import { nonNull } from './native.ts';
import type { RestRequest } from './rest.ts';
import { platformClass } from './signature.ts';
import type { PlatformClass } from './signature.ts';

/** Url as java.net.URL, and Request (https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_methods_system_url.htm). */

interface UrlData {
  protocol: string;
  userInfo: string | null;
  host: string;
  /** null when the text names none */
  port: number | null;
  path: string;
  query: string | null;
  ref: string | null;
  text: string;
}

type UrlObject = PlatformObject<UrlData>;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ftp: 21 };

function parse(text: string): UrlObject {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(?:([^@/?#]*)@)?([^:/?#]*)(?::(\d+))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/i.exec(
    text,
  );
  const protocol = match?.[1]?.toLowerCase() ?? '';
  if (match === null || !(protocol in DEFAULT_PORTS)) {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1];
    const reason = scheme === undefined ? `no protocol: ${text}` : `unknown protocol: ${scheme}`;
    throw apexException('StringException', `Invalid URL: ${reason}`);
  }
  return new PlatformObject(apexType('Url'), {
    protocol,
    userInfo: match[2] ?? null,
    host: match[3] ?? '',
    port: match[4] === undefined ? null : Number(match[4]),
    path: match[5] ?? '',
    query: match[6] ?? null,
    ref: match[7] ?? null,
    text,
  });
}

function authority({ data }: UrlObject): string {
  return `${data.userInfo === null ? '' : `${data.userInfo}@`}${data.host}${data.port === null ? '' : `:${data.port}`}`;
}

function file({ data }: UrlObject): string {
  return data.path + (data.query === null ? '' : `?${data.query}`);
}

export const urlClasses: PlatformClass[] = [
  platformClass('Url', {
    'static Url getOrgDomainUrl()': () => parse(ORG_URL),
    'static Url getSalesforceBaseUrl()': () => parse(ORG_URL),
    // the URL of the Apex REST call; other entries have none here
    'static Url getCurrentRequestUrl()': (x) => {
      const { request } = x.restContext;
      const path = request instanceof PlatformObject ? (request as RestRequest).data.requestURI : null;
      return path === null ? null : parse(`${ORG_URL}/services/apexrest${path}`);
    },
    ...nonNull({
      'new(String,String,Integer,String)': (_x, _type, protocol: string, host: string, port: number, path: string) =>
        parse(`${protocol}://${host}${port < 0 ? '' : `:${port}`}${path}`),
      'new(String,String,String)': (_x, _type, protocol: string, host: string, path: string) =>
        parse(`${protocol}://${host}${path}`),
      'new(Url,String)': (_x, _type, base: UrlObject, relative: string) =>
        parse(new URL(relative, base.data.text).href),
      'new(String)': (_x, _type, text: string) => parse(text),
      'String getProtocol()': (_x, self: UrlObject) => self.data.protocol,
      'String getUserInfo()': (_x, self: UrlObject) => self.data.userInfo,
      'String getHost()': (_x, self: UrlObject) => self.data.host,
      'Integer getPort()': (_x, self: UrlObject) => self.data.port ?? -1,
      'Integer getDefaultPort()': (_x, self: UrlObject) => DEFAULT_PORTS[self.data.protocol] ?? -1,
      'String getAuthority()': (_x, self: UrlObject) => authority(self),
      'String getPath()': (_x, self: UrlObject) => self.data.path,
      'String getQuery()': (_x, self: UrlObject) => self.data.query,
      'String getRef()': (_x, self: UrlObject) => self.data.ref,
      'String getFile()': (_x, self: UrlObject) => file(self),
      'String toExternalForm()': (_x, self: UrlObject) => self.data.text,
      'Boolean sameFile(Url)': (_x, self: UrlObject, other: UrlObject) =>
        self.data.protocol === other.data.protocol &&
        authority(self) === authority(other) &&
        file(self) === file(other),
    }),
  }),
];
