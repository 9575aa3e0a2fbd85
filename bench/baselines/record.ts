import { createHash } from 'node:crypto';
import type { KinesisStreamRecord } from 'aws-lambda';

/** A record that a baseline has parsed. The baselines do not validate records. */
export interface PlainRecord {
  record_id: string;
  text: string;
  source: string;
  author: string;
  created_at: string;
  attributes: { language: string; stars: number };
}

export interface PlainVerdict {
  Sentiment?: string | undefined;
  SentimentScore?: object | undefined;
}

export function parseEntry({ kinesis }: KinesisStreamRecord): PlainRecord {
  return JSON.parse(Buffer.from(kinesis.data, 'base64').toString()) as PlainRecord;
}

/**
 * Builds the row that a baseline writes. The row contains the record, the verdict, and the keys for
 * the product's queries.
 */
export function buildPlainResult(
  record: PlainRecord,
  verdict: PlainVerdict,
  language_code: string,
) {
  const { record_id, source, created_at } = record;
  return {
    ...record,
    record_key: `default#${source}#${record_id}`,
    listing_key: `default#${createHash('sha256').update(record_id).digest()[0]! % 32}`,
    created_sort: `${created_at}#${source}#${record_id}`,
    arrival_sort: `${created_at}#${source}#${record_id}`,
    language_code,
    sentiment: verdict.Sentiment,
    scores: verdict.SentimentScore,
    processed_at: new Date().toISOString(),
  };
}
