import ipaddr from 'ipaddr.js';

/** Whom we do not call; the message says why, and is for whoever gave the URL. */
export class CallbackUrlError extends Error {
  override name = 'CallbackUrlError';
}

export interface CallbackRules {
  /** Opens plain HTTP and loopback addresses: for trying things out on one machine. */
  allow_loopback: boolean;
}

/** Below it are services that nobody puts a receiver on; some of them take anything for a command. */
const LEAST_UNPRIVILEGED_PORT = 1_024;

/**
 * Holds a URL against the rules, as far as it tells by itself: names are checked again once they are resolved.
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
    throw new CallbackUrlError('must not hold credentials');
  }
  const port = Number(parsed.port || '443');
  if (!is_local && port !== 443 && port < LEAST_UNPRIVILEGED_PORT) {
    throw new CallbackUrlError('must have the port 443, or one of 1024 and above');
  }
  if (ipaddr.isValid(host)) checkAddress(host, { allow_loopback });
  else if (!is_local && isLoopbackName(host)) {
    throw new CallbackUrlError('must lead to a public address');
  }
  return parsed;
}

/** Holds an address that is about to be connected to against the rules. @throws {CallbackUrlError} */
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
