import {
  BatchDetectDominantLanguageCommand,
  BatchDetectSentimentCommand,
  ComprehendClient,
  DetectPiiEntitiesCommand,
  DetectSentimentCommand,
} from '@aws-sdk/client-comprehend';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createGateway } from '../../src/gateway/gateway.ts';
import { ownerIdentity } from '../../src/gateway/serve-service.ts';
import { createComprehend } from '../../src/services/comprehend/comprehend.ts';

let now = 0;
const gateway = createGateway({
  services: [createComprehend({ now: () => now })],
  findIdentity: (access_key_id) => ownerIdentity(access_key_id, 'b'),
  policiesOf: () => [],
  now: Date.now,
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

it('BatchDetectSentiment analyses 25 documents by index, with four scores whose sum is 1', async () => {
  const { ResultList, ErrorList } = await batch(Array.from({ length: 25 }, (_, i) => `Day ${i}`));
  expect(ErrorList).toEqual([]);
  expect(ResultList!.map(({ Index }) => Index)).toEqual(Array.from({ length: 25 }, (_, i) => i));
  const { Positive, Negative, Neutral, Mixed } = ResultList![0]!.SentimentScore!;
  expect(Positive! + Negative! + Neutral! + Mixed!).toBeCloseTo(1, 6);
});

it('BatchDetectSentiment refuses 26 documents, none, and an empty one', async () => {
  await expect(batch(Array(26).fill('a'))).rejects.toMatchObject({
    name: 'BatchSizeLimitExceededException',
    $metadata: { httpStatusCode: 400 },
  });
  await expect(batch([])).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(batch(['a', ''])).rejects.toMatchObject({ name: 'ValidationException' });
});

it('a document over 5,000 bytes fails alone in its batch', async () => {
  const { ResultList, ErrorList } = await batch(['é'.repeat(2_500), `${'é'.repeat(2_500)}a`, 'a']);
  expect(ResultList!.map(({ Index }) => Index)).toEqual([0, 2]);
  expect(ErrorList).toMatchObject([{ Index: 1, ErrorCode: 'TEXT_SIZE_LIMIT_EXCEEDED' }]);
  const single = new DetectSentimentCommand({ Text: 'a'.repeat(5_001), LanguageCode: 'en' });
  await expect(client.send(single)).rejects.toMatchObject({
    name: 'TextSizeLimitExceededException',
    message: expect.stringContaining('allowed is 5000 bytes'),
  });
});

it('a language that Comprehend does not support is refused', async () => {
  await expect(batch(['Alweer vertraging'], 'nl')).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

// https://docs.aws.amazon.com/comprehend/latest/dg/guidelines-and-limits.html
it('BatchDetectSentiment accepts ten calls per second, throttles the eleventh, and saves up one second of calls at most', async () => {
  now += 3_600_000;
  for (let i = 0; i < 10; i += 1) await batch(['a']);
  await expect(batch(['a'])).rejects.toMatchObject({
    name: 'ThrottlingException',
    message: 'Rate exceeded',
  });
  now += 100;
  await batch(['a']);
});

const detect = (Text: string, LanguageCode = 'en') =>
  client.send(new DetectSentimentCommand({ Text, LanguageCode: LanguageCode as 'en' }));

// https://docs.aws.amazon.com/comprehend/latest/APIReference/API_DetectSentiment.html
it('DetectSentiment answers as BatchDetectSentiment does, and refuses a text that is missing, empty or over 5,000 bytes', async () => {
  const { Sentiment, SentimentScore } = await detect('The service was great');
  const { ResultList } = await batch(['The service was great']);
  expect(ResultList).toEqual([{ Index: 0, Sentiment, SentimentScore }]);
  await detect('é'.repeat(2_500));
  await expect(detect(`${'é'.repeat(2_500)}a`)).rejects.toMatchObject({
    name: 'TextSizeLimitExceededException',
    $metadata: { httpStatusCode: 400 },
  });
  await expect(detect('')).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(detect(undefined as unknown as string)).rejects.toMatchObject({
    name: 'ValidationException',
  });
  await expect(detect('Alweer vertraging', 'nl')).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

// https://docs.aws.amazon.com/general/latest/gr/comprehend.html: each operation has its own quota.
it('DetectSentiment accepts twenty calls per second besides those of BatchDetectSentiment, and throttles the next one', async () => {
  for (let i = 0; i < 10; i += 1) await batch(['a']);
  await expect(batch(['a'])).rejects.toMatchObject({ name: 'ThrottlingException' });
  for (let i = 0; i < 20; i += 1) await detect('a');
  await expect(detect('a')).rejects.toMatchObject({
    name: 'ThrottlingException',
    message: 'Rate exceeded',
  });
  now += 50;
  await detect('a');
  await expect(detect('a')).rejects.toMatchObject({ name: 'ThrottlingException' });
});

it('the usage is a unit per 100 characters, at least three per document, without failed documents', async () => {
  gateway.meter.reset();
  await batch(['short', 'a'.repeat(401), 'b'.repeat(5_001)]);
  const entry = gateway.meter.read().entries.find(({ service }) => service === 'comprehend');
  expect(entry?.usage).toEqual({ documents: 2, billed_units: 3 + 5 });
});

it('DetectDominantLanguage returns the language of a text', async () => {
  const { ResultList } = await client.send(
    new BatchDetectDominantLanguageCommand({
      TextList: ['Der Zug kommt heute leider wieder zu spät.', 'The train is late again today.'],
    }),
  );
  expect(ResultList!.map(({ Languages }) => Languages![0]!.LanguageCode)).toEqual(['de', 'en']);
});

const findEntities = (Text: string, LanguageCode = 'en') =>
  client.send(new DetectPiiEntitiesCommand({ Text, LanguageCode: LanguageCode as 'en' }));

// https://docs.aws.amazon.com/comprehend/latest/APIReference/API_PiiEntity.html
it('DetectPiiEntities counts offsets in code points, from zero, with the end after the last character', async () => {
  const text = '😀 My name is Zoë Smith, zoe@example.com';
  const { Entities } = await findEntities(text);
  const found = Entities!.map(({ Type, BeginOffset, EndOffset }) => [
    Type,
    [...text].slice(BeginOffset, EndOffset).join(''),
  ]);
  expect(found).toEqual([
    ['NAME', 'Zoë Smith'],
    ['EMAIL', 'zoe@example.com'],
  ]);
});

// https://docs.aws.amazon.com/comprehend/latest/APIReference/API_DetectPiiEntities.html
it('DetectPiiEntities takes a text of 100 KB, and refuses a longer or an empty one', async () => {
  expect(await findEntities('é'.repeat(50_000))).toMatchObject({ Entities: [] });
  await expect(findEntities(`${'é'.repeat(50_000)}a`)).rejects.toMatchObject({
    name: 'TextSizeLimitExceededException',
    $metadata: { httpStatusCode: 400 },
  });
  await expect(findEntities('')).rejects.toMatchObject({ name: 'ValidationException' });
});

it('DetectPiiEntities takes English and Spanish, and refuses other languages and unknown codes', async () => {
  expect(await findEntities('Me llamo Ana', 'es')).toMatchObject({ Entities: [{ Type: 'NAME' }] });
  await expect(findEntities('a', 'de')).rejects.toMatchObject({
    name: 'UnsupportedLanguageException',
  });
  await expect(findEntities('a', 'xx')).rejects.toMatchObject({ name: 'ValidationException' });
});

// https://docs.aws.amazon.com/comprehend/latest/dg/guidelines-and-limits.html
it('DetectPiiEntities accepts twenty calls per second and throttles the next one', async () => {
  for (let call = 0; call < 20; call += 1) await findEntities('a');
  await expect(findEntities('a')).rejects.toMatchObject({ name: 'ThrottlingException' });
  now += 50;
  await findEntities('a');
});
