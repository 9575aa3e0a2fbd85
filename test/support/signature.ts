import { createHmac } from 'node:crypto';

/** The signature as docs/api.md tells a receiver to make it, without any code of the product. */
export function hmacSignature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
