import type { AwsReply } from '../../gateway/types.ts';
import { jsonError } from '../wire.ts';

/** Limits of a put: https://docs.aws.amazon.com/firehose/latest/dev/limits.html */
const MOST_RECORDS = 500;
const LARGEST_RECORD_BYTES = 1_000 * 1_024;
const LARGEST_BATCH_BYTES = 4 * 1_024 ** 2;

/** A refusal of the request; thrown while it is read, turned into a reply at the service's border. */
export class FirehoseError extends Error {
  override name = 'FirehoseError';
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export function errorReply({ type, message }: FirehoseError): AwsReply {
  return jsonError(type === 'ServiceUnavailableException' ? 503 : 400, type, message);
}

/** The records of PutRecord, decoded. @throws {FirehoseError} */
export function oneRecord(body: Record<string, unknown>): Buffer[] {
  return [decoded(body.Record, 'record')];
}

/** The records of PutRecordBatch, decoded. @throws {FirehoseError} ValidationException, InvalidArgumentException */
export function manyRecords(body: Record<string, unknown>): Buffer[] {
  const { Records } = body;
  if (!Array.isArray(Records)) throw invalid('null', 'records', 'Member must not be null');
  if (Records.length < 1 || Records.length > MOST_RECORDS) {
    const bound =
      Records.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${MOST_RECORDS}`;
    // AWS repeats the records here: the user's text stays out of errors.
    throw invalid(`'[${Records.length} records]'`, 'records', `Member must have length ${bound}`);
  }
  const records = Records.map((record, i) => decoded(record, `records.${i + 1}.member`));
  const bytes = records.reduce((sum, record) => sum + record.length, 0);
  if (bytes > LARGEST_BATCH_BYTES) {
    throw new FirehoseError('InvalidArgumentException', 'Records size exceeds 4 MB limit');
  }
  return records;
}

function decoded(record: unknown, at: string): Buffer {
  const data = (record as { Data?: unknown } | null | undefined)?.Data;
  if (typeof data !== 'string') throw invalid('null', `${at}.data`, 'Member must not be null');
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length > LARGEST_RECORD_BYTES) {
    throw invalid(
      `'java.nio.HeapByteBuffer[pos=0 lim=${bytes.length} cap=${bytes.length}]'`,
      `${at}.data`,
      `Member must have length less than or equal to ${LARGEST_RECORD_BYTES}`,
    );
  }
  return bytes;
}

function invalid(value: string, at: string, constraint: string): FirehoseError {
  return new FirehoseError(
    'ValidationException',
    `1 validation error detected: Value ${value} at '${at}' failed to satisfy constraint: ${constraint}`,
  );
}
