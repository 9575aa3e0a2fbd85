import type { Verdict } from '../../schemas/index.ts';
import type { Answered, Ask, Document } from './ask.ts';
import type { AnalysisContext } from './context.ts';
import { mergeChunks } from './merge.ts';
import type { AnalysisFailure } from './outcome.ts';
import type { DocumentOutcome } from './ports.ts';
import type { Question } from './prepare.ts';
import { split } from './split.ts';

/** The analyzer's answer to one question, which is either a verdict or a failure. */
export type Answer = { verdict: Verdict; cache: 'miss' } | AnalysisFailure;

/**
 * Answers distinct questions. Yields each answer as soon as all chunks of the text have outcomes.
 */
export type AnswerQuestions = (
  questions: Question[],
  context: AnalysisContext,
) => AsyncIterable<[Question, Answer][]>;

export interface AnswersDeps {
  ask: Ask;
  max_document_bytes: number;
}

/** A question that has no answer yet, together with the chunks of its text. */
interface OpenQuestion {
  question: Question;
  chunks: Chunk[];
}

/**
 * A part of a text. If several texts contain the same chunk, the chunk is sent to the analyzer only
 * once.
 */
interface Chunk extends Document {
  outcome?: DocumentOutcome;
  parts_of: OpenQuestion[];
}

/**
 * Creates the function that answers questions. The function starts the calls to the analyzer before
 * the caller reads the first answer.
 */
export function createAnswerQuestions(deps: AnswersDeps): AnswerQuestions {
  return (questions, context) => {
    const chunks = openQuestions(questions, deps.max_document_bytes);
    for (const { language_code } of chunks) {
      context.counts.asked[language_code] = (context.counts.asked[language_code] ?? 0) + 1;
    }
    return closeQuestions(deps.ask(chunks, context));
  };
}

/**
 * Splits all texts into chunks. If several chunks have the same text and the same language, only
 * one of them is returned.
 */
function openQuestions(questions: Question[], max_document_bytes: number): Chunk[] {
  const chunks = new Map<string, Chunk>();
  for (const question of questions) {
    const { text, language_code } = question;
    const open: OpenQuestion = { question, chunks: [] };
    for (const part of split(text, max_document_bytes, language_code)) {
      const key = `${language_code}\n${part}`;
      const chunk = chunks.get(key) ?? { text: part, language_code, parts_of: [] };
      chunks.set(key, chunk);
      chunk.parts_of.push(open);
      open.chunks.push(chunk);
    }
  }
  return [...chunks.values()];
}

async function* closeQuestions(
  answers: AsyncIterable<Answered<Chunk>[]>,
): AsyncGenerator<[Question, Answer][]> {
  for await (const answered of answers) {
    const touched = new Set<OpenQuestion>();
    for (const { document, outcome } of answered) {
      document.outcome = outcome;
      for (const open of document.parts_of) touched.add(open);
    }
    const closed = [...touched].flatMap(({ question, chunks }): [Question, Answer][] => {
      const outcomes = chunks.flatMap(({ outcome }) => outcome ?? []);
      return outcomes.length < chunks.length ? [] : [[question, combine(outcomes)]];
    });
    if (closed.length > 0) yield closed;
  }
}

/**
 * Combines the outcomes of a text's chunks into one answer. If a chunk failed, the text has no
 * verdict. The failure of the text is final if the failure of at least one chunk is final.
 */
function combine(outcomes: DocumentOutcome[]): Answer {
  const failures = outcomes.filter((outcome) => !outcome.ok);
  const failure = failures.find((candidate) => !candidate.retryable) ?? failures[0];
  if (failure !== undefined) {
    const { ok: _, ...why } = failure;
    return { status: 'failed', ...why };
  }
  return { verdict: mergeChunks(outcomes.filter((outcome) => outcome.ok)), cache: 'miss' };
}
