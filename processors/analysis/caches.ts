import { LRUCache } from 'lru-cache';
import { ServiceError, type Verdict } from '../../schemas/index.ts';
import { callBefore } from '../deadline.ts';
import type { AnalysisContext } from './context.ts';
import type { AnalysisCounts } from './counts.ts';
import type { CacheRead, VerdictCache } from './ports.ts';
import type { Question } from './prepare.ts';

/** A verdict that was found in a cache. Such a verdict needs no call to the analyzer. */
export interface CachedVerdict {
  verdict: Verdict;
  cache: 'memory' | 'table';
}

/**
 * The two caches of verdicts. The memory of this process is read first, because reading the memory
 * costs nothing. Verdicts that are not in the memory are then read from the table, which all
 * processes share.
 */
export interface Caches {
  /** Returns the verdicts that the caches contain for the questions, by fingerprint. */
  read(questions: Question[], context: AnalysisContext): Promise<Map<string, CachedVerdict>>;
  write(verdicts: Map<string, Verdict>, context: AnalysisContext): Promise<void>;
}

/**
 * Creates the caches. If a call to the cache table fails, the error is counted and the affected
 * texts are treated as cache misses. Such a failure causes additional paid calls to the analyzer,
 * but does not make records fail.
 */
export function createCaches(deps: { cache: VerdictCache; memory_entries: number }): Caches {
  const memory = new LRUCache<string, Verdict>({
    // Do not use the option `max`. With `max`, LRUCache allocates all entries immediately, which
    // adds 8 ms to every cold start.
    maxSize: deps.memory_entries,
    sizeCalculation: () => 1,
  });
  return {
    async read(questions, context) {
      const known = new Map<string, CachedVerdict>();
      const unknown: string[] = [];
      for (const { fingerprint } of questions) {
        const verdict = memory.get(fingerprint);
        if (verdict === undefined) unknown.push(fingerprint);
        else known.set(fingerprint, { verdict, cache: 'memory' });
      }
      if (unknown.length === 0) return known;
      for (const [key, verdict] of await readTable(deps.cache, unknown, context)) {
        memory.set(key, verdict);
        known.set(key, { verdict, cache: 'table' });
      }
      return known;
    },
    async write(verdicts, { delivery, counts }) {
      if (verdicts.size === 0) return;
      for (const [key, verdict] of verdicts) memory.set(key, verdict);
      try {
        await callBefore(delivery, 'cache', () => deps.cache.put(verdicts));
      } catch (cause) {
        countError(cause, counts);
      }
    },
  };
}

async function readTable(
  cache: VerdictCache,
  fingerprints: string[],
  { analysis, counts }: AnalysisContext,
): Promise<CacheRead['found']> {
  try {
    const { found, unreadable, error } = await callBefore(analysis, 'cache', () =>
      cache.get(fingerprints),
    );
    counts.cache_unreadable += unreadable;
    if (error !== undefined) countError(error, counts);
    return found;
  } catch (cause) {
    countError(cause, counts);
    return new Map();
  }
}

/**
 * Counts a failed call to the cache table. Rethrows an error that is not a ServiceError, because
 * such an error is a bug.
 */
function countError(cause: unknown, counts: AnalysisCounts): void {
  if (!(cause instanceof ServiceError)) throw cause;
  counts.cache_errors += 1;
  counts.cache_error ??= cause.message;
}
