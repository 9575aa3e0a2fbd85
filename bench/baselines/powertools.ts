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
 * Powertools as its documentation shows it: BatchProcessor with a handler per record, and the idempotency layer around
 * the paid calls. This is a good version of it: the text is the idempotency key, so that a repeated text is paid for
 * once; answers are cached in memory too; and the handler limits the calls in flight, which BatchProcessor does not.
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

/** The layer refuses a text that another record is analysing: wait this long, then try again. */
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
