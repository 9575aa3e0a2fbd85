import {
  type AttributeValue,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type StreamViewType,
} from '@aws-sdk/client-dynamodb';
import {
  type _Record,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import { expect, vi } from 'vitest';
import { clientConfig, serveService } from '../../src/gateway/serve-service.ts';
import { createDynamoDb, type DynamoDbOptions } from '../../src/services/dynamodb.ts';
import { WAIT } from './wait.ts';

export type Attributes = Record<string, AttributeValue>;

/** DynamoDB with its streams, and a clock that a test can move. */
export type StreamedDynamoDb = Awaited<ReturnType<typeof openStreamedDynamoDb>>;

export async function openStreamedDynamoDb(options: Partial<DynamoDbOptions> = {}) {
  let offset_ms = 0;
  const now = () => Date.now() + offset_ms;
  const service = await createDynamoDb({ now, stream_shards: 1, ...options });
  const served = await serveService(service);
  const client = new DynamoDBClient(clientConfig(served.endpoint));
  const streams = new DynamoDBStreamsClient({
    ...clientConfig(served.endpoint),
    // The errors are tested, and the SDK retries some of them.
    maxAttempts: 1,
  });
  let tables = 0;

  const describe = async (StreamArn: string) =>
    (await streams.send(new DescribeStreamCommand({ StreamArn }))).StreamDescription!;
  const iterate = async (
    StreamArn: string,
    ShardId: string,
    from: Partial<GetShardIteratorCommand['input']> = {},
  ) => {
    const input = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const, ...from };
    return (await streams.send(new GetShardIteratorCommand(input))).ShardIterator!;
  };
  const read = (ShardIterator: string | undefined, Limit?: number) =>
    streams.send(new GetRecordsCommand({ ShardIterator, Limit }));

  return {
    service,
    client,
    streams,
    now,
    endpoint: served.endpoint,
    describe,
    iterate,
    read,
    wait(ms: number) {
      offset_ms += ms;
    },
    /** Creates a table with the key `id` and returns its name and the ARN of its stream. */
    async createTable(StreamViewType: StreamViewType = 'NEW_AND_OLD_IMAGES') {
      tables += 1;
      const TableName = `table-${tables}`;
      const created = await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'id', AttributeType: 'S' },
            { AttributeName: 'source', AttributeType: 'S' },
          ],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'by_source',
              KeySchema: [{ AttributeName: 'source', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
          StreamSpecification: { StreamEnabled: true, StreamViewType },
        }),
      );
      await vi.waitFor(async () => {
        const { Table } = await client.send(new DescribeTableCommand({ TableName }));
        expect(Table?.TableStatus).toBe('ACTIVE');
      }, WAIT);
      return { TableName, StreamArn: created.TableDescription!.LatestStreamArn! };
    },
    /** Reads all records of a stream, those of a parent shard before those of its children. */
    async readAll(StreamArn: string): Promise<_Record[]> {
      const { Shards = [] } = await describe(StreamArn);
      const records: _Record[] = [];
      for (const { ShardId } of sortByParents(Shards)) {
        let next: string | undefined = await iterate(StreamArn, ShardId!);
        for (let page = await read(next); ; page = await read(next)) {
          records.push(...(page.Records ?? []));
          next = page.NextShardIterator;
          if (next === undefined || page.Records?.length === 0) break;
        }
      }
      return records;
    },
    async close() {
      client.destroy();
      streams.destroy();
      await served.close();
    },
  };
}

/** Sorts shards so that each shard is after its parent. */
function sortByParents(shards: Shard[]): Shard[] {
  const depth = ({ ParentShardId }: Shard): number => {
    const parent = shards.find(({ ShardId }) => ShardId === ParentShardId);
    return parent === undefined ? 0 : depth(parent) + 1;
  };
  return shards.toSorted((one, other) => depth(one) - depth(other));
}

/** Returns the error of a call that fails. */
export const catchError = (send: Promise<unknown>): Promise<Error | undefined> =>
  send.then(
    () => undefined,
    (error: Error) => error,
  );
