import { expect, it } from 'vitest';
import { type Answer, createAnswerQuestions } from '../../../../processors/analysis/answers.ts';
import type { Answered, Ask, Document } from '../../../../processors/analysis/ask.ts';
import { createAnalysisContext } from '../../../../processors/analysis/context.ts';
import type { DocumentOutcome } from '../../../../processors/analysis/ports.ts';
import type { Question } from '../../../../processors/analysis/prepare.ts';

const question = (text: string, language_code = 'en'): Question => ({
  status: 'ready',
  text,
  fingerprint: `${language_code} ${text}`,
  language_code,
  language_source: 'given',
});

const failure = (code: string, retryable: boolean): DocumentOutcome => ({
  ok: false,
  code,
  retryable,
  throttled: false,
});
const scores = { positive: 0.7, negative: 0.1, neutral: 0.1, mixed: 0.1 };
const success: DocumentOutcome = { ok: true, sentiment: 'POSITIVE', scores };

// Each sentence has 16 bytes and becomes a document of its own.
const [A, B, C] = ['It is really ok.', 'It is too large.', 'I like the blue.'] as const;

/** Answers questions of at most 20 bytes a document. Each document is answered by itself, in turn. */
async function answerEach(questions: Question[], outcomeOf: (text: string) => DocumentOutcome) {
  const asked: Document[] = [];
  const ask: Ask = async function* <Asked extends Document>(documents: readonly Asked[]) {
    asked.push(...documents);
    for (const document of documents) {
      yield [{ document, outcome: outcomeOf(document.text) }] satisfies Answered<Asked>[];
    }
  };
  const context = createAnalysisContext();
  const answer = createAnswerQuestions({ ask, max_document_bytes: 20 });
  const answers: [string, Answer][] = [];
  for await (const some of answer(questions, context)) {
    answers.push(...some.map(([{ text }, one]): [string, Answer] => [text, one]));
  }
  return { answers, asked, counts: context.counts };
}

it.each([
  [{ [A]: failure('Busy', true), [B]: failure('Refused', false) }, 'Refused', false],
  [{ [A]: failure('Refused', false), [B]: failure('Busy', true) }, 'Refused', false],
  [{ [A]: failure('Busy', true), [B]: success }, 'Busy', true],
  [{ [A]: failure('First', true), [B]: failure('Second', true) }, 'First', true],
] as [Record<string, DocumentOutcome>, string, boolean][])(
  'the failure of a text is final if that of one of its chunks is: %j',
  async (outcomes, code, retryable) => {
    const { answers } = await answerEach([question(`${A} ${B}`)], (text) => outcomes[text]!);
    expect(answers).toEqual([
      [`${A} ${B}`, { status: 'failed', code, retryable, throttled: false }],
    ]);
  },
);

it('a text is answered once, when the last of its chunks is', async () => {
  const { answers, asked } = await answerEach([question(`${A} ${B} ${C}`)], () => success);
  expect(asked.map(({ text }) => text)).toEqual([A, B, C]);
  expect(answers).toMatchObject([[`${A} ${B} ${C}`, { verdict: { chunks: 3 }, cache: 'miss' }]]);
});

it('a chunk that two texts of one language have in common is asked once, and once more in another language', async () => {
  const questions = [question(`${A} ${B}`), question(`${A} ${C}`), question(A, 'de')];
  const { answers, asked, counts } = await answerEach(questions, () => success);
  expect(asked.map(({ text, language_code }) => `${language_code} ${text}`)).toEqual([
    `en ${A}`,
    `en ${B}`,
    `en ${C}`,
    `de ${A}`,
  ]);
  expect(answers.map(([text]) => text).sort()).toEqual([A, `${A} ${B}`, `${A} ${C}`].sort());
  expect(counts.asked).toEqual({ en: 3, de: 1 });
});
