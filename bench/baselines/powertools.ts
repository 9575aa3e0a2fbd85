import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import {
  DetectDominantLanguageCommand,
  DetectSentimentCommand,
  type LanguageCode,
} from '@aws-sdk/client-comprehend';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordCommand } from '@aws-sdk/client-firehose';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { clientsFor } from './clients.ts';
import { parse, resultOf } from './record.ts';

/**
 * Powertools as its documents show it: BatchProcessor with a handler per record, and the idempotency layer around what
 * costs money. At its best: the text is the key, so that a text that was analysed before is not paid for again, answers
 * are kept in memory too, and records come to it in a bounded number, where BatchProcessor would start a whole batch.
 */
const IN_FLIGHT = Number(process.env.IN_FLIGHT ?? 50);
const { comprehend, dynamodb, firehose } = clientsFor(IN_FLIGHT);

const persistenceStore = new DynamoDBPersistenceLayer({
  tableName: process.env.IDEMPOTENCY_TABLE ?? 'idempotency',
  awsSdkV3Client: dynamodb,
});
const config = new IdempotencyConfig({ useLocalCache: true, maxLocalCacheSize: 50_000 });

const analyse = makeIdempotent(
  async (text: string) => {
    const { Languages } = await comprehend.send(new DetectDominantLanguageCommand({ Text: text }));
    const language = Languages?.[0]?.LanguageCode ?? 'en';
    const { Sentiment, SentimentScore } = await comprehend.send(
      new DetectSentimentCommand({ Text: text, LanguageCode: language as LanguageCode }),
    );
    return { language, Sentiment, SentimentScore: { ...SentimentScore } };
  },
  { persistenceStore, config },
);

/** The same text twice at a time is an error of the layer: the second waits for the first, as the SDK would back off. */
const RETRY_MS = 100;

async function verdictOf(text: string) {
  for (;;) {
    try {
      return await analyse(text);
    } catch (error) {
      if ((error as Error).name !== 'IdempotencyAlreadyInProgressError') throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

const limit = pLimit(IN_FLIGHT);
const recordHandler = (entry: KinesisStreamRecord) => limit(() => analyseRecord(entry));

async function analyseRecord(entry: KinesisStreamRecord): Promise<void> {
  const record = parse(entry);
  const { language, ...verdict } = await verdictOf(record.text);
  const result = resultOf(record, verdict, language);
  await dynamodb.send(
    new PutItemCommand({ TableName: process.env.RESULTS_TABLE, Item: marshall(result) }),
  );
  await firehose.send(
    new PutRecordCommand({
      DeliveryStreamName: process.env.DELIVERY_STREAM,
      Record: { Data: Buffer.from(`${JSON.stringify(result)}\n`) },
    }),
  );
}

const processor = new BatchProcessor(EventType.KinesisDataStreams);

export const handler = (event: KinesisStreamEvent, context: Context) =>
  processPartialResponse(event, recordHandler, processor, {
    context,
    throwOnFullBatchFailure: false,
  });
