import type { JobProgress } from '../../jobs/progress.ts';
import { ServiceError } from '../../schemas/index.ts';
import type { Analyzer, VerdictCache } from '../analysis/ports.ts';
import type { PutFailure, TextClaims } from './ports.ts';
import type { InTime, TimeLimit } from './time-limit.ts';

/** Asks for no more once the time for analysis is over: what was answered until then is kept and delivered. */
export function analyzerInTime(analyzer: Analyzer, { analysis }: TimeLimit): Analyzer {
  return {
    name: analyzer.name,
    version: analyzer.version,
    max_documents: analyzer.max_documents,
    max_document_bytes: analyzer.max_document_bytes,
    supports: (language_code) => analyzer.supports(language_code),
    detectSentiment: (documents, language_code) =>
      analysis(analyzer.name, () => analyzer.detectSentiment(documents, language_code)),
  };
}

/** Verdicts are kept within the time for delivery: those of a batch that ran out of time make its retry shorter. */
export function cacheInTime(cache: VerdictCache, { analysis, delivery }: TimeLimit): VerdictCache {
  return {
    async get(fingerprints) {
      try {
        return await analysis('cache', () => cache.get(fingerprints));
      } catch (cause) {
        if (!(cause instanceof ServiceError)) throw cause;
        return { found: new Map(), unreadable: 0, error: cause };
      }
    },
    put: (verdicts) => delivery('cache', () => cache.put(verdicts)),
  };
}

/** Fails what is not put while there is time. */
export function storeInTime<Entry>(
  name: string,
  store: { put(entries: Entry[]): Promise<PutFailure[]> },
  in_time: InTime,
): { put(entries: Entry[]): Promise<PutFailure[]> } {
  return { put: (entries) => in_time(name, () => store.put(entries)) };
}

/** Fetches no more once the time for analysis is over. */
export function claimsInTime(claims: TextClaims, { analysis }: TimeLimit): TextClaims {
  return { get: (tenant, sha256) => analysis('s3', () => claims.get(tenant, sha256)) };
}

/** Fails all that could not be counted while there is time: it may have been, and counts once. */
export function progressInTime(
  progress: JobProgress,
  { analysis, delivery }: TimeLimit,
): JobProgress {
  return {
    begin: (job_ids) => analysis('dynamodb', () => progress.begin(job_ids)),
    async mark(entries) {
      try {
        return await delivery('dynamodb', () => progress.mark(entries));
      } catch (cause) {
        if (!(cause instanceof ServiceError)) throw cause;
        return entries.map((_, index) => ({ index, code: cause.code }));
      }
    },
  };
}
