import pLimit from 'p-limit';
import { billedUnits } from '../../budgets/units.ts';
import { asCompleted } from '../../lib/as-completed.ts';
import { createPause, type Pause } from '../../lib/backoff.ts';
import { chunk } from '../../lib/chunk.ts';
import { ServiceError } from '../../schemas/index.ts';
import { callBefore } from '../deadline.ts';
import type { AnalysisContext } from './context.ts';
import type { AnalysisCounts } from './counts.ts';
import type { Analyzer, DocumentOutcome } from './ports.ts';
import { takeApart } from './take-apart.ts';

/**
 * Maximum number of times that a document is sent to the analyzer. If the last attempt fails too,
 * the document is treated as failed.
 */
const MAX_ROUNDS = 3;
const FIRST_PAUSE_MS = 100;

/**
 * A text that is short enough for the analyzer. One call to the analyzer carries several documents
 * of the same language.
 */
export interface Document {
  text: string;
  language_code: string;
}

/** A document together with the analyzer's outcome for the document. */
export interface Answered<Asked extends Document> {
  document: Asked;
  outcome: DocumentOutcome;
}

/**
 * Sends documents to the analyzer, and starts the calls before the caller reads the first answer.
 * When a call returns, its answers are yielded. Each document gets exactly one answer.
 */
export type Ask = <Asked extends Document>(
  documents: readonly Asked[],
  context: AnalysisContext,
) => AsyncIterable<Answered<Asked>[]>;

export interface AskDeps {
  analyzer: Analyzer;
  /** Maximum number of calls in flight at the same time, summed over all batches and languages. */
  max_in_flight: number;
  pause?: Pause;
}

/**
 * Creates a function that sends documents in as few calls as possible. After all calls of a round
 * have returned, the function packs the failed documents of successful calls into new calls. A
 * document whose failure is final is not sent again. A call that failed as a whole is not repeated
 * here, because the rate limiter or the SDK has already retried the call. A call that the service
 * refused because of its documents is taken apart.
 */
export function createAsk(deps: AskDeps): Ask {
  const { analyzer, pause = createPause({ first_ms: FIRST_PAUSE_MS }) } = deps;
  const limit = pLimit(deps.max_in_flight);
  return (documents, context) => {
    type Asked = (typeof documents)[number];
    const startCalls: StartCalls<Asked> = (round) =>
      asCompleted(
        packCalls(round, analyzer.max_documents).map((call) =>
          limit(() => callAnalyzer(analyzer, call, context)),
        ),
      );
    return answerInRounds(startCalls(documents), startCalls, { pause, counts: context.counts });
  };
}

/** The answers of one call to the analyzer. */
interface CallAnswer<Asked extends Document> {
  answered: Answered<Asked>[];
  /** Documents that failed in a successful call. Another call may succeed for these documents. */
  retryable: Answered<Asked>[];
}

type StartCalls<Asked extends Document> = (
  documents: readonly Asked[],
) => AsyncIterable<CallAnswer<Asked>>;

async function* answerInRounds<Asked extends Document>(
  first_round: AsyncIterable<CallAnswer<Asked>>,
  startCalls: StartCalls<Asked>,
  { pause, counts }: { pause: Pause; counts: AnalysisCounts },
): AsyncGenerator<Answered<Asked>[]> {
  let calls = first_round;
  for (let round = 1; ; round += 1) {
    const retried: Asked[] = [];
    for await (const { answered, retryable } of calls) {
      if (round === MAX_ROUNDS) yield [...answered, ...retryable];
      else {
        retried.push(...retryable.map(({ document }) => document));
        yield answered;
      }
    }
    if (retried.length === 0) return;
    await pause(round);
    counts.retried_documents += retried.length;
    calls = startCalls(retried);
  }
}

/** The documents of one call to the analyzer. All documents of a call have the same language. */
interface Call<Asked extends Document> {
  language_code: string;
  documents: Asked[];
}

function packCalls<Asked extends Document>(documents: readonly Asked[], size: number) {
  const by_language = new Map<string, Asked[]>();
  for (const document of documents) {
    const group = by_language.get(document.language_code);
    if (group === undefined) by_language.set(document.language_code, [document]);
    else group.push(document);
  }
  return [...by_language].flatMap(([language_code, group]) =>
    chunk(group, size).map((part): Call<Asked> => ({ language_code, documents: part })),
  );
}

/**
 * Makes one call. If the service refuses the documents of the call as a whole, the call is taken
 * apart, so that one refused document does not fail the other 24.
 */
async function callAnalyzer<Asked extends Document>(
  analyzer: Analyzer,
  { language_code, documents }: Call<Asked>,
  context: AnalysisContext,
): Promise<CallAnswer<Asked>> {
  const send = (some: Asked[]) => sendCall(analyzer, { language_code, documents: some }, context);
  try {
    return await send(documents);
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    if (!cause.refuses_input) return { answered: failAll(documents, cause), retryable: [] };
    const { accepted, refused, failed } = await takeApart(documents, cause, send);
    return {
      answered: [
        ...accepted.flatMap(({ answered }) => answered),
        ...refused.flatMap(({ document, error }) => failAll([document], error)),
        ...failed.flatMap(({ document, error }) => failAll([document], error)),
      ],
      retryable: accepted.flatMap(({ retryable }) => retryable),
    };
  }
}

async function sendCall<Asked extends Document>(
  analyzer: Analyzer,
  { language_code, documents }: Call<Asked>,
  { analysis, counts }: AnalysisContext,
): Promise<CallAnswer<Asked>> {
  counts.calls += 1;
  counts.documents += documents.length;
  const texts = documents.map(({ text }) => text);
  try {
    const outcomes = await callBefore(analysis, analyzer.name, () =>
      analyzer.detectSentiment(texts, language_code, analysis),
    );
    return sortAnswers(documents, outcomes, counts);
  } catch (cause) {
    if (cause instanceof ServiceError && cause.throttled) counts.throttles += 1;
    throw cause;
  }
}

function failAll<Asked extends Document>(
  documents: Asked[],
  { code, retryable, throttled, refuses_input }: ServiceError,
): Answered<Asked>[] {
  const failure = { ok: false, code, retryable, throttled } as const;
  const outcome: DocumentOutcome = refuses_input ? { ...failure, refused: true } : failure;
  return documents.map((document) => ({ document, outcome }));
}

function sortAnswers<Asked extends Document>(
  documents: Asked[],
  outcomes: DocumentOutcome[],
  counts: AnalysisCounts,
): CallAnswer<Asked> {
  const sorted: CallAnswer<Asked> = { answered: [], retryable: [] };
  for (const [i, document] of documents.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined) throw new Error('The analyzer left a document without an outcome');
    // A document fits into a call, so that it has one part.
    if (outcome.ok) counts.units += billedUnits(document.text, Number.POSITIVE_INFINITY);
    else if (outcome.throttled) counts.throttles += 1;
    const is_retryable = !outcome.ok && outcome.retryable;
    (is_retryable ? sorted.retryable : sorted.answered).push({ document, outcome });
  }
  return sorted;
}
