import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html, as of 2026. */
const MOST_REQUEST_BYTES = 10 * 1024 * 1024;
/** A stream's default; data and partition key together. */
const MOST_RECORD_BYTES = 1024 * 1024;

/** Bytes that Kinesis counts of a record: its data before base64, and its partition key. */
export function recordBytes(record: unknown): number {
  if (!isObject(record)) return 0;
  const { Data, PartitionKey } = record;
  return (
    (typeof Data === 'string' ? Buffer.byteLength(Data, 'base64') : 0) +
    (typeof PartitionKey === 'string' ? Buffer.byteLength(PartitionKey) : 0)
  );
}

/**
 * Sizes that kinesalite does not check; counts and lengths of single fields it does. The codes are AWS's; the
 * wording of the record's message is ours, since no source shows AWS's for data and key together.
 *
 * @throws {EmulatedError}
 */
export function checkPutSizes(records: unknown[]): void {
  const sizes = records.map(recordBytes);
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

/** What a put or a read adds to the meter: records, and bytes rounded up to 1 KB each as on-demand streams bill. */
export function recordUsage(records: JsonObject[]): { records: number; billed_bytes: number } {
  const billed = records.map((record) => Math.ceil(recordBytes(record) / 1024) * 1024);
  return { records: records.length, billed_bytes: billed.reduce((sum, size) => sum + size, 0) };
}
