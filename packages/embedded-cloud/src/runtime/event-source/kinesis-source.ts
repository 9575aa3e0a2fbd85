import type { KinesisService } from '../../services/kinesis.ts';
import type { ServiceCall } from '../service-call.ts';
import { streamRecord } from './kinesis-event.ts';
import type { Position, Shard, StreamSource } from './source.ts';

/**
 * The fields of Kinesis's answers that a source reads.
 * Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html
 */
interface Answer {
  StreamDescriptionSummary?: { StreamCreationTimestamp?: number };
  Shards?: { ShardId: string; ParentShardId?: string; AdjacentParentShardId?: string }[];
  NextToken?: string;
  ShardIterator?: string;
  Records?: KinesisRecord[];
  NextShardIterator?: string;
}

interface KinesisRecord {
  SequenceNumber: string;
  PartitionKey: string;
  /** Seconds since 1970, with a fraction. */
  ApproximateArrivalTimestamp: number;
  /** The data in base64. */
  Data: string;
}

/**
 * Creates a source that reads a Kinesis stream.
 *
 * @param callKinesis calls Kinesis with the permissions of the function's role
 * @param service the emulated service, if it may tell that a shard has nothing new
 */
export function createKinesisSource(
  stream_arn: string,
  callKinesis: ServiceCall,
  service?: Pick<KinesisService, 'endOf'>,
): StreamSource {
  const call: (action: string, input: object) => Promise<Answer> = (action, input) =>
    callKinesis(action, { ...input });
  const StreamName = stream_arn.slice(stream_arn.indexOf('/') + 1);
  return {
    stream_arn,
    async describe() {
      void (await call('DescribeStream', { StreamName, Limit: 1 }));
      const { StreamDescriptionSummary } = await call('DescribeStreamSummary', { StreamName });
      return { created_at: (StreamDescriptionSummary?.StreamCreationTimestamp ?? 0) * 1000 };
    },
    async shards() {
      const shards: Shard[] = [];
      let NextToken: string | undefined;
      do {
        const page = await call(
          'ListShards',
          NextToken === undefined ? { StreamName } : { NextToken },
        );
        shards.push(...(page.Shards ?? []).map(toShard));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return shards;
    },
    async iterator(ShardId, position) {
      const { ShardIterator } = await call('GetShardIterator', {
        ...{ StreamName, ShardId },
        ...iteratorInput(position),
      });
      if (ShardIterator === undefined)
        throw new Error(`Kinesis returned no iterator for the shard ${ShardId}.`);
      return ShardIterator;
    },
    async records(ShardIterator, Limit) {
      const page = await call('GetRecords', { ShardIterator, Limit });
      const records = (page.Records ?? []).map((record) =>
        streamRecord({
          sequence_number: record.SequenceNumber,
          partition_key: record.PartitionKey,
          arrived_at: Math.round(record.ApproximateArrivalTimestamp * 1000),
          data: record.Data,
        }),
      );
      return { records, next: page.NextShardIterator, is_at_end: records.length === 0 };
    },
    endOf: (shard_id) => service?.endOf(StreamName, shard_id),
  };
}

function toShard({
  ShardId,
  ParentShardId,
  AdjacentParentShardId,
}: NonNullable<Answer['Shards']>[number]): Shard {
  const parents = [ParentShardId, AdjacentParentShardId];
  return { shard_id: ShardId, parents: parents.filter((parent) => typeof parent === 'string') };
}

function iteratorInput(position: Position) {
  switch (position.type) {
    case 'TRIM_HORIZON':
      return { ShardIteratorType: position.type };
    case 'AT_TIMESTAMP':
      return { ShardIteratorType: position.type, Timestamp: position.timestamp / 1000 };
    case 'AFTER_SEQUENCE_NUMBER':
      return {
        ShardIteratorType: position.type,
        StartingSequenceNumber: position.sequence_number,
      };
  }
}
