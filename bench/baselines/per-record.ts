import {
  DetectDominantLanguageCommand,
  DetectSentimentCommand,
  type LanguageCode,
} from '@aws-sdk/client-comprehend';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordCommand } from '@aws-sdk/client-firehose';
import { marshall } from '@aws-sdk/util-dynamodb';
import type {
  KinesisStreamBatchResponse,
  KinesisStreamEvent,
  KinesisStreamRecord,
} from 'aws-lambda';
import pLimit from 'p-limit';
import { clientsFor } from './clients.ts';
import { buildPlainResult, parseEntry } from './record.ts';

/**
 * The per-record baseline makes four calls for each record. AWS samples and articles do the same.
 * Unlike many samples, the baseline analyzes many records at a time and keeps connections open. A
 * failed record does not make the whole batch fail.
 */
const IN_FLIGHT = Number(process.env.IN_FLIGHT ?? 50);
const { comprehend, dynamodb, firehose } = clientsFor(IN_FLIGHT);

export async function handler({
  Records,
}: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> {
  const limit = pLimit(IN_FLIGHT);
  const outcomes = await Promise.allSettled(Records.map((record) => limit(() => analyse(record))));
  const batchItemFailures = outcomes.flatMap(({ status }, i) =>
    status === 'rejected' ? [{ itemIdentifier: Records[i]!.kinesis.sequenceNumber }] : [],
  );
  return { batchItemFailures };
}

async function analyse(entry: KinesisStreamRecord): Promise<void> {
  const record = parseEntry(entry);
  const { Languages } = await comprehend.send(
    new DetectDominantLanguageCommand({ Text: record.text }),
  );
  const language = Languages?.[0]?.LanguageCode ?? 'en';
  const verdict = await comprehend.send(
    new DetectSentimentCommand({ Text: record.text, LanguageCode: language as LanguageCode }),
  );
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
