import { createHmac } from 'node:crypto';

/**
 * Derives the callback secret of a tenant from the secret of the deployment, so that AuraStream
 * does not need to store a secret for each tenant. A tenant cannot derive the secret of another
 * tenant, because a tenant does not know the secret of the deployment.
 */
export function deriveCallbackSecret(deployment_secret: string, tenant: string): string {
  return createHmac('sha256', deployment_secret).update(`callback\n${tenant}`).digest('base64url');
}

/**
 * Computes a signature of the header `X-AuraStream-Signature`. It consists of `sha256=` and the
 * HMAC-SHA256 of `<timestamp>.<body>` in hex. While the secret is being replaced, the header has two
 * signatures with a comma between them.
 *
 * @param timestamp epoch seconds, as in the header `X-AuraStream-Timestamp`.
 *
 * @example
 * import { timingSafeEqual } from 'node:crypto';
 * import { signCallback } from 'aurastream/schemas';
 *
 * // The command `aurastream keys secret` prints the secret. Pass the body exactly as received,
 * // before JSON.parse.
 * export function isGenuine(headers: Headers, body: string, secret: string): boolean {
 *   const timestamp = Number(headers.get('x-aurastream-timestamp'));
 *   const given = (headers.get('x-aurastream-signature') ?? '').split(',').map((one) => Buffer.from(one));
 *   const expected = Buffer.from(signCallback(secret, timestamp, body));
 *   const is_recent = Math.abs(Date.now() / 1_000 - timestamp) < 300;
 *   const isExpected = (one: Buffer) => one.length === expected.length && timingSafeEqual(one, expected);
 *   return is_recent && given.some(isExpected);
 * }
 */
export function signCallback(secret: string, timestamp: number, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
