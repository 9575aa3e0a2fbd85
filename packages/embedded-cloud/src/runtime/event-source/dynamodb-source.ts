import { readSequenceTime } from '../../services/dynamodb/streams/numbering.ts';
import type { DynamoDbService } from '../../services/dynamodb.ts';
import type { ServiceCall } from '../service-call.ts';
import { type TableRecord, tableStreamRecord } from './dynamodb-event.ts';
import type { Position, Shard, StreamSource } from './source.ts';

/**
 * The fields of the answers of DynamoDB Streams that a source reads.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
 */
interface Answer {
  StreamDescription?: {
    CreationRequestDateTime?: number;
    Shards?: TableShard[];
    LastEvaluatedShardId?: string;
  };
  ShardIterator?: string;
  Records?: TableRecord[];
  NextShardIterator?: string;
}

interface TableShard {
  ShardId: string;
  ParentShardId?: string;
}

/**
 * Maximum number of records in a page.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
 */
const MOST_RECORDS = 1_000;

/**
 * Creates a source that reads the stream of a table.
 *
 * @param stream_arn ARN of the stream, which ends with the label of the stream
 * @param callDynamoDb calls DynamoDB with the permissions of the function's role
 * @param service the emulated service, if it may tell that a shard has nothing new
 */
export function createDynamoDbSource(
  stream_arn: string,
  callDynamoDb: ServiceCall,
  service?: Pick<DynamoDbService, 'endOf'>,
): StreamSource {
  const call: (action: string, input: object) => Promise<Answer> = (action, input) =>
    callDynamoDb(action, { ...input });
  const describe = async (ExclusiveStartShardId?: string) => {
    const answer = await call('DescribeStream', { StreamArn: stream_arn, ExclusiveStartShardId });
    return answer.StreamDescription;
  };
  /** Time before which records are left out, by shard. */
  const since = new Map<string, number>();
  const iterator = async (ShardId: string, input: IteratorInput) => {
    const answer = await call('GetShardIterator', { StreamArn: stream_arn, ShardId, ...input });
    if (answer.ShardIterator === undefined)
      throw new Error(`DynamoDB returned no iterator for the shard ${ShardId}.`);
    return `${ShardId} ${answer.ShardIterator}`;
  };

  return {
    stream_arn,
    async describe() {
      // Lambda needs the permission to list streams too.
      void (await call('ListStreams', { TableName: readTable(stream_arn), Limit: 1 }));
      const created = (await describe())?.CreationRequestDateTime;
      return { created_at: (created ?? 0) * 1000 };
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
      const page = await call('GetRecords', { ShardIterator, Limit });
      const start = since.get(shard_id) ?? 0;
      const { Records = [] } = page;
      const records = Records.map((record) => tableStreamRecord(record, stream_arn)).filter(
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
  };
}

interface IteratorInput {
  ShardIteratorType: string;
  SequenceNumber?: string;
}

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

function toShard({ ShardId, ParentShardId }: TableShard): Shard {
  return { shard_id: ShardId, parents: ParentShardId === undefined ? [] : [ParentShardId] };
}

const readTable = (stream_arn: string): string | undefined => stream_arn.split('/')[1];
