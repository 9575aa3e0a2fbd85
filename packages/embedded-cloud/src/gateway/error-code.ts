import { parseObject } from './json-protocol.ts';
import type { AwsReply } from './types.ts';

/**
 * Returns the error code of a reply. A JSON reply has the code in `__type`, and an XML reply in
 * `<Code>`.
 *
 * @returns undefined for a successful reply. If an error reply has no code, the function returns
 * the HTTP status. For example, the reply to a HEAD request has no body and therefore no code.
 */
export function errorCodeOf(reply: AwsReply): string | undefined {
  if (reply.status < 400) return undefined;
  const body = reply.body.toString();
  const type = parseObject(body)?.__type;
  if (typeof type === 'string') return type.slice(type.indexOf('#') + 1);
  return /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? String(reply.status);
}
