import type { Result } from '../../schemas/index.ts';

/**
 * Limits of PutRecordBatch, Firehose API reference: a call of 4 MiB, a record of 1,000 KiB. Its limit of 500 records is
 * out of reach: two neighbouring records hold over 100 KB, so 4 MiB are at most 84 records.
 */
const BYTES_PER_CALL = 4 * 1_024 * 1_024;
const BYTES_PER_RECORD = 1_000 * 1_024;
/**
 * Firehose bills each record rounded up to 5 KB, so a record holds many lines: at this length rounding adds 2.5 % on
 * average, and a rejected record is still cheap to send again.
 */
const BYTES_PER_PACK = 100_000;

/** A Firehose record of many results: lines of JSON. The delivery stream itself adds the last line feed. */
export interface PackedRecord {
  lines: string[];
  /** The index of each line's result. */
  indexes: number[];
  bytes: number;
}

export function packResults(results: Result[]): PackedRecord[] {
  const records: PackedRecord[] = [];
  for (const [index, result] of results.entries()) {
    const { line, bytes } = lineOf(result);
    const last = records.at(-1);
    if (last === undefined || last.bytes + 1 + bytes > BYTES_PER_PACK) {
      records.push({ lines: [line], indexes: [index], bytes });
    } else {
      last.lines.push(line);
      last.indexes.push(index);
      last.bytes += 1 + bytes;
    }
  }
  return records;
}

/** A text that does not fit in a record is left out: hash and size still identify it. */
function lineOf(result: Result): { line: string; bytes: number } {
  const line = JSON.stringify(result);
  const bytes = Buffer.byteLength(line);
  if (bytes <= BYTES_PER_RECORD || result.text === undefined) return { line, bytes };
  const { text: _, ...without_text } = result;
  return lineOf(without_text);
}

export function splitIntoCalls(records: PackedRecord[]): PackedRecord[][] {
  const calls: PackedRecord[][] = [];
  let call_bytes = 0;
  for (const record of records) {
    const last = calls.at(-1);
    if (last === undefined || call_bytes + record.bytes > BYTES_PER_CALL) {
      calls.push([record]);
      call_bytes = record.bytes;
    } else {
      last.push(record);
      call_bytes += record.bytes;
    }
  }
  return calls;
}
