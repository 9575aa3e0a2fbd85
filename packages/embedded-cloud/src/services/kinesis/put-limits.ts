import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html, as of 2026. */
const MOST_REQUEST_BYTES = 10 * 1024 * 1024;
/** The default limit of one record, including its partition key. */
const MOST_RECORD_BYTES = 1024 * 1024;

/** The size that Kinesis counts: the decoded data and the partition key. */
function computeRecordBytes(record: unknown): number {
  if (!isObject(record)) return 0;
  const { Data, PartitionKey } = record;
  return (
    (typeof Data === 'string' ? Buffer.byteLength(Data, 'base64') : 0) +
    (typeof PartitionKey === 'string' ? Buffer.byteLength(PartitionKey) : 0)
  );
}

/**
 * Checks the sizes that kinesalite does not check. The error codes are those of AWS. AWS' message for data and
 * partition key together is not documented, so that message is our own.
 *
 * @throws {EmulatedError} ValidationException, InvalidArgumentException
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

/** Computes the usage of a put or a read: the records, and their bytes rounded up to 1 KB each, as billed on demand. */
export function computeUsage(records: JsonObject[]): { records: number; billed_bytes: number } {
  const billed = records.map((record) => Math.ceil(computeRecordBytes(record) / 1024) * 1024);
  return { records: records.length, billed_bytes: billed.reduce((sum, size) => sum + size, 0) };
}
