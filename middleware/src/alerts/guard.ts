import { lookup } from 'node:dns';
import type { LookupAddress, LookupAllOptions, LookupOneOptions } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { IncomingMessage, RequestOptions } from 'node:http';
import ipaddr from 'ipaddr.js';

/** The address is not one that a request may go to. */
export class ForbiddenAddressError extends Error {
  readonly code = 'FORBIDDEN_ADDRESS';

  constructor(host: string) {
    super(`${host} leads to an address inside the network`);
    this.name = 'ForbiddenAddressError';
  }
}

/** Only addresses of the public internet: no loopback, link-local, private, reserved or mapped ones. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ipaddr.process(address).range() === 'unicast';
}

type Callback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Resolves a name and refuses it when one of its addresses is not allowed; the checked addresses are the dialled ones. */
function guardedLookup(allowed: (address: string) => boolean) {
  return (host: string, options: LookupOneOptions | LookupAllOptions, callback: Callback): void => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => allowed(address)))
        callback(new ForbiddenAddressError(host), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/**
 * Posts to a URL that a customer gave. The address is checked when it is dialled, so a name that resolves to another
 * address than before gains nothing; redirects are not followed.
 *
 * @param timeout milliseconds until the answer
 * @param allowed decides over an address; the tests allow their own server
 * @returns the status of the answer; its body is not read
 * @throws ForbiddenAddressError, or the error of the connection
 */
export function postGuarded(
  target: string,
  headers: Record<string, string>,
  body: string,
  timeout: number,
  allowed: (address: string) => boolean = isPublicAddress,
): Promise<number> {
  const url = new URL(target);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // An address in the URL itself is not looked up by the dialler.
  if (ipaddr.isValid(host) && !allowed(host)) return Promise.reject(new ForbiddenAddressError(host));
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    agent: false, // no connection that was dialled for another check
    signal: AbortSignal.timeout(timeout),
    lookup: guardedLookup(allowed),
  };
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage): void => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    };
    const request =
      url.protocol === 'https:' ? https.request(url, options, answered) : http.request(url, options, answered);
    request.once('error', reject);
    request.end(body);
  });
}
