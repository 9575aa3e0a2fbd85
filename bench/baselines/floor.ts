import { createHash } from 'node:crypto';
import { BatchDetectSentimentCommand } from '@aws-sdk/client-comprehend';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import pLimit from 'p-limit';
import { attributeOf, type Value } from '../../aws/dynamodb/attribute.ts';
import { chunk } from '../../lib/chunk.ts';
import { clientsFor } from './clients.ts';
import { buildPlainResult, type PlainRecord, type PlainVerdict, parseEntry } from './record.ts';

/**
 * The floor baseline does the least work that gives the same results as the product. It parses each
 * record, hashes each text, sends only new texts to Comprehend in calls of 25 texts, and sends as
 * few write requests as the services' limits allow. It has no schema, no cache outside the process,
 * no conditional writes, no retries and no metrics, and it reads each text's language from the
 * record instead of detecting the language.
 */
const IN_FLIGHT = Number(process.env.IN_FLIGHT ?? 50);
const { comprehend, dynamodb, firehose } = clientsFor(IN_FLIGHT);
const verdicts = new Map<string, PlainVerdict>();

interface Hashed {
  record: PlainRecord;
  hash: string;
}

export async function handler({
  Records,
}: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> {
  const hashed = Records.map((entry): Hashed => {
    const record = parseEntry(entry);
    return { record, hash: createHash('sha256').update(record.text).digest('base64') };
  });
  await analyseNewTexts(hashed);
  const results = hashed.map(({ record, hash }) =>
    buildPlainResult(record, verdicts.get(hash)!, record.attributes.language),
  );
  await Promise.all([writeTable(results), writeLake(results)]);
  return { batchItemFailures: [] };
}

async function analyseNewTexts(hashed: Hashed[]): Promise<void> {
  const unseen = new Map<string, PlainRecord>();
  for (const { hash, record } of hashed) if (!verdicts.has(hash)) unseen.set(hash, record);
  const by_language: Record<string, [hash: string, record: PlainRecord][]> = {};
  for (const [hash, record] of unseen) {
    const { language } = record.attributes;
    by_language[language] ??= [];
    by_language[language].push([hash, record]);
  }
  const calls = Object.entries(by_language).flatMap(([language, texts]) =>
    chunk(texts, 25).map((call) => ({ language, call })),
  );
  await runLimited(calls, async ({ language, call }) => {
    const { ResultList } = await comprehend.send(
      new BatchDetectSentimentCommand({
        TextList: call.map(([, { text }]) => text),
        LanguageCode: language as 'en',
      }),
    );
    for (const { Index, ...verdict } of ResultList ?? []) verdicts.set(call[Index!]![0], verdict);
  });
}

async function writeTable(results: ReturnType<typeof buildPlainResult>[]): Promise<void> {
  const table = process.env.RESULTS_TABLE!;
  await runLimited(chunk(results, 25), async (rows) => {
    const puts = rows.map((row) => ({
      PutRequest: { Item: attributeOf(row as object as Value).M! },
    }));
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  });
}

/**
 * Packs lines into Firehose records of at most 1,000 KiB. Then packs the records into calls of at
 * most 4 MiB.
 */
async function writeLake(results: object[]): Promise<void> {
  const lines = results.map((result) => JSON.stringify(result));
  const perRecord = Math.max(1, Math.floor(900_000 / Math.max(...lines.map((l) => l.length * 2))));
  const records = chunk(lines, perRecord).map((part) => ({ Data: Buffer.from(part.join('\n')) }));
  await runLimited(chunk(records, 4), async (Records) => {
    const DeliveryStreamName = process.env.DELIVERY_STREAM;
    await firehose.send(new PutRecordBatchCommand({ DeliveryStreamName, Records }));
  });
}

async function runLimited<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const limit = pLimit(IN_FLIGHT);
  await Promise.all(items.map((item) => limit(() => work(item))));
}
