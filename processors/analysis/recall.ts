import { LRUCache } from 'lru-cache';
import { ServiceError, type Verdict } from '../../schemas/index.ts';
import type { Effort } from './effort.ts';
import type { VerdictCache } from './ports.ts';

export interface Recalled {
  verdict: Verdict;
  cache: 'memory' | 'table';
}

/** The caches in the order of their cost: this process' memory, then the table that all processes share. */
export interface Recall {
  get(fingerprints: string[], effort: Effort): Promise<Map<string, Recalled>>;
  put(verdicts: Map<string, Verdict>, effort: Effort): Promise<void>;
}

/** A table that is out of order costs money, not records: counted, and the text is taken as a miss. */
export function createRecall(deps: { cache: VerdictCache; memory_entries: number }): Recall {
  const memory = new LRUCache<string, Verdict>({
    // `max` would do, and allocates all of it at once: 8 ms of every cold start.
    maxSize: deps.memory_entries,
    sizeCalculation: () => 1,
  });
  return {
    async get(fingerprints, effort) {
      const found = new Map<string, Recalled>();
      for (const key of fingerprints) {
        const verdict = memory.get(key);
        if (verdict !== undefined) found.set(key, { verdict, cache: 'memory' });
      }
      const unknown = fingerprints.filter((key) => !found.has(key));
      if (unknown.length === 0) return found;
      const read = await deps.cache.get(unknown);
      effort.cache_unreadable += read.unreadable;
      if (read.error !== undefined) count(read.error, effort);
      for (const [key, verdict] of read.found) {
        memory.set(key, verdict);
        found.set(key, { verdict, cache: 'table' });
      }
      return found;
    },
    async put(verdicts, effort) {
      if (verdicts.size === 0) return;
      for (const [key, verdict] of verdicts) memory.set(key, verdict);
      try {
        await deps.cache.put(verdicts);
      } catch (cause) {
        if (!(cause instanceof ServiceError)) throw cause;
        count(cause, effort);
      }
    },
  };
}

function count(error: ServiceError, effort: Effort): void {
  effort.cache_errors += 1;
  effort.cache_error ??= error.message;
}
