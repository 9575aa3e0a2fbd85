import ipaddr from 'ipaddr.js';

/**
 * The error of a URL that the rules do not allow. The API shows the message to the caller who gave
 * the URL.
 */
export class CallbackUrlError extends Error {
  override name = 'CallbackUrlError';
}

export interface CallbackRules {
  /**
   * If true, plain HTTP and loopback addresses are allowed, so that callbacks can be tried on one
   * machine.
   */
  allow_loopback: boolean;
}

/**
 * The lowest allowed port except 443. Lower ports belong to system services, and some system
 * services execute the data that they receive.
 */
const LEAST_UNPRIVILEGED_PORT = 1_024;

/**
 * Checks a callback URL against the rules. If the URL contains a host name, the caller must also
 * check the addresses of the host with {@link checkAddress} when the name is resolved.
 *
 * @throws {CallbackUrlError} if the rules do not allow the URL.
 */
export function checkCallbackUrl(url: string, { allow_loopback }: CallbackRules): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) throw new CallbackUrlError('must be a URL');
  const host = parsed.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const is_local = allow_loopback && isLoopbackName(host);
  if (parsed.protocol !== 'https:' && !(is_local && parsed.protocol === 'http:')) {
    throw new CallbackUrlError('must be https');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new CallbackUrlError('must not contain credentials');
  }
  const port = Number(parsed.port || '443');
  if (!is_local && port !== 443 && port < LEAST_UNPRIVILEGED_PORT) {
    throw new CallbackUrlError('must use port 443, or a port from 1024 on');
  }
  if (ipaddr.isValid(host)) checkAddress(host, { allow_loopback });
  else if (!is_local && isLoopbackName(host)) {
    throw new CallbackUrlError('must lead to a public address');
  }
  return parsed;
}

/**
 * Checks an IP address. The caller must check the address before connecting to the address.
 *
 * @throws {CallbackUrlError} if the rules do not allow the address.
 */
export function checkAddress(address: string, { allow_loopback }: CallbackRules): void {
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  const is_global = parsed.kind() === 'ipv4' || parsed.match(ipaddr.parseCIDR('2000::/3'));
  if ((range === 'unicast' && is_global) || (allow_loopback && range === 'loopback')) return;
  throw new CallbackUrlError('must lead to a public address');
}

function isLoopbackName(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}
