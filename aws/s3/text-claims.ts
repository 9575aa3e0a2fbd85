import { createHash } from 'node:crypto';
import type { TextClaimStore } from '../../ingest/ports.ts';
import type { TextClaims } from '../../processors/stream/ports.ts';
import { type BucketDeps, openBucket } from './bucket.ts';

/**
 * Creates the store of texts that are too long for the stream. Each text is stored under its hash,
 * separately for each tenant.
 */
export function createTextClaims(deps: BucketDeps): TextClaimStore & TextClaims {
  const bucket = openBucket(deps);
  const keyOf = (tenant: string, sha256: string) => `claims/${tenant}/${sha256}`;
  return {
    async put(tenant, text) {
      const sha256 = createHash('sha256').update(text).digest('hex');
      await bucket.put(keyOf(tenant, sha256), text, 'text/plain; charset=utf-8');
      return sha256;
    },
    get: (tenant, sha256) => bucket.getText(keyOf(tenant, sha256)),
  };
}
