import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { deriveErasureKey } from './selector.ts';

/** The checksum (SHA-256) and the signature (HMAC-SHA256) of a report as JSON. */
interface Signature {
  sha256: string;
  signature: string;
}

/** Signs the JSON of a report with a key that is derived from the secret of the deployment. */
export function signJson(json: string, secret: string): Signature {
  return {
    sha256: hash('sha256', json, 'hex'),
    signature: computeMac(json, secret).toString('base64url'),
  };
}

/** Returns whether the JSON of a report has the checksum and the signature of this deployment. */
export function isSignedJson(
  json: string,
  { sha256, signature }: Signature,
  secret: string,
): boolean {
  const expected = computeMac(json, secret);
  const given = Buffer.from(signature, 'base64url');
  if (sha256 !== hash('sha256', json, 'hex') || given.length !== expected.length) return false;
  return timingSafeEqual(given, expected);
}

function computeMac(json: string, secret: string): Buffer {
  return createHmac('sha256', deriveErasureKey(secret, 'report')).update(json).digest();
}
