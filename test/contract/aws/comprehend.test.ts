import { ComprehendClient } from '@aws-sdk/client-comprehend';
import { afterEach, expect, it } from 'vitest';
import { createComprehendAnalyzer } from '../../../aws/comprehend/analyzer.ts';
import { createSingleComprehendAnalyzer } from '../../../aws/comprehend/single-analyzer.ts';
import { ServiceError } from '../../../schemas/index.ts';
import { awsStub, type StubReply } from './aws-stub.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function analyzerOver(
  reply: StubReply | 'hang up',
  createAnalyzer = createComprehendAnalyzer,
) {
  const stub = await awsStub(() => reply);
  const client = new ComprehendClient(stub.config);
  closing.push(async () => client.destroy(), stub.close);
  return { analyzer: createAnalyzer({ client }), calls: stub.calls };
}

const SCORE = { Positive: 0.99887, Negative: 0.0001, Neutral: 0.001, Mixed: 0.00003 };
const scores = { positive: 0.99887, negative: 0.0001, neutral: 0.001, mixed: 0.00003 };

it('The analyzer sends documents with their language, and returns results in the order of the documents', async () => {
  const { analyzer, calls } = await analyzerOver({
    body: {
      ResultList: [{ Index: 1, Sentiment: 'POSITIVE', SentimentScore: SCORE }],
      ErrorList: [{ Index: 0, ErrorCode: 'InternalServerException', ErrorMessage: 'sorry' }],
    },
  });
  expect(await analyzer.detectSentiment(['a', 'b'], 'zh-TW')).toEqual([
    { ok: false, code: 'InternalServerException', retryable: true, throttled: false },
    { ok: true, sentiment: 'POSITIVE', scores },
  ]);
  expect(calls).toEqual([
    {
      action: 'BatchDetectSentiment',
      body: { TextList: ['a', 'b'], LanguageCode: 'zh-TW' },
    },
  ]);
});

it('The analyzer reports a retryable failure for a document without a result and for an invalid result', async () => {
  const missing = { ok: false, code: 'MissingResult', retryable: true, throttled: false };
  const { analyzer } = await analyzerOver({
    body: {
      ResultList: [
        { Index: 1, Sentiment: 'DELIGHTED', SentimentScore: SCORE },
        { Index: 2, Sentiment: 'POSITIVE' },
        { Index: 7, Sentiment: 'POSITIVE', SentimentScore: SCORE },
      ],
      ErrorList: [],
    },
  });
  expect(await analyzer.detectSentiment(['a', 'b', 'c'], 'en')).toEqual([
    missing,
    missing,
    missing,
  ]);
  const empty = await analyzerOver({ body: {} });
  expect(await empty.analyzer.detectSentiment(['a'], 'en')).toEqual([missing]);
});

it.each([
  ['InternalServerException', true, false],
  ['INTERNAL_SERVER_ERROR', true, false],
  ['500', true, false],
  ['ThrottlingException', true, true],
  ['TOO_MANY_REQUESTS', true, true],
  ['429', true, true],
  ['SomethingNew', true, false],
  ['TEXT_SIZE_LIMIT_EXCEEDED', false, false],
  ['TextSizeLimitExceededException', false, false],
  ['UnsupportedLanguageException', false, false],
  ['invalid request', false, false],
  ['ValidationException', false, false],
  ['VALIDATION_ERROR', false, false],
  ['400', false, false],
])(
  'The analyzer translates the document error %s: retryable %s, throttled %s',
  async (code, retryable, throttled) => {
    const { analyzer } = await analyzerOver({
      body: { ResultList: [], ErrorList: [{ Index: 0, ErrorCode: code }] },
    });
    expect(await analyzer.detectSentiment(['a'], 'en')).toEqual([
      { ok: false, code, retryable, throttled, ...(retryable ? {} : { refused: true }) },
    ]);
  },
);

it.each([
  [400, 'ThrottlingException', true, true],
  [500, 'InternalServerException', true, false],
  [400, 'TextSizeLimitExceededException', false, false],
  [400, 'AccessDeniedException', false, false],
])('The analyzer throws a ServiceError with advice if Comprehend answers %i %s', async (...row) => {
  const [status, code, retryable, throttled] = row;
  const { analyzer } = await analyzerOver({
    status,
    body: { __type: code, message: 'secret text' },
  });
  const error = await analyzer.detectSentiment(['a'], 'en').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ServiceError);
  expect(error).toMatchObject({
    service: 'comprehend',
    code,
    retryable,
    throttled,
    message: `comprehend: ${code}`,
  });
});

it('The analyzer throws a retryable error if the connection breaks', async () => {
  const { analyzer } = await analyzerOver('hang up');
  await expect(analyzer.detectSentiment(['a'], 'en')).rejects.toMatchObject({
    name: 'ServiceError',
    retryable: true,
  });
});

it('The analyzer supports twelve languages', () => {
  const analyzer = createComprehendAnalyzer({ client: new ComprehendClient({ region: 'x' }) });
  expect(['en', 'zh-TW', 'ko'].every(analyzer.supports)).toBe(true);
  expect(['nl', 'en-US', 'und', ''].some(analyzer.supports)).toBe(false);
});

it('The analyzer for single documents sends a document with its language, and returns its result', async () => {
  const { analyzer, calls } = await analyzerOver(
    { body: { Sentiment: 'POSITIVE', SentimentScore: SCORE } },
    createSingleComprehendAnalyzer,
  );
  expect(analyzer.max_documents).toBe(1);
  expect(await analyzer.detectSentiment(['a'], 'zh-TW')).toEqual([
    { ok: true, sentiment: 'POSITIVE', scores },
  ]);
  expect(calls).toEqual([
    { action: 'DetectSentiment', body: { Text: 'a', LanguageCode: 'zh-TW' } },
  ]);
});

it.each([
  ['no sentiment', { SentimentScore: SCORE }],
  ['an unknown sentiment', { Sentiment: 'DELIGHTED', SentimentScore: SCORE }],
  ['no score', { Sentiment: 'POSITIVE' }],
])('The analyzer for single documents reports a retryable failure for %s', async (_, body) => {
  const { analyzer } = await analyzerOver({ body }, createSingleComprehendAnalyzer);
  expect(await analyzer.detectSentiment(['a'], 'en')).toEqual([
    { ok: false, code: 'MissingResult', retryable: true, throttled: false },
  ]);
});

it('The analyzer for single documents throws the error of a refused document and of a throttled call', async () => {
  const errorOf = async (code: string) => {
    const reply = { status: 400, body: { __type: code, message: 'secret text' } };
    const { analyzer } = await analyzerOver(reply, createSingleComprehendAnalyzer);
    return analyzer.detectSentiment(['a'], 'en').catch((thrown: unknown) => thrown);
  };
  expect(await errorOf('TextSizeLimitExceededException')).toMatchObject({
    message: 'comprehend: TextSizeLimitExceededException',
    ...{ retryable: false, throttled: false, refuses_input: true },
  });
  expect(await errorOf('ThrottlingException')).toMatchObject({ retryable: true, throttled: true });
});
