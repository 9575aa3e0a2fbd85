import {
  BatchDetectDominantLanguageCommand,
  BatchDetectSentimentCommand,
  ComprehendClient,
  DetectSentimentCommand,
} from '@aws-sdk/client-comprehend';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGateway } from '../../src/gateway/gateway.ts';
import { createComprehend } from '../../src/services/comprehend/comprehend.ts';

let now = 0;
const gateway = createGateway({
  services: [createComprehend({ now: () => now })],
  resolveCaller: (access_key_id) => ({ access_key_id, name: 'owner' }),
  policiesOf: () => [],
  now: () => now,
});
let client: ComprehendClient;

beforeAll(async () => {
  const { port } = await gateway.listen(0);
  client = new ComprehendClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await gateway.close();
});
beforeEach(() => {
  now += 60_000;
});

const batch = (TextList: string[], LanguageCode = 'en') =>
  client.send(new BatchDetectSentimentCommand({ TextList, LanguageCode: LanguageCode as 'en' }));

describe('the Comprehend stand-in', () => {
  it('answers 25 documents by their index, with four scores that sum to 1', async () => {
    const { ResultList, ErrorList } = await batch(Array.from({ length: 25 }, (_, i) => `Day ${i}`));
    expect(ErrorList).toEqual([]);
    expect(ResultList!.map(({ Index }) => Index)).toEqual(Array.from({ length: 25 }, (_, i) => i));
    const { Positive, Negative, Neutral, Mixed } = ResultList![0]!.SentimentScore!;
    expect(Positive! + Negative! + Neutral! + Mixed!).toBeCloseTo(1, 6);
  });

  it('refuses 26 documents, none, and an empty one', async () => {
    await expect(batch(Array(26).fill('a'))).rejects.toMatchObject({
      name: 'BatchSizeLimitExceededException',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(batch([])).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(batch(['a', ''])).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('counts 5,000 bytes, not characters: a longer document alone fails in a batch', async () => {
    const { ResultList, ErrorList } = await batch([
      'é'.repeat(2_500),
      `${'é'.repeat(2_500)}a`,
      'a',
    ]);
    expect(ResultList!.map(({ Index }) => Index)).toEqual([0, 2]);
    expect(ErrorList).toMatchObject([{ Index: 1, ErrorCode: 'TEXT_SIZE_LIMIT_EXCEEDED' }]);
    const single = new DetectSentimentCommand({ Text: 'a'.repeat(5_001), LanguageCode: 'en' });
    await expect(client.send(single)).rejects.toMatchObject({
      name: 'TextSizeLimitExceededException',
      message: expect.stringContaining('allowed is 5000 bytes'),
    });
  });

  it('refuses a language that Comprehend does not score', async () => {
    await expect(batch(['Alweer vertraging'], 'nl')).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('lets ten calls through in a second, and throttles the eleventh', async () => {
    for (let i = 0; i < 10; i += 1) await batch(['a']);
    await expect(batch(['a'])).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'Rate exceeded',
    });
    now += 100;
    await batch(['a']);
  });

  it('bills a unit per 100 characters and at least three a document, not those that failed', async () => {
    gateway.meter.reset();
    await batch(['short', 'a'.repeat(401), 'b'.repeat(5_001)]);
    const entry = gateway.meter.read().entries.find(({ service }) => service === 'comprehend');
    expect(entry?.usage).toEqual({ documents: 2, billed_units: 3 + 5 });
  });

  it('tells the dominant language of a text', async () => {
    const { ResultList } = await client.send(
      new BatchDetectDominantLanguageCommand({
        TextList: ['Der Zug kommt heute leider wieder zu spät.', 'The train is late again today.'],
      }),
    );
    expect(ResultList!.map(({ Languages }) => Languages![0]!.LanguageCode)).toEqual(['de', 'en']);
  });
});
