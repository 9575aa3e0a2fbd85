import type { LogRecord, Position } from './types.ts';

/** Consecutive records of one shard, which are stored as one value. A chunk is never empty. */
export interface Chunk {
  records: LogRecord[];
  /** Size of the chunk in memory, approximately. */
  bytes: number;
}

/**
 * Limits of a chunk. A reader decodes a whole chunk to read one record of it. A record that exceeds
 * the limit is a chunk of its own.
 */
const MOST_RECORDS = 500;
const MOST_BYTES = 512 * 1024;

/** Divides records into chunks. */
export function divideIntoChunks(records: LogRecord[]): Chunk[] {
  const chunks: Chunk[] = [];
  let chunk: Chunk | undefined;
  for (const record of records) {
    const bytes = record.content.length;
    const is_full =
      chunk !== undefined &&
      (chunk.records.length === MOST_RECORDS || chunk.bytes + bytes > MOST_BYTES);
    if (chunk === undefined || is_full) {
      chunk = { records: [], bytes: 0 };
      chunks.push(chunk);
    }
    chunk.records.push(record);
    chunk.bytes += bytes;
  }
  return chunks;
}

/** Encodes a chunk as one line for each record. */
export function encodeChunk({ records }: Chunk): string {
  return records
    .map((record) =>
      [record.sequence_number, record.arrived_at, record.bytes, record.content].join(' '),
    )
    .join('\n');
}

export function decodeChunk(text: string): Chunk {
  return { records: text.split('\n').map(decodeLine), bytes: text.length };
}

function decodeLine(line: string): LogRecord {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  const third = line.indexOf(' ', second + 1);
  return {
    sequence_number: line.slice(0, first),
    arrived_at: Number(line.slice(first + 1, second)),
    bytes: Number(line.slice(second + 1, third)),
    content: line.slice(third + 1),
  };
}

export const firstOf = ({ records }: Chunk): LogRecord => records[0]!;
export const lastOf = ({ records }: Chunk): LogRecord => records.at(-1)!;

/** Returns the index of the first record of a chunk that is not before the position. */
export function findRecord(
  { records }: Chunk,
  { sequence_number: from, is_after }: Position,
): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { sequence_number } = records[middle]!;
    const is_before = is_after ? sequence_number <= from : sequence_number < from;
    if (is_before) low = middle + 1;
    else high = middle;
  }
  return low;
}
