import type { Result } from '../../schemas/index.ts';

/**
 * Maximum sizes of a PutRecordBatch call and of one record, in bytes. The limit of 500 records per
 * call needs no check. Two consecutive records together hold more than 100 KB, so a call of 4 MiB
 * holds at most 84 records.
 * Source: PutRecordBatch in the Firehose API reference.
 */
const BYTES_PER_CALL = 4 * 1_024 * 1_024;
const BYTES_PER_RECORD = 1_000 * 1_024;
/**
 * Maximum size of a record that packs several lines, in bytes. Several lines share a record,
 * because Firehose rounds the size of each record up to 5 KB for billing. At 100 KB, the rounding
 * adds 2.5 % on average, and sending a rejected record again is still cheap.
 */
const BYTES_PER_PACK = 100_000;

/**
 * A Firehose record that contains many results as lines of JSON. The delivery stream adds the line
 * feed after the last line.
 */
export interface PackedRecord {
  lines: string[];
  /** Index of each line's result in the array of all results. */
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

/**
 * Converts a result to a line of JSON. If the text does not fit in a record, the line has no text,
 * but still has the hash and the size of the text.
 */
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
