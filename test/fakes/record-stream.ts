import type { RecordStream, StreamEntry } from '../../ingest/ports.ts';
import { countStubCall } from '../support/endless-loops.ts';

/** Creates a stream that has one shard and accepts every entry. */
export function createFakeStream() {
  const entries: StreamEntry[] = [];
  const stream: RecordStream = {
    async putRecords(added) {
      countStubCall();
      return added.map((entry) => {
        entries.push(entry);
        return { ok: true, shard_id: 'shardId-0', sequence_number: String(entries.length) };
      });
    },
  };
  return { stream, entries };
}

/** Parses the record from the bytes of a stream entry. */
export function recordOf({ data }: StreamEntry): Record<string, unknown> {
  return JSON.parse(Buffer.from(data).toString()) as Record<string, unknown>;
}
