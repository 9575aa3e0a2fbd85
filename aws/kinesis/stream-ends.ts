import {
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  type ListShardsCommandOutput,
  PutRecordCommand,
  type Shard,
} from '@aws-sdk/client-kinesis';
import type { StreamEnds, StreamShard } from '../../insight/reach/ports.ts';
import { POSITION_MARKER } from '../../schemas/index.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';

/** Creates the adapter that looks at the ends of streams of Kinesis. */
export function createStreamEnds(deps: { client?: Pick<KinesisClient, 'send'> } = {}): StreamEnds {
  const client = deps.client ?? createClient(KinesisClient);
  return {
    async listShards(stream_name) {
      const shards: StreamShard[] = [];
      let next: string | undefined;
      do {
        const command = new ListShardsCommand(
          next === undefined ? { StreamName: stream_name } : { NextToken: next },
        );
        const page: ListShardsCommandOutput = await callService('kinesis', () =>
          client.send(command),
        );
        shards.push(...(page.Shards ?? []).map((shard) => toShard(stream_name, shard)));
        next = page.NextToken;
      } while (next !== undefined);
      return shards;
    },
    async findNextArrival({ stream_name, shard_id }, sequence_number) {
      const command = new GetShardIteratorCommand({
        StreamName: stream_name,
        ShardId: shard_id,
        ...(sequence_number === undefined
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : {
              ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
              StartingSequenceNumber: sequence_number,
            }),
      });
      const { ShardIterator } = await callService('kinesis', () => client.send(command));
      return readFirstArrival(client, ShardIterator);
    },
    async putMarker({ stream_name, hash_key }) {
      const command = new PutRecordCommand({
        StreamName: stream_name,
        PartitionKey: 'aurastream-marker',
        ExplicitHashKey: hash_key,
        Data: POSITION_MARKER,
      });
      void (await callService('kinesis', () => client.send(command)));
    },
  };
}

/** An open shard has no last sequence number. */
function toShard(stream_name: string, shard: Shard): StreamShard {
  const { ShardId = '', ParentShardId, AdjacentParentShardId } = shard;
  const is_open = shard.SequenceNumberRange?.EndingSequenceNumber === undefined;
  const parents = [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined);
  const hash_key = is_open ? shard.HashKeyRange?.StartingHashKey : undefined;
  return { stream_name, shard_id: ShardId, parents, ...(hash_key !== undefined && { hash_key }) };
}

/**
 * Reads pages until one has a record, or the end of the shard is reached. A page can be empty
 * although records follow.
 * Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
 */
async function readFirstArrival(
  client: Pick<KinesisClient, 'send'>,
  first: string | undefined,
): Promise<number | undefined> {
  let iterator = first;
  while (iterator !== undefined) {
    const command = new GetRecordsCommand({ ShardIterator: iterator, Limit: 1 });
    const page: GetRecordsCommandOutput = await callService('kinesis', () => client.send(command));
    const [record] = page.Records ?? [];
    if (record !== undefined) return record.ApproximateArrivalTimestamp?.getTime() ?? 0;
    if (page.MillisBehindLatest === 0) return undefined;
    iterator = page.NextShardIterator;
  }
  return undefined;
}
