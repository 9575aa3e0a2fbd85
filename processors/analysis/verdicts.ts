import type { Verdict } from '../../schemas/index.ts';
import type { Ask } from './ask.ts';
import type { Effort } from './effort.ts';
import { mergeChunks } from './merge.ts';
import type { Failed } from './outcome.ts';
import type { DocumentOutcome } from './ports.ts';
import type { Question } from './prepare.ts';
import type { Recall, Recalled } from './recall.ts';
import { split } from './split.ts';

/** What one question came to, by whichever way was cheapest. */
export type Answer = Recalled | { verdict: Verdict; cache: 'miss' } | Failed;

export interface VerdictsDeps {
  recall: Recall;
  ask: Ask;
  max_document_bytes: number;
  /** New answers that are worth telling of while others are asked for. */
  told_at_once?: number | undefined;
}

/**
 * Answers distinct questions, by fingerprint: from the caches, else from the analyzer, and fills the caches. Where it
 * asks, it says what it has as soon as it asks, now and then as calls return, and again before it fills the caches.
 */
export function createVerdicts(
  deps: VerdictsDeps,
): (
  questions: Map<string, Question>,
  effort: Effort,
  on_answers: (answers: Map<string, Answer>, is_all: boolean) => void,
) => Promise<Map<string, Answer>> {
  return async (questions, effort, on_answers) => {
    const answers = new Map<string, Answer>(await deps.recall.get([...questions.keys()], effort));
    const open = [...questions.values()].filter((question) => !answers.has(question.fingerprint));
    if (open.length === 0) return answers;
    const languages = Object.values(groupByLanguage(open));
    const fresh = new Map<string, Verdict>();
    let told = 0;
    const take = (answered: [fingerprint: string, answer: Answer][]) => {
      for (const [key, answer] of answered) {
        if (answers.has(key)) continue;
        answers.set(key, answer);
        if ('verdict' in answer) fresh.set(key, answer.verdict);
      }
    };
    const takeSome = (answered: [fingerprint: string, answer: Answer][]) => {
      take(answered);
      if (fresh.size - told < (deps.told_at_once ?? TOLD_AT_ONCE)) return;
      told = fresh.size;
      on_answers(answers, false);
    };
    const asking = Promise.all(
      languages.map(async (group) => take(await askLanguage(deps, group, effort, takeSome))),
    );
    on_answers(answers, false);
    await asking;
    on_answers(answers, true);
    await deps.recall.put(fresh, effort);
    return answers;
  };
}

/** Sixteen full calls of Comprehend. */
const TOLD_AT_ONCE = 400;

function groupByLanguage(questions: Question[]): Record<string, Question[]> {
  const groups: Record<string, Question[]> = {};
  for (const question of questions) {
    groups[question.language_code] ??= [];
    groups[question.language_code]!.push(question);
  }
  return groups;
}

/**
 * Chunks of all texts of one language share calls; a chunk that occurs twice is asked for once.
 *
 * @param on_some told of texts of a single chunk as soon as their call has returned.
 */
async function askLanguage(
  deps: VerdictsDeps,
  questions: Question[],
  effort: Effort,
  on_some: (answered: [fingerprint: string, answer: Answer][]) => void,
): Promise<[fingerprint: string, answer: Answer][]> {
  const language_code = questions[0]!.language_code;
  const chunked = questions.map(({ fingerprint, text }) => ({
    fingerprint,
    chunks: split(text, deps.max_document_bytes, language_code),
  }));
  const documents = [...new Set(chunked.flatMap(({ chunks }) => chunks))];
  effort.asked[language_code] = documents.length;
  const whole = new Map(
    chunked.flatMap(({ fingerprint, chunks }) =>
      chunks.length === 1 ? [[chunks[0]!, fingerprint] as const] : [],
    ),
  );
  const outcomes = await deps.ask(documents, language_code, effort, (succeeded, known) =>
    on_some(
      succeeded.flatMap((document) => {
        const fingerprint = whole.get(document);
        return fingerprint === undefined ? [] : [[fingerprint, settle([known.get(document)!])]];
      }),
    ),
  );
  return chunked.map(({ fingerprint, chunks }) => [
    fingerprint,
    settle(chunks.map((chunk) => outcomes.get(chunk)!)),
  ]);
}

/** A text one of whose chunks failed has no verdict; final if any chunk's failure is. */
function settle(outcomes: DocumentOutcome[]): Answer {
  const failures = outcomes.filter((outcome) => !outcome.ok);
  const failure = failures.find((candidate) => !candidate.retryable) ?? failures[0];
  if (failure !== undefined) {
    const { ok: _, ...why } = failure;
    return { status: 'failed', ...why };
  }
  return { verdict: mergeChunks(outcomes.filter((outcome) => outcome.ok)), cache: 'miss' };
}
