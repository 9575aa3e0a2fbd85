import { createHash } from 'node:crypto';
import type { Analyzer, DocumentOutcome } from '../../processors/analysis/ports.ts';
import {
  findLeadingSentiment,
  isSentimentLanguage,
  type ServiceError,
} from '../../schemas/index.ts';
import type { Network } from './network.ts';

interface AnalyzerCall {
  language_code: string;
  documents: string[];
}

export interface FakeAnalyzerOptions {
  name?: string;
  version?: string;
  max_document_bytes?: number;
  supports?: (language_code: string) => boolean;
  /**
   * The connection to the analyzer. By default, the analyzer answers in a later turn of the event
   * loop.
   */
  network?: Network;
  /**
   * Returns the outcome of a document. By default, the same text always has the same verdict,
   * because the scores depend on the hash of the document.
   */
  score?: (document: string, language_code: string) => DocumentOutcome;
  /**
   * Returns the failure of a document on its nth attempt, counted from 1, or undefined to let the
   * attempt succeed.
   */
  failDocument?: (
    document: string,
    attempt: number,
  ) => Extract<DocumentOutcome, { ok: false }> | undefined;
  /** Returns the error of the nth call, counted from 1, or undefined to let the call succeed. */
  failCall?: (nth: number) => ServiceError | undefined;
}

const MAX_DOCUMENTS = 25;
const INTERNAL_ERROR: DocumentOutcome = {
  ok: false,
  code: 'InternalServerException',
  retryable: true,
  throttled: false,
};
const QUICK_NETWORK: Network = {
  async call(_, effect) {
    await new Promise(setImmediate);
    return effect();
  },
  failsAlone: () => false,
};

/** Creates an analyzer that checks every call against Comprehend's limits. */
export function createFakeAnalyzer(options: FakeAnalyzerOptions = {}) {
  const { network = QUICK_NETWORK, score = scoreByHash, max_document_bytes = 5_000 } = options;
  const supports = options.supports ?? isSentimentLanguage;
  const calls: AnalyzerCall[] = [];
  const attempts = new Map<string, number>();
  const seen = { in_flight: 0, most_in_flight: 0 };
  const outcomeOf = (document: string, language_code: string): DocumentOutcome => {
    const attempt = (attempts.get(document) ?? 0) + 1;
    attempts.set(document, attempt);
    if (network.failsAlone()) return INTERNAL_ERROR;
    return options.failDocument?.(document, attempt) ?? score(document, language_code);
  };
  const analyzer: Analyzer = {
    name: options.name ?? 'fake',
    version: options.version ?? '1',
    max_documents: MAX_DOCUMENTS,
    max_document_bytes,
    supports,
    async detectSentiment(documents, language_code) {
      checkLimits(documents, max_document_bytes);
      if (!supports(language_code)) throw new RangeError(`the language ${language_code}`);
      calls.push({ language_code, documents });
      const nth = calls.length;
      seen.in_flight += 1;
      seen.most_in_flight = Math.max(seen.most_in_flight, seen.in_flight);
      try {
        return await network.call('detect', () => {
          const error = options.failCall?.(nth);
          if (error !== undefined) throw error;
          return documents.map((document) => outcomeOf(document, language_code));
        });
      } finally {
        seen.in_flight -= 1;
      }
    },
  };
  return { analyzer, calls, seen };
}

/**
 * Checks the number and the sizes of the documents of a call.
 *
 * @throws {RangeError} if a limit is exceeded, or if there is no document or an empty document.
 */
function checkLimits(documents: string[], max_bytes: number): void {
  if (documents.length === 0 || documents.length > MAX_DOCUMENTS) {
    throw new RangeError(`${documents.length} documents in one call`);
  }
  for (const document of documents) {
    const bytes = Buffer.byteLength(document);
    if (bytes === 0 || bytes > max_bytes) throw new RangeError(`a document of ${bytes} bytes`);
  }
}

function scoreByHash(document: string): DocumentOutcome {
  const bytes = createHash('sha256').update(document).digest();
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => bytes.readUInt8(i) + 1) as [
    number,
    number,
    number,
    number,
  ];
  const sum = a + b + c + d;
  const scores = { positive: a / sum, negative: b / sum, neutral: c / sum, mixed: d / sum };
  return { ok: true, sentiment: findLeadingSentiment(scores), scores };
}
