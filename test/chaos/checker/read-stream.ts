import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import type { Clients } from './clients.ts';

/** A record on a stream. */
export interface StreamEntry {
  stream_name: string;
  shard_id: string;
  sequence_number: string;
  data: Buffer;
}

/** Time between two reads of a shard. Kinesis allows five reads per second and shard. */
const PAUSE_MS = 220;

/** Reads every record that the two streams still hold, including the records of closed shards. */
export async function readStreams(clients: Clients): Promise<StreamEntry[]> {
  const names = [clients.output('StreamName'), clients.output('BulkStreamName')];
  return (await Promise.all(names.map((name) => readStream(clients, name)))).flat();
}

async function readStream(clients: Clients, StreamName: string): Promise<StreamEntry[]> {
  const { Shards = [] } = await clients.kinesis.send(new ListShardsCommand({ StreamName }));
  const shards = await Promise.all(
    Shards.map(({ ShardId = '' }) => readShard(clients, StreamName, ShardId)),
  );
  return shards.flat();
}

async function readShard(
  { kinesis }: Clients,
  StreamName: string,
  ShardId: string,
): Promise<StreamEntry[]> {
  const entries: StreamEntry[] = [];
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  let next = ShardIterator;
  while (next !== undefined) {
    const page = await kinesis.send(new GetRecordsCommand({ ShardIterator: next }));
    for (const { SequenceNumber = '', Data = new Uint8Array() } of page.Records ?? []) {
      const position = { shard_id: ShardId, sequence_number: SequenceNumber };
      entries.push({ stream_name: StreamName, ...position, data: Buffer.from(Data) });
    }
    // A page may be empty although later pages have records.
    if (page.MillisBehindLatest === 0) break;
    next = page.NextShardIterator;
    await sleep(PAUSE_MS);
  }
  return entries;
}
