import { CONTROL_PREFIX } from './control-prefix.ts';
import { plainJson } from './http.ts';
import type { GatewayRequest } from './signature.ts';
import type { AwsReply } from './types.ts';

/** The names under which this machine reaches the port. */
const LOCAL_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Refuses requests that a web page of another origin sends through the user's browser. A page can
 * reach every port of this machine, and a page whose host name an attacker has mapped to 127.0.0.1
 * (DNS rebinding) can even read the answers. Browsers send the headers Host, Origin and
 * Sec-Fetch-Site themselves, and a page cannot change them. The SDKs and curl send neither Origin
 * nor Sec-Fetch-Site.
 *
 * @param hasOwnCorsRule returns true if the requested resource has a CORS rule of its own. Only the
 * check of the Host header then applies, because the resource itself decides about other origins.
 * @returns the reply that refuses the request, or undefined.
 */
export function refuseForeignPage(
  { headers }: GatewayRequest,
  hasOwnCorsRule: () => boolean,
): AwsReply | undefined {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers;
  if (!LOCAL_NAMES.has(host.toLowerCase().replace(/:\d+$/, ''))) {
    return refuse(
      `The Host header is ${JSON.stringify(host)}. Call the embedded cloud by 127.0.0.1, localhost ` +
        'or [::1], and address buckets by path (forcePathStyle).',
    );
  }
  const is_foreign = origin !== undefined && origin !== `http://${host}`;
  if (!is_foreign && ['none', 'same-origin'].includes(site)) return undefined;
  if (hasOwnCorsRule()) return undefined;
  return refuse('A web page of another origin may not call this route of the embedded cloud.');
}

/**
 * Refuses calls of control routes without the control token. Only `GET health` needs no token.
 * @param token the token of this cloud. If it is undefined, the gateway has no control routes.
 */
export function refuseWithoutToken(
  { method, path, headers }: GatewayRequest,
  token: string | undefined,
): AwsReply | undefined {
  if (!path.startsWith(CONTROL_PREFIX)) return undefined;
  if (method === 'GET' && path === `${CONTROL_PREFIX}health`) return undefined;
  if (token !== undefined && headers.authorization === `Bearer ${token}`) return undefined;
  return refuse(
    'Control routes need the header "Authorization: Bearer TOKEN". TOKEN is `control_token` in ' +
      'cloud.json in the data folder, which only the owner of the folder can read.',
  );
}

function refuse(message: string): AwsReply {
  return plainJson(403, { message });
}
