import { createHash } from 'node:crypto';
import { BatchDetectSentimentCommand } from '@aws-sdk/client-comprehend';
import type { Books, RecordSpec } from './books.ts';
import type { Clients } from './clients.ts';
import { expectContents, versionKey } from './expectations.ts';
import {
  batchAnswerSchema,
  type StoredResult,
  syncAnswerSchema,
  type VerdictAnswer,
} from './formats.ts';
import type { StoreContents } from './stores.ts';

/** The analyzer's own verdict on a text. */
export interface Verdict {
  sentiment: string;
  scores: Record<string, number>;
}

/** Returns the analyzer's verdict on a text, or undefined if the analyzer was not asked. */
export type VerdictOf = (language: string, text: string) => Verdict | undefined;

const DOCUMENTS_PER_CALL = 25;
const MAX_DOCUMENT_BYTES = 5_000;
const SCORE_TOLERANCE = 1e-5;

type Questions = Map<string, Set<string>>;

/** Asks the analyzer directly for a verdict on each text that the product has analysed. */
export async function readVerdicts(
  clients: Clients,
  books: Books,
  contents: StoreContents,
): Promise<VerdictOf> {
  const verdicts = new Map<string, Verdict>();
  for (const [language, texts] of collectQuestions(books, contents)) {
    const all = [...texts];
    for (let at = 0; at < all.length; at += DOCUMENTS_PER_CALL) {
      await askForVerdicts(clients, language, all.slice(at, at + DOCUMENTS_PER_CALL), verdicts);
    }
  }
  return (language, text) => verdicts.get(`${language} ${text.trim()}`);
}

async function askForVerdicts(
  { comprehend }: Clients,
  language: string,
  texts: string[],
  verdicts: Map<string, Verdict>,
): Promise<void> {
  const { ResultList = [] } = await comprehend.send(
    new BatchDetectSentimentCommand({ TextList: texts, LanguageCode: language as 'en' }),
  );
  for (const { Index = 0, Sentiment = '', SentimentScore = {} } of ResultList) {
    const scores = Object.fromEntries(
      Object.entries(SentimentScore).map(([name, score]) => [name.toLowerCase(), score ?? 0]),
    );
    verdicts.set(`${language} ${texts[Index]}`, { sentiment: Sentiment, scores });
  }
}

/** Collects the texts of the books by language. Texts that are split into chunks are left out. */
function collectQuestions(books: Books, contents: StoreContents): Questions {
  const questions: Questions = new Map();
  const add = (language: string, text: string) => {
    if (isLong(text) || text.trim() === '') return;
    questions.set(language, (questions.get(language) ?? new Set()).add(text.trim()));
  };
  const { results } = expectContents(books, contents.stream);
  for (const result of [...contents.rows, ...contents.lines]) {
    const expected = results.get(versionKey(result));
    if (expected === undefined || result.status !== 'analyzed') continue;
    add(result.language_code ?? '', expected.text);
  }
  for (const { texts } of books.jobs) for (const text of texts) add('en', text ?? '');
  for (const { asked, answer } of books.answers) {
    const verdicts = verdictsOf(answer?.body);
    for (const [i, { text }] of asked.entries()) {
      const language = verdicts[i]?.language_code;
      if (language !== undefined) add(language, text);
    }
  }
  return questions;
}

function verdictsOf(body: unknown): Partial<VerdictAnswer>[] {
  const one = syncAnswerSchema.safeParse(body);
  if (one.success) return [one.data];
  const batch = batchAnswerSchema.safeParse(body);
  if (!batch.success) return [];
  return batch.data.results.map((result) => ('error' in result ? {} : result));
}

/**
 * Compares a stored result with the record of the books and with the analyzer's own verdict.
 *
 * @returns a description of the difference, or undefined if there is no difference.
 */
export function describeDifference(
  spec: RecordSpec,
  result: StoredResult,
  verdictOf: VerdictOf,
): string | undefined {
  if (result.status !== spec.status) return `status ${result.status}, not ${spec.status}`;
  const text = spec.status === 'withdrawn' ? '' : spec.text;
  if (result.text_hash !== sha256(text)) return 'the hash of another text';
  if (spec.status === 'withdrawn' && result.text !== undefined) return 'a text after a withdrawal';
  if (result.text !== undefined && sha256(result.text) !== sha256(text)) return 'another text';
  if (spec.status === 'analyzed') return describeVerdict(spec, result, verdictOf);
  return result.sentiment === undefined ? undefined : 'a verdict for a record that must have none';
}

/** A verdict of the product, in a store or in an answer. */
type GivenVerdict = { [Field in keyof VerdictAnswer]?: VerdictAnswer[Field] | undefined };

/**
 * Compares a verdict of the product with the analyzer's own verdict on the text.
 *
 * @returns a description of the difference, or undefined if there is no difference.
 */
export function describeVerdict(
  { text, language }: { text: string; language?: string | undefined },
  given: GivenVerdict,
  verdictOf: VerdictOf,
): string | undefined {
  const { language_code = '', sentiment, scores = {}, chunks = 1 } = given;
  if (language !== undefined && language !== language_code) {
    return `language ${language_code}, not ${language}`;
  }
  if (isLong(text)) return chunks > 1 ? undefined : 'a long text was analysed as one chunk';
  const expected = verdictOf(language_code, text);
  if (expected === undefined) return 'a verdict that the analyzer does not have';
  if (expected.sentiment !== sentiment) return `sentiment ${sentiment}, not ${expected.sentiment}`;
  const is_close = Object.entries(expected.scores).every(
    ([name, score]) => Math.abs(score - (scores[name] ?? -1)) < SCORE_TOLERANCE,
  );
  return is_close ? undefined : "scores differ from the analyzer's";
}

function isLong(text: string): boolean {
  return Buffer.byteLength(text) > MAX_DOCUMENT_BYTES;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
