import { parseObject } from './json-protocol.ts';
import type { AwsReply } from './types.ts';

/**
 * The error code of a reply: `__type` in JSON, `<Code>` in XML.
 *
 * @returns undefined for a success; the status if the reply has no code (an answer to HEAD has no body).
 */
export function errorCodeOf(reply: AwsReply): string | undefined {
  if (reply.status < 400) return undefined;
  const body = reply.body.toString();
  const type = parseObject(body)?.__type;
  if (typeof type === 'string') return type.slice(type.indexOf('#') + 1);
  return /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? String(reply.status);
}
