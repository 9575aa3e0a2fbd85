import type { DestinationConfiguration } from '../../services/firehose/configuration.ts';
import type { Firehose } from '../../services/firehose/firehose.ts';
import type { Resource } from '../template/resource.ts';
import type { Stack } from '../template/stack.ts';

/**
 * Creates the template's delivery streams. The buckets of the delivery streams must already exist.
 */
export async function provisionDeliveryStreams(stack: Stack, firehose: Firehose): Promise<void> {
  const streams = stack.resources('AWS::KinesisFirehose::DeliveryStream');
  await Promise.all(streams.map((stream) => provision(stream, firehose)));
}

async function provision(resource: Resource, firehose: Firehose): Promise<void> {
  const { DeliveryStreamType = 'DirectPut', ExtendedS3DestinationConfiguration } =
    resource.properties();
  const named = `${resource.logical_id} (${resource.type})`;
  if (DeliveryStreamType !== 'DirectPut' || ExtendedS3DestinationConfiguration === undefined) {
    throw new Error(
      `${named}: this source or destination is not emulated. ` +
        'Use DirectPut with an ExtendedS3DestinationConfiguration.',
    );
  }
  try {
    await firehose.createDeliveryStream({
      name: resource.physical_id,
      destination: ExtendedS3DestinationConfiguration as DestinationConfiguration,
    });
  } catch (cause) {
    throw new Error(`${named}: ${(cause as Error).message}`, { cause });
  }
}
