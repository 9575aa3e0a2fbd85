import type { RecordInput, RecordsResponse } from '../schemas/index.ts';
import { sendForJson } from './json.ts';
import type { Send } from './send.ts';

const RECORDS_PER_REQUEST = 500;
/**
 * Maximum size of the records in one request, in bytes. The value is below the API's limit of 4 MiB
 * for a body, because the JSON around the records needs space too.
 */
const BYTES_PER_REQUEST = 3 * 1024 * 1024;

/**
 * Publishes records in as many requests as the API's limits require. Each record without an id gets
 * an id before the first attempt. A retry then sends the same id, and the record is counted once.
 */
export async function publishRecords(
  send: Send,
  records: RecordInput[],
  signal: AbortSignal | undefined,
): Promise<RecordsResponse> {
  const with_ids = records.map((record) => ({
    ...record,
    record_id: record.record_id ?? crypto.randomUUID(),
  }));
  const total: RecordsResponse = { accepted: 0, refused: 0, failed: 0, records: [] };
  for (const part of splitByLimits(with_ids)) {
    const body = { records: part };
    const options = { method: 'POST', body, signal };
    const answer = await sendForJson<RecordsResponse>(send, '/records', options);
    total.accepted += answer.accepted;
    total.refused += answer.refused;
    total.failed += answer.failed;
    total.records.push(...answer.records);
  }
  return total;
}

function splitByLimits(records: RecordInput[]): RecordInput[][] {
  const encoder = new TextEncoder();
  const parts: RecordInput[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = encoder.encode(JSON.stringify(record)).length;
    const part = parts.at(-1);
    const fits = part && part.length < RECORDS_PER_REQUEST && bytes + size <= BYTES_PER_REQUEST;
    if (fits) part.push(record);
    else parts.push([record]);
    bytes = fits ? bytes + size : size;
  }
  return parts;
}
