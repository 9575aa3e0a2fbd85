import type { AwsReply } from '../../gateway/types.ts';
import { jsonError } from '../wire.ts';

/**
 * Limits of a put request.
 * Source: https://docs.aws.amazon.com/firehose/latest/dev/limits.html
 */
const MOST_RECORDS = 500;
const LARGEST_RECORD_BYTES = 1_000 * 1_024;
const LARGEST_BATCH_BYTES = 4 * 1_024 ** 2;

/**
 * An error that Firehose sends to the client. `handleCall` in firehose.ts turns the error into a
 * reply.
 */
export class FirehoseError extends Error {
  override name = 'FirehoseError';
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export function createErrorReply({ type, message }: FirehoseError): AwsReply {
  return jsonError(type === 'ServiceUnavailableException' ? 503 : 400, type, message);
}

/** Decodes the record of PutRecord. @throws {FirehoseError} ValidationException */
export function readRecord(body: Record<string, unknown>): Buffer[] {
  return [decodeRecord(body.Record, 'record')];
}

/**
 * Decodes the records of PutRecordBatch.
 *
 * @throws {FirehoseError} ValidationException, InvalidArgumentException
 */
export function readRecords(body: Record<string, unknown>): Buffer[] {
  const { Records } = body;
  if (!Array.isArray(Records))
    throw createValidationError('null', 'records', 'Member must not be null');
  if (Records.length < 1 || Records.length > MOST_RECORDS) {
    const bound =
      Records.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${MOST_RECORDS}`;
    // AWS includes the records in this message. The embedded cloud omits the records, because error
    // messages must not contain the texts of users.
    throw createValidationError(
      `'[${Records.length} records]'`,
      'records',
      `Member must have length ${bound}`,
    );
  }
  const records = Records.map((record, i) => decodeRecord(record, `records.${i + 1}.member`));
  const bytes = records.reduce((sum, record) => sum + record.length, 0);
  if (bytes > LARGEST_BATCH_BYTES) {
    throw new FirehoseError('InvalidArgumentException', 'Records size exceeds 4 MB limit');
  }
  return records;
}

function decodeRecord(record: unknown, at: string): Buffer {
  const data = (record as { Data?: unknown } | null | undefined)?.Data;
  if (typeof data !== 'string')
    throw createValidationError('null', `${at}.data`, 'Member must not be null');
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length > LARGEST_RECORD_BYTES) {
    throw createValidationError(
      `'java.nio.HeapByteBuffer[pos=0 lim=${bytes.length} cap=${bytes.length}]'`,
      `${at}.data`,
      `Member must have length less than or equal to ${LARGEST_RECORD_BYTES}`,
    );
  }
  return bytes;
}

function createValidationError(value: string, at: string, constraint: string): FirehoseError {
  return new FirehoseError(
    'ValidationException',
    `1 validation error detected: Value ${value} at '${at}' failed to satisfy constraint: ${constraint}`,
  );
}
