import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  type GlobalSecondaryIndexDescription,
  type KeySchemaElement,
  type Projection,
  type StreamViewType,
  type TableDescription,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { Resource } from '../template/resource.ts';
import type { Stack } from '../template/stack.ts';
import { untilActive } from './until-active.ts';

interface TableProperties
  extends Pick<
    CreateTableCommandInput,
    'AttributeDefinitions' | 'BillingMode' | 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes'
  > {
  KeySchema: KeySchemaElement[];
  ProvisionedThroughput?: CreateTableCommandInput['ProvisionedThroughput'];
  TimeToLiveSpecification?: { AttributeName?: string; Enabled: boolean | string };
  StreamSpecification?: { StreamViewType: StreamViewType };
}

/**
 * The properties that CreateTable accepts. Other properties (backup, encryption, tags) have no
 * effect in the emulation.
 */
const TABLE_INPUT = [
  'AttributeDefinitions',
  'BillingMode',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'KeySchema',
  'ProvisionedThroughput',
] as const;

/**
 * Creates the tables of the template, with their indexes and streams, if the tables do not exist
 * yet. Waits until all tables are ACTIVE, and turns on time to live for the tables that use it.
 *
 * @throws {Error} if the keys, indexes or stream of a table in the data folder differ from the
 * template's.
 */
export async function provisionTables(stack: Stack, config: DynamoDBClientConfig): Promise<void> {
  const client = new DynamoDBClient(config);
  const tables = stack.resources('AWS::DynamoDB::Table');
  await Promise.all(tables.map((table) => provision(client, table)));
  client.destroy();
}

async function provision(client: DynamoDBClient, resource: Resource): Promise<void> {
  const TableName = resource.physical_id;
  const properties = resource.properties() as unknown as TableProperties;
  const given = Object.fromEntries(
    TABLE_INPUT.filter((name) => properties[name] !== undefined).map((name) => [
      name,
      properties[name],
    ]),
  );
  const stream = properties.StreamSpecification;
  const StreamSpecification = stream && { StreamEnabled: true, ...stream };
  const describe = async () => (await client.send(new DescribeTableCommand({ TableName }))).Table;
  await untilActive(
    async () => (await describe())?.TableStatus,
    async () => {
      const input = { TableName, ...given, StreamSpecification } as CreateTableCommandInput;
      await client.send(new CreateTableCommand(input)).catch((cause: Error) => {
        throw new Error(`The table ${resource.logical_id} was refused: ${cause.message}`, {
          cause,
        });
      });
    },
  );
  const found = await describe();
  refuseMismatch(resource, properties, found);
  if (StreamSpecification !== undefined && found?.StreamSpecification === undefined) {
    await client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
  }
  await enableTimeToLive(client, TableName, properties);
}

function refuseMismatch(
  resource: Resource,
  wanted: TableProperties,
  found: TableDescription | undefined,
): void {
  const has_equal_keys =
    shape(wanted.KeySchema, wanted.GlobalSecondaryIndexes) ===
    shape(found?.KeySchema, found?.GlobalSecondaryIndexes);
  const view_type = found?.StreamSpecification?.StreamViewType;
  const has_equal_stream =
    view_type === undefined || view_type === wanted.StreamSpecification?.StreamViewType;
  if (has_equal_keys && has_equal_stream) return;
  throw new Error(
    `The table ${resource.physical_id} (${resource.logical_id}) in the data folder has ` +
      `${has_equal_keys ? 'another stream' : 'other keys or indexes'} than the template. ` +
      'Delete the data folder, or use another one.',
  );
}

function shape(
  keys: KeySchemaElement[] | undefined,
  indexes: Pick<GlobalSecondaryIndexDescription, 'IndexName' | 'KeySchema' | 'Projection'>[] = [],
): string {
  const text = (schema: KeySchemaElement[] = []) =>
    schema.map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}`).sort();
  // The projection is compared too, because AWS cannot change the projection of an existing index.
  const projectionOf = ({ ProjectionType, NonKeyAttributes = [] }: Projection = {}) =>
    [ProjectionType, ...NonKeyAttributes].sort();
  const named = indexes.map(({ IndexName, KeySchema, Projection }) => [
    IndexName,
    text(KeySchema),
    projectionOf(Projection),
  ]);
  return JSON.stringify([text(keys), named.sort()]);
}

async function enableTimeToLive(
  client: DynamoDBClient,
  TableName: string,
  { TimeToLiveSpecification: wanted }: TableProperties,
): Promise<void> {
  if (wanted?.AttributeName === undefined || String(wanted.Enabled) !== 'true') return;
  const { TimeToLiveDescription: found } = await client.send(
    new DescribeTimeToLiveCommand({ TableName }),
  );
  if (found?.TimeToLiveStatus === 'ENABLED' || found?.TimeToLiveStatus === 'ENABLING') return;
  const TimeToLiveSpecification = { AttributeName: wanted.AttributeName, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
}
