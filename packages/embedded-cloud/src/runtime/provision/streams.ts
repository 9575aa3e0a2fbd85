import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  KinesisClient,
  type KinesisClientConfig,
  type StreamMode,
} from '@aws-sdk/client-kinesis';
import type { Resource } from '../template/resource.ts';
import type { Stack } from '../template/stack.ts';
import { untilActive } from './until-active.ts';

interface StreamProperties {
  ShardCount?: number;
  StreamModeDetails?: { StreamMode: StreamMode };
  RetentionPeriodHours?: number;
}

/** Default retention period of Kinesis, in hours. */
const RETENTION_HOURS = 24;

/**
 * Creates the streams of the template if they do not exist yet, and waits until all streams accept
 * records.
 */
export async function provisionStreams(stack: Stack, config: KinesisClientConfig): Promise<void> {
  const client = new KinesisClient(config);
  const streams = stack.resources('AWS::Kinesis::Stream');
  await Promise.all(streams.map((stream) => provision(client, stream)));
  client.destroy();
}

async function provision(client: KinesisClient, resource: Resource): Promise<void> {
  const StreamName = resource.physical_id;
  const properties = resource.properties() as StreamProperties;
  const status = async () => {
    const found = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
    return found.StreamDescriptionSummary?.StreamStatus;
  };
  await untilActive(status, async () => {
    const { StreamModeDetails, ShardCount } = properties;
    await client.send(
      new CreateStreamCommand({
        StreamName,
        ...(ShardCount === undefined ? {} : { ShardCount: Number(ShardCount) }),
        ...(StreamModeDetails === undefined ? {} : { StreamModeDetails }),
      }),
    );
  });
  await raiseRetention(
    client,
    StreamName,
    Number(properties.RetentionPeriodHours ?? RETENTION_HOURS),
  );
}

async function raiseRetention(
  client: KinesisClient,
  StreamName: string,
  hours: number,
): Promise<void> {
  const found = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
  const now = found.StreamDescriptionSummary?.RetentionPeriodHours ?? RETENTION_HOURS;
  if (now >= hours) return;
  await client.send(
    new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: hours }),
  );
}
