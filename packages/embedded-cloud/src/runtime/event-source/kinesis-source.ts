import {
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  type KinesisClientConfig,
  type Shard as KinesisShard,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import type { KinesisService } from '../../services/kinesis.ts';
import { streamRecord } from './kinesis-event.ts';
import type { Position, Shard, StreamSource } from './source.ts';

/**
 * Creates a source that reads a Kinesis stream with the credentials of the function's role.
 *
 * @param service the emulated service, if it may tell that a shard has nothing new
 */
export function createKinesisSource(
  stream_arn: string,
  config: KinesisClientConfig,
  service?: Pick<KinesisService, 'endOf'>,
): StreamSource {
  const client = new KinesisClient(config);
  const StreamName = stream_arn.slice(stream_arn.indexOf('/') + 1);
  return {
    stream_arn,
    async describe() {
      await client.send(new DescribeStreamCommand({ StreamName, Limit: 1 }));
      const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
      const created = answer.StreamDescriptionSummary?.StreamCreationTimestamp;
      return { created_at: created?.getTime() ?? 0 };
    },
    async shards() {
      const shards: Shard[] = [];
      let NextToken: string | undefined;
      do {
        const page = await client.send(
          new ListShardsCommand(NextToken === undefined ? { StreamName } : { NextToken }),
        );
        shards.push(...(page.Shards ?? []).map(toShard));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return shards;
    },
    async iterator(ShardId, position) {
      const answer = await client.send(
        new GetShardIteratorCommand({ StreamName, ShardId, ...iteratorInput(position) }),
      );
      if (answer.ShardIterator === undefined)
        throw new Error(`Kinesis returned no iterator for the shard ${ShardId}.`);
      return answer.ShardIterator;
    },
    async records(ShardIterator, Limit) {
      const page = await client.send(new GetRecordsCommand({ ShardIterator, Limit }));
      const records = (page.Records ?? []).map((record) =>
        streamRecord({
          sequence_number: record.SequenceNumber ?? '',
          partition_key: record.PartitionKey ?? '',
          arrived_at: record.ApproximateArrivalTimestamp?.getTime() ?? 0,
          data: record.Data ?? new Uint8Array(),
        }),
      );
      const next = page.NextShardIterator ?? undefined;
      return { records, next, is_at_end: records.length === 0 };
    },
    endOf: (shard_id) => service?.endOf(StreamName, shard_id),
    close: () => client.destroy(),
  };
}

function toShard({ ShardId = '', ParentShardId, AdjacentParentShardId }: KinesisShard): Shard {
  const parents = [ParentShardId, AdjacentParentShardId];
  return { shard_id: ShardId, parents: parents.filter((parent) => typeof parent === 'string') };
}

function iteratorInput(position: Position) {
  switch (position.type) {
    case 'TRIM_HORIZON':
      return { ShardIteratorType: position.type };
    case 'AT_TIMESTAMP':
      return { ShardIteratorType: position.type, Timestamp: new Date(position.timestamp) };
    case 'AFTER_SEQUENCE_NUMBER':
      return {
        ShardIteratorType: position.type,
        StartingSequenceNumber: position.sequence_number,
      };
  }
}
