import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  type DynamoDBStreamsClientConfig,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type Shard as TableShard,
} from '@aws-sdk/client-dynamodb-streams';
import { readSequenceTime } from '../../services/dynamodb/streams/numbering.ts';
import type { DynamoDbService } from '../../services/dynamodb.ts';
import { tableStreamRecord } from './dynamodb-event.ts';
import type { Position, Shard, StreamSource } from './source.ts';

/**
 * Maximum number of records in a page.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
 */
const MOST_RECORDS = 1_000;

/**
 * Creates a source that reads the stream of a table with the credentials of the function's role.
 *
 * @param stream_arn ARN of the stream, which ends with the label of the stream
 * @param service the emulated service, if it may tell that a shard has nothing new
 */
export function createDynamoDbSource(
  stream_arn: string,
  config: DynamoDBStreamsClientConfig,
  service?: Pick<DynamoDbService, 'endOf'>,
): StreamSource {
  const client = new DynamoDBStreamsClient(config);
  const describe = async (ExclusiveStartShardId?: string) => {
    const answer = await client.send(
      new DescribeStreamCommand({ StreamArn: stream_arn, ExclusiveStartShardId }),
    );
    return answer.StreamDescription;
  };
  /** Time before which records are left out, by shard. */
  const since = new Map<string, number>();
  const iterator = async (ShardId: string, input: IteratorInput) => {
    const answer = await client.send(
      new GetShardIteratorCommand({ StreamArn: stream_arn, ShardId, ...input }),
    );
    if (answer.ShardIterator === undefined)
      throw new Error(`DynamoDB returned no iterator for the shard ${ShardId}.`);
    return `${ShardId} ${answer.ShardIterator}`;
  };

  return {
    stream_arn,
    async describe() {
      // Lambda needs the permission to list streams too.
      await client.send(new ListStreamsCommand({ TableName: readTable(stream_arn), Limit: 1 }));
      const created = (await describe())?.CreationRequestDateTime;
      return { created_at: created?.getTime() ?? 0 };
    },
    async shards() {
      const shards: Shard[] = [];
      let last: string | undefined;
      do {
        const page = await describe(last);
        shards.push(...(page?.Shards ?? []).map(toShard));
        last = page?.LastEvaluatedShardId;
      } while (last !== undefined);
      return shards;
    },
    async iterator(shard_id, position) {
      if (position.type === 'AT_TIMESTAMP') since.set(shard_id, position.timestamp);
      const input = iteratorInput(position);
      try {
        return await iterator(shard_id, input);
      } catch (cause) {
        // The record after which reading continues is older than 24 hours.
        if ((cause as Error).name !== 'TrimmedDataAccessException') throw cause;
        return iterator(shard_id, OLDEST);
      }
    },
    async records(token, limit) {
      const [shard_id = '', ShardIterator] = token.split(' ');
      const Limit = Math.min(limit, MOST_RECORDS);
      const page = await client.send(new GetRecordsCommand({ ShardIterator, Limit }));
      const start = since.get(shard_id) ?? 0;
      const { Records = [] } = page;
      const records = Records.map(tableStreamRecord).filter(
        ({ sequence_number }) => readSequenceTime(sequence_number) >= start,
      );
      const next = page.NextShardIterator;
      return {
        records,
        next: next === undefined ? undefined : `${shard_id} ${next}`,
        // Records that are left out because of their age may be followed by others.
        is_at_end: Records.length === 0,
      };
    },
    endOf: (shard_id) => service?.endOf(stream_arn, shard_id),
    close: () => client.destroy(),
  };
}

type IteratorInput = Pick<GetShardIteratorCommand['input'], 'ShardIteratorType' | 'SequenceNumber'>;

const OLDEST: IteratorInput = { ShardIteratorType: 'TRIM_HORIZON' };

/**
 * Returns the input of GetShardIterator. DynamoDB Streams has no iterators at a time, so that older
 * records are read and left out.
 */
function iteratorInput(position: Position): IteratorInput {
  return position.type === 'AFTER_SEQUENCE_NUMBER'
    ? { ShardIteratorType: position.type, SequenceNumber: position.sequence_number }
    : OLDEST;
}

function toShard({ ShardId = '', ParentShardId }: TableShard): Shard {
  return { shard_id: ShardId, parents: ParentShardId === undefined ? [] : [ParentShardId] };
}

const readTable = (stream_arn: string): string | undefined => stream_arn.split('/')[1];
