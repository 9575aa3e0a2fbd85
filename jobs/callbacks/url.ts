import ipaddr from 'ipaddr.js';

/** The URL is not allowed. The message is meant for the caller who gave the URL. */
export class CallbackUrlError extends Error {
  override name = 'CallbackUrlError';
}

export interface CallbackRules {
  /** Allows plain HTTP and loopback addresses, for trials on one machine. */
  allow_loopback: boolean;
}

/** Lower ports belong to system services, some of which execute the data that they receive. */
const LEAST_UNPRIVILEGED_PORT = 1_024;

/**
 * Checks a URL against the rules. A name is checked again when it is resolved.
 *
 * @throws {CallbackUrlError}
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

/** Checks an address before a connection is made. @throws {CallbackUrlError} */
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
