import { createAsk } from './ask.ts';
import { type Effort, noEffort, tally } from './effort.ts';
import type { Analyse, AnalysisOutcome, AnalysisStats } from './outcome.ts';
import type { Analyzer, LanguageDetector, VerdictCache } from './ports.ts';
import { createPrepare, type Question } from './prepare.ts';
import { createRecall } from './recall.ts';
import { type Answer, createVerdicts } from './verdicts.ts';

export type { Analyse, AnalysisOutcome, AnalysisRequest, AnalysisStats } from './outcome.ts';

export interface AnalysisDeps {
  analyzer: Analyzer;
  cache: VerdictCache;
  detect_language: LanguageDetector;
  /** For texts too short to tell their language. */
  default_language: string;
  /** Verdicts kept in this process. */
  memory_entries: number;
  /** Calls to the analyzer at a time, whatever the number of batches. */
  max_in_flight: number;
  /** Waits before failed documents are asked again; `round` counts from 1. */
  pause?: (round: number) => Promise<void>;
  /** New verdicts that are told of while others are asked for; absent: 400. */
  told_at_once?: number;
  /** Hears what each batch took, once, before its outcomes are returned. */
  on_stats?: (stats: AnalysisStats) => void;
}

/**
 * Texts to verdicts, for the stream's consumer and the API alike: prepare → dedupe → caches → analyzer → caches.
 * Where nothing fails, a batch takes Σ over languages ⌈distinct uncached documents / 25⌉ calls.
 */
export function createAnalysis(deps: AnalysisDeps): Analyse {
  const prepare = createPrepare(deps);
  const verdicts = createVerdicts({
    recall: createRecall(deps),
    ask: createAsk(deps),
    max_document_bytes: deps.analyzer.max_document_bytes,
    told_at_once: deps.told_at_once,
  });
  const { name, version } = deps.analyzer;
  return async (requests, on_known = () => {}) => {
    const prepared = requests.map(prepare);
    const questions = new Map<string, Question>();
    for (const item of prepared) {
      if (item.status === 'ready' && !questions.has(item.fingerprint)) {
        questions.set(item.fingerprint, item);
      }
    }
    const effort: Effort = noEffort();
    const unanswered = new Set(questions.keys());
    const outcomes: (AnalysisOutcome | undefined)[] = prepared.map(() => undefined);
    const settle = (answers: Map<string, Answer>) => {
      for (const [i, item] of prepared.entries()) {
        if (outcomes[i] !== undefined) continue;
        if (item.status !== 'ready') {
          outcomes[i] = item;
          continue;
        }
        const answer = answers.get(item.fingerprint);
        if (answer === undefined) continue;
        const is_first = unanswered.delete(item.fingerprint);
        outcomes[i] = outcomeOf(item, answer, is_first, { name, version });
      }
    };
    const answers = await verdicts(questions, effort, (some, is_all) => {
      settle(some);
      on_known([...outcomes], is_all);
    });
    settle(answers);
    const settled = outcomes as AnalysisOutcome[];
    deps.on_stats?.(tally(settled, effort));
    return settled;
  };
}

function outcomeOf(
  question: Question,
  answer: Answer,
  is_first: boolean,
  analyzer: { name: string; version: string },
): AnalysisOutcome {
  if ('status' in answer) return answer;
  const { language_code, language_source } = question;
  return {
    status: 'analyzed',
    verdict: answer.verdict,
    language_code,
    language_source,
    cache: is_first ? answer.cache : 'batch',
    analyzer,
  };
}
