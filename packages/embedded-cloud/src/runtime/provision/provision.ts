import { REGION } from '../../gateway/types.ts';
import { OWNER_KEY, OWNER_SECRET } from '../callers.ts';
import type { Services } from '../services.ts';
import type { Stack } from '../template/stack.ts';
import { provisionDeliveryStreams } from './delivery-streams.ts';
import { provisionStreams } from './streams.ts';
import { provisionTables } from './tables.ts';

/**
 * Creates the template's streams, tables, buckets and delivery streams. Resources that already
 * exist retain their data.
 */
export async function provision(options: {
  stack: Stack;
  services: Services;
  endpoint: string;
}): Promise<void> {
  const { stack, services } = options;
  const config = {
    endpoint: options.endpoint,
    region: REGION,
    credentials: { accessKeyId: OWNER_KEY, secretAccessKey: OWNER_SECRET },
  };
  await Promise.all([
    provisionStreams(stack, config),
    provisionTables(stack, config),
    provisionBuckets(stack, services),
  ]);
}

/**
 * Creates the buckets before the delivery streams. If an earlier process left undelivered records,
 * a new delivery stream writes these records to its bucket immediately.
 */
async function provisionBuckets(stack: Stack, { s3, firehose }: Services): Promise<void> {
  const buckets = stack.resources('AWS::S3::Bucket').map(({ physical_id }) => physical_id);
  await Promise.all(buckets.map(s3.createBucket));
  await provisionDeliveryStreams(stack, firehose);
}
