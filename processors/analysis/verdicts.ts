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
}

/**
 * Answers distinct questions, by fingerprint: from the caches, else from the analyzer, and fills the caches. Where it
 * asks, it says what it has as soon as it asks, and again before it fills them.
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
    const asking = Promise.all(
      languages.map(async (group) => {
        for (const [key, answer] of await askLanguage(deps, group, effort)) {
          answers.set(key, answer);
          if ('verdict' in answer) fresh.set(key, answer.verdict);
        }
      }),
    );
    on_answers(answers, false);
    await asking;
    on_answers(answers, true);
    await deps.recall.put(fresh, effort);
    return answers;
  };
}

function groupByLanguage(questions: Question[]): Record<string, Question[]> {
  const groups: Record<string, Question[]> = {};
  for (const question of questions) {
    groups[question.language_code] ??= [];
    groups[question.language_code]!.push(question);
  }
  return groups;
}

/** Chunks of all texts of one language share calls; a chunk that occurs twice is asked for once. */
async function askLanguage(
  deps: VerdictsDeps,
  questions: Question[],
  effort: Effort,
): Promise<[fingerprint: string, answer: Answer][]> {
  const language_code = questions[0]!.language_code;
  const chunked = questions.map(({ fingerprint, text }) => ({
    fingerprint,
    chunks: split(text, deps.max_document_bytes, language_code),
  }));
  const documents = [...new Set(chunked.flatMap(({ chunks }) => chunks))];
  effort.asked[language_code] = documents.length;
  const outcomes = await deps.ask(documents, language_code, effort);
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
