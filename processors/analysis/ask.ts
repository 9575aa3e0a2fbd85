import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { ServiceError } from '../../schemas/index.ts';
import type { Effort } from './effort.ts';
import type { Analyzer, DocumentOutcome } from './ports.ts';

/** How often a document is asked for before it counts as failed. */
const MAX_ROUNDS = 3;
const FIRST_PAUSE_MS = 100;

/**
 * Asks for distinct documents of one language; every one of them is in the answer. Of each call that has returned it
 * says at once which documents succeeded.
 */
export type Ask = (
  documents: string[],
  language_code: string,
  effort: Effort,
  on_succeeded: (documents: string[], outcomes: Map<string, DocumentOutcome>) => void,
) => Promise<Map<string, DocumentOutcome>>;

export interface AskDeps {
  analyzer: Analyzer;
  /** Calls at a time, over all batches and languages. */
  max_in_flight: number;
  /** Waits before failed documents are asked again; `round` counts from 1. */
  pause?: (round: number) => Promise<void>;
}

/**
 * Full calls first, then only the documents that failed alone and may yet succeed, packed full again. A call that
 * failed whole is not repeated here: the SDK has already repeated it with its own backoff.
 */
export function createAsk(deps: AskDeps): Ask {
  const { analyzer, pause = pauseWithJitter } = deps;
  const limit = pLimit(deps.max_in_flight);
  return async (documents, language_code, effort, on_succeeded) => {
    const outcomes = new Map<string, DocumentOutcome>();
    for (let asking = documents, round = 1; asking.length > 0; round += 1) {
      const calls = pack(asking, analyzer.max_documents).map((call) =>
        limit(async () => {
          const answer = await askOnce(analyzer, call, language_code, effort);
          for (const [i, document] of call.entries()) outcomes.set(document, answer.outcomes[i]!);
          on_succeeded(
            call.filter((_, i) => answer.outcomes[i]!.ok),
            outcomes,
          );
          return answer.worth_repeating;
        }),
      );
      const failed = (await Promise.all(calls)).flat();
      if (round === MAX_ROUNDS || failed.length === 0) break;
      await pause(round);
      effort.retried_documents += failed.length;
      asking = failed;
    }
    return outcomes;
  };
}

async function askOnce(
  analyzer: Analyzer,
  documents: string[],
  language_code: string,
  effort: Effort,
): Promise<{ outcomes: DocumentOutcome[]; worth_repeating: string[] }> {
  effort.calls += 1;
  effort.documents += documents.length;
  try {
    const outcomes = await analyzer.detectSentiment(documents, language_code);
    effort.throttles += outcomes.filter((outcome) => !outcome.ok && outcome.throttled).length;
    const worth_repeating = documents.filter((_, i) => isRetryable(outcomes[i]!));
    return { outcomes, worth_repeating };
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    const { code, retryable, throttled } = cause;
    if (throttled) effort.throttles += 1;
    const failure: DocumentOutcome = { ok: false, code, retryable, throttled };
    return { outcomes: documents.map(() => failure), worth_repeating: [] };
  }
}

function isRetryable(outcome: DocumentOutcome): boolean {
  return !outcome.ok && outcome.retryable;
}

function pack(documents: string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(documents.length / size) }, (_, i) =>
    documents.slice(i * size, (i + 1) * size),
  );
}

/** Full jitter: consumers that failed together do not come back together. */
async function pauseWithJitter(round: number): Promise<void> {
  await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** round);
}
