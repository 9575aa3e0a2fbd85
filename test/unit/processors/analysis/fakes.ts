import { createHash } from 'node:crypto';
import { analyseAll } from '../../../../processors/analysis/analyse-all.ts';
import { type AnalysisDeps, createAnalysis } from '../../../../processors/analysis/analysis.ts';
import { createAnalysisContext } from '../../../../processors/analysis/context.ts';
import type { AnalysisCounts } from '../../../../processors/analysis/counts.ts';
import type { AnalysisRequest } from '../../../../processors/analysis/outcome.ts';
import type {
  Analyzer,
  DocumentOutcome,
  VerdictCache,
} from '../../../../processors/analysis/ports.ts';
import {
  findLeadingSentiment,
  isSentimentLanguage,
  ServiceError,
  type Verdict,
} from '../../../../schemas/index.ts';

interface Call {
  language_code: string;
  documents: string[];
}

interface FakeOptions {
  max_document_bytes?: number;
  /** What goes wrong with a document when it is asked for the nth time, from 1. */
  failDocument?: (
    document: string,
    attempt: number,
  ) => Extract<DocumentOutcome, { ok: false }> | undefined;
  /** What goes wrong with the nth call, from 1. */
  failCall?: (nth: number) => ServiceError | undefined;
}

/** An analyzer that holds every call against the service's limits and scores by hash: same text, same verdict. */
export function fakeAnalyzer(options: FakeOptions = {}) {
  const calls: Call[] = [];
  const attempts = new Map<string, number>();
  let in_flight = 0;
  const seen = { most_in_flight: 0 };
  const max_document_bytes = options.max_document_bytes ?? 5_000;
  const analyzer: Analyzer = {
    name: 'fake',
    version: '1',
    max_documents: 25,
    max_document_bytes,
    supports: isSentimentLanguage,
    async detectSentiment(documents, language_code) {
      holdAgainstLimits(documents, language_code, max_document_bytes);
      calls.push({ language_code, documents });
      const nth = calls.length;
      in_flight += 1;
      seen.most_in_flight = Math.max(seen.most_in_flight, in_flight);
      await new Promise(setImmediate);
      in_flight -= 1;
      const error = options.failCall?.(nth);
      if (error !== undefined) throw error;
      return documents.map((document) => {
        const attempt = (attempts.get(document) ?? 0) + 1;
        attempts.set(document, attempt);
        return options.failDocument?.(document, attempt) ?? scored(document);
      });
    },
  };
  return { analyzer, calls, seen };
}

function holdAgainstLimits(documents: string[], language_code: string, max_bytes: number): void {
  if (documents.length === 0 || documents.length > 25) throw new RangeError('documents');
  if (!isSentimentLanguage(language_code)) throw new RangeError('language');
  for (const document of documents) {
    const bytes = Buffer.byteLength(document);
    if (bytes === 0 || bytes > max_bytes) throw new RangeError(`a document of ${bytes} bytes`);
  }
}

function scored(document: string): Extract<DocumentOutcome, { ok: true }> {
  const parts = [...createHash('sha256').update(document).digest().subarray(0, 4)].map(
    (n) => n + 1,
  );
  const sum = parts.reduce((total, part) => total + part, 0);
  const [positive, negative, neutral, mixed] = parts.map((part) => part / sum) as [
    number,
    number,
    number,
    number,
  ];
  const scores = { positive, negative, neutral, mixed };
  return { ok: true, sentiment: findLeadingSentiment(scores), scores };
}

/** A table of verdicts in memory, under the same contract as DynamoDB's: test/contract/verdict-cache.test.ts. */
export function memoryCache(): VerdictCache & { rows: Map<string, Verdict> } {
  const rows = new Map<string, Verdict>();
  return {
    rows,
    async get(fingerprints) {
      const found = new Map(
        fingerprints.flatMap((key) => {
          const verdict = rows.get(key);
          return verdict === undefined ? [] : [[key, verdict] as const];
        }),
      );
      return { found, unreadable: 0 };
    },
    async put(verdicts) {
      for (const [key, verdict] of verdicts) rows.set(key, verdict);
    },
  };
}

/** A cache table that is down. */
export const brokenCache: VerdictCache = {
  async get() {
    return { found: new Map(), unreadable: 0, error: outage() };
  },
  async put() {
    throw outage();
  },
};

function outage(): ServiceError {
  return new ServiceError('dynamodb', 'InternalServerError', { retryable: true });
}

/** Analysis over the fakes: `analyse` yields, `analyseAll` returns all outcomes; `counts` has an entry for each batch. */
export function testAnalysis(overrides: Partial<AnalysisDeps> & Pick<AnalysisDeps, 'analyzer'>) {
  const counts: AnalysisCounts[] = [];
  const analyse = createAnalysis({
    cache: memoryCache(),
    detect_language: () => undefined,
    default_language: 'en',
    memory_entries: 10_000,
    max_in_flight: 4,
    pause: async () => {},
    ...overrides,
  });
  return {
    analyse,
    counts,
    analyseAll: (requests: AnalysisRequest[]) => {
      const context = createAnalysisContext();
      counts.push(context.counts);
      return analyseAll(analyse, requests, context);
    },
  };
}
