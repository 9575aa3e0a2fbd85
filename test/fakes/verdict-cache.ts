import type { CacheRead, VerdictCache } from '../../processors/analysis/ports.ts';
import { ServiceError, type Verdict } from '../../schemas/index.ts';
import { createOutage, type Network, PERFECT_NETWORK } from './network.ts';

/**
 * Creates an in-memory verdict cache. A read that fails half-way returns the verdicts that it found
 * before the failure.
 */
export function createFakeCache(
  options: { rows?: Map<string, Verdict>; network?: Network } = {},
): VerdictCache & { rows: Map<string, Verdict> } {
  const { rows = new Map(), network = PERFECT_NETWORK } = options;
  return {
    rows,
    async get(fingerprints) {
      const read: CacheRead = { found: new Map(), unreadable: 0 };
      try {
        await network.call('get', () => {
          for (const key of fingerprints) {
            const verdict = rows.get(key);
            if (verdict !== undefined && !network.failsAlone()) read.found.set(key, verdict);
          }
        });
        return read;
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        return { ...read, error };
      }
    },
    put: (verdicts) =>
      network.call('put', () => {
        for (const [key, verdict] of verdicts) {
          if (!network.failsAlone()) rows.set(key, verdict);
        }
      }),
  };
}

/** A cache whose table is down. */
export const brokenCache: VerdictCache = {
  async get() {
    return { found: new Map(), unreadable: 0, error: createOutage('dynamodb') };
  },
  async put() {
    throw createOutage('dynamodb');
  },
};
