import { createHmac } from 'node:crypto';

/**
 * With what a tenant's callbacks are signed: made of the deployment's secret, so that nothing is kept per tenant, and
 * one tenant's tells nothing of another's.
 */
export function callbackSecret(deployment_secret: string, tenant: string): string {
  return createHmac('sha256', deployment_secret).update(`callback\n${tenant}`).digest('base64url');
}

/**
 * The value of `X-AuraStream-Signature`: HMAC-SHA256 over `<timestamp>.<body>`, in hex.
 *
 * @param timestamp epoch seconds, as in `X-AuraStream-Timestamp`.
 */
export function callbackSignature(secret: string, timestamp: number, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
