import { isObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';

/**
 * Maximum size of a put request in bytes, as of 2026.
 * Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
 */
const MOST_REQUEST_BYTES = 10 * 1024 * 1024;
/** Default maximum size of one record, including its partition key, in bytes. */
const MOST_RECORD_BYTES = 1024 * 1024;

/**
 * Computes the size of a record in bytes. Kinesis counts the decoded data and the partition key.
 */
export function computeRecordBytes(record: unknown): number {
  if (!isObject(record)) return 0;
  const { Data, PartitionKey } = record;
  return (
    (typeof Data === 'string' ? Buffer.byteLength(Data, 'base64') : 0) +
    (typeof PartitionKey === 'string' ? Buffer.byteLength(PartitionKey) : 0)
  );
}

/**
 * Checks the sizes of records. The error codes are the codes of AWS. The error message for a record that is too large may differ from the message of
 * AWS, because AWS does not document the message.
 *
 * @throws {EmulatedError} ValidationException for a record that is too large,
 * InvalidArgumentException for a request that is too large
 */
export function checkPutSizes(records: unknown[]): void {
  const sizes = records.map(computeRecordBytes);
  const large = sizes.findIndex((size) => size > MOST_RECORD_BYTES);
  if (large >= 0) {
    throw emulatedError(
      'ValidationException',
      `1 validation error detected: Value at 'records.${large + 1}.member.data' failed to satisfy constraint: ` +
        `Data and partition key must have length less than or equal to ${MOST_RECORD_BYTES}`,
    );
  }
  if (sizes.reduce((sum, size) => sum + size, 0) > MOST_REQUEST_BYTES) {
    throw emulatedError('InvalidArgumentException', 'Records size exceeds 10 MB limit');
  }
}

/**
 * Computes the usage of a put or a read. Kinesis bills the bytes of an on-demand stream, and rounds
 * the size of each record up to a multiple of 1 KB.
 */
export function computeUsageOfSizes(sizes: number[]): { records: number; billed_bytes: number } {
  const billed = sizes.reduce((sum, size) => sum + Math.ceil(size / 1024) * 1024, 0);
  return { records: sizes.length, billed_bytes: billed };
}

/** Computes the usage of a put of records. */
export const computeUsage = (records: unknown[]) =>
  computeUsageOfSizes(records.map(computeRecordBytes));
