/** The host names that mean this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}

/** The hosts that the middleware may call. Everything else is refused before a connection is made. */
export interface HostPolicy {
  /** `*.suffix`, `host` or `host:port`, lower case. */
  allowedHosts: readonly string[];
  /** The configured login servers: their origins are always allowed. */
  loginUrls: readonly URL[];
}

/**
 * Decides whether a URL may be called: the configured login servers, https to an allowed host, or plain http to a
 * loopback address that is itself allowed or is the host of a login server that is configured as http.
 */
export function isAllowed(policy: HostPolicy, url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (policy.loginUrls.some((login) => login.origin === url.origin)) return true;
  if (url.protocol === 'https:') {
    const standardPort = url.port === '';
    return policy.allowedHosts.some((pattern) => matches(pattern, url, standardPort));
  }
  if (url.protocol !== 'http:' || !isLoopback(url.hostname)) return false;
  return (
    policy.allowedHosts.some((pattern) => matches(pattern, url, true)) ||
    policy.loginUrls.some((login) => login.protocol === 'http:' && login.hostname === url.hostname)
  );
}

function matches(pattern: string, url: URL, anyPort: boolean): boolean {
  if (pattern === url.host) return true;
  if (!anyPort) return false;
  return pattern.startsWith('*.') ? url.hostname.endsWith(pattern.slice(1)) : url.hostname === pattern;
}

/** The sources for a Content-Security-Policy's form-action: a form that ends at the login server passes all of these. */
export function formActionSources(policy: HostPolicy): string[] {
  const logins = policy.loginUrls.map((url) => url.origin);
  const hosts = policy.allowedHosts.map((pattern) => `https://${pattern}`);
  const loopback = policy.loginUrls.filter((url) => url.protocol === 'http:').map((url) => `http://${url.hostname}:*`);
  return [...new Set([...logins, ...hosts, ...loopback])];
}
