import { BatchDetectSentimentCommand, ComprehendClient } from '@aws-sdk/client-comprehend';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { createComprehendAnalyzer } from '../../../aws/comprehend/analyzer.ts';

const comprehend = mockClient(ComprehendClient);
const { detectSentiment } = createComprehendAnalyzer({ client: comprehend as never });
beforeEach(() => void comprehend.reset());

const scoreAt = (Index: number, Sentiment = 'POSITIVE') => ({
  Index,
  Sentiment,
  SentimentScore: { Positive: 0.5, Negative: 0.25, Neutral: 0.125, Mixed: 0.0625 },
});
const answered = {
  ok: true,
  sentiment: 'POSITIVE',
  scores: { positive: 0.5, negative: 0.25, neutral: 0.125, mixed: 0.0625 },
};
const missing = { ok: false, code: 'MissingResult', retryable: true, throttled: false };

it('each document gets the outcome of its own index, whichever list has it and in whatever order', async () => {
  comprehend.on(BatchDetectSentimentCommand).resolves({
    ResultList: [scoreAt(2), scoreAt(0, 'MIXED')] as never,
    ErrorList: [{ Index: 1, ErrorCode: 'InternalServerException', ErrorMessage: 'private' }],
  });
  expect(await detectSentiment(['a', 'b', 'c', 'd'], 'de')).toEqual([
    { ...answered, sentiment: 'MIXED' },
    { ok: false, code: 'InternalServerException', retryable: true, throttled: false },
    answered,
    missing,
  ]);
  expect(comprehend.commandCalls(BatchDetectSentimentCommand)[0]?.args[0].input).toEqual({
    TextList: ['a', 'b', 'c', 'd'],
    LanguageCode: 'de',
  });
});

it('an answer without a sentiment that is known, without scores or with a wrong index is no verdict', async () => {
  comprehend.on(BatchDetectSentimentCommand).resolves({
    ResultList: [
      scoreAt(0, 'HAPPY'),
      { Index: 1, Sentiment: 'POSITIVE' },
      { ...scoreAt(2), SentimentScore: { Positive: 2, Negative: 0, Neutral: 0, Mixed: 0 } },
      scoreAt(3),
      { ...scoreAt(0), Index: undefined },
    ] as never,
  });
  expect(await detectSentiment(['a', 'b', 'c'], 'en')).toEqual([missing, missing, missing]);
});

it.each([
  'ThrottlingException',
  'TooManyRequestsException',
  'REQUEST_LIMIT_EXCEEDED',
  'RateLimit',
  'SlowDown',
  '429',
])('a document that fails with %s was throttled', async (ErrorCode) => {
  comprehend
    .on(BatchDetectSentimentCommand)
    .resolves({ ErrorList: [{ Index: 0, ErrorCode }], ResultList: [] });
  expect(await detectSentiment(['a'], 'en')).toEqual([
    { ok: false, code: ErrorCode, retryable: true, throttled: true },
  ]);
});

it.each([
  'TextSizeLimitExceededException',
  'UnsupportedLanguageException',
  'INVALID_REQUEST',
  'ValidationException',
  '400',
])('a document that fails with %s is refused for good', async (ErrorCode) => {
  comprehend
    .on(BatchDetectSentimentCommand)
    .resolves({ ErrorList: [{ Index: 0, ErrorCode }], ResultList: [] });
  expect(await detectSentiment(['a'], 'en')).toEqual([
    { ok: false, code: ErrorCode, retryable: false, throttled: false, refused: true },
  ]);
});

it.each(['INTERNAL_SERVER_ERROR', '500', '4000', '1429', '4xx', undefined])(
  'a document that fails with %s may succeed later',
  async (ErrorCode) => {
    const error = { Index: 0, ...(ErrorCode === undefined ? {} : { ErrorCode }) };
    comprehend.on(BatchDetectSentimentCommand).resolves({ ErrorList: [error], ResultList: [] });
    expect(await detectSentiment(['a'], 'en')).toEqual([
      { ok: false, code: ErrorCode ?? 'UnknownError', retryable: true, throttled: false },
    ]);
  },
);

it('a call that fails as a whole is a ServiceError of comprehend', async () => {
  comprehend
    .on(BatchDetectSentimentCommand)
    .rejects(Object.assign(new Error('private'), { name: 'ThrottlingException' }));
  await expect(detectSentiment(['a'], 'en')).rejects.toMatchObject({
    ...{ name: 'ServiceError', service: 'comprehend', throttled: true, retryable: true },
  });
});

it('an answer without lists has a failure for each document', async () => {
  comprehend.on(BatchDetectSentimentCommand).resolves({});
  expect(await detectSentiment(['a', 'b'], 'en')).toEqual([missing, missing]);
});
