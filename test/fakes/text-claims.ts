import type { TextClaimStore } from '../../ingest/ports.ts';
import type { TextClaims } from '../../processors/stream/ports.ts';
import { hashText } from '../../schemas/index.ts';

/**
 * Creates an in-memory store of texts that are too long for the stream.
 *
 * @param texts are in the store from the start, for every tenant.
 */
export function createFakeClaims(texts: string[] = []): TextClaimStore & TextClaims {
  const shared = new Map(texts.map((text) => [hashText(text), text]));
  const own = new Map<string, string>();
  return {
    async put(tenant, text) {
      own.set(`${tenant}/${hashText(text)}`, text);
      return hashText(text);
    },
    get: async (tenant, sha256) => own.get(`${tenant}/${sha256}`) ?? shared.get(sha256),
  };
}
