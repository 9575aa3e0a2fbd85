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
import { buildPlainResult, parseEntry } from './record.ts';

/**
 * The Powertools baseline follows the documentation of Powertools. A BatchProcessor runs a handler
 * for each record, and the idempotency layer surrounds the paid calls. The text is the idempotency
 * key, so that a repeated text is paid for only once. Answers are also cached in memory. The
 * handler limits the number of calls in flight, because BatchProcessor has no limit.
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

/**
 * Pause before the handler tries a refused text again, in milliseconds. The idempotency layer
 * refuses a text while another record with the same text is being analyzed.
 */
const RETRY_MS = 100;

async function analyseOnce(text: string) {
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
  const record = parseEntry(entry);
  const { language, ...verdict } = await analyseOnce(record.text);
  const result = buildPlainResult(record, verdict, language);
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
