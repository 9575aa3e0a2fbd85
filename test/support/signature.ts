import { createHmac } from 'node:crypto';

/** Signs a callback as docs/api.md describes, without the product's code. */
export function hmacSignature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
