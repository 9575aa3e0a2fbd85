import type { Pause } from '../../lib/backoff.ts';
import type { Verdict } from '../../schemas/index.ts';
import { createAnswerQuestions } from './answers.ts';
import { createAsk } from './ask.ts';
import { createCaches } from './caches.ts';
import type { AnalysisContext } from './context.ts';
import { countOutcomes } from './counts.ts';
import type { AnalysisOutcome, AnalysisRequest } from './outcome.ts';
import type { Analyzer, LanguageDetector, VerdictCache } from './ports.ts';
import { createPrepare } from './prepare.ts';
import { RequestGroups } from './request-groups.ts';

/**
 * Analyses texts and yields each request with its outcome, once, as soon as the outcome is known: the caches' verdicts
 * while the analyzer is called for the rest, then the verdicts of each call that returns. A service that fails is an
 * outcome; a bug is thrown.
 */
export type Analyse = <Request extends AnalysisRequest>(
  requests: readonly Request[],
  context: AnalysisContext,
) => AsyncIterable<[request: Request, outcome: AnalysisOutcome][]>;

export interface AnalysisDeps {
  analyzer: Analyzer;
  cache: VerdictCache;
  detect_language: LanguageDetector;
  /** For texts that are too short to detect their language. */
  default_language: string;
  /** Verdicts kept in the memory of this process. */
  memory_entries: number;
  /** Calls to the analyzer in flight, over all batches. */
  max_in_flight: number;
  /** Waits before failed documents are sent again. */
  pause?: Pause;
}

/**
 * Analyses texts for the stream's consumer and the API: prepare → group repeats → read the caches → call the analyzer →
 * write the caches. Without failures, a batch takes Σ over languages ⌈distinct uncached documents / 25⌉ calls.
 */
export function createAnalysis(deps: AnalysisDeps): Analyse {
  const prepare = createPrepare(deps);
  const caches = createCaches(deps);
  const { max_document_bytes } = deps.analyzer;
  const answerQuestions = createAnswerQuestions({ ask: createAsk(deps), max_document_bytes });

  return async function* (requests, context) {
    const groups = new RequestGroups<(typeof requests)[number]>(deps.analyzer);
    const without_verdict = groups.add(requests.map((request) => [request, prepare(request)]));
    const questions = groups.questions();
    const cached = await caches.read(questions, context);
    // The calls are in flight before the first outcome is yielded: delivering it must not delay them.
    const answers = answerQuestions(
      questions.filter(({ fingerprint }) => !cached.has(fingerprint)),
      context,
    );
    const from_caches = [...cached].flatMap(([key, verdict]) => groups.settle(key, verdict));
    yield countOutcomes(context.counts, [...without_verdict, ...from_caches]);
    const fresh = new Map<string, Verdict>();
    for await (const answered of answers) {
      for (const [{ fingerprint }, answer] of answered) {
        if ('verdict' in answer) fresh.set(fingerprint, answer.verdict);
      }
      const settled = answered.flatMap(([question, answer]) =>
        groups.settle(question.fingerprint, answer),
      );
      yield countOutcomes(context.counts, settled);
    }
    context.cache_writes.add(caches.write(fresh, context));
  };
}
