import type { Budget } from '../../budgets/budget.ts';
import type { Pause } from '../../lib/backoff.ts';
import type { Verdict } from '../../schemas/index.ts';
import type { LanguageDetector } from '../language.ts';
import { createAnswerQuestions } from './answers.ts';
import { createAsk } from './ask.ts';
import { createCaches } from './caches.ts';
import { createChargeQuestions } from './charge.ts';
import type { AnalysisContext } from './context.ts';
import { countOutcomes } from './counts.ts';
import type { AnalysisOutcome, AnalysisRequest } from './outcome.ts';
import type { Analyzer, VerdictCache } from './ports.ts';
import { createPrepare } from './prepare.ts';
import { RequestGroups } from './request-groups.ts';

/**
 * Analyses texts, and yields each request with its outcome exactly once, as soon as the outcome is
 * known. Outcomes from the caches are yielded first, while the calls to the analyzer are in flight.
 * If a service fails, the affected requests get the outcome `failed`. Any other error is a bug and
 * is thrown.
 */
export type Analyse = <Request extends AnalysisRequest>(
  requests: readonly Request[],
  context: AnalysisContext,
) => AsyncIterable<[request: Request, outcome: AnalysisOutcome][]>;

export interface AnalysisDeps {
  analyzer: Analyzer;
  cache: VerdictCache;
  /** Decides which texts the tenants can pay for. If absent, there are no budgets. */
  budget?: Budget | undefined;
  detect_language: LanguageDetector;
  /** Language code of texts that are too short for language detection. */
  default_language: string;
  /** Whether ids in texts are replaced by a neutral number before the analysis. The default is true. */
  neutral_ids?: boolean;
  /** Maximum number of verdicts in the memory of this process. */
  memory_entries: number;
  /**
   * Maximum number of calls to the analyzer that may be in flight at the same time. The calls of
   * all batches of this process are counted together.
   */
  max_in_flight: number;
  /** Function that waits before failed documents are sent to the analyzer again. */
  pause?: Pause;
}

/**
 * Creates the analysis that the stream's consumer and the API use. The analysis prepares the texts,
 * groups equal texts, reads the caches, charges the tenants for texts that are in no cache, calls the
 * analyzer for these texts, and writes the new verdicts to the caches. If the analyzer accepts 25 documents per call and no
 * document fails, a batch takes ⌈n / 25⌉ calls for each language. Here n is the number of distinct
 * documents that are in this language and have no cached verdict.
 */
export function createAnalysis(deps: AnalysisDeps): Analyse {
  const prepare = createPrepare(deps);
  const caches = createCaches(deps);
  const { max_document_bytes } = deps.analyzer;
  const chargeQuestions = createChargeQuestions(deps.budget, max_document_bytes);
  const answerQuestions = createAnswerQuestions({ ask: createAsk(deps), max_document_bytes });

  return async function* (requests, context) {
    const groups = new RequestGroups<(typeof requests)[number]>(deps.analyzer);
    const without_verdict = groups.add(requests.map((request) => [request, prepare(request)]));
    const questions = groups.questions();
    const cached = await caches.read(questions, context);
    // Start the calls before yielding the first outcomes, because the caller's work on these
    // outcomes must not delay the calls.
    const { affordable, refused, refund } = await chargeQuestions(
      questions.filter(({ fingerprint }) => !cached.has(fingerprint)),
      ({ fingerprint }) => groups.tenantsOf(fingerprint),
      context,
    );
    const answers = answerQuestions(affordable, context);
    const from_caches = [...cached].flatMap(([key, verdict]) => groups.settle(key, verdict));
    const over = refused.flatMap(([{ fingerprint }, why]) => groups.settle(fingerprint, why));
    yield countOutcomes(context.counts, [...without_verdict, ...from_caches, ...over]);
    const fresh = new Map<string, Verdict>();
    const unanswered: string[] = [];
    for await (const answered of answers) {
      for (const [{ fingerprint }, answer] of answered) {
        if ('verdict' in answer) fresh.set(fingerprint, answer.verdict);
        else unanswered.push(fingerprint);
      }
      const settled = answered.flatMap(([question, answer]) =>
        groups.settle(question.fingerprint, answer),
      );
      yield countOutcomes(context.counts, settled);
    }
    context.cache_writes.add(caches.write(fresh, context));
    context.cache_writes.add(refund(unanswered));
  };
}
