import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { Lake, PutFailure } from '../processors/stream/ports.ts';
import type { Result } from '../schemas/index.ts';
import { PATIENCE, serviceError } from './clients.ts';
import { fitted } from './fitted.ts';
import { pauseWithJitter } from './pause.ts';

/** Limits of PutRecordBatch: 500 records, 4 MiB, 1,000 KiB each. Firehose, quotas. */
const RECORDS_PER_CALL = 500;
const BYTES_PER_CALL = 4 * 1024 * 1024;
const BYTES_PER_RECORD = 1_000 * 1024;
/**
 * Each Firehose record is billed rounded up to 5 KB, so several results share one; at this size rounding costs under
 * 5 %, and one that is rejected is not much to send again.
 */
const WANTED_RECORD_BYTES = 64 * 1024;
const MAX_ROUNDS = 4;

/** Lines that travel as one Firehose record, and which results they are. */
interface Packed {
  indexes: number[];
  bytes: Buffer;
}

/** Results to a Firehose delivery stream, as lines of JSON; the stream itself ends each record with a line feed. */
export function createLake(deps: {
  client?: Pick<FirehoseClient, 'send'>;
  delivery_stream: string;
  pause?: (round: number) => Promise<void>;
}): Lake {
  const client = deps.client ?? new FirehoseClient({ requestHandler: PATIENCE });
  const { delivery_stream, pause = pauseWithJitter } = deps;

  return {
    async put(results) {
      const failures = await Promise.all(calls(packed(results)).map(send));
      return failures.flat();
    },
  };

  /** A successful call may still hold rejected records: only those are sent again. */
  async function send(records: Packed[]): Promise<PutFailure[]> {
    let open = records;
    let code = '';
    for (let round = 1; ; round += 1) {
      try {
        const { FailedPutCount, RequestResponses } = await client.send(
          new PutRecordBatchCommand({
            DeliveryStreamName: delivery_stream,
            Records: open.map(({ bytes }) => ({ Data: bytes })),
          }),
        );
        if (FailedPutCount === 0) return [];
        code = RequestResponses?.find((entry) => entry.ErrorCode)?.ErrorCode ?? 'Rejected';
        open = open.filter((_, i) => RequestResponses?.[i]?.ErrorCode !== undefined);
      } catch (cause) {
        const error = serviceError('firehose', cause);
        code = error.code;
        if (!error.retryable) break;
      }
      if (round === MAX_ROUNDS) break;
      await pause(round);
    }
    return open.flatMap(({ indexes }) => indexes.map((index) => ({ index, code })));
  }
}

function packed(results: Result[]): Packed[] {
  const records: Packed[] = [];
  let lines: string[] = [];
  let indexes: number[] = [];
  let bytes = 0;
  const close = () => {
    if (lines.length > 0) records.push({ indexes, bytes: Buffer.from(lines.join('\n')) });
    lines = [];
    indexes = [];
    bytes = 0;
  };
  results.forEach((result, index) => {
    const line = JSON.stringify(fitted(result, BYTES_PER_RECORD - 1));
    const line_bytes = Buffer.byteLength(line) + 1;
    if (bytes + line_bytes > WANTED_RECORD_BYTES) close();
    lines.push(line);
    indexes.push(index);
    bytes += line_bytes;
  });
  close();
  return records;
}

function calls(records: Packed[]): Packed[][] {
  const packs: Packed[][] = [];
  let bytes = 0;
  for (const record of records) {
    const last = packs.at(-1);
    bytes += record.bytes.length;
    if (last === undefined || last.length === RECORDS_PER_CALL || bytes > BYTES_PER_CALL) {
      packs.push([record]);
      bytes = record.bytes.length;
    } else {
      last.push(record);
    }
  }
  return packs;
}
