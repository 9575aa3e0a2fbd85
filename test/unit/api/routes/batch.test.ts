import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AnalysisOutcome, AnalysisRequest } from '../../../../processors/analysis/outcome.ts';
import { batchResponseSchema, MAX_SYNC_TEXT_BYTES, SENTIMENTS } from '../../../../schemas/index.ts';
import { errorOf, testApi } from '../app.ts';

const SCORES = { positive: 0.25, negative: 0.25, neutral: 0.25, mixed: 0.25 };

/** Returns the analysis outcome for a text. The first word of the text names the outcome. */
function outcomeFor({ text }: AnalysisRequest): AnalysisOutcome {
  const [word = ''] = text.split(' ');
  const sentiment = SENTIMENTS.find((one) => one === word);
  if (sentiment !== undefined) {
    return {
      status: 'analyzed',
      verdict: { sentiment, scores: SCORES, chunks: 1 },
      language_code: 'en',
      language_source: 'detected',
      cache: 'miss',
    } as AnalysisOutcome;
  }
  if (word === 'blank') return { status: 'empty' } as AnalysisOutcome;
  if (word === 'dutch') {
    return { status: 'unsupported_language', language_code: 'nl' } as AnalysisOutcome;
  }
  const throttled = word === 'throttled';
  return { status: 'failed', code: 'X', retryable: true, throttled } as AnalysisOutcome;
}

function createBatchApi() {
  const asked: AnalysisRequest[][] = [];
  const api = testApi(async (requests) => {
    asked.push(requests);
    return requests.map(outcomeFor);
  });
  const send = async (texts: unknown[], options?: object) => {
    const response = await api.post({ texts, options }, 'application/json', '/analyze/batch');
    return batchResponseSchema.parse(await response.json());
  };
  return { ...api, send, asked };
}

const TOO_LONG = 'x'.repeat(MAX_SYNC_TEXT_BYTES + 1);

const brief = (result: object) =>
  'sentiment' in result
    ? result.sentiment
    : (result as { error: { code: string; field?: string } }).error;

it('POST /analyze/batch answers in order, also around a text that is too long', async () => {
  const { send, asked } = createBatchApi();
  const answer = await send(['POSITIVE a', TOO_LONG, 'NEGATIVE b', 'MIXED c']);
  expect(answer.results.map(brief)).toMatchObject([
    'POSITIVE',
    { code: 'PAYLOAD_TOO_LARGE', field: 'texts.1' },
    'NEGATIVE',
    'MIXED',
  ]);
  expect(answer).toMatchObject({ succeeded: 3, failed: 1 });
  expect(asked[0]?.map(({ text }) => text)).toEqual(['POSITIVE a', 'NEGATIVE b', 'MIXED c']);
});

it('POST /analyze/batch takes a text of 102,400 bytes, counted in UTF-8', async () => {
  const { send } = createBatchApi();
  const longest = `POSITIVE ${'é'.repeat((MAX_SYNC_TEXT_BYTES - 10) / 2)}a`;
  expect(Buffer.byteLength(longest)).toBe(MAX_SYNC_TEXT_BYTES);
  const { results } = await send([longest, `${longest}b`]);
  expect(results.map(brief)).toMatchObject(['POSITIVE', { code: 'PAYLOAD_TOO_LARGE' }]);
});

const kind = fc.constantFrom(...SENTIMENTS, 'blank', 'dutch', 'throttled', 'down', 'too long');

it('POST /analyze/batch gives each text its own verdict or error, equal texts included', async () => {
  const codes: Record<string, string> = {
    blank: 'VALIDATION_ERROR',
    dutch: 'VALIDATION_ERROR',
    throttled: 'RATE_LIMIT_EXCEEDED',
    down: 'SERVICE_UNAVAILABLE',
    'too long': 'PAYLOAD_TOO_LARGE',
  };
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { minLength: 1, maxLength: 20 }), async (kinds) => {
      const { send } = createBatchApi();
      const texts = kinds.map((one) => (one === 'too long' ? TOO_LONG : `${one} text`));
      const { results, succeeded, failed } = await send(texts);
      expect(results.map(brief)).toMatchObject(
        kinds.map((one) => (one in codes ? { code: codes[one] } : one)),
      );
      expect(failed).toBe(kinds.filter((one) => one in codes).length);
      expect(succeeded).toBe(kinds.length - failed);
    }),
    { numRuns: 40 },
  );
});

it('POST /analyze/batch names the text or its language in an error, and when to retry', async () => {
  const { send } = createBatchApi();
  const { results } = await send(['MIXED', 'blank', 'dutch', 'throttled', 'down']);
  expect(results.slice(1).map(brief)).toMatchObject([
    { field: 'texts.1' },
    { field: 'texts.2.language_code' },
    { retry_after: 1 },
    { retry_after: 5 },
  ]);
});

it('POST /analyze/batch analyzes each text in its own language, or in that of the options', async () => {
  const { send, asked } = createBatchApi();
  await send(['POSITIVE', { text: 'MIXED', language_code: 'de' }, { text: 'NEUTRAL' }], {
    language_code: 'fr',
  });
  expect(asked[0]?.map(({ language }) => language)).toEqual(['fr', 'de', 'fr']);
});

it('POST /analyze/batch leaves confidence out on request', async () => {
  const { send } = createBatchApi();
  expect((await send(['POSITIVE'])).results[0]).toHaveProperty('confidence');
  const { results } = await send(['POSITIVE'], { include_confidence: false });
  expect(results[0]).not.toHaveProperty('confidence');
});

it.each([
  ['no texts', []],
  ['101 texts', Array.from({ length: 101 }, () => 'a')],
])('POST /analyze/batch refuses %s', async (_, texts) => {
  const { post, asked } = createBatchApi();
  const response = await post({ texts }, 'application/json', '/analyze/batch');
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({ field: 'texts' });
  expect(asked).toEqual([]);
});

it('POST /analyze/batch takes 100 texts', async () => {
  const { send } = createBatchApi();
  const { results } = await send(Array.from({ length: 100 }, () => 'MIXED'));
  expect(results).toHaveLength(100);
});

it('POST /analyze/batch takes a body of up to 4 MiB', async () => {
  const { send, post } = createBatchApi();
  const long = `POSITIVE ${'x'.repeat(MAX_SYNC_TEXT_BYTES - 9)}`;
  const { succeeded } = await send(Array.from({ length: 40 }, () => long));
  expect(succeeded).toBe(40);
  const texts = Array.from({ length: 42 }, () => long);
  const response = await post({ texts }, 'application/json', '/analyze/batch');
  expect(response.status).toBe(413);
});
